"""Numbers, days and texts as a Japanese Excel shows them."""

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.packs.number_formats import BUILT_IN, code_of, is_day_format, printed_number
from pages.wareki import era_of

DAY = 46_357  # 2026-12-01, a Tuesday


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234.5, "General", "1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (12_345_678_901, "General", "12345678901"),
        (10**12, "General", "1E+12"),
        (123_456_789_012, "General", "1.23457E+11"),
        (1 / 3, "General", "0.333333333"),
        (0.00001234, "General", "1.234E-05"),
        (-5, "General", "-5"),
        (0, "General", "0"),
        (5, "", "5"),
        (5, "G/標準", "5"),
        (5, 'General"件"', "5件"),
        (1234.5, "0", "1235"),
        (2.5, "0", "3"),
        (-2.5, "0", "-3"),
        (-0.4, "0", "0"),
        (1.005, "0.00", "1.01"),
        (0.075, "0%", "8%"),
        (0.075, "0.0%", "7.5%"),
        (1.25, "0.0", "1.3"),
        (1_234_567, "#,##0", "1,234,567"),
        (0, "#,##0", "0"),
        (0, "#,###", ""),
        (-1234, "#,##0", "-1,234"),
        (12_345.678, "#,##0.00", "12,345.68"),
        (5.5, "0.0#", "5.5"),
        (0.5, "#.##", ".5"),
        (5, "0.??", "5.  "),
        (12_345, "000000", "012345"),
        (1234, "0,000,000", "0,001,234"),
        (123_456_789, '#,##0,"千円"', "123,457千円"),
        (-5, '#,##0;"▲"#,##0', "▲5"),
        (0, '#,##0;"▲"#,##0;"－"', "－"),
        (-5, "#,##0;△#,##0", "△5"),
        (-1_234, '"¥"#,##0;[Red]"¥"\\-#,##0', "¥-1,234"),
        (1_600_022, "[<=999]000;[<=9999]000\\-00;000\\-0000", "160-0022"),
        (1234, "[<=999]000;[<=9999]000\\-00;000\\-0000", "012-34"),
        (12, "[<=999]000;[<=9999]000\\-00;000\\-0000", "012"),
        (5, '[>=10]"多";[<0]"負";"少"', "少"),
        (-5, '[>=10]"多";[<0]"負";"少"', "負"),
        (5, "[>=10]0;[<0]0", "########"),
        (5, ";;;", ""),
        (123_456, "0.00E+00", "1.23E+05"),
        (99_999.6, "0.0E+0", "1.0E+5"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (123, "[DBNum1]General", "百二十三"),
        (10_110, "[DBNum1]General", "一万百十"),
        (120_000_000, "[DBNum2]General", "壱億弐阡萬"),
        (2026, "[DBNum1]0", "二〇二六"),
        (123, "[DBNum3]0", "１２３"),
        (5, "_ * #,##0_ ;_ * \\-#,##0_ ", " 5 "),
        (Fraction(1, 3), "0.000", "0.333"),
        (Decimal("1.5"), "0.0", "1.5"),
        (0.25, "# ?/?", "0.25"),
        (5, "@", "5"),
        (5, '"第"0"号"', "第5号"),
        (12, "[$¥-411]#,##0", "¥12"),
    ],
)
def test_numbers(value, code: str, shown: str) -> None:
    assert printed_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (DAY, 'ggge"年"m"月"d"日"', "令和8年12月1日"),
        (DAY, '[$-411]ggge"年"m"月"d"日";@', "令和8年12月1日"),
        (DAY, "[$-ja-JP-x-gannen]ggge年", "令和8年"),
        (DAY, "ge.m.d", "R8.12.1"),
        (DAY, "gge.mm.dd", "令8.12.01"),
        (DAY, "gggee", "令和08"),
        (DAY, "yyyy/m/d(aaa)", "2026/12/1(火)"),
        (DAY, "aaaa", "火曜日"),
        (DAY, "d-mmm-yy ddd", "1-Dec-26 Tue"),
        (DAY, "[DBNum3]ggge年m月d日", "令和８年１２月１日"),
        (DAY, "[DBNum1]ggge年m月d日", "令和八年十二月一日"),
        (DAY, "[DBNum1]yyyy年", "二〇二六年"),
        (43_586, "ggge", "令和1"),
        (43_585, "ggge", "平成31"),
        (DAY + 0.5, "yyyy/m/d h:mm", "2026/12/1 12:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (0.52, "mm:ss", "28:48"),
        (1.5, "[h]:mm", "36:00"),
        (-0.5, "[h]:mm", "-12:00"),
        (60, "yyyy/m/d", "1900/2/29"),
        (59, "yyyy/m/d", "1900/2/28"),
        (61, "yyyy/m/d", "1900/3/1"),
        (0, "yyyy/m/d", "1900/1/0"),
        (-1, "yyyy/m/d", "########"),
        (2_958_465, "yyyy/m/d", "9999/12/31"),
        (Decimal("2958465.999999999"), "yyyy/m/d h:mm", "########"),
        (3_000_000, "yyyy/m/d", "########"),
        (date(2026, 4, 1), "ggge年m月d日", "令和8年4月1日"),
        (date(1900, 1, 15), "m/d", "1/15"),
        (datetime(2026, 4, 1, 9, 5), "h:mm", "9:05"),
        (time(9, 30), 'h"時"mm"分"', "9時30分"),
        (DAY + 0.123456, "mm:ss.00", "57:46.60"),
    ],
)
def test_days_and_times(value, code: str, shown: str) -> None:
    assert printed_number(value, code) == shown


