"""Which items a type has in a year, in the order of its table, and under which number (pricing.md §4.1–§4.4, §9)."""

from __future__ import annotations

import re
from typing import Final

import pytest

from pricing.rule_sets import TABLES, RuleSet, claimable_entries, claimable_entry, rules_for
from pricing.working import item

# An item's years stand behind it: ``@2025-`` since 令和7年度, ``@2017-2024`` from 平成29 to 令和6年度.
BASE: Final = "base treatment_i@-2024 treatment_1_2@2025-"
HEADCOUNTS: Final = "treatment_3@2025- treatment_ii@2017-2024 treatment_iii@2022-2024"
PERCENT_DEDUCTIONS: Final = "no_safety_plan@2026- no_management_report@2026-"
PLACE: Final = "climate snow ash"
KODOMOEN_END: Final = (
    "facility_strengthening school_transition nutrition third_party_evaluation ict@2026- mid_month"
)
KODOMOEN_LAST: Final = (
    f"over_capacity no_dedicated_chief special_support {HEADCOUNTS} {PLACE} elderly_employment {KODOMOEN_END}"
)
COMMUNITY_RUNNING: Final = "holiday_care night_care depreciation rent"
COMMUNITY_DEDUCTIONS: Final = (
    f"no_partner_facility delivered_meals_penalty no_director saturday_closure@2020- {PERCENT_DEDUCTIONS}"
)
COMMUNITY_LAST: Final = (
    f"over_capacity {HEADCOUNTS} {PLACE} elderly_employment facility_strengthening nutrition"
    " third_party_evaluation ict@2026-"
)
ORDER: Final = {
    ("kindergarten", "1"): (
        f"{BASE} vice_principal age3_staffing age4plus_staffing@2024- under_age3_intake lecturer team_teaching bus"
        f" meals external_audit side_dish_exemption@2019- below_staffing {PERCENT_DEDUCTIONS} over_capacity"
        " chief_teacher parenting_support special_support office_staff guidance_enrichment office_workload"
        f" {HEADCOUNTS} climate stakeholder_evaluation snow ash facility_strengthening school_transition"
        " nutrition third_party_evaluation ict@2026- mid_month"
    ),
    ("nursery", "23"): (
        f"{BASE} age3_staffing age4plus_staffing@2024- age1_staffing@2025- holiday_care night_care depreciation rent"
        f" team_childcare side_dish_exemption@2019- branch no_director saturday_closure@2020- {PERCENT_DEDUCTIONS}"
        f" over_capacity chief_nursery_teacher special_support office_staff {HEADCOUNTS} {PLACE}"
        " elderly_employment facility_strengthening school_transition nutrition third_party_evaluation"
        " ict@2026- mid_month"
    ),
    ("certified_kodomoen", "1"): (
        f"{BASE} vice_principal age3_staffing age4plus_staffing@2024- under_age3_intake lecturer class_organisation"
        f" team_teaching bus meals external_audit side_dish_exemption@2019- below_staffing {PERCENT_DEDUCTIONS}"
        " over_capacity no_dedicated_chief parenting_support special_support office_staff guidance_enrichment"
        f" office_workload {HEADCOUNTS} climate stakeholder_evaluation snow ash elderly_employment {KODOMOEN_END}"
    ),
    ("certified_kodomoen", "23"): (
        f"{BASE} age3_staffing age4plus_staffing@2024- age1_staffing@2025- class_organisation holiday_care"
        " night_care depreciation rent team_childcare side_dish_exemption@2019- branch no_director"
        f" saturday_closure@2020- below_staffing {PERCENT_DEDUCTIONS} {KODOMOEN_LAST}"
    ),
    ("small_a", "23"): (
        f"{BASE} disability_care age1_staffing@2025- {COMMUNITY_RUNNING} {COMMUNITY_DEDUCTIONS} {COMMUNITY_LAST}"
        " mid_month"
    ),
    ("small_b", "23"): (
        f"{BASE} qualified_staff disability_care age1_staffing@2025- {COMMUNITY_RUNNING} {COMMUNITY_DEDUCTIONS}"
        f" {COMMUNITY_LAST} mid_month"
    ),
    ("small_c", "23"): (
        f"{BASE} qualified_staff home_care_assistant home_care_support disability_care {COMMUNITY_RUNNING}"
        f" {COMMUNITY_DEDUCTIONS} {COMMUNITY_LAST} mid_month"
    ),
    ("home_based", "23"): (
        f"{BASE} qualified_staff home_care_assistant home_care_support disability_care depreciation rent"
        f" {COMMUNITY_DEDUCTIONS} {COMMUNITY_LAST} mid_month"
    ),
    ("workplace", "23"): (
        f"{BASE} qualified_staff disability_care age1_staffing@2025- {COMMUNITY_RUNNING} {COMMUNITY_DEDUCTIONS}"
        f" {COMMUNITY_LAST} employee_slot mid_month"
    ),
    ("home_visiting", "23"): (
        f"{BASE} qualified_staff {COMMUNITY_RUNNING} no_director {PERCENT_DEDUCTIONS} {HEADCOUNTS} {PLACE}"
        " elderly_employment facility_strengthening nutrition third_party_evaluation ict@2026- mid_month"
    ),
}
# The numbers that the published tables print (R8 幼稚園, R7 保育所); nothing else is numbered.
NUMBERS: Final = {
    "kindergarten": (
        "base⑤ treatment_i⑥ treatment_1_2⑥ vice_principal⑦ age3_staffing⑧ age4plus_staffing⑨ under_age3_intake⑩"
        " lecturer⑪ team_teaching⑫ bus⑬ meals⑭ external_audit⑮ side_dish_exemption⑯ below_staffing⑰"
        " no_safety_plan⑰a no_management_report⑰b over_capacity⑱ chief_teacher⑲ parenting_support⑳"
        " special_support㉑ office_staff㉒ guidance_enrichment㉓ office_workload㉔ treatment_3㉕ climate㉖"
        " stakeholder_evaluation㉗ snow㉘ ash㉙ facility_strengthening㉚ school_transition㉛ nutrition㉜"
        " third_party_evaluation㉝ ict㉞"
    ),
    "nursery": (
        "base⑥ treatment_i⑦ treatment_1_2⑦ age3_staffing⑧ age4plus_staffing⑨ age1_staffing⑩ holiday_care⑪"
        " night_care⑫ depreciation⑬ rent⑭ team_childcare⑮ side_dish_exemption⑯ branch⑰ no_director⑱"
        " saturday_closure⑲ over_capacity⑳"
    ),
}
# D17: printed in both tables of a 認定こども園 at a halved price each, so claiming one means both rows.
OF_THE_WHOLE_KODOMOEN: Final = {
    "special_support", "treatment_3", "nutrition", "third_party_evaluation", "ict", "facility_strengthening",
    "school_transition", "elderly_employment", "no_dedicated_chief", "treatment_ii", "treatment_iii",
}  # fmt: skip


