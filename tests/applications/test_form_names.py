"""What forms may show of an item: a name for each field, table, month and choice, and a value for each name."""

from datetime import date
from fractions import Fraction

import pytest

from applications.definitions import Field, Item, Kind
from applications.differences import Difference
from applications.filling import FilledItem, Given, fill
from applications.form_values import all_answers, answers_of, changed_fields, variant_words
from applications.form_vocabulary import (
    ALL_ANSWERS,
    ANSWERS,
    GENERAL,
    names_in,
    vocabulary_of,
)
from applications.packs_in_force import vocabulary
from applications.reading import read_pack
from documents.dictionary import KIND_LABELS, Values, Vocabulary
from documents.dictionary import Kind as Shown
from formulas import read
from tests.applications.test_shipped_packs import ITEMS, PEOPLE, YEAR, filled, known_of, year_of

TYPES_OF_VALUE = {
    Shown.TEXT: str,
    Shown.WHOLE: int,
    Shown.NUMBER: (int, Fraction),
    Shown.YEN: int,
    Shown.DATE: date,
    Shown.MONTH: date,
    Shown.YES_NO: bool,
}


def names_told(values: Values) -> set[str]:
    """The full names there are values of."""
    found = set()
    for owner, value in values.items():
        rows = [value] if isinstance(value, dict) else value
        found |= {f"{owner}.{name}" for row in rows for name in row}
    return found


def own_names(item: Item) -> Vocabulary:
    """What is told of the item alone."""
    whole = vocabulary_of(item)
    return Vocabulary(
        tuple(group for group in whole.groups if group not in GENERAL.groups),
        tuple(table for table in whole.tables if table not in GENERAL.tables),
    )


def require_of_its_kind(item: Item, values: Values) -> None:
    kinds = dict(vocabulary_of(item).full_names())
    for owner, value in values.items():
        for row in [value] if isinstance(value, dict) else value:
            for name, cell in row.items():
                entry = kinds[f"{owner}.{name}"]
                if cell is not None:
                    assert isinstance(cell, TYPES_OF_VALUE[entry.kind]), (owner, name, cell)
                    assert isinstance(cell, bool) == (entry.kind is Shown.YES_NO), (owner, name)


@pytest.mark.parametrize("key", ITEMS)
def test_there_is_a_value_for_each_name_and_a_name_for_each_value(key):
    item = ITEMS[key]
    made = year_of(item.types[0]).get(key) or filled(item, known_of(item.types[0]))
    named = {row["member"]: f"職員{number}" for number, row in enumerate(PEOPLE)}

    values = answers_of(made, YEAR, named)

    told = {name for name, _ in own_names(item).full_names()}
    empty = {owner for owner, value in values.items() if value == []}
    assert {name for name in told if name.partition(".")[0] not in empty} == names_told(values)
    assert empty <= {table.name for table in own_names(item).tables}
    require_of_its_kind(item, values)
    for name, entry in vocabulary_of(item).full_names():
        assert read(f"known({name})"), "a name can stand in a formula"
        assert entry.label
        assert entry.kind in KIND_LABELS


@pytest.mark.parametrize("key", ITEMS)
def test_every_shown_field_stands_in_the_list_of_all(key):
    item = ITEMS[key]
    made = year_of(item.types[0]).get(key) or filled(item, known_of(item.types[0]))

    rows = all_answers(made, {})

    assert [row["label"] for row in rows if not row["is_row"]] == [one.field.label for one in made.shown]
    columns = {entry.name for entry in vocabulary_of(item).table(ALL_ANSWERS).columns}
    assert all(row.keys() == columns for row in rows)


def test_fields_that_do_not_hold_are_not_known():
    made = filled(ITEMS["depreciation"], known_of("nursery"), subsidy=False)

    answers = answers_of(made, YEAR, {})[ANSWERS]

    assert answers["subsidy"] is False
    assert (answers["renovation_yen"], answers["floor_area"], answers["renovated"]) == (None, None, None)
    assert "老朽改修の費用" not in [row["label"] for row in all_answers(made, {})]


def test_choices_can_be_circled():
    item = ITEMS["team_childcare"]
    made = filled(item, known_of("nursery"), uses=["wages", "training"], extra_staff=1)

    answers = answers_of(made, YEAR, {})[ANSWERS]

    assert answers["uses"] == "職員の賃金の改善、若手の保育士の育成"
    circled = [answers[f"uses_{choice}"] for choice in ("wages", "hiring", "training", "other")]
    assert circled == [True, False, True, False]
    assert answers["age4plus"] is False
    nobody = answers_of(fill(item, fiscal_year=YEAR, known={}, typed={}), YEAR, {})[ANSWERS]
    assert (nobody["uses"], nobody["uses_wages"], nobody["age4plus"]) == (None, None, None)


