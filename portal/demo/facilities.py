"""The demo city's facilities from its own CSV, with profiles and 加算 that are plausible and always the same."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

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
# 園長 not yet assigned, and the like, are rare: one facility in so many has the deduction.
Grants = dict[str, dict[str, Any]]


def rows() -> list[dict[str, str]]:
    """The lines of facilities.csv."""
    with (FOLDER / "facilities.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def make_facilities(city: Municipality) -> list[Facility]:
    """All facilities of the demo city with their corporations, profiles and granted items; the scope is open."""
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
                base_percent=2 + seed * 7 % 11,
                wage_percent=7 if seed % 3 == 0 else 6,
            )
        )
        grants += [
            GrantedItem(
                municipality=city,
                facility=facility,
                code=code,
                options=options,
                from_month=FIRST_MONTH.first_day,
            )
            for code, options in _grants_of(
                facility, seed, int(line["認可定員"]), exempt.get(facility.number, 0)
            )
        ]
    FacilityProfile.objects.bulk_create(profiles)
    GrantedItem.objects.bulk_create(grants)
    return facilities


def _grants_of(
    facility: Facility, seed: int, capacity: int, exempt: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    if facility.is_public:
        return
    if facility.kind == FacilityKind.KINDERGARTEN:
        yield from _kindergarten(seed, capacity, exempt)
    elif facility.kind == FacilityKind.NURSERY:
        yield from _nursery(seed, capacity, exempt)


def _kindergarten(seed: int, capacity: int, exempt: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "vice_principal", {}
    yield "age3_staffing", {}
    if seed % 2:
        yield "age4plus_staffing", {}
    else:
        yield "team_teaching", {"extra_staff": 1 + capacity // 150}
    yield "under_age3_intake", {}
    if seed % 3 != 1:
        yield "bus", {}
    yield "meals", {"variant": "in_house" if seed % 2 else "delivered"}
    if exempt:
        yield "side_dish_exemption", {"children": exempt}
    yield "chief_teacher", {}
    if capacity > 150:
        yield "parenting_support", {}
    yield "office_staff", {}
    yield "treatment_3", {"headcount_a": 2 + capacity // 90, "headcount_b": 1 + capacity // 120}
    yield "climate", {"variant": "other"}
    if seed % 4 == 0:
        yield "nutrition", {"variant": "c"}
    yield "facility_strengthening", {}
    yield "school_transition", {"variant": "full" if seed % 2 else "partial"}


def _nursery(seed: int, capacity: int, exempt: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "age3_staffing", {}
    if capacity >= 120 and seed % 2:
        yield "team_childcare", {"extra_staff": 1}
    else:
        yield "age4plus_staffing", {}
    if seed % 3 == 0:
        yield "age1_staffing", {}
    if seed % 11 == 0:
        yield "holiday_care", {"variant": "up_to_210"}
    if seed % 4 == 1:
        yield "rent", {"variant": "c_standard"}
    elif seed % 4 == 2:
        yield "depreciation", {"variant": "standard"}
    if exempt:
        yield "side_dish_exemption", {"children": exempt}
    if seed % 17 == 0:
        yield "no_director", {}
    yield "chief_nursery_teacher", {}
    if seed % 5 == 0:
        yield "special_support", {"variant": "b"}
    yield "office_staff", {}
    yield "treatment_3", {"headcount_a": 2 + capacity // 45, "headcount_b": 1 + capacity // 60}
    yield "climate", {"variant": "other"}
    yield "nutrition", {"variant": "abc"[seed % 3]}
    yield "facility_strengthening", {}


def _exempt_children() -> dict[str, int]:
    """Children without a side-dish fee, by facility, from the core system's April file (own city only)."""
    with (FOLDER / "user_charges_2026-04_cp932.csv").open(encoding="cp932", newline="") as file:
        return {
            line["事業所番号"]: int(line["副食費免除人数2号"]) + int(line["副食費免除人数1号"])
            for line in csv.DictReader(file)
            if line["居住市区町村コード"] == "129999"
        }


def _date(words: str) -> date:
    found = re.fullmatch(r"(昭和|平成|令和)(\d+)年(\d+)月(\d+)日", words)
    if found is None:
        raise ValueError(f"facilities.csv: not a date: {words}")
    return date(ERA_BEGINS[found[1]] + int(found[2]), int(found[3]), int(found[4]))