def test_workbooks_that_count_from_1904() -> None:
    assert printed_number(0, "yyyy/m/d", is_1904=True) == "1904/1/1"
    assert printed_number(date(2026, 4, 1), "yyyy/m/d", is_1904=True) == "2026/4/1"
    assert printed_number(2_958_465, "yyyy/m/d", is_1904=True) == "########"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("山田", "General", "山田"),
        ("山田", '@"様"', "山田様"),
        ("山田", "#,##0", "山田"),
        ("山田", '0;0;0;"〔"@"〕"', "〔山田〕"),
        (True, "0", "TRUE"),
        (None, "0", ""),
    ],
)
def test_texts_truths_and_nothing(value, code: str, shown: str) -> None:
    assert printed_number(value, code) == shown


@pytest.mark.parametrize("number", [*range(27, 32), *range(34, 37), *range(50, 59)])
def test_what_a_japanese_excel_has_built_in_shows_days(number: int) -> None:
    code = code_of(number, "General")

    assert is_day_format(code)
    assert "12" in printed_number(DAY, code) or "2026" in printed_number(DAY, code)


def test_codes_of_ones_own_are_taken_as_they_are() -> None:
    assert code_of(164, "0.0") == "0.0"
    assert code_of(28, "General") == BUILT_IN[28]
    assert [is_day_format(code) for code in ("General", "#,##0;[Red]-0", "@", '"d"0', "[h]:mm", "ge")] == [
        *[False] * 4,
        True,
        True,
    ]


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_with_commas_are_what_python_writes(number: int) -> None:
    assert printed_number(number, "#,##0") == f"{number:,}"
    assert printed_number(number, "0") == str(number)


@given(st.dates(date(1901, 1, 1), date(2199, 12, 31)))
def test_every_day_is_shown_with_its_era(day: date) -> None:
    era = era_of(day)

    assert printed_number(day, "ggge/m/d") == f"{era.name}{era.year_of(day)}/{day.month}/{day.day}"
    assert printed_number(day, "yyyy-mm-dd") == day.isoformat()


@given(
    st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.booleans()),
    st.text(alphabet='0#?,.%;"\\[]@ymdhsgea年_*E+-/ABDNum123<>=$ ', max_size=20),
)
def test_no_code_breaks_anything(value, code: str) -> None:
    assert isinstance(printed_number(value, code), str)
