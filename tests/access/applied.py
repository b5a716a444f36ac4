"""How the city reviews applications: rows behind the addresses of their review."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from approvals.operations import routing
from approvals.operations.routing import RouteValues
from facilities.actors import Role
from tests.cast import City


def review_rows(city: City) -> dict[str, UUID]:
    """A route of the city's own, and a delegation of the chief's."""
    now = timezone.now()
    with city.open(Role.ADMINISTRATOR) as administrator:
        route = routing.set_route(RouteValues(("officer", "chief"), family="city"), by=administrator, at=now)
        delegation = routing.delegate(
            city.people[Role.CHIEF].pk,
            to_user=city.people[Role.OFFICER].pk,
            role=Role.CHIEF,
            from_day=timezone.localdate(now),
            to_day=timezone.localdate(now) + timedelta(days=3),
            reason="休暇",
            by=administrator,
            at=now,
        )
    return {"route_id": route.pk, "delegation_id": delegation.pk}
