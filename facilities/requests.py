"""The request as a tenant's view sees it: with the actor and membership the door has found."""

from django.http import HttpRequest

from accounts.models import User
from facilities.actors import Actor
from facilities.models import Membership, SentForm


class SignedInRequest(HttpRequest):
    """A request whose person has passed both factors. For annotations only; so is the next one."""

    user: User


class TenantRequest(SignedInRequest):
    """The door puts these on the real request; ``sent_form`` is there while a new form is being answered."""

    actor: Actor
    membership: Membership
    sent_form: SentForm | None
