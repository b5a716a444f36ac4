"""The city's pages of facilities and accounts: lists that stay quick, errors at the field, 422 with sentences."""

import re
from datetime import date, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.record import NOBODY, Context, Outcome, context, record
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import (
    AddressRegistration,
    Facility,
    FacilityDetail,
    FacilityKind,
    FacilityProfile,
    GrantedItem,
    Membership,
    Ownership,
    Suspension,
)
from facilities.periods import ServiceMonth
from pages.wareki import month_words
from tests.approvals.test_inbox import play
from tests.asked import EVERY_PAGE, asked_by
from tests.cast import (
    APRIL,
    JUNE,
    MAY,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    make_user,
    sign_in,
)
from tests.record import events_of

PROFILE = {
    "from_month": "2026-06",
    "approved_capacity": "120",
    "capacity_1": "",
    "capacity_23": "120",
    "region_percent": "10",
    "base_percent": "9",
    "wage_percent": "6",
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


def words_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page_of(nursery: Nursery) -> str:
    return f"/c/facilities/{nursery.facility.number}/"


def test_the_list_finds_by_name_number_corporation_and_kind(city, sakura, administrator):
    momo = make_facility(city, "もも幼稚園", number="1299900000902", kind=FacilityKind.KINDERGARTEN)

    def found(query: str) -> set[str]:
        page = administrator.get(f"/c/facilities/?{query}").content.decode()
        return {name for name in ("さくら保育園", "もも幼稚園") if name in page}

    assert found("") == {"さくら保育園", "もも幼稚園"}
    assert found("words=もも") == {"もも幼稚園"}
    assert found("words=0901") == {"さくら保育園"}
    assert found("words=みほん会") == {"さくら保育園", "もも幼稚園"}
    assert found("kind=kindergarten") == {momo.facility.name}
    assert found("words=%E3%81%AA%E3%81%84") == set()
    assert "当てはまる施設がありません" in words_of(administrator.get("/c/facilities/?words=どこにもない"))


def test_a_search_word_is_shown_as_text_never_as_html(sakura, administrator):
    page = administrator.get("/c/facilities/?words=%3Cscript%3Ealert(1)%3C/script%3E").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("address", ["/c/facilities/", "/c/accounts/"])
def test_ten_facilities_cost_as_many_queries_as_all_172(city, administrator, address):
    def queries() -> int:
        administrator.get(address)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert administrator.get(address).status_code == 200
        return len(caught)

    add_facilities(city, range(100, 110))
    ten = queries()
    add_facilities(city, range(110, 272))
    all_of_them = queries()

    assert ten == all_of_them


def add_facilities(city: City, places: range) -> None:
    """Many facilities at once, each with profile, an item and a clerk."""
    first = make_facility(city, number=f"1299900001{places[0]}")
    own = {"municipality": city.municipality}
    with city.open():
        facilities = Facility.objects.bulk_create(
            Facility(
                **own,
                number=f"1299900001{place}",
                name=f"第{place}みほん保育園",
                kind=FacilityKind.NURSERY,
                ownership="private",
                corporation=first.facility.corporation,
                opened_on="2010-04-01",
                postal_code="272-0000",
                location="青葉台市みほん",
            )
            for place in places[1:]
        )
        FacilityProfile.objects.bulk_create(
            FacilityProfile(
                **own,
                facility=facility,
                from_month=APRIL.first_day,
                approved_capacity=60,
                capacity_23=60,
                region_percent=10,
            )
            for facility in facilities
        )
        GrantedItem.objects.bulk_create(
            GrantedItem(**own, facility=facility, code="rent", from_month=APRIL.first_day)
            for facility in facilities
        )
        people = [
            User(login_id=f"f{facility.number}", password="!", realm_id=city.municipality.pk)
            for facility in facilities
        ]
        for person in people:
            person.name, person.address = first.clerk.name, first.clerk.address
        clerks = User.objects.bulk_create(people)
        Membership.objects.bulk_create(
            Membership(**own, user=clerk, duty=Role.FACILITY, facility=facility, slot=1)
            for clerk, facility in zip(clerks, facilities, strict=True)
        )


@pytest.mark.parametrize(
    ("role", "facilities", "accounts"),
    [
        (Role.ENROLMENT, 403, 403),
        (Role.OFFICER, 200, 403),
        (Role.CHIEF, 200, 403),
        (Role.MANAGER, 200, 403),
        (Role.ADMINISTRATOR, 200, 200),
        (Role.AUDITOR, 404, 404),
    ],
)
def test_who_sees_facilities_and_accounts(city, sakura, role, facilities, accounts):
    browser = sign_in(city.people[role])

    assert browser.get("/c/facilities/").status_code == facilities
    assert browser.get(page_of(sakura)).status_code == facilities
    assert browser.get("/c/accounts/").status_code == accounts


def test_only_the_administrator_sees_the_forms(city, sakura, administrator):
    for browser, forms in ((administrator, True), (sign_in(city.people[Role.OFFICER]), False)):
        page = words_of(browser.get(page_of(sakura)))

        assert ("新しいプロフィールを設定する" in page) is forms
        assert ("加算・減算を設定する" in page) is forms


def test_a_profile_is_set_and_seen(sakura, administrator):
    answer = administrator.post(page_of(sakura) + "profile/", PROFILE, follow=True)

    assert answer.redirect_chain == [(page_of(sakura), 302)]
    assert "年度プロフィールを設定しました。" in words_of(answer)
    assert "令和8年6月から" in words_of(answer)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"from_month": "6月"}, "年月を「2026-06」の形で入力してください。"),
        ({"from_month": ""}, "必須"),
        ({"capacity_23": ""}, "利用定員がありません。人数を入れてください。"),
        ({"capacity_1": "10", "capacity_23": ""}, "この施設類型に1号の利用定員はありません。"),
        ({"capacity_23": "130"}, "利用定員（合わせて130人）が認可定員（120人）より多くなっています。"),
        ({"wage_percent": ""}, "区分1と区分2の率は、両方入力するか、両方空にしてください。"),
        ({"approved_capacity": "-1"}, "1"),
        ({"approved_capacity": "1000"}, "999"),
        ({"approved_capacity": "12.5"}, "整数"),
        ({"base_percent": "13"}, "12"),
        ({"region_percent": "11"}, "選択"),
    ],
)
def test_a_wrong_profile_says_what_to_put_right(city, sakura, administrator, changes, sentence):
    answer = administrator.post(page_of(sakura) + "profile/", {**PROFILE, **changes})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="error-summary"' in page
    assert 'class="field-error"' in page
    assert sentence in words_of(answer)
    assert f'value="{changes.get("approved_capacity", "120")}"' in page
    with city.open():
        assert FacilityProfile.objects.count() == 1


