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
def rosters(actor: Actor, facility: Facility) -> Sequence[Door]:
    """Who works there, and the roster of this year, for the operations section."""
    if not permissions.read_in_city.allows(actor, None):
        return []
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    return [
        Door("職員名簿", reverse("staff_city:roster", args=[facility.number])),
        Door("職員の人数と経験年数", reverse("staff_city:figures", args=[facility.number])),
        Door(
            f"{fiscal_year_words(year)}の職員名簿",
            reverse("staff_city:year_page", args=[year, facility.number]),
        ),
    ]
