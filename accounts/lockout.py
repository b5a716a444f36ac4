"""Who is locked out after wrong passwords, and under which spelling of the id it is counted."""

import unicodedata
from datetime import datetime
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest
from django.utils import timezone

from vault import keyed_hash

LONGEST = 256
# Guesses from many addresses: an account is locked for everybody after four times as many failures.
ANYWHERE_FACTOR = 4
INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def normalise(login_id: str) -> str:
    """One spelling of an id: F001, ｆ００１ and «f001 » are the same. Spaces, NUL and the like are dropped."""
    plain = unicodedata.normalize("NFKC", str(login_id)[:LONGEST]).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter) not in INVISIBLE)


def counted_name(login_id: str) -> str:
    """
    The name an id is counted under in the tables of django-axes.

    A keyed hash: somebody who typed the password into the field for the id must not find it there.
    """
    return keyed_hash(normalise(login_id), purpose="login id").hex()[:32]


def normalised_login_id(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """For django-axes: the name this attempt is counted under."""
    given = credentials or {}
    return counted_name(given.get("login_id") or given.get("username") or request.POST.get("login_id", ""))


class AccountLockoutHandler(AxesDatabaseHandler):
    """Counts by id and address together, and more slowly by id alone."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The larger of both counts, the second one divided by its factor."""
        here: int = super().get_failures(request, credentials)
        anywhere = _recent(request, credentials).aggregate(n=Sum("failures_since_start"))["n"] or 0
        return max(here, anywhere // ANYWHERE_FACTOR)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count the failure, and keep nothing else of what was sent."""
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None:
            name = normalised_login_id(request, credentials)
            AccessAttempt.objects.filter(username=name).update(get_data="", post_data="")


def locked_until(request: HttpRequest, credentials: dict[str, Any] | None = None) -> datetime | None:
    """When the next try will be possible; None when nothing is counted for this id."""
    latest: datetime | None = _recent(request, credentials).aggregate(at=Max("attempt_time"))["at"]
    return latest + settings.AXES_COOLOFF_TIME if latest else None


def is_locked(login_id: str) -> bool:
    """
    Whether too many wrong passwords keep this id out at the moment, from at least one address.

    The door's own sums (``get_failures``): of each address, whatever the browsers, and of all of them together.
    """
    recent = AccessAttempt.objects.filter(
        username=counted_name(login_id), attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME
    )
    by_address = recent.order_by().values("ip_address").annotate(n=Sum("failures_since_start"))
    counts: list[int] = list(by_address.values_list("n", flat=True))
    return max([*counts, sum(counts) // ANYWHERE_FACTOR]) >= settings.AXES_FAILURE_LIMIT


def unlock(login_id: str) -> int:
    """Forget the counted failures of an id; how many rows there were."""
    forgotten, _ = AccessAttempt.objects.filter(username=counted_name(login_id)).delete()
    return forgotten


def _recent(request: HttpRequest, credentials: dict[str, Any] | None) -> Any:
    return AccessAttempt.objects.filter(
        username=normalised_login_id(request, credentials), attempt_time__gte=get_cool_off_threshold(request)
    )
