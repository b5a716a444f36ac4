"""What is known is not asked, what was typed stays, what follows is computed, and every gap is told."""

import pytest

from applications.entering import read_entries
from applications.filling import Given, Origin, fill, shortest
from applications.packs_in_force import vocabulary
from applications.reading import read_pack
from tests.applications.packs import PRICE

PACK = read_pack(PRICE, vocabulary())
TEAM, REPORT = PACK.items
CAPACITY = {"profile.capacity": Given(90, "年度プロフィール")}


def filled(item=TEAM, known=None, **typed):
    return fill(item, fiscal_year=2026, known=CAPACITY if known is None else known, typed=typed)


def test_what_is_known_is_shown_with_its_words_and_not_asked():
    capacity = filled().by_key["capacity"]

    assert (capacity.value, capacity.origin, capacity.is_asked) == (90, Origin.KNOWN, False)
    assert capacity.known.words == "年度プロフィール"


def test_what_nobody_knows_is_asked():
    assert [one.field.key for one in filled().asked] == ["extra_staff", "monthly_yen"]
    assert [one.field.key for one in filled(known={}).asked] == ["capacity", "extra_staff", "monthly_yen"]


def test_gaps_are_told_in_words_at_their_fields():
    assert [(problem.at, problem.sentence) for problem in filled().problems] == [
        ("extra_staff", "「加配する職員の数」を入力してください。"),
        ("monthly_yen", "「1か月の見込額」を入力してください。"),
    ]


def test_computed_values_follow():
    one = filled(extra_staff=1, monthly_yen=412_399)

    assert one.amount_yen == 4_948_000
    assert one.is_complete
    assert one.options == {"extra_staff": 1}


def test_a_field_whose_condition_does_not_hold_is_neither_asked_nor_sent():
    one = filled(extra_staff=1, monthly_yen=1, second_person="残っていた文")
    two = filled(extra_staff=2, monthly_yen=1)

    assert "second_person" not in one.values
    assert "second_person" in {problem.at for problem in two.problems}


def test_a_check_between_fields_is_told_at_its_field():
    small = filled(extra_staff=2, monthly_yen=1, second_person="x")
    large = filled(
        known={"profile.capacity": Given(121, "")}, extra_staff=2, monthly_yen=1, second_person="x"
    )

    assert [problem.at for problem in small.problems] == ["extra_staff"]
    assert large.is_complete
    assert [paper.key for paper in large.papers] == ["contract"]


def test_a_typed_value_never_stands_before_a_known_one_that_may_not_differ():
    assert filled(capacity=500).by_key["capacity"].value == 90


def test_a_rest_of_nothing_asks_no_reason():
    known = {"item.team_childcare.planned_yen": Given(1_000, "申請")}

    assert filled(REPORT, known, spent_yen=1_000).is_complete
    assert [p.at for p in filled(REPORT, known, spent_yen=900).problems] == ["rest_reason"]


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("２", 2, ""),
        ("2人", 2, ""),
        (" ", None, ""),
        ("3", None, "1人以上2人以下"),
        ("0", None, "1人以上2人以下"),
        ("1.5", None, "整数"),
        ("二", None, "整数"),
        ("9" * 30, None, "整数"),
    ],
)
def test_what_is_typed_is_read_or_kept_with_a_sentence(text, value, words):
    entered = read_entries(TEAM, {"extra_staff": [text]})

    assert entered.values == {"extra_staff": value}
    assert words in entered.problems.get("extra_staff", "")
    assert entered.unread == ({"extra_staff": text} if words else {})


def test_a_field_that_was_not_sent_says_nothing():
    assert read_entries(TEAM, {"monthly_yen": ["1,000円"]}).values == {"monthly_yen": 1_000}


def test_computed_fields_cannot_be_typed():
    assert read_entries(TEAM, {"planned_yen": ["1"]}).values == {}


@pytest.mark.parametrize(
    ("number", "text"), [("1/3", "0.3333"), ("-1/3", "-0.3334"), ("5/2", "2.5"), ("3", "3")]
)
def test_decimals_are_cut_after_four_places(number, text):
    from fractions import Fraction

    assert shortest(Fraction(number)) == text


TABLE = """
id = "table"
fiscal_year = 2026
family = "city"
title = "表"
source = "試験用"

[[item]]
key = "allowance"
label = "手当"
rounds = [1]
types = ["nursery"]
field = [
  { key = "total", label = "合計", kind = "yen", formula = "sum(staff.yen)" },
  { key = "staff", label = "職員", kind = "people", known_from = ["roster.people"], column = [
    { key = "hours", label = "時間", kind = "whole", known_from = ["person.number"] },
    { key = "yen", label = "額", kind = "yen", formula = "hours * unit" },
  ] },
  { key = "unit", label = "単価", kind = "yen", formula = "base * 2" },
  { key = "base", label = "元の額", kind = "yen", known_from = ["counts.total"], otherwise = "児童数を確認します。" },
]
"""


def test_rows_and_fields_are_made_in_the_order_in_which_they_need_each_other():
    (item,) = read_pack(TABLE, vocabulary()).items
    rows = [{"member": "1", "person.number": 3}, {"member": "2", "person.number": 4}]
    one = filled(item, {"roster.people": Given(rows, ""), "counts.total": Given(10, "")})

    assert [row["yen"] for row in one.by_key["staff"].value] == [60, 80]
    assert one.by_key["total"].value == 140


def test_what_is_to_be_registered_elsewhere_is_never_typed_and_says_where():
    (item,) = read_pack(TABLE, vocabulary()).items
    one = filled(item, {}, base=500)

    assert read_entries(item, {"base": ["500"]}).values == {}
    assert (one.by_key["base"].value, one.by_key["base"].is_asked) == (None, False)
    assert "「元の額」がまだ分かりません。児童数を確認します。" in [p.sentence for p in one.problems]
