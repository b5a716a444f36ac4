"""Conditions of 加算 and 減算: a passing and a failing case each, what is not known, the graph, and what follows."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pricing
from pricing import Capacity, ChildClass, ItemClaim, Month, Treatment
from pricing.conditions.checking import Findings, ItemFinding, check
from pricing.conditions.facts import (
    DIETITIANS,
    ICT_FUNCTIONS,
    MEAL_STYLES,
    QUESTIONS,
    Facts,
    Renovation,
    YearOfOccupancy,
)
from pricing.conditions.graph import declared, in_force, mermaid
from pricing.conditions.service import saturdays
from pricing.conditions.sources import source_words
from pricing.problems import NoRuleSet
from pricing.rule_sets import AUTOMATIC, TABLES, rules_for
from pricing.vocabulary import ITEM_LABELS, system_of
from tests.pricing.condition_cases import (
    CASES,
    CHIEF,
    HINTS,
    NEVER_UNKNOWN,
    TEAM,
    TWO_OF_CARE,
    WE4,
    children,
    kindergarten,
    kodomoen,
    nursery,
    occupancy,
    small_a,
)
from tests.pricing.strategies import CLASSES, OPTION_VALUES

README = (Path(pricing.__file__).parent / "README.md").read_text(encoding="utf-8")
YEARS = range(2015, 2028)
TRIES = settings(max_examples=150, deadline=None)
BY_ID = {condition.id: condition for condition in declared()}


def of_claimed(findings: Findings, condition_id: str) -> ItemFinding:
    code = condition_id.split(".")[0]
    return next(one for one in findings.claimed if one.code == code)


def answer_of(facts: Facts, condition_id: str) -> str:
    """How a condition of a claimed item is answered."""
    finding = of_claimed(check(facts), condition_id)
    for verdict, reasons in (("fails", finding.failing), ("unknown", finding.open)):
        if any(reason.condition.id == condition_id for reason in reasons):
            return verdict
    return "holds"


def codes(found: tuple[ItemFinding, ...]) -> list[str]:
    return [one.code for one in found]


def unclaimed(facts: Facts, code: str) -> ItemFinding:
    return next(one for one in check(facts).unclaimed if one.code == code)


# ── Every declared condition ─────────────────────────────────────────────────────────────────────


def test_every_declared_condition_has_a_passing_and_a_failing_case() -> None:
    asked = {one.id for one in declared() if one.kind != "implies"}
    hints = {one.id for one in declared() if one.kind == "implies"}

    assert set(CASES) == asked
    assert set(HINTS) == hints


@pytest.mark.parametrize("condition_id", CASES)
def test_a_condition_holds_for_one_facility_and_fails_for_the_other(condition_id: str) -> None:
    good, bad = CASES[condition_id]

    assert answer_of(good, condition_id) == "holds"
    assert answer_of(bad, condition_id) == "fails"


@pytest.mark.parametrize("condition_id", CASES)
def test_a_failing_condition_takes_the_item_off_and_says_why_in_japanese(condition_id: str) -> None:
    _, bad = CASES[condition_id]
    found = check(bad)

    finding = of_claimed(found, condition_id)
    reason = next(one for one in finding.failing if one.condition.id == condition_id)
    assert finding in found.no_longer_qualifies
    assert reason.sentences
    assert all(words.endswith("。") and not words.isascii() for words in reason.sentences)
    assert reason.words
    assert not reason.words.endswith("。")


@pytest.mark.parametrize("condition_id", HINTS)
def test_who_claims_the_one_is_told_of_the_other(condition_id: str) -> None:
    both, one_alone = HINTS[condition_id]
    condition = BY_ID[condition_id]

    assert condition.other in codes(check(both).claimed)
    assert unclaimed(one_alone, condition.other).hints == (condition.words,)
    assert check(one_alone).within_reach[0].code == condition.other


def test_an_item_that_is_not_settled_says_nothing_of_another() -> None:
    assert unclaimed(nursery("chief_nursery_teacher"), "office_staff").hints == ()


NEEDS = [one for one in CASES if BY_ID[one].kind == "needs" and not one.endswith(".march")]


@pytest.mark.parametrize("condition_id", [one for one in NEEDS if one not in NEVER_UNKNOWN])
def test_without_a_single_fact_a_condition_asks_and_neither_holds_nor_fails(condition_id: str) -> None:
    facts = CASES[condition_id][0]
    blank = Facts(facility_type=facts.facility_type, month=facts.month, claimed=facts.claimed)

    finding = of_claimed(check(blank), condition_id)
    reason = next(one for one in finding.open if one.condition.id == condition_id)
    assert finding.verdict != "holds"
    assert reason.sentences
    assert set(reason.sentences) <= set(QUESTIONS.values())


def test_every_fact_is_asked_for_by_a_condition() -> None:
    asked: set[str] = set()
    for facility_type in TABLES:
        for month in (Month(2027, 3), Month(2023, 3)):
            facts = Facts(facility_type=facility_type, month=month)
            for one in check(facts).unclaimed:
                asked.update(words for reason in one.open for words in reason.sentences)
    for facts, _ in CASES.values():
        blank = Facts(facility_type=facts.facility_type, month=facts.month, claimed=facts.claimed)
        for one in check(blank).claimed:
            asked.update(words for reason in one.open for words in reason.sentences)
    full = nursery("school_transition:full", month="2027-03", transition_duty=True, transition_exchange=True)
    asked.update(words for one in check(full).claimed for reason in one.open for words in reason.sentences)

    assert set(QUESTIONS.values()) - asked == set()


# ── Boundaries and what the tables of cases do not show ──────────────────────────────────────────


@pytest.mark.parametrize(
    ("persons", "holds"), [(0, False), (1, True), (35, True), (36, False), (120, False), (121, True)]
)
def test_the_lecturer_is_for_small_and_large_kindergartens(persons: int, holds: bool) -> None:
    facts = kindergarten("lecturer", capacity=Capacity(education=persons))

    assert answer_of(facts, "lecturer.capacity") == ("holds" if holds else "fails")


@pytest.mark.parametrize(("persons", "holds"), [(35, False), (36, True), (300, True), (301, False)])
def test_class_organisation_is_for_36_to_300_of_both(persons: int, holds: bool) -> None:
    facts = kodomoen("class_organisation", capacity=Capacity(15, 400), capacity_from_age3=persons - 15)

    assert answer_of(facts, "class_organisation.capacity") == ("holds" if holds else "fails")


@pytest.mark.parametrize(
    ("persons", "capacity", "verdict"),
    [(1, None, "holds"), (2, None, "unknown"), (2, 121, "holds"), (3, 200, "fails")],
)
def test_a_second_person_of_team_childcare_needs_a_large_nursery(
    persons: int, capacity: int | None, verdict: str
) -> None:
    known = None if capacity is None else Capacity(childcare=capacity)
    facts = nursery(ItemClaim("team_childcare", extra_staff=persons), capacity=known)

    assert answer_of(facts, "team_childcare.limit") == verdict


@pytest.mark.parametrize(
    ("users", "variant"),
    [(1, "up_to_210"), (210, "up_to_210"), (211, "up_to_280"), (1050, "up_to_1050"), (1051, "over_1050")],
)
def test_the_tier_of_holiday_care_follows_its_yearly_use(users: int, variant: str) -> None:
    willing = dict.fromkeys(("holiday_open", "holiday_staff", "holiday_meals", "holiday_need"), True)

    found = unclaimed(nursery(holiday_users=users, **willing), "holiday_care")

    assert (found.verdict, found.variant) == ("holds", variant)


@pytest.mark.parametrize(
    ("hours", "variant"),
    [
        (400, "400_to_799"),
        (799, "400_to_799"),
        (800, "800_to_1199"),
        (1199, "800_to_1199"),
        (1200, "1200_or_more"),
    ],
)
def test_the_tier_of_elderly_employment_follows_the_hours(hours: int, variant: str) -> None:
    facts = nursery(month="2027-03", elderly_hours=hours, extended_care=True, elderly_other_grant=False)

    found = unclaimed(facts, "elderly_employment")

    assert (found.verdict, found.variant) == ("holds", variant)


@pytest.mark.parametrize(
    ("closed", "variant"), [(1, "1"), (2, "2"), (3, "3_or_more"), (4, "all"), (5, "all")]
)
def test_saturdays_closed_demand_their_deduction(closed: int, variant: str) -> None:
    found = check(nursery(closed_saturdays=closed)).must_be_claimed

    assert [(one.code, one.variant) for one in found] == [("saturday_closure", variant)]


def test_no_saturday_closed_demands_nothing() -> None:
    assert check(nursery(closed_saturdays=0)).must_be_claimed == ()


@pytest.mark.parametrize(
    ("month", "count"), [("2026-05", 5), ("2026-06", 4), ("2027-02", 4), ("2028-02", 4), ("2026-10", 5)]
)
def test_saturdays_of_a_month(month: str, count: int) -> None:
    assert saturdays(Month.parse(month)) == count


@pytest.mark.parametrize(
    ("facility_type", "system", "years"), [("kindergarten", "1", 2), ("nursery", "23", 5)]
)
def test_over_capacity_looks_back_as_many_years_as_the_system_says(
    facility_type: str, system: str, years: int
) -> None:
    def demanded(past: tuple[YearOfOccupancy, ...]) -> str:
        facts = Facts(facility_type=facility_type, month=Month(2026, 6), **{f"occupancy_{system}": past})
        return unclaimed(facts, "over_capacity").verdict

    first = 2026 - years
    assert demanded(occupancy(range(first, 2026))) == "holds"
    assert demanded(occupancy(range(first + 1, 2026))) == "unknown"
    assert demanded(occupancy(range(first, 2026), 119)) == "fails"
    assert demanded(occupancy(range(first, 2026), always_over=False)) == "fails"
    assert demanded(occupancy(range(first - 1, first), 90) + occupancy(range(first, 2026))) == "holds"


def test_over_capacity_of_a_kodomoen_is_found_by_system() -> None:
    facts = kodomoen(
        capacity=Capacity(15, 60),
        children=children(e3=20, s3=70),
        occupancy_1=occupancy(range(2024, 2026)),
        occupancy_23=occupancy(range(2021, 2026), 100),
    )

    found = check(facts)

    assert [(one.code, one.system, one.label) for one in found.must_be_claimed] == [
        ("over_capacity", "1", "定員恒常的超過（1号）")
    ]
    both = check(replace(facts, claimed=(ItemClaim("over_capacity"),)))
    assert [words for reason in both.no_longer_qualifies[0].failing for words in reason.sentences] == [
        "2・3号は、過去5年度のうちに、利用定員を超えない月または平均在所率120％未満の年度があるので、この減算は要りません。"
    ]
    assert (
        codes(
            check(
                replace(facts, claimed=(ItemClaim("over_capacity", certification="1"),))
            ).no_longer_qualifies
        )
        == []
    )


def test_improved_staffing_counts_the_ratios_of_everything_claimed() -> None:
    """40 + 70 children: 2.0 + 2.3 → 4; with both 加算 2.6 + 2.8 → 5."""
    facts = kindergarten(
        "age3_staffing",
        "age4plus_staffing",
        capacity=Capacity(education=120),
        children=children(e3=40, e4plus=70),
    )

    assert answer_of(replace(facts, teachers=5), "age3_staffing.teachers") == "holds"
    found = check(replace(facts, teachers=Fraction(9, 2)))
    reasons = of_claimed(found, "age3_staffing.teachers").failing
    assert [reason.sentences for reason in reasons] == [("必要な教諭・保育士は5人ですが、4.5人です。",)]


def test_a_suggested_improvement_leaves_the_teachers_of_the_team() -> None:
    facts = nursery(TEAM, **WE4, teachers=12, average_experience_months=150)
    one_more = replace(facts, teachers=13)

    # 18 ÷ 15 → 1.2 instead of 0.9: still 9 by age, so the twelve are enough.
    assert codes(check(facts).could_be_claimed) == ["age3_staffing"]
    assert check(replace(facts, claimed=(TEAM, ItemClaim("age3_staffing")))).no_longer_qualifies == ()
    assert "age3_staffing" in codes(check(one_more).could_be_claimed)
    assert unclaimed(replace(facts, teachers=11), "age3_staffing").verdict == "fails"


def test_what_staffing_cannot_tell_is_asked_and_not_decided() -> None:
    facts = small_a(
        "age1_staffing",
        "disability_care",
        capacity=Capacity(childcare=19),
        children=children(s1=9),
        teachers=9,
    )

    reason = of_claimed(check(facts), "age1_staffing.teachers").open[0]

    assert reason.condition.id == "age1_staffing.teachers"
    assert "確かめられていません" in reason.sentences[0]


def test_one_and_two_year_olds_together_are_asked_apart() -> None:
    together = (ChildClass("3", "12", "standard", 9),)
    facts = small_a("age1_staffing", capacity=Capacity(childcare=19), children=together, teachers=9)

    assert ("1歳児と2歳児は、それぞれ何人ですか。",) in [
        reason.sentences for reason in of_claimed(check(facts), "age1_staffing.teachers").open
    ]


@pytest.mark.parametrize(("allowance", "disabled", "variant", "verdict"), [
    (1, 0, "a", "holds"), (1, 1, "b", "holds"), (0, 1, "b", "holds"), (0, 1, "a", "fails"), (0, 0, "b", "fails"),
    (None, 1, "b", "holds"), (None, 1, "a", "unknown"), (None, None, "b", "unknown"), (0, None, "a", "unknown"),
])  # fmt: skip
def test_which_children_the_two_kinds_of_special_support_are_for(
    allowance: int | None, disabled: int | None, variant: str, verdict: str
) -> None:
    facts = nursery(
        f"special_support:{variant}", special_allowance_children=allowance, disabled_children=disabled
    )

    assert answer_of(facts, "special_support.variant") == verdict


@pytest.mark.parametrize("variant", ["c", "d"])
def test_special_support_c_and_d_stay_undecided(variant: str) -> None:
    facts = kindergarten(f"special_support:{variant}", special_allowance_children=3, disabled_children=3)

    assert answer_of(facts, "special_support.variant") == "unknown"


def test_special_support_of_a_kodomoen_does_not_stand_beside_its_deduction() -> None:
    good = kodomoen("special_support:b", **CHIEF, kodomoen_chief_programmes=True)

    assert answer_of(good, "special_support.dedicated_chief") == "holds"
    both = replace(good, claimed=(*good.claimed, ItemClaim("no_dedicated_chief")))
    assert answer_of(both, "special_support.dedicated_chief") == "fails"
    assert answer_of(both, "no_dedicated_chief.missing") == "fails"


def test_one_programme_leaves_facility_strengthening_to_the_notice() -> None:
    one = {**TWO_OF_CARE, "sick_child_care": False}
    facts = nursery("facility_strengthening", month="2027-03", **one)

    reason = of_claimed(check(facts), "facility_strengthening.programmes").open[-1]

    assert reason.sentences == (
        "対象の事業は1つです。施設機能強化推進費に必要な事業の数を通知で確かめてください。",
    )


def test_an_unfinished_list_of_programmes_asks_only_for_what_is_open() -> None:
    facts = nursery(
        "chief_nursery_teacher", extended_care=True, sick_child_care=False, children=children(s0=2)
    )

    finding = of_claimed(check(facts), "chief_nursery_teacher.programmes")
    reason = next(one for one in finding.open if one.condition.name == "programmes")

    assert reason.sentences == (QUESTIONS["temporary_care_general"], QUESTIONS["disabled_children"])


def test_three_infants_and_a_child_with_a_disability_are_programmes() -> None:
    off = dict.fromkeys(("extended_care", "temporary_care_general", "sick_child_care"), False)
    facts = nursery("chief_nursery_teacher", **off, children=children(s0=3), disabled_children=1)

    assert answer_of(facts, "chief_nursery_teacher.programmes") == "holds"
    assert answer_of(replace(facts, children=children(s0=2)), "chief_nursery_teacher.programmes") == "fails"


@pytest.mark.parametrize(("subsidy", "renovation", "verdict"), [
    (False, None, "holds"), (None, None, "unknown"), (True, None, "unknown"),
    (None, Renovation(20_000_000, 1_000, False), "holds"), (True, Renovation(20_000_000, 1_000, True), "fails"),
    (True, Renovation(9_999_999, 100, False), "fails"), (None, Renovation(0, 0, False), "unknown"),
])  # fmt: skip
def test_a_subsidised_building_needs_a_large_renovation(
    subsidy: bool | None, renovation: Renovation | None, verdict: str
) -> None:
    facts = nursery("depreciation:urban", state_subsidy=subsidy, renovation=renovation)

    assert answer_of(facts, "depreciation.subsidy") == verdict


def test_the_career_path_matters_from_reiwa_8_and_only_where_a_rate_is_claimed() -> None:
    facts = nursery(career_path=False, treatment=Treatment(9, 6))

    assert codes(check(facts).no_longer_qualifies) == ["treatment_1_2"]
    assert check(replace(facts, month=Month(2026, 3))).no_longer_qualifies == ()
    assert check(replace(facts, treatment=Treatment(0, 0))).no_longer_qualifies == ()


def test_a_partial_school_transition_may_be_claimed_by_who_could_claim_the_whole() -> None:
    done = {"transition_duty": True, "transition_exchange": True, "transition_curriculum": True}

    assert check(nursery("school_transition:partial", month="2027-03", **done)).no_longer_qualifies == ()
    assert unclaimed(nursery(month="2027-03", **done), "school_transition").variant == "full"


def test_one_missing_part_fails_a_condition_whatever_else_is_unknown() -> None:
    facts = nursery("school_transition:partial", month="2027-03", transition_exchange=False)

    assert answer_of(facts, "school_transition.variant") == "fails"


def test_this_years_own_evaluation_is_none_before() -> None:
    facts = nursery("third_party_evaluation", month="2027-03", third_party_years=frozenset({2026}))

    assert answer_of(facts, "third_party_evaluation.once_in_five_years") == "holds"


def test_a_team_is_suggested_where_a_teacher_is_left_over() -> None:
    facts = nursery(**WE4, teachers=11, average_experience_months=150)

    assert "team_childcare" not in codes(check(facts).could_be_claimed)
    assert "team_childcare" in codes(check(replace(facts, teachers=12)).could_be_claimed)


# ── The lists ────────────────────────────────────────────────────────────────────────────────────


def test_an_item_that_falls_takes_along_what_requires_it() -> None:
    """主任専任 lost its second programme, so 療育支援 goes with it."""
    known = {**TWO_OF_CARE, **CHIEF, "special_support_assistant": True, "special_allowance_children": 1}
    facts = nursery("chief_nursery_teacher", "special_support:a", **known)

    assert check(facts).no_longer_qualifies == ()
    lost = check(replace(facts, sick_child_care=False))
    assert codes(lost.no_longer_qualifies) == ["chief_nursery_teacher", "special_support"]
    assert lost.no_longer_qualifies[1].failing[0].sentences == (
        "「主任保育士専任」の要件を満たしていません。",
    )


def test_what_could_be_claimed_is_told_with_the_variant_that_fits() -> None:
    facts = nursery(
        rented_percent=100, rent_paid=True, subsidy_balance=False, rent_area="c", urban=False, owned_percent=0,
        dietitian="shared", dietitian_advice=True, climate_zone="other", night_care=False,
    )  # fmt: skip

    found = check(facts)

    assert [(one.code, one.variant) for one in found.could_be_claimed] == [
        ("rent", "c_standard"),
        ("climate", "other"),
        ("nutrition", "b"),
    ]
    assert "night_care" in codes(found.within_reach)
    assert "depreciation" in codes(found.within_reach)


def test_what_is_within_reach_says_exactly_what_is_missing() -> None:
    facts = nursery(dietitian="placed", dietitian_advice=False)

    found = next(one for one in check(facts).within_reach if one.code == "nutrition")

    assert [(reason.words, reason.sentences) for reason in found.missing] == [
        (
            "栄養士が献立・アレルギー・食育の助言をしている",
            ("栄養士が献立・アレルギー・食育の助言をしていません。",),
        )
    ]
    assert found in check(facts).within_reach
    assert found not in check(facts).could_be_claimed


def test_what_nobody_can_change_this_month_is_not_within_reach() -> None:
    found = check(nursery(month="2026-06", snow_region=False, children=children(s3=9)))

    assert not {"snow", "ash", "age1_staffing", "third_party_evaluation"} & set(codes(found.within_reach))
    assert "age3_staffing" in codes(found.within_reach)


def test_what_comes_by_itself_is_never_suggested() -> None:
    for facility_type in TABLES:
        facts = Facts(facility_type=facility_type, month=Month(2026, 6))
        assert not AUTOMATIC & set(codes(check(facts).unclaimed))


@pytest.mark.parametrize(
    ("fact", "code"), [("safety_plan", "no_safety_plan"), ("management_report", "no_management_report")]
)
def test_a_missing_plan_or_report_demands_its_deduction_from_reiwa_8(fact: str, code: str) -> None:
    facts = nursery(**{fact: False})

    assert codes(check(facts).must_be_claimed) == [code]
    assert check(nursery(code, **{fact: False})).must_be_claimed == ()
    assert codes(check(nursery(code, **{fact: True})).no_longer_qualifies) == [code]
    assert check(replace(facts, month=Month(2026, 3))).must_be_claimed == ()
    assert code in codes(check(nursery()).may_have_to_be_claimed)


def test_children_of_a_branch_demand_the_deduction_of_the_branch() -> None:
    branch = (ChildClass("2", "3", "standard", 3, branch=True),)

    assert codes(check(nursery(children=branch)).must_be_claimed) == ["branch"]


def test_a_director_who_lacks_one_requirement_demands_the_deduction() -> None:
    assert codes(check(nursery(director_dedicated=False)).must_be_claimed) == ["no_director"]
    assert "no_director" in codes(check(nursery(director_dedicated=True)).may_have_to_be_claimed)


@pytest.mark.parametrize(("facility_type", "code", "month"), [
    ("nursery", "age1_staffing", "2025-03"), ("nursery", "bus", "2026-06"), ("small_c", "age1_staffing", "2026-06"),
    ("nursery", "treatment_iii", "2026-06"), ("nursery", "no_such_item", "2026-06"), ("kindergarten", "ict", "2026-03"),
])  # fmt: skip
def test_what_the_table_of_the_year_does_not_have_no_longer_qualifies(
    facility_type: str, code: str, month: str
) -> None:
    facts = Facts(facility_type=facility_type, month=Month.parse(month), claimed=(ItemClaim(code),))

    finding = next(one for one in check(facts).no_longer_qualifies if one.code == code)

    assert finding.failing[0].condition.id == f"{code}.table"
    assert "請求できない項目" in finding.failing[0].sentences[0]


def test_a_kodomoen_hears_of_an_item_for_the_system_that_does_not_claim_it() -> None:
    facts = kodomoen(
        ItemClaim("climate", variant="other", certification="1"), climate_zone="other", capacity=Capacity(60, 60),
        children=children(e3=20, s3=20),
    )  # fmt: skip

    found = [one for one in check(facts).could_be_claimed if one.code == "climate"]

    assert [(one.system, one.label, one.variant) for one in found] == [("23", "冷暖房費（2・3号）", "other")]


def test_a_kodomoen_without_one_system_is_not_asked_about_it() -> None:
    facts = kodomoen(capacity=Capacity(None, 60), children=children(s3=20))

    found = check(facts).unclaimed

    assert "bus" not in codes(found)
    assert {one.system for one in found} == {"", "23"}


def test_side_dishes_of_a_kodomoen_are_looked_at_by_system() -> None:
    claims = (
        ItemClaim("side_dish_exemption", certification="1", children=2, days=20),
        ItemClaim("side_dish_exemption", certification="23", children=3),
    )
    facts = kodomoen(*claims, exempt_children_1=2, exempt_children_2=2)

    assert [(one.code, one.system) for one in check(facts).no_longer_qualifies] == [
        ("side_dish_exemption", "23")
    ]


def test_a_nursery_has_one_system_and_need_not_name_it() -> None:
    named = nursery(ItemClaim("climate", variant="other", certification="23"), climate_zone="other")

    finding = of_claimed(check(named), "climate.variant")

    assert (finding.system, finding.label, finding.verdict) == ("", "冷暖房費", "holds")
    assert "climate" not in codes(check(named).unclaimed)


def test_years_without_an_official_price_are_refused() -> None:
    with pytest.raises(NoRuleSet):
        check(nursery(month="2015-03"))


# ── The graph ────────────────────────────────────────────────────────────────────────────────────

STANDING = [(facility_type, year) for facility_type in TABLES for year in YEARS]


def entries_of(facility_type: str, year: int) -> list[Any]:
    return [entry for table in rules_for(facility_type, year).tables.values() for entry in table.entries]


def edges(facility_type: str, year: int, kind: str) -> set[tuple[str, str]]:
    return {
        (entry.item.code, condition.counterpart(entry.item.code))
        for entry in entries_of(facility_type, year)
        for condition in in_force(entry.item, facility_type, year)
        if condition.kind == kind
    }


def test_every_item_that_is_asked_for_declares_conditions() -> None:
    for facility_type, year in STANDING:
        for entry in entries_of(facility_type, year):
            if entry.item.code not in AUTOMATIC:
                assert in_force(entry.item, facility_type, year), (facility_type, year, entry.item.code)


def test_a_condition_has_one_id_one_sentence_and_a_source() -> None:
    by_id: dict[str, set[str]] = {}
    for facility_type, year in STANDING:
        for entry in entries_of(facility_type, year):
            names = [condition.name for condition in entry.item.conditions]
            assert len(names) == len(set(names))
            for condition in entry.item.conditions:
                by_id.setdefault(condition.id, set()).add(condition.words)
                assert condition.code == entry.item.code
                assert condition.mark in ("", "K", "U")
                assert "§" in condition.source or "一般知識" in condition.source
                assert condition.types <= set(TABLES)
                assert condition.first_year <= condition.last_year
    assert {len(words) for words in by_id.values()} == {1}


def test_a_source_is_told_in_words_a_clerk_can_look_for() -> None:
    told = {
        condition.source_words
        for facility_type, year in STANDING
        for entry in entries_of(facility_type, year)
        for condition in entry.item.conditions
    }

    assert len(told) > 20
    assert [words for words in told if not words or re.search(r"§|\[|\.md|\.jp|;", words)] == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "pricing.md §6 [S3][S13]、forms.md §6 個票5",
            "福岡市の加算適用申請の様式（令和5年度） 個票5、留意事項通知（令和3年3月31日）の解説",
        ),
        ("pricing.md §6 [S3]", "福岡市の加算適用申請の様式（令和5年度）"),
        ("pricing.md §4.2（名称による）", "項目の名称"),
        ("pricing.md §7", "公定価格の算定方法"),
        ("一般知識（資料に記載なし）", "一般知識"),
    ],
)
def test_what_a_source_is_called(source: str, words: str) -> None:
    assert source_words(source) == words


def test_a_publication_without_a_name_is_noticed() -> None:
    with pytest.raises(KeyError):
        source_words("pricing.md §6 [S99]")


@pytest.mark.parametrize("kind", ["requires", "implies"])
def test_what_an_item_points_at_stands_in_the_same_table(kind: str) -> None:
    for facility_type, year in STANDING:
        standing = {entry.item.code for entry in entries_of(facility_type, year)}
        for code, other in edges(facility_type, year, kind):
            assert other in standing, (facility_type, year, code, other)


def test_what_an_item_excludes_stands_in_a_table_with_it() -> None:
    together = {
        frozenset((code, other))
        for facility_type, year in STANDING
        for code, other in edges(facility_type, year, "excludes")
        if {code, other} <= {entry.item.code for entry in entries_of(facility_type, year)}
    }

    declared_pairs = {frozenset((one.code, one.other)) for one in declared() if one.kind == "excludes"}
    assert together == declared_pairs
    assert all(one.other in ITEM_LABELS for one in declared() if one.other)


@pytest.mark.parametrize(("facility_type", "year"), STANDING)
def test_exclusions_are_the_same_from_both_ends_and_nothing_requires_what_it_excludes(
    facility_type: str, year: int
) -> None:
    standing = {entry.item.code for entry in entries_of(facility_type, year)}
    excluded = {pair for pair in edges(facility_type, year, "excludes") if pair[1] in standing}
    required = edges(facility_type, year, "requires")
    closure = set(required)
    while further := {(a, d) for a, b in closure for c, d in required if b == c} - closure:
        closure |= further

    assert excluded == {(other, code) for code, other in excluded}
    assert not any(code == other for code, other in closure | excluded), "a circle"
    assert not closure & excluded
    implied = edges(facility_type, year, "implies")
    assert not implied & excluded
    for code, one in closure:
        for other in [another for start, another in closure if start == code]:
            assert (one, other) not in excluded, f"{code} requires two that exclude each other"


def test_no_exclusion_concerns_a_deduction() -> None:
    """A deduction is demanded by facts; what stands beside it in the claim must not take it off."""
    deductions = {
        entry.item.code
        for facility_type, year in STANDING
        for entry in entries_of(facility_type, year)
        if entry.item.section == "deduction"
    }
    for one in declared():
        if one.kind == "excludes":
            assert not {one.code, one.other} & deductions


def test_the_readme_shows_the_graph_and_every_mark() -> None:
    assert f"```mermaid\n{mermaid()}\n```" in README
    for one in declared():
        if one.mark:
            assert f"`{one.id}` [{one.mark}]" in README, one.id


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────

MAYBE = st.booleans()
PERCENTS = st.integers(0, 100)
FEW = st.integers(0, 4)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "capacity_from_age3": st.integers(0, 320),
    "disabled_children": FEW,
    "special_allowance_children": FEW,
    "exempt_children_1": FEW,
    "exempt_children_2": FEW,
    "teachers": st.one_of(st.integers(0, 40), st.fractions(0, 40, max_denominator=10)),
    "average_experience_months": st.one_of(st.integers(0, 240), st.fractions(0, 240, max_denominator=7)),
    "team_teaching_limit": FEW,
    "dietitian": st.sampled_from(sorted(DIETITIANS)),
    "meal_style": st.sampled_from(sorted(MEAL_STYLES)),
    "qualified_percent": PERCENTS,
    "owned_percent": PERCENTS,
    "rented_percent": PERCENTS,
    "holiday_users": st.integers(0, 1_200),
    "closed_saturdays": st.integers(0, 5),
    "elderly_hours": st.integers(0, 1_500),
    "ict_functions": st.frozensets(st.sampled_from(sorted(ICT_FUNCTIONS))),
    "third_party_years": st.frozensets(st.integers(2015, 2027), max_size=3),
    "renovation": st.builds(Renovation, st.integers(0, 30_000_000), st.integers(0, 4_000), MAYBE),
    "rent_area": st.sampled_from("abcd"),
    "climate_zone": st.sampled_from(["1", "2", "3", "4", "transitional", "other"]),
    "treatment": st.builds(Treatment, st.integers(0, 12), st.integers(0, 7)),
    **dict.fromkeys(
        ("occupancy_1", "occupancy_23"),
        st.lists(
            st.builds(YearOfOccupancy, st.integers(2010, 2026), MAYBE, st.integers(90, 150)), max_size=6
        ).map(tuple),
    ),
}


@st.composite
def known_facts(draw: st.DrawFn) -> Facts:
    """A facility of any type and year of which everything is known, with any items of any variant claimed."""
    facility_type = draw(st.sampled_from(sorted(TABLES)))
    month = Month(draw(st.integers(2016, 2027)), draw(st.integers(1, 12)))
    given: dict[str, Any] = {
        name: draw(VALUES.get(name, MAYBE)) for name in QUESTIONS if name not in ("capacity", "children")
    }
    systems = rules_for(facility_type, month.fiscal_year).systems
    given["capacity"] = Capacity(
        draw(st.integers(1, 320)) if "1" in systems else None,
        draw(st.integers(1, 320)) if "23" in systems else None,
    )
    given["capacity_from_age3"] = min(given["capacity_from_age3"], given["capacity"].childcare or 0)
    given["children"] = tuple(
        ChildClass(*one, draw(st.integers(0, 40)), branch=draw(MAYBE)) for one in CLASSES[facility_type]
    )
    return Facts(
        facility_type=facility_type, month=month, claimed=draw(claims_of(facility_type, month)), **given
    )


@st.composite
def claims_of(draw: st.DrawFn, facility_type: str, month: Month) -> tuple[ItemClaim, ...]:
    entries = [
        entry
        for entry in rules_for(facility_type, month.fiscal_year).entries
        if entry.item.code not in AUTOMATIC
    ]
    chosen = draw(st.lists(st.sampled_from(entries), unique_by=lambda entry: entry.item.code))
    found = []
    for entry in chosen:
        own = entry.item
        variant = (
            draw(st.sampled_from(sorted(own.variants))) if own.variants and not own.chosen_variant else ""
        )
        options = {name: draw(OPTION_VALUES[name]) for name in own.options}
        found.append(ItemClaim(own.code, variant=variant, **options))
    return tuple(found)


def forgetful(facts: Facts, forgotten: frozenset[str]) -> Facts:
    return replace(facts, **dict.fromkeys(forgotten))


FORGOTTEN = st.one_of(st.frozensets(st.sampled_from(sorted(QUESTIONS))), st.just(frozenset(QUESTIONS)))


def by_condition(finding: ItemFinding) -> dict[str, str]:
    return {
        **{reason.condition.id: "unknown" for reason in finding.open},
        **{reason.condition.id: "fails" for reason in finding.failing},
    }


@TRIES
@given(known_facts(), FORGOTTEN)
def test_checking_never_stumbles_over_what_is_not_known(facts: Facts, forgotten: frozenset[str]) -> None:
    found = check(forgetful(facts, forgotten))

    assert [one.code for one in found.claimed if one.code != "treatment_1_2"] == codes_of_claims(facts)
    for one in found.claimed + found.unclaimed:
        assert one.verdict == ("fails" if one.failing else "unknown" if one.open else "holds")
        assert all(reason.sentences for reason in one.missing)
    lists = found.could_be_claimed + found.within_reach + found.must_be_claimed + found.may_have_to_be_claimed
    assert len(lists) == len(set(lists))
    assert not {one.code for one in lists if not one.system} & set(codes_of_claims(facts))


def codes_of_claims(facts: Facts) -> list[str]:
    """One finding for each claim; side dishes of both systems of a こども園 are two items."""
    systems = {system_of(child.certification) for child in facts.children or ()}
    twice = facts.facility_type == "certified_kodomoen" and len(systems) == 2
    return [
        one.code
        for one in facts.claimed
        for _ in range(2 if twice and one.code == "side_dish_exemption" else 1)
    ]


@TRIES
@given(known_facts(), FORGOTTEN)
def test_learning_a_fact_never_unsettles_what_held(facts: Facts, forgotten: frozenset[str]) -> None:
    before, after = check(forgetful(facts, forgotten)), check(facts)

    for earlier, later in zip(before.claimed, after.claimed, strict=True):
        was, became = by_condition(earlier), by_condition(later)
        for condition_id in became:
            assert condition_id in was, f"{condition_id} held before"
        for condition_id, verdict in was.items():
            if verdict == "fails" and facts.facility_type != "certified_kodomoen":
                assert became.get(condition_id) == "fails"
    later_by_place = {(one.code, one.system): one for one in after.unclaimed}
    for one in before.unclaimed:
        place = (one.code, one.system)
        if one.verdict == "holds" and place in later_by_place:
            assert later_by_place[place].verdict == "holds"


@TRIES
@given(known_facts(), st.data())
def test_adding_what_an_item_excludes_makes_both_fail(facts: Facts, data: st.DataObject) -> None:
    standing = {entry.item.code for entry in entries_of(facts.facility_type, facts.fiscal_year)}
    pairs = [one for one in edges(facts.facility_type, facts.fiscal_year, "excludes") if set(one) <= standing]
    if not pairs:
        return
    code, other = data.draw(st.sampled_from(sorted(pairs)))
    rest = tuple(one for one in facts.claimed if one.code not in (code, other))

    found = check(replace(facts, claimed=(*rest, ItemClaim(code), ItemClaim(other))))

    assert {code, other} <= set(codes(found.no_longer_qualifies))
    assert other not in codes(check(replace(facts, claimed=(*rest, ItemClaim(code)))).could_be_claimed)


@TRIES
@given(known_facts(), FORGOTTEN)
def test_an_implication_is_true_wherever_the_first_item_qualifies(
    facts: Facts, forgotten: frozenset[str]
) -> None:
    given_facts = replace(
        forgetful(facts, forgotten - {"extended_care", "sick_child_care"}),
        facility_type="nursery",
        month=Month(2026, 6),
        claimed=(ItemClaim("chief_nursery_teacher"), ItemClaim("office_staff")),
        **CHIEF,
    )  # fmt: skip

    if answer_of(given_facts, "chief_nursery_teacher.programmes") == "holds":
        assert answer_of(given_facts, "office_staff.programmes") == "holds"


@TRIES
@given(known_facts())
def test_what_could_be_claimed_qualifies_once_it_is_claimed(facts: Facts) -> None:
    for one in check(facts).could_be_claimed:
        more = ItemClaim(one.code, variant=one.variant, certification=one.system)
        again = check(replace(facts, claimed=(*facts.claimed, more)))
        finding = next(
            found for found in again.claimed if (found.code, found.system) == (one.code, one.system)
        )
        assert finding.verdict == "holds", (one.code, finding.missing)
