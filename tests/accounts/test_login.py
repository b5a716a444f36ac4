"""Logging in: ID and password, then the code of the mail, once."""

import logging
import re
from datetime import timedelta
from pathlib import Path

import django_otp
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import EmailCodeDevice, LoginCode
from accounts.operations import codes, people
from audit.models import Event
from facilities.actors import Role
from jobs import outbox
from jobs.models import Job
from tests.accounts.mailbox import (
    CODE,
    LOGIN,
    RESEND,
    attempt_of,
    let_pass,
    mailed_code,
    mails,
    the_code,
    type_password,
    wrong,
)
from tests.cast import PASSWORD, Browser, make_user, sign_in

WRONG_PASSWORD = "ちがう-合言葉-9999"


def test_id_password_and_code_open_the_door(at_the_code, sakura):
    browser, code = at_the_code

    answer = browser.post(CODE, {"code": code})

    assert answer.status_code == 302
    assert browser.get(answer["Location"])["Location"] == f"/f/{sakura.facility.number}/"


def test_the_session_key_changes_at_both_steps(sakura, run_jobs, mail_folder):
    browser = Browser()
    keys = [None]
    type_password(sakura, browser=browser)
    keys.append(browser.session.session_key)
    run_jobs()
    browser.post(CODE, {"code": mailed_code(mail_folder)})
    keys.append(browser.session.session_key)

    assert len(set(keys)) == 3
    assert not Session.objects.filter(pk=keys[1]).exists()


def test_a_password_alone_opens_nothing(at_the_code, sakura):
    browser, _ = at_the_code

    answer = browser.get(f"/f/{sakura.facility.number}/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOGIN)


def test_the_login_leads_back_to_the_page_that_was_wanted(sakura, run_jobs, mail_folder):
    wanted = f"/f/{sakura.facility.number}/counts/?a=1"
    browser = type_password(sakura, next=wanted)
    run_jobs()

    answer = browser.post(CODE, {"code": mailed_code(mail_folder)})

    assert answer["Location"] == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "javascript:alert(1)",
        "http://testserver//example.org",
    ],
)
def test_the_login_never_leads_to_another_host(sakura, run_jobs, mail_folder, elsewhere):
    browser = type_password(sakura, next=elsewhere)
    run_jobs()

    answer = browser.post(CODE, {"code": mailed_code(mail_folder)})

    assert answer["Location"] == "/"


@pytest.mark.parametrize("between", ["", " ", "-", "　"])
def test_full_width_digits_and_blanks_are_understood(at_the_code, between):
    browser, code = at_the_code
    wide = between.join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert browser.post(CODE, {"code": wide}).status_code == 302


@pytest.mark.parametrize("slip", ["", "12345", "1234567", "abcdef", "12345a", "１２３４５", "٣٤٥٦٧٨"])
def test_a_slip_of_typing_is_not_a_try(at_the_code, slip):
    browser, _ = at_the_code

    answer = browser.post(CODE, {"code": slip})

    assert answer.status_code == 422
    assert "6桁" in answer.content.decode()
    assert the_code().tries == 0


def test_a_code_is_used_up_by_its_first_use(at_the_code, sakura):
    browser, code = at_the_code
    attempt = codes.Attempt(**attempt_of(browser))
    device = EmailCodeDevice.objects.get(user=sakura.clerk)
    token = codes.bound_token(attempt, code)

    accepted = [django_otp.verify_token(sakura.clerk, device.persistent_id, token) for _ in range(3)]

    assert accepted == [device, None, None]


@pytest.mark.parametrize("token", ["123456", "", "..", "x.y.z", "a.b.c.d"])
def test_bare_digits_and_nonsense_never_verify(at_the_code, sakura, token):
    device = EmailCodeDevice.objects.get(user=sakura.clerk)

    assert django_otp.verify_token(sakura.clerk, device.persistent_id, token) is None


def test_the_right_code_from_another_browser_is_refused(at_the_code, sakura, run_jobs):
    mine, code = at_the_code
    other = type_password(sakura)

    refused = other.post(CODE, {"code": code})
    accepted = mine.post(CODE, {"code": code})

    assert (refused.status_code, accepted.status_code) == (422, 302)


