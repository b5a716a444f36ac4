"""The request as a tenant's view sees it: with the actor and membership the door has found."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from accounts import held_forms
from accounts.models import User
from facilities.actors import Actor
from facilities.models import Facility, Membership, SentForm
from facilities.rules import Rule

# Whoever is told so has sent what no page of ours sends, or a page that is older than the program.
UNREADABLE = "画面の内容を読み取れませんでした。画面を開き直して、もう一度お試しください。"

# Where a page stands: words and address, the page itself without one.
Crumbs = list[tuple[str, str | None]]


class SignedInRequest(HttpRequest):
    """A request whose person has passed both factors. For annotations only; so is the next one."""

    user: User


def typed_texts(request: HttpRequest, *names: str) -> dict[str, str]:
    """What was typed into these fields: sent just now and refused, or before the login expired; else empty."""
    sent = request.POST if request.method == "POST" else held_forms.take(request) or QueryDict()
    return {name: sent.get(name, "") for name in names}


class TenantRequest(SignedInRequest):
    """The door puts these on the real request; ``sent_form`` is there while a new form is being answered."""

    actor: Actor
    membership: Membership
    serves_several: bool
    sent_form: SentForm | None


def page_status(request: HttpRequest) -> int:
    """Of a page with a form: a form that comes back was not accepted."""
    return 422 if request.method == "POST" else 200


def own_facility(request: TenantRequest) -> Facility:
    """
    The one facility of a facility's page; the door has made sure that there is one.

    :raises Http404: the person acts for the city.
    """
    if request.membership.facility is None:
        raise Http404
    return request.membership.facility


def facility_or_404(number: str, *related: str) -> Facility:
    """
    The facility of this number in the open scope, with its ``related`` rows.

    :raises Http404: there is none; another city's is none.
    """
    facilities = Facility.objects.select_related(*related) if related else Facility.objects.all()
    found: Facility = get_object_or_404(facilities, number=number)
    return found


def require(request: TenantRequest, rule: Rule[None]) -> None:
    """
    Close a page to whom ``rule`` does not allow it, whatever is on it.

    :raises PermissionDenied: answered with the page that says so.
    """
    if not rule.allows(request.actor, None):
        raise PermissionDenied
