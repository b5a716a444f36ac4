"""Who is locked out after wrong passwords, and under which spelling of the id it is counted."""

import re
import unicodedata
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.db.models import Sum
from django.http import HttpRequest

LONGEST = 64
# Guesses from many addresses: an account is locked for everybody after four times as many failures.
ANYWHERE_FACTOR = 4


def normalise(login_id: str) -> str:
    """One spelling of an id: F001, ｆ００１ and «f001 » are the same. Invisible characters are dropped."""
    plain = unicodedata.normalize("NFKC", str(login_id)[:LONGEST]).casefold()
    return re.sub(r"[^\x21-\x7e]", "", plain)


def normalised_login_id(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """For django-axes: the id of this attempt."""
    given = credentials or {}
    return normalise(given.get("login_id") or given.get("username") or request.POST.get("login_id", ""))


class AccountLockoutHandler(AxesDatabaseHandler):
    """Counts by id and address together, and more slowly by id alone."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The larger of both counts, the second one divided by its factor."""
        here: int = super().get_failures(request, credentials)
        name = normalised_login_id(request, credentials)
        anywhere = (
            AccessAttempt.objects.filter(username=name).aggregate(n=Sum("failures_since_start"))["n"] or 0
        )
        return max(here, anywhere // ANYWHERE_FACTOR)
