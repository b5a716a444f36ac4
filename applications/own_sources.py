"""What this room and those below know of a facility: place, profile, granted items, figures of the accepted roster."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from applications.filling import Given
from applications.place_facts import BY_FACT, said_of, told
from applications.rows_read import (
    accepted_in,
    accepted_read,
    facilities_read,
    grants_read,
    places_read,
    profiles_read,
)
from applications.sources import Asking, Known, tells
from asking import together
from facilities.models import Corporation, FacilityProfile, GrantedItem, holding_in
from facilities.periods import ServiceMonth
from pages.wareki import date_words, fiscal_year_words, month_words
from pricing import ItemClaim
from pricing.vocabulary import ITEM_LABELS
from staff_records.roster_figures import RosterFigures

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

OPTIONS: Final = tuple(sorted(frozenset(ItemClaim._fields) - {"code", "certification", "position"}))
MONTHS: Final = 12
CITY: Final = "city."


@tells(
    "facility.number",
    "facility.name",
    "facility.corporation",
    "facility.location",
    "facility.kind",
    reads=[facilities_read],
)
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


@tells(
    *(f"profile.{name}" for name in PROFILE),
    "profile.capacity",
    reads=[profiles_read],
)
def of_profile(asking: Asking) -> Mapping[UUID, Known]:
    """The profile (年度プロフィール) that holds in the month: one query."""
    rows = holding_in(FacilityProfile.objects.filter(facility__in=asking.facilities), asking.month)
    return {row.facility_id: _profile(row, asking.month) for row in rows}


@tells(*(f"{CITY}{fact}" for fact in BY_FACT), reads=[places_read])
def of_places(asking: Asking) -> Mapping[UUID, Known]:
    """What the city has said of the facilities' places (地域の設定): one message."""
    facility_ids = [facility.pk for facility in asking.facilities]
    rows, exceptions = together(*said_of(facility_ids, asking.fiscal_year))
    year = fiscal_year_words(asking.fiscal_year)
    return {
        facility_id: {
            f"{CITY}{fact}": Given(one.value, f"市の設定（{year}{'、この施設' if one.is_own else ''}）")
            for fact, one in own.items()
        }
        for facility_id, own in told(facility_ids, rows, exceptions).items()
    }


@tells(*(f"roster.{name}" for name in ROSTER), reads=[accepted_read])
def of_roster(asking: Asking) -> Mapping[UUID, Known]:
    """The figures of the roster the city has accepted (職員名簿, 4月1日): one query, and nobody's record is opened."""
    rows = accepted_in(asking.fiscal_year).filter(facility__in=asking.facilities)
    found: dict[UUID, Known] = {}
    for row in rows:
        figures = RosterFigures.of_json(row.figures)
        words = f"受理された職員名簿（{date_words(row.day)}現在）"
        values = {name: getattr(figures, name) for name in ROSTER}
        found[row.facility_id] = dict(_given("roster", values, words))
    return found


@tells(
    *(f"granted.{code}" for code in ITEM_LABELS),
    *(f"granted.{code}.{option}" for code in ITEM_LABELS for option in (*OPTIONS, "months")),
    reads=[grants_read],
)
def of_grants(asking: Asking) -> Mapping[UUID, Known]:
    """
    What holds of the additions and deductions in the month (適用中): whether, with which options, and in how many
    months of the year; what nobody has granted does not hold. One query.
    """
    year = [ServiceMonth(asking.fiscal_year, 4).plus(place).first_day for place in range(MONTHS)]
    rows = GrantedItem.objects.filter(facility__in=asking.facilities, from_month__lte=year[-1]).exclude(
        to_month__lt=year[0]
    )
    codes = {parts[1] for name in asking.names if (parts := name.split("."))[0] == "granted"}
    words = f"適用中の加算・調整（{month_words(asking.month.first_day)}）"
    of_year = f"適用中の加算・調整（{fiscal_year_words(asking.fiscal_year)}）"
    told: dict[UUID, Known] = {
        facility.pk: {f"granted.{code}": Given(False, words) for code in codes}
        for facility in asking.facilities
    }
    months: dict[tuple[UUID, str], set[date]] = {}
    for row in rows.order_by("code", "certification", "-from_month"):
        if row.code not in codes:
            continue
        held = {
            day for day in year if row.from_month <= day and (row.to_month is None or day <= row.to_month)
        }
        months.setdefault((row.facility_id, row.code), set()).update(held)
        if asking.month.first_day not in held:
            continue
        own = told[row.facility_id]
        own[f"granted.{row.code}"] = Given(True, words)
        for option, value in row.options.items():
            own.setdefault(f"granted.{row.code}.{option}", Given(value, words))
    for (facility_id, code), held in months.items():
        told[facility_id][f"granted.{code}.months"] = Given(len(held), of_year)
    return told


def _profile(row: FacilityProfile, month: ServiceMonth) -> Known:
    words = f"年度プロフィール（{month_words(month.first_day)}）"
    values: dict[str, Any] = {name: getattr(row, name) for name in PROFILE}
    values["capacity"] = (row.capacity_1 or 0) + (row.capacity_23 or 0)
    if row.rates_are_provisional:
        values["base_percent"] = values["wage_percent"] = None
    return dict(_given("profile", values, words))


def _given(area: str, values: Mapping[str, Any], words: str) -> Iterable[tuple[str, Given]]:
    return ((f"{area}.{name}", Given(value, words)) for name, value in values.items() if value is not None)
