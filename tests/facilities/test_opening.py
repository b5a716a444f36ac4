"""One facility opened by hand, by the checks of the list; its number put right while nothing has begun under it."""

import re
from datetime import UTC, datetime

import pytest

from facilities.actors import Role
from facilities.models import Corporation, Facility, FacilityProfile
from facilities.operations.opening import HAS_BEGUN, NUMBER_TAKEN, SAME_NUMBER, correct_number
from facilities.rules import NotAllowed, ProblemsFound
from tests.cast import JUNE, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
NEW = "/c/facilities/new/"
FREE = "1299900000909"
GOOD = {
    "number": FREE,
    "name": "もみじ保育園",
    "kind": "nursery",
    "corporation": "社会福祉法人 もみじ会",
    "corporate_number": "4500301962552",
    "ownership": "private",
    "approved_capacity": "60",
    "capacity_1": "",
    "capacity_23": "60",
    "region_percent": "10",
    "opened_on": "2026-07-01",
    "postal_code": "272-0011",
    "location": "青葉台市みほん9丁目",
    "from_month": "2026-04",
}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def administrator(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


def test_one_facility_is_opened_by_hand(city, administrator):
    assert NEW in administrator.get("/c/facilities/").content.decode()

    answer = administrator.post(NEW, GOOD)

    assert answer["Location"] == f"/c/facilities/{FREE}/"
    with city.open():
        facility = Facility.objects.select_related("corporation").get()
        profile = FacilityProfile.objects.get(facility=facility)
    assert (facility.name, facility.corporation.corporate_number) == ("もみじ保育園", "4500301962552")
    # Before it opens nothing holds.
    assert (str(profile.from_month), profile.capacity_23, profile.base_percent) == ("2026-07-01", 60, None)
    (event,) = events_of(city, "facilities.opened")
    assert event.rows["facility"] == [str(facility.pk)]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"number": "123"}, "number", "13桁"),
        ({"kind": "kindergarten"}, "capacity_23", "幼稚園に2・3号の利用定員はありません"),
        ({"capacity_1": "10"}, "capacity_1", "この施設類型に1号の利用定員はありません"),
        ({"capacity_23": ""}, "capacity_23", "利用定員がありません"),
        ({"corporate_number": "4500301962553"}, "corporate_number", "検査数字"),
        ({"postal_code": "272-9999"}, "postal_code", "日本郵便の一覧にない"),
        ({"opened_on": ""}, "opened_on", "日付を入力してください"),
        ({"from_month": "?"}, "from_month", "2026-06"),
    ],
)
def test_what_the_list_would_say_is_said_at_the_field(city, administrator, typed, field, sentence):
    answer = administrator.post(NEW, {**GOOD, **typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in page
    assert sentence in page
    with city.open():
        assert not Facility.objects.exists()


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("kind", "施設類型を選んでください"),
        ("ownership", "公私区分を選んでください"),
        ("region_percent", "地域区分を選んでください"),
    ],
)
def test_nothing_is_chosen_before_somebody_chooses(administrator, field, sentence):
    form = administrator.get(NEW).content.decode()
    select = re.search(rf'<select name="{field}".*?</select>', form, re.DOTALL)
    assert select is not None
    assert " required" in select[0].split(">")[0]
    assert re.findall(r'<option value="([^"]*)"[^>]*selected', select[0]) in ([""], [])
    assert re.search(r"<option value=\"([^\"]*)\"", select[0])[1] == ""

    answer = administrator.post(NEW, {**GOOD, field: ""})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert page.count('href="#id_') == 1


def test_all_problems_come_at_once(administrator):
    page = administrator.post(NEW, {**GOOD, "name": "", "kind": "kindergarten"}).content.decode()

    assert 'href="#id_name"' in page
    assert administrator.post(NEW, {}).content.decode().count('href="#id_') >= 10


def test_a_number_that_is_taken_and_a_corporation_of_another_name_are_refused(city, sakura, administrator):
    taken = administrator.post(NEW, {**GOOD, "number": sakura.facility.number})
    assert (taken.status_code, NUMBER_TAKEN in taken.content.decode()) == (422, True)
    assert administrator.post(NEW, GOOD).status_code == 302

    other = administrator.post(NEW, {**GOOD, "number": "1299900000908", "corporation": "もみじかい"})

    assert other.status_code == 422
    assert "「社会福祉法人 もみじ会」として登録されています" in other.content.decode()
    with city.open():
        assert Corporation.objects.count() == 2


def test_only_the_administrator_opens_facilities(city):
    officer = sign_in(city.people[Role.OFFICER])

    assert officer.get(NEW).status_code == officer.post(NEW, GOOD).status_code == 403
    assert NEW not in officer.get("/c/facilities/").content.decode()


def test_a_number_is_put_right_until_counts_arrive(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/changes/"

    answer = administrator.post(f"{page}number/", {"number": FREE})

    assert answer["Location"] == f"/c/facilities/{FREE}/"
    assert sign_in(sakura.clerk).get(f"/f/{FREE}/").status_code == 200
    (event,) = events_of(city, "facilities.number_corrected")
    assert event.detail == {"before": "1299900000901", "after": FREE}
    give_counts(sakura, JUNE)
    late = administrator.post(f"/c/facilities/{FREE}/changes/number/", {"number": "1299900000901"})
    assert late.status_code == 422
    assert HAS_BEGUN in late.content.decode()


def test_a_number_is_free_another_one_and_the_administrators(city, sakura):
    make_facility(city, "すみれ保育園", number="1299900000902")

    with city.open() as administrator:
        for number, sentence in (("1299900000901", SAME_NUMBER), ("1299900000902", NUMBER_TAKEN)):
            with pytest.raises(ProblemsFound, match=sentence):
                correct_number(sakura.facility.pk, number, by=administrator, at=AT)
    with city.open(Role.CHIEF) as chief, pytest.raises(NotAllowed, match="市の管理者だけ"):
        correct_number(sakura.facility.pk, FREE, by=chief, at=AT)
