"""The demo city, opened for measuring."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import User
from audit.record import SYSTEM, Context, context
from facilities.actors import Actor, Role, actor_for
from facilities.models import Membership, Municipality
from facilities.scope import scope


@contextmanager
def open_city() -> Iterator[Municipality]:
    """Scope and record of the whole demo city, acting as the system."""
    city = Municipality.objects.get(code="129999")
    with context(Context(who=SYSTEM, entrance="bench", municipality_id=city.pk)), scope(city.pk, None):
        yield city


def acting_as(city: Municipality, login_id: str) -> Actor:
    """One of the demo's people."""
    user = User.objects.get(login_id=login_id)
    duty = Role(Membership.objects.get(user=user, ended_at__isnull=True).duty)
    return actor_for(user_id=user.pk, login_id=login_id, duty=duty, municipality_id=city.pk)
