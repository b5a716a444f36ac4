"""Rosters of many facilities as plain values, in a constant number of queries. Days only: nobody is shown."""

from collections.abc import Collection
from uuid import UUID

from facilities.periods import ServiceMonth
from staff_records.dossiers import Dossier, Purpose, dossiers, members_since
from staff_records.figures.people import Roster
from staff_records.models import MonthlyHours, StaffDetail, Training, WorkRules


def rosters(
    fiscal_year: int, *facility_ids: UUID, trainings: bool = True, months: Collection[ServiceMonth] = ()
) -> dict[UUID, Roster]:
    """
    The roster of each facility that has anybody in ``fiscal_year`` or later, by facility.

    Of the facilities given, or of all in scope; hours worked in ``months`` only, without any in the whole year. One
    query where nobody is on a roster, else six, with ``trainings`` seven, and one to the key store.
    """
    members = members_since(fiscal_year, *facility_ids)
    if not members:
        return {}
    left_out = (StaffDetail,) if trainings else (StaffDetail, Training)
    by_facility: dict[UUID, list[Dossier]] = {}
    for one in dossiers(members, Purpose.COMPUTE, without=left_out):
        by_facility.setdefault(one.member.facility_id, []).append(one)
    wanted = months or [ServiceMonth(fiscal_year, 4).plus(place) for place in range(12)]
    hours: dict[UUID, list[MonthlyHours]] = {}
    for row in MonthlyHours.objects.filter(
        facility__in=by_facility, month__in=[month.first_day for month in wanted]
    ):
        hours.setdefault(row.facility_id, []).append(row)
    rules: dict[UUID, list[WorkRules]] = {}
    for rule in WorkRules.objects.filter(facility__in=by_facility):
        rules.setdefault(rule.facility_id, []).append(rule)
    return {
        facility_id: Roster.of(found, hours.get(facility_id, ()), rules.get(facility_id, ()))
        for facility_id, found in by_facility.items()
    }