def test_full_width_digits_are_read_as_numbers(city, sakura, administrator):
    answer = administrator.post(
        page_of(sakura) + "profile/", {**PROFILE, "approved_capacity": "１２０", "capacity_23": "１２０"}
    )

    assert answer.status_code == 302
    with city.open():
        assert FacilityProfile.objects.order_by("-from_month").first().capacity_23 == 120


def test_every_problem_of_a_form_is_told_at_once(sakura, administrator):
    answer = administrator.post(
        page_of(sakura) + "profile/", {**PROFILE, "approved_capacity": "x", "base_percent": "99"}
    )

    summary = answer.content.decode().split('class="error-summary"')[1].split("</div>")[0]
    assert summary.count("<li>") == 2
    assert 'href="#id_profile_approved_capacity"' in summary
    assert 'href="#id_profile_base_percent"' in summary


def test_a_refused_profile_keeps_what_was_typed(sakura, administrator):
    answer = administrator.post(page_of(sakura) + "profile/", {**PROFILE, "capacity_23": "121"})

    assert answer.status_code == 422
    assert 'value="2026-06"' in answer.content.decode()
    assert 'value="121"' in answer.content.decode()


def test_the_form_says_which_later_profiles_stay_and_begins_with_the_month_asked_for(
    city, sakura, administrator
):
    april = {**PROFILE, "from_month": f"{coming_year()}-04", "approved_capacity": "150", "capacity_23": "150"}
    administrator.post(page_of(sakura) + "profile/", april)

    page = words_of(administrator.get(f"{page_of(sakura)}?month=2026-06"))
    after = administrator.get(f"{page_of(sakura)}?month={coming_year()}-05").content.decode()
    set_between = administrator.post(page_of(sakura) + "profile/", PROFILE, follow=True)

    stays = f"{month_words(date(coming_year(), 4, 1))}から 2・3号 150人"
    assert "そのまま残ります" in page
    assert stays in page
    assert "そのまま残ります" not in re.sub(r"<[^>]+>", " ", after)
    assert 'name="capacity_23" value="150"' in after
    until = month_words(date(coming_year(), 3, 1))
    assert f"{until}分まで適用されます。その後のプロフィールは変わりません。" in words_of(set_between)


def test_the_page_begins_with_what_holds_now_and_what_is_to_change(city, sakura, administrator):
    before = words_of(administrator.get(page_of(sakura)))
    april = {**PROFILE, "from_month": f"{coming_year()}-04", "approved_capacity": "150", "capacity_23": "150"}
    administrator.post(page_of(sakura) + "profile/", april)

    page = words_of(administrator.get(page_of(sakura)))

    now = page.partition("いまの内容（")[2].partition("年度プロフィール")[0]
    assert "利用定員" in now
    assert "150" not in now
    coming = page.partition("これから変わること")[2].partition("施設の情報")[0]
    words = f"{month_words(date(coming_year(), 4, 1))}から 年度プロフィール"
    assert words in coming
    assert words not in before


def coming_year() -> int:
    """The year of an April that has not come."""
    return ServiceMonth.of(timezone.localdate()).fiscal_year + 1


def test_what_has_not_begun_is_taken_back_on_the_page(city, sakura, administrator):
    april = f"{coming_year()}-04"
    administrator.post(page_of(sakura) + "profile/", {**PROFILE, "from_month": april})
    administrator.post(page_of(sakura) + "items/", {"code": "office_staff", "from_month": april})
    with city.open():
        profile = FacilityProfile.objects.order_by("-from_month")[0]
        begun = FacilityProfile.objects.order_by("from_month")[0]
        item = GrantedItem.objects.get()
    page = administrator.get(page_of(sakura)).content.decode()
    undo = f"{page_of(sakura)}profiles/{{}}/undo/".format

    refused = administrator.post(undo(begun.pk))
    undone = administrator.post(undo(profile.pk), follow=True)
    twice = administrator.post(undo(profile.pk))
    item_undone = administrator.post(f"{page_of(sakura)}items/{item.pk}/undo/", follow=True)

    assert undo(profile.pk) in page
    assert f"items/{item.pk}/undo/" in page
    assert undo(begun.pk) not in page
    assert (refused.status_code, twice.status_code) == (422, 404)
    assert "適用が始まっているプロフィールは取り消せません" in words_of(refused)
    assert "年度プロフィールを取り消しました。" in words_of(undone)
    assert "加算・減算の設定を取り消しました。" in words_of(item_undone)
    with city.open():
        assert FacilityProfile.objects.get().to_month is None
        assert not GrantedItem.objects.exists()