def test_a_code_asked_for_by_one_person_does_not_log_in_another(at_the_code, sakura):
    browser, code = at_the_code
    stranger = make_user("stranger")
    device = EmailCodeDevice.objects.get(user=stranger)
    token = codes.bound_token(codes.Attempt(**attempt_of(browser)), code)

    assert django_otp.verify_token(stranger, device.persistent_id, token) is None


def test_five_wrong_codes_end_the_code_with_a_page_that_says_so(at_the_code):
    browser, code = at_the_code

    answers = [browser.post(CODE, {"code": wrong(code)}).content.decode() for _ in range(5)]
    last = browser.post(CODE, {"code": code})

    assert "あと4回" in answers[0]
    assert "このコードは使えなくなりました" in answers[4]
    assert "新しいコードを送る" in answers[4]
    assert last.status_code == 422
    assert the_code().tries == 5


def test_an_expired_code_is_refused_with_a_page_that_says_so(at_the_code):
    browser, code = at_the_code
    let_pass(timedelta(minutes=10, seconds=1))

    answer = browser.post(CODE, {"code": code})

    assert answer.status_code == 422
    assert "確認コードの有効期限が切れました" in answer.content.decode()
    assert "新しいコードを送る" in answer.content.decode()


def test_the_databases_clock_decides_not_the_web_hosts(at_the_code, monkeypatch):
    browser, code = at_the_code
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(hours=1))
    let_pass(timedelta(minutes=11))

    assert browser.post(CODE, {"code": code}).status_code == 422


def test_a_fast_clock_on_the_web_host_ends_no_code_early(at_the_code, monkeypatch):
    browser, code = at_the_code
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=20))

    assert browser.post(CODE, {"code": code}).status_code == 302


def test_the_mail_of_an_expired_code_is_never_sent(sakura, run_jobs, mail_folder):
    type_password(sakura)
    Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    run_jobs()

    assert mails(mail_folder) == []
    assert Job.objects.get().payload_sealed is None


def test_the_mail_ends_when_its_code_ends(sakura):
    type_password(sakura)

    assert Job.objects.get().expires_at == the_code().expires_at


def test_the_mail_says_what_to_do_and_its_subject_shows_no_code(at_the_code, mail_folder, sakura):
    _, code = at_the_code
    (mail,) = mails(mail_folder)
    subject = str(mail["Subject"])

    assert mail["To"] == sakura.clerk.address
    assert code not in subject
    assert "心当たりがないとき" in mail.get_payload(decode=True).decode()
    assert Job.objects.get().payload_sealed is None


def test_the_page_shows_a_masked_address_and_where_to_look(at_the_code, sakura):
    browser, _ = at_the_code

    page = browser.get(CODE).content.decode()

    assert "f***@example.jp" in page
    assert sakura.clerk.address not in page
    assert "迷惑メール" in page


def test_a_new_code_cannot_be_asked_for_within_a_minute(at_the_code):
    browser, _ = at_the_code

    answer = browser.post(RESEND)

    assert answer.status_code == 422
    assert re.search(r"あと\d+秒", answer.content.decode())
    assert LoginCode.objects.count() == 1


def test_a_new_code_replaces_the_one_before(at_the_code, run_jobs, mail_folder):
    browser, first = at_the_code
    before = attempt_of(browser)["code_id"]
    let_pass(timedelta(seconds=61))

    assert browser.post(RESEND).status_code == 302
    run_jobs()
    second = mailed_code(mail_folder)

    assert LoginCode.objects.get(pk=before).replaced_at is not None
    if first != second:
        assert browser.post(CODE, {"code": first}).status_code == 422
    assert browser.post(CODE, {"code": second}).status_code == 302


def test_a_login_may_ask_for_four_codes(at_the_code):
    browser, _ = at_the_code
    for _ in range(3):
        let_pass(timedelta(seconds=61))
        assert browser.post(RESEND).status_code == 302
    let_pass(timedelta(seconds=61))

    answer = browser.post(RESEND)

    assert answer.status_code == 422
    assert "4回まで" in answer.content.decode()


