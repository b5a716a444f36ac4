"""
The door of the house.

For every URL below ``/f/``, ``/c/`` and ``/a/``: who is it, for whom do they act, may they be here? Then the request
runs in one transaction with the scope open, and its answer leaves only when something about it was recorded in that
transaction. Another tenant's number answers 404, byte for byte like a number that does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import urlencode

from accounts import held_forms
from accounts.models import User
from accounts.places import client_address
from asking import together
from audit.record import NOBODY, Context, Outcome, Who, context, record_apart
from facilities.actors import CITY_ROLES, Actor, Role, actor_for
from facilities.events import FacilityEvent
from facilities.models import Membership
from facilities.requests import TenantRequest
from facilities.scope import acting_user, scope
from facilities.sent_forms import answered_before, remember_answer

GetResponse = Callable[[HttpRequest], HttpResponse]


class UnauditedResponse(Exception):
    """A page about a tenant was about to leave without an event. A bug of the view: record what it shows."""


@dataclass(frozen=True)
class Entrance:
    """One of the doors: its URL prefix, its word in the record, and the roles that may pass."""

    prefix: str
    name: str
    duties: frozenset[Role]


ENTRANCES = (
    Entrance("f/", "internet", frozenset({Role.FACILITY})),
    Entrance("c/", "lgwan", CITY_ROLES - {Role.AUDITOR}),
    Entrance("a/", "lgwan", frozenset({Role.AUDITOR})),
)


class EntranceMiddleware:
    """Opens actor, audit context and scope for each request to a tenant's page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _match(request)
        entrance = _entrance(match)
        user = request.user if isinstance(request.user, User) else None
        # django-otp puts is_verified() on the user; the types do not know it.
        signed_in = user is not None and bool(user.is_verified())  # type: ignore[attr-defined]
        opened = Context(
            who=Who(id=str(user.pk), label=user.login_id, role="") if user else NOBODY,
            address=client_address(request),
            municipality_id=user.realm_id if user else None,
        )
        with context(opened):
            if match is None or entrance is None:
                return self.get_response(request)
            opened.entrance = entrance.name
            if not signed_in:
                held_forms.hold(request)
                # A POST leads back to the page its form stands on: its own address cannot be opened.
                wanted = held_forms.page_of(request) if request.method == "POST" else request.get_full_path()
                return redirect(f"{reverse('accounts:login')}?{urlencode({'next': wanted})}")
            response = self._inside(cast(TenantRequest, request), match, entrance, opened)
            if response.status_code in {403, 404, 405}:
                _record_denial(match, response.status_code)
            return response

    def _inside(
        self, request: TenantRequest, match: ResolverMatch, entrance: Entrance, opened: Context
    ) -> HttpResponse:
        with transaction.atomic():
            mine = _memberships(request, entrance)
            membership = _chosen(mine, match, entrance)
            if membership is None:
                return self._not_found(request)
            actor = _actor(request, membership)
            request.actor, request.membership = actor, membership
            request.serves_several = actor.is_facility and len(mine) > 1
            opened.who, opened.municipality_id, opened.facility_id = (
                actor,
                actor.municipality_id,
                actor.facility_id,
            )
            facilities = None if actor.facility_id is None else [actor.facility_id]
            with scope(actor.municipality_id, facilities, savepoint=False):
                response = answered_before(request) or self.get_response(request)
                if isinstance(response, StreamingHttpResponse):
                    raise UnauditedResponse("a streamed answer would leave before its record is committed")
                if response.status_code >= 500 or connection.needs_rollback:
                    transaction.set_rollback(True)
                    opened.unnamed.clear()  # what was opened is not in the page of an error
                    return response
                if response.status_code < 400 and not opened.recorded:
                    raise UnauditedResponse(match.view_name)
                opened.require_named()
                remember_answer(request, response)
                return response

    def _not_found(self, request: HttpRequest) -> HttpResponse:
        """The very answer of an address that does not exist: the request goes on to a path that never resolves."""
        request.path_info = "/-/"
        return self.get_response(request)


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _entrance(match: ResolverMatch | None) -> Entrance | None:
    if match is None:
        return None
    return next((entrance for entrance in ENTRANCES if match.route.startswith(entrance.prefix)), None)


def _memberships(request: TenantRequest, entrance: Entrance) -> list[Membership]:
    """The lasting memberships that may pass this door; a corporation's clerk has one for each of its facilities."""
    mine = Membership.own.filter(user_id=request.user.pk, ended_at__isnull=True, duty__in=entrance.duties)
    (found,) = together(
        mine.select_related("municipality", "facility").order_by("began_at", "pk"),
        before=acting_user(request.user.pk),
    )
    return found


def _chosen(mine: list[Membership], match: ResolverMatch, entrance: Entrance) -> Membership | None:
    """The one under which this request acts; facility pages name their facility in the URL."""
    number = match.kwargs.get("facility_number")
    if number is not None and Role.FACILITY in entrance.duties:
        mine = [row for row in mine if row.facility is not None and row.facility.number == number]
    return mine[0] if mine else None


def _actor(request: TenantRequest, membership: Membership) -> Actor:
    return actor_for(
        user_id=request.user.pk,
        login_id=request.user.login_id,
        duty=Role(membership.duty),
        municipality_id=membership.municipality_id,
        facility_id=membership.facility_id,
    )


def _record_denial(match: ResolverMatch, status: int) -> None:
    record_apart(
        FacilityEvent.ACCESS_DENIED,
        detail={"page": match.view_name, "status": status},
        outcome=Outcome.REFUSED,
    )


def not_found_unless(condition: object) -> None:
    """:raises Http404: the condition does not hold; tells nothing about why."""
    if not condition:
        raise Http404
