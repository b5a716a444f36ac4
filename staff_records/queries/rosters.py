"""Rosters of many facilities as plain values, in a constant number of queries. Days only: nobody is shown."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from asking import together
from facilities.periods import ServiceMonth
from staff_records.dossiers import Dossier, Purpose, dossiers, members_since
from staff_records.figures.people import Roster
from staff_records.models import MonthlyHours, StaffDetail, Training, WorkRules
from staff_records.person_rows import MemberRow


def rosters(
    fiscal_year: int, *facility_ids: UUID, trainings: bool = True, months: Collection[ServiceMonth] = ()
) -> dict[UUID, Roster]:
    """
    The roster of each facility that has anybody in ``fiscal_year`` or later, by facility.

    Of the facilities given, or of all in scope; hours worked in ``months`` only, without any in the whole year. One
    query where nobody is on a roster, else two and one to the key store.
    """
    left_out = (StaffDetail,) if trainings else (StaffDetail, Training)
    found = opened_rosters(fiscal_year, *facility_ids, left_out=left_out, months=months)
    return {facility_id: opened.roster for facility_id, opened in found.items()}


@dataclass(frozen=True)
class OpenedRoster:
    """A roster with the dossiers it was made of, opened for computing."""

    roster: Roster
    dossiers: tuple[Dossier, ...]


def opened_rosters(
    fiscal_year: int,
    *facility_ids: UUID,
    left_out: Collection[type[MemberRow]] = (),
    months: Collection[ServiceMonth] = (),
) -> dict[UUID, OpenedRoster]:
    """As ``rosters``, with the dossiers for whoever shows some of them; ``left_out``: rows that are not read."""
    wanted = months or [ServiceMonth(fiscal_year, 4).plus(place) for place in range(12)]
    hours_of = MonthlyHours.objects.filter(month__in=[month.first_day for month in wanted])
    rules_of = WorkRules.objects.all()
    if facility_ids:
        hours_of = hours_of.filter(facility__in=facility_ids)
        rules_of = rules_of.filter(facility__in=facility_ids)
    members, worked, ruled = together(members_since(fiscal_year, *facility_ids), hours_of, rules_of)
    if not members:
        return {}
    by_facility: dict[UUID, list[Dossier]] = {}
    for one in dossiers(members, Purpose.COMPUTE, without=left_out):
        by_facility.setdefault(one.member.facility_id, []).append(one)
    hours: dict[UUID, list[MonthlyHours]] = {}
    for row in worked:
        hours.setdefault(row.facility_id, []).append(row)
    rules: dict[UUID, list[WorkRules]] = {}
    for rule in ruled:
        rules.setdefault(rule.facility_id, []).append(rule)
    return {
        facility_id: OpenedRoster(
            Roster.of(found, hours.get(facility_id, ()), rules.get(facility_id, ())), tuple(found)
        )
        for facility_id, found in by_facility.items()
    }
