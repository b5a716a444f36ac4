"""
Replacing the data keys of persons while everybody goes on working.

1. Everybody gets a second generation, in one transaction of the key store: from then on it seals, and both open.
2. Person by person, all rows sealed with an older one are sealed with the newest, in one transaction.
3. When every transaction that was running after 2 has ended, nobody holds an older value any more that could be written
   back, nor has read one that is still to be opened. Of whom something older was written back meanwhile, 2 comes again.
4. The older generations are removed.

Stopped anywhere, whatever there is opens; the next run goes on where this one stopped (who has two generations is not
finished). Whoever opens rows and writes them does both within one transaction: 3 rests on it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from audit.record import record
from facilities.models import Municipality
from facilities.older_transactions import wait_for_older_transactions
from facilities.scope import scope
from person_keys import generations, store
from staff_records.events import RetentionEvent
from staff_records.models import StaffMember
from staff_records.person_rows import PersonRow, kinds_of_rows
from staff_records.sealed import sealed_names
from vault import CannotUnseal, KeyRing, key_id_of, write_tokens

AT_ONCE = 50
PATIENCE_SECONDS = 60.0
# More rounds are needed only where somebody is at work on the same people all the time.
MOST_ROUNDS = 5
ONE_RUN = 5_314_002  # advisory lock of the portal's database
Tell = Callable[[str], None]


class AnotherRun(Exception):
    """Somebody else is replacing keys at this moment."""


@dataclass
class Replaced:
    """What became of the persons of one city who had two generations."""

    waiting: int = 0
    left: int = 0


@contextmanager
def only_run() -> Iterator[None]:
    """
    One run at a time; killed, its connection ends and frees the next one.

    :raises AnotherRun: another one is at work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_RUN])
        if not cursor.fetchone()[0]:
            raise AnotherRun
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_RUN])


def begin(cities: Sequence[Municipality]) -> int:
    """A second generation for everybody; 0 where an earlier replacement is to be finished first."""
    return generations.begin(city.pk for city in cities)


def replace_in(city: Municipality, tell: Tell, *, patience: float = PATIENCE_SECONDS) -> Replaced:
    """Seal everything of the persons who have two generations with the newer one, and remove the older ones."""
    waiting = generations.unfinished(city.pk)
    done = Replaced(waiting=len(waiting))
    for _ in range(MOST_ROUNDS):
        clean: set[UUID] = set()
        for start in range(0, len(waiting), AT_ONCE):
            clean |= _reseal(city, waiting[start : start + AT_ONCE])
            tell(f"{city.code}: {min(start + AT_ONCE, len(waiting))} / {len(waiting)}")
        if not waiting or not wait_for_older_transactions(patience):
            break
        ready = [key_id for key_id in waiting if key_id in clean]
        for start in range(0, len(ready), AT_ONCE):
            _end(city, ready[start : start + AT_ONCE])
        waiting = generations.unfinished(city.pk)
    done.left = len(generations.unfinished(city.pk))
    return done


def _reseal(city: Municipality, key_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these persons of whom nothing is sealed with an older key now. Who is being worked on is passed over."""
    with scope(city.pk, None):
        held = StaffMember.with_erased.select_for_update(of=("self",), skip_locked=True)
        mine = set(held.filter(pk__in=key_ids).order_by("pk").values_list("pk", flat=True))
        members = set(StaffMember.with_erased.filter(pk__in=key_ids).values_list("pk", flat=True))
        free = {key_id for key_id in key_ids if key_id in mine or key_id not in members}
        free -= store.destroyed_among(free, municipality_id=city.pk)
        rings = store.rings(free, municipality_id=city.pk)
        unclean: set[UUID] = set()
        written = 0
        for kind in kinds_of_rows():
            written += _reseal_rows(kind, rings, unclean)
        if written:
            record(
                RetentionEvent.KEYS_REPLACED,
                municipality_id=city.pk,
                detail={"persons": len(free), "values": written},
            )
        return free - unclean


def _reseal_rows(kind: type[PersonRow], rings: dict[UUID, KeyRing], unclean: set[UUID]) -> int:
    rows = list(kind.every().filter(kind.under_keys(list(rings))).order_by("pk"))
    written = 0
    for sealed in sealed_names(kind).values():
        fresh: list[tuple[UUID, bytes, bytes]] = []
        key_of: dict[UUID, UUID] = {}
        for row in rows:
            ring, token = rings[row.key_id], getattr(row, sealed.column)
            if not _is_older(token, ring):
                continue
            place = sealed.place(row)
            try:
                plain = ring.unseal(token, bound_to=place)
            except CannotUnseal:
                unclean.add(row.key_id)
                continue
            fresh.append((row.pk, bytes(token), ring.seal(plain, bound_to=place)))
            key_of[row.pk] = row.key_id
        done = write_tokens(kind, sealed.column, fresh)
        unclean |= {key_id for pk, key_id in key_of.items() if pk not in done}
        written += len(done)
    return written


def _end(city: Municipality, key_ids: Sequence[UUID]) -> None:
    """Remove the older generations of those of whom nothing older was written meanwhile."""
    with scope(city.pk, None):
        rings = store.rings(
            set(key_ids) - store.destroyed_among(key_ids, municipality_id=city.pk), municipality_id=city.pk
        )
        older = {
            row.key_id
            for kind in kinds_of_rows()
            for row in kind.every().filter(kind.under_keys(list(rings)))
            for sealed in sealed_names(kind).values()
            if _is_older(getattr(row, sealed.column), rings[row.key_id])
        }
        generations.end(rings.keys() - older, municipality_id=city.pk)


def _is_older(token: Any, ring: KeyRing) -> bool:
    # An empty token is what is left of a value that was erased.
    return bool(token) and key_id_of(token) != ring.newest
