"""Jobs as people write them, the teachers who are there, the gap to those required, the share of 保育士."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.staffing import (
    ALIASES,
    JOBS,
    ChildrenByAge,
    NotCountable,
    RequiredTeachers,
    UseCapacity,
    Worker,
    WorkingTime,
    job_code,
    present_teachers,
    qualified_percent,
    required_teachers,
    staffing_gap,
)
from pricing.staffing.roundings import round_up

FULL = WorkingTime(8, 20, all_set_hours=True)
PART = WorkingTime(4, 20)
TRIES = settings(max_examples=200, deadline=None)


def worker(job: str = "nursery_teacher", **more: object) -> Worker:
    plain = Worker(job, FULL, None, on_leave=False, licensed=job not in {"nurse", "assistant_nurse", "cook"})
    return replace(plain, **more)  # type: ignore[arg-type]


def part_timer(hours: int | Decimal | None = 80, **more: object) -> Worker:
    return worker("part_time_nursery_teacher", working_time=PART, monthly_hours=hours, **more)


# ── Jobs ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("調理員", "cook"),
        ("調理士", "cook"),
        ("調理士（栄養士）", "cook_dietitian"),
        ("園長", "director"),
        ("管理者", "director"),
        ("パート保育士(資格あり)", "part_time_nursery_teacher"),
        ("パート保育士（資格なし）", "childcare_assistant"),
        ("　主任　保育士 ", "chief_nursery_teacher"),
        ("ﾊﾟｰﾄ調理士", "part_time_cook"),
        ("子育て支援員", "childcare_assistant"),
        ("Nursery_Teacher", "nursery_teacher"),
    ],
)
def test_a_job_is_understood_as_people_write_it(written: str, code: str) -> None:
    assert job_code(written) == code


def test_every_label_code_and_alias_means_one_job() -> None:
    assert {job_code(job.label) for job in JOBS.values()} == set(JOBS)
    assert all(job_code(code) == code for code in JOBS)
    assert all(job_code(alias) == code for alias, code in ALIASES.items())


def test_an_unknown_job_is_refused_without_repeating_what_was_written() -> None:
    with pytest.raises(NotCountable) as refusal:
        job_code("見本花子")

    assert refusal.value.sentences == ("この職種は一覧にありません。一覧の職種から選んでください。",)


# ── Present teachers ─────────────────────────────────────────────────────────────────────────────


def test_regular_teachers_are_persons_and_the_others_their_hours() -> None:
    found = present_teachers([worker(), worker(), part_timer(80), part_timer(Decimal("60.5"))], 160)

    assert (found.regular, found.value) == (2, 2 + Fraction(1405, 1600))
    assert found.steps == (
        "常勤の職員 2人",
        "短時間・兼務の職員 2人の勤務時間 140.5時間 ÷ 常勤の所定時間 160時間 = 0.87…人",
        "保育にあたる人数 2 ＋ 0.87… = 2.87…人",
    )


def test_without_the_hours_of_the_month_those_of_the_contract_count() -> None:
    assert present_teachers([part_timer(None)], 160).value == Fraction(80, 160)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (worker("director"), "施設長は保育にあたる人数に入れないため"),
        (worker("lecturer"), "講師は保育にあたる人数に入れないため"),
        (worker("childcare_assistant"), "保育補助者・子育て支援員は保育にあたる人数に入れないため"),
        (worker("home_care_assistant"), "家庭的保育補助者は保育にあたる人数に入れないため"),
        (worker("cook"), "調理師は保育にあたる人数に入れないため"),
        (worker(on_leave=True), "休職中（産休・育休など）のため"),
        (worker("chief_nursery_teacher", dedicated=True), "専任の主任・主幹などのため"),
        (worker(licensed=False), "保育士・教諭の資格がないため"),
        (worker(concurrent=True), "兼務で、保育にあたる時間が分からないため"),
        (worker("director", on_leave=True), "施設長は保育にあたる人数に入れないため"),
    ],
)
def test_who_does_not_count_is_left_out_with_a_reason(one: Worker, reason: str) -> None:
    found = present_teachers([worker(), one], 160)

    assert (found.value, found.left_out) == (1, ((reason, 1),))
    assert found.steps[-1] == f"数えない職員 1人（{reason}）"


def test_a_chief_who_is_not_dedicated_counts() -> None:
    assert present_teachers([worker("chief_teacher"), worker("chief_nursery_teacher")], 160).value == 2


def test_who_does_other_work_too_counts_by_the_hours_of_care() -> None:
    assert present_teachers([worker(concurrent=True, monthly_hours=40)], 160).value == Fraction(1, 4)


def test_one_nurse_at_most_stands_for_a_nursery_teacher() -> None:
    part_time = worker("assistant_nurse", working_time=PART, monthly_hours=80)

    found = present_teachers([part_time, worker("nurse"), worker("nurse")], 160)

    assert (found.regular, found.part_time, found.value) == (1, None, 1)
    assert found.left_out == (("看護師・准看護師は1人までのため", 2),)


def test_a_nurse_with_a_licence_of_a_nursery_teacher_is_one() -> None:
    assert present_teachers([worker("nurse"), worker("nurse", licensed=True)], 160).value == 2


def test_a_kindergarten_knows_no_nurse_in_the_place_of_a_teacher() -> None:
    found = present_teachers([worker("teacher"), worker("nurse")], 160, nurse_counts=False)

    assert found.value == 1
    assert found.left_out == (("看護師・准看護師を保育士とみなさない施設のため", 1),)


def test_a_small_b_counts_carers_without_licence_too() -> None:
    staff = [worker(), worker("childcare_assistant", licensed=False), worker(licensed=False), worker("cook")]

    assert present_teachers(staff, 160, with_unlicensed=True).value == 3
    assert present_teachers(staff, 160).value == 1


def test_nobody_is_nobody() -> None:
    found = present_teachers([], 160)

    assert (found.value, found.part_time, found.steps) == (
        0,
        None,
        ("常勤の職員 0人", "保育にあたる人数 0人"),
    )


def test_all_problems_come_at_once() -> None:
    with pytest.raises(NotCountable) as refusal:
        present_teachers(
            [worker("cook"), Worker("wizard", WorkingTime(25, 20), 800, on_leave=False, licensed=True)], 0
        )

    assert refusal.value.sentences == (
        "2人目の職種が一覧にありません。",
        "2人目の1日の勤務時間は0から24までの数で入力してください。",
        "2人目の月の勤務時間は0から744までの数で入力してください。",
        "常勤の月の所定時間は0より大きく744までの数で入力してください。",
    )


# ── Required and present ─────────────────────────────────────────────────────────────────────────


def required(**children: int) -> RequiredTeachers:
    return required_teachers(
        "nursery", 2026, ChildrenByAge(**children), UseCapacity(0, 60), claimed=(), standard_time=True
    )


def test_the_gap_says_what_is_required_there_and_missing() -> None:
    """18 ÷ 30 + 20 ÷ 20 + 12 ÷ 6 + 6 ÷ 3 → 0.6 + 1 + 2 + 2 = 5.6 → 6; and 1 for breaks, 1 for 標準時間: 8."""
    needed = required(age4plus=18, age3=20, age2=12, age0=6)
    short = staffing_gap(needed, present_teachers([*[worker()] * 6, part_timer(80)], 160).value)
    spare = staffing_gap(needed, present_teachers([*[worker()] * 8, part_timer(80)], 160).value)

    assert (short.required, short.present, short.difference, short.missing, short.enough) == (
        8, Fraction(13, 2), Fraction(-3, 2), 2, False,
    )  # fmt: skip
    assert short.steps[:3] == (
        "必要な人数 8人",
        "実際の人数 6.5人",
        "差 −1.5人: 2人足りません（1人未満の端数は切上げ）",
    )
    assert (spare.missing, spare.enough, spare.steps[2]) == (0, True, "差 ＋0.5人: 足りています")
    assert spare.notes == needed.notes


def test_exactly_enough_is_enough_and_assistants_are_said() -> None:
    needed = required_teachers(
        "small_c",
        2026,
        ChildrenByAge(age1=5),
        UseCapacity(0, 6),
        claimed=(),
        standard_time=False,
        assistants=True,
    )
    gap = staffing_gap(needed, present_teachers([worker("home_carer", licensed=False)], 160).value)

    assert (gap.enough, gap.missing, gap.steps[2]) == (True, 0, "差 0人: 足りています")
    assert "ほかに家庭的保育補助者1人が必要です。" in gap.steps


def test_the_share_of_nursery_teachers_is_one_of_full_time_equivalents() -> None:
    """1 保育士 + 0.5 of a part-timer + 1 nurse of 3.5 保育従事者: 71.42…%."""
    staff = [worker(), part_timer(80), worker("nurse"), worker("childcare_assistant", licensed=False)]

    share = qualified_percent(staff, 160)

    assert (share.qualified, share.carers, share.percent) == (
        Fraction(5, 2),
        Fraction(7, 2),
        Fraction(500, 7),
    )
    assert share.steps == ("保育士 2.5人 ÷ 保育従事者 3.5人 = 71.42…％",)


def test_a_share_of_nobody_is_refused() -> None:
    with pytest.raises(NotCountable, match="保育士の割合は計算できません"):
        qualified_percent([worker("cook")], 160)


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────

WORKERS = st.builds(
    Worker,
    job=st.sampled_from(sorted(JOBS)),
    working_time=st.sampled_from([FULL, PART, WorkingTime(6, 20)]),
    monthly_hours=st.none() | st.integers(0, 200),
    on_leave=st.booleans(),
    licensed=st.booleans(),
    concurrent=st.booleans(),
    dedicated=st.booleans(),
)
STAFF = st.lists(WORKERS, max_size=12)


@TRIES
@given(STAFF, st.integers(120, 176), st.booleans(), st.randoms(use_true_random=False))
def test_everybody_counts_or_is_left_out_in_any_order(
    staff: list[Worker], hours: int, with_unlicensed: bool, shuffle: object
) -> None:
    mixed = list(staff)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]

    found = present_teachers(staff, hours, with_unlicensed=with_unlicensed)

    in_hours = 0 if found.part_time is None else found.part_time.persons
    assert found.regular + in_hours + sum(persons for _, persons in found.left_out) == len(staff)
    assert found == present_teachers(mixed, hours, with_unlicensed=with_unlicensed)


@TRIES
@given(STAFF, WORKERS, st.integers(120, 176))
def test_one_worker_more_never_makes_fewer_teachers(staff: list[Worker], one: Worker, hours: int) -> None:
    assert present_teachers([*staff, one], hours).value >= present_teachers(staff, hours).value


@TRIES
@given(STAFF, st.integers(120, 176))
def test_the_share_is_a_percent(staff: list[Worker], hours: int) -> None:
    carers = present_teachers(staff, hours, with_unlicensed=True).value
    if carers:
        share = qualified_percent(staff, hours)
        assert share.carers == carers
        assert 0 <= share.percent <= 100


@given(st.fractions(min_value=0, max_value=100))
def test_a_shortage_is_rounded_up(value: Fraction) -> None:
    assert 0 <= round_up(value) - value < 1
