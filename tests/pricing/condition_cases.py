"""For every declared condition a facility that passes it and one that fails it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from pricing import Capacity, ChildClass, ItemClaim, Month, Treatment
from pricing.conditions.facts import Facts, Renovation, YearOfOccupancy

Example = tuple[Facts, Facts]


def facility(facility_type: str, *claimed: str | ItemClaim, month: str = "2026-06", **facts: Any) -> Facts:
    """Facts of a facility; ``"rent:c_urban"`` is a claimed item with its variant."""
    items = [one if isinstance(one, ItemClaim) else item(one) for one in claimed]
    return Facts(facility_type=facility_type, month=Month.parse(month), claimed=tuple(items), **facts)


def item(text: str) -> ItemClaim:
    code, _, variant = text.partition(":")
    return ItemClaim(code, variant=variant)


def children(**counts: int) -> tuple[ChildClass, ...]:
    """``e`` 教育標準時間, ``s`` 標準時間, before the age: ``children(e3=20, s4plus=30)``."""
    found = []
    for key, count in counts.items():
        hours, age = key[0], key[1:]
        certification = "1" if hours == "e" else "2" if age in ("4plus", "3") else "3"
        found.append(ChildClass(certification, age, {"e": "education", "s": "standard"}[hours], count))
    return tuple(found)


kindergarten = partial(facility, "kindergarten")
nursery = partial(facility, "nursery")
kodomoen = partial(facility, "certified_kodomoen")
small_a = partial(facility, "small_a")
march = "2027-03"


def differing(
    make: Callable[..., Facts], *claimed: str | ItemClaim, fact: str, good: Any, bad: Any, **same: Any
) -> Example:
    """Two facilities that differ in one fact."""
    facts = make(*claimed, **same)
    return replace(facts, **{fact: good}), replace(facts, **{fact: bad})


def true(make: Callable[..., Facts], *claimed: str | ItemClaim, fact: str, **same: Any) -> Example:
    return differing(make, *claimed, fact=fact, good=True, bad=False, **same)


def false(make: Callable[..., Facts], *claimed: str | ItemClaim, fact: str, **same: Any) -> Example:
    return differing(make, *claimed, fact=fact, good=False, bad=True, **same)


def in_march(make: Callable[..., Facts], claimed: str, before: str = "2027-02") -> Example:
    return make(claimed, month="2027-03"), make(claimed, month=before)


def occupancy(years: range, percent: int = 120, *, always_over: bool = True) -> tuple[YearOfOccupancy, ...]:
    return tuple(YearOfOccupancy(year, always_over, percent) for year in years)


TEAM = ItemClaim("team_childcare", extra_staff=1)
TEAM_OF_TWO = ItemClaim("team_childcare", extra_staff=2)
TEACHING_TEAM = ItemClaim("team_teaching", extra_staff=1)
TEACHING_TEAM_OF_TWO = ItemClaim("team_teaching", extra_staff=2)
EXEMPT_BY_DAY = ItemClaim("side_dish_exemption", children=4, days=20)
EXEMPT_BY_MONTH = ItemClaim("side_dish_exemption", children=4)
NURSERY_90 = {"capacity": Capacity(childcare=90)}
KINDERGARTEN_100 = {"capacity": Capacity(education=100)}
CHIEF = {"chief_dedicated": True, "chief_substitute": True}
TWO_OF_CARE = {
    "extended_care": True,
    "sick_child_care": True,
    "temporary_care_general": False,
    "disabled_children": 0,
    "children": children(s0=2),
}
TWO_OF_KINDERGARTEN = {
    "temporary_care_kindergarten": True,
    "school_link": True,
    "temporary_care_general": False,
    "disabled_children": 0,
    "children": children(e3=20),
}
ALL_THREE = frozenset({"records", "contact", "payment"})
ALL_FOUR = ALL_THREE | {"attendance"}

# 0歳 … 4歳以上: 9 teachers by age, one for 90人以下, one for 標準時間 (WE4); with the 加算 one more each.
WE4 = {**NURSERY_90, "children": children(s4plus=18, s3=18, s2=15, s1=15, s0=7)}
# 40 ÷ 20 → 2; with 15:1 2.6 → 3.
THREES = {**KINDERGARTEN_100, "children": children(e3=40)}

CASES: dict[str, Example] = {
    "treatment_1_2.career_path": true(nursery, fact="career_path", treatment=Treatment(9, 6)),
    "vice_principal.staff": true(kindergarten, "vice_principal", fact="vice_principal"),
    "age3_staffing.children": differing(
        nursery, "age3_staffing", fact="children", good=children(s3=1), bad=children(s4plus=9, s2=9)
    ),
    "age3_staffing.teachers": differing(
        kindergarten, "age3_staffing", fact="teachers", good=3, bad=2, **THREES
    ),
    "age4plus_staffing.children": differing(
        nursery, "age4plus_staffing", fact="children", good=children(s4plus=1), bad=children(s3=9)
    ),
    # 50 ÷ 30 → 1.6 → 2, 50 ÷ 25 → 2; 70 ÷ 30 → 2.3 → 2, 70 ÷ 25 → 2.8 → 3.
    "age4plus_staffing.teachers": differing(
        kindergarten,
        "age4plus_staffing",
        fact="teachers",
        good=3,
        bad=2,
        **KINDERGARTEN_100,
        children=children(e4plus=70),
    ),
    "age4plus_staffing.excludes_team_teaching": (
        kindergarten("age4plus_staffing"),
        kindergarten("age4plus_staffing", TEACHING_TEAM),
    ),
    "age4plus_staffing.excludes_team_childcare": (
        nursery("age4plus_staffing"),
        nursery("age4plus_staffing", TEAM),
    ),
    "age1_staffing.children": differing(
        small_a, "age1_staffing", fact="children", good=children(s1=1), bad=children(s2=9, s0=3)
    ),
    # 19 ÷ 6 → 3.1 → 3, 19 ÷ 5 → 3.8 → 4, and one of 小規模.
    "age1_staffing.teachers": differing(
        small_a,
        "age1_staffing",
        fact="teachers",
        good=5,
        bad=4,
        capacity=Capacity(childcare=19),
        children=children(s1=19),
    ),
    "age1_staffing.treatment_parts": differing(
        nursery, "age1_staffing", fact="treatment", good=Treatment(9, 6), bad=Treatment(9, 0)
    ),
    "age1_staffing.requires_treatment_3": (
        nursery("age1_staffing", "treatment_3", treatment_3_granted=True),
        nursery("age1_staffing", treatment_3_granted=True),
    ),
    "age1_staffing.ict": differing(
        nursery,
        "age1_staffing",
        fact="ict_functions",
        good=frozenset({"attendance", "contact"}),
        bad=ALL_THREE,
    ),
    "age1_staffing.experience": differing(
        nursery, "age1_staffing", fact="average_experience_months", good=9 * 12 + 6, bad=9 * 12 + 5
    ),
    "under_age3_intake.children": differing(
        kindergarten, "under_age3_intake", fact="children", good=children(e3mid=1), bad=children(e3=9)
    ),
    # 10 ÷ 20 → 0.5 → 1; 10 ÷ 6 → 1.6 → 2.
    "under_age3_intake.teachers": differing(
        kindergarten,
        "under_age3_intake",
        fact="teachers",
        good=2,
        bad=1,
        **KINDERGARTEN_100,
        children=children(e3mid=10),
    ),
    "lecturer.capacity": differing(
        kindergarten, "lecturer", fact="capacity", good=Capacity(education=35), bad=Capacity(education=36)
    ),
    "lecturer.staff": true(kindergarten, "lecturer", fact="lecturer"),
    "team_teaching.teachers": differing(
        kindergarten, TEACHING_TEAM, fact="teachers", good=3, bad=2, **THREES
    ),
    "team_teaching.limit": differing(
        kindergarten, TEACHING_TEAM_OF_TWO, fact="team_teaching_limit", good=2, bad=1
    ),
    "team_childcare.teachers": differing(nursery, TEAM, fact="teachers", good=12, bad=11, **WE4),
    "team_childcare.experience": differing(
        nursery, TEAM, fact="average_experience_months", good=11 * 12 + 6, bad=11 * 12 + 5
    ),
    "team_childcare.limit": differing(
        nursery, TEAM_OF_TWO, fact="capacity", good=Capacity(childcare=121), bad=Capacity(childcare=120)
    ),
    "bus.service": true(kindergarten, "bus", fact="school_bus"),
    "meals.variant": differing(
        kindergarten, "meals:in_house", fact="meal_style", good="in_house", bad="delivered"
    ),
    "external_audit.march": in_march(kindergarten, "external_audit"),
    "external_audit.audited": true(kindergarten, "external_audit", fact="external_audit", month=march),
    "side_dish_exemption.exempt_1": differing(
        kindergarten, EXEMPT_BY_DAY, fact="exempt_children_1", good=4, bad=3
    ),
    "side_dish_exemption.exempt_2": differing(
        nursery, EXEMPT_BY_MONTH, fact="exempt_children_2", good=4, bad=0
    ),
    # Kindergarten of 40 three-year-olds: two by 20:1, whatever is claimed.
    "below_staffing.shortage": differing(
        kindergarten, "below_staffing", "age3_staffing", fact="teachers", good=1, bad=2, **THREES
    ),
    "no_safety_plan.no_plan": false(nursery, "no_safety_plan", fact="safety_plan"),
    "no_management_report.no_report": false(nursery, "no_management_report", fact="management_report"),
    "over_capacity.years": differing(
        nursery,
        "over_capacity",
        fact="occupancy_23",
        good=occupancy(range(2021, 2026)),
        bad=occupancy(range(2021, 2025)) + occupancy(range(2025, 2026), 119),
    ),
    "chief_teacher.dedicated": true(kindergarten, "chief_teacher", fact="chief_dedicated"),
    "chief_teacher.substitute": true(kindergarten, "chief_teacher", fact="chief_substitute"),
    "chief_teacher.programmes": true(
        kindergarten,
        "chief_teacher",
        fact="school_link",
        **{key: value for key, value in TWO_OF_KINDERGARTEN.items() if key != "school_link"},
    ),
    "chief_nursery_teacher.dedicated": true(nursery, "chief_nursery_teacher", fact="chief_dedicated"),
    "chief_nursery_teacher.substitute": true(nursery, "chief_nursery_teacher", fact="chief_substitute"),
    "chief_nursery_teacher.programmes": true(
        nursery,
        "chief_nursery_teacher",
        fact="extended_care",
        **{key: value for key, value in TWO_OF_CARE.items() if key != "extended_care"},
    ),
    "parenting_support.requires_chief_teacher": true(
        kindergarten,
        "parenting_support",
        "chief_teacher",
        fact="chief_dedicated",
        chief_substitute=True,
        **TWO_OF_KINDERGARTEN,
    ),
    "parenting_support.dedicated_chief": true(
        kodomoen, "parenting_support", fact="kodomoen_chief_programmes", **CHIEF
    ),
    "parenting_support.activities": true(kindergarten, "parenting_support", fact="parenting_activities"),
    "special_support.requires_chief_nursery_teacher": true(
        nursery,
        "special_support:a",
        "chief_nursery_teacher",
        fact="chief_dedicated",
        chief_substitute=True,
        **TWO_OF_CARE,
    ),
    "special_support.requires_chief_teacher": true(
        kindergarten,
        "special_support:a",
        "chief_teacher",
        fact="chief_substitute",
        chief_dedicated=True,
        **TWO_OF_KINDERGARTEN,
    ),
    "special_support.dedicated_chief": true(
        kodomoen, "special_support:a", fact="kodomoen_chief_programmes", **CHIEF
    ),
    "special_support.assistant": true(nursery, "special_support:a", fact="special_support_assistant"),
    "special_support.variant": differing(
        nursery, "special_support:a", fact="special_allowance_children", good=1, bad=0, disabled_children=1
    ),
    "office_staff.staff": true(nursery, "office_staff", fact="office_staff"),
    "office_staff.programmes": differing(
        nursery,
        "office_staff",
        fact="disabled_children",
        good=1,
        bad=0,
        extended_care=False,
        sick_child_care=False,
        temporary_care_general=False,
        children=children(s0=2),
    ),
    "office_staff.capacity": differing(
        kindergarten, "office_staff", fact="capacity", good=Capacity(education=91), bad=Capacity(education=90)
    ),
    "guidance_enrichment.capacity": differing(
        kindergarten,
        "guidance_enrichment",
        fact="capacity",
        good=Capacity(education=271),
        bad=Capacity(education=270),
    ),
    "guidance_enrichment.staff": true(kindergarten, "guidance_enrichment", fact="guidance_lecturer"),
    "office_workload.capacity": differing(
        kindergarten,
        "office_workload",
        fact="capacity",
        good=Capacity(education=271),
        bad=Capacity(education=270),
    ),
    "office_workload.requires_office_staff": true(
        kindergarten, "office_workload", "office_staff", fact="office_staff", capacity=Capacity(education=300)
    ),
    "office_workload.staff": true(kindergarten, "office_workload", fact="extra_office_staff"),
    "treatment_3.granted": true(nursery, "treatment_3", fact="treatment_3_granted"),
    "treatment_ii.granted": true(nursery, "treatment_ii", fact="treatment_3_granted", month="2024-06"),
    "treatment_iii.granted": true(nursery, "treatment_iii", fact="treatment_iii_granted", month="2024-06"),
    "treatment_iii.since_october": (
        nursery("treatment_iii", month="2022-10"),
        nursery("treatment_iii", month="2022-09"),
    ),
    "climate.variant": differing(nursery, "climate:4", fact="climate_zone", good="4", bad="other"),
    "stakeholder_evaluation.march": in_march(kindergarten, "stakeholder_evaluation:a"),
    "stakeholder_evaluation.evaluated": true(
        kindergarten, "stakeholder_evaluation:b", fact="stakeholder_evaluation", month=march
    ),
    "stakeholder_evaluation.variant": true(
        kindergarten, "stakeholder_evaluation:a", fact="open_class", month=march
    ),
    "snow.march": in_march(nursery, "snow", before="2026-04"),
    "snow.region": true(nursery, "snow", fact="snow_region", month=march),
    "ash.march": in_march(nursery, "ash"),
    "ash.region": true(nursery, "ash", fact="ash_region", month=march),
    "facility_strengthening.march": in_march(nursery, "facility_strengthening"),
    "facility_strengthening.spending": true(
        nursery, "facility_strengthening", fact="disaster_work", month=march
    ),
    "facility_strengthening.programmes": (
        nursery("facility_strengthening", month=march, **TWO_OF_CARE),
        nursery(
            "facility_strengthening",
            month=march,
            **{**TWO_OF_CARE, "extended_care": False, "sick_child_care": False},
        ),
    ),
    "school_transition.march": in_march(nursery, "school_transition:partial"),
    "school_transition.variant": true(
        nursery,
        "school_transition:full",
        fact="transition_curriculum",
        month=march,
        transition_duty=True,
        transition_exchange=True,
    ),
    "nutrition.variant": differing(nursery, "nutrition:a", fact="dietitian", good="placed", bad="shared"),
    "nutrition.advice": true(nursery, "nutrition:a", fact="dietitian_advice"),
    "third_party_evaluation.march": in_march(nursery, "third_party_evaluation"),
    "third_party_evaluation.evaluated": true(
        nursery, "third_party_evaluation", fact="third_party_evaluation", month=march
    ),
    "third_party_evaluation.published": true(
        nursery, "third_party_evaluation", fact="third_party_published", month=march
    ),
    "third_party_evaluation.once_in_five_years": differing(
        nursery,
        "third_party_evaluation",
        fact="third_party_years",
        good=frozenset({2021}),
        bad=frozenset({2022}),
        month=march,
    ),
    "ict.march": in_march(nursery, "ict"),
    "ict.functions": differing(
        nursery, "ict", fact="ict_functions", good=ALL_FOUR, bad=ALL_THREE, month=march
    ),
    "ict.responsible": true(nursery, "ict", fact="ict_responsible", month=march),
    "ict.published": true(nursery, "ict", fact="published_on_search", month=march),
    "holiday_care.open": true(nursery, "holiday_care:up_to_210", fact="holiday_open"),
    "holiday_care.staff": true(nursery, "holiday_care:up_to_210", fact="holiday_staff"),
    "holiday_care.meals": true(nursery, "holiday_care:up_to_210", fact="holiday_meals"),
    "holiday_care.need": true(nursery, "holiday_care:up_to_210", fact="holiday_need"),
    "holiday_care.variant": differing(
        nursery, "holiday_care:up_to_210", fact="holiday_users", good=210, bad=211
    ),
    "night_care.night": true(nursery, "night_care", fact="night_care"),
    "depreciation.owned": differing(nursery, "depreciation:urban", fact="owned_percent", good=50, bad=49),
    "depreciation.cost": true(nursery, "depreciation:urban", fact="construction_cost"),
    "depreciation.subsidy": differing(
        nursery,
        "depreciation:urban",
        fact="renovation",
        good=Renovation(10_000_001, 2_500, False),
        bad=Renovation(10_000_000, 2_500, False),
        state_subsidy=True,
    ),
    "depreciation.variant": true(nursery, "depreciation:urban", fact="urban"),
    "depreciation.excludes_rent": (
        nursery("depreciation:urban"),
        nursery("depreciation:urban", "rent:a_urban"),
    ),
    "rent.rented": differing(nursery, "rent:a_urban", fact="rented_percent", good=50, bad=49),
    "rent.paid": true(nursery, "rent:a_urban", fact="rent_paid"),
    "rent.subsidy": false(nursery, "rent:a_urban", fact="subsidy_balance"),
    "rent.variant": differing(nursery, "rent:a_urban", fact="rent_area", good="a", bad="b", urban=True),
    "branch.children": differing(
        nursery,
        "branch",
        fact="children",
        good=(ChildClass("2", "3", "short", 1, branch=True),),
        bad=children(s3=9),
    ),
    "no_director.missing": false(
        nursery, "no_director", fact="director_paid", director_experienced=True, director_dedicated=True
    ),
    # June 2026 has four Saturdays.
    "saturday_closure.variant": differing(
        nursery, "saturday_closure:3_or_more", fact="closed_saturdays", good=3, bad=4
    ),
    "elderly_employment.march": in_march(nursery, "elderly_employment:400_to_799"),
    "elderly_employment.variant": differing(
        nursery, "elderly_employment:400_to_799", fact="elderly_hours", good=400, bad=399, month=march
    ),
    "elderly_employment.programmes": true(
        nursery,
        "elderly_employment:400_to_799",
        fact="extended_care",
        month=march,
        **{
            **{key: value for key, value in TWO_OF_CARE.items() if key != "extended_care"},
            "sick_child_care": False,
        },
    ),
    "elderly_employment.no_other_grant": false(
        nursery, "elderly_employment:400_to_799", fact="elderly_other_grant", month=march
    ),
    "class_organisation.children": differing(
        kodomoen, "class_organisation", fact="children", good=children(e3=1), bad=children(s0=3, s1=6)
    ),
    "class_organisation.capacity": differing(
        kodomoen, "class_organisation", fact="capacity_from_age3", good=21, bad=20, capacity=Capacity(15, 60)
    ),
    # 40 ÷ 20 → 2, one of 2・3号 up to 90人, one of 学級編制調整.
    "class_organisation.teachers": differing(
        kodomoen,
        "class_organisation",
        fact="teachers",
        good=4,
        bad=3,
        capacity=Capacity(60, 60),
        capacity_from_age3=40,
        children=children(e3=40),
    ),
    "no_dedicated_chief.missing": false(
        kodomoen, "no_dedicated_chief", fact="kodomoen_chief_programmes", **CHIEF
    ),
    "disability_care.disabled": differing(
        small_a, ItemClaim("disability_care", children=2), fact="disabled_children", good=2, bad=1
    ),
    "disability_care.staff": true(small_a, "disability_care", fact="disability_care_staffed"),
    "no_partner_facility.no_partner": false(small_a, "no_partner_facility", fact="partner_facility"),
    "delivered_meals_penalty.from_elsewhere": true(
        small_a, "delivered_meals_penalty", fact="meals_from_elsewhere"
    ),
    "qualified_staff.share": differing(
        partial(facility, "small_b"), "qualified_staff", fact="qualified_percent", good=75, bad=74
    ),
    "qualified_staff.capacity": differing(
        partial(facility, "workplace"),
        "qualified_staff",
        fact="capacity",
        good=Capacity(childcare=19),
        bad=Capacity(childcare=20),
    ),
    "qualified_staff.staff": true(partial(facility, "small_c"), "qualified_staff", fact="qualified_staff"),
    "home_care_assistant.variant": differing(
        partial(facility, "home_based"),
        "home_care_assistant:up_to_3",
        fact="children",
        good=children(s1=3),
        bad=children(s1=4),
    ),
    "home_care_assistant.staff": true(
        partial(facility, "home_based"), "home_care_assistant:up_to_3", fact="home_care_assistants"
    ),
    "home_care_support.support": true(
        partial(facility, "home_based"), "home_care_support", fact="home_care_support"
    ),
}

# Whoever claims the first is told of the second, until both are claimed.
HINTS: dict[str, Example] = {
    "side_dish_exemption.implies_meals": (
        kindergarten(EXEMPT_BY_DAY, "meals:in_house", exempt_children_1=4),
        kindergarten(EXEMPT_BY_DAY, exempt_children_1=4),
    ),
    "chief_nursery_teacher.implies_office_staff": (
        nursery("chief_nursery_teacher", "office_staff", **CHIEF, **TWO_OF_CARE),
        nursery("chief_nursery_teacher", **CHIEF, **TWO_OF_CARE),
    ),
}
# What the month or the claim itself tells, so that no fact need be asked.
NEVER_UNKNOWN = {"treatment_iii.since_october"}
