"""
Tokens with which other systems of the city call the API (APIトークン).

A token is 256 random bits behind the code of its city, so that it can be looked up inside that city's scope and
nowhere else. Only its keyed hash is stored: the token itself is shown once, to the administrator who made it.
"""

import re
import secrets
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.api_clients import ApiClient, ApiScope
from facilities.events import FacilityEvent
from facilities.models import ApiToken, Municipality
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from vault import keyed_hash

RANDOM_BYTES = 32
FORM = re.compile(r"hagukumi_(?P<code>[0-9]{6})_[A-Za-z0-9_-]{43}")
LONGEST_LABEL = 60
LONGEST_LIFE = timedelta(days=365)
MOST_TOKENS = 20
ROLE = "API"
WINDOW = timedelta(minutes=1)


class TokenRefused(Exception):
    """Missing, unknown, of no form, expired or revoked: never said which."""


class TooManyCalls(Exception):
    """More calls within the minute than the city's systems need. ``seconds``: when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("呼び出しが多すぎます。しばらく待ってから、もう一度送ってください。")
        self.seconds = seconds


@operation(FacilityEvent.API_TOKEN_CREATED)
def create(
    label: str, *, scopes: Collection[str], expires_on: date, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """
    Make a token; returns its row and the token itself, which can never be read again.

    ``expires_on``: the last day it is good, in Japan.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: no label, no scope, or a life that is too long or over.
    """
    permissions.manage_api_tokens(by, None)
    name = " ".join(label.split())
    today = timezone.localtime(at).date()
    problems = []
    if not name:
        problems.append("名前を入力してください。")
    elif len(name) > LONGEST_LABEL:
        problems.append(f"名前は{LONGEST_LABEL}字までで入力してください。")
    if not scopes or not set(scopes) <= set(ApiScope.values):
        problems.append("できることを選んでください。")
    if not today <= expires_on < today + LONGEST_LIFE:
        problems.append("有効期限は、今日から1年以内の日にしてください。")
    if ApiToken.objects.filter(revoked_at__isnull=True, expires_at__gt=at).count() >= MOST_TOKENS:
        problems.append(f"使えるトークンは{MOST_TOKENS}件までです。使わないものを取り消してください。")
    if problems:
        raise ProblemsFound(problems)
    city = Municipality.objects.get(pk=by.municipality_id)
    text = f"hagukumi_{city.code}_{secrets.token_urlsafe(RANDOM_BYTES)}"
    token = ApiToken(
        municipality=city,
        label=name,
        token_hash=_hash(text),
        scopes=sorted(scopes),
        made_at=at,
        made_by=by.user_id,
        expires_at=timezone.make_aware(datetime.combine(expires_on + timedelta(days=1), time.min)),
    )
    token.save(force_insert=True)
    record(
        FacilityEvent.API_TOKEN_CREATED,
        by=by,
        on=token,
        rows={"token": [token.pk]},
        detail={"scopes": token.scopes, "expires_on": expires_on},
    )
    return token, text


@operation(FacilityEvent.API_TOKEN_REVOKED)
def revoke(token_id: UUID, *, by: Actor, at: datetime) -> ApiToken:
    """
    From now on it opens nothing.

    :raises ApiToken.DoesNotExist: not a token of the open scope.
    :raises NotAllowed: only the administrator, and once.
    """
    token: ApiToken = ApiToken.objects.select_for_update(of=("self",)).get(pk=token_id)
    permissions.manage_api_tokens(by, None)
    if token.revoked_at is not None:
        raise NotAllowed("このトークンは、すでに取り消されています。")
    token.revoked_at, token.revoked_by = at, by.user_id
    token.save(update_fields=["revoked_at", "revoked_by"])
    record(FacilityEvent.API_TOKEN_REVOKED, by=by, on=token, rows={"token": [token.pk]})
    return token


def city_of(text: str) -> Municipality:
    """
    The city a token names. Whether the token is any good says ``authenticate``, inside that city's scope.

    :raises TokenRefused: it has not the form of a token, or there is no such city.
    """
    found = FORM.fullmatch(text)
    city = Municipality.objects.filter(code=found["code"]).first() if found else None
    if city is None:
        raise TokenRefused
    return city


def authenticate(text: str, *, at: datetime) -> ApiClient:
    """
    Who acts by this token. The scope is the city the token names; calls of one token come one after the other.

    :raises TokenRefused: unknown, expired or revoked.
    :raises TooManyCalls: more than ``API_CALLS_PER_MINUTE``.
    """
    token: ApiToken | None = (
        ApiToken.objects.select_for_update(of=("self",)).filter(token_hash=_hash(text)).first()
    )
    if token is None or token.revoked_at is not None or token.expires_at <= at:
        raise TokenRefused
    if token.window_began_at is None or token.window_began_at + WINDOW <= at:
        token.window_began_at, token.window_calls = at, 0
    if token.window_calls >= settings.API_CALLS_PER_MINUTE:
        raise TooManyCalls(int((token.window_began_at + WINDOW - at).total_seconds()) + 1)
    token.window_calls += 1
    token.last_used_at = at
    token.save(update_fields=["window_began_at", "window_calls", "last_used_at"])
    return ApiClient(
        id=str(token.pk),
        label=token.label,
        role=ROLE,
        municipality_id=token.municipality_id,
        scopes=frozenset(token.scopes),
    )


def _hash(text: str) -> bytes:
    return keyed_hash(text, purpose="api token")
