"""What is counted as typed (R3): fields and cells somebody has really typed, neither less nor more."""

import pytest

from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from tests.applications.stage import release_pack, save
from tests.cast import City, Nursery, make_city, make_facility
from tests.staff_records.staffed import Somebody, give_roster
from tests.staff_records.year_stage import accepted

PACK = """
id = "treatment"
fiscal_year = 2026
family = "treatment"
title = "試験"
source = "試験用"

[[item]]
key = "pay"
label = "賃金"
months = "year"
rounds = [2]
types = ["nursery"]
field = [
  { key = "capacity", label = "利用定員", kind = "whole", known_from = ["profile.capacity"], may_differ = true },
  { key = "hours", label = "月ごとの時間", kind = "monthly", unit = "時間" },
  { key = "staff", label = "職員", kind = "people", known_from = ["roster.people"], column = [
    { key = "job", label = "職種", kind = "text", known_from = ["person.job"], required = false },
    { key = "paid", label = "払った額", kind = "yen", required = false },
    { key = "months", label = "月数", kind = "whole", required = false },
  ] },
  { key = "costs", label = "費用", kind = "rows", required = false, column = [
    { key = "what", label = "内容", kind = "text" },
    { key = "yen", label = "金額", kind = "yen" },
  ] },
]
"""


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    place = make_facility(city)
    give_roster(place, Somebody(job="clerk", licences=()), Somebody(job="clerk", licences=()))
    accepted(place)
    return place


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, PACK)


@pytest.fixture
def people(sakura: Nursery, pack: ItemPack) -> list[str]:
    with sakura.open():
        known = fill_for(sakura.facility, 2026, item_of(pack, "pay"), None).by_key["staff"].known
    assert known is not None
    return [row["member"] for row in known.value]


def keep(sakura: Nursery, pack: ItemPack, revision: int = 0, **typed: str) -> ApplicationVersion:
    return save(sakura, pack, "pay", from_month=None, revision=revision, **typed)


def counted(sakura: Nursery) -> dict[str, bool]:
    with sakura.open():
        return dict(TypedField.objects.values_list("field_key", "knew"))


def cells(people: list[str], **values: str) -> dict[str, str]:
    return {f"staff.{person}.{column}": text for person in people for column, text in values.items()}


def test_a_table_that_is_sent_empty_was_not_typed(sakura, pack, people):
    months = {f"hours.{number}": "" for number in range(12)}
    keep(
        sakura, pack, **cells(people, paid="", months=""), **months, **{"costs.0.what": "", "costs.0.yen": ""}
    )

    assert counted(sakura) == {}


def test_each_cell_is_one_once(sakura, pack, people):
    one, two = people
    keep(sakura, pack, **cells([one], paid="5000", months="12"), **cells([two], paid="", months=""))
    assert counted(sakura) == {f"staff.{one}.paid": False, f"staff.{one}.months": False}

    keep(sakura, pack, 1, **cells([one], paid="6000", months="12"), **cells([two], paid="5000", months=""))
    assert len(counted(sakura)) == 3


def test_of_twelve_months_each_is_one(sakura, pack):
    keep(sakura, pack, **{f"hours.{number}": "10" if number < 3 else "" for number in range(12)})

    assert sorted(counted(sakura)) == ["hours.0", "hours.1", "hours.2"]


def test_rows_that_move_up_were_not_typed_again(sakura, pack):
    rows = {"costs.0.what": "棚", "costs.0.yen": "100", "costs.1.what": "机", "costs.1.yen": "200"}
    keep(sakura, pack, **rows)
    assert len(counted(sakura)) == 4

    keep(sakura, pack, 1, **{"costs.1.what": "机", "costs.1.yen": "200"})
    keep(
        sakura,
        pack,
        2,
        **{"costs.0.what": "机", "costs.0.yen": "200", "costs.1.what": "本", "costs.1.yen": "5"},
    )
    keep(
        sakura,
        pack,
        3,
        **{f"costs.{number}.what": what for number, what in enumerate(("机", "本", "紙"))},
        **{f"costs.{number}.yen": "200" if not number else "5" for number in range(3)},
    )

    # 机 went from the second place to the first, 本 and 紙 were typed: at the second place once more, at the third.
    assert sorted(counted(sakura)) == [
        f"costs.{number}.{key}" for number in range(3) for key in ("what", "yen")
    ]


def test_what_was_known_is_known_cell_by_cell(sakura, pack, people):
    keep(sakura, pack, **cells(people[:1], job="園長", paid="1"), capacity="90")

    assert counted(sakura) == {
        "capacity": True,
        f"staff.{people[0]}.job": True,
        f"staff.{people[0]}.paid": False,
    }


def test_what_differs_from_what_is_known_was_not_known(sakura, pack):
    keep(sakura, pack, capacity="91")

    assert counted(sakura) == {"capacity": False}


def test_people_who_are_not_there_are_not_counted(sakura, pack):
    keep(sakura, pack, **cells(["nobody" * 40], paid="1"))

    assert counted(sakura) == {}


def test_more_rows_than_anybody_reads_are_kept_and_told(sakura, pack):
    rows = {f"costs.{number}.{key}": "5" for number in range(201) for key in ("what", "yen")}
    version = keep(sakura, pack, **rows)

    with sakura.open():
        filled = fill_for(sakura.facility, 2026, item_of(pack, "pay"), version)
    assert len(filled.by_key["costs"].value) == 201
    assert any("200行まで" in problem.sentence and "201行" in problem.sentence for problem in filled.problems)
