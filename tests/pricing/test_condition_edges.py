"""Where a condition turns: each tier, each programme, each fact that is still open, each type and year it binds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from pricing import Capacity, ChildClass, ItemClaim, Month, Treatment
from pricing.conditions.answers import HOLDS
from pricing.conditions.checking import ItemFinding, Reason, check
from pricing.conditions.declaring import at_least, needs, yes
from pricing.conditions.facts import DIETITIANS, ICT_FUNCTIONS, MEAL_STYLES, QUESTIONS, Facts, Renovation
from pricing.conditions.graph import declared, in_force
from pricing.conditions.service import saturdays
from pricing.rule_sets import TABLES, claimable_entry, rules_for
from pricing.staffing.teachers import IMPROVEMENTS
from tests.pricing.condition_cases import (
    CHIEF,
    TEACHING_TEAM,
    TEAM,
    THREES,
    TWO_OF_CARE,
    WE4,
    children,
    facility,
    kindergarten,
    kodomoen,
    march,
    nursery,
    occupancy,
    small_a,
)

Make = Callable[..., Facts]


def finding_of(facts: Facts, code: str, system: str = "") -> ItemFinding:
    """What is found about an item, whether it is claimed or not."""
    found = check(facts)
    return next(
        one for one in found.claimed + found.unclaimed if one.code == code and system in ("", one.system)
    )


def reason_of(facts: Facts, condition_id: str) -> Reason | None:
    """The condition among what is missing; none when it holds."""
    finding = finding_of(facts, condition_id.partition(".")[0])
    return next((one for one in finding.missing if one.condition.id == condition_id), None)


def verdict_of(facts: Facts, condition_id: str) -> str:
    reason = reason_of(facts, condition_id)
    if reason is None:
        return "holds"
    return "fails" if reason in finding_of(facts, condition_id.partition(".")[0]).failing else "unknown"


def asked(facts: Facts, condition_id: str) -> set[str]:
    """The names of the facts a condition still asks for."""
    reason = reason_of(facts, condition_id)
    assert reason is not None
    assert reason.sentences == tuple(QUESTIONS[name] for name in reason.facts)
    return set(reason.facts)


# ── For whom and when a condition holds ──────────────────────────────────────────────────────────

COMMUNITY: Final = {"small_a", "small_b", "small_c", "home_based", "workplace", "home_visiting"}
# Every other condition is asked of every type that has the item.
OF_SOME_TYPES: Final = {
    "age4plus_staffing.excludes_team_teaching": {"kindergarten", "certified_kodomoen"},
    "age4plus_staffing.excludes_team_childcare": {"nursery", "certified_kodomoen"},
    "special_support.requires_chief_nursery_teacher": {"nursery"},
    "special_support.requires_chief_teacher": {"kindergarten"},
    "special_support.dedicated_chief": {"certified_kodomoen"},
    "office_staff.programmes": {"nursery"},
    "office_staff.capacity": {"kindergarten"},
    "parenting_support.requires_chief_teacher": {"kindergarten"},
    "parenting_support.dedicated_chief": {"certified_kodomoen"},
    "qualified_staff.share": {"small_b", "workplace"},
    "qualified_staff.capacity": {"workplace"},
    "qualified_staff.staff": {"small_c", "home_based", "home_visiting"},
}
# Region, 利用定員, children, the month: what a facility cannot change before the claim is due.
NOT_TO_BE_CHANGED: Final = {
    "age3_staffing.children", "age4plus_staffing.children", "age1_staffing.children", "under_age3_intake.children",
    "class_organisation.children", "class_organisation.capacity", "lecturer.capacity", "team_childcare.limit",
    "office_staff.capacity", "qualified_staff.capacity", "guidance_enrichment.capacity", "office_workload.capacity",
    "treatment_iii.since_october", "climate.variant", "depreciation.variant", "rent.variant", "snow.region",
    "ash.region", "third_party_evaluation.once_in_five_years", "external_audit.march", "stakeholder_evaluation.march",
    "snow.march", "ash.march", "elderly_employment.march", "facility_strengthening.march", "school_transition.march",
    "third_party_evaluation.march", "ict.march",
}  # fmt: skip


def test_a_condition_binds_the_types_it_was_written_for() -> None:
    assert {one.id: set(one.types) for one in declared() if one.types} == OF_SOME_TYPES


def test_a_condition_is_of_one_of_four_kinds_and_only_needs_look_at_facts() -> None:
    for one in declared():
        assert one.kind in ("needs", "requires", "excludes", "implies")
        assert (one.test is not None) is (one.kind == "needs")
        assert bool(one.other) is (one.kind != "needs")


def test_what_nobody_can_change_this_month_is_marked() -> None:
    assert {one.id for one in declared() if one.fixed} == NOT_TO_BE_CHANGED


@pytest.mark.parametrize(
    ("year", "holds"), [(2019, False), (2020, True), (2021, True), (2022, True), (2023, False)]
)
def test_a_condition_holds_from_its_first_to_its_last_year(year: int, holds: bool) -> None:
    of_years = needs("x", "x", lambda case: HOLDS, source="pricing.md §6", since=2020, until=2022)

    assert of_years.in_force("nursery", year) is holds


def test_a_condition_cannot_ask_for_a_fact_nobody_knows_of() -> None:
    with pytest.raises(ValueError, match="no such fact: bus"):
        yes("bus", "")
    with pytest.raises(ValueError, match="no such fact: bus"):
        at_least("bus", 1, "")


@pytest.mark.parametrize("facility_type", TABLES)
def test_an_exclusion_is_told_only_where_the_type_has_both_items(facility_type: str) -> None:
    entries = [entry for table in TABLES[facility_type].values() for entry in table]
    standing = {entry.item.code for entry in entries}

    for entry in entries:
        for condition in in_force(entry.item, facility_type, 2026):
            if condition.kind == "excludes":
                assert condition.counterpart(entry.item.code) in standing


# ── Kinds and tiers ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tier", range(210, 1051, 70))
def test_each_of_fourteen_tiers_of_holiday_care_ends_with_its_number(tier: int) -> None:
    assert finding_of(nursery(holiday_users=tier), "holiday_care").variant == f"up_to_{tier}"
    following = "over_1050" if tier == 1050 else f"up_to_{tier + 70}"
    assert finding_of(nursery(holiday_users=tier + 1), "holiday_care").variant == following


def test_the_tiers_of_holiday_care_can_all_be_claimed() -> None:
    entry = claimable_entry("nursery", "holiday_care")

    assert entry is not None
    assert list(entry.item.variants) == [*(f"up_to_{tier}" for tier in range(210, 1051, 70)), "over_1050"]


def test_holiday_care_that_nobody_uses_is_none() -> None:
    assert verdict_of(nursery(holiday_users=0), "holiday_care.variant") == "fails"


def test_each_kind_of_dietitian_is_a_kind_of_nutrition() -> None:
    found = {kind: finding_of(nursery(dietitian=kind), "nutrition").variant for kind in DIETITIANS}

    assert found == {"placed": "a", "shared": "b", "contracted": "c", "none": ""}
    assert verdict_of(nursery(dietitian="none"), "nutrition.variant") == "fails"


def test_each_style_of_meals_is_a_kind_of_meals() -> None:
    found = {style: finding_of(kindergarten(meal_style=style), "meals").variant for style in MEAL_STYLES}

    assert found == {"in_house": "in_house", "delivered": "delivered", "none": ""}
    assert verdict_of(kindergarten(meal_style="none"), "meals.variant") == "fails"


@pytest.mark.parametrize("area", "abcd")
@pytest.mark.parametrize(("urban", "kind"), [(True, "urban"), (False, "standard")])
def test_rent_and_depreciation_follow_the_place(area: str, urban: bool, kind: str) -> None:
    facts = nursery(rent_area=area, urban=urban)

    assert finding_of(facts, "rent").variant == f"{area}_{kind}"
    assert finding_of(facts, "depreciation").variant == kind


@pytest.mark.parametrize(("count", "variant"), [(1, "up_to_3"), (3, "up_to_3"), (4, "4_or_more")])
def test_home_care_assistants_go_by_the_number_of_children(count: int, variant: str) -> None:
    facts = facility("home_based", children=children(s1=count))

    assert finding_of(facts, "home_care_assistant").variant == variant


@pytest.mark.parametrize(
    ("claimed", "curriculum", "verdict"),
    [
        ("full", True, "holds"),
        ("full", False, "fails"),
        ("full", None, "unknown"),
        ("partial", True, "holds"),
        ("partial", False, "holds"),
        ("partial", None, "holds"),
    ],
)
def test_the_whole_school_transition_needs_its_curriculum(
    claimed: str, curriculum: bool | None, verdict: str
) -> None:
    facts = nursery(
        f"school_transition:{claimed}",
        month=march,
        transition_duty=True,
        transition_exchange=True,
        transition_curriculum=curriculum,
    )

    assert verdict_of(facts, "school_transition.variant") == verdict


@pytest.mark.parametrize(("open_class", "variant"), [(True, "a"), (False, "b")])
def test_an_evaluation_with_an_open_class_is_of_kind_a(open_class: bool, variant: str) -> None:
    facts = kindergarten(month=march, open_class=open_class)

    assert finding_of(facts, "stakeholder_evaluation").variant == variant


@pytest.mark.parametrize(
    ("allowance", "disabled", "variant"), [(1, 0, "a"), (1, 2, "a"), (0, 1, "b"), (None, 1, "b")]
)
def test_special_support_is_suggested_in_the_better_kind_that_fits(
    allowance: int | None, disabled: int, variant: str
) -> None:
    facts = nursery(special_allowance_children=allowance, disabled_children=disabled)

    assert finding_of(facts, "special_support").variant == variant


@pytest.mark.parametrize(
    ("allowance", "disabled", "open_facts"),
    [
        (None, None, {"special_allowance_children", "disabled_children"}),
        (0, None, {"disabled_children"}),
        (None, 0, {"special_allowance_children"}),
    ],
)
def test_special_support_asks_only_for_the_children_nobody_has_counted(
    allowance: int | None, disabled: int | None, open_facts: set[str]
) -> None:
    facts = nursery("special_support:b", special_allowance_children=allowance, disabled_children=disabled)

    assert asked(facts, "special_support.variant") == open_facts


@pytest.mark.parametrize("year", [2026, 2027, 2028])
@pytest.mark.parametrize("month", range(1, 13))
def test_the_saturdays_of_a_month_are_those_of_the_calendar(year: int, month: int) -> None:
    days = (date(year, month, 1) + timedelta(days=day) for day in range(31))

    assert saturdays(Month(year, month)) == sum(day.month == month and day.weekday() == 5 for day in days)


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        (set(), "holds"),
        ({2021}, "holds"),
        ({2015, 2021}, "holds"),
        ({2022}, "fails"),
        ({2025}, "fails"),
        ({2021, 2024}, "fails"),
        ({2027}, "holds"),
    ],
)
def test_an_evaluation_is_paid_once_in_five_years(before: set[int], verdict: str) -> None:
    facts = nursery("third_party_evaluation", month=march, third_party_years=frozenset(before))

    assert verdict_of(facts, "third_party_evaluation.once_in_five_years") == verdict


def test_the_last_evaluation_is_named() -> None:
    facts = nursery("third_party_evaluation", month=march, third_party_years=frozenset({2022, 2024, 2019}))

    reason = reason_of(facts, "third_party_evaluation.once_in_five_years")

    assert reason is not None
    assert reason.sentences == ("5年に一度の加算です。令和6年度にも受けています。",)


@pytest.mark.parametrize(
    ("month", "verdict"), [("2022-09", "fails"), ("2022-10", "holds"), ("2023-04", "holds")]
)
def test_treatment_iii_began_within_a_fiscal_year(month: str, verdict: str) -> None:
    assert verdict_of(nursery("treatment_iii", month=month), "treatment_iii.since_october") == verdict


# ── Programmes ───────────────────────────────────────────────────────────────────────────────────

NO_PROGRAMME: Final[dict[str, Any]] = {
    "extended_care": False,
    "temporary_care_general": False,
    "sick_child_care": False,
    "temporary_care_kindergarten": False,
    "school_link": False,
    "disabled_children": 0,
}


@pytest.mark.parametrize(
    ("make", "ages", "runs"),
    [
        (nursery, {"s0": 2}, {"extended_care": True}),
        (nursery, {"s0": 2}, {"temporary_care_general": True}),
        (nursery, {"s0": 2}, {"sick_child_care": True}),
        (nursery, {"s0": 3}, {}),
        (nursery, {"s0": 2}, {"disabled_children": 1}),
        (kindergarten, {"e3": 9}, {"temporary_care_kindergarten": True}),
        (kindergarten, {"e3": 9}, {"temporary_care_general": True}),
        (kindergarten, {"e3": 9, "e3mid": 1}, {}),
        (kindergarten, {"e3": 9}, {"disabled_children": 1}),
        (kindergarten, {"e3": 9}, {"school_link": True}),
    ],
)
def test_each_programme_counts_for_one(make: Make, ages: dict[str, int], runs: dict[str, Any]) -> None:
    """With one the number is left to the notice; a second settles it."""
    facts = make("facility_strengthening", month=march, children=children(**ages), **(NO_PROGRAMME | runs))

    assert verdict_of(facts, "facility_strengthening.programmes") == "unknown"
    another = "school_link" if make is kindergarten else "extended_care"
    another = "temporary_care_general" if another in runs else another
    assert verdict_of(replace(facts, **{another: True}), "facility_strengthening.programmes") == "holds"


@pytest.mark.parametrize(
    ("known", "open_facts"),
    [
        ({"extended_care": True, "sick_child_care": None}, {"sick_child_care"}),
        ({"sick_child_care": None}, {"sick_child_care"}),
        ({"extended_care": True, "sick_child_care": True, "disabled_children": None}, None),
    ],
)
def test_programmes_nobody_has_told_of_are_asked_for_while_they_matter(
    known: dict[str, Any], open_facts: set[str] | None
) -> None:
    facts = nursery("facility_strengthening", month=march, children=children(s0=2), **(NO_PROGRAMME | known))

    if open_facts is None:
        assert verdict_of(facts, "facility_strengthening.programmes") == "holds"
    else:
        assert verdict_of(facts, "facility_strengthening.programmes") == "unknown"
        assert asked(facts, "facility_strengthening.programmes") == open_facts


@pytest.mark.parametrize(
    ("make", "ages", "elsewhere"),
    [
        (nursery, {"s0": 2}, ("temporary_care_kindergarten", "school_link")),
        (kindergarten, {"e3": 9}, ("extended_care", "sick_child_care")),
    ],
)
def test_a_programme_of_the_other_type_does_not_count(
    make: Make, ages: dict[str, int], elsewhere: tuple[str, ...]
) -> None:
    runs = NO_PROGRAMME | dict.fromkeys(elsewhere, True)
    facts = make("facility_strengthening", month=march, children=children(**ages), **runs)

    assert verdict_of(facts, "facility_strengthening.programmes") == "fails"


def test_a_chief_needs_two_programmes_and_an_office_one() -> None:
    one = NO_PROGRAMME | {"extended_care": True, "children": children(s0=2)}
    facts = nursery("chief_nursery_teacher", "office_staff", **one)

    assert verdict_of(facts, "chief_nursery_teacher.programmes") == "fails"
    assert verdict_of(facts, "office_staff.programmes") == "holds"
    assert verdict_of(replace(facts, sick_child_care=True), "chief_nursery_teacher.programmes") == "holds"


# ── Children and 利用定員 ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("certification", "counts", "verdict"),
    [
        ("1", {"s3": 9}, "fails"),
        ("1", {"e3": 9}, "holds"),
        ("23", {"e3": 9}, "fails"),
        ("23", {"s3": 9}, "holds"),
        ("", {"e3": 9}, "holds"),
        ("", {"s3": 9}, "holds"),
        ("", {"e4plus": 9, "s4plus": 9}, "fails"),
    ],
)
def test_the_children_of_an_age_are_looked_for_in_the_claimed_system(
    certification: str, counts: dict[str, int], verdict: str
) -> None:
    facts = kodomoen(
        ItemClaim("age3_staffing", certification=certification),
        capacity=Capacity(60, 60),
        children=children(**counts),
    )

    assert verdict_of(facts, "age3_staffing.children") == verdict


def test_who_came_within_the_month_is_no_child_of_the_first_day() -> None:
    came = (ChildClass("2", "3", "standard", 4, mid_month_days=10),)
    left = (ChildClass("2", "3", "standard", 4, mid_month_days=10, leaver=True),)

    assert verdict_of(nursery("age3_staffing", children=came), "age3_staffing.children") == "fails"
    assert verdict_of(nursery("age3_staffing", children=left), "age3_staffing.children") == "holds"


def test_a_branch_without_children_has_no_deduction() -> None:
    empty = (ChildClass("2", "3", "standard", 0, branch=True), ChildClass("2", "3", "standard", 9))

    assert verdict_of(nursery("branch", children=empty), "branch.children") == "fails"


@pytest.mark.parametrize(
    ("there", "claimed", "verdict"),
    [(0, 0, "fails"), (0, None, "fails"), (1, None, "holds"), (1, 1, "holds"), (2, 3, "fails")],
)
def test_no_more_children_are_claimed_than_there_are(there: int, claimed: int | None, verdict: str) -> None:
    by_day = kindergarten(
        ItemClaim("side_dish_exemption", children=claimed, days=20), exempt_children_1=there
    )
    by_month = nursery(ItemClaim("side_dish_exemption", children=claimed), exempt_children_2=there)
    disabled = small_a(ItemClaim("disability_care", children=claimed), disabled_children=there)

    assert verdict_of(by_day, "side_dish_exemption.exempt_1") == verdict
    assert verdict_of(by_month, "side_dish_exemption.exempt_2") == verdict
    assert verdict_of(disabled, "disability_care.disabled") == verdict


def test_no_exempt_child_and_no_disabled_child_is_said_so() -> None:
    exempt = reason_of(nursery("side_dish_exemption", exempt_children_2=0), "side_dish_exemption.exempt_2")
    disabled = reason_of(small_a("disability_care", disabled_children=0), "disability_care.disabled")

    assert exempt is not None
    assert exempt.sentences == ("副食費の徴収が免除される2号の子どもがいません。",)
    assert disabled is not None
    assert disabled.sentences == ("初日に在籍する障害児がいません。",)


def test_a_kodomoen_without_places_of_1_is_too_small_for_a_lecturer() -> None:
    claimed = ItemClaim("lecturer", certification="1")

    assert verdict_of(kodomoen(claimed, capacity=Capacity(None, 30)), "lecturer.capacity") == "fails"
    assert verdict_of(kodomoen(claimed, capacity=Capacity(30, 60)), "lecturer.capacity") == "holds"


@pytest.mark.parametrize(
    ("capacity", "from_age3", "open_facts"),
    [
        (None, None, {"capacity", "capacity_from_age3"}),
        (Capacity(15, 60), None, {"capacity_from_age3"}),
    ],
)
def test_class_organisation_asks_for_the_capacities_it_adds_up(
    capacity: Capacity | None, from_age3: int | None, open_facts: set[str]
) -> None:
    facts = kodomoen("class_organisation", capacity=capacity, capacity_from_age3=from_age3)

    assert asked(facts, "class_organisation.capacity") == open_facts


@pytest.mark.parametrize(
    ("from_age3", "verdict"), [(35, "fails"), (36, "holds"), (300, "holds"), (301, "fails")]
)
def test_class_organisation_without_places_of_1_counts_those_of_2(from_age3: int, verdict: str) -> None:
    facts = kodomoen("class_organisation", capacity=Capacity(None, 400), capacity_from_age3=from_age3)

    assert verdict_of(facts, "class_organisation.capacity") == verdict


def test_over_capacity_of_a_kodomoen_claimed_as_a_whole_holds_for_both_systems() -> None:
    over = {"occupancy_1": occupancy(range(2024, 2026)), "occupancy_23": occupancy(range(2021, 2026))}
    facts = kodomoen("over_capacity", capacity=Capacity(60, 60), children=children(e3=70, s3=70), **over)

    assert verdict_of(facts, "over_capacity.years") == "holds"
    assert asked(replace(facts, occupancy_1=None), "over_capacity.years") == {"occupancy_1"}
    assert asked(replace(facts, occupancy_1=None, occupancy_23=None), "over_capacity.years") == {
        "occupancy_1",
        "occupancy_23",
    }


def test_one_year_below_ends_over_capacity_though_another_is_not_known() -> None:
    facts = nursery("over_capacity", occupancy_23=occupancy(range(2025, 2026), 119))

    assert verdict_of(facts, "over_capacity.years") == "fails"


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────


def test_a_team_claimed_without_a_number_is_one_person() -> None:
    """WE4 needs 11 teachers; three-year-olds 2."""
    team = nursery(ItemClaim("team_childcare"), **WE4)
    teaching = kindergarten(ItemClaim("team_teaching"), team_teaching_limit=1, **THREES)

    assert verdict_of(replace(team, teachers=11), "team_childcare.teachers") == "fails"
    assert verdict_of(replace(team, teachers=12), "team_childcare.teachers") == "holds"
    assert verdict_of(team, "team_childcare.limit") == "holds"
    assert verdict_of(teaching, "team_teaching.limit") == "holds"
    assert verdict_of(replace(teaching, team_teaching_limit=0), "team_teaching.limit") == "fails"
    assert verdict_of(replace(teaching, teachers=3), "team_teaching.teachers") == "holds"


def test_a_team_of_two_needs_two_more() -> None:
    team = nursery(ItemClaim("team_childcare", extra_staff=2), **WE4)

    assert verdict_of(replace(team, teachers=12), "team_childcare.teachers") == "fails"
    assert verdict_of(replace(team, teachers=13), "team_childcare.teachers") == "holds"


def test_a_claimed_improvement_does_not_count_the_team_twice() -> None:
    """The team's own condition asks for its persons; the improvement beside it for its ratio."""
    facts = nursery(TEAM, "age3_staffing", **WE4, teachers=11)

    assert verdict_of(facts, "age3_staffing.teachers") == "holds"
    assert verdict_of(facts, "team_childcare.teachers") == "fails"


