"""The roster, for the facility's own page in the city."""

from collections.abc import Sequence

from django.urls import reverse

from facilities.actors import Actor
from facilities.doors import Door, leads
from facilities.models import Facility
from staff_records.permissions import read_in_city


@leads
def roster(actor: Actor, facility: Facility) -> Sequence[Door]:
    """Who works there, for the operations section."""
    if not read_in_city.allows(actor, None):
        return []
    return [Door("職員名簿", reverse("staff_city:roster", args=[facility.number]))]