def test_an_account_may_ask_for_ten_codes_an_hour(sakura):
    for _ in range(10):
        type_password(sakura)

    refused = Browser().post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})
    let_pass(timedelta(minutes=61))
    later = Browser().post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})

    assert refused.status_code == 422
    assert re.search(r"\d\d?:\d\d以降", refused.content.decode())
    assert later.status_code == 302


def test_an_attempt_ends_when_the_address_changes_meanwhile(at_the_code, sakura):
    browser, code = at_the_code
    people.set_address(sakura.clerk, "new@example.jp")

    answer = browser.post(CODE, {"code": code}, follow=True)

    assert answer.redirect_chain == [(LOGIN, 302)]
    assert "はじめからやり直してください" in answer.content.decode()
    assert LoginCode.objects.count() == 0


def test_an_attempt_of_a_changed_account_gets_no_further_code(at_the_code, sakura):
    browser, _ = at_the_code
    let_pass(timedelta(seconds=61))
    people.set_address(sakura.clerk, "new@example.jp")

    browser.post(RESEND)

    assert LoginCode.objects.count() == 0


def test_a_stopped_account_cannot_finish_its_login(at_the_code, sakura):
    browser, code = at_the_code
    people.disable(sakura.clerk)

    answer = browser.post(CODE, {"code": code})

    assert answer["Location"] == LOGIN


def test_an_old_attempt_starts_over(at_the_code, monkeypatch):
    browser, _ = at_the_code
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=46))

    assert browser.get(CODE)["Location"] == LOGIN
    assert browser.post(RESEND)["Location"] == LOGIN


def test_the_code_page_without_a_password_leads_to_the_login(db):
    assert Browser().get(CODE)["Location"] == LOGIN
    assert Browser().post(CODE, {"code": "123456"})["Location"] == LOGIN


def test_a_wrong_password_an_unknown_id_and_a_stopped_account_look_the_same(sakura):
    stopped = make_user("stopped-clerk")
    people.disable(stopped)

    answers = [
        Browser().post(LOGIN, {"login_id": login_id, "password": password})
        for login_id, password in [
            (sakura.clerk.login_id, WRONG_PASSWORD),
            ("nobody-here", WRONG_PASSWORD),
            ("stopped-clerk", PASSWORD),
        ]
    ]
    pages = {re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers}

    assert {answer.status_code for answer in answers} == {422}
    assert len(pages) == 1


def test_an_unknown_id_costs_as_much_as_a_wrong_password(sakura, monkeypatch):
    from accounts import backends

    hashed = []
    real = backends.make_password
    monkeypatch.setattr(backends, "make_password", lambda password: hashed.append(password) or real(password))

    Browser().post(LOGIN, {"login_id": "nobody-here", "password": WRONG_PASSWORD})

    assert hashed == [WRONG_PASSWORD]


def test_empty_fields_are_named_all_at_once(db):
    page = Browser().post(LOGIN, {}).content.decode()

    assert "IDを入力してください。" in page
    assert "パスワードを入力してください。" in page


def test_the_browser_may_fill_in_and_paste(at_the_code):
    browser, _ = at_the_code
    login, code = Browser().get(LOGIN).content.decode(), browser.get(CODE).content.decode()

    assert 'autocomplete="username"' in login
    assert 'autocomplete="current-password"' in login
    assert 'autocomplete="one-time-code"' in code
    assert 'inputmode="numeric"' in code


def test_somebody_signed_in_is_led_past_the_door(sakura):
    browser = sign_in(sakura.clerk)

    assert browser.get(LOGIN)["Location"] == "/"
    assert browser.get(CODE)["Location"] == "/"


def test_pages_of_the_door_are_never_kept_by_a_cache(at_the_code):
    browser, _ = at_the_code

    for answer in (Browser().get(LOGIN), browser.get(CODE), browser.post(CODE, {"code": "1"})):
        assert "no-store" in answer["Cache-Control"]


