"""What the record says, for tests: the events of a city, as its auditor would read them."""

from audit.models import Event
from facilities.scope import scope
from tests.cast import City


def events_of(city: City, name: str = "") -> list[Event]:
    """The city's events, oldest first; ``name`` narrows to one kind."""
    with scope(city.municipality.pk, None):
        found = Event.objects.filter(municipality_id=city.municipality.pk).order_by("number")
        return list(found.filter(event=name) if name else found)