def test_rates_are_certified_on_the_page(city, sakura, administrator):
    with city.open():
        FacilityProfile.objects.update(rates_are_provisional=True)
    typed = {
        "from_month": "2026-04",
        "base_percent": "10",
        "wage_percent": "7",
        "certificate_number": "青こ第123号",
        "certified_on": "2026-09-10",
    }

    refused = administrator.post(
        page_of(sakura) + "rates/", {**typed, "base_percent": "13", "wage_percent": ""}
    )
    done = administrator.post(page_of(sakura) + "rates/", typed, follow=True)

    assert refused.status_code == 422
    assert 'href="#id_certify_base_percent"' in refused.content.decode()
    assert "認定された率を入力してください。" in words_of(refused)
    assert "加算率の認定を、1件のプロフィールに登録しました。" in words_of(done)
    assert "認定 青こ第123号 令和8年9月10日" in words_of(done)
    with city.open():
        assert not FacilityProfile.objects.get().rates_are_provisional


def test_the_page_costs_the_same_for_many_profiles(city, sakura, administrator):
    one = asked_by(administrator, page_of(sakura))
    for year in range(2028, 2034):
        administrator.post(page_of(sakura) + "profile/", {**PROFILE, "from_month": f"{year}-04"})
    officer = sign_in(city.people[Role.OFFICER])
    administrator.get(page_of(sakura))  # says what was saved

    assert asked_by(administrator, page_of(sakura)) == one
    assert asked_by(officer, page_of(sakura)) <= EVERY_PAGE + 4, "the doors to counts and claims are two"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "rent", "from_month": "2026-06"}, "区分を選んでください"),
        ({"code": "rent", "variant": "b", "from_month": "2026-06"}, "この区分はありません"),
        ({"code": "team_childcare", "from_month": "2026-06"}, "加配の人数が必要です"),
        ({"code": "office_staff", "extra_staff": "1", "from_month": "2026-06"}, "では使いません"),
        ({"code": "nothing", "from_month": "2026-06"}, "選択"),
        ({"code": "office_staff", "from_month": "2026-06", "to_month": "2026-05"}, "適用終了月は"),
    ],
)
def test_a_wrong_item_says_what_to_put_right(city, sakura, administrator, typed, sentence):
    answer = administrator.post(page_of(sakura) + "items/", typed)

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    with city.open():
        assert not GrantedItem.objects.exists()


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        ("office_staff", {"met_on", "from_month", "to_month"}),
        ("rent", {"variant", "met_on", "from_month", "to_month"}),
        ("team_childcare", {"extra_staff", "met_on", "from_month", "to_month"}),
    ],
)
def test_an_item_shows_only_its_own_fields(sakura, administrator, item, fields):
    fields = {*fields, "reason"}
    first = administrator.get(page_of(sakura)).content.decode()
    assert f'<option value="{item}">' in first
    assert 'id="id_grant_from_month"' not in first

    page = administrator.get(f"{page_of(sakura)}?item={item}").content.decode()

    assert set(re.findall(r'<label for="id_grant_(\w+)"', page)) == fields
    assert 'id="id_grant_extra_staff"' not in page or item == "team_childcare"
    refused = administrator.post(page_of(sakura) + "items/", {"code": item, "from_month": "x"})
    assert set(re.findall(r'<label for="id_grant_(\w+)"', refused.content.decode())) == fields
    nothing = administrator.get(f"{page_of(sakura)}?item=nothing")
    assert (nothing.status_code, "条件の入力へ進む" in nothing.content.decode()) == (200, True)


def test_an_item_is_granted_ended_and_both_are_seen(city, sakura, administrator):
    administrator.post(page_of(sakura) + "items/", {"code": "office_staff", "from_month": "2026-04"})
    with city.open():
        granted = GrantedItem.objects.get()

    refused = administrator.post(f"{page_of(sakura)}items/{granted.pk}/end/", {"last_month": "いつか"})
    ended = administrator.post(
        f"{page_of(sakura)}items/{granted.pk}/end/", {"last_month": "2026-05"}, follow=True
    )

    assert refused.status_code == 422
    assert "令和8年5月まで" in words_of(ended)
    assert "終わりを変える" in words_of(ended)
    later = administrator.post(
        f"{page_of(sakura)}items/{granted.pk}/end/", {"last_month": "2026-09"}, follow=True
    )
    assert "令和8年9月まで" in words_of(later)


def test_an_item_of_a_kodomoen_is_set_for_its_children_of_1_or_for_the_whole_facility(city, administrator):
    midori = make_facility(
        city, "みどりこども園", number="1299900000905", kind=FacilityKind.CERTIFIED_KODOMOEN
    )
    address = f"{page_of(midori)}items/"
    page = administrator.get(page_of(midori)).content.decode()

    assert '<option value="climate:1">冷暖房費（1号）</option>' in page
    assert '<option value="climate:23">冷暖房費（2・3号）</option>' in page
    assert '<option value="nutrition">栄養管理</option>' in page
    for code, variant in (("climate:1", "other"), ("climate:23", "1"), ("nutrition", "a")):
        answer = administrator.post(address, {"code": code, "variant": variant, "from_month": "2026-04"})
        assert answer.status_code == 302, words_of(answer)
    again = administrator.post(address, {"code": "climate:1", "variant": "1", "from_month": "2026-05"})
    assert again.status_code == 422
    with city.open():
        assert set(GrantedItem.objects.values_list("code", "certification")) == {
            ("climate", "1"),
            ("climate", "23"),
            ("nutrition", ""),
        }
    assert "冷暖房費（1号）" in words_of(administrator.get(page_of(midori)))