def stands(years: str, year: int) -> bool:
    """``2017-2024``: whether an item of these years stands in the table of ``year``."""
    first, _, last = years.partition("-")
    return (not first or int(first) <= year) and (not last or year <= int(last))


def items_in(order: str, year: int) -> list[str]:
    """The codes of a written order that stand in ``year``."""
    found = [one.partition("@") for one in order.split()]
    return [code for code, _, years in found if stands(years, year)]


def every_table(year: int) -> list[RuleSet]:
    return [table for facility_type in TABLES for table in rules_for(facility_type, year).tables.values()]


@pytest.mark.parametrize("year", range(2015, 2028))
@pytest.mark.parametrize(("facility_type", "system"), ORDER)
def test_a_table_has_the_items_of_its_year_in_the_official_order(
    facility_type: str, system: str, year: int
) -> None:
    table = rules_for(facility_type, year).tables[system]

    assert [entry.item.code for entry in table.entries] == items_in(ORDER[facility_type, system], year)
    assert (table.facility_type, table.fiscal_year, table.system) == (facility_type, year, system)


def test_every_type_has_a_table_for_each_system_it_takes_children_of() -> None:
    assert {(name, system) for name in TABLES for system in rules_for(name, 2026).systems} == set(ORDER)


@pytest.mark.parametrize("year", [2016, 2024, 2026])
def test_an_item_bears_the_number_of_the_published_table_and_else_none(year: int) -> None:
    for table in every_table(year):
        printed = dict(re.findall(r"([a-z0-9_]+)(\S+)", NUMBERS.get(table.facility_type, "")))
        for entry in table.entries:
            assert entry.number == printed.get(entry.item.code, "")
            assert entry.heading == f"{entry.number} {entry.label}".strip()


@pytest.mark.parametrize("year", [2023, 2026])
def test_only_a_kodomoen_has_items_of_the_whole_facility(year: int) -> None:
    for table in every_table(year):
        whole = {entry.item.code for entry in table.entries if entry.whole_facility}
        standing = {entry.item.code for entry in table.entries}
        assert whole == (
            OF_THE_WHOLE_KODOMOEN & standing if table.facility_type == "certified_kodomoen" else set()
        )


def test_the_items_of_a_kodomoen_are_told_once_in_the_order_of_its_tables() -> None:
    rules = rules_for("certified_kodomoen", 2026)
    education, childcare = (items_in(ORDER["certified_kodomoen", system], 2026) for system in ("1", "23"))

    assert [entry.item.code for entry in rules.entries] == [
        *education,
        *(code for code in childcare if code not in education),
    ]
    assert rules.systems_of("bus") == ("1",)
    assert rules.systems_of("rent") == ("23",)
    assert rules.systems_of("climate") == ("1", "23")
    assert rules.systems_of("vice_principal") == ("1",)


def test_an_item_can_be_looked_up_in_whatever_year_it_stands() -> None:
    """Side dishes of 1号 are by the day, of 2号 by the month."""
    found = claimable_entries("certified_kodomoen", "side_dish_exemption")

    assert {system: entry.item.unit for system, entry in found.items()} == {
        "1": "child_day",
        "23": "child_month",
    }
    assert claimable_entry("certified_kodomoen", "side_dish_exemption") is found["1"]
    assert claimable_entry("certified_kodomoen", "side_dish_exemption", "23") is found["23"]
    assert claimable_entry("certified_kodomoen", "bus", "23") is None
    assert claimable_entry("nursery", "bus") is None
    assert claimable_entry("nursery", "treatment_iii") is not None


@pytest.mark.parametrize(("code", "unit"), [("bass", "child_month"), ("base", "child_week")])
def test_an_item_without_a_name_or_of_an_unknown_unit_cannot_be_declared(code: str, unit: str) -> None:
    with pytest.raises(ValueError, match="unknown item or unit"):
        item(code, unit)
