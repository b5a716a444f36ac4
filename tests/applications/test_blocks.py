"""A filled item as a page shows it: what may be typed, what is words, and under which names."""

from typing import Any

import pytest

from applications.blocks import Block, Typed, blocks_of, computed_of, read_blocks
from applications.definitions import Field, Kind
from applications.differences import differences
from applications.filling import Filled, FilledItem, Given, Origin, fill
from applications.packs_in_force import vocabulary
from applications.reading import read_pack

PACK = """
id = "people"
fiscal_year = 2026
family = "treatment"
title = "見本"
source = "試験用"

[[item]]
key = "wages"
label = "賃金"
months = "year"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "staff"
label = "職員"
kind = "people"
known_from = ["roster.people"]

[[item.field.column]]
key = "job"
label = "職種"
kind = "text"
known_from = ["person.job"]

[[item.field.column]]
key = "base"
label = "基本給"
kind = "yen"
known_from = ["person.base_yen"]

[[item.field.column]]
key = "twice"
label = "2倍"
kind = "yen"
formula = "base * 2"

[[item.field]]
key = "received"
label = "加算額"
kind = "yen"
known_from = ["received.treatment_3"]
otherwise = "請求が承認されると入ります。"

[[item.field]]
key = "carried"
label = "繰越額"
kind = "yen"
known_from = ["last_year.carried"]
"""
ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NAMES = {ONE: "見本 一子", TWO: "見本 二郎"}
PEOPLE = Given(
    [
        {"member": ONE, "person.job": "保育士", "person.base_yen": 200_000},
        {"member": TWO, "person.job": "調理員"},
    ],
    "職員名簿",
)


def item(known: dict[str, Given] | None = None, **typed: Any) -> FilledItem:
    (own,) = read_pack(PACK, vocabulary()).items
    return fill(own, fiscal_year=2026, known={"roster.people": PEOPLE, **(known or {})}, typed=typed)


def block(filled: FilledItem, key: str) -> Block:
    blocks = blocks_of(filled, Typed({}, {}), NAMES, {})
    return next(one for one in blocks if one.field.key == key)


def test_of_each_person_only_what_nobody_knows_is_asked():
    first, second = block(item(), "staff").rows

    assert (first.name, second.name) == ("見本 一子", "見本 二郎")
    assert [cell.words for cell in first.cells] == ["保育士", "200,000円", "400,000円"]
    assert [cell.control is not None for cell in second.cells] == [False, True, False]
    assert second.cells[1].control is not None
    assert second.cells[1].control.name == f"staff.{TWO}.base"


def test_what_was_typed_for_a_person_stays_to_be_typed():
    filled = item(staff={TWO: {"base": 180_000}})

    control = block(filled, "staff").rows[1].cells[1].control
    assert control is not None
    assert control.text == "180,000"
    assert computed_of(filled, NAMES)[f"v-staff-{TWO}-twice"] == "360,000円"


def test_a_table_that_is_known_altogether_asks_nothing():
    whole = Given([{**row, "person.base_yen": 1} for row in PEOPLE.value], "職員名簿")

    assert block(item({"roster.people": whole}), "staff").state == "known"
    assert block(item(), "staff").state == "asked"


def test_what_another_form_says_is_waited_for():
    waiting = block(item(), "received")

    assert (waiting.state, waiting.control) == ("waiting", None)
    assert waiting.source == "請求が承認されると入ります。"
    assert block(item({"received.treatment_3": Given(5, "承認された請求")}), "received").words == "5円"


def test_last_year_is_typed_over_without_a_reason():
    known = {"last_year.carried": Given(7, "令和7年度の申請")}

    kept = block(item(known), "carried")
    assert (kept.state, kept.words, kept.reason) == ("known", "7円", None)
    assert kept.control is not None
    assert block(item(known, carried=9), "carried").state == "differs"
    assert not item(known, carried=9).problems or all(
        "理由" not in one.sentence for one in item(known, carried=9).problems
    )


def test_a_difference_is_told_cell_by_cell():
    before, now = item(staff={TWO: {"base": 180_000}}), item(staff={TWO: {"base": 190_000}}, carried=3)

    told = {one.label: (one.before, one.now, one.by) for one in differences(before, now, NAMES)}

    assert told == {
        "職員　見本 二郎　基本給": ("180,000円", "190,000円", 10_000),
        "職員　見本 二郎　2倍": ("360,000円", "380,000円", 20_000),
        "繰越額": ("―", "3円", None),
    }


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (None, [15] * 12, [("延べ人数　各月", "―", "15", None)]),
        ([10] * 12, [15] * 12, [("延べ人数　各月", "10", "15", 5)]),
        ([10] * 12, [*[10] * 11, 12], [("延べ人数　3月", "10", "12", 2)]),
    ],
)
def test_months_that_all_say_the_same_are_told_once(before, now, told):
    own = Field(key="users", label="延べ人数", kind=Kind.MONTHLY)

    def filled(value):
        one = Filled(own, value, Origin.TYPED)
        return FilledItem(item().item, (one,), by_key={"users": one})

    assert [
        (one.label, one.before, one.now, one.by) for one in differences(filled(before), filled(now), {})
    ] == told


def test_reading_shows_words_alone():
    blocks = read_blocks(item(staff={TWO: {"base": 180_000}}), NAMES)

    assert all(one.control is None for one in blocks)
    assert blocks[0].rows[1].cells[1].words == "180,000円"
