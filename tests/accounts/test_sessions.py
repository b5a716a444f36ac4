"""How long a login lasts, and what happens to what was being typed."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import held_forms
from accounts.models import LoginCode
from accounts.operations import people
from accounts.tasks import clear_expired
from audit.models import Event
from facilities.actors import Role
from tests.accounts.mailbox import CODE, KEEP_ALIVE, LOGIN, LOGOUT, let_pass, mailed_code, type_password
from tests.cast import JUNE, give_counts, make_facility, sign_in


def age(browser, **moved: timedelta):
    """Move the session's times into the past."""
    session = browser.session
    for name, by in moved.items():
        session[name] -= by.total_seconds()
    session.save()


def choose_another_password(user):
    people.set_password(user, "あたらしい-合言葉-2026-なつ")


def is_signed_in(browser):
    return browser.get("/")["Location"] != LOGIN


def test_half_an_hour_without_a_sign_ends_the_login(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=29))
    assert is_signed_in(browser)
    age(browser, last_seen=timedelta(minutes=31))

    assert not is_signed_in(browser)
    assert "ログインの有効期限が切れました" in browser.get(LOGIN).content.decode()


def test_twelve_hours_end_the_login_however_busy(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, began=timedelta(hours=12, seconds=1))

    assert not is_signed_in(browser)


def test_the_end_is_on_record(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=31))
    browser.get("/")

    with sakura.city.open(Role.AUDITOR):
        event = Event.objects.get(event="accounts.session_expired")

    assert (event.actor_label, event.detail) == (sakura.clerk.login_id, {"reason": "idle"})


def test_reading_writes_the_time_at_most_once_a_minute(sakura):
    browser = sign_in(sakura.clerk)
    first = browser.session["last_seen"]
    browser.get("/")
    soon = browser.session["last_seen"]
    age(browser, last_seen=timedelta(seconds=61))
    browser.get("/")

    assert soon == first
    assert browser.session["last_seen"] >= first


@pytest.mark.parametrize(
    "change",
    [
        lambda user: people.set_address(user, "new@example.jp"),
        lambda user: people.set_password(user, "あたらしい-合言葉-2026-なつ"),
        people.disable,
        people.end_sessions,
    ],
)
def test_a_change_of_the_account_ends_every_login_at_once(sakura, change):
    here, there = sign_in(sakura.clerk), sign_in(sakura.clerk)

    change(sakura.clerk)

    assert not is_signed_in(here)
    assert not is_signed_in(there)


@pytest.mark.parametrize("change", [people.disable, people.end_sessions, choose_another_password])
def test_whoever_held_the_login_is_told_why_it_is_over(sakura, change):
    browser = sign_in(sakura.clerk)
    change(sakura.clerk)

    away = browser.get(f"/f/{sakura.facility.number}/")
    page = browser.get(away["Location"]).content.decode()

    assert away["Location"].startswith(LOGIN)
    assert "アカウントが停止されたため、ログインが終わりました" in page
    assert "有効期限" not in page


def test_a_login_that_the_server_has_forgotten_is_explained_without_a_session(sakura):
    browser = sign_in(sakura.clerk)
    Session.objects.all().delete()

    away = browser.get(f"/f/{sakura.facility.number}/")
    page = browser.get(away["Location"]).content.decode()

    assert "有効期限が切れています" in page
    assert not Session.objects.exists()


def test_a_stranger_reads_the_same_sentence_and_learns_nothing(sakura):
    people.disable(sakura.clerk)
    stranger, forgotten = Client(), Client()
    forgotten.cookies["sessionid"] = "x" * 32
    pages = [
        re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", browser.get(f"{LOGIN}?next=/f/").content)
        for browser in (stranger, forgotten)
    ]

    assert pages[0] == pages[1]
    assert "停止" not in pages[0].decode()
    assert "この先の画面" not in Client().get(LOGIN).content.decode()


