"""An application with the city, and how the city reviews: rows behind the addresses of the review of applications."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from approvals.operations import routing
from approvals.operations.routing import RouteValues
from facilities.actors import Role
from tests.applications.stage import release_pack, save, submit
from tests.cast import City, Nursery


def review_rows(city: City, place: Nursery) -> dict[str, UUID]:
    """A sent version of the nursery's, a route of the city's own, and a delegation of the chief's."""
    version = submit(place, save(place, release_pack(city), extra_staff="1", monthly_yen="100000"))
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
    return {"version_id": version.pk, "route_id": route.pk, "delegation_id": delegation.pk}
