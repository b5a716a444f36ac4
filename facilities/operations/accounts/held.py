"""An account held by one act, while every other act on the city's accounts waits."""

from uuid import UUID

from django.conf import settings

from accounts.models import User
from facilities import permissions
from facilities.actors import CITY_ROLES, Actor
from facilities.models import Membership, Municipality
from facilities.rules import ProblemsFound

STOPPED = "停止中のアカウントです。先に再開してください。"
ENDED = "このアカウントの担当はすでに終わっています。一覧から開き直してください。"


def site_of(membership: Membership) -> str:
    """The entrance this person uses: facilities come over the Internet, the city over LGWAN (R15)."""
    site: str = settings.CITY_SITE_URL if membership.duty in CITY_ROLES else settings.SITE_URL
    return site


def one_after_the_other(by: Actor) -> None:
    """
    One administrator's act after the other in a city.

    Two who stop each other at once must not both succeed, nor two who register the same address at once.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)


def held_account(membership_id: UUID, by: Actor) -> tuple[Membership, User]:
    """
    The membership and its account, locked.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it has ended.
    """
    one_after_the_other(by)
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("facility").get(pk=membership_id)
    )
    permissions.manage_accounts(by, membership)
    if membership.ended_at is not None:
        raise ProblemsFound([ENDED])
    return membership, User.objects.select_for_update(of=("self",)).get(pk=membership.user_id)
