"""The request as a tenant's view sees it: with the actor and membership the door has found."""

from django.http import HttpRequest

from accounts.models import User
from facilities.actors import Actor
from facilities.models import Membership


class TenantRequest(HttpRequest):
    """For annotations only; the middleware puts the two attributes on the real request."""

    user: User  # type: ignore[assignment]
    actor: Actor
    membership: Membership