def test_the_accounts_are_found_and_opened(city, sakura, administrator):
    page = administrator.get(f"/c/accounts/?words={sakura.clerk.login_id}").content.decode()

    (address,) = re.findall(r'href="(/c/accounts/[0-9a-f-]{36}/)"', page)
    answer = administrator.get(address)

    assert answer.status_code == 200
    assert sakura.clerk.address in words_of(answer)


def test_an_address_is_registered_with_its_notification(city, sakura, administrator):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)
    typed = {"address": "new@example.jp", "notification_number": "8-15", "notified_on": "2026-06-01"}

    answer = administrator.post(f"/c/accounts/{membership.pk}/address/", typed, follow=True)

    assert answer.status_code == 200
    assert "届出番号 8-15" in words_of(answer)
    assert "登録した本人は確認できません" in words_of(answer)
    with city.open():
        waiting = AddressRegistration.objects.get()
    refused = administrator.post(f"/c/accounts/addresses/{waiting.pk}/confirm/")
    assert refused.status_code == 422
    assert User.objects.get(pk=sakura.clerk.pk).address == sakura.clerk.address


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "あて先なし"}, "id_address"),
        ({"address": "a@example.jp\nBcc: b@example.jp"}, "id_address"),
        ({"notification_number": " "}, "id_notification_number"),
        ({"notified_on": "きのう"}, "id_notified_on"),
    ],
)
def test_a_wrong_address_is_told_at_its_field(city, sakura, administrator, changes, field):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)
    typed = {"address": "new@example.jp", "notification_number": "8-15", "notified_on": "2026-06-01"}

    answer = administrator.post(f"/c/accounts/{membership.pk}/address/", {**typed, **changes})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert User.objects.get(pk=sakura.clerk.pk).address == sakura.clerk.address


def marks_of(answer) -> dict[str, str]:
    """What stands beside each label: 必須 or 任意."""
    labels = re.findall(
        r'<label for="id_(\w+)">[^<]*<span class="\w+">(必須|任意)</span>', answer.content.decode()
    )
    return dict(labels)


def test_the_notification_is_marked_as_required_where_it_is(city, sakura, administrator):
    with city.open():
        clerk = Membership.objects.get(user=sakura.clerk)
        officer = Membership.objects.get(user=city.people[Role.OFFICER])
    required = {"notification_number": "必須", "notified_on": "必須"}
    address = f"/c/accounts/{clerk.pk}/"

    for path in (address, f"{address}hand-over/", f"{address}facilities/", "/c/accounts/new/"):
        assert marks_of(administrator.get(path)).items() >= required.items(), path
    for path in (f"/c/accounts/{officer.pk}/", f"/c/accounts/{officer.pk}/hand-over/"):
        assert not set(required) & set(marks_of(administrator.get(path))), path
    for of_the_city in (
        administrator.get("/c/accounts/new/?for=city"),
        administrator.post("/c/accounts/new/", {"duty": "officer"}),
    ):
        assert set(marks_of(of_the_city)) == {"duty", "login_id", "name", "address"}


NEW = {
    "duty": "facility",
    "login_id": "Hanako",
    "name": "見本 花子",
    "address": "hanako@example.jp",
    "notification_number": "8-16",
    "notified_on": "2026-06-01",
}


def test_a_new_clerk_is_registered_from_the_facility_s_page(city, sakura, administrator):
    proposed = administrator.get(f"/c/accounts/new/?facility={sakura.facility.number}").content.decode()
    assert f'value="{sakura.clerk.login_id}-2"' in proposed

    answer = administrator.post("/c/accounts/new/", {**NEW, "facility": str(sakura.facility.pk)}, follow=True)

    assert answer.status_code == 200
    assert "hanako" in words_of(answer)
    assert "利用開始前" in words_of(answer)
    assert "hanako@example.jp" in words_of(answer)
    assert "確認を待つメールアドレス（1件）" in words_of(administrator.get("/c/accounts/"))
    only = administrator.get("/c/accounts/?state=invited").content.decode()
    assert "hanako" in only
    assert sakura.clerk.login_id not in only.split("<table")[1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login_id": "は"}, "id_login_id"),
        ({"login_id": "a b/c"}, "id_login_id"),
        ({"name": ""}, "id_name"),
        ({"facility": ""}, "id_facility"),
        ({"duty": "king"}, "id_duty"),
        ({"address": "a@example.jp, b@example.jp"}, "id_address"),
        ({"address": "a@example.jp\nBcc: b@example.jp"}, "id_address"),
        ({"notification_number": ""}, "id_notification_number"),
        ({"notified_on": ""}, "id_notified_on"),
    ],
)
def test_a_wrong_new_account_is_told_at_its_field(city, sakura, administrator, changes, field):
    typed = {**NEW, "facility": str(sakura.facility.pk), **changes}

    answer = administrator.post("/c/accounts/new/", typed)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert not User.objects.filter(login_id="hanako").exists()


