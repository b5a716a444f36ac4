"""
What somebody has looked at once is computed again before somebody looks again: at night, and after an import.

Each room says what it keeps (``keeps_ready``). One job looks after a few facilities in one transaction and asks for the
ones after them, so that no job is long and a stopped one is done again; what is kept and true costs it one message. A
city whose lists nobody has opened has nothing kept and is left alone: nobody's roster is opened for nobody.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Final
from uuid import UUID

from audit.record import SYSTEM, record
from facilities.events import FacilityEvent
from facilities.models import Facility, Kept
from jobs import outbox

KEEP_READY: Final = "facilities.keep_ready"
AT_ONCE: Final = 25

# Computes what is stale of these facilities; the scope of the city is open.
Keeper = Callable[[Collection[UUID]], None]
_keepers: list[tuple[type[Kept], Keeper]] = []


def keeps_ready(model: type[Kept]) -> Callable[[Keeper], Keeper]:
    """Register the decorated function for what is kept in ``model``; rooms do so when they are ready."""

    def register(keeper: Keeper) -> Keeper:
        _keepers.append((model, keeper))
        return keeper

    return register


def ask_to_keep_ready(municipality_id: UUID, *, on: date | None = None) -> None:
    """
    Ask for the city's first facilities, in the current transaction. ``on``: a day on which it is asked for only once.
    """
    key = None if on is None else f"{KEEP_READY}:{municipality_id}:{on}"
    outbox.add(KEEP_READY, key=key, municipality_id=municipality_id, after="")


def keep_ready(municipality_id: UUID, *, after: str) -> list[UUID]:
    """
    Compute what is stale of the facilities whose numbers come next after ``after``, and ask for those behind them.

    Returns the facilities of which something is kept. Doing it twice is doing it once.
    """
    rows = Facility.objects.filter(number__gt=after).order_by("number").values_list("pk", "number")[:AT_ONCE]
    places = dict(rows)
    looked_at: set[UUID] = set()
    for model, keeper in _keepers:
        kept = model.objects.filter(facility__in=places).order_by()
        ids = set(kept.values_list("facility", flat=True).distinct())
        if ids:
            keeper(ids)
            looked_at |= ids
    if looked_at:
        record(FacilityEvent.KEPT_READY, by=SYSTEM, rows={"facility": sorted(looked_at)})
    if len(places) == AT_ONCE:
        outbox.add(KEEP_READY, municipality_id=municipality_id, after=max(places.values()))
    return sorted(looked_at)
