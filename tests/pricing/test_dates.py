"""Whole months, ages and days in words, with the edges of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from pricing.staffing import NotCountable, age_on
from pricing.staffing.dates import date_words, duration_words, whole_months


@pytest.mark.parametrize(
    ("first", "end", "months"),
    [
        (date(2020, 4, 1), date(2026, 4, 1), 72),
        (date(2025, 4, 2), date(2026, 4, 1), 11),
        (date(2025, 4, 1), date(2025, 4, 30), 0),
        (date(2025, 4, 1), date(2025, 5, 1), 1),
        # 民法143条2項: without an 応当日 the month ends with the month.
        (date(2025, 1, 31), date(2025, 2, 28), 0),
        (date(2025, 1, 31), date(2025, 3, 1), 1),
        (date(2025, 1, 29), date(2025, 2, 28), 0),
        (date(2025, 1, 29), date(2025, 3, 1), 1),
        (date(2025, 1, 28), date(2025, 2, 28), 1),
        (date(2024, 1, 29), date(2024, 2, 29), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
        (date(2025, 5, 5), date(2025, 5, 5), 0),
    ],
)
def test_a_month_is_over_when_its_corresponding_day_begins(first: date, end: date, months: int) -> None:
    assert whole_months(first, end) == months


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1990, 4, 1), date(2026, 4, 1), 36),
        (date(1990, 4, 1), date(2026, 3, 31), 35),
        (date(1990, 4, 2), date(2026, 4, 1), 35),
        (date(1992, 2, 29), date(2026, 2, 28), 33),
        (date(1992, 2, 29), date(2026, 3, 1), 34),
        (date(1992, 2, 29), date(2024, 2, 29), 32),
        (date(2026, 4, 1), date(2026, 4, 1), 0),
    ],
)
def test_age_is_what_forms_show_on_the_day(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(NotCountable, match="生年月日が基準日より後です"):
        age_on(date(2026, 4, 2), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 4, 1), "令和8年4月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 29), "1912年7月29日"),
    ],
)
def test_days_are_written_with_their_era(day: date, words: str) -> None:
    assert date_words(day) == words


def test_durations_in_words() -> None:
    assert [duration_words(months) for months in (0, 11, 12, 39)] == [
        "0年0か月",
        "0年11か月",
        "1年0か月",
        "3年3か月",
    ]
