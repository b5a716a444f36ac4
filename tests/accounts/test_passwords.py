"""Choosing a password with the code from the mail, and changing one's own."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from accounts.models import PasswordTicket, TicketPurpose, User
from accounts.operations import passwords, people
from accounts.operations.passwords import TicketRefused
from audit.record import NOBODY, Context, context
from jobs.models import Job
from pages.wareki import moment_words
from tests.accounts.mailbox import LOGIN, mails, type_password
from tests.cast import PASSWORD, Browser, make_user, sign_in

CHOOSE, CHANGE = reverse("accounts:choose_password"), reverse("accounts:change_password")
GOOD = "みずうみ-ふね-りんご-2077"
SITE = "https://hagukumi.example"


@pytest.fixture
def invited(db):
    return people.create_user(
        login_id="new-clerk", name="見本 次郎", address="jiro@example.jp", password=None, realm_id=None
    )


def send(user, purpose=TicketPurpose.INVITATION):
    with context(Context(who=NOBODY)), transaction.atomic():
        return passwords.send_ticket(user, purpose, site=SITE, by=NOBODY)


def choose(code, password=GOOD, login_id="new-clerk"):
    with context(Context(who=NOBODY)):
        return passwords.choose(login_id, code, password)


def text_of(mail):
    return mail.get_payload(decode=True).decode()


def mailed(mail_folder):
    """The code in the newest mail that carries one."""
    texts = [text_of(mail) for mail in mails(mail_folder)]
    return next(found[1] for text in reversed(texts) if (found := re.search(r"設定コード: (\S+)", text)))


def typed(code, password=GOOD, **changed):
    return {"login_id": "new-clerk", "code": code, "password": password, "again": password, **changed}


def test_an_invited_person_chooses_a_password_and_logs_in(invited, run_jobs, mail_folder):
    assert Browser().post(LOGIN, {"login_id": "new-clerk", "password": ""}).status_code == 422
    send(invited)
    run_jobs()
    text = text_of(mails(mail_folder)[-1])
    browser = Browser()

    answer = browser.post(CHOOSE, typed(mailed(mail_folder)))
    run_jobs()

    assert "ID: new-clerk" in text
    until = moment_words(timezone.localtime(PasswordTicket.objects.get().expires_at))
    assert f"設定コードは{until}まで、1回だけ使えます。" in text
    assert until.startswith("令和")
    assert f"{SITE}{CHOOSE}" in text
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert "パスワードを決めました" in browser.get(LOGIN).content.decode()
    assert browser.post(LOGIN, {"login_id": "new-clerk", "password": GOOD})["Location"].endswith("/code/")
    assert "パスワードが設定されました" in text_of(mails(mail_folder)[-1])


def test_the_code_is_read_however_it_is_typed(invited, run_jobs, mail_folder):
    send(invited)
    run_jobs()
    wide = str.maketrans({chr(letter): chr(letter + 0xFEE0) for letter in range(33, 127)})

    answer = Browser().post(CHOOSE, typed(f" {mailed(mail_folder).lower().translate(wide)} "))

    assert answer.status_code == 302


def test_a_code_works_once(invited, run_jobs, mail_folder):
    send(invited)
    run_jobs()
    code = mailed(mail_folder)
    choose(code)

    with pytest.raises(TicketRefused):
        choose(code, "別のながいながいことば-2099-とり")

    assert User.objects.get(pk=invited.pk).check_password(GOOD)


@pytest.mark.django_db(transaction=True)
def test_one_code_posted_eight_times_at_once_is_used_once(run_jobs, mail_folder):
    user = people.create_user(
        login_id="new-clerk", name="見本 次郎", address="jiro@example.jp", password=None, realm_id=None
    )
    send(user)
    run_jobs()
    code = mailed(mail_folder)

    def post(_):
        try:
            return Browser().post(CHOOSE, typed(code)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(post, range(8)))

    assert answers == [302] + [422] * 7


def test_after_ten_wrong_codes_the_right_one_is_refused(invited, run_jobs, mail_folder):
    send(invited)
    run_jobs()
    browser = Browser()
    for _ in range(10):
        assert browser.post(CHOOSE, typed("2222-2222-2222")).status_code == 422

    assert browser.post(CHOOSE, typed(mailed(mail_folder))).status_code == 422
    assert not User.objects.get(pk=invited.pk).has_usable_password()


def test_wrong_code_and_unknown_id_get_the_same_page(invited):
    send(invited)

    wrong = Browser().post(CHOOSE, typed("2222-2222-2222"))
    unknown = Browser().post(CHOOSE, typed("2222-2222-2222", login_id="nobody-here"))

    def page(answer):
        html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        return html.replace("nobody-here", "new-clerk")

    assert wrong.status_code == unknown.status_code == 422
    assert page(wrong) == page(unknown)


@pytest.mark.parametrize("end", ["late", "newer", "stopped", "address"])
def test_a_ticket_ends(invited, run_jobs, mail_folder, end):
    ticket = send(invited)
    run_jobs()
    code = mailed(mail_folder)
    if end == "late":
        PasswordTicket.objects.filter(pk=ticket.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "newer":
        send(invited, TicketPurpose.RESET)
    else:
        with transaction.atomic():
            people.disable(invited) if end == "stopped" else people.set_address(invited, "x@example.jp")

    with pytest.raises(TicketRefused):
        choose(code)


def test_a_weak_password_is_told_beside_its_field_and_costs_no_try(invited, run_jobs, mail_folder):
    ticket = send(invited)
    run_jobs()
    browser = Browser()

    weak = browser.post(CHOOSE, typed(mailed(mail_folder), password="hagukumi-seikyu"))
    unlike = browser.post(CHOOSE, typed(mailed(mail_folder), again="ちがう"))

    assert weak.status_code == unlike.status_code == 422
    assert 'id="id_password-error"' in weak.content.decode()
    assert 'id="id_again-error"' in unlike.content.decode()
    ticket.refresh_from_db()
    assert (ticket.tries, ticket.used_at) == (0, None)
    assert "hagukumi-seikyu" not in weak.content.decode()


def test_choosing_a_password_ends_the_lockout(sakura, run_jobs, mail_folder):
    browser = Browser()
    for _ in range(5):
        browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": "wrong"})
    assert lockout.is_locked(sakura.clerk.login_id)
    send(sakura.clerk, TicketPurpose.RESET)
    run_jobs()

    choose(mailed(mail_folder), login_id=sakura.clerk.login_id)

    assert not lockout.is_locked(sakura.clerk.login_id)
    answer = browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": GOOD})
    assert answer.status_code == 302


def test_neither_code_nor_password_is_kept_readable(invited, run_jobs, mail_folder):
    ticket = send(invited)
    waiting = Job.objects.get(key=people.mail_key(ticket.pk))
    run_jobs()
    code = mailed(mail_folder)

    assert code.encode() not in bytes(waiting.payload_sealed)
    assert Job.objects.get(pk=waiting.pk).payload_sealed is None
    assert code not in repr(PasswordTicket.objects.values())
    assert code.replace("-", "") not in repr(PasswordTicket.objects.values())


# ---------------------------------------------------------------- one's own


def test_changing_the_password_keeps_this_login_and_ends_the_others(sakura, run_jobs, mail_folder):
    here, there = sign_in(sakura.clerk), sign_in(sakura.clerk)

    answer = here.post(CHANGE, {"current": PASSWORD, "password": GOOD, "again": GOOD})
    run_jobs()

    assert answer.status_code == 302
    home = f"/f/{sakura.facility.number}/"
    assert here.get(home).status_code == 200
    assert there.get(home).status_code == 302
    assert User.objects.get(pk=sakura.clerk.pk).check_password(GOOD)
    assert "パスワードが設定されました" in text_of(mails(mail_folder)[-1])


def test_the_present_password_is_asked_for_and_guesses_are_counted(sakura):
    browser = sign_in(sakura.clerk)
    form = {"current": "wrong", "password": GOOD, "again": GOOD}

    answers = [browser.post(CHANGE, form).status_code for _ in range(6)]

    assert answers[:4] == [422] * 4
    assert answers[-1] == 429
    assert not User.objects.get(pk=sakura.clerk.pk).check_password(GOOD)


def test_only_somebody_signed_in_changes_a_password(sakura, run_jobs):
    assert Browser().get(CHANGE)["Location"] == f"{LOGIN}?next={CHANGE}"
    half = type_password(sakura)
    assert half.get(CHANGE).status_code == 302


# ---------------------------------------------------------------- what waits in the outbox


def test_a_code_for_the_old_address_is_not_sent_any_more(sakura, run_jobs, mail_folder):
    type_password(sakura)
    with transaction.atomic():
        people.set_address(User.objects.get(pk=sakura.clerk.pk), "new@example.jp")

    run_jobs()

    assert not [mail for mail in mails(mail_folder) if "確認コード：" in text_of(mail)]
    assert not Job.objects.filter(payload_sealed__isnull=False).exists()


def test_a_user_without_a_password_is_nobody_s_guess(invited):
    for guess in ("", "!", invited.password):
        answer = Browser().post(LOGIN, {"login_id": "new-clerk", "password": guess})
        assert answer.status_code == 422


def test_make_user_still_logs_in(db):
    user = make_user("plain-user")

    assert Browser().post(LOGIN, {"login_id": user.login_id, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("password", "said", "not_said"),
    [
        ("short", "最低 15 文字以上", "推測されやすい言葉"),
        ("hoikuen-2026", "推測されやすい言葉を除くと、10文字に足りません", "大部分"),
        ("hagukumi-hoikuen-aobadai", "推測されやすい言葉", "最低 15 文字以上"),
        ("a" + " " * 20, "空白を除くと10文字に足りません", "推測されやすい言葉"),
    ],
)
def test_only_what_is_true_is_said_of_a_password(password, said, not_said):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(login_id="kanri"))

    sentences = " ".join(refused.value.messages)
    assert said in sentences
    assert not_said not in sentences