def test_what_is_short_says_how_many_of_the_needed_are_the_team() -> None:
    facts = nursery(TEAM, **WE4, teachers=11)

    reason = reason_of(facts, "team_childcare.teachers")

    assert reason is not None
    assert reason.sentences == ("必要な教諭・保育士は12人（うち加配1人）ですが、11人です。",)


@pytest.mark.parametrize(
    ("known", "open_facts"),
    [
        ({}, {"children", "capacity", "teachers"}),
        ({"teachers": 9}, {"children", "capacity"}),
        ({"children": children(s3=9)}, {"capacity", "teachers"}),
        ({"capacity": Capacity(childcare=90), "teachers": 9}, {"children"}),
        ({"children": children(s3=9), "capacity": Capacity(childcare=90)}, {"teachers"}),
    ],
)
def test_enough_teachers_asks_only_for_what_is_not_known(known: dict[str, Any], open_facts: set[str]) -> None:
    assert asked(nursery("age3_staffing", **known), "age3_staffing.teachers") == open_facts


def test_a_shortage_asks_for_the_teachers_when_only_they_are_not_known() -> None:
    facts = kindergarten("below_staffing", **THREES)

    assert asked(facts, "below_staffing.shortage") == {"teachers"}
    assert asked(replace(facts, children=None, teachers=2), "below_staffing.shortage") == {"children"}


