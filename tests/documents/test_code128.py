"""Barcodes: symbols of the standard, and what a reader of bars reads back."""

import re
from itertools import pairwise
from random import Random

import pytest

from documents.code128 import PATTERNS, START_B, START_C, STOP, TO_B, TO_C, WIDTHS, svg, symbols, widths


def read_back(bars: str) -> str:
    """A reader of its own: widths to text, with the check symbol verified."""
    assert bars.endswith(STOP)
    body = bars[: -len(STOP)]
    values = [WIDTHS.index(body[place : place + 6]) for place in range(0, len(body), 6)]
    *values, check = values
    assert (values[0] + sum(weight * value for weight, value in enumerate(values[1:], 1))) % 103 == check
    text, in_c = "", values[0] == START_C
    assert values[0] in {START_B, START_C}
    for value in values[1:]:
        if in_c and value == TO_B:
            in_c = False
        elif not in_c and value == TO_C:
            in_c = True
        else:
            text += f"{value:02d}" if in_c else chr(value + 32)
    return text


def test_patterns_are_those_of_the_standard():
    assert len(WIDTHS) == len(set(WIDTHS)) == 106
    # Every symbol has three bars and three spaces of eleven modules, its bars an even number of them.
    assert all(sum(map(int, one)) == 11 and sum(map(int, one[::2])) % 2 == 0 for one in WIDTHS)
    assert len(PATTERNS) == 636


def test_known_symbols():
    # A text of code set B with its check symbol, computed by hand as the standard says (weights 1, 2, 3 …).
    total = 104 + 48 * 1 + 42 * 2 + 42 * 3 + 17 * 4 + 18 * 5 + 19 * 6 + 35 * 7
    assert symbols("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, total % 103]
    assert total % 103 == 55
    # Digits alone go as pairs, and the last one of an odd number in code set B.
    assert symbols("1234") == [105, 12, 34, (105 + 12 + 34 * 2) % 103]
    weighted = 105 + sum(w * v for w, v in enumerate([12, 34, 56, 78, 90, 12, 100, 24], start=1))
    assert symbols("1234567890128") == [105, 12, 34, 56, 78, 90, 12, 100, 24, weighted % 103]


@pytest.mark.parametrize("text", ["1", "12", "A1234B", "abc", "0000000000000", "~ !", "AB12345678901CD99"])
def test_what_is_written_is_read(text):
    assert read_back(widths(text)) == text


def test_any_number_is_read_back():
    random = Random(128)
    for _ in range(300):
        number = "".join(random.choice("0123456789") for _ in range(13))
        assert read_back(widths(number)) == number


@pytest.mark.parametrize("text", ["", "あ", "１２", "a\n"])
def test_what_no_reader_reads_is_refused(text):
    with pytest.raises(ValueError, match="printable ASCII"):
        symbols(text)


def test_the_picture_has_the_bars_and_quiet_zones():
    drawn = svg("1234567890128")
    bars = [(int(x), int(width)) for x, width in re.findall(r"M(\d+) 0h(\d+)v", drawn)]
    total = int(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])  # type: ignore[index]

    assert bars[0][0] == 10
    assert bars[-1][0] + bars[-1][1] == total - 10
    gaps = [later[0] - (bar[0] + bar[1]) for bar, later in pairwise(bars)]
    read = "".join(f"{bar[1]}{gap}" for bar, gap in zip(bars, [*gaps, ""], strict=True))
    assert read_back(read) == "1234567890128"
