"""Tables of an application beside what was approved: which rows changed, and what in them; and on the page."""

import pytest

from applications.definitions import Field, Kind
from approvals.items.tables import ComparedRow, compared_rows
from approvals.items.values import compared_fields
from facilities.actors import Role
from tests.applications.stage import approve, release_pack, save, submit
from tests.cast import City, Nursery, make_city, make_facility, sign_in

COSTS = Field(
    key="costs",
    label="費用の内訳",
    kind=Kind.ROWS,
    columns=(
        Field(key="what", label="科目", kind=Kind.TEXT),
        Field(key="price", label="単価", kind=Kind.YEN),
    ),
)
RENT, STAFF = {"what": "賃借料", "price": 5000}, {"what": "人件費", "price": 1200}


def told(row: ComparedRow) -> list[tuple[str, str]]:
    return [(cell.before, cell.now) for cell in row.cells]


def test_only_what_changed_in_a_row_has_a_before():
    same, changed = compared_rows(COSTS, [RENT, STAFF | {"price": 1500}], [RENT, STAFF], {})

    assert (same.change, told(same)) == ("", [("", "賃借料"), ("", "5,000円")])
    assert (changed.change, told(changed)) == ("変更", [("", "人件費"), ("1,200円", "1,500円")])
    assert [cell.is_number for cell in changed.cells] == [False, True]


def test_rows_come_and_go():
    (added,) = compared_rows(COSTS, [RENT], [], {})
    (gone,) = compared_rows(COSTS, [], [RENT], {})
    (emptied,) = compared_rows(COSTS, [{"what": "賃借料", "price": None}], [RENT], {})

    assert (added.change, told(added)) == ("追加", [("", "賃借料"), ("", "5,000円")])
    assert (gone.change, told(gone)) == ("削除", [("", "賃借料"), ("", "5,000円")])
    assert told(emptied)[1] == ("5,000円", "―")


def test_without_anything_before_no_row_has_changed():
    rows = compared_rows(COSTS, [RENT, STAFF], None, {})

    assert [row.change for row in rows] == ["", ""]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([15] * 12, "各月 15人（計 180人）"),
        ([0, 3, *[None] * 9, 4], "5月 3、3月 4（計 7人）"),
        ([None] * 12, "―"),
    ],
)
def test_twelve_months_are_one_line(value, words):
    months = Field(key="users", label="延べ人数", kind=Kind.MONTHLY, unit="人")
    item = type("Item", (), {"fields": (months,)})()

    (field,) = compared_fields(item, {"users": {"value": value, "origin": "typed"}}, None)

    assert field.now == words


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


PACK = """
id = "costs"
fiscal_year = 2026
family = "city"
title = "費用（見本）"
source = "試験用"

[[item]]
key = "costs"
label = "費用の補助"
months = "year"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "costs"
label = "費用の内訳"
kind = "rows"
column = [
  { key = "what", label = "科目", kind = "text" },
  { key = "price", label = "単価", kind = "yen" },
]
"""


def test_the_page_shows_the_changed_rows_as_a_table(city, sakura):
    pack = release_pack(city, PACK)
    typed = {
        "costs.0.what": "人件費",
        "costs.0.price": "1200",
        "costs.1.what": "賃借料",
        "costs.1.price": "5000",
    }
    first = submit(sakura, save(sakura, pack, "costs", **typed))
    officer = sign_in(city.people[Role.OFFICER])
    whole = officer.get(f"/c/applications/{first.pk}/").content.decode()
    approve(city, first)
    change = submit(sakura, save(sakura, pack, "costs", **typed | {"costs.1.price": "6000"}))
    page = officer.get(f"/c/applications/{change.pk}/").content.decode()

    assert 'id="rows-costs"' in whole
    assert "<del>" not in whole
    assert '<td data-label="科目">人件費</td>' in whole
    assert "<del>5,000円</del> → <b>6,000円</b>" in page
    assert "ほかの1行は、前回と同じです。" in page
    assert '<td data-label="科目">人件費</td>' not in page
