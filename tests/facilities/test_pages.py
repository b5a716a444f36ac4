"""The city's pages of facilities and accounts: lists that stay quick, errors at the field, 422 with sentences."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from facilities.actors import Role
from facilities.models import (
    AddressRegistration,
    Facility,
    FacilityKind,
    FacilityProfile,
    GrantedItem,
    Membership,
)
from facilities.periods import ServiceMonth
from pages.wareki import month_words
from tests.cast import APRIL, Browser, City, Nursery, make_city, make_facility, make_user, sign_in

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
        clerks = User.objects.bulk_create(
            User(
                login_id=f"f{facility.number}",
                password="!",
                realm_id=city.municipality.pk,
                name_sealed=first.clerk.name_sealed,
                address_sealed=first.clerk.address_sealed,
            )
            for facility in facilities
        )
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
    def queries() -> int:
        administrator.get(page_of(sakura))
        with CaptureQueriesContext(connection) as caught:
            administrator.get(page_of(sakura))
        return len(caught)

    one = queries()
    for year in range(2028, 2034):
        administrator.post(page_of(sakura) + "profile/", {**PROFILE, "from_month": f"{year}-04"})

    assert queries() == one


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


def test_a_kind_without_calculation_says_so(city, administrator):
    midori = make_facility(
        city, "みどりこども園", number="1299900000905", kind=FacilityKind.CERTIFIED_KODOMOEN
    )

    assert "この施設類型の計算にはまだ対応していません" in words_of(administrator.get(page_of(midori)))


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
        ({"duty": "officer"}, "id_facility"),
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


def test_an_account_is_stopped_and_started_again(city, sakura, administrator):
    with city.open():
        membership = Membership.objects.get(user=sakura.clerk)

    stopped = administrator.post(f"/c/accounts/{membership.pk}/disable/", follow=True)
    started = administrator.post(f"/c/accounts/{membership.pk}/enable/", follow=True)

    assert "停止中" in words_of(stopped)
    assert "利用中" in words_of(started)


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
