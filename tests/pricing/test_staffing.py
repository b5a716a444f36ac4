"""配置基準, 常勤換算, 平均経験年数, 加算率 and the staff number of 処遇Ⅱ／区分3: tables, refusals, laws."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pricing.month import fiscal_year_words
from pricing.staffing import (
    BaseNumberFacts,
    BaseNumberWeights,
    CapacityRow,
    ChildrenByAge,
    Experience,
    NotCountable,
    RequiredTeachers,
    RuleUnknown,
    StaffingRefused,
    TreatmentIIIFacts,
    TreatmentIIIWeights,
    UseCapacity,
    WorkingTime,
    average_experience,
    base_number,
    full_time_equivalent,
    headcount_iii,
    other_staff,
    required_teachers,
    treatment_rates,
)
from pricing.staffing.children import AGES_TAKEN
from pricing.staffing.roundings import (
    cut_to_hundredths,
    number_words,
    persons_words,
    raise_to_hundredths,
    round_half_up,
    tenths_words,
)
from pricing.vocabulary import FACILITY_TYPES
from tests.pricing.conftest import read_json

TABLE = read_json("cases/staffing.json")
ALL_DAY = WorkingTime(8, 20, all_set_hours=True)
TRIES = settings(max_examples=200, deadline=None)


def teachers(facility_type: str, fiscal_year: int = 2026, **given: Any) -> RequiredTeachers:
    """Required teachers of a facility; what a test does not say is a small facility without 加算."""
    children = {age: count for age, count in given.items() if age.startswith("age")}
    options: dict[str, Any] = {"claimed": (), "standard_time": False, "capacity": UseCapacity(19, 19)}
    options |= {name: value for name, value in given.items() if name not in children}
    return required_teachers(facility_type, fiscal_year, ChildrenByAge(**children), **options)


# ── Required teachers ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("case", "count", "tenths", "persons"),
    [
        pytest.param(case, *boundary, id=f"{case['name']}: {boundary[0]}")
        for case in TABLE["ratios"]
        for boundary in case["boundaries"]
    ],
)
def test_a_ratio_is_cut_to_one_decimal_and_the_sum_rounded_half_up(
    case: dict[str, Any], count: int, tenths: int, persons: int
) -> None:
    found = teachers(
        case["facility_type"], case["fiscal_year"], claimed=case["claimed"], **{case["age"]: count}
    )

    assert case["ratio"] in [term.ratio for term in found.terms if term.children == count]
    assert (found.sum_tenths, found.for_children) == (tenths, persons)


@pytest.mark.parametrize("case", TABLE["facilities"], ids=lambda case: case["name"])
def test_a_facility_of_the_table_needs_what_is_stated(case: dict[str, Any]) -> None:
    found = required_teachers(
        case["facility_type"],
        case["fiscal_year"],
        ChildrenByAge(**case["children"]),
        UseCapacity(**case["capacity"]),
        claimed=case["claimed"],
        **case["options"],
    )

    assert [term.tenths for term in found.terms] == case["tenths"]
    assert (found.sum_tenths, found.for_children) == (case["sum_tenths"], case["for_children"])
    assert [addition.persons for addition in found.additions] == case["additions"]
    assert found.assistants == case.get("assistants", 0)
    assert found.total == case["total"]


def test_every_facility_type_stands_in_the_table_and_is_known_in_every_year() -> None:
    assert {case["facility_type"] for case in TABLE["facilities"]} == FACILITY_TYPES.keys()
    for facility_type in FACILITY_TYPES:
        for fiscal_year in range(2015, 2027):
            assert teachers(facility_type, fiscal_year, **{AGES_TAKEN[facility_type][-1]: 1}).total >= 0


def test_the_answer_explains_itself() -> None:
    found = teachers(
        "nursery", 2023, age4plus=18, age3=18, age2=16, age1=14, age0=7,
        standard_time=True, capacity=UseCapacity(care=90),
    )  # fmt: skip

    assert found.steps == (
        "4歳以上児 18人 ÷ 30 → 0.6",
        "3歳児 18人 ÷ 20 → 0.9",
        "1・2歳児 30人 ÷ 6 → 5.0",
        "乳児 7人 ÷ 3 → 2.3",
        "合計 8.8 → 小数点以下四捨五入で9人",
        "＋1人 2・3号の利用定員が90人以下のため",
        "＋1人 保育標準時間の子どもがいるため（利用定員に占める割合が低いときは非常勤でもよい）",
        "必要な人数 11人",
    )
    assert found.notes == (
        "ほかに非常勤の保育士を置きます。人数の定めは確かめられていないので数えていません。",
    )


def test_children_who_turned_three_stand_with_the_3_year_olds_or_in_a_term_of_their_own() -> None:
    together = teachers("certified_kodomoen", age3=17, age3mid=3)
    apart = teachers("certified_kodomoen", age3=17, age3mid=3, claimed={"under_age3_intake"})

    assert ("3歳児（満3歳児を含む）", 20, 20) in [(t.label, t.children, t.ratio) for t in together.terms]
    assert [(t.label, t.ratio, t.tenths) for t in apart.terms][1:3] == [("3歳児", 20, 8), ("満3歳児", 6, 5)]


def test_from_fiscal_2024_on_the_answer_says_which_standard_it_counts_by() -> None:
    everything = {"age3_staffing", "age4plus_staffing"}

    assert not any("令和9年度末" in note for note in teachers("nursery", 2023, age3=20).notes)
    assert any("令和9年度末" in note for note in teachers("nursery", 2024, age3=20).notes)
    assert any("令和9年度末" in note for note in teachers("nursery", claimed={"age3_staffing"}).notes)
    assert not any("令和9年度末" in note for note in teachers("nursery", claimed=everything).notes)
    assert not any("令和9年度末" in note for note in teachers("nursery", revised_standard=True).notes)
    assert not any("令和9年度末" in note for note in teachers("small_a").notes)


def test_a_kindergarten_is_told_that_class_adjustment_was_not_counted() -> None:
    counted = teachers("kindergarten", capacity=UseCapacity(36), class_adjustment=True)
    left_out = teachers("kindergarten", capacity=UseCapacity(36))

    assert (counted.total, left_out.total) == (1, 0)
    assert any("学級編制調整" in note for note in left_out.notes)
    assert not any("学級編制調整" in note for note in counted.notes)
    assert not any("学級編制調整" in note for note in teachers("kindergarten").notes)  # 19 places


def test_additions_that_do_not_touch_ratios_are_passed_over() -> None:
    assert teachers("nursery", age3=20, claimed={"climate", "snow"}) == teachers("nursery", age3=20)


@pytest.mark.parametrize(
    ("capacity", "cooks", "part_time"),
    [(1, 1, 0), (40, 1, 0), (41, 2, 0), (150, 2, 0), (151, 3, 1), (300, 3, 1)],
)
def test_a_nursery_has_cooks_by_its_capacity(capacity: int, cooks: int, part_time: int) -> None:
    found = {staff.role: staff for staff in other_staff("nursery", 2026, capacity)}

    assert (found["調理員等"].persons, found["調理員等"].part_time) == (cooks, part_time)
    assert found["施設長"].persons == 1
    assert found["事務職員"].persons is None
    assert "嘱託医・嘱託歯科医" in found


# ── Working time ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hours", "days", "all_set_hours", "regular", "counts"),
    [
        (6, 20, False, True, True),
        (Decimal("5.9"), 20, False, False, False),
        (6, 19, False, False, False),
        (8, Fraction(39, 2), False, False, False),
        (Decimal("5.5"), 20, True, True, False),
        (8, 22, True, True, True),
    ],
)
def test_regular_staff_work_all_set_hours_or_six_hours_on_twenty_days(
    hours: Any, days: Any, all_set_hours: bool, regular: bool, counts: bool
) -> None:
    found = WorkingTime(hours, days, all_set_hours)

    assert (found.is_regular, found.long_enough) == (regular, counts)


def test_the_full_time_equivalent_is_the_hours_of_all_over_those_of_one_full_time_person() -> None:
    found = full_time_equivalent([80, Decimal("87.5"), Fraction(65, 2)], 160)

    assert (found.persons, found.value) == (3, Fraction(5, 4))
    assert found.words == "3人の勤務時間 200時間 ÷ 常勤の所定時間 160時間 = 1.25人"
    assert full_time_equivalent([], 160).value == 0
    assert full_time_equivalent([100], 150).words.endswith("= 0.66…人")


# ── Experience and rates ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("months", "years"),
    [([0], 0), ([5], 0), ([6], 1), ([17], 1), ([18], 2), ([125], 10), ([126], 11), ([5, 6], 0), ([6, 6], 1)],
)
def test_the_average_goes_up_from_six_months_on(months: list[int], years: int) -> None:
    found = average_experience(Experience(month, 0, ALL_DAY) for month in months)

    assert found.years == years


def test_the_average_explains_itself_and_leaves_short_hours_out() -> None:
    found = average_experience(
        [
            Experience(60, 30, ALL_DAY),
            Experience(7, 0, WorkingTime(6, 20)),
            Experience(400, 0, WorkingTime(5, 20)),
            Experience(400, 0, WorkingTime(8, 19)),
        ]
    )

    assert (found.persons, found.left_out, found.total_months) == (2, 2, 97)
    assert found.average_months == Fraction(97, 2)
    assert found.steps == (
        "対象の職員 2人（1日6時間未満または月20日未満の2人を除く）",
        "経験年数の合計 8年1か月",
        "8年1か月 ÷ 2人 = 4年0.5か月",
        "6か月未満なので切捨て、平均経験年数 4年",
    )


@pytest.mark.parametrize(
    ("years", "base"),
    [(0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8), (7, 9), (8, 10), (9, 11), (10, 12), (11, 12), (40, 12)],
)  # fmt: skip
@pytest.mark.parametrize("fiscal_year", range(2015, 2027))
def test_the_base_percent_follows_the_years_in_every_fiscal_year(
    fiscal_year: int, years: int, base: int
) -> None:
    assert treatment_rates(years, fiscal_year, career_path=True).base_percent == base


@pytest.mark.parametrize(
    ("fiscal_year", "below", "from_eleven", "without_path"),
    [
        (2015, 3, 4, 1), (2016, 3, 4, 1), (2017, 5, 6, None), (2018, 5, 6, None), (2019, 6, 7, None),
        (2020, 6, 7, 2), (2021, 6, 7, 2), (2022, 6, 7, 2), (2023, 6, 7, 2), (2024, 6, 7, 2), (2025, 6, 7, 2),
        (2026, 6, 7, None),
    ],
)  # fmt: skip
def test_the_wage_percent_has_a_rule_for_every_fiscal_year(
    fiscal_year: int, below: int, from_eleven: int, without_path: int | None
) -> None:
    for years, percent in ((0, below), (10, below), (11, from_eleven), (30, from_eleven)):
        assert treatment_rates(years, fiscal_year, career_path=True).wage_percent == percent
        if without_path is None:
            with pytest.raises(StaffingRefused, match="キャリアパス要件"):
                treatment_rates(years, fiscal_year, career_path=False)
        else:
            found = treatment_rates(years, fiscal_year, career_path=False)
            assert found.wage_percent == percent - without_path


def test_the_rates_say_why() -> None:
    old = treatment_rates(10, 2024, career_path=False)
    new = treatment_rates(11, 2026, career_path=True)

    assert old.base_reason == "令和6年度の基礎分: 平均経験年数10年で12%"
    assert old.wage_reason == (
        "令和6年度の賃金改善要件分: 平均経験年数11年未満で6%、キャリアパス要件を満たさないため2%を減じて4%"
    )
    assert new.base_reason == "令和8年度の区分1 基礎分: 平均経験年数11年で12%"
    assert new.wage_reason == "令和8年度の区分2 賃金改善分: 平均経験年数11年以上で7%"


# ── The staff number of 処遇Ⅱ, Ⅲ and 区分3 ───────────────────────────────────────────────────────

# Invented: the real weights are not known, which is why a caller must bring them.
WEIGHTS = BaseNumberWeights(
    fiscal_year=2023,
    source="試験用の係数",
    standard_time_tenths=11,
    chief_tenths=12,
    office_tenths=4,
    holiday_tenths=7,
    nutrition_tenths=8,
    capacity_rows=(CapacityRow(1, 40, 13), CapacityRow(41, 90, 21), CapacityRow(91, None, 32)),
)
WEIGHTS_III = TreatmentIIIWeights(
    special_support_tenths=6, night_care_tenths=5, branch_tenths=9, no_director_tenths=10
)
NOTHING = BaseNumberFacts(
    standard_time=False, chief=False, office=False, holiday=False, nutrition_a=False, team_persons=0
)
EVERYTHING = BaseNumberFacts(
    standard_time=True, chief=True, office=True, holiday=True, nutrition_a=True, team_persons=1
)
WE4 = ChildrenByAge(age4plus=18, age3=18, age2=16, age1=14, age0=7)


def with_rows(*rows: CapacityRow) -> BaseNumberWeights:
    return replace(WEIGHTS, capacity_rows=rows)


def number_of(children: ChildrenByAge = WE4, capacity: int = 90, **changed: Any) -> Any:
    facts = changed.pop("facts", NOTHING)
    weights = changed.pop("weights", WEIGHTS)
    kind, year = changed.pop("facility_type", "nursery"), changed.pop("fiscal_year", 2023)
    claimed = changed.pop("claimed", ())
    assert not changed
    return base_number(kind, year, children, capacity, claimed=claimed, facts=facts, weights=weights)


HEAVY_BRANCH = replace(WEIGHTS_III, branch_tenths=999)
NOTHING_III = TreatmentIIIFacts(special_support=False, night_care=False, branch=False, no_director=False)
EVERYTHING_III = TreatmentIIIFacts(special_support=True, night_care=True, branch=True, no_director=True)


def number_iii(**changed: Any) -> Any:
    given: dict[str, Any] = {
        "facility_type": "nursery", "fiscal_year": 2023, "children": WE4, "capacity": 90, "claimed": (),
        "facts": NOTHING, "facts_iii": NOTHING_III, "weights": WEIGHTS, "weights_iii": WEIGHTS_III,
    }  # fmt: skip
    return headcount_iii(**(given | changed))


def test_the_staff_number_adds_the_rows_of_the_sheet() -> None:
    found = number_of(facts=EVERYTHING)

    # a 9 + b 1.1 + c 1.2 + d 0.4 + e 0.7 + f 1 + g 0.8 + capacity 2.1 = 16.3
    assert [row.tenths for row in found.rows] == [90, 11, 12, 4, 7, 10, 8, 21]
    assert (found.sum_tenths, found.number) == (163, 16)
    assert (found.headcount_a, found.headcount_b) == (5, 3)  # 5.33…, 3.2
    assert found.steps[-4:] == (
        "合計 16.3 → 1人未満の端数は四捨五入で16人",
        "人数A 16 ÷ 3 → 四捨五入（最低1人）で5人",
        "人数B 16 ÷ 5 → 四捨五入（最低1人）で3人",
        "係数の出所 試験用の係数",
    )


def test_monthly_averages_are_fractions_and_not_rounded_first() -> None:
    found = number_of(ChildrenByAge(age4plus=Fraction(44, 3), age3=Fraction(119, 12), age0=Fraction(5, 2)))

    # 14.66… ÷ 30 → 0.4, 9.91… ÷ 20 → 0.4, 2.5 ÷ 3 → 0.8: 1.6 → 2; rounded first it would be 0.5 + 0.5 + 1.0
    assert [term.tenths for term in found.terms] == [4, 4, 0, 8]
    assert found.rows[0].tenths == 20
    assert found.terms[0].words == "4歳以上児 14.66…人 ÷ 30 → 0.4"


@pytest.mark.parametrize(("capacity", "tenths"), [(1, 13), (40, 13), (41, 21), (90, 21), (91, 32), (500, 32)])
def test_the_capacity_row_is_the_one_of_the_capacity(capacity: int, tenths: int) -> None:
    assert number_of(capacity=capacity).rows[-1].tenths == tenths


@pytest.mark.parametrize(
    ("number", "a", "b"),
    [(1, 1, 1), (2, 1, 1), (4, 1, 1), (5, 2, 1), (7, 2, 1), (8, 3, 2), (12, 4, 2), (13, 4, 3), (16, 5, 3)],
)
def test_a_and_b_are_a_third_and_a_fifth_rounded_half_up_and_at_least_one(
    number: int, a: int, b: int
) -> None:
    weights = with_rows(CapacityRow(1, None, number * 10))

    found = number_of(ChildrenByAge(), weights=weights)

    assert (found.number, found.headcount_a, found.headcount_b) == (number, a, b)


def test_an_improved_ratio_changes_the_staff_number_too() -> None:
    plain = number_of(ChildrenByAge(age3=50))
    improved = number_of(ChildrenByAge(age3=50), claimed={"age3_staffing"})

    assert (plain.rows[0].tenths, improved.rows[0].tenths) == (30, 30)  # 2.5 and 3.3
    assert (plain.terms[1].tenths, improved.terms[1].tenths) == (25, 33)


def test_treatment_iii_adds_two_rows_and_takes_two_off() -> None:
    nothing = number_iii()
    everything = number_iii(facts=EVERYTHING, facts_iii=EVERYTHING_III)

    assert (nothing.sum_tenths, nothing.headcount) == (111, 11)
    assert [row.tenths for row in everything.rows[-4:]] == [6, 5, -9, -10]
    assert (everything.sum_tenths, everything.headcount) == (155, 16)
    assert "施設長を配置していない場合 −1.0" in everything.steps


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────


def class_adjusted(education: int) -> RequiredTeachers:
    return teachers("kindergarten", class_adjustment=True, capacity=UseCapacity(education))


def average_of(*staff: Experience) -> object:
    return average_experience(staff)


REFUSALS: list[tuple[type[StaffingRefused], str, Callable[[], object]]] = [
    (NotCountable, "施設類型", lambda: teachers("school")),
    (RuleUnknown, "平成26年度の配置基準", lambda: teachers("nursery", 2014)),
    (RuleUnknown, "令和9年度の配置基準", lambda: teachers("nursery", 2027)),
    (RuleUnknown, "障害児2人に1人", lambda: teachers("small_a", claimed={"disability_care"})),
    (NotCountable, "乳児の数え方", lambda: teachers("kindergarten", age0=1)),
    (NotCountable, "3歳児の数え方", lambda: teachers("small_a", age3=1)),
    (NotCountable, "満3歳児の数え方", lambda: teachers("nursery", age3mid=1)),
    (NotCountable, "3歳児の人数", lambda: teachers("nursery", age3=-1)),
    (NotCountable, "3歳児の人数", lambda: teachers("nursery", age3=1.0)),
    (NotCountable, "3歳児の人数", lambda: teachers("nursery", age3=True)),
    (NotCountable, "3歳児の人数", lambda: teachers("nursery", age3=Fraction(1, 2))),
    (NotCountable, "2・3号の利用定員", lambda: teachers("nursery", capacity=UseCapacity(care=-1))),
    (NotCountable, "2・3号の利用定員", lambda: teachers("nursery", capacity=UseCapacity(education=90))),
    (NotCountable, "2・3号の利用定員", lambda: teachers("workplace", capacity=UseCapacity())),
    (NotCountable, "2号の利用定員が", lambda: teachers("nursery", capacity=UseCapacity(0, 20, 21))),
    (NotCountable, "令和6年度からです", lambda: teachers("nursery", 2023, claimed={"age4plus_staffing"})),
    (NotCountable, "令和7年度からです", lambda: teachers("nursery", 2024, claimed={"age1_staffing"})),
    (NotCountable, "1歳児配置改善加算はありません", lambda: teachers("small_c", claimed={"age1_staffing"})),
    (NotCountable, "3歳児配置改善加算はありません", lambda: teachers("small_a", claimed={"age3_staffing"})),
    (NotCountable, "満3歳児対応加配加算は", lambda: teachers("nursery", claimed={"under_age3_intake"})),
    (NotCountable, "「typo」という加算", lambda: teachers("nursery", claimed={"typo"})),
    (NotCountable, "令和6年度からです", lambda: teachers("nursery", 2023, revised_standard=True)),
    (NotCountable, "保育標準時間", lambda: teachers("kindergarten", standard_time=True)),
    (NotCountable, "家庭的保育補助者", lambda: teachers("small_a", assistants=True)),
    (NotCountable, "学級編制調整はありません", lambda: teachers("nursery", class_adjustment=True)),
    (NotCountable, "36人以上300人以下", lambda: class_adjusted(35)),
    (NotCountable, "36人以上300人以下", lambda: class_adjusted(301)),
    (NotCountable, "2号の利用定員を", lambda: teachers("certified_kodomoen", class_adjustment=True)),
    (NotCountable, "施設類型", lambda: other_staff("school", 2026, 20)),
    (NotCountable, "利用定員は1以上", lambda: other_staff("nursery", 2026, 0)),
    (RuleUnknown, "令和9年度の職員配置", lambda: other_staff("nursery", 2027, 20)),
    (NotCountable, "2人目の月の勤務時間", lambda: full_time_equivalent([1, -1], 160)),
    (NotCountable, "1人目の月の勤務時間", lambda: full_time_equivalent([80.5], 160)),  # type: ignore[list-item]
    (NotCountable, "1人目の月の勤務時間", lambda: full_time_equivalent([Decimal("NaN")], 160)),
    (NotCountable, "常勤の月の所定時間", lambda: full_time_equivalent([80], 0)),
    (NotCountable, "対象になる職員", lambda: average_of()),
    (NotCountable, "対象になる職員", lambda: average_of(Experience(9, 9, WorkingTime(5, 20)))),
    (NotCountable, "2人目のほかの施設", lambda: average_of(Experience(1, 1, ALL_DAY), Experience(1, -1, ALL_DAY))),
    (NotCountable, "1人目の1日の勤務時間", lambda: average_of(Experience(1, 1, WorkingTime(25, 20)))),
    (NotCountable, "1人目の1か月の勤務日数", lambda: average_of(Experience(1, 1, WorkingTime(8, 32)))),
    (NotCountable, "平均経験年数は0以上", lambda: treatment_rates(-1, 2026, career_path=True)),
    (RuleUnknown, "平成26年度の加算率", lambda: treatment_rates(5, 2014, career_path=True)),
    (RuleUnknown, "令和9年度の加算率", lambda: treatment_rates(5, 2027, career_path=True)),
    (RuleUnknown, "平成30年度にキャリアパス要件", lambda: treatment_rates(5, 2018, career_path=False)),
    (RuleUnknown, "令和元年度にキャリアパス要件", lambda: treatment_rates(5, 2019, career_path=False)),
    (NotCountable, "必須の要件", lambda: treatment_rates(5, 2026, career_path=False)),
    (RuleUnknown, "平成29年度から", lambda: number_of(fiscal_year=2016)),
    (RuleUnknown, "令和9年度の加算対象人数", lambda: number_of(fiscal_year=2027)),
    (NotCountable, "施設類型", lambda: number_of(facility_type="school")),
    (RuleUnknown, "係数と、利用定員に基づく職員数の表", lambda: number_of(weights=None)),
    (RuleUnknown, "令和5年度のもの", lambda: number_of(fiscal_year=2024)),
    (RuleUnknown, "利用定員500人に基づく", lambda: number_of(capacity=500, weights=with_rows(CapacityRow(1, 90, 1)))),
    (NotCountable, "二つ以上", lambda: number_of(weights=with_rows(CapacityRow(1, 90, 1), CapacityRow(90, None, 2)))),
    (NotCountable, "主任専任の係数", lambda: number_of(weights=replace(WEIGHTS, chief_tenths=-1))),
    (NotCountable, "標準時間の係数", lambda: number_of(weights=replace(WEIGHTS, standard_time_tenths=1.4))),
    (NotCountable, "利用定員は1以上", lambda: number_of(capacity=0)),
    (NotCountable, "満3歳児はいません", lambda: number_of(ChildrenByAge(age3mid=1))),
    (NotCountable, "乳児の人数", lambda: number_of(ChildrenByAge(age0=2.5))),  # type: ignore[arg-type]
    (NotCountable, "令和7年度から", lambda: number_of(claimed={"age1_staffing"})),
    (NotCountable, "チーム保育推進加算の人数", lambda: number_of(facts=replace(NOTHING, team_persons=-1))),
    (RuleUnknown, "令和4年度（10月）から令和6年度まで", lambda: number_iii(fiscal_year=2025)),
    (RuleUnknown, "療育支援・夜間保育", lambda: number_iii(weights_iii=None)),
    (NotCountable, "分園の係数", lambda: number_iii(weights_iii=replace(WEIGHTS_III, branch_tenths=-1))),
    (NotCountable, "0より小さく", lambda: number_iii(facts_iii=EVERYTHING_III, weights_iii=HEAVY_BRANCH)),
    *[
        (RuleUnknown, "施設長・調理員・事務職員", lambda kind=kind: other_staff(kind, 2026, 20))
        for kind in FACILITY_TYPES if kind != "nursery"
    ],
    *[
        (RuleUnknown, FACILITY_TYPES[kind], lambda kind=kind: number_of(facility_type=kind))
        for kind in FACILITY_TYPES if kind != "nursery"
    ],
]  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "words", "ask"), REFUSALS, ids=[f"{place} {case[1]}" for place, case in enumerate(REFUSALS)]
)
def test_what_cannot_be_or_is_not_known_is_refused_with_a_sentence(
    refusal: type[StaffingRefused], words: str, ask: Callable[[], object]
) -> None:
    with pytest.raises(refusal, match=words) as stop:
        ask()

    assert stop.value.sentences
    assert all(sentence.endswith("。") for sentence in stop.value.sentences)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(NotCountable) as stop:
        teachers("nursery", 2023, age4plus=-1, age0=-1, claimed={"typo", "age1_staffing"}, assistants=True)

    assert len(stop.value.sentences) == 5


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────

COUNTS = st.integers(0, 200)
AVERAGES = st.fractions(0, 200, max_denominator=12)


@st.composite
def facilities(draw: st.DrawFn) -> tuple[str, int, dict[str, int], dict[str, Any]]:
    """Any type in any year with any children it takes and any improvement it has."""
    kind = draw(st.sampled_from(sorted(FACILITY_TYPES)))
    year = draw(st.integers(2015, 2026))
    children = {age: draw(COUNTS) for age in AGES_TAKEN[kind]}
    options: dict[str, Any] = {"capacity": UseCapacity(draw(COUNTS), draw(st.integers(1, 200)))}
    codes = ["age3_staffing", "age4plus_staffing", "age1_staffing", "under_age3_intake"]
    wanted = draw(st.sets(st.sampled_from(codes)))
    options["claimed"] = {code for code in wanted if claimable(kind, year, code)}
    options["standard_time"] = kind != "kindergarten" and draw(st.booleans())
    options["assistants"] = kind in ("small_c", "home_based") and draw(st.booleans())
    options["revised_standard"] = year >= 2024 and draw(st.booleans())
    return kind, year, children, options


def claimable(kind: str, year: int, code: str) -> bool:
    try:
        teachers(kind, year, claimed={code})
    except NotCountable:
        return False
    return True


def assert_no_float(value: object) -> None:
    """Every number anywhere in an answer is exact."""
    assert not isinstance(value, float)
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            assert_no_float(getattr(value, field.name))
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            assert_no_float(part)


@TRIES
@given(facilities(), st.data())
def test_one_child_more_never_needs_fewer_teachers(facility: Any, data: st.DataObject) -> None:
    kind, year, children, options = facility
    age = data.draw(st.sampled_from(sorted(children)))

    fewer = teachers(kind, year, **children, **options)
    more = teachers(kind, year, **(children | {age: children[age] + 1}), **options)

    assert fewer.total <= more.total <= fewer.total + 2
    assert fewer.assistants <= more.assistants


@TRIES
@given(facilities())
def test_the_total_is_the_rounded_sum_and_the_additions_and_holds_every_whole_teacher(facility: Any) -> None:
    kind, year, children, options = facility

    found = teachers(kind, year, **children, **options)

    assert found.sum_tenths == sum(term.tenths for term in found.terms)
    assert found.total == found.for_children + sum(addition.persons for addition in found.additions)
    assert found.for_children >= sum(term.children // term.ratio for term in found.terms)
    assert found.for_children * 10 >= found.sum_tenths - 5
    assert sum(term.children for term in found.terms) == sum(children.values())
    assert_no_float(found)


@TRIES
@given(facilities())
def test_an_improvement_never_needs_fewer_teachers(facility: Any) -> None:
    kind, year, children, options = facility

    improved = teachers(kind, year, **children, **options)
    plain = teachers(kind, year, **children, **(options | {"claimed": ()}))

    assert plain.total <= improved.total


@st.composite
def experience(draw: st.DrawFn) -> Experience:
    hours = draw(st.sampled_from([4, Decimal("5.5"), 6, 8]))
    return Experience(
        draw(st.integers(0, 500)), draw(st.integers(0, 300)), WorkingTime(hours, draw(st.integers(15, 23)))
    )


@TRIES
@given(st.lists(experience(), max_size=12), experience(), st.randoms(use_true_random=False))
def test_the_order_of_persons_changes_nothing(
    others: list[Experience], one: Experience, dice: random.Random
) -> None:
    staff = [*others, replace(one, working_time=ALL_DAY)]
    shuffled = staff.copy()
    dice.shuffle(shuffled)

    assert average_experience(staff) == average_experience(shuffled)
    assert_no_float(average_experience(staff))


@TRIES
@given(st.lists(st.integers(0, 500), min_size=1, max_size=12))
def test_a_person_with_exactly_the_average_keeps_it(months: list[int]) -> None:
    even = [*months, -sum(months) % (len(months) + 1)]  # so that the average is a whole month
    staff = [Experience(month, 0, ALL_DAY) for month in even]
    before = average_experience(staff)
    assert before.average_months.denominator == 1

    after = average_experience([*staff, Experience(0, int(before.average_months), ALL_DAY)])

    assert (after.average_months, after.years) == (before.average_months, before.years)


@TRIES
@given(st.lists(experience(), min_size=1, max_size=12))
def test_the_average_lies_between_the_least_and_the_most(staff: list[Experience]) -> None:
    counted = [one.months for one in staff if one.working_time.long_enough]
    assume(counted)

    found = average_experience(staff)

    assert min(counted) <= found.average_months <= max(counted)
    assert abs(12 * found.years - found.average_months) <= 6


@TRIES
@given(st.integers(0, 60), st.integers(2015, 2026))
def test_more_experience_never_lowers_a_rate(years: int, fiscal_year: int) -> None:
    less = treatment_rates(years, fiscal_year, career_path=True)
    more = treatment_rates(years + 1, fiscal_year, career_path=True)

    assert less.base_percent <= more.base_percent <= 12
    assert less.wage_percent <= more.wage_percent <= 7
    assert_no_float(more)


@TRIES
@given(
    st.fixed_dictionaries(dict.fromkeys(AGES_TAKEN["nursery"], AVERAGES | COUNTS)),
    st.data(),
    st.integers(1, 300),
)
def test_the_staff_number_never_falls_with_a_child_more(
    children: dict[str, Any], data: st.DataObject, capacity: int
) -> None:
    age = data.draw(st.sampled_from(sorted(children)))
    more_children = children | {age: children[age] + Fraction(1, 12)}

    fewer = number_of(ChildrenByAge(**children), capacity, facts=EVERYTHING)
    more = number_of(ChildrenByAge(**more_children), capacity, facts=EVERYTHING)

    assert fewer.number <= more.number
    assert fewer.headcount_a <= more.headcount_a
    assert fewer.headcount_b <= fewer.headcount_a
    assert fewer.sum_tenths == sum(row.tenths for row in fewer.rows)
    assert_no_float(fewer)


@TRIES
@given(st.lists(st.integers(0, 300) | st.decimals(0, 300, places=2), max_size=10), st.integers(1, 300))
def test_the_full_time_equivalent_is_exact(hours: list[Any], full_time: int) -> None:
    found = full_time_equivalent(hours, full_time)

    assert found.value * full_time == sum((Fraction(value) for value in hours), start=Fraction(0))
    assert_no_float(found)


@given(st.fractions(0, 1000))
def test_a_half_is_rounded_up(value: Fraction) -> None:
    assert round_half_up(value) == math.floor(value + Fraction(1, 2))


@given(st.fractions(0, 100), st.integers(0, 100))
def test_people_for_the_eye_are_cut_and_a_shortage_never_disappears(value: Fraction, needed: int) -> None:
    shown = cut_to_hundredths(value)
    assert 0 <= value - shown < Fraction(1, 100)
    assert "…" not in persons_words(value)
    if value < needed:
        # What is shown adds up: 12人必要、11.99人、0.01人不足.
        assert raise_to_hundredths(needed - value) == needed - shown > 0


def test_numbers_and_years_in_words() -> None:
    assert [tenths_words(tenths) for tenths in (0, 5, 50, 123, -13)] == ["0.0", "0.5", "5.0", "12.3", "−1.3"]
    assert [number_words(value) for value in (17, Fraction(35, 2), Fraction(5, 4), Fraction(1, 3))] == [
        "17", "17.5", "1.25", "0.33…",
    ]  # fmt: skip
    assert number_words(Fraction(1, 100)) == "0.01"
    assert [persons_words(value) for value in (17, Fraction(35, 2), Fraction(929, 60))] == [
        "17",
        "17.5",
        "15.48",
    ]
    assert number_words(Fraction(601, 200)) == "3.00…"
    years = [fiscal_year_words(year) for year in (2015, 2018, 2019, 2020, 2026)]
    assert years == ["平成27年度", "平成30年度", "令和元年度", "令和2年度", "令和8年度"]
