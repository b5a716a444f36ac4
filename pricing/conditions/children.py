"""Conditions on first-day children and on the 利用定員."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pricing.conditions.answers import HOLDS, Answer, all_hold, ask, decide, fails, unknown
from pricing.conditions.declaring import Case, Test
from pricing.conditions.facts import Facts, YearOfOccupancy
from pricing.staffing.teachers import CLASS_ADJUSTMENT_CAPACITY
from pricing.vocabulary import AGE_CLASSES, SYSTEMS, system_of

# pricing.md §5 [S9][S10]: so many past fiscal years always above the 利用定員, each with such a 平均在所率.
YEARS_OVER_CAPACITY: Final = {"1": 2, "23": 5}
OVER_CAPACITY_PERCENT: Final = 120


def enrolled(
    facts: Facts, ages: tuple[str, ...] | None, systems: tuple[str, ...] = ("1", "23")
) -> int | None:
    """First-day children of these ages and systems; ``None`` when the counts are not known."""
    if facts.children is None:
        return None
    return sum(
        [
            child.enrolled
            for child in facts.children
            if (ages is None or child.age_class in ages) and system_of(child.certification) in systems
        ]
    )


def children_of(ages: tuple[str, ...]) -> Test:
    """The systems it is claimed for have a child of the ages."""
    words = "・".join([AGE_CLASSES[age] for age in ages])

    def test(case: Case) -> Answer:
        count = enrolled(case.facts, ages, case.systems)
        return ask("children") if count is None else decide(count > 0, f"初日に在籍する{words}がいません。")

    return test


def so_many_children(ages: tuple[str, ...], least: int, otherwise: str) -> Test:
    """The whole facility has at least so many first-day children of the ages."""

    def test(case: Case) -> Answer:
        count = enrolled(case.facts, ages)
        return ask("children") if count is None else decide(count >= least, otherwise)

    return test


def branch_children(case: Case) -> Answer:
    """分園: children of the branch are counted."""
    if case.facts.children is None:
        return ask("children")
    return decide(
        any(child.branch and child.count for child in case.facts.children), "分園の子どもがいません。"
    )


def exempt_children(certification: str) -> Test:
    """副食費徴収免除: there are exempt children, and no more are claimed than there are."""
    fact = f"exempt_children_{certification}"

    def test(case: Case) -> Answer:
        most: int | None = getattr(case.facts, fact)
        if most is None:
            return ask(fact)
        if most == 0:
            return fails(f"副食費の徴収が免除される{certification}号の子どもがいません。")
        claimed = case.asked.children or 0
        return decide(
            claimed <= most,
            f"免除される{certification}号の子どもは{most}人ですが、{claimed}人で請求しています。",
        )

    return test


def disabled_children(case: Case) -> Answer:
    """障害児保育: there are children with a disability, and no more are claimed than there are."""
    most = case.facts.disabled_children
    if most is None:
        return ask("disabled_children")
    if most == 0:
        return fails("初日に在籍する障害児がいません。")
    claimed = case.asked.children or 0
    return decide(claimed <= most, f"初日に在籍する障害児は{most}人ですが、{claimed}人で請求しています。")


def special_support_kind(case: Case) -> tuple[str, ...] | Answer:
    """
    療育支援 A with a child of 特別児童扶養手当, B with another child with a disability (pricing.md §6 [S3]).

    What C and D of the kindergarten table stand for, no source tells [U].
    """
    if case.asked.variant in ("c", "d"):
        return unknown(
            "療育支援C・Dの要件は確かめられていません。通知で、どの子どもが対象か確かめてください。"
        )
    allowance, disabled = case.facts.special_allowance_children, case.facts.disabled_children
    if allowance:
        return ("a", "b")
    if disabled:
        return (
            ask("special_allowance_children") if allowance is None and case.asked.variant == "a" else ("b",)
        )
    open_facts = [
        name
        for name, value in (("special_allowance_children", allowance), ("disabled_children", disabled))
        if value is None
    ]
    return ask(*open_facts) if open_facts else fails("対象になる障害児がいません。")


def home_care_size(case: Case) -> tuple[str, ...] | Answer:
    """家庭的保育補助者: up to three children, or four and more."""
    count = enrolled(case.facts, None)
    if count is None:
        return ask("children")
    return ("up_to_3",) if count <= 3 else ("4_or_more",)


def capacity(system: str, allowed: Callable[[int], bool], wanted: str) -> Test:
    """The 利用定員 of the system is one of those ``wanted`` says in words."""

    def test(case: Case) -> Answer:
        if case.facts.capacity is None:
            return ask("capacity")
        persons = (case.facts.capacity.of(system)) if case.facts.capacity.has(system) else 0
        return decide(
            allowed(persons), f"{SYSTEMS[system]}の利用定員は{persons}人です。{wanted}の施設が対象です。"
        )

    return test


def class_organisation_capacity(case: Case) -> Answer:
    """学級編制調整加配: 1号 and 2号 together 36–300 [K] (pricing.md §4.3)."""
    given = case.facts.capacity
    if given is None or case.facts.capacity_from_age3 is None:
        return ask(*(["capacity"] if given is None else []), "capacity_from_age3")
    low, high = CLASS_ADJUSTMENT_CAPACITY
    persons = (given.education or 0) + case.facts.capacity_from_age3
    return decide(
        low <= persons <= high, f"1号と2号の利用定員は{persons}人です。{low}〜{high}人の施設が対象です。"
    )


def constantly_over_capacity(case: Case) -> Answer:
    """定員恒常的超過: each claimed system was above its 利用定員 for the years that count for it."""
    occupancy = {
        "1": ("occupancy_1", case.facts.occupancy_1),
        "23": ("occupancy_23", case.facts.occupancy_23),
    }
    return all_hold([_over_for_years(case.facts, system, *occupancy[system]) for system in case.systems])


def _over_for_years(
    facts: Facts, system: str, fact: str, occupancy: tuple[YearOfOccupancy, ...] | None
) -> Answer:
    if occupancy is None:
        return ask(fact)
    known = {year.fiscal_year: year for year in occupancy}
    years = range(facts.fiscal_year - YEARS_OVER_CAPACITY[system], facts.fiscal_year)
    if any(
        not known[year].always_over or known[year].average_percent < OVER_CAPACITY_PERCENT
        for year in years
        if year in known
    ):
        return fails(
            f"{SYSTEMS[system]}は、過去{len(years)}年度のうちに、利用定員を超えない月または"
            f"平均在所率{OVER_CAPACITY_PERCENT}％未満の年度があるので、この減算は要りません。"
        )
    return HOLDS if all(year in known for year in years) else ask(fact)
