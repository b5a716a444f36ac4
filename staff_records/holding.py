"""
What an act holds until its transaction ends, in one order everywhere: entry sheets, the facility, its members by id.

Acts that reach two rosters (異動, a new name taken over, a new number) would otherwise wait for each other in a circle.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from facilities.models import Facility
from staff_records.models import StaffMember


def hold_facility(facility_id: UUID) -> Facility:
    """
    Nobody else gives numbers, begins a sheet or sends a roster here.

    Rows that only refer to the facility may be written meanwhile: somebody who moves away is reported here by an act
    that holds the other roster (``FOR NO KEY UPDATE``; a full lock would wait for it, and it for this one).
    """
    held: Facility = Facility.objects.select_for_update(of=("self",), no_key=True).get(pk=facility_id)
    return held


def hold_members(members: QuerySet[Any]) -> list[StaffMember]:
    """These members, locked in the order of their ids and given in the order of the roster."""
    found: list[StaffMember] = list(members.select_for_update(of=("self",)).order_by("pk"))
    return sorted(found, key=lambda member: (member.facility_id, member.number))
