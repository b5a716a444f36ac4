"""What the pages of this room share, whoever looks."""

from django.http import Http404

from facilities.models import Facility
from facilities.requests import TenantRequest
from facilities.rules import NotAllowed, ProblemsFound

Refusal = NotAllowed | ProblemsFound
Crumbs = list[tuple[str, str | None]]


def own_facility(request: TenantRequest) -> Facility:
    """The one facility of the address; the door has made sure that there is one."""
    if request.membership.facility is None:
        raise Http404
    return request.membership.facility


def sentences(refusal: Refusal) -> list[str]:
    """What a refusal says."""
    return refusal.problems if isinstance(refusal, ProblemsFound) else [str(refusal)]
