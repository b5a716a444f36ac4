"""How values are written: each format by name, and nothing rounded by itself."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.packs.formatting import NotWritable, boxes, floor_to_thousand, half_width_kana, written


@pytest.mark.parametrize(
    ("value", "name", "content", "text"),
    [
        (1_234_567, "", 1_234_567, "1,234,567"),
        (-1_234, "", -1_234, "−1,234"),
        (1_234, "plain", 1_234, "1234"),
        (1_234, "yen_mark", 1_234, "¥1,234"),
        (1_234, "yen_words", "1,234円", "1,234円"),
        (1_999, "floor_thousand", 1_000, "1,000"),
        (-1_999, "floor_thousand", -1_000, "−1,000"),
        (1_234_999, "in_thousands", 1_234, "1,234"),
        (Fraction(25, 2), "", Fraction(25, 2), "12.5"),
        (Fraction(2, 3), "", Fraction(2, 3), "0.6667"),
        (12, "percent", "12%", "12%"),
        (date(2026, 4, 1), "", "令和8年4月1日", "令和8年4月1日"),
        (date(2019, 5, 1), "short_date", "R1.5.1", "R1.5.1"),
        (date(2026, 4, 1), "western_date", "2026/4/1", "2026/4/1"),
        (date(2026, 4, 1), "month", "令和8年4月", "令和8年4月"),
        (date(2026, 4, 1), "month_number", 4, "4"),
        (True, "circle", "○", "○"),
        (False, "circle", None, ""),
        (False, "check", "☐", "☐"),
        (True, "", "有", "有"),
        ("がくえん（株）", "half_kana", "ｶﾞｸｴﾝ(株)", "ｶﾞｸｴﾝ(株)"),
        (None, "yen_mark", None, ""),
        ("", "", None, ""),
        (5, "digits", "¥5", "¥5"),
    ],
)
def test_each_format(value: Any, name: str, content: Any, text: str) -> None:
    found = written(value, name)

    assert (found.content, found.text) == (content, text)


def test_words_for_yes_and_no() -> None:
    assert written(True, "", ("適", "否")).text == "適"
    assert written(False, "", ("適", "否")).text == "否"
    assert written(False, "", ("○", "")).content is None


@pytest.mark.parametrize(
    ("value", "name"), [("x", "yen_mark"), (5, "date"), ("はい", "circle"), (True, "number"), (True, "date")]
)
def test_a_value_of_another_kind_is_refused(value: Any, name: str) -> None:
    with pytest.raises(NotWritable, match="この書式では書けません"):
        written(value, name)


@given(st.integers(-(10**12), 10**12))
def test_cutting_below_a_thousand_never_adds(yen: int) -> None:
    cut = floor_to_thousand(Fraction(yen))

    assert cut % 1000 == 0
    assert abs(cut) <= abs(yen) < abs(cut) + 1000


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("ヴァイオリン", "ｳﾞｧｲｵﾘﾝ"),
        ("ぱぴぷぺぽ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ"),
        ("ー・「」、。", "ｰ･｢｣､｡"),
        ("ＡＢ　１２", "AB 12"),
    ],
)
def test_half_width_kana(text: str, half: str) -> None:
    assert half_width_kana(text) == half


def test_boxes_are_filled_from_the_right() -> None:
    assert boxes("¥120", 6) == [" ", " ", "¥", "1", "2", "0"]
    assert boxes("¥1200000", 6) is None
