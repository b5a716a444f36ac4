"""勤続 and 経験年数 from dated facts: worked examples, edge days, laws, speed; 平均経験年数 and 加算率 at the end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.staffing import (
    WORKPLACES,
    Career,
    CareerItem,
    EarlierService,
    NotCountable,
    Service,
    WorkingTime,
    career_on,
    roster_average,
    treatment_rates,
)
from pricing.staffing.dates import whole_months

FULL = WorkingTime(8, 20, all_set_hours=True)
SHORT = WorkingTime(5, 20)
APRIL = date(2026, 4, 1)
TRIES = settings(max_examples=200, deadline=None)


def here(first: date, last: date | None = None, working_time: WorkingTime = FULL, **more: bool) -> Service:
    return Service(first, last, working_time, "nursery_teacher", **more)


def elsewhere(
    first: date,
    last: date | None,
    workplace: str = "nursery",
    *,
    long_enough: bool | None = True,
    proved: bool = True,
) -> EarlierService:
    return EarlierService(first, last, workplace, long_enough, proved)


def counting(career: Career) -> list[CareerItem]:
    return [item for item in career.items if item.counts]


def reasons(career: Career) -> list[str]:
    return [item.reason for item in career.items if not item.counts]


# ── Careers by hand ──────────────────────────────────────────────────────────────────────────────


def test_a_career_counts_here_and_elsewhere_and_explains_itself() -> None:
    career = career_on(
        APRIL,
        [here(date(2020, 4, 1))],
        [
            elsewhere(date(2015, 4, 1), date(2018, 6, 15), "kindergarten"),
            elsewhere(date(2018, 9, 1), date(2020, 3, 31), proved=False),
        ],
    )

    assert (career.months_here, career.months_elsewhere, career.months) == (72, 38, 110)
    assert reasons(career) == ["在職証明が未確認のため"]
    assert career.steps == (
        "令和8年4月1日現在（前日までの期間）",
        "数える: ほかの施設 平成27年4月1日〜平成30年6月15日 3年2か月（幼稚園での勤務のため）",
        "数えない: ほかの施設 平成30年9月1日〜令和2年3月31日 1年7か月（在職証明が未確認のため）",
        "数える: この施設 令和2年4月1日〜 6年0か月（この施設での勤務のため）",
        "この施設 6年0か月 ＋ ほかの施設 3年2か月 = 9年2か月（1か月未満の日数は、続いた期間ごとに切捨て）",
    )


def test_who_begins_on_the_day_has_no_months_and_who_begins_later_does_not_count() -> None:
    begins_today = career_on(APRIL, [here(APRIL)], [])
    begins_later = career_on(APRIL, [here(date(2026, 4, 2))], [])

    assert (begins_today.months, [item.counts for item in begins_today.items]) == (0, [True])
    assert (begins_later.months, reasons(begins_later)) == (0, ["基準日より後に始まる勤務のため"])


def test_a_rehire_counts_all_spells_here_and_not_the_gap() -> None:
    career = career_on(APRIL, [here(date(2024, 4, 1)), here(date(2018, 4, 1), date(2020, 3, 31))], [])

    assert career.months_here == 24 + 24
    assert [(item.months, item.rows) for item in career.items] == [(24, (1,)), (24, (0,))]


def test_leave_counts_and_is_told() -> None:
    career = career_on(
        APRIL,
        [
            here(date(2022, 4, 1), date(2024, 8, 31)),
            here(date(2024, 9, 1), date(2025, 8, 31), on_leave=True),
            here(date(2025, 9, 1)),
        ],
        [],
    )

    (spell,) = career.items
    assert (spell.months, spell.last, spell.rows) == (48, None, (0, 1, 2))
    assert spell.reason == "この施設での勤務のため、休職を含む"


def test_short_hours_do_not_count_here_or_elsewhere() -> None:
    career = career_on(
        APRIL,
        [here(date(2020, 4, 1), date(2022, 3, 31), SHORT), here(date(2022, 4, 1))],
        [elsewhere(date(2018, 4, 1), date(2020, 3, 31), long_enough=False)],
    )

    assert (career.months_here, career.months_elsewhere) == (48, 0)
    assert reasons(career) == ["1日6時間以上かつ月20日以上の勤務ではないため"] * 2


def test_every_reason_of_an_earlier_service_is_told_at_once() -> None:
    career = career_on(
        APRIL,
        [],
        [elsewhere(date(2018, 4, 1), date(2020, 3, 31), "hospital", long_enough=None, proved=False)],
    )

    assert reasons(career) == [
        "病院・診療所（看護職以外の勤務）は通算の対象ではないため、勤務時間・日数が未確認のため、"
        "在職証明が未確認のため"
    ]


@pytest.mark.parametrize("workplace", WORKPLACES)
def test_each_kind_of_workplace_counts_or_says_that_it_does_not(workplace: str) -> None:
    career = career_on(APRIL, [], [elsewhere(date(2024, 4, 1), date(2025, 3, 31), workplace)])

    kind = WORKPLACES[workplace]
    assert career.months == (12 if kind.counts else 0)
    assert kind.label in career.items[0].reason
    assert kind.source


def test_days_at_two_other_places_at_once_are_counted_once() -> None:
    career = career_on(
        APRIL,
        [],
        [
            elsewhere(date(2018, 4, 1), date(2020, 3, 31)),
            elsewhere(date(2019, 4, 1), date(2021, 3, 31), "kindergarten"),
        ],
    )

    (spell,) = counting(career)
    assert (spell.months, spell.reason) == (36, "保育所と幼稚園での勤務のため")


def test_days_that_are_here_too_count_here() -> None:
    career = career_on(
        APRIL,
        [here(date(2020, 4, 1), date(2022, 3, 31))],
        [
            elsewhere(date(2019, 4, 1), date(2023, 3, 31)),
            elsewhere(date(2021, 1, 1), date(2021, 12, 31)),
        ],
    )

    assert (career.months_here, career.months_elsewhere) == (24, 24)
    assert [(item.first, item.last) for item in counting(career)] == [
        (date(2019, 4, 1), date(2020, 3, 31)),
        (date(2020, 4, 1), date(2022, 3, 31)),
        (date(2022, 4, 1), date(2023, 3, 31)),
    ]
    assert counting(career)[0].reason == "保育所での勤務のため、この施設の勤務と重なる日を除く"
    assert reasons(career) == ["この施設の勤務と重なる期間のため"]


def test_an_unproved_or_short_span_here_takes_no_days_from_elsewhere() -> None:
    career = career_on(
        APRIL,
        [here(date(2020, 4, 1), date(2021, 3, 31), SHORT)],
        [elsewhere(date(2020, 4, 1), date(2021, 3, 31))],
    )

    assert (career.months_here, career.months_elsewhere) == (0, 12)


def test_a_span_that_goes_on_elsewhere_is_counted_to_the_day() -> None:
    career = career_on(APRIL, [], [elsewhere(date(2025, 4, 1), None)])

    assert (career.months, career.items[0].last) == (12, None)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(NotCountable) as refusal:
        career_on(
            APRIL,
            [
                Service(date(2025, 4, 1), date(2025, 3, 31), FULL, "nursery_teacher"),
                Service(date(2025, 4, 1), None, WorkingTime(25, 40), "wizard"),
            ],
            [elsewhere(date(2020, 4, 1), date(2019, 4, 1), "castle")],
        )

    assert refusal.value.sentences == (
        "この施設の1行目の終わりの日が始まりの日より前です。",
        "この施設の2行目の職種が一覧にありません。",
        "この施設の2行目の1日の勤務時間は0から24までの数で入力してください。",
        "この施設の2行目の1か月の勤務日数は0から31までの数で入力してください。",
        "前歴の1行目の終わりの日が始まりの日より前です。",
        "前歴の1行目の施設の種類が一覧にありません。",
    )


def test_the_last_day_there_is_does_no_harm() -> None:
    career = career_on(date.max, [here(date(9999, 12, 1), date.max)], [elsewhere(date.min, date.max)])

    assert career.months_here == 0
    assert career.months_elsewhere == 9998 * 12 + 11


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────

DAYS = st.dates(date(2020, 1, 1), date(2023, 12, 31))
LONG_OR_SHORT = st.sampled_from([FULL, FULL, FULL, WorkingTime(Decimal("6"), 20), SHORT])


@st.composite
def service(draw: st.DrawFn) -> Service:
    first = draw(DAYS)
    last = draw(st.none() | st.integers(0, 500).map(lambda days: first + timedelta(days=days)))
    return here(first, last, draw(LONG_OR_SHORT), on_leave=draw(st.booleans()))


@st.composite
def earlier_service(draw: st.DrawFn) -> EarlierService:
    first = draw(DAYS)
    last = draw(st.none() | st.integers(0, 500).map(lambda days: first + timedelta(days=days)))
    return elsewhere(
        first,
        last,
        draw(st.sampled_from(["nursery", "nursery", "kindergarten", "other"])),
        long_enough=draw(st.sampled_from([True, True, True, False, None])),
        proved=draw(st.sampled_from([True, True, True, False])),
    )


SERVICES = st.lists(service(), max_size=4)
EARLIER = st.lists(earlier_service(), max_size=4)


def months_of_days(days: set[date]) -> int:
    """The same by another way: spell by spell, month by month, up to each 応当日."""
    total = 0
    for first in sorted(day for day in days if day - timedelta(days=1) not in days):
        end = first
        while end in days:
            end += timedelta(days=1)
        month = 1
        while corresponding(first, month) <= end:
            month += 1
        total += month - 1
    return total


def corresponding(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    year, month = divmod(index, 12)
    try:
        return date(year, month + 1, first.day)
    except ValueError:
        return date(year, month + 2, 1)  # every month without an 応当日 is followed by one in the same year


def days_of(day: date, spans: Iterable[Service | EarlierService]) -> set[date]:
    found: set[date] = set()
    for span in spans:
        last = day - timedelta(days=1) if span.last is None else min(span.last, day - timedelta(days=1))
        found |= {span.first + timedelta(days=n) for n in range((last - span.first).days + 1)}
    return found


@TRIES
@given(SERVICES, EARLIER, DAYS)
def test_the_months_are_those_of_the_days_counted_one_by_one(
    services: list[Service], earlier: list[EarlierService], day: date
) -> None:
    days_here = days_of(day, [one for one in services if one.working_time.long_enough])
    days_elsewhere = days_of(
        day,
        [one for one in earlier if WORKPLACES[one.workplace].counts and one.long_enough and one.proved],
    )

    career = career_on(day, services, earlier)

    assert career.months_here == months_of_days(days_here)
    assert career.months_elsewhere == months_of_days(days_elsewhere - days_here)


@TRIES
@given(SERVICES, EARLIER, DAYS)
def test_never_more_months_than_the_calendar_has(
    services: list[Service], earlier: list[EarlierService], day: date
) -> None:
    first = min((one.first for one in (*services, *earlier)), default=day)

    assert career_on(day, services, earlier).months <= whole_months(first, max(day, first))


@TRIES
@given(SERVICES, EARLIER, DAYS, st.integers(0, 400))
def test_a_later_day_never_has_fewer_months(
    services: list[Service], earlier: list[EarlierService], day: date, later: int
) -> None:
    before, after = career_on(day, services, earlier), career_on(day + timedelta(later), services, earlier)

    assert before.months_here <= after.months_here
    assert before.months_elsewhere <= after.months_elsewhere


@TRIES
@given(SERVICES, EARLIER, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_spans_changes_nothing(
    services: list[Service], earlier: list[EarlierService], day: date, shuffle: object
) -> None:
    mixed, mixed_earlier = list(services), list(earlier)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    shuffle.shuffle(mixed_earlier)  # type: ignore[attr-defined]

    one, other = career_on(day, services, earlier), career_on(day, mixed, mixed_earlier)

    def without_rows(career: Career) -> list[CareerItem]:
        return sorted((replace(item, rows=()) for item in career.items), key=lambda item: item.words)

    assert (one.months_here, one.months_elsewhere) == (other.months_here, other.months_elsewhere)
    assert [(i.first, i.last, i.months) for i in counting(one)] == [
        (i.first, i.last, i.months) for i in counting(other)
    ]
    assert without_rows(one) == without_rows(other)


@TRIES
@given(SERVICES, EARLIER, DAYS, DAYS)
def test_splitting_spans_at_a_day_changes_nothing(
    services: list[Service], earlier: list[EarlierService], day: date, at: date
) -> None:
    def split(spans: list) -> list:
        parts = []
        for one in spans:
            if one.first < at and (one.last is None or at <= one.last):
                parts += [replace(one, last=at - timedelta(days=1)), replace(one, first=at)]
            else:
                parts.append(one)
        return parts

    whole, parts = career_on(day, services, earlier), career_on(day, split(services), split(earlier))

    assert (whole.months_here, whole.months_elsewhere) == (parts.months_here, parts.months_elsewhere)


@TRIES
@given(SERVICES, EARLIER, DAYS)
def test_the_items_add_up_and_every_given_span_stands_in_one(
    services: list[Service], earlier: list[EarlierService], day: date
) -> None:
    career = career_on(day, services, earlier)

    for where, months, given_spans in (
        ("here", career.months_here, services),
        ("elsewhere", career.months_elsewhere, earlier),
    ):
        items = [item for item in career.items if item.where == where]
        assert sum(item.months for item in items if item.counts) == months
        assert {row for item in items for row in item.rows} == set(range(len(given_spans)))
        assert all(item.reason for item in items)


# ── The roster ───────────────────────────────────────────────────────────────────────────────────


def test_careers_lead_to_the_average_and_to_the_rate() -> None:
    """(6年0か月 + 13年2か月 + 0年0か月) ÷ 3 = 6年4.66…か月 → 6年: 8% and 6%."""
    people = [
        (career_on(APRIL, [here(date(2020, 4, 1))], []), FULL, "nursery_teacher"),
        (
            career_on(
                APRIL, [here(date(2016, 4, 1))], [elsewhere(date(2013, 2, 1), date(2016, 3, 31), "welfare")]
            ),
            FULL,
            "cook",
        ),
        (career_on(APRIL, [here(APRIL)], []), FULL, "nursery_teacher"),
        (career_on(APRIL, [here(date(2000, 4, 1), None, SHORT)], []), SHORT, "clerk"),
    ]

    average = roster_average(people)
    rates = treatment_rates(average.years, 2026, career_path=True)

    assert (average.persons, average.left_out, average.total_months, average.years) == (3, 1, 230, 6)
    assert (rates.base_percent, rates.wage_percent) == (8, 6)


def test_a_roster_of_unknown_jobs_or_different_days_is_refused() -> None:
    people = [
        (career_on(APRIL, [], []), FULL, "wizard"),
        (career_on(date(2025, 4, 1), [], []), FULL, "cook"),
    ]

    with pytest.raises(NotCountable) as refusal:
        roster_average(people)

    assert refusal.value.sentences == (
        "1人目の職種が一覧にありません。",
        "経験年数の基準日が職員によって違います。同じ日で数えてください。",
    )


def test_the_careers_of_the_whole_city_take_less_than_half_a_second() -> None:
    services = [
        here(date(2016, 4, 1), date(2019, 8, 31)),
        here(date(2019, 9, 1), date(2020, 8, 31), on_leave=True),
        here(date(2020, 9, 1)),
    ]
    earlier = [
        elsewhere(date(2008, 4, 1), date(2012, 3, 31)),
        elsewhere(date(2012, 4, 1), date(2016, 3, 31), "kindergarten", proved=False),
    ]

    # The fastest of several: a busy machine may slow one, not all.
    seconds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(3_500):
            career_on(APRIL, services, earlier)
        seconds.append(time.process_time() - began)

    assert min(seconds) < 0.5