def test_with_the_broker_away_the_mail_waits_and_the_page_works(
    sakura, monkeypatch, run_jobs, mail_folder, django_capture_on_commit_callbacks
):
    def away(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr(outbox, "_away_until", 0.0)
    monkeypatch.setattr(outbox.current_app, "send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        browser = type_password(sakura)
    assert browser.get(CODE).status_code == 200
    assert mails(mail_folder) == []
    run_jobs()

    assert browser.post(CODE, {"code": mailed_code(mail_folder)}).status_code == 302


def test_no_secret_is_written_anywhere(sakura, run_jobs, mail_folder, caplog):
    caplog.set_level(logging.DEBUG)
    with connection.cursor() as cursor:
        Browser().post(LOGIN, {"login_id": sakura.clerk.login_id, "password": WRONG_PASSWORD})
        Browser().post(LOGIN, {"login_id": WRONG_PASSWORD, "password": "x"})
        browser = type_password(sakura)
        run_jobs()
        code = mailed_code(mail_folder)
        secret = attempt_of(browser)["secret"]
        browser.post(CODE, {"code": wrong(code)})
        answer = browser.post(CODE, {"code": code})
        tables = [
            "axes_accessattempt",
            "axes_accesslog",
            "axes_accessfailurelog",
            "jobs_job",
            "accounts_logincode",
            "django_session",
        ]
        written = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            written[table] = repr(cursor.fetchall())
        written["django_session"] += repr([session.get_decoded() for session in Session.objects.all()])
        with sakura.city.open(Role.AUDITOR):
            written["audit_event"] = repr(list(Event.objects.values_list("detail", "rows", "object_id")))
    written["logs"] = caplog.text
    written["address"] = answer["Location"]

    assert len(written["axes_accessattempt"]) > 10
    for place, text in written.items():
        for hidden in (PASSWORD, WRONG_PASSWORD, secret):
            assert hidden not in text, place
        assert not re.search(rf"(?<![0-9a-f\-.]){code}(?![0-9a-f\-])", text), place


def test_a_stopped_account_is_out_at_its_next_request(sakura):
    browser = sign_in(sakura.clerk)
    people.disable(sakura.clerk)

    answer = browser.get(f"/f/{sakura.facility.number}/")

    assert answer.status_code == 302
    people.enable(sakura.clerk)
    assert browser.get("/")["Location"] == LOGIN


def test_every_step_is_on_record(at_the_code, sakura):
    browser, code = at_the_code
    Browser().post(LOGIN, {"login_id": sakura.clerk.login_id, "password": WRONG_PASSWORD})
    browser.post(CODE, {"code": wrong(code)})
    browser.post(RESEND)
    browser.post(CODE, {"code": code})
    browser.post("/logout/")

    with sakura.city.open(Role.AUDITOR):
        events = list(
            Event.objects.filter(event__startswith="accounts.")
            .order_by("number")
            .values_list("event", "outcome", "actor_label")
        )

    clerk = sakura.clerk.login_id
    assert events == [
        ("accounts.password_accepted", "done", clerk),
        ("accounts.code_sent", "done", clerk),
        ("accounts.password_refused", "refused", ""),
        ("accounts.code_refused", "refused", ""),
        ("accounts.code_not_sent", "refused", clerk),
        ("accounts.logged_in", "done", clerk),
        ("accounts.logged_out", "done", clerk),
    ]


def test_a_login_page_from_before_another_login_starts_afresh(sakura):
    browser = Client(enforce_csrf_checks=True)
    browser.get(LOGIN)

    answer = browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})

    assert answer.status_code == 403
    page = answer.content.decode()
    assert "もう一度入力してください" in page
    assert 'autocomplete="current-password"' in page


def test_a_login_page_left_open_for_hours_still_works(sakura):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(LOGIN).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    answer = browser.post(
        LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD, "csrfmiddlewaretoken": token}
    )

    assert answer["Location"] == CODE
    # No session is needed for the token: only the cookie, which lives for a year.
    assert browser.cookies["csrftoken"]["max-age"] > 10**7


def test_no_code_calls_the_devices_method_directly():
    calls = [
        str(file)
        for file in Path(settings.BASE_DIR).glob("[a-z]*/**/*.py")
        if "/tests/" not in str(file)
        and re.search(r"(?<!django_otp)\.verify_token\(|\.consume\(", file.read_text())
        and file.name != "models.py"
    ]

    assert calls == []


def test_a_proxy_may_ask_for_the_heading_of_the_login_page(db):
    assert Browser().head(LOGIN).status_code == 200
