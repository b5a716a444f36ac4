"""How much a facility really typed, for the facility's own page in the city."""

from collections.abc import Sequence

from django.urls import reverse

from applications.permissions import read_in_city
from facilities.actors import Actor
from facilities.doors import Door, leads
from facilities.models import Facility


@leads
def typed_fields(actor: Actor, facility: Facility) -> Sequence[Door]:
    """Its line in the city's report."""
    if not read_in_city.allows(actor, None):
        return []
    return [Door("入力した欄の数", f"{reverse('application_entries:entries')}?words={facility.number}")]
