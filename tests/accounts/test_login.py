"""Logging in: ID and password, then the code of the mail, once."""

import email
import re
import threading

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import EmailCodeDevice, LoginCode
from accounts.operations import codes
from audit.models import Event
from facilities.actors import Role
from jobs.models import Job
from tests.cast import PASSWORD, Browser, make_city, make_facility

LOGIN, CODE, RESEND = reverse("accounts:login"), reverse("accounts:code"), reverse("accounts:resend_code")


def mailed_code(folder) -> str:
    newest = sorted(folder.glob("*.eml"))[-1]
    message = email.message_from_bytes(newest.read_bytes())
    return re.search(r"\b\d{6}\b", message.get_payload(decode=True).decode())[0]


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


@pytest.fixture
def at_the_code(sakura, run_jobs, mail_folder):
    """A browser that has given the right password, and the code that was mailed."""
    browser = Browser()
    answer = browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    run_jobs()
    return browser, mailed_code(mail_folder)


def test_id_password_and_code_open_the_door(at_the_code, sakura):
    browser, code = at_the_code

    answer = browser.post(CODE, {"code": code}, follow=True)

    assert answer.redirect_chain[-1][0] == f"/f/{sakura.facility.number}/"
    assert answer.status_code == 200


def test_a_password_alone_opens_nothing(at_the_code, sakura):
    browser, _ = at_the_code

    answer = browser.get(f"/f/{sakura.facility.number}/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOGIN)


def test_full_width_digits_and_blanks_are_understood(at_the_code):
    browser, code = at_the_code
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert browser.post(CODE, {"code": wide}).status_code == 302


def test_a_code_is_used_up_by_its_first_use(at_the_code, sakura):
    browser, code = at_the_code
    attempt = browser.session["login_attempt"]
    device = EmailCodeDevice.objects.get(user=sakura.clerk)
    token = codes.bound_token(attempt["code"], attempt["secret"], code)

    assert [device.verify_token(token) for _ in range(3)] == [True, False, False]


def test_the_right_code_from_another_attempt_is_refused(at_the_code, sakura):
    _, code = at_the_code
    other = Browser()
    Job.objects.all().delete()
    LoginCode.objects.all().update(created_at="2020-01-01T00:00:00Z")
    other.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})

    answer = other.post(CODE, {"code": code})

    assert answer.status_code == 422


def test_five_wrong_codes_end_the_code(at_the_code):
    browser, code = at_the_code
    wrong = f"{(int(code) + 1) % 10**6:06}"

    answers = [browser.post(CODE, {"code": wrong}) for _ in range(5)]
    last = browser.post(CODE, {"code": code})

    assert "あと4回" in answers[0].content.decode()
    assert "使えなくなりました" in answers[4].content.decode()
    assert last.status_code == 422


def test_an_expired_code_is_refused_and_its_mail_is_never_sent(sakura, run_jobs, mail_folder):
    browser = Browser()
    browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})
    LoginCode.objects.update(expires_at="2020-01-01T00:00:00Z")
    Job.objects.update(expires_at="2020-01-01T00:00:00Z")

    run_jobs()
    answer = browser.post(CODE, {"code": "123456"})

    assert not list(mail_folder.glob("*.eml")) if mail_folder.exists() else True
    assert "使えなくなりました" in answer.content.decode()
    assert Job.objects.get().payload_sealed is None


def test_a_new_code_cannot_be_asked_for_at_once(at_the_code):
    browser, _ = at_the_code

    answer = browser.post(RESEND)

    assert answer.status_code == 422
    assert "1分ほど" in answer.content.decode()


def test_a_new_code_replaces_the_one_before(at_the_code, run_jobs, mail_folder):
    browser, first = at_the_code
    LoginCode.objects.update(created_at="2020-01-01T00:00:00Z")

    browser.post(RESEND)
    run_jobs()
    second = mailed_code(mail_folder)

    if first != second:
        assert browser.post(CODE, {"code": first}).status_code == 422
    assert browser.post(CODE, {"code": second}).status_code == 302


def test_a_wrong_password_and_an_unknown_id_look_the_same(sakura):
    wrong = Browser().post(LOGIN, {"login_id": sakura.clerk.login_id, "password": "違う言葉です"})
    unknown = Browser().post(LOGIN, {"login_id": "nobody-here", "password": "違う言葉です"})

    assert wrong.status_code == unknown.status_code == 422
    assert "IDかパスワードが違います" in wrong.content.decode()
    assert "IDかパスワードが違います" in unknown.content.decode()


def test_five_failures_lock_out_whatever_the_spelling(sakura):
    browser = Browser()
    spellings = [
        sakura.clerk.login_id,
        sakura.clerk.login_id.upper(),
        f" {sakura.clerk.login_id}\u200b",
        "ｆ" + sakura.clerk.login_id[1:],
    ]

    for place in range(5):
        browser.post(LOGIN, {"login_id": spellings[place % 4], "password": "違う言葉です"})
    answer = browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})

    assert answer.status_code == 429
    assert "しばらくログインできません" in answer.content.decode()


def test_no_secret_is_written_anywhere(at_the_code, sakura):
    browser, code = at_the_code
    browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": "ちがう-合言葉-9999"})
    browser.post(CODE, {"code": code})

    with connection.cursor() as cursor:
        for table in (
            "axes_accessattempt",
            "axes_accesslog",
            "audit_event",
            "jobs_job",
            "accounts_logincode",
            "django_session",
        ):
            if table == "audit_event":
                rows = [(row.detail, row.rows, row.object_id) for row in Event._base_manager.all()]
            else:
                cursor.execute(f"SELECT * FROM {table}")
                rows = cursor.fetchall()
            written = repr(rows)
            assert PASSWORD not in written, table
            assert "ちがう-合言葉-9999" not in written, table
            assert not re.search(rf"(?<![0-9a-f-]){code}(?![0-9a-f-])", written), table


def test_a_stopped_account_is_out_at_its_next_request(at_the_code, sakura):
    browser, code = at_the_code
    browser.post(CODE, {"code": code})
    sakura.clerk.is_active = False
    sakura.clerk.save()

    answer = browser.get(f"/f/{sakura.facility.number}/")

    assert answer.status_code == 302


def test_the_login_is_on_record(at_the_code, sakura):
    browser, code = at_the_code
    browser.post(CODE, {"code": code})

    with sakura.city.open(Role.AUDITOR):
        events = list(
            Event.objects.filter(event__startswith="accounts.")
            .order_by("number")
            .values_list("event", flat=True)
        )

    assert events == ["accounts.password_accepted", "accounts.code_sent", "accounts.logged_in"]


@pytest.mark.django_db(transaction=True)
def test_one_code_posted_thirty_two_times_at_once_opens_once(mail_folder):
    from jobs.running import run_due

    sakura = make_facility(make_city())
    browser = Browser()
    browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD})
    run_due()
    code = mailed_code(mail_folder)
    attempt = browser.session["login_attempt"]
    device = EmailCodeDevice.objects.get(user=sakura.clerk)
    token = codes.bound_token(attempt["code"], attempt["secret"], code)
    answers: list[bool] = []
    gate = threading.Barrier(32)

    def post() -> None:
        gate.wait()
        answers.append(device.verify_token(token))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 31 + [True]
