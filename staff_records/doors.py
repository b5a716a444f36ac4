"""The pages this room has about a facility, for the city."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from facilities.actors import Actor
from facilities.doors import Door, leads
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words
from staff_records import permissions


@leads
def roster_of_the_year(actor: Actor, facility: Facility) -> Sequence[Door]:
    """The roster of this year, for whom it is a task."""
    if not permissions.read_in_city.allows(actor, None):
        return []
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    return [
        Door(
            f"{fiscal_year_words(year)}の職員名簿",
            reverse("staff_city:year_page", args=[year, facility.number]),
        )
    ]
