"""A person puts the tour for new clerks away."""

from datetime import datetime

from accounts.models import User
from accounts.operations import people
from audit.record import record
from facilities.actors import Actor
from facilities.operating import operation
from portal.events import PortalEvent


@operation(PortalEvent.FIRST_STEPS_CLOSED)
def close_first_steps(*, by: Actor, at: datetime) -> User:
    """Show the first steps no longer on the home page: for this person, on every device. Once closed stays closed."""
    user: User = User.objects.select_for_update(of=("self",)).get(pk=by.user_id)
    people.close_first_steps(user, at)
    record(PortalEvent.FIRST_STEPS_CLOSED, by=by, on=user)
    return user
