"""Corporations: renamed from a day on, numbers put right, one that was written twice becomes one."""

from datetime import UTC, date, datetime

import pytest

from documents.making import filled_form
from documents.printables import printable
from facilities.actors import Role
from facilities.models import Corporation, CorporationName, Facility, name_in
from facilities.operations.corporations import NOT_AHEAD, SAME_NAME, SAME_NUMBER, correct_number, rename
from facilities.rules import NotAllowed, ProblemsFound
from tests.cast import APRIL, JUNE, MAY, Browser, City, Nursery, make_city, make_facility, sign_in
from tests.claims.stage import nursery, ready_claim
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
OLD, NEW = "社会福祉法人 みほん会", "社会福祉法人 みらい会"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def administrator(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


def corporation_of(place: Nursery) -> Corporation:
    return place.facility.corporation


def test_a_new_name_holds_from_its_day_and_earlier_papers_keep_the_old_one(city):
    garden = nursery(city)
    may, june = ready_claim(garden, MAY), ready_claim(garden, JUNE)
    with city.open() as administrator:
        rename(corporation_of(garden).pk, NEW, from_day=date(2026, 6, 1), by=administrator, at=AT)

        assert Corporation.objects.get().name == NEW
    with garden.open():
        forms = [filled_form(printable("commission_claim", "claim", claim.pk)) for claim in (may, june)]
    assert [form.texts["submitter_corporation"] for form in forms] == [OLD, NEW]


def test_a_mistyped_name_is_put_right_from_the_beginning_and_keeps_its_row(city, sakura):
    pk = corporation_of(sakura).pk
    with city.open() as administrator:
        rename(pk, "社会福祉法人 みほ会", from_day=date(2026, 5, 1), by=administrator, at=AT)
        rename(pk, NEW, from_day=date(2026, 5, 1), by=administrator, at=AT)
        rename(pk, "社会福祉法人 未来会", from_day=None, by=administrator, at=AT)

        corporation = Corporation.objects.get()
        assert [name_in(corporation, month) for month in (APRIL, MAY)] == [OLD, "社会福祉法人 未来会"]
        assert CorporationName.objects.filter(withdrawn_at__isnull=False).count() == 2
    events = events_of(city, "facilities.corporation_renamed")
    with city.open():
        assert CorporationName.objects.get(pk=events[-1].detail["before"]).name == NEW
    assert NEW not in str([event.detail for event in events])


def test_a_rename_of_the_past_leaves_a_later_one(city, sakura):
    pk = corporation_of(sakura).pk
    with city.open() as administrator:
        rename(pk, NEW, from_day=date(2026, 6, 1), by=administrator, at=AT)
        rename(pk, "社会福祉法人 なかほど会", from_day=date(2026, 5, 1), by=administrator, at=AT)

        corporation = Corporation.objects.get()
        assert corporation.name == NEW
        assert [name_in(corporation, month) for month in (APRIL, MAY, JUNE)] == [
            OLD,
            "社会福祉法人 なかほど会",
            NEW,
        ]


def test_a_name_changes_and_not_ahead(city, sakura):
    pk = corporation_of(sakura).pk
    with city.open() as administrator:
        for name, day, sentence in ((OLD, None, SAME_NAME), (NEW, date(2026, 6, 6), NOT_AHEAD)):
            with pytest.raises(ProblemsFound, match=sentence):
                rename(pk, name, from_day=day, by=administrator, at=AT)
    for act in (
        lambda chief: rename(pk, NEW, from_day=None, by=chief, at=AT),
        lambda chief: correct_number(pk, "4500301962552", by=chief, at=AT),
    ):
        with city.open(Role.CHIEF) as chief, pytest.raises(NotAllowed, match="市の管理者だけ"):
            act(chief)


def test_a_number_that_was_left_out_is_given(city, sakura, administrator):
    with city.open():
        Corporation.objects.update(corporate_number="")
    page = f"/c/corporations/{corporation_of(sakura).pk}/"

    answer = administrator.post(f"{page}number/", {"corporate_number": "4500301962552"})

    assert answer["Location"] == page
    assert "4500301962552" in administrator.get(page).content.decode()
    (event,) = events_of(city, "facilities.corporate_number_corrected")
    assert event.detail == {"before": "", "after": "4500301962552"}


def test_a_corporation_written_twice_becomes_one(city, sakura):
    with city.open() as administrator:
        twin = Corporation.objects.create(municipality=city.municipality, name=OLD)
        sumire = make_facility(city, "すみれ保育園", number="1299900000902").facility
        Facility.objects.filter(pk=sumire.pk).update(corporation=twin)
        rename(twin.pk, "みほん会", from_day=None, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="「社会福祉法人 みほん会」として登録"):
            correct_number(twin.pk, "1234567890123", by=administrator, at=AT)
        rename(twin.pk, OLD, from_day=None, by=administrator, at=AT)

        left = correct_number(twin.pk, "1234567890123", by=administrator, at=AT)

        assert left == corporation_of(sakura) == Corporation.objects.get()
        assert set(Facility.objects.values_list("corporation", flat=True)) == {left.pk}
        with pytest.raises(ProblemsFound, match=SAME_NUMBER):
            correct_number(left.pk, "1234567890123", by=administrator, at=AT)


def test_the_page_shows_its_facilities_and_renames(city, sakura, administrator):
    page = f"/c/corporations/{corporation_of(sakura).pk}/"
    assert page in administrator.get(f"/c/facilities/{sakura.facility.number}/").content.decode()

    renamed = administrator.post(f"{page}name/", {"name": NEW, "from_day": "2026-05-01"}, follow=True)

    shown = renamed.content.decode()
    assert sakura.facility.name in shown
    assert "はじめから" in shown
    assert f"<h1>{NEW}</h1>" in shown
    wrong = administrator.post(f"{page}name/", {"name": ""})
    assert (wrong.status_code, 'href="#id_name_name"' in wrong.content.decode()) == (422, True)
    assert "名称を変更する" not in sign_in(city.people[Role.OFFICER]).get(page).content.decode()