def test_a_person_of_the_city_is_registered_without_facility_and_notification(city, sakura, administrator):
    page = administrator.get("/c/accounts/new/?for=city&duty=administrator").content.decode()
    assert "さくら保育園" not in page
    assert 'value="administrator" selected' in page
    assert 'value="facility"' not in page

    typed = {"duty": "officer", "login_id": "hanako", "name": "見本 花子", "address": "hanako@example.jp"}
    answer = administrator.post("/c/accounts/new/?for=city", typed, follow=True)

    assert "hanako" in words_of(answer)
    assert "こども施設運営課 担当" in words_of(answer)
    assert administrator.post("/c/accounts/new/?for=city", {**typed, "duty": "facility"}).status_code == 422


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1299900000901", ""),
        ("１２９９９０００００９０１", ""),
        ("1299900000901　さくら保育園", ""),
        ("さくら 保育園", ""),
        ("さくら", "1299900000901　さくら保育園"),
        ("保育園", "候補: 1299900000901　さくら保育園、1299900000902　すみれ保育園"),
        ("すみれ保育園", "施設を1つに決められません"),
        ("もも", "当てはまる施設がありません"),
        ("<b>", "当てはまる施設がありません"),
    ],
)
def test_a_facility_is_chosen_by_number_or_name(city, sakura, administrator, typed, sentence):
    make_facility(city, "すみれ保育園", number="1299900000902")
    make_facility(city, "すみれ保育園", number="1299900000903")
    page = administrator.get("/c/accounts/new/?for=facility").content.decode()
    assert 'list="facility-choices"' in page
    assert f'<option value="1299900000901　さくら保育園" data-row="{sakura.facility.pk}">' in page

    answer = administrator.post("/c/accounts/new/?for=facility", {**NEW, "facility": typed})

    assert answer.status_code == (422 if sentence else 302)
    assert not sentence or sentence in answer.content.decode()
    with city.open():
        made = Membership.objects.filter(user__login_id="hanako", facility=sakura.facility).exists()
    assert made is not bool(sentence)


CONFIRM = "アドレスを確認した</button>"


def test_the_button_is_shown_only_to_who_may_confirm(city, sakura, administrator):
    second = make_user("second-admin", realm=city.municipality)
    with city.open():
        Membership.objects.create(municipality=city.municipality, user=second, duty=Role.ADMINISTRATOR)
    registered = administrator.post("/c/accounts/new/", {**NEW, "facility": str(sakura.facility.pk)})

    mine = administrator.get(registered["Location"]).content.decode()
    hers = sign_in(second).get(registered["Location"]).content.decode()

    assert "登録した本人は確認できません。ほかの管理者に確認を依頼してください" in mine
    assert CONFIRM not in mine
    assert CONFIRM in hers
    assert "登録した本人は確認できません" not in hers


def test_the_only_administrator_is_told_what_she_may_confirm(city, sakura, administrator):
    typed = {"login_id": "ni-nin-me", "name": "見本 次郎", "address": "ni@example.jp"}
    second = administrator.post(
        "/c/accounts/new/?for=city", {**typed, "duty": "administrator"}, follow=True
    ).content.decode()
    clerk = administrator.post(
        "/c/accounts/new/", {**NEW, "facility": str(sakura.facility.pk)}, follow=True
    ).content.decode()

    assert "2人目の管理者は、あなたが確認できます" in second
    assert "2人目の管理者の登録に限り、登録した本人が確認できます" in second
    assert "登録した本人は確認できません" not in second
    assert CONFIRM in second
    assert "先に2人目の管理者を登録して" in clerk
    assert CONFIRM not in clerk


def test_the_account_s_page_tells_its_history_with_names(city, sakura, administrator):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)
    for act in ("disable", "enable", "password-code"):
        assert administrator.post(f"/c/accounts/{membership.pk}/{act}/").status_code == 302
    with context(Context(who=NOBODY)):
        for event, on in (
            ("facilities.account_enabled", membership),
            *6 * [("accounts.locked_out", sakura.clerk)],
        ):
            record(event, on=on, municipality_id=city.municipality.pk, outcome=Outcome.REFUSED)

    page = words_of(administrator.get(f"/c/accounts/{membership.pk}/"))
    history = page.split("アカウントの履歴")[1]

    name = f"見本 花子（{city.people[Role.ADMINISTRATOR].login_id}）"
    assert history.count("アカウントを停止") >= 1
    for words in ("設定コードを送信", "アカウントを再開", "アカウントを停止"):
        assert re.search(rf"{words} {re.escape(name)}", history), words
    assert re.search(r"一時停止（6回）", history)
    # A refused act changed nothing.
    assert len(re.findall(rf"アカウントを再開 {re.escape(name)}", history)) == 1
    event = events_of(city, "facilities.account_shown")[-1]
    assert str(city.people[Role.ADMINISTRATOR].pk) in event.rows["user"]


def test_the_successor_s_page_leads_from_one_account_to_the_next(city, sakura, administrator):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)
    typed = {name: value for name, value in NEW.items() if name != "duty"}

    page = administrator.get(f"/c/accounts/{membership.pk}/hand-over/")
    answer = administrator.post(f"/c/accounts/{membership.pk}/hand-over/", typed, follow=True)

    assert sakura.clerk.login_id in words_of(page)
    assert "引き継ぎました" in words_of(answer)
    assert "hanako" in words_of(answer)
    former = administrator.get(f"/c/accounts/{membership.pk}/")
    assert "担当終了" in words_of(former)


def test_the_list_of_accounts_costs_the_same_for_many(city, sakura, administrator):
    def queries() -> int:
        administrator.get("/c/accounts/")
        with CaptureQueriesContext(connection) as caught:
            administrator.get("/c/accounts/")
        return len(caught)

    few = queries()
    for place in range(2, 9):
        make_facility(city, f"園{place}", number=f"129990000090{place}")

    assert queries() == few