def test_months_are_rows_from_april():
    made = filled(ITEMS["holiday_care"], known_of("nursery"), by_month=list(range(12)))

    found = answers_of(made, YEAR, {})

    assert [row["value"] for row in found["answers_by_month"]] == list(range(12))
    assert [row["month"] for row in found["answers_by_month"]][::11] == [date(2026, 4, 1), date(2027, 3, 1)]
    assert found[ANSWERS]["users"] == 66
    assert variant_words(made.item, made.values) == "210人まで"
    rows = all_answers(made, {})
    (first,) = [place for place, row in enumerate(rows) if row["label"] == "月ごとの延べ利用数の見込み"]
    assert rows[first]["words"].startswith("4月 0、5月 1、")
    assert (rows[first + 1]["label"], rows[first + 1]["is_row"]) == (None, True)
    whole = rows[first]["words"] + rows[first + 1]["words"]
    assert whole.endswith("3月 11（計 66人）")


def test_long_texts_go_on_on_the_next_lines():
    item = ITEMS["team_childcare"]
    text = "あ" * 150 + "\n" + "い" * 10
    made = filled(item, known_of("nursery"), activities=text, extra_staff=1)

    rows = all_answers(made, {})
    (first,) = [place for place, row in enumerate(rows) if row["label"] == "チーム保育の取組"]

    assert [len(row["words"]) for row in rows[first : first + 4]] == [60, 60, 30, 10]
    assert [row["label"] for row in rows[first + 1 : first + 4]] == [None, None, None]


def test_of_several_changes_two_are_named():
    differing = [Difference(f"{label}　1行目", "1", "2") for label in ("甲", "甲", "乙", "丙", "丁")]

    assert changed_fields(differing) == "甲、乙、ほか2件"
    assert changed_fields(differing[:3]) == "甲、乙"
    assert changed_fields([]) is None


def test_people_are_named_as_whoever_asks_knows_them():
    made = filled(ITEMS["teacher_pay"], known_of("nursery"))
    named = {PEOPLE[0]["member"]: "見本 花子"}

    rows = answers_of(made, YEAR, named)["answers_staff"]

    assert [row["row_name"] for row in rows] == ["見本 花子", "2人目", "3人目", "4人目"]
    assert [row["yen"] for row in rows] == [240_000, 120_000, 0, 0]
    own = vocabulary_of(made.item)
    assert own.entry("answers_staff.row_name").is_personal
    assert own.entry("application_answers.words").is_personal
    assert vocabulary_of(ITEMS["nutrition"]).entry("answers.person").is_personal
    assert not vocabulary_of(ITEMS["materials"]).entry("answers_classes.row_name").is_personal


def test_names_that_are_taken_get_a_longer_one():
    fields = [
        Field("uses", "使いみち", Kind.CHOICE, choices={"wages": "賃金", "A-1": "甲", "a 1": "乙"}),
        Field("uses_wages", "賃金に使う額", Kind.YEN),
    ]

    assert [one.name for one in names_in(fields)] == [
        "uses",
        "uses_wages",
        "uses_wages_",
        "uses_a_1",
        "uses_a_1_",
    ]


PAST = """
id = "price"
fiscal_year = 2024
family = "price"
title = "令和6年度"
source = "試験用"

[[item]]
key = "holiday_care"
label = "休日保育加算"
rounds = [1]
types = ["nursery"]
help = "昔の様式"
source = "試験用"
field = [{ key = "users", label = "年間の見込み", kind = "whole", unit = "人" }]
"""


def test_a_pack_of_a_past_year_tells_its_own_fields():
    item = read_pack(PAST, vocabulary()).by_key["holiday_care"]
    made: FilledItem = fill(item, fiscal_year=2024, known={}, typed={"users": 120})

    assert [name for name, _ in own_names(item).full_names()] == ["answers.users"]
    assert answers_of(made, 2024, {}) == {"answers": {"users": 120}}
    assert vocabulary_of(None) == GENERAL


def test_what_differs_from_what_is_registered_says_why():
    item = ITEMS["treatment_3"]
    known = {name: Given(value, "児童数") for name, value in known_of("nursery").items() if value is not None}
    made = fill(item, fiscal_year=YEAR, known=known, typed={"n0": "9"}, reasons={"n0": "増える見込み"})

    (row,) = [row for row in all_answers(made, {}) if row["label"] == "0歳児（平均）"]

    assert (row["words"], row["reason"], row["source"]) == ("9人", "増える見込み", None)