def test_class_organisation_needs_the_capacity_of_2_for_its_teacher() -> None:
    facts = kodomoen("class_organisation", capacity=Capacity(60, 60), children=children(e3=40), teachers=4)

    assert asked(facts, "class_organisation.teachers") == {"capacity_from_age3"}
    without = replace(facts, claimed=(ItemClaim("age3_staffing", certification="1"),))
    assert verdict_of(without, "age3_staffing.teachers") == "holds"


def test_children_of_standard_hours_need_one_teacher_more() -> None:
    """WE4: nine by age, one for up to 90 places, one for 標準時間."""
    short = tuple(ChildClass(one.certification, one.age_class, "short", one.count) for one in WE4["children"])
    nobody = (*short, ChildClass("2", "3", "standard", 0))
    facts = nursery("age3_staffing", **(WE4 | {"children": short}), teachers=10)

    assert verdict_of(facts, "age3_staffing.teachers") == "holds"
    assert verdict_of(replace(facts, children=nobody), "age3_staffing.teachers") == "holds"
    assert verdict_of(replace(facts, children=WE4["children"]), "age3_staffing.teachers") == "fails"
    one_of_them = (*short[:-1], replace(short[-1], hours="standard"))
    assert verdict_of(replace(facts, children=one_of_them), "age3_staffing.teachers") == "fails"