def test_a_session_that_does_not_say_when_it_began_is_over(sakura):
    browser = sign_in(sakura.clerk)
    session = browser.session
    del session["began"]
    session.save()

    assert not is_signed_in(browser)


def test_logging_out_clears_browser_and_session(sakura):
    browser = sign_in(sakura.clerk)
    key = browser.session.session_key

    answer = browser.post(LOGOUT)

    assert answer["Location"] == LOGIN
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(pk=key).exists()
    assert not is_signed_in(browser)
    assert "ログアウトしました" in browser.get(LOGIN).content.decode()


def test_a_link_cannot_log_anybody_out(sakura):
    browser = sign_in(sakura.clerk)

    assert browser.get(LOGOUT).status_code == 405
    assert is_signed_in(browser)


def test_the_idle_warning_can_keep_the_login_alive(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=29))

    answer = browser.post(KEEP_ALIVE)
    age(browser, last_seen=timedelta(minutes=29))

    assert answer.status_code == 204
    assert is_signed_in(browser)


def test_without_a_login_nothing_is_kept_alive(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=31))

    assert browser.post(KEEP_ALIVE).status_code == 401


def test_signed_in_pages_are_never_kept_by_a_cache(sakura):
    assert "no-store" in sign_in(sakura.clerk).get("/")["Cache-Control"]


# ---------------------------------------------------------------- expired while typing


def page_of(sakura):
    return reverse("claims:facts_page", args=[sakura.facility.number, JUNE])


@pytest.fixture
def expired_while_typing(sakura):
    """The login ran out over a half-written form, which was then sent."""
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=31))
    page = page_of(sakura)
    typed = {
        "reason": "3歳児が1人多いです",
        "day": ["1", "2"],
        "password": "秘密",
        "csrfmiddlewaretoken": "x",
    }
    answer = browser.post(page, typed, HTTP_REFERER=f"http://testserver{page}")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{LOGIN}?next=")
    return browser


def log_in_again(browser, nursery, run_jobs, mail_folder):
    type_password(nursery, browser=browser)
    run_jobs()
    return browser.post(CODE, {"code": mailed_code(mail_folder)})


def as_the_view_sees_it(browser, nursery, path):
    """What ``held_forms.take`` gives the view of ``path``, and the messages it leaves."""
    request = RequestFactory().get(path)
    request.session, request.user, request._messages = browser.session, nursery.clerk, Said()
    taken = held_forms.take(request)
    request.session.save()
    return taken, request._messages


class Said(list):
    def add(self, level, message, extra_tags=""):
        self.append(message)


def test_what_was_typed_waits_for_the_same_person(expired_while_typing, sakura, run_jobs, mail_folder):
    answer = log_in_again(expired_while_typing, sakura, run_jobs, mail_folder)
    typed, said = as_the_view_sees_it(expired_while_typing, sakura, page_of(sakura))
    again, _ = as_the_view_sees_it(expired_while_typing, sakura, page_of(sakura))

    assert answer["Location"] == page_of(sakura)
    assert typed["reason"] == "3歳児が1人多いです"
    assert typed.getlist("day") == ["1", "2"]
    assert not {"password", "csrfmiddlewaretoken", "form_token"} & set(typed)
    assert said == [held_forms.RESTORED]
    assert again is None


def test_the_real_page_shows_what_was_typed_once_more(sakura, run_jobs, mail_folder):
    give_counts(sakura, JUNE)
    browser = sign_in(sakura.clerk)
    page = reverse("claims:dispute_counts", args=[sakura.facility.number, JUNE])
    form = browser.get(page).context["form"]
    reason = next(name for name in form.fields if name.startswith("reason-"))
    typed = {"sheet": form["sheet"].value(), "version": form["version"].value(), reason: "1人多いようです"}
    age(browser, last_seen=timedelta(minutes=31))

    browser.post(page, typed, HTTP_REFERER=f"http://testserver{page}")
    answer = log_in_again(browser, sakura, run_jobs, mail_folder)
    shown = browser.get(answer["Location"]).content.decode()
    later = browser.get(page).content.decode()

    assert held_forms.RESTORED in shown
    assert "1人多いようです" in shown
    assert held_forms.RESTORED not in later


