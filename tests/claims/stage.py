"""What the stories of this room begin with: さくら保育園 and もも幼稚園 of pricing.md's worked examples."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from claims.models import Claim, CountSheet, MonthlyFacts
from claims.operations.confirming import confirm
from claims.states import ClaimStatus
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from facilities.scope import scope
from tests.cast import (
    JUNE,
    KINDERGARTEN_CELLS,
    NURSERY_CELLS,
    Cell,
    City,
    Nursery,
    give_counts,
    make_facility,
)

AT = datetime(2026, 6, 5, 14, 32, tzinfo=ZoneInfo("Asia/Tokyo"))

# The items of WE1 and WE5, without what the facility itself says each month.
WE1_ITEMS: dict[str, dict[str, Any]] = {
    "vice_principal": {},
    "age3_staffing": {},
    "age4plus_staffing": {},
    "under_age3_intake": {},
    "team_teaching": {"extra_staff": 1},
    "bus": {},
    "chief_teacher": {},
    "office_staff": {},
    "treatment_3": {"headcount_a": 3, "headcount_b": 2},
    "climate": {"variant": "other"},
    "side_dish_exemption": {"children": 4},
}
WE5_ITEMS: dict[str, dict[str, Any]] = {
    "age1_staffing": {},
    "age3_staffing": {},
    "age4plus_staffing": {},
    "holiday_care": {"variant": "up_to_210"},
    "rent": {"variant": "c_standard"},
    "side_dish_exemption": {"children": 4},
    "chief_nursery_teacher": {},
    "office_staff": {},
    "treatment_3": {"headcount_a": 4, "headcount_b": 3},
    "climate": {"variant": "other"},
    "nutrition": {"variant": "b"},
}


def kindergarten(
    city: City, *, number: str = "1299900000911", items: dict[str, dict[str, Any]] | None = None
) -> Nursery:
    """もも幼稚園 of WE1."""
    return make_facility(
        city,
        "もも幼稚園",
        number=number,
        kind=FacilityKind.KINDERGARTEN,
        capacity=100,
        items=WE1_ITEMS if items is None else items,
    )


def nursery(
    city: City, *, number: str = "1299900000901", items: dict[str, dict[str, Any]] | None = None
) -> Nursery:
    """さくら保育園 of WE5."""
    return make_facility(city, number=number, items=WE5_ITEMS if items is None else items)


def give_facts(place: Nursery, month: ServiceMonth = JUNE, **values: int) -> MonthlyFacts:
    """The month's facts, as the facility would have saved them."""
    with scope(place.city.municipality.pk, None):
        facts: MonthlyFacts = MonthlyFacts.objects.create(
            municipality=place.city.municipality,
            facility=place.facility,
            month=month.first_day,
            saved_at=AT,
            saved_by=place.clerk.pk,
            **values,
        )
    return facts


def cells_of(place: Nursery) -> tuple[Cell, ...]:
    """The worked example's children."""
    return KINDERGARTEN_CELLS if place.facility.kind == FacilityKind.KINDERGARTEN else NURSERY_CELLS


def confirmed(
    place: Nursery, month: ServiceMonth = JUNE, cells: tuple[Cell, ...] | None = None, **counts: Any
) -> CountSheet:
    """Counts have come and the facility has confirmed them; the claims are drafted."""
    sheet = give_counts(place, month, cells or cells_of(place), **counts)
    with place.open() as clerk:
        return confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=AT).sheet


def ready_claim(place: Nursery, month: ServiceMonth = JUNE) -> Claim:
    """A draft with all its facts: it can be submitted."""
    if place.facility.kind == FacilityKind.KINDERGARTEN:
        give_facts(place, month, side_dish_days=20, meal_days_a_week=5)
    else:
        give_facts(place, month, saturday_closures=1)
    confirmed(place, month)
    return current_claim(place, month)


def current_claim(place: Nursery, month: ServiceMonth = JUNE) -> Claim:
    """The own city's current claim."""
    with scope(place.city.municipality.pk, None):
        claim: Claim = (
            Claim.objects.filter(facility=place.facility, month=month.first_day, outside=False)
            .exclude(status=ClaimStatus.SUPERSEDED)
            .get()
        )
    return claim
