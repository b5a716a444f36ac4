"""The demo city's facilities from its own CSV, with profiles and 加算 that are plausible and always the same."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from facilities.models import (
    Corporation,
    Facility,
    FacilityKind,
    FacilityProfile,
    GrantedItem,
    Municipality,
    Ownership,
)
from facilities.periods import ServiceMonth

FOLDER = Path(__file__).resolve().parent
FIRST_MONTH = ServiceMonth(2026, 4)
KINDS = {
    "幼稚園": FacilityKind.KINDERGARTEN,
    "保育所": FacilityKind.NURSERY,
    "認定こども園": FacilityKind.CERTIFIED_KODOMOEN,
    "小規模保育事業A型": FacilityKind.SMALL_A,
    "小規模保育事業B型": FacilityKind.SMALL_B,
    "事業所内保育事業": FacilityKind.WORKPLACE,
    "家庭的保育事業": FacilityKind.HOME_BASED,
}
ERA_BEGINS = {"昭和": 1925, "平成": 1988, "令和": 2018}


@dataclass(frozen=True)
class Grant:
    """One item a facility has. ``certification`` (1 or 23): for which children of a 認定こども園; empty for all."""

    code: str
    options: dict[str, Any] = field(default_factory=dict)
    certification: str = ""


class Exempt(NamedTuple):
    """Children without a side-dish fee, by certification."""

    first: int = 0
    second: int = 0


def rows() -> list[dict[str, str]]:
    """The lines of facilities.csv."""
    with (FOLDER / "facilities.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def make_facilities(city: Municipality) -> list[Facility]:
    """All facilities of the list with their corporations, profiles and granted items; the scope is open."""
    lines = rows()
    corporations = {
        line["設置主体"]: Corporation(
            municipality=city, corporate_number=line["法人番号"], name=line["設置主体"]
        )
        for line in lines
    }
    Corporation.objects.bulk_create(corporations.values())
    facilities = Facility.objects.bulk_create(
        Facility(
            municipality=city,
            number=line["事業所番号"],
            name=line["施設名"],
            kind=KINDS[line["施設類型"]],
            ownership=Ownership.PUBLIC if line["公私区分"] == "公立" else Ownership.PRIVATE,
            corporation=corporations[line["設置主体"]],
            opened_on=_date(line["認可年月日"]),
            postal_code=line["郵便番号"],
            location=line["所在地"],
        )
        for line in lines
    )
    exempt = _exempt_children()
    profiles, grants = [], []
    for facility, line in zip(facilities, lines, strict=True):
        seed = int(facility.number[-4:])
        profiles.append(
            FacilityProfile(
                municipality=city,
                facility=facility,
                from_month=FIRST_MONTH.first_day,
                approved_capacity=int(line["認可定員"]),
                capacity_1=int(line["1号利用定員"]) if line["1号利用定員"] else None,
                capacity_23=int(line["2・3号利用定員"]) if line["2・3号利用定員"] else None,
                region_percent=int(re.match(r"\d+", line["地域区分"])[0]),  # type: ignore[index]
                # As average experience brings them: from three years on, and 7 percent with eleven years only.
                base_percent=5 + seed * 7 % 8,
                wage_percent=7 if seed % 16 == 1 else 6,
            )
        )
        grants += [
            GrantedItem(
                municipality=city,
                facility=facility,
                code=grant.code,
                certification=grant.certification,
                options=grant.options,
                from_month=FIRST_MONTH.first_day,
                reason="導入前からの適用",
            )
            for grant in grants_of(facility, int(line["認可定員"]), exempt.get(facility.number, Exempt()))
        ]
    FacilityProfile.objects.bulk_create(profiles)
    GrantedItem.objects.bulk_create(grants)
    return facilities


def grants_of(facility: Facility, capacity: int, exempt: Exempt) -> Iterator[Grant]:
    """
    What a facility of this type plausibly has; it differs by the last digits of the number.

    園長 not yet assigned, and the like, are rare: one facility in so many has the deduction.
    """
    seed = int(facility.number[-4:])
    if facility.is_public:
        return
    if facility.kind == FacilityKind.KINDERGARTEN:
        yield from _kindergarten(seed, capacity, exempt)
    elif facility.kind == FacilityKind.NURSERY:
        yield from _nursery(seed, capacity, exempt)
    elif facility.kind == FacilityKind.CERTIFIED_KODOMOEN:
        yield from _kodomoen(seed, capacity, exempt)
    elif facility.kind == FacilityKind.HOME_VISITING:
        yield from _home_visiting()
    else:
        yield from _community(FacilityKind(facility.kind), seed)


def _kindergarten(seed: int, capacity: int, exempt: Exempt) -> Iterator[Grant]:
    yield Grant("vice_principal")
    yield Grant("age3_staffing")
    if seed % 2:
        yield Grant("age4plus_staffing")
    else:
        yield Grant("team_teaching", {"extra_staff": 1 + capacity // 150})
    yield Grant("under_age3_intake")
    if seed % 3 != 1:
        yield Grant("bus")
    yield Grant("meals", {"variant": "in_house" if seed % 2 else "delivered"})
    if exempt.first:
        yield Grant("side_dish_exemption", {"children": exempt.first})
    yield Grant("chief_teacher")
    if capacity > 150:
        yield Grant("parenting_support")
    yield Grant("office_staff")
    yield Grant("treatment_3", {"headcount_a": 2 + capacity // 90, "headcount_b": 1 + capacity // 120})
    yield Grant("climate", {"variant": "other"})
    if seed % 4 == 0:
        yield Grant("nutrition", {"variant": "c"})
    yield Grant("facility_strengthening")
    yield Grant("school_transition", {"variant": "full" if seed % 2 else "partial"})


def _nursery(seed: int, capacity: int, exempt: Exempt) -> Iterator[Grant]:
    yield Grant("age3_staffing")
    if capacity >= 120 and seed % 2:
        yield Grant("team_childcare", {"extra_staff": 1})
    else:
        yield Grant("age4plus_staffing")
    if seed % 3 == 0:
        yield Grant("age1_staffing")
    if seed % 11 == 0:
        yield Grant("holiday_care", {"variant": "up_to_210"})
    yield from _building(seed)
    if exempt.second:
        yield Grant("side_dish_exemption", {"children": exempt.second})
    if seed % 17 == 0:
        yield Grant("no_director")
    yield Grant("chief_nursery_teacher")
    if seed % 5 == 0:
        yield Grant("special_support", {"variant": "b"})
    yield Grant("office_staff")
    yield Grant("treatment_3", {"headcount_a": 2 + capacity // 45, "headcount_b": 1 + capacity // 60})
    yield Grant("climate", {"variant": "other"})
    yield Grant("nutrition", {"variant": "abc"[seed % 3]})
    yield Grant("facility_strengthening")


def _kodomoen(seed: int, capacity: int, exempt: Exempt) -> Iterator[Grant]:
    """Some hold for all its children, some for those of one system only; 副食費免除 is asked of each."""
    yield Grant("age3_staffing")
    yield Grant("age4plus_staffing")
    if seed % 2:
        yield Grant("age1_staffing", certification="23")
    yield Grant("under_age3_intake", certification="1")
    if seed % 3:
        yield Grant("bus", certification="1")
    yield Grant("meals", {"variant": "in_house"}, "1")
    yield from (replace(grant, certification="23") for grant in _building(seed))
    if exempt.first:
        yield Grant("side_dish_exemption", {"children": exempt.first}, "1")
    if exempt.second:
        yield Grant("side_dish_exemption", {"children": exempt.second}, "23")
    if seed % 5 == 0:
        yield Grant("special_support", {"variant": "b"})
    yield Grant("treatment_3", {"headcount_a": 2 + capacity // 45, "headcount_b": 1 + capacity // 60})
    yield Grant("climate", {"variant": "other"})
    yield Grant("facility_strengthening")
    yield Grant("school_transition", {"variant": "partial"})
    yield Grant("nutrition", {"variant": "abc"[seed % 3]})


def _community(kind: FacilityKind, seed: int) -> Iterator[Grant]:
    """地域型保育, but for children's homes."""
    is_small = kind in {FacilityKind.SMALL_C, FacilityKind.HOME_BASED}
    if kind in {FacilityKind.SMALL_B, FacilityKind.SMALL_C, FacilityKind.HOME_BASED}:
        yield Grant("qualified_staff")
    if not is_small and seed % 3 == 0:
        yield Grant("age1_staffing")
    yield from _building(seed)
    if seed % 19 == 0:
        yield Grant("no_partner_facility")
    if seed % 23 == 0:
        yield Grant("delivered_meals_penalty")
    yield Grant("treatment_3", {"headcount_a": 1, "headcount_b": 1})
    yield Grant("climate", {"variant": "other"})
    if not is_small:
        yield Grant("nutrition", {"variant": "abc"[seed % 3]})
    yield Grant("facility_strengthening")


def _home_visiting() -> Iterator[Grant]:
    yield Grant("qualified_staff")
    yield Grant("treatment_3", {"headcount_a": 1, "headcount_b": 1})
    yield Grant("climate", {"variant": "other"})


def _building(seed: int) -> Iterator[Grant]:
    if seed % 4 == 1:
        yield Grant("rent", {"variant": "c_standard"})
    elif seed % 4 == 2:
        yield Grant("depreciation", {"variant": "standard"})


def _exempt_children() -> dict[str, Exempt]:
    """Children without a side-dish fee, by facility, from the core system's April file (own city only)."""
    with (FOLDER / "user_charges_2026-04_cp932.csv").open(encoding="cp932", newline="") as file:
        return {
            line["事業所番号"]: Exempt(int(line["副食費免除人数1号"]), int(line["副食費免除人数2号"]))
            for line in csv.DictReader(file)
            if line["居住市区町村コード"] == "129999"
        }


def _date(words: str) -> date:
    found = re.fullmatch(r"(昭和|平成|令和)(\d+)年(\d+)月(\d+)日", words)
    if found is None:
        raise ValueError(f"facilities.csv: not a date: {words}")
    return date(ERA_BEGINS[found[1]] + int(found[2]), int(found[3]), int(found[4]))
