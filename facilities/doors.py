"""
Where a facility's page leads to. Rooms above say so: facilities know neither counts nor claims.

Only doors the reader may open are shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from facilities.actors import Actor
from facilities.models import Facility
from facilities.rooms_above import Asked


@dataclass(frozen=True)
class Door:
    """A page about this facility in another room."""

    label: str
    url: str


Opener = Callable[[Actor, Facility], Sequence[Door]]

# Which pages does its room have about a facility, for this reader?
leads = Asked[Opener]()


def doors_of(actor: Actor, facility: Facility) -> list[Door]:
    """Every room's pages, in the order of the rooms."""
    return [door for opener in leads for door in opener(actor, facility)]
