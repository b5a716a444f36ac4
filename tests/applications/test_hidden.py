"""What stands in a field that does not hold was not said: nothing follows from it, and nothing of it is sent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.definitions import Family, Field, Item, Kind, Months, Stage
from applications.filling import FilledItem, Given, fill
from applications.models import ApplicationVersion
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from tests.applications.packs import PRICE
from tests.applications.stage import release_pack, save, submit
from tests.cast import City, Nursery, make_city, make_facility

KEYS = "abcdefgh"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """An item of a few numbers: typed ones and computed ones, each of which may hang on others before it."""
    count = draw(st.integers(3, len(KEYS)))
    fields = []
    for place in range(count):
        key, before = KEYS[place], KEYS[:place]
        name = st.sampled_from(before) if before else st.nothing()
        formula = shown_if = ""
        if before and draw(st.booleans()):
            formula = draw(
                st.builds("{0} + {1}".format, name, name)
                | st.builds("{0} if known({1}) else 7".format, name, name)
                | st.builds("max({0}, {1})".format, name, name)
            )
        if before and draw(st.booleans()):
            shown_if = draw(
                st.builds("{0} > {1}".format, name, st.integers(0, 3))
                | st.builds("not known({0})".format, name)
                | st.builds("{0} == {1}".format, name, name)
            )
        fields.append(
            Field(
                key,
                key,
                Kind.WHOLE,
                required=draw(st.booleans()),
                known_from=() if formula else (f"profile.{key}",),
                may_differ=not formula,
                formula=formula,
                shown_if=shown_if,
                option=key,
                fact=key,
            )
        )
    return Item(
        "item",
        "項目",
        Family.CITY,
        Stage.APPLICATION,
        Months.YEAR,
        rounds=(1,),
        types=("nursery",),
        fields=tuple(draw(st.permutations(fields))),  # the pack's order is not the order of need
        amount=KEYS[count - 1],
    )


numbers = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 4))


def said(one: FilledItem) -> dict[str, Any]:
    """Everything an item says to anybody."""
    return {
        "values": one.values,
        "options": one.options,
        "facts": one.facts,
        "amount": one.amount_yen,
        "problems": [(problem.at, problem.sentence) for problem in one.problems],
    }


@given(items(), numbers, numbers, numbers)
def test_nothing_depends_on_what_is_typed_into_hidden_fields(item, typed, other, known):
    given_values = {f"profile.{key}": Given(value, "登録") for key, value in known.items()}
    first = fill(item, fiscal_year=2026, known=given_values, typed=typed)
    hidden = {one.field.key for one in first.fields if not one.is_shown}
    elsewhere = {key: value for key, value in typed.items() if key not in hidden}
    elsewhere |= {key: value for key, value in other.items() if key in hidden}
    second = fill(item, fiscal_year=2026, known=given_values, typed=elsewhere)

    assert said(first) == said(second)
    assert not hidden & first.values.keys()


@given(items(), numbers)
def test_what_was_typed_stays_in_the_field_that_is_hidden(item, typed):
    one = fill(item, fiscal_year=2026, known={}, typed=typed)

    for own in one.fields:
        if own.field.is_typed and own.field.key in typed:
            assert own.value == typed[own.field.key]


def test_what_was_hidden_is_in_the_draft_and_not_in_what_is_sent(city, sakura):
    pack = release_pack(city)
    version = save(sakura, pack, extra_staff="2", monthly_yen="1,000", second_person="3歳児の担当")
    version = save(sakura, pack, revision=version.revision, extra_staff="1")
    with sakura.open():
        drafted = ApplicationVersion.objects.get(pk=version.pk).content
    sent = submit(sakura, version).content

    assert drafted["typed"]["second_person"] == "3歳児の担当"
    assert "second_person" not in sent["typed"] | sent["sent"]


def test_text_nobody_sees_and_nobody_can_read_stops_nobody(city, sakura):
    content = PRICE.replace('kind = "long_text"\nshown_if', 'kind = "whole"\nshown_if')
    pack = release_pack(city, content)
    version = save(sakura, pack, extra_staff="1", monthly_yen="1,000", second_person="ふたり")

    assert submit(sakura, version).status == "submitted"


FACTS = """
id = "facts"
fiscal_year = 2026
family = "price"
title = "共通"
source = "試験用"

[[item]]
key = "state"
label = "施設の状況"
months = "year"
rounds = [1]
types = ["nursery"]
field = [
  { key = "serves", label = "給食をしている", kind = "yes_no" },
  { key = "plan", label = "安全計画を策定している", kind = "yes_no", fact = "safety_plan", shown_if = "serves" },
]

[[item]]
key = "reading"
label = "減算"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "plan"
label = "安全計画"
kind = "yes_no"
known_from = ["fact.safety_plan"]
otherwise = "「施設の状況」に答えると入ります。"
"""


def test_a_fact_in_a_hidden_field_of_a_draft_is_repeated_by_nobody(city, sakura):
    pack = release_pack(city, FACTS)
    version = save(sakura, pack, "state", from_month=None, serves="yes", plan="yes")
    item = item_of(pack, "reading")
    with sakura.open():
        assert fill_for(sakura.facility, 2026, item, None).by_key["plan"].value is True
    save(sakura, pack, "state", from_month=None, revision=version.revision, serves="no")
    with sakura.open():
        assert fill_for(sakura.facility, 2026, item, None).by_key["plan"].value is None


TWIN = """
id = "{family}-twin"
fiscal_year = {year}
family = "{family}"
title = "同じ名前の項目"
source = "試験用"

[[item]]
key = "allowance"
label = "手当（{family}）"
rounds = [1]
months = "year"
types = ["nursery"]
field = [{{ key = "yen", label = "金額", kind = "yen", known_from = ["last_year.yen"] }}]

[[item]]
key = "allowance_report"
label = "手当の実績（{family}）"
stage = "report"
months = "year"
rounds = [6]
types = ["nursery"]
reports_on = "allowance"
field = [{{ key = "yen", label = "金額", kind = "yen", known_from = ["item.allowance.yen"], otherwise = "申請です。" }}]
"""


def test_items_of_two_families_with_one_key_are_not_mixed(city, sakura):
    packs = {
        family: release_pack(city, TWIN.format(family=family, year=2026)) for family in ("city", "prefecture")
    }
    for family, yen in (("city", "1,000"), ("prefecture", "2,000")):
        submit(sakura, save(sakura, packs[family], "allowance", from_month=None, yen=yen))
    with sakura.open():
        told = {
            family: fill_for(sakura.facility, 2026, item_of(pack, "allowance_report"), None)
            .by_key["yen"]
            .value
            for family, pack in packs.items()
        }

    assert told == {"city": 1_000, "prefecture": 2_000}
