"""Candidates of 区分3: experience, fields, hours, 園内研修, years; and the count against 人数A and 人数B."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.staffing import (
    POSTS,
    TRAINING_FIELDS,
    BaseNumber,
    NotCountable,
    RuleUnknown,
    Standing,
    Training,
    category3_lines,
    leader_standing,
)
from pricing.vocabulary import FACILITY_TYPES

TRIES = settings(max_examples=200, deadline=None)
SPECIAL = [field for field, known in TRAINING_FIELDS.items() if known.special]
FINISHED = date(2025, 10, 1)


def training(field: str, hours: int | Decimal = 15, management: int = 0, **more: object) -> Training:
    return replace(Training(field, hours, management, FINISHED, in_house=False), **more)  # type: ignore[arg-type]


def standing(
    months: int,
    trainings: list[Training],
    post: str | None = None,
    kind: str = "nursery",
    fiscal_year: int = 2026,
    **more: str,
) -> Standing:
    return leader_standing(months, trainings, post, fiscal_year, kind, **more)


def missing(found: Standing) -> list[tuple[str | None, Fraction]]:
    return [(one.field, one.hours) for one in found.a.hours_missing]


# ── 保育所 and 地域型: fields ────────────────────────────────────────────────────────────────────────


def test_seven_years_and_management_with_three_fields_make_a_vice_chief() -> None:
    found = standing(84, [training("management"), *map(training, SPECIAL[:3])], "vice_chief")

    assert (found.a.qualifies, found.a.months_missing, found.a.hours_missing) == (True, 0, ())
    assert found.b.qualifies
    assert found.steps == (
        "A（副主任保育士・専門リーダー）: 要件を満たしています",
        "経験 7年0か月（おおむね7年以上）",
        "令和8年度に求められる研修 4分野（60時間）を修了しています",
        "B（職務分野別リーダー）: 要件を満たしています",
        "経験 7年0か月（おおむね3年以上）",
        "令和8年度に求められる研修 1分野（15時間）を修了しています",
    )


def test_what_is_missing_is_told_by_years_and_field() -> None:
    found = standing(
        70, [training("infants"), training("disability", 10), training("management", 9)], "vice_chief"
    )

    assert (found.a.qualifies, found.a.months_missing) == (False, 14)
    assert missing(found) == [("management", 6), ("disability", 5), (None, 15)]
    assert found.a.sentences == (
        "A（副主任保育士・専門リーダー）: 要件を満たしていません",
        "経験 5年10か月（おおむね7年まで、あと1年2か月）",
        "令和8年度に求められる研修 4分野（60時間）に足りません: "
        "⑦マネジメント あと6時間、③障害児保育 あと5時間、ほかの分野 あと15時間",
    )
    assert found.b.qualifies


def test_a_specialist_needs_four_fields_and_no_management() -> None:
    four = [*map(training, SPECIAL[:4])]

    assert standing(84, four, "specialist").a.qualifies
    assert missing(standing(84, four, "vice_chief")) == [("management", 15)]
    assert standing(84, four).a.qualifies, "without a post the nearer way counts"
    assert standing(84, [training("management"), *four[:3]]).a.qualifies


def test_practice_makes_no_leader_of_a_nursery() -> None:
    found = standing(84, [training("practice", 60)])

    assert not found.a.qualifies
    assert not found.b.qualifies


def test_hours_of_one_field_in_several_trainings_add_up() -> None:
    found = standing(36, [training("infants", Decimal("7.5")), training("infants", Decimal("7.5"))])

    assert found.b.qualifies


def test_the_part_of_management_counts_there_and_not_in_its_field() -> None:
    found = standing(36, [training("infants", 15, 5)])

    assert [(one.field, one.hours) for one in found.b.hours_missing] == [("infants", 5)]


def test_in_house_training_counts_four_hours_of_each_field() -> None:
    found = standing(36, [training("infants", 11), training("infants", 6, in_house=True)])

    assert (found.b.qualifies, found.b.in_house_over) == (True, 2)
    assert "園内研修のうち2時間は、上限を超えるので数えていません。" in found.b.sentences


def test_b_needs_the_field_of_its_duty_where_it_is_known() -> None:
    found = standing(36, [training("infants")], "field_leader", duty_field="food_allergy")

    assert [(one.field, one.hours) for one in found.b.hours_missing] == [("food_allergy", 15)]
    assert standing(36, [training("infants")], "field_leader", duty_field="infants").b.qualifies


# ── 幼稚園 and 認定こども園: hours in all ─────────────────────────────────────────────────────────────────


def test_sixty_hours_with_fifteen_of_management_make_a_core_leader() -> None:
    hours = [training("practice", 45, 15), training("early_education", 15)]

    found = standing(84, hours, "core", "certified_kodomoen")

    assert found.a.qualifies
    assert found.a.sentences[0] == "A（中核リーダー・専門リーダー）: 要件を満たしています"


def test_a_core_leader_is_told_the_hours_of_management_and_of_the_rest() -> None:
    found = standing(84, [training("early_education", 30)], "core", "kindergarten")

    assert missing(found) == [("management", 15), (None, 15)]
    assert missing(standing(84, [training("practice", 60)], "core", "kindergarten")) == [("management", 15)]
    assert standing(84, [training("practice", 60)], "specialist", "kindergarten").a.qualifies


def test_in_house_training_counts_fifteen_hours_for_a_and_four_for_b() -> None:
    found = standing(
        84, [training("practice", 45), training("practice", 20, in_house=True)], kind="certified_kodomoen"
    )
    junior = standing(36, [training("practice", 20, in_house=True)], "junior", "certified_kodomoen")

    assert (found.a.qualifies, found.a.in_house_over) == (True, 5)
    assert (junior.b.qualifies, junior.b.in_house_over) == (False, 16)
    assert [one.hours for one in junior.b.hours_missing] == [11]


# ── Years, jobs, dates ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fiscal_year", "a", "b"), [(2022, 0, 0), (2023, 1, 0), (2024, 2, 1), (2025, 3, 1), (2026, 4, 1)]
)
@pytest.mark.parametrize("kind", ["nursery", "certified_kodomoen"])
def test_the_trainings_asked_for_grow_with_the_years(kind: str, fiscal_year: int, a: int, b: int) -> None:
    trained = [training(field, finished_on=date(2020, 1, 1)) for field in SPECIAL]

    assert standing(84, trained[:a], None, kind, fiscal_year).a.qualifies
    assert standing(36, trained[:b], None, kind, fiscal_year).b.qualifies
    if a:
        assert not standing(84, trained[: a - 1], None, kind, fiscal_year).a.qualifies
    else:
        assert "研修 令和4年度は求められていません" in standing(84, [], None, kind, fiscal_year).a.sentences
    if b:
        assert not standing(36, [], None, kind, fiscal_year).b.qualifies


@pytest.mark.parametrize(
    ("fiscal_year", "finished_on", "counts"),
    [
        (2024, date(2024, 3, 31), True),
        (2024, date(2024, 4, 1), False),
        # From 令和7年度 what is expected to finish within the year counts.
        (2025, date(2026, 3, 31), True),
        (2025, date(2026, 4, 1), False),
    ],
)
def test_a_training_counts_when_it_is_finished_in_time(
    fiscal_year: int, finished_on: date, counts: bool
) -> None:
    found = standing(36, [training("infants", finished_on=finished_on)], fiscal_year=fiscal_year)

    assert found.b.qualifies is counts
    assert ("修了日が間に合わない研修1件は数えていません。" in found.b.sentences) is not counts


def test_a_director_is_no_leader_however_trained() -> None:
    found = standing(200, [training("management"), *map(training, SPECIAL)], job="director")

    assert not found.a.qualifies
    assert not found.b.qualifies
    assert "施設長はAの対象ではありません。" in found.a.sentences


def test_years_without_the_addition_or_not_known_are_refused() -> None:
    with pytest.raises(RuleUnknown, match="平成29年度からです"):
        standing(84, [], fiscal_year=2016)
    with pytest.raises(RuleUnknown, match="令和9年度の研修の要件は確かめられていません"):
        standing(84, [], fiscal_year=2027)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(NotCountable) as refusal:
        standing(
            -1,
            [training("magic"), training("infants", -1), training("infants", 1, 2)],
            "king",
            "castle",
            job="wizard",
            duty_field="management",
        )

    assert refusal.value.sentences == (
        "経験月数は0以上の整数で入力してください。",
        "区分3の役職が一覧にありません。",
        "「castle」という施設類型はありません。",
        "職種が一覧にありません。",
        "担当する職務分野は、専門分野別研修の①から⑥までの中から選んでください。",
        "研修の1行目の分野が一覧にありません。",
        "研修の2行目の時間は0以上の数で入力してください。",
        "研修の3行目のマネジメントの時間が、研修の時間を超えています。",
    )


# ── 人数A and 人数B ─────────────────────────────────────────────────────────────────────────────────

A = standing(84, [*map(training, SPECIAL)])
B = standing(36, [training("infants")])
NEITHER = standing(12, [])


def number(headcount_a: int, headcount_b: int, fiscal_year: int = 2026) -> BaseNumber:
    return BaseNumber(fiscal_year, (), (), 0, 0, headcount_a, headcount_b, "見本")


def test_candidates_stand_against_the_headcounts() -> None:
    found = category3_lines([A, B, B, NEITHER], number(2, 2))

    assert (found.a, found.b, found.for_b) == (1, 2, 2)
    assert found.steps == (
        "人数A 2人に、要件を満たす職員 1人: あと1人",
        "人数B 2人に、要件を満たす職員 2人: 足りています",
    )


def test_a_candidate_who_is_not_needed_for_a_can_stand_for_b() -> None:
    found = category3_lines([A, A, A, B], number(1, 4))

    assert found.for_b == 3
    assert found.steps[1] == "人数B 4人に、要件を満たす職員 3人（Aに余る2人を含む）: あと1人"


def test_without_the_number_the_candidates_are_told_alone() -> None:
    assert category3_lines([A, B, B], None).steps == (
        "Aの要件を満たす職員 1人、Bだけの要件を満たす職員 2人",
        "人数A・人数Bは、基礎となる職員数が分からないので比べていません。",
    )


def test_standings_of_another_year_are_refused() -> None:
    with pytest.raises(NotCountable, match="年度が違います"):
        category3_lines([A], number(1, 1, 2025))


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────

TRAININGS = st.builds(
    Training,
    field=st.sampled_from(sorted(TRAINING_FIELDS)),
    hours=st.integers(0, 30),
    management_hours=st.just(0),
    finished_on=st.dates(date(2021, 1, 1), date(2027, 12, 31)),
    in_house=st.booleans(),
)
SOME = st.lists(TRAININGS, max_size=8)
KINDS = st.sampled_from(sorted(FACILITY_TYPES))
POST = st.none() | st.sampled_from(sorted(POSTS))


@TRIES
@given(st.integers(0, 120), SOME, TRAININGS, POST, st.integers(2017, 2026), KINDS)
def test_one_training_more_or_one_month_more_never_takes_a_rank_away(
    months: int, trainings: list[Training], one: Training, post: str | None, fiscal_year: int, kind: str
) -> None:
    before = leader_standing(months, trainings, post, fiscal_year, kind)
    after = leader_standing(months + 1, [*trainings, one], post, fiscal_year, kind)

    for rank in ("a", "b"):
        was, is_now = getattr(before, rank), getattr(after, rank)
        assert was.qualifies <= is_now.qualifies
        assert sum(gap.hours for gap in was.hours_missing) >= sum(gap.hours for gap in is_now.hours_missing)


@TRIES
@given(st.integers(0, 120), SOME, POST, st.integers(2017, 2026), KINDS)
def test_a_rank_is_given_exactly_when_nothing_is_missing_and_the_order_does_not_matter(
    months: int, trainings: list[Training], post: str | None, fiscal_year: int, kind: str
) -> None:
    found = leader_standing(months, trainings, post, fiscal_year, kind)

    assert found == leader_standing(months, trainings[::-1], post, fiscal_year, kind)
    for one in (found.a, found.b):
        assert one.qualifies is (not one.months_missing and not one.hours_missing)
        assert all(gap.hours > 0 for gap in one.hours_missing)


def last_day(fiscal_year: int) -> date:
    return date(fiscal_year + (fiscal_year >= 2025), 3, 31)


@TRIES
@given(SOME, st.integers(2017, 2026), KINDS)
def test_taking_the_missing_hours_gives_the_rank(
    trainings: list[Training], fiscal_year: int, kind: str
) -> None:
    """Who then takes what the answer names has it; «ほかの分野» is taken in fields that are still empty."""
    found = leader_standing(84, trainings, None, fiscal_year, kind)
    done = last_day(fiscal_year)
    in_time = {one.field for one in trainings if one.hours and one.finished_on <= last_day(fiscal_year)}
    named = {gap.field for gap in found.a.hours_missing}
    empty = iter([field for field in SPECIAL if field not in in_time | named])

    extra = [
        Training(gap.field or next(empty, "practice"), gap.hours, 0, done, in_house=False)
        for gap in found.a.hours_missing
    ]

    assert leader_standing(84, [*trainings, *extra], None, fiscal_year, kind).a.qualifies
