"""
A city's 3,500 people: every token made anew and every overlap found in a number of queries that does not grow.

How long it takes, ``make bench`` measures.
"""

from tests.bench.invented_rosters import BY_TWO, PEOPLE
from tests.bench.staff_bench import measure
from tests.cast import make_city, make_facility


def test_a_whole_city_is_indexed_and_looked_through_at_once(db):
    city = make_city()
    for number in range(1, 31):
        make_facility(city, f"みほん第{number}保育園", number=f"12999{number:08}")

    found = measure()

    assert found["flags"] == 2 * PEOPLE // BY_TWO
    # Seven to open; one to read the tokens, and the new ones in batches of 5,000.
    assert found["tokens"]["queries"] <= 8 + 1 + found["token_rows"] // 5000 + 1
    assert found["tokens_unchanged"]["queries"] <= 8
    assert found["overlaps"]["queries"] <= 16
    assert found["search"]["queries"] <= 8
