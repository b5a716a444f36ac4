"""Pages that facilities and the city both have, each below its own door."""

from typing import Any

from django.urls import reverse

from facilities.actors import Actor
from facilities.models import Facility


def address(actor: Actor, facility: Facility | None, name: str, *arguments: Any) -> str:
    """The page of this name on the side the person stands on."""
    if actor.is_facility:
        assert facility is not None, "a facility's person acts for one"
        return reverse(f"documents:{name}", args=[facility.number, *arguments])
    return reverse(f"documents_city:{name}", args=arguments)