def row_of(answer, membership) -> str:
    """The words of one line of the list."""
    (row,) = re.findall(rf'<tr data-row="{membership.pk}">(.*?)</tr>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))


@pytest.mark.parametrize(
    ("began", "reconfirmed", "is_asked", "words"),
    [
        ("2025-04-01", None, True, "まだ"),
        ("2024-04-01", "2025-04-20", True, "まだ 前回 令和7年4月20日(日)"),
        ("2024-04-01", "2026-04-20", False, "令和8年4月20日(月)"),
        ("2026-04-01", None, False, "今年度に開始"),
    ],
)
def test_list_filter_and_page_say_the_same_about_the_yearly_question(
    city, sakura, administrator, monkeypatch, began, reconfirmed, is_asked, words
):
    monkeypatch.setattr("facilities.views.accounts._fiscal_year", lambda: 2026)
    with city.open():
        mine = Membership.objects.get(user=sakura.clerk)
        mine.began_at = datetime.fromisoformat(f"{began}T09:00:00+09:00")
        mine.reconfirmed_on = date.fromisoformat(reconfirmed) if reconfirmed else None
        mine.save()

    page = words_of(administrator.get(f"/c/accounts/{mine.pk}/"))
    listed = administrator.get("/c/accounts/")
    asked = administrator.get("/c/accounts/?state=unconfirmed").content.decode()

    assert row_of(listed, mine).rstrip().endswith(f" {words}")
    assert f"在籍確認 {words}" in page
    assert (f'data-row="{mine.pk}"' in asked) is is_asked


def test_the_list_says_who_the_person_is_and_the_record_whose_name_was_read(city, sakura, administrator):
    with city.open():
        mine = Membership.objects.get(user=sakura.clerk)

    answer = administrator.get(f"/c/accounts/?words={sakura.clerk.login_id}")

    assert f"{sakura.clerk.login_id} {sakura.clerk.name}" in row_of(answer, mine)
    listed = events_of(city, FacilityEvent.ACCOUNTS_LISTED)[-1]
    assert listed.rows["membership"] == [str(mine.pk)]
    assert sakura.clerk.name not in str((listed.rows, listed.detail))


def test_who_has_left_is_found_again(city, sakura, administrator):
    with city.open():
        mine = Membership.objects.get(user=sakura.clerk)
        mine.ended_at = timezone.now()
        mine.save()

    plain = administrator.get("/c/accounts/").content.decode()
    by_words = administrator.get(f"/c/accounts/?words={sakura.facility.number}")
    by_state = administrator.get("/c/accounts/?state=ended")

    assert f'data-row="{mine.pk}"' not in plain
    for answer in (by_words, by_state):
        assert "担当終了" in row_of(answer, mine)
        assert f'value="{mine.pk}"' not in answer.content.decode()
    assert "在籍確認 —" in words_of(administrator.get(f"/c/accounts/{mine.pk}/"))


def test_people_are_reconfirmed_from_the_list(city, sakura, administrator):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)

    none = administrator.post("/c/accounts/reconfirm/", {"words": "x"})
    wrong = administrator.post("/c/accounts/reconfirm/", {"membership": "1"})
    done = administrator.post("/c/accounts/reconfirm/", {"membership": [str(membership.pk)]}, follow=True)

    assert (none.status_code, wrong.status_code) == (422, 422)
    assert "1件以上選んでください" in words_of(none)
    assert "1件の在籍を確認済みにしました" in words_of(done)


def test_the_administrator_cannot_stop_herself_and_sees_no_button(city, administrator):
    with city.open() as actor:
        mine = Membership.objects.get(user_id=actor.user_id)

    page = administrator.get(f"/c/accounts/{mine.pk}/")
    answer = administrator.post(f"/c/accounts/{mine.pk}/disable/")

    assert "アカウントを停止する" not in words_of(page)
    assert answer.status_code == 422
    assert "自分のアカウントは停止できません" in words_of(answer)


def test_a_person_gets_a_second_facility_on_the_pages_of_two_administrators(city, sakura, administrator):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    colleague = make_user("second-kanri", realm=city.municipality)
    with city.open():
        Membership.objects.create(municipality=city.municipality, user=colleague, duty=Role.ADMINISTRATOR)
        mine = Membership.objects.get(user=sakura.clerk)
    address = f"/c/accounts/{mine.pk}/"
    typed = {
        "facility": str(sumire.facility.pk),
        "notification_number": "8-30",
        "notified_on": "2026-06-01",
    }
    assert f'href="{address}facilities/"' in administrator.get(address).content.decode()

    form = administrator.get(f"{address}facilities/")
    assert str(sakura.facility.pk) not in form.content.decode(), "she serves it already"
    done = administrator.post(f"{address}facilities/", typed, follow=True)
    waiting = words_of(administrator.get("/c/accounts/"))
    with city.open():
        registration = AddressRegistration.objects.get()
    alone = administrator.post(f"/c/accounts/addresses/{registration.pk}/confirm/")
    page = sign_in(colleague).get(address)
    confirmed = sign_in(colleague).post(f"/c/accounts/addresses/{registration.pk}/confirm/", follow=True)

    assert "確認を待つ施設の担当" in words_of(done)
    assert "登録した本人は確認できません" in words_of(done)
    assert "すみれ保育園（施設の担当の追加）" in waiting
    assert alone.status_code == 422
    assert f"{sakura.clerk.address}" in words_of(page)
    assert "この施設からの届出書と見比べて" in words_of(page)
    assert "施設の担当の追加を確認しました" in words_of(confirmed)
    assert "このIDの、ほかの担当 すみれ保育園" in words_of(confirmed)
    assert "すみれ保育園の担当の追加 登録" in words_of(confirmed)


def test_an_account_of_many_facilities_costs_as_few_queries_as_of_one(city, sakura, administrator):
    with city.open():
        mine = Membership.objects.get(user=sakura.clerk)

    def queries() -> int:
        administrator.get(f"/c/accounts/{mine.pk}/")
        with CaptureQueriesContext(connection) as caught:
            assert administrator.get(f"/c/accounts/{mine.pk}/").status_code == 200
        return len(caught)

    one = queries()
    for place in range(2, 8):
        other = make_facility(city, f"園{place}", number=f"129990000090{place}")
        with city.open():
            Membership.objects.create(
                municipality=city.municipality,
                user=sakura.clerk,
                duty=Role.FACILITY,
                facility=other.facility,
                slot=2,
            )

    assert queries() == one


