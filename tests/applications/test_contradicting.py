"""What an application says otherwise than what holds is told to the facility at its field, and to the reviewer."""

import re
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from applications.models import ItemPack
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from applications.queries.item_page import find_place, form_view
from applications.shipped import shipped
from claims.charges import EXAMPLE
from claims.operations import charges_import
from facilities.actors import Role
from facilities.models import GrantedItem
from tests.applications.packs import PRICE
from tests.applications.stage import APRIL, AT, approve, release_pack, save, submit
from tests.cast import City, Nursery, make_city, make_facility, sign_in

TYPED = {"extra_staff": "1", "monthly_yen": "412,399"}
CHARGES = f"""{EXAMPLE}
令和8年4月分,{{number}},129999,806600,1090000,9,0
令和8年4月分,{{number}},129998,21000,30000,4,0
"""


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, PRICE.replace("extra_staff < 2 or capacity >= 121", "extra_staff < 3"))


def grant(place: Nursery, *, from_month: date = APRIL.first_day, **options: Any) -> None:
    with place.city.open():
        GrantedItem.objects.create(
            municipality=place.city.municipality,
            facility=place.facility,
            code="team_childcare",
            options=options,
            from_month=from_month,
        )


def told(place: Nursery) -> list[tuple[str, str]]:
    with place.open():
        found = find_place(place.city.municipality, place.facility, 2026, "price", "team_childcare")
        view = form_view(found, AT)
        blocks = {block.field.key: block.remark for block in view.blocks}
        assert all(one.sentence == blocks[one.at] for one in view.contradictions if one.at)
        return [(one.at, one.sentence) for one in view.contradictions]


def test_options_that_differ_are_told_at_their_field(sakura, pack):
    grant(sakura, extra_staff=2)
    save(sakura, pack, **TYPED)

    assert told(sakura) == [("extra_staff", "「加配する職員の数」：いま適用中の加算では「2人」です。")]


def test_a_no_to_what_holds_says_what_it_ends(sakura, pack):
    grant(sakura, extra_staff=2)
    save(sakura, pack, wanted=False)

    ((at, sentence),) = told(sakura)
    assert (at, "適用されなくなります" in sentence) == ("", True)


@pytest.mark.parametrize("wanted", [True, None])
def test_what_agrees_or_is_not_said_yet_tells_nothing(sakura, pack, wanted):
    grant(sakura, extra_staff=1)
    save(sakura, pack, wanted=wanted, **TYPED)

    assert told(sakura) == []


def test_what_holds_only_later_contradicts_nothing(sakura, pack):
    grant(sakura, from_month=APRIL.plus(3).first_day, extra_staff=2)
    save(sakura, pack, **TYPED)

    assert told(sakura) == []


def test_a_change_means_to_differ(city, sakura, pack):
    first = save(sakura, pack, **TYPED)
    approve(city, submit(sakura, first))
    save(sakura, pack, from_month=APRIL.plus(2), extra_staff="2", second_person="2人目")

    assert told(sakura) == []


def test_both_sides_see_it_on_their_pages(city, sakura, pack, time_machine):
    time_machine.move_to(AT)
    grant(sakura, extra_staff=2)
    version = save(sakura, pack, **TYPED)
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    form = f"/f/{sakura.facility.number}/applications/2026/price/team_childcare/"
    for address in (form, f"{form}check/"):
        assert "いま適用中の加算では「2人」です" in clerk.get(address).content.decode()
    sent = submit(sakura, version)
    page = officer.get(f"/c/applications/{sent.pk}/").content.decode()

    assert re.search(r"適用中の内容と違う<", page)
    assert "いま適用中の加算では「2人」です" in page


def test_exempt_children_are_what_the_facility_was_told_and_nobody_else_reads_it(city, sakura):
    row = release_pack(city, shipped(2026)["price"])
    with city.open(Role.ENROLMENT) as by:
        content = CHARGES.format(number=sakura.facility.number).encode("cp932")
        accepted = charges_import.preview(content, by=by, at=timezone.now())
        charges_import.accept(accepted.pk, by=by, at=timezone.now())
    item = item_of(row, "side_dish_exemption_23")
    with sakura.open():
        filled = fill_for(sakura.facility, 2026, item, None)
    with city.open(Role.OFFICER):
        of_city = fill_for(sakura.facility, 2026, item, None)

    children = filled.by_key["children"]
    assert (children.value, children.known.words) == (9, "利用者負担額の通知（令和8年4月）")
    # The conditions know it by the facility's word alone.
    assert (filled.options, filled.facts) == ({"children": 9}, {"exempt_children_2": 9})
    assert of_city.by_key["children"].value is None
