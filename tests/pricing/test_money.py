"""The roundings, one by one."""

from __future__ import annotations

import pytest

from pricing.money import floor10, floor10_of_percent, floor10_of_rate, floor10_of_share
from pricing.wording import exact_yen, tenths, yen


@pytest.mark.parametrize(("before", "after"), [(0, 0), (9, 0), (10, 10), (19, 10), (-1, -10), (-10, -10)])
def test_ten_yen_floors_go_down_also_below_zero(before: int, after: int) -> None:
    assert floor10(before) == after


def test_the_treatment_amount_is_floored_after_the_multiplication() -> None:
    assert floor10_of_rate(380, 181) == 6_870  # 380 × 18.1 = 6,878
    assert floor10_of_rate(8, 257) == 200  # 8 × 25.7 = 205.6
    assert floor10_of_rate(0, 257) == 0


def test_a_share_is_floored_per_child() -> None:
    assert floor10_of_share(153_800, 95) == 1_610  # 1,618.9…
    with pytest.raises(ValueError, match="at least one person"):
        floor10_of_share(153_800, 0)


def test_a_percentage_is_floored_per_child() -> None:
    assert floor10_of_percent(47_270, 5) == 2_360  # 2,363.5
    assert floor10_of_percent(-47_270, 5) == -2_370


def test_numbers_in_words() -> None:
    assert (yen(1_234), yen(0), yen(-1_234)) == ("1,234円", "0円", "−1,234円")
    assert (tenths(75), tenths(20), tenths(0)) == ("7.5", "2", "0")
    assert (exact_yen(153_800, 95), exact_yen(100, 5)) == ("1,618.9円", "20円")