@pytest.mark.parametrize("missing", ["facility", "notification_number", "notified_on"])
def test_what_is_missing_for_a_second_facility_is_told_at_its_field(city, sakura, administrator, missing):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open():
        mine = Membership.objects.get(user=sakura.clerk)
    typed = {
        "facility": str(sumire.facility.pk),
        "notification_number": "8-30",
        "notified_on": "2026-06-01",
    }

    answer = administrator.post(f"/c/accounts/{mine.pk}/facilities/", {**typed, missing: ""})

    assert answer.status_code == 422
    assert f'href="#id_{missing}"' in answer.content.decode()


def test_a_person_of_the_city_has_no_page_for_facilities(city, administrator):
    with city.open():
        officer = Membership.objects.get(user=city.people[Role.OFFICER])

    assert administrator.get(f"/c/accounts/{officer.pk}/facilities/").status_code == 404
    assert "ほかの施設も担当する" not in words_of(administrator.get(f"/c/accounts/{officer.pk}/"))


def test_a_closed_facility_is_marked_where_its_people_are(city, sakura, administrator):
    with city.open():
        mine = Membership.objects.get(user=sakura.clerk)
        Facility.objects.filter(pk=sakura.facility.pk).update(closed_on=date(2025, 3, 31))

    listed = words_of(administrator.get("/c/accounts/?state=closed"))
    page = words_of(administrator.get(f"/c/accounts/{mine.pk}/"))
    choice = administrator.get("/c/accounts/new/").content.decode()

    assert "1件（全7件）" in listed
    assert "さくら保育園 廃止" in listed
    assert "さくら保育園は令和7年3月31日(月)に廃止されました" in page
    assert "さくら保育園（廃止）" in choice


def test_a_role_is_changed_on_the_page_and_the_former_one_stays_to_be_seen(city, sakura, administrator):
    with city.open():
        officer = Membership.objects.get(user=city.people[Role.OFFICER])
        clerk = Membership.objects.get(user=sakura.clerk)
    address = f"/c/accounts/{officer.pk}/"

    page = administrator.get(address)
    nothing = administrator.post(f"{address}role/", {"new_duty": ""})
    king = administrator.post(f"{address}role/", {"new_duty": "administrator"})
    done = administrator.post(f"{address}role/", {"new_duty": "chief"}, follow=True)

    assert "役割を変える" in words_of(page)
    assert "役割を変える" not in words_of(administrator.get(f"/c/accounts/{clerk.pk}/"))
    assert (nothing.status_code, king.status_code) == (422, 422)
    assert 'href="#id_new_duty"' in nothing.content.decode()
    assert "役割を変えました" in words_of(done)
    assert "課 運営課 役割 こども施設運営課 係長" in words_of(done)
    assert f'href="{address}">こども施設運営課 担当' in done.content.decode()
    assert "担当終了" in words_of(administrator.get(address))


def test_the_list_names_the_section_of_the_city_s_people(city, sakura, administrator):
    rows = administrator.get("/c/accounts/").content.decode().split("<tbody>")[1].split("</tr>")
    by_section = {
        section: [row for row in rows if f"<td>{section}</td>" in row]
        for section in ("入園課", "運営課", "管理", "監査")
    }

    assert {section: len(found) for section, found in by_section.items()} == {
        "入園課": 1,
        "運営課": 3,
        "管理": 1,
        "監査": 1,
    }


def test_an_account_is_stopped_and_started_again(city, sakura, administrator):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)

    stopped = administrator.post(f"/c/accounts/{membership.pk}/disable/", follow=True)
    started = administrator.post(f"/c/accounts/{membership.pk}/enable/", follow=True)

    assert "停止中" in words_of(stopped)
    assert "利用中" in words_of(started)


def test_the_page_asks_before_one_administrator_is_left(city, administrator):
    user = make_user("second-admin", realm=city.municipality)
    with city.open():
        second = Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
        officer = Membership.objects.get(user=city.people[Role.OFFICER])
    address = f"/c/accounts/{second.pk}/"

    page = administrator.get(address).content.decode()
    refused = administrator.post(f"{address}disable/")
    still_there = User.objects.get(pk=user.pk).is_active
    stopped = administrator.post(f"{address}disable/", {"leaves_one": "1"}, follow=True)

    assert page.count('name="leaves_one"') == 3
    assert "管理者が1人だけになります" in page
    assert 'name="leaves_one"' not in administrator.get(f"/c/accounts/{officer.pk}/").content.decode()
    assert refused.status_code == 422
    assert "チェックを入れてください" in words_of(refused)
    assert still_there
    assert "停止しました" in words_of(stopped)


def test_the_successor_of_an_administrator_is_asked_for_in_the_same_way(city, administrator):
    user = make_user("second-admin", realm=city.municipality)
    with city.open():
        second = Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
    typed = {"login_id": "third-admin", "name": "見本 三", "address": "third@example.jp"}
    address = f"/c/accounts/{second.pk}/hand-over/"

    page = administrator.get(address).content.decode()
    refused = administrator.post(address, typed)
    done = administrator.post(address, {**typed, "leaves_one": "1"}, follow=True)

    assert 'name="leaves_one"' in page
    assert refused.status_code == 422
    assert "チェックを入れてください" in words_of(refused)
    assert "引き継ぎました" in words_of(done)


def test_who_cannot_stop_herself_is_told_why(city, administrator):
    with city.open():
        mine = Membership.objects.get(user=city.people[Role.ADMINISTRATOR])

    page = words_of(administrator.get(f"/c/accounts/{mine.pk}/"))

    assert "自分のアカウントの停止・引継ぎ・終了と役割の変更は、自分ではできません" in page
    assert "アカウントを停止する" not in page


