"""Start, health, errors and the frame around every page."""

import re

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config import urls
from facilities.actors import Role
from portal.views import errors, health
from tests.cast import Browser, City, Nursery, make_city, make_facility, make_user, sign_in


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a sentence nobody outside may read")


def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused to 10.0.0.5")


urlpatterns = [path("breaks/", breaks), path("away/", without_database), *urls.urlpatterns]
handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def words_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    ("role", "door"),
    [
        (Role.ENROLMENT, "/c/"),
        (Role.OFFICER, "/c/"),
        (Role.CHIEF, "/c/"),
        (Role.MANAGER, "/c/"),
        (Role.ADMINISTRATOR, "/c/"),
        (Role.AUDITOR, "/a/"),
    ],
)
def test_the_start_page_leads_city_people_to_their_door(city, role, door):
    assert sign_in(city.people[role]).get("/")["Location"] == door


def test_the_start_page_leads_a_clerk_to_her_facility(sakura):
    assert sign_in(sakura.clerk).get("/")["Location"] == f"/f/{sakura.facility.number}/"


def test_the_start_page_leads_strangers_to_the_login(db):
    assert Browser().get("/")["Location"] == "/login/"


def test_an_account_without_a_role_gets_a_sentence_not_a_loop(city):
    answer = sign_in(make_user("newcomer", realm=city.municipality)).get("/")

    assert answer.status_code == 403
    assert "市の管理者" in words_of(answer)


def test_health_says_one_word(db, client):
    assert client.get("/healthz/live").content == b"ok"
    assert client.get("/healthz/ready").content == b"ok"
    assert client.post("/healthz/ready").status_code == 405


def test_without_the_broker_the_house_is_degraded_but_open(db, client, monkeypatch):
    monkeypatch.setattr(health.current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(health.current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    answer = client.get("/healthz/ready")

    assert (answer.status_code, answer.content) == (200, b"degraded")


def test_without_the_database_the_house_is_not_ready(db, client, monkeypatch):
    def away() -> None:
        raise OperationalError("away")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", away)
        ready, live = client.get("/healthz/ready"), client.get("/healthz/live")

    assert (ready.status_code, ready.content) == (503, b"unavailable")
    assert live.status_code == 200


@pytest.mark.urls("tests.portal.test_pages")
def test_an_error_shows_what_to_do_and_nothing_of_the_inside(db):
    browser = Browser(raise_request_exception=False)

    answer = browser.get("/breaks/")

    assert answer.status_code == 500
    assert "もう一度" in words_of(answer)
    assert "nobody outside" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.urls("tests.portal.test_pages")
def test_a_database_that_is_away_asks_for_patience(db):
    answer = Browser(raise_request_exception=False).get("/away/")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "10.0.0.5" not in answer.content.decode()


def test_an_unknown_address_says_what_to_do(db, client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "アドレスを確かめるか" in words_of(answer)


def test_a_page_of_another_role_says_who_can_help(city):
    answer = sign_in(city.people[Role.ENROLMENT]).get("/c/accounts/")

    assert answer.status_code == 403
    assert "市の管理者にご連絡ください" in words_of(answer)


def test_a_form_from_elsewhere_is_refused(city, sakura):
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies.update(sign_in(city.people[Role.ADMINISTRATOR]).cookies)

    answer = browser.post(f"/c/facilities/{sakura.facility.number}/items/", {"code": "rent"})

    assert answer.status_code == 403
    assert "画面を開き直してから" in words_of(answer)


def test_a_strange_host_is_refused(db, client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("template", ["400", "403", "404", "405", "500", "503", "form_too_old"])
def test_every_error_page_has_a_title_a_sentence_and_a_way_on(template):
    page = errors._page(f"errors/{template}.html", 400).content.decode()

    assert re.search(r"<title>[^<]+｜はぐくみ請求</title>", page)
    assert len(re.findall(r"<h1>", page)) == 1
    assert "ください" in page
    assert 'href="/"' in page
    assert 'lang="ja"' in page


NAVIGATION = {
    Role.FACILITY: ["ホーム", "児童数", "請求", "職員", "申請", "帳票", "日程", "お知らせ"],
    Role.ENROLMENT: ["ホーム", "児童数", "日程", "お知らせ"],
    Role.OFFICER: ["ホーム", "審査", "申請", "児童数", "帳票", "施設", "職員", "単価表", "日程", "お知らせ"],
    Role.CHIEF: ["ホーム", "審査", "申請", "児童数", "帳票", "施設", "職員", "単価表", "日程", "お知らせ"],
    Role.MANAGER: ["ホーム", "審査", "申請", "児童数", "帳票", "施設", "職員", "単価表", "日程", "お知らせ"],
    Role.ADMINISTRATOR: [
        *("ホーム", "審査", "申請", "児童数", "帳票", "施設", "単価表", "申請様式", "帳票様式"),
        *("アカウント", "日程", "お知らせ"),
    ],
    Role.AUDITOR: ["記録"],
}


@pytest.mark.parametrize("role", list(Role))
def test_the_frame_says_where_one_is_and_who_one_is(city, sakura, role):
    user = sakura.clerk if role is Role.FACILITY else city.people[role]

    page = sign_in(user).get("/", follow=True).content.decode()

    navigation = page.split('class="main-navigation"')[1].split("</nav>")[0]
    side = {Role.FACILITY: "facility", Role.AUDITOR: "audit"}.get(role, "city")
    place = "さくら保育園" if role is Role.FACILITY else "青葉台市"
    assert re.findall(r"<a [^>]+>([^<]+)</a>", navigation) == NAVIGATION[role]
    assert navigation.count('aria-current="page"') == 1
    assert f'<body data-side="{side}"' in page
    assert role.label in page
    assert "見本 花子 さん" in page
    assert place in page.split("</header>")[0]
    assert page.index('class="skip"') < page.index("<header")


@pytest.mark.parametrize("role", list(Role))
def test_no_page_has_inline_script_or_style(city, sakura, role):
    user = sakura.clerk if role is Role.FACILITY else city.people[role]

    page = sign_in(user).get("/", follow=True).content.decode()

    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_the_demo_says_that_it_is_one(sakura, settings):
    browser = sign_in(sakura.clerk)
    with_band = browser.get("/", follow=True).content.decode()
    settings.DEMO = False
    without = browser.get("/", follow=True).content.decode()

    assert "デモ環境です" in with_band
    assert "デモ環境です" not in without


def test_a_real_first_city_is_not_called_a_demo(db):
    real = make_city("131016", "若葉市")

    login = Browser().get("/login/").content.decode()
    home = sign_in(real.people[Role.ADMINISTRATOR]).get("/c/").content.decode()

    assert "デモ環境です" not in login
    assert "デモ環境です" not in home
    make_city()
    assert "デモ環境です" in Browser().get("/login/").content.decode()
    assert "デモ環境です" not in sign_in(real.people[Role.ADMINISTRATOR]).get("/c/").content.decode()