@pytest.mark.parametrize(
    ("counts", "needed"),
    [
        ({"s4plus": 90}, 3), ({"s3": 60}, 3), ({"s2": 24}, 4), ({"s1": 24}, 4), ({"s0": 12}, 4),
    ],
)  # fmt: skip
def test_each_age_asks_for_its_own_ratio(counts: dict[str, int], needed: int) -> None:
    """30:1, 20:1, 6:1 and 3:1; beside them one for up to 90 places and one for 標準時間."""
    facts = nursery(
        "team_childcare", capacity=Capacity(childcare=90), children=children(**counts), teachers=needed + 3
    )

    assert verdict_of(facts, "team_childcare.teachers") == "holds"
    assert verdict_of(replace(facts, teachers=needed + 2), "team_childcare.teachers") == "fails"


def test_a_kindergarten_counts_children_turned_three_as_three() -> None:
    facts = kindergarten(
        TEACHING_TEAM, capacity=Capacity(education=100), children=children(e3mid=30), teachers=3
    )

    assert verdict_of(facts, "team_teaching.teachers") == "holds"
    assert verdict_of(replace(facts, teachers=2), "team_teaching.teachers") == "fails"


@pytest.mark.parametrize(
    ("rates", "verdict"),
    [
        (Treatment(9, 6), "holds"),
        (Treatment(1, 1), "holds"),
        (Treatment(0, 6), "fails"),
        (Treatment(9, 0), "fails"),
        (None, "unknown"),
    ],
)
def test_one_year_olds_need_both_parts_of_the_treatment(rates: Treatment | None, verdict: str) -> None:
    assert verdict_of(nursery("age1_staffing", treatment=rates), "age1_staffing.treatment_parts") == verdict


