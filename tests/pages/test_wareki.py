"""和暦: what people write is understood, what is not a month is refused with words, and dates read as on paper."""

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pages import wareki


@pytest.mark.parametrize(
    "text",
    [
        "令和8年6月",
        "令和８年６月",
        "令和 8 年 6 月",
        "R8.6",
        "r8/06",
        "2026/06",
        "2026-06",
        "2026-06-01",
        "2026年6月",
        "２０２６／６",
        "２０２６年６月１日",
        "202606",
    ],
)
def test_a_month_is_read_however_people_write_it(text: str) -> None:
    assert wareki.parse_month(text) == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("令和元年5月", date(2019, 5, 1)),
        ("R1.5", date(2019, 5, 1)),
        ("平成31年4月", date(2019, 4, 1)),
        ("H1.1", date(1989, 1, 1)),
        ("昭和64年1月", date(1989, 1, 1)),
        ("S63.12", date(1988, 12, 1)),
        ("大正15年12月", date(1926, 12, 1)),
        ("明治45年7月", date(1912, 7, 1)),
    ],
)
def test_every_era_is_known_at_its_edges(text: str, month: date) -> None:
    assert wareki.parse_month(text) == month


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6月",
        "令和8年",
        "令和8年13月",
        "令和8年0月",
        "令和0年6月",
        "平成31年5月",
        "令和元年4月",
        "2026/13",
        "X8.6",
        "来月",
    ],
)
def test_what_is_not_a_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(wareki.NotAMonth, match="令和8年6月"):
        wareki.parse_month(text)


def test_dates_are_written_as_offices_write_them() -> None:
    assert wareki.date_words(date(2026, 6, 10)) == "令和8年6月10日(水)"
    assert wareki.month_words(date(2026, 6, 1)) == "令和8年6月"
    assert wareki.fiscal_year_words(2026) == "令和8年度"
    assert wareki.moment_words(datetime(2026, 12, 2, 9, 5)) == "令和8年12月2日(水) 9:05"


def test_the_first_year_of_an_era_is_gannen_from_its_first_day() -> None:
    assert wareki.month_words(date(2019, 5, 1)) == "令和元年5月"
    assert wareki.month_words(date(2019, 4, 30)) == "平成31年4月"


def test_days_before_the_solar_calendar_have_no_era() -> None:
    with pytest.raises(ValueError, match="no era"):
        wareki.era_of(date(1872, 12, 31))


DAYS = st.dates(date(1873, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "令和7年4月1日",
        "令和７年４月１日",
        "令 和 7 年 4 月 1 日",
        "令和7年4月1日（火・祝）",
        "令和7年4月1日火曜日",
        "㋿7年4月1日",
        "ﾚｲﾜ7年4月1日",
        "令7.4.1",
        "R7.4.1",
        "r7/4/1",
        "R07.04.01",
        "R.7.4.1",
        "R７・４・１",
        "R7 4 1",
        "R070401",
        "2025/4/1",
        "2025-04-01",
        "2025.4.1",
        "2025ー04ー01",
        "2025−04−01",
        "20250401",
        "２０２５年４月１日",
        "西暦2025年4月1日",
        " 2025/4/1　",
        "2025/4/1(火)",
        "2025/4/1 (火) 0:00",
        "2025-04-01T00:00:00",
        "2025-04-01 00:00:00",
        "2025-04-01T00:00:00+09:00",
    ],
)
def test_a_day_is_read_however_people_write_it(text: str) -> None:
    assert wareki.parse_date(text) == date(2025, 4, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("R元.5.1", date(2019, 5, 1)),
        ("H元.5.1", date(1989, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("ﾍｲｾｲ元年1月8日", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("T15.12.24", date(1926, 12, 24)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("R6.2.29", date(2024, 2, 29)),
        ("令和7年4月6日", date(2025, 4, 6)),
    ],
)
def test_a_day_is_read_at_the_edges_of_its_era(text: str, day: date) -> None:
    assert wareki.parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("S64.1.8", "昭和64年1月7日より後の日です。この日は平成元年です。"),
        ("平成31年5月1日", "この日は令和元年です。"),
        ("R1.4.30", "令和元年5月1日より前の日です。この日は平成31年です。"),
        ("S1.12.24", "この日は大正15年です。"),
        ("R7.4.31", "その日はありません。この年の4月は30日までです。"),
        ("2月30日", "年がありません。"),
        ("2025年2月30日", "その日はありません。この年の2月は28日までです。"),
        ("2025/2/29", "その日はありません。"),
        ("2025/4/0", "その日はありません。"),
        ("2025/13/1", "その月はありません。"),
        ("R0.4.1", "令和の年は1（元年）から"),
        ("R2025.4.1", "令和の年は1（元年）から"),
        ("1025/4/1", "年を確かめてください。"),
        ("7.4.1", "元号か西暦がありません。"),
        ("25/4/1", "元号か西暦がありません。"),
        ("4/1", "年がありません。"),
        ("45748", "Excelの通し番号"),
        ("2025/4/1(水)", "曜日が合いません。この日は火曜日です。"),
        ("2025-04-01T09:30", "時刻が付いています。"),
        ("", "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
        ("来月の1日", "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
        ("4/1/2025", "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
        ("X7.4.1", "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
        ("٢٠٢٥/٤/١", "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
        ("2025/4/1\0", "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
        ("9" * 100_000, "「令和7年4月1日」「R7.4.1」「2025/4/1」のように"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(wareki.NotADate) as refused:
        wareki.parse_date(text)

    assert words in str(refused.value)


@given(DAYS)
@example(date(1989, 1, 7))
@example(date(1989, 1, 8))
@example(date(2019, 4, 30))
@example(date(2019, 5, 1))
def test_a_day_that_was_written_is_read_as_itself(day: date) -> None:
    for words in (
        wareki.short_date_words(day),
        wareki.day_words(day),
        wareki.date_words(day),
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
    ):
        assert wareki.parse_date(words) == day


@given(st.sampled_from(wareki.ERAS[:4]), DAYS)
def test_an_era_takes_its_own_days_only(era: wareki.Era, day: date) -> None:
    year = era.year_of(day)
    words = f"{era.letter}{year}.{day.month}.{day.day}"

    if era.begins <= day <= era.ends - timedelta(days=1):
        assert wareki.parse_date(words) == day
    else:
        with pytest.raises(wareki.NotADate):
            wareki.parse_date(words)


@given(st.text(alphabet="RHS令和元年月日0123456789./-(火) T:", max_size=20))
def test_no_text_makes_the_reader_of_days_stumble(text: str) -> None:
    with suppress(wareki.NotADate):
        assert isinstance(wareki.parse_date(text), date)


def test_days_are_written_short_for_a_cell() -> None:
    assert wareki.short_date_words(date(2025, 4, 1)) == "R7.4.1"
    assert wareki.short_date_words(date(2019, 5, 1)) == "R1.5.1"
    assert wareki.day_words(date(2025, 4, 1)) == "令和7年4月1日"
