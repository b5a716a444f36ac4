"""和暦: what people write is understood, what is not a month is refused with words, and dates read as on paper."""

from datetime import date, datetime

import pytest

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