def test_what_is_too_much_to_be_kept_is_not_dropped_in_silence(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=31))
    page = page_of(sakura)

    answer = browser.post(
        page, {"reason": "あ" * held_forms.LARGEST}, HTTP_REFERER=f"http://testserver{page}"
    )

    assert "held_form" not in browser.session
    assert held_forms.TOO_LARGE in browser.get(answer["Location"]).content.decode()


def test_what_was_typed_is_sealed_while_it_waits(expired_while_typing):
    kept = repr([session.get_decoded() for session in Session.objects.all()])

    assert "held_form" in kept
    assert "3歳児" not in kept
    assert "秘密" not in kept


def test_another_page_does_not_get_it(expired_while_typing, sakura, run_jobs, mail_folder):
    log_in_again(expired_while_typing, sakura, run_jobs, mail_folder)

    assert as_the_view_sees_it(expired_while_typing, sakura, "/f/1/other/")[0] is None


def test_another_person_never_gets_it(expired_while_typing, sakura, run_jobs, mail_folder):
    sumire = make_facility(sakura.city, "すみれ園", number="1299900000902")

    answer = log_in_again(expired_while_typing, sumire, run_jobs, mail_folder)

    assert answer["Location"] == "/"
    assert "held_form" not in expired_while_typing.session


def test_nothing_is_kept_for_somebody_who_was_not_signed_in(sakura, client):
    client.post(page_of(sakura), {"reason": "x"})

    assert "held_form" not in client.session


def test_a_button_pressed_after_logging_out_elsewhere_is_said_to_have_done_nothing(sakura, client):
    browser = sign_in(sakura.clerk)
    browser.cookies["csrftoken"] = "x" * 32
    browser.post(reverse("accounts:logout"))

    answer = browser.post(page_of(sakura), {"reason": "x"})
    shown = browser.get(answer["Location"]).content.decode()

    assert answer["Location"].startswith(f"{LOGIN}?next=")
    assert held_forms.NOT_DONE in shown


def test_a_stranger_s_post_makes_no_session(sakura, client):
    answer = client.post(page_of(sakura), {"reason": "x"})

    assert answer["Location"].startswith(f"{LOGIN}?next=")
    assert not Session.objects.exists()


def test_a_form_of_more_than_64_kilobytes_is_not_kept(sakura):
    browser = sign_in(sakura.clerk)
    age(browser, last_seen=timedelta(minutes=31))

    browser.post(page_of(sakura), {"reason": "x" * 65 * 1024})

    assert "held_form" not in browser.session


def test_a_foreign_referer_is_not_followed(rf):
    request = rf.post("/f/1/counts/", HTTP_REFERER="http://example.org/elsewhere")

    assert held_forms.page_of(request) == "/f/1/counts/"


# ---------------------------------------------------------------- tidying


@pytest.mark.usefixtures("at_the_code")
def test_old_sessions_codes_and_counters_are_cleared():
    AccessAttempt.objects.create(username="x", failures_since_start=1, user_agent="", path_info="/")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(days=2))
    let_pass(timedelta(days=2))
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    clear_expired()

    assert Session.objects.count() == LoginCode.objects.count() == AccessAttempt.objects.count() == 0


def test_what_is_still_needed_is_not_cleared(at_the_code):
    browser, code = at_the_code

    clear_expired()

    assert browser.post(CODE, {"code": code}).status_code == 302


def test_the_middleware_leaves_a_stricter_cache_rule_alone(sakura, rf):
    from accounts.middleware import SessionLimitsMiddleware

    def answer(request):
        return HttpResponse(headers={"Cache-Control": "private, no-store"})

    browser = sign_in(sakura.clerk)
    request = rf.get("/")
    request.session, request.user = browser.session, sakura.clerk

    assert SessionLimitsMiddleware(answer)(request)["Cache-Control"] == "private, no-store"
