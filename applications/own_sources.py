"""What this room and those below know of a facility: its place, its profile, the roster the city has accepted."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from applications.filling import Given
from applications.sources import Asking, Known, tells
from facilities.models import Corporation, FacilityProfile, holding_in
from facilities.periods import ServiceMonth
from pages.wareki import date_words, month_words
from staff_records.models import RosterSnapshot
from staff_records.roster_figures import RosterFigures
from staff_records.states import SnapshotStatus

PROFILE: Final = (
    "approved_capacity",
    "capacity_1",
    "capacity_23",
    "region_percent",
    "base_percent",
    "wage_percent",
)
ROSTER: Final = (
    "persons",
    "regular",
    "part_time",
    "counted",
    "total_months",
    "average_years",
    "base_percent",
    "wage_percent",
)


@tells("facility.number", "facility.name", "facility.corporation", "facility.location", "facility.kind")
def of_facility(asking: Asking) -> Mapping[UUID, Known]:
    """Name, place and corporation as they stand: one query."""
    corporations = {facility.corporation_id for facility in asking.facilities}
    names = dict(Corporation.objects.filter(pk__in=corporations).values_list("pk", "name"))
    return {
        facility.pk: {
            name: Given(value, "施設の登録")
            for name, value in (
                ("facility.number", facility.number),
                ("facility.name", facility.name),
                ("facility.corporation", names.get(facility.corporation_id)),
                ("facility.location", facility.location),
                ("facility.kind", facility.kind),
            )
        }
        for facility in asking.facilities
    }


@tells(*(f"profile.{name}" for name in PROFILE), "profile.capacity")
def of_profile(asking: Asking) -> Mapping[UUID, Known]:
    """The profile (年度プロフィール) that holds in the month: one query."""
    rows = holding_in(FacilityProfile.objects.filter(facility__in=asking.facilities), asking.month)
    return {row.facility_id: _profile(row, asking.month) for row in rows}


@tells(*(f"roster.{name}" for name in ROSTER))
def of_roster(asking: Asking) -> Mapping[UUID, Known]:
    """The figures of the roster the city has accepted (職員名簿, 4月1日): one query, and nobody's record is opened."""
    rows = RosterSnapshot.objects.filter(
        facility__in=asking.facilities, fiscal_year=asking.fiscal_year, status=SnapshotStatus.ACCEPTED
    )
    found: dict[UUID, Known] = {}
    for row in rows:
        figures = RosterFigures.of_json(row.figures)
        words = f"受理された職員名簿（{date_words(row.day)}現在）"
        values = {name: getattr(figures, name) for name in ROSTER}
        found[row.facility_id] = dict(_given("roster", values, words))
    return found


def _profile(row: FacilityProfile, month: ServiceMonth) -> Known:
    words = f"年度プロフィール（{month_words(month.first_day)}）"
    values: dict[str, Any] = {name: getattr(row, name) for name in PROFILE}
    values["capacity"] = (row.capacity_1 or 0) + (row.capacity_23 or 0)
    if row.rates_are_provisional:
        values["base_percent"] = values["wage_percent"] = None
    return dict(_given("profile", values, words))


def _given(area: str, values: Mapping[str, Any], words: str) -> Iterable[tuple[str, Given]]:
    return ((f"{area}.{name}", Given(value, words)) for name, value in values.items() if value is not None)
