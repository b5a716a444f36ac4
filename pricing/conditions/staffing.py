"""Conditions on staff: enough teachers by ``pricing.staffing``, their experience, 処遇改善 and ICT."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache

from pricing.conditions.answers import HOLDS, Answer, all_hold, ask, decide, fails, unknown
from pricing.conditions.declaring import Case, Test
from pricing.conditions.facts import ATTENDANCE, ICT_FUNCTIONS, Facts
from pricing.staffing import (
    ChildrenByAge,
    RequiredTeachers,
    StaffingRefused,
    UseCapacity,
    required_teachers,
)
from pricing.staffing.roundings import persons_words, round_months_to_years
from pricing.staffing.teachers import IMPROVEMENTS

TEAM = ("team_teaching", "team_childcare")
_AGES = {"4plus": "age4plus", "3": "age3", "3mid": "age3mid", "2": "age2", "1": "age1", "0": "age0"}


def teachers_suffice(case: Case) -> Answer:
    """
    The teachers of the ratios this item and the other claimed ones bring are there.

    An item not yet claimed leaves the persons of チーム保育 where they are claimed.
    """
    extra = 0 if case.is_claimed else team_persons(case.facts)
    return _enough(case, case.codes, extra)


def extra_teachers_suffice(case: Case) -> Answer:
    """チーム保育: the claimed persons are there above the required teachers (pricing.md §6 [S3])."""
    persons = team_persons(case.facts) + (0 if case.is_claimed else 1)
    return _enough(case, case.codes, persons)


def teachers_fall_short(case: Case) -> Answer:
    """年齢別配置基準を下回る場合: fewer teachers than the base price contains, whatever is claimed on top."""
    needed = _needed(case, frozenset())
    if isinstance(needed, Answer) or case.facts.teachers is None:
        return _open(case, needed)
    return decide(case.facts.teachers < needed, "配置基準を満たしているので、この減算は要りません。")


def team_persons(facts: Facts) -> int:
    """The persons of チーム保育 that are claimed: above the required teachers."""
    return sum([one.extra_staff or 1 for one in facts.claimed if one.code in TEAM])


def _enough(case: Case, codes: Collection[str], extra: int) -> Answer:
    needed = _needed(case, codes)
    if isinstance(needed, Answer) or case.facts.teachers is None:
        return _open(case, needed)
    present = persons_words(case.facts.teachers)
    of_them = f"（うち加配{extra}人）" if extra else ""
    return decide(
        case.facts.teachers >= needed + extra,
        f"必要な教諭・保育士は{needed + extra}人{of_them}ですが、{present}人です。",
    )


def _open(case: Case, needed: int | Answer) -> Answer:
    before = [needed] if isinstance(needed, Answer) else []
    return all_hold([*before, *([ask("teachers")] if case.facts.teachers is None else [])])


def _needed(case: Case, codes: Collection[str]) -> int | Answer:
    """The required teachers, or the questions that stand before them."""
    found = required_of(case.facts, codes)
    return found if isinstance(found, Answer) else found.total


def required_of(facts: Facts, codes: Collection[str]) -> RequiredTeachers | Answer:
    """The teachers the facts require when ``codes`` are claimed, with their way; or the questions that are open."""
    with_classes = "class_organisation" in codes
    missing = [
        name
        for name, known in (
            ("children", facts.children is not None),
            ("capacity", facts.capacity is not None),
            ("capacity_from_age3", not with_classes or facts.capacity_from_age3 is not None),
        )
        if not known
    ]
    if missing or facts.children is None or facts.capacity is None:
        return ask(*missing)
    counts = dict.fromkeys(_AGES.values(), 0)
    for child in facts.children:
        if child.age_class not in _AGES:
            return unknown("1歳児と2歳児は、それぞれ何人ですか。")
        counts[_AGES[child.age_class]] += child.enrolled
    found = _required(
        facts.facility_type,
        facts.fiscal_year,
        ChildrenByAge(**counts),
        UseCapacity(facts.capacity.education or 0, facts.capacity.childcare or 0, facts.capacity_from_age3),
        _bearing(codes),
        any(child.hours == "standard" and child.enrolled for child in facts.children),
        with_classes,
    )
    return found if isinstance(found, RequiredTeachers) else unknown(*found)


def _bearing(codes: Collection[str]) -> frozenset[str]:
    """Of the claimed items those that change a ratio, or make it unknown; an item stands where its ratio does."""
    return frozenset(code for code in codes if code == "disability_care" or code in IMPROVEMENTS)


@lru_cache(maxsize=4096)
def _required(
    facility_type: str,
    fiscal_year: int,
    children: ChildrenByAge,
    capacity: UseCapacity,
    claimed: frozenset[str],
    standard_time: bool,
    class_adjustment: bool,
) -> RequiredTeachers | tuple[str, ...]:
    """The answer, or why it cannot be told: what staffing refuses is a question here."""
    try:
        return required_teachers(
            facility_type,
            fiscal_year,
            children,
            capacity,
            claimed=claimed,
            standard_time=standard_time,
            class_adjustment=class_adjustment,
        )
    except StaffingRefused as refusal:
        return refusal.sentences


def extra_staff_at_most(limit: int, limit_large: int, large_capacity: int) -> Test:
    """チーム保育推進: so many persons, more from a 利用定員 on (pricing.md §6 [S3])."""

    def test(case: Case) -> Answer:
        asked_for = case.asked.extra_staff or 1
        if asked_for <= limit:
            return HOLDS
        if asked_for > limit_large:
            return fails(f"加配は{limit_large}人までですが、{asked_for}人で請求しています。")
        if case.facts.capacity is None:
            return ask("capacity")
        return decide(
            (case.facts.capacity.childcare or 0) >= large_capacity,
            f"加配{asked_for}人は、利用定員{large_capacity}人以上の施設だけです。",
        )

    return test


def within_team_teaching_limit(case: Case) -> Answer:
    """チーム保育加配: the limit by 利用定員 is in the notice [U]; the city gives it."""
    limit = case.facts.team_teaching_limit
    if limit is None:
        return ask("team_teaching_limit")
    asked_for = case.asked.extra_staff or 1
    return decide(asked_for <= limit, f"加配は{limit}人までですが、{asked_for}人で請求しています。")


def experienced(least: int) -> Test:
    """平均経験年数 of ``least`` years; [K] rounded at six months as for the 加算率."""

    def test(case: Case) -> Answer:
        months = case.facts.average_experience_months
        if months is None:
            return ask("average_experience_months")
        years = round_months_to_years(Fraction(months))
        return decide(
            years >= least, f"平均経験年数は{years}年（6か月以上は切上げ）で、{least}年に足りません。"
        )

    return test


def both_treatment_parts(case: Case) -> Answer:
    """区分1 and 区分2 are granted."""
    rates = case.facts.treatment
    if rates is None:
        return ask("treatment")
    return decide(
        rates.base_percent > 0 and rates.wage_percent > 0,
        "処遇改善等加算の区分1と区分2の両方の認定を受けていません。",
    )


def career_path(case: Case) -> Answer:
    """キャリアパス要件 is met wherever a rate is claimed (pricing.md §7.2)."""
    rates = case.facts.treatment
    if case.facts.career_path or (rates is not None and not (rates.base_percent or rates.wage_percent)):
        return HOLDS
    if case.facts.career_path is None or rates is None:
        return ask(
            *(["career_path"] if case.facts.career_path is None else []),
            *(["treatment"] if rates is None else []),
        )
    return fails("キャリアパス要件を満たしていないので、加算率は認められません。")


def ict_functions(least: int, *, attendance: bool) -> Test:
    """So many functions are in use, 登降園管理 among them where it must be."""

    def test(case: Case) -> Answer:
        used = case.facts.ict_functions
        if used is None:
            return ask("ict_functions")
        if attendance and ATTENDANCE not in used:
            return fails(f"ICTの「{ICT_FUNCTIONS[ATTENDANCE]}」の機能を使っていません。")
        return decide(len(used) >= least, f"使っているICTの機能は{len(used)}つで、{least}つに足りません。")

    return test


def qualified_share(least_percent: int) -> Test:
    """So many of a hundred who care for children are 保育士."""

    def test(case: Case) -> Answer:
        share = case.facts.qualified_percent
        if share is None:
            return ask("qualified_percent")
        return decide(share >= least_percent, f"保育士の割合が{least_percent}％に足りません。")

    return test
