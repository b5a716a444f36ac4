"""
The one place where a facility's act reaches the rosters of other facilities: those its own corporation runs, and
that of its predecessor.

Everywhere else a facility's request sees its own facility only, and that must stay so: the scope is what makes a
forgotten filter harmless. A corporation is the employer of its people and may carry them from one of its rosters to
another, and a successor is the same house under another number. These rosters, and no others, are opened here for as
long as the block lasts; whose people were seen is told in the record of each facility. No other act of a facility opens
a scope (a test looks).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.scope import scope
from staff_records.dossiers import Dossier
from staff_records.events import StaffEvent


@contextmanager
def rosters_of_its_corporation(facility: Facility) -> Iterator[None]:
    """
    The rosters of every facility that the corporation of ``facility`` runs in the municipality, closed ones too.

    The row-level security of facilities hides the other ones from a facility, so the whole city is in scope for one
    query, which brings their ids and nothing else.
    """
    with scope(facility.municipality_id, None):
        run_by_it = Facility.objects.filter(corporation=facility.corporation_id)
        own = list(run_by_it.values_list("pk", flat=True))
    with scope(facility.municipality_id, own):
        yield


@contextmanager
def roster_of_its_predecessor(facility: Facility) -> Iterator[Facility | None]:
    """The roster of the facility that ``facility`` has succeeded to, whoever ran it; None when there is none."""
    if facility.predecessor_id is None:
        yield None
        return
    with scope(facility.municipality_id, [facility.pk, facility.predecessor_id]):
        yield Facility.objects.select_related("corporation").get(pk=facility.predecessor_id)


def record_shown_elsewhere(
    facility: Facility, shown: Iterable[Dossier], *, by: Actor, event: StaffEvent
) -> None:
    """Tell the record of each other facility that its people were shown to this one, or taken over by it."""
    by_place: dict[UUID, list[UUID]] = defaultdict(list)
    for one in shown:
        if one.member.facility_id != facility.pk:
            by_place[one.member.facility_id].append(one.member.pk)
    for place, members in by_place.items():
        record(
            event,
            by=by,
            facility_id=place,
            rows={"staff_member": members},
            detail={"shown_to": facility.number},
        )
