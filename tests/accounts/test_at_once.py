"""Many at once: one code opens once, guesses and mails stay within their limits. Real connections, real threads."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from accounts.models import LoginCode, User
from jobs.running import run_due
from tests.accounts.mailbox import CODE, LOGIN, RESEND, let_pass, mailed_code, the_code, type_password, wrong
from tests.cast import PASSWORD, Browser, make_city, make_facility

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sakura(transactional_db):
    return make_facility(make_city())


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """The results of ``act`` from that many threads, started together."""
    gate, results = threading.Barrier(number), []

    def run(place: int) -> None:
        gate.wait()
        try:
            results.append(act(place))
        except Exception as problem:
            results.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def twin(browser: Browser) -> Browser:
    """Another tab of the same browser."""
    other = Browser(raise_request_exception=False)
    other.cookies.load({name: cookie.value for name, cookie in browser.cookies.items()})
    return other


def test_one_code_posted_thirty_two_times_at_once_opens_once(sakura, mail_folder):
    for _ in range(4):
        browser = type_password(sakura)
        run_due()
        code = mailed_code(mail_folder)

        answers = at_once(
            32, lambda place, browser=browser, code=code: twin(browser).post(CODE, {"code": code})
        )
        opened = [answer for answer in answers if answer.status_code == 302 and answer["Location"] == "/"]
        signed_in = [s for s in Session.objects.all() if "_auth_user_id" in s.get_decoded()]

        assert len(opened) == 1
        assert len(signed_in) == 1
        assert all(answer.status_code < 500 for answer in answers)
        Session.objects.all().delete()


def test_of_sixty_guesses_at_once_five_are_tried(sakura, mail_folder):
    browser = type_password(sakura)
    run_due()
    code = mailed_code(mail_folder)

    answers = at_once(
        60, lambda place: twin(browser).post(CODE, {"code": f"{(int(code) + 1 + place) % 10**6:06}"})
    )
    afterwards = twin(browser).post(CODE, {"code": code})

    assert the_code().tries == 5
    assert {answer.status_code for answer in answers} == {422}
    assert afterwards.status_code == 422


def test_of_sixty_passwords_at_once_five_are_checked(sakura, monkeypatch):
    checked = []
    real = User.check_password
    monkeypatch.setattr(
        User, "check_password", lambda self, typed: checked.append(typed) or real(self, typed)
    )

    answers = at_once(
        60,
        lambda place: Browser().post(
            LOGIN, {"login_id": sakura.clerk.login_id, "password": f"guess {place}"}
        ),
    )

    assert len(checked) == 5
    assert Counter(answer.status_code for answer in answers) == {422: 4, 429: 56}


def test_twelve_clicks_on_send_again_send_one(sakura):
    browser = type_password(sakura)
    let_pass(timedelta(seconds=61))

    at_once(12, lambda place: twin(browser).post(RESEND))

    assert LoginCode.objects.count() == 2


def test_the_hours_limit_holds_for_parallel_logins(sakura):
    at_once(
        16,
        lambda place: Browser().post(LOGIN, {"login_id": sakura.clerk.login_id, "password": PASSWORD}),
    )

    assert LoginCode.objects.count() == 10


def test_a_wrong_and_the_right_code_at_once_do_not_disturb_each_other(sakura, mail_folder):
    browser = type_password(sakura)
    run_due()
    code = mailed_code(mail_folder)

    answers = at_once(
        4, lambda place: twin(browser).post(CODE, {"code": code if place == 0 else wrong(code)})
    )

    assert sorted(answer.status_code for answer in answers).count(302) >= 1
    assert the_code().used_at is not None