@pytest.mark.parametrize(
    ("career_path", "rates", "verdict"),
    [
        (True, None, "holds"),
        (True, Treatment(9, 6), "holds"),
        (None, Treatment(0, 0), "holds"),
        (False, Treatment(0, 0), "holds"),
        (False, Treatment(9, 0), "fails"),
        (False, Treatment(0, 6), "fails"),
        (False, None, "unknown"),
        (None, Treatment(9, 0), "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_career_path_is_asked_wherever_a_rate_is_or_may_be_claimed(
    career_path: bool | None, rates: Treatment | None, verdict: str
) -> None:
    facts = nursery(career_path=career_path, treatment=rates)

    assert verdict_of(facts, "treatment_1_2.career_path") == verdict
    if verdict == "unknown":
        open_facts = {"career_path": career_path, "treatment": rates}
        assert asked(facts, "treatment_1_2.career_path") == {
            name for name, value in open_facts.items() if value is None
        }


@pytest.mark.parametrize(
    ("used", "verdict"),
    [
        (set(), "fails"),
        ({"attendance"}, "fails"),
        ({"attendance", "records"}, "holds"),
        ({"records", "contact"}, "fails"),
        (set(ICT_FUNCTIONS), "holds"),
    ],
)
def test_one_year_olds_need_two_functions_with_attendance(used: set[str], verdict: str) -> None:
    facts = nursery("age1_staffing", ict_functions=frozenset(used))

    assert verdict_of(facts, "age1_staffing.ict") == verdict


@pytest.mark.parametrize("missing", ICT_FUNCTIONS)
def test_the_addition_for_ict_needs_all_four_functions(missing: str) -> None:
    facts = nursery("ict", month=march, ict_functions=frozenset(ICT_FUNCTIONS))

    assert len(ICT_FUNCTIONS) == 4
    assert verdict_of(facts, "ict.functions") == "holds"
    assert (
        verdict_of(replace(facts, ict_functions=frozenset(ICT_FUNCTIONS) - {missing}), "ict.functions")
        == "fails"
    )


@pytest.mark.parametrize("year", range(2015, 2028))
@pytest.mark.parametrize("facility_type", TABLES)
def test_an_improvement_stands_where_it_changes_the_ratio(facility_type: str, year: int) -> None:
    """So whatever is claimed from a table, the required teachers of its type and year can be told."""
    standing = {entry.item.code for entry in rules_for(facility_type, year).entries}

    assert standing & set(IMPROVEMENTS) == {
        code for code, (first, types) in IMPROVEMENTS.items() if first <= year and facility_type in types
    }


@pytest.mark.parametrize(
    ("capacity", "from_age3", "needed"),
    [
        (Capacity(20, 60), 20, 4),
        (Capacity(None, 60), 36, 4),
        (Capacity(60, None), 0, 3),
    ],
)
def test_the_places_of_both_systems_decide_on_the_teachers_beside_the_ratios(
    capacity: Capacity, from_age3: int, needed: int
) -> None:
    """40 ÷ 20 → 2; one for 2・3号 of up to 90 places; one of 学級編制調整 from 36 of 1号 and 2号."""
    facts = kodomoen(
        "class_organisation",
        capacity=capacity,
        capacity_from_age3=from_age3,
        children=children(e3=40),
        teachers=needed,
    )

    assert verdict_of(facts, "class_organisation.teachers") == "holds"
    assert verdict_of(replace(facts, teachers=needed - 1), "class_organisation.teachers") == "fails"


@pytest.mark.parametrize(("capacity", "from_age3"), [(Capacity(None, 60), 35), (Capacity(35, None), 0)])
def test_teachers_of_a_class_organisation_that_is_not_for_the_facility_are_not_counted(
    capacity: Capacity, from_age3: int
) -> None:
    facts = kodomoen(
        "class_organisation",
        capacity=capacity,
        capacity_from_age3=from_age3,
        children=children(e3=40),
        teachers=40,
    )

    assert verdict_of(facts, "class_organisation.teachers") == "unknown"
    assert verdict_of(facts, "class_organisation.capacity") == "fails"


# ── Building ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("renovation", "verdict"),
    [
        (Renovation(10_000_000, 2_499, False), "holds"),
        (Renovation(10_000_000, 2_500, False), "fails"),
        (Renovation(9_999_999, 1, False), "fails"),
        (Renovation(10_000_000, 1, True), "fails"),
    ],
)
def test_a_renovation_is_large_by_cost_and_by_area(renovation: Renovation, verdict: str) -> None:
    """At least ten million yen, and above twice the floor area when divided by 2,000 yen."""
    facts = nursery("depreciation:urban", state_subsidy=True, renovation=renovation)

    assert verdict_of(facts, "depreciation.subsidy") == verdict


@pytest.mark.parametrize(
    ("subsidy", "renovation", "open_facts"),
    [
        (None, None, {"state_subsidy", "renovation"}),
        (True, None, {"renovation"}),
        (None, Renovation(0, 0, False), {"state_subsidy"}),
    ],
)
def test_a_subsidised_building_asks_only_for_what_is_not_known(
    subsidy: bool | None, renovation: Renovation | None, open_facts: set[str]
) -> None:
    facts = nursery("depreciation:urban", state_subsidy=subsidy, renovation=renovation)

    assert asked(facts, "depreciation.subsidy") == open_facts


@pytest.mark.parametrize(
    ("area", "urban", "open_facts"),
    [(None, None, {"rent_area", "urban"}), ("a", None, {"urban"}), (None, True, {"rent_area"})],
)
def test_rent_asks_only_for_the_part_of_the_place_nobody_knows(
    area: str | None, urban: bool | None, open_facts: set[str]
) -> None:
    assert asked(nursery("rent:a_urban", rent_area=area, urban=urban), "rent.variant") == open_facts


# ── Items among each other ───────────────────────────────────────────────────────────────────────


def test_each_end_of_an_exclusion_names_the_other() -> None:
    facts = nursery("depreciation:urban", "rent:a_urban")

    said = {
        code: [
            (reason.words, reason.sentences)
            for reason in finding_of(facts, code).failing
            if reason.condition.kind == "excludes"
        ]
        for code in ("depreciation", "rent")
    }

    assert said == {
        "depreciation": [("「賃借料」と一緒には請求できない", ("「賃借料」と一緒には請求できません。",))],
        "rent": [("「減価償却費」と一緒には請求できない", ("「減価償却費」と一緒には請求できません。",))],
    }


def test_what_a_required_item_lacks_decides() -> None:
    """Not claimed, not settled, lost: the item that stands on it follows."""
    facts = nursery("special_support:b", "chief_nursery_teacher", **TWO_OF_CARE, **CHIEF)
    name = "special_support.requires_chief_nursery_teacher"

    assert verdict_of(facts, name) == "holds"
    open_one = replace(facts, chief_substitute=None)
    assert verdict_of(open_one, name) == "unknown"
    assert reason_of(open_one, name).sentences == ("先に「主任保育士専任」の要件を確かめてください。",)
    assert verdict_of(replace(facts, chief_substitute=False), name) == "fails"
    alone = replace(facts, claimed=(ItemClaim("special_support", variant="b"),))
    assert reason_of(alone, name).sentences == ("「主任保育士専任」を請求していません。",)


def test_the_chief_of_a_kodomoen_is_told_everything_that_is_missing_and_only_that() -> None:
    facts = kodomoen("special_support:b", chief_dedicated=False, chief_substitute=False)

    reason = reason_of(facts, "special_support.dedicated_chief")

    assert verdict_of(facts, "special_support.dedicated_chief") == "fails"
    assert reason.sentences == (
        "主幹教諭等を専任させていません。",
        "専任の主幹教諭等に代わる職員を置いていません。",
    )
    half = replace(facts, chief_dedicated=True, chief_substitute=None)
    assert asked(half, "special_support.dedicated_chief") == {"chief_substitute", "kodomoen_chief_programmes"}


# ── The lists, and the systems of a 認定こども園 ─────────────────────────────────────────────────


def test_what_is_claimed_falls_stays_or_is_asked() -> None:
    facts = nursery(
        "night_care", "snow", "climate:4", "treatment_3", month=march, night_care=False, snow_region=True
    )

    found = check(facts)

    assert [one.code for one in found.no_longer_qualifies] == ["night_care"]
    assert [one.code for one in found.to_ask] == ["treatment_1_2", "climate", "treatment_3"]
    assert all(one.is_claimed for one in found.claimed)
    assert not any(one.is_claimed for one in found.unclaimed)


def test_an_addition_that_could_be_claimed_is_not_within_reach() -> None:
    found = check(nursery(night_care=True))

    assert [one.code for one in found.could_be_claimed] == ["night_care"]
    assert "night_care" not in [one.code for one in found.within_reach]


def test_a_deduction_is_demanded_and_never_offered() -> None:
    found = check(nursery(safety_plan=False))
    offered = [one.code for one in found.could_be_claimed + found.within_reach]
    demanded = [one.code for one in found.must_be_claimed + found.may_have_to_be_claimed]

    assert demanded[0] == "no_safety_plan"
    assert {"no_management_report", "saturday_closure", "over_capacity", "no_director"} <= set(demanded)
    assert not set(offered) & set(demanded)
    assert "night_care" in offered


def test_the_nearest_addition_comes_first_and_a_hint_before_all() -> None:
    facts = nursery("chief_nursery_teacher", **CHIEF, **TWO_OF_CARE, holiday_open=False)

    within = check(facts).within_reach

    assert (within[0].code, bool(within[0].hints)) == ("office_staff", True)
    lengths = [len(one.missing) for one in within[1:]]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


def test_an_addition_that_the_table_lacks_is_no_deduction() -> None:
    finding = finding_of(nursery("bus"), "bus")

    assert (finding.section, finding.label, finding.is_claimed) == ("addition", "通園送迎", True)
    assert (finding.failing[0].words, finding.failing[0].condition.kind) == ("令和8年度の表にある", "needs")
    assert finding.out_of_reach


def test_a_facility_without_places_and_children_still_hears_of_its_additions() -> None:
    assert check(nursery(capacity=Capacity(), children=())).unclaimed


def test_a_kodomoen_is_asked_about_the_systems_it_has() -> None:
    """The children, or the places, say which; as long as either is not known, it may be both."""
    over = ItemClaim("over_capacity")
    facts = kodomoen(over, capacity=Capacity(None, 60), children=children(s3=20))

    assert asked(facts, "over_capacity.years") == {"occupancy_23"}
    assert asked(replace(facts, children=children(e3=5, s3=20)), "over_capacity.years") == {
        "occupancy_1",
        "occupancy_23",
    }
    assert asked(replace(facts, children=None), "over_capacity.years") == {"occupancy_1", "occupancy_23"}
    assert asked(replace(facts, capacity=None), "over_capacity.years") == {"occupancy_1", "occupancy_23"}


def test_an_item_claimed_for_a_system_the_kodomoen_does_not_have_is_judged_all_the_same() -> None:
    facts = kodomoen(
        ItemClaim("age3_staffing", certification="1"), capacity=Capacity(None, 60), children=children(s3=20)
    )

    finding = finding_of(facts, "age3_staffing", "1")

    assert finding.label == "3歳児配置改善（1号）"
    assert [reason.condition.id for reason in finding.failing] == ["age3_staffing.children"]


def test_an_item_of_the_whole_kodomoen_is_told_once_and_others_by_system() -> None:
    facts = kodomoen(capacity=Capacity(60, 60), children=children(e3=20, s3=20))

    found = [(one.code, one.system) for one in check(facts).unclaimed]

    assert [system for code, system in found if code == "nutrition"] == [""]
    assert [system for code, system in found if code == "climate"] == ["1", "23"]
    assert len(found) == len(set(found))


def test_side_dishes_of_2_say_nothing_of_the_meals_of_1() -> None:
    def hints(certification: str) -> tuple[str, ...]:
        claim = ItemClaim("side_dish_exemption", certification=certification, children=1, days=20)
        facts = kodomoen(claim, capacity=Capacity(60, 60), exempt_children_1=1, exempt_children_2=1)
        return finding_of(facts, "meals", "1").hints

    assert hints("23") == ()
    assert len(hints("1")) == 1
