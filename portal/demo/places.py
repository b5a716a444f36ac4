"""What the demo's rosters have to fit: each facility with its children, capacity, items and rates, from the rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from claims.models import ChildCount
from facilities.models import Facility, FacilityProfile, GrantedItem
from portal.demo.scene import APRIL
from portal.demo.seats import Place
from pricing.staffing import ChildrenByAge, UseCapacity
from pricing.staffing.children import AGES_TAKEN

AGES = {
    "0": "age0",
    "1": "age1",
    "2": "age2",
    "3mid": "age3mid",
    "3": "age3",
    "4": "age4plus",
    "5": "age4plus",
}
# How the children of a facility without counts are thought of, in hundredths of its capacity.
SHARES = {"age0": 8, "age1": 15, "age2": 17, "age3": 19, "age4plus": 38}
FIRST_OF_APRIL = APRIL.first_day


def places(facilities: Collection[Facility], spare: Mapping[str, int]) -> list[Place]:
    """
    The places of these facilities in their order; the scope is open. Four queries.

    ``spare``: teachers more than needed, by number.
    """
    profiles = {
        row.facility_id: row
        for row in FacilityProfile.objects.filter(facility__in=facilities).order_by("-from_month")
    }
    granted: dict[Any, dict[str, dict[str, Any]]] = defaultdict(dict)
    for item in GrantedItem.objects.filter(facility__in=facilities).order_by("from_month"):
        granted[item.facility_id].setdefault(item.code, item.options)
    children, with_standard = _children()
    found = []
    for facility in facilities:
        profile = profiles.get(facility.pk)
        counted = children.get(facility.pk) or _expected(facility, profile)
        taken = AGES_TAKEN[facility.kind]
        if "age3mid" not in taken:
            # Children of the class of two who have turned three.
            counted["age2"] = counted.get("age2", 0) + counted.pop("age3mid", 0)
        ages = ChildrenByAge(**{age: counted.get(age, 0) for age in taken})
        found.append(
            Place(
                number=facility.number,
                kind=facility.kind,
                is_public=facility.is_public,
                opened_on=facility.opened_on,
                day=max(facility.opened_on, FIRST_OF_APRIL),
                children=ages,
                capacity=UseCapacity(
                    education=(profile.capacity_1 or 0) if profile else 0,
                    care=(profile.capacity_23 or 0) if profile else 0,
                ),
                standard_time=facility.pk in with_standard or facility.pk not in children,
                granted=granted[facility.pk],
                years=_years(profile),
                town=facility.location.split("市", 1)[0] + "市",
                spare=spare.get(facility.number, 0),
            )
        )
    return found


def _years(profile: FacilityProfile | None) -> int | None:
    """The average experience in years that a profile's rates stand for (``treatment_rates`` read backwards)."""
    if profile is None or profile.base_percent is None or profile.wage_percent is None:
        return None
    return 11 if profile.wage_percent > 6 else profile.base_percent - 2


def _children() -> tuple[dict[Any, dict[str, int]], set[Any]]:
    """Children by facility and age on the first day of the first month that has counts, and who has 標準時間."""
    rows = ChildCount.objects.exclude(sheet__status="superseded").filter(count__gt=0, movement="")
    rows = rows.order_by("sheet__month").values_list("facility", "sheet__month", "age", "hours", "count")
    first: dict[Any, date] = {}
    found: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with_standard = set()
    for facility_id, month, age, hours, count in rows:
        if first.setdefault(facility_id, month) != month:
            continue
        found[facility_id][AGES[age]] += count
        if hours == "standard":
            with_standard.add(facility_id)
    return found, with_standard


def _expected(facility: Facility, profile: FacilityProfile | None) -> dict[str, int]:
    if profile is None:
        return {}
    taken = AGES_TAKEN[facility.kind]
    shares = {age: share for age, share in SHARES.items() if age in taken}
    total = sum(shares.values())
    return {age: profile.approved_capacity * share * 95 // (100 * total) for age, share in shares.items()}
