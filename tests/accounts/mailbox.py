"""Reading the mailed code and typing the password, as a person does."""

import email
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse

from accounts.models import LoginCode
from tests.cast import PASSWORD, Browser, Nursery

LOGIN, CODE, RESEND = reverse("accounts:login"), reverse("accounts:code"), reverse("accounts:resend_code")
LOGOUT, KEEP_ALIVE = reverse("accounts:logout"), reverse("accounts:keep_alive")


def mails(folder: Path) -> list[Any]:
    """Every mail that was sent, in order."""
    return [email.message_from_bytes(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


def mailed_code(folder: Path) -> str:
    """The code of the newest mail."""
    text = mails(folder)[-1].get_payload(decode=True).decode()
    return re.search(r"\b\d{6}\b", text)[0]


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 10**6:06}"


def type_password(
    sakura: Nursery, password: str = PASSWORD, *, browser: Browser | None = None, **extra: Any
) -> Browser:
    """A browser after the first step."""
    browser = browser or Browser()
    answer = browser.post(LOGIN, {"login_id": sakura.clerk.login_id, "password": password, **extra})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def let_pass(time: timedelta) -> None:
    """Move every code into the past, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_logincode SET created_at = created_at - %s, expires_at = expires_at - %s",
            [time, time],
        )


def attempt_of(browser: Browser) -> dict[str, Any]:
    """What the session keeps between the two steps."""
    return browser.session["login_attempt"]


def the_code() -> LoginCode:
    """The only code there is."""
    return LoginCode.objects.get()
