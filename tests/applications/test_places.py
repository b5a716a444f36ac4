"""What holds of the place is said once a year by the city, with exceptions; no facility types or guesses it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from applications.models import PlaceException, PlaceFact
from applications.operations import cases, places
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for, fill_many
from applications.queries.places import fingerprint
from facilities.actors import Role
from facilities.models import Facility
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.stage import AT, PLACES, release_pack, save, say_places, submit
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

HOME = "/c/places/"
CLIMATE = """
id = "place"
fiscal_year = 2026
family = "price"
title = "所在地"
source = "試験用"

[[item]]
key = "climate"
label = "冷暖房費加算"
rounds = [1]
types = ["nursery"]
grants = { code = "climate" }

[[item.field]]
key = "variant"
label = "所在地の級地"
kind = "choice"
fact = "climate_zone"
known_from = ["city.climate_zone"]
choices = { 1 = "1級地", other = "その他地域" }
option = "variant"
otherwise = "市がまだ登録していません。"
"""


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def administrator(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _held(city: City, fiscal_year: int = 2026) -> dict[str, Any]:
    with city.open():
        rows = PlaceFact.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True)
        return dict(rows.values_list("fact", "value"))


def _except(city: City, place: Nursery, value: Any, fact: str = "climate_zone", **more: Any) -> None:
    with city.open() as by:
        places.make_exception(
            place.facility.pk,
            **{"fiscal_year": 2026, "fact": fact, "value": value, "by": by, "at": AT, **more},
        )


def test_until_the_city_has_said_it_the_field_says_so_and_asks_nobody(city, sakura):
    pack = release_pack(city, CLIMATE)
    item = item_of(pack, "climate")
    draft = save(sakura, pack, "climate", variant="1")
    with sakura.open():
        (one,) = fill_for(sakura.facility, 2026, item, draft).fields
    with pytest.raises(ProblemsFound, match="市がまだ登録していません"):
        submit(sakura, draft)
    say_places(city)
    sent = submit(sakura, draft)

    assert (one.value, one.is_asked) == (None, False)
    assert sent.options == {"variant": "other"}
    assert sent.content["sent"]["variant"]["words"] == "市の設定（令和8年度）"


def test_a_facility_that_lies_elsewhere_has_its_own(city, sakura):
    sumire = make_facility(city, number="1299900000002", name="すみれ保育園")
    pack = release_pack(city, CLIMATE)
    say_places(city)
    _except(city, sumire, "1")
    item = item_of(pack, "climate")
    with city.open():
        found = fill_many([(place.facility, item, None) for place in (sakura, sumire)], 2026)
    with sakura.open():
        assert not PlaceException.objects.exists()
        assert PlaceFact.objects.count() == 5
    with sumire.open():
        assert fill_for(sumire.facility, 2026, item, None).options == {"variant": "1"}

    assert [one.options["variant"] for one in found] == ["other", "1"]


def test_what_is_said_again_ends_what_was_said_and_changes_nothing(city, sakura):
    say_places(city)
    say_places(city, climate_zone="2", at=AT + timedelta(days=1))
    with city.open():
        rows = list(PlaceFact.objects.filter(fact="climate_zone").order_by("said_at"))
        others = PlaceFact.objects.exclude(fact="climate_zone")

        assert [(row.value, row.ended_at is None) for row in rows] == [("other", False), ("2", True)]
        assert others.count() == 4
    assert events_of(city, "places.said")[-1].detail == {"fiscal_year": 2026, "climate_zone": "2"}


def test_two_administrators_do_not_overwrite_each_other(city):
    with city.open() as by:
        places.say(2026, PLACES, shown=fingerprint([]), by=by, at=AT)
    with city.open() as by, pytest.raises(ProblemsFound, match="変わりました"):
        places.say(2026, {**PLACES, "urban": True}, shown=fingerprint([]), by=by, at=AT)

    assert _held(city)["urban"] is False


def test_what_was_said_cannot_be_changed_behind_the_operation(city):
    say_places(city)
    with city.open(), pytest.raises(DatabaseError), transaction.atomic():
        PlaceFact.objects.filter(fact="urban").update(value=True)
    with city.open(), pytest.raises(DatabaseError), transaction.atomic():
        PlaceFact.objects.filter(fact="urban").delete()


def test_an_exception_says_something_else_and_is_taken_back_once(city, sakura):
    say_places(city)
    with pytest.raises(ProblemsFound, match="市の設定と同じ"):
        _except(city, sakura, "other")
    with pytest.raises(ProblemsFound, match="項目"):
        _except(city, sakura, True, fact="weather")
    _except(city, sakura, "1")
    _except(city, sakura, "2")
    _except(city, sakura, None)
    with pytest.raises(ProblemsFound, match="取り消されています"):
        _except(city, sakura, None)
    with city.open():
        assert PlaceException.objects.filter(ended_at__isnull=True).count() == 0
        assert PlaceException.objects.count() == 2


def test_a_year_is_carried_over_without_what_is_said_already_and_without_closed_facilities(city, sakura):
    closed = make_facility(city, number="1299900000002", name="すみれ保育園")
    say_places(city, 2025)
    for place in (sakura, closed):
        _except(city, place, "1", fiscal_year=2025)
    with city.open() as by:
        Facility.objects.filter(pk=closed.facility.pk).update(closed_on="2026-03-31")
        places.say(2026, {"urban": True}, shown=fingerprint([]), by=by, at=AT)
        count = places.carry_over(2026, by=by, at=AT)
        with pytest.raises(ProblemsFound, match="引き継ぐ設定がありません"):
            places.carry_over(2026, by=by, at=AT)
        own = list(PlaceException.objects.filter(fiscal_year=2026).values_list("facility", "is_carried"))

    assert count == 5
    assert _held(city) == {**PLACES, "urban": True}
    assert own == [(sakura.facility.pk, True)]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.ENROLMENT])
def test_only_administrators_say_it(city, role):
    with city.open(role) as by, pytest.raises(NotAllowed):
        places.say(2026, PLACES, shown=fingerprint([]), by=by, at=AT)


def test_the_page_says_carries_and_excepts(city, sakura, administrator, time_machine):
    time_machine.move_to(AT)
    say_places(city, 2025)
    page = administrator.get(f"{HOME}?year=2026")
    assert "まだ登録していない項目があります" in _text(page)
    assert "令和7年度の設定を引き継ぐ" in _text(page)
    assert administrator.post(f"{HOME}2026/carry/").status_code == 302
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', administrator.get(HOME).content.decode())
    assert shown is not None
    answers = {f"place-{fact}": "" for fact in PLACES} | {"place-urban": "yes", "shown": shown[1]}
    assert administrator.post(f"{HOME}2026/say/", answers).status_code == 302
    assert _held(city) == {"urban": True}
    assert administrator.post(f"{HOME}2026/say/", answers).status_code == 422

    wrong = administrator.post(f"{HOME}2026/exception/", {"facility": "", "said": "urban="})
    assert wrong.status_code == 422
    assert "施設を選んでください" in _text(wrong)
    assert "内容を選んでください" in _text(wrong)
    own = {"facility": sakura.facility.number, "said": "urban=no"}
    assert administrator.post(f"{HOME}2026/exception/", own).status_code == 302
    page = _text(administrator.get(HOME))
    assert f"{sakura.facility.name} 都市部にあたる：いいえ" in page
    assert "前年度から引き継ぎ" in page
    assert administrator.post(f"{HOME}2026/exception/", {**own, "withdraw": "1"}).status_code == 302
    assert "ありません。どの施設にも" in _text(administrator.get(HOME))


def test_nonsense_is_refused(administrator):
    assert administrator.post(f"{HOME}2026/say/", {"place-urban": "perhaps", "shown": ""}).status_code == 422
    assert administrator.post(f"{HOME}1900/say/", {"shown": ""}).status_code == 404
    assert administrator.get(f"{HOME}?year=abc").status_code == 200


def test_as_many_queries_for_many_facilities_as_for_one(city, sakura):
    item = item_of(release_pack(city, CLIMATE), "climate")
    say_places(city)
    others = [
        make_facility(city, number=f"12999000000{number}", name=f"園{number}") for number in range(21, 26)
    ]

    def asked(*own: Nursery) -> int:
        from django.test.utils import CaptureQueriesContext

        with city.open(), CaptureQueriesContext(connection) as found:
            fill_many([(place.facility, item, None) for place in own], 2026)
        return len(found)

    assert asked(sakura) == asked(sakura, *others)


def test_conditions_go_by_what_the_city_has_said(city, sakura):
    from claims.application_sources import terms_as_of
    from claims.conditions import known_facts
    from facilities.models import GrantedItem
    from tests.applications.stage import APRIL

    say_places(city, urban=True)
    with city.open():
        GrantedItem.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            code="depreciation",
            options={"variant": "standard"},
            from_month=APRIL.first_day,
        )
        found, _ = terms_as_of([sakura.facility], APRIL)
        facts = known_facts(found[sakura.facility.pk])

    assert (facts.urban, facts.climate_zone, facts.snow_region) == (True, "other", False)


def test_a_draft_that_was_shown_before_the_city_changed_its_word_is_not_sent_unseen(city, sakura):
    pack = release_pack(city, CLIMATE)
    say_places(city)
    draft = save(sakura, pack, "climate")
    with sakura.open() as by:
        shown = cases.hash_of(draft, fill_for(sakura.facility, 2026, item_of(pack, "climate"), draft))
    say_places(city, climate_zone="1")
    with sakura.open() as by, pytest.raises(NotAllowed, match="内容が変わりました"):
        cases.submit(draft.pk, shown_revision=draft.revision, shown_hash=shown, by=by, at=AT)