def test_a_clerk_of_several_facilities_chooses_one(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    both = make_user("both-homes", realm=city.municipality)
    with city.open():
        for nursery in (sakura, sumire):
            Membership.objects.create(
                municipality=city.municipality,
                user=both,
                duty=Role.FACILITY,
                facility=nursery.facility,
                slot=2,
            )

    answer = sign_in(both).get("/", follow=True)

    assert answer.redirect_chain[-1] == ("/f/", 302)
    assert "さくら保育園" in words_of(answer)
    assert "すみれ保育園" in words_of(answer)


def test_an_unknown_facility_or_account_is_not_there(administrator):
    assert administrator.get("/c/facilities/1299900009999/").status_code == 404
    assert administrator.get(f"/c/accounts/{uuid4()}/").status_code == 404


# ---------------------------------------------------------------- whether it is run


def test_lists_show_which_facility_rests_is_closed_or_opens_later(city, sakura, administrator):
    closed = make_facility(city, "もと保育園", number="1299900000902").facility
    resting = make_facility(city, "やすみ保育園", number="1299900000903").facility
    coming = make_facility(city, "これから保育園", number="1299900000904").facility
    with city.open():
        Facility.objects.filter(pk=closed.pk).update(closed_on="2020-03-31")
        Facility.objects.filter(pk=coming.pk).update(opened_on="2090-04-01")
        Suspension.objects.create(
            municipality=city.municipality, facility=resting, from_month=APRIL.first_day, reason="改修"
        )

    page = words_of(administrator.get("/c/facilities/"))
    assert "1施設（ほかに休園 1、開設前 1、廃止 1）" in page
    for facility, state, mark in (
        (sakura.facility, "open", None),
        (closed, "closed", "廃止"),
        (resting, "resting", "休園中"),
        (coming, "ahead", "開設前"),
    ):
        found = administrator.get(f"/c/facilities/?state={state}").content.decode()
        assert re.findall(r'data-row="([^"]+)"', found) == [str(facility.pk)]
        for place in ("", "changes/"):
            answer = administrator.get(f"/c/facilities/{facility.number}/{place}").content.decode()
            head = answer.split('class="page-head"')[1].split("</div>")[0]
            assert {m for m in ("廃止", "休園中", "開設前") if m in head} == ({mark} if mark else set())


def test_where_facilities_are_chosen_closed_ones_are_marked(city, sakura, administrator):
    momo = make_facility(city, "もも保育園", number="1299900000902").facility
    with city.open():
        Facility.objects.filter(pk=momo.pk).update(closed_on="2020-03-31")
        Membership.objects.create(
            municipality=city.municipality, user=sakura.clerk, duty=Role.FACILITY, facility=momo, slot=2
        )

    select = administrator.get("/c/accounts/new/").content.decode()
    choice = words_of(sign_in(sakura.clerk).get("/f/"))

    assert "もも保育園（廃止）" in select
    assert "さくら保育園（廃止）" not in select
    assert "もも保育園 廃止" in choice
    assert "さくら保育園 廃止" not in choice


def test_a_facilitys_page_says_which_account_is_not_used_yet(sakura, administrator):
    page = page_of(sakura)
    assert "利用中" in words_of(administrator.get(page))

    sakura.clerk.set_unusable_password()
    sakura.clerk.save()

    shown = words_of(administrator.get(page))
    assert "利用開始前" in shown
    assert "利用中" not in shown

    User.objects.filter(pk=sakura.clerk.pk).update(is_active=False)

    assert "停止中" in words_of(administrator.get(page))


@pytest.mark.parametrize("path", ["", "changes/"])
def test_a_facilitys_pages_cost_the_same_however_much_has_changed(city, sakura, administrator, path):
    def queries() -> int:
        administrator.get(f"{page_of(sakura)}{path}")
        with CaptureQueriesContext(connection) as caught:
            administrator.get(f"{page_of(sakura)}{path}")
        return len([one for one in caught if "SAVEPOINT" not in one["sql"]])

    few = queries()
    with city.open():
        for year in range(2027, 2032):
            FacilityDetail.objects.create(
                municipality=city.municipality,
                facility=sakura.facility,
                from_day=f"{year}-04-01",
                name=f"さくら保育園{year}",
                postal_code="272-0011",
                location="青葉台市みほん2丁目",
                ownership="private",
            )

    # Two of them ask the rooms above for their newest month, one for ended items.
    assert queries() == few <= 15


def test_a_facilitys_page_leads_to_its_counts_claims_and_additions(city, sakura, administrator):
    number = sakura.facility.number
    plain = administrator.get(page_of(sakura)).content.decode()
    assert f"/c/review/additions/{number}/" in plain
    assert f"/c/review/what-if/{number}/" in plain
    assert f'/{number}/">児童数' not in plain

    play(sakura, MAY)
    give_counts(sakura, JUNE)
    page = administrator.get(page_of(sakura)).content.decode()

    assert f'href="/c/counts/2026-06/{number}/">児童数（令和8年6月分）' in page
    assert f'href="/c/review/?month=2026-05&amp;words={number}">請求（令和8年5月分）' in page
    for link in re.findall(
        r'<nav class="switch" aria-label="この施設のほかの画面">.*?</nav>', page, re.DOTALL
    )[0].split('href="')[1:]:
        assert administrator.get(link.split('"')[0].replace("&amp;", "&")).status_code == 200, link


def test_a_public_facility_has_no_claims_to_lead_to(city, administrator):
    public = make_facility(city, "市立もも保育園", ownership=Ownership.PUBLIC)
    give_counts(public, JUNE)

    page = administrator.get(page_of(public)).content.decode()

    assert "児童数（令和8年6月分）" in page
    assert "/c/review/additions/" not in page
