"""
Making, opening and destroying the keys of persons. Replacing them: ``person_keys.generations``.

Every call names the municipality and sees its keys only: by the query, and by row-level security in the key store. Keys
are committed in their own transaction, before the rows that use them: a key without rows does no harm, rows without a
key would.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction

from asking import Statement, together
from person_keys.models import Owner, PersonKey
from person_keys.router import KEY_STORE
from vault import KeyRing, seal, unseal

KEY_BYTES = 32
# Advisory lock of the key store: nobody is given another generation while somebody's keys are destroyed.
GENERATIONS = 5_314_001


class KeyDestroyed(Exception):
    """The person was erased: what is kept of the person cannot be read by anybody any more."""


class KeyMissing(Exception):
    """A row names a person of whom the key store knows nothing: the stores do not belong together."""


def make(
    person_ids: Collection[UUID], *, municipality_id: UUID, owner: Owner = Owner.MEMBER
) -> dict[UUID, KeyRing]:
    """
    A first key for each person; whoever has one keeps it.

    :raises KeyDestroyed: one of them was erased.
    """
    with city(municipality_id):
        there = PersonKey.objects.filter(municipality_id=municipality_id, person_id__in=set(person_ids))
        # Of any generation: a first one beside a later one would be a key nothing was sealed with.
        known = set(there.values_list("person_id", flat=True))
        fresh = [
            wrapped(person_id, 1, municipality_id=municipality_id, owner=owner)
            for person_id in set(person_ids) - known
        ]
        PersonKey.objects.bulk_create(fresh, ignore_conflicts=True)
    return rings(person_ids, municipality_id=municipality_id)


def wrapped(
    person_id: UUID, generation: int, *, municipality_id: UUID, owner: Owner = Owner.MEMBER
) -> PersonKey:
    """A fresh key, not stored yet."""
    row = PersonKey(municipality_id=municipality_id, person_id=person_id, generation=generation, owner=owner)
    row.wrapped = seal(os.urandom(KEY_BYTES), bound_to=row.place)
    return row


def rings(
    person_ids: Collection[UUID], *, municipality_id: UUID, but_destroyed: bool = False
) -> dict[UUID, KeyRing]:
    """
    The opened keys of these persons, in one round trip: the municipality and the question go together, so that reading
    needs no transaction of its own. The newest of each seals. ``but_destroyed``: who was erased is left out.

    :raises KeyDestroyed: one of them was erased.
    :raises KeyMissing: one of them has no key.
    """
    keys: dict[UUID, dict[str, bytes]] = {}
    wanted = PersonKey.objects.filter(municipality_id=municipality_id, person_id__in=set(person_ids))
    (rows,) = together(wanted.order_by("-generation"), before=_sees(municipality_id), using=KEY_STORE)
    for row in rows:
        if row.wrapped is None and not but_destroyed:
            raise KeyDestroyed(str(row.person_id))
        keys.setdefault(row.person_id, {})
        if row.wrapped is None:
            continue
        opened = unseal(row.wrapped, bound_to=row.place)
        keys[row.person_id][f"{row.generation}"] = opened
    if missing := set(person_ids) - keys.keys():
        raise KeyMissing(", ".join(sorted(map(str, missing))))
    return {person_id: KeyRing(generations) for person_id, generations in keys.items() if generations}


def destroyed_among(person_ids: Collection[UUID], *, municipality_id: UUID) -> set[UUID]:
    """Those of these persons who were erased. One round trip, none for nobody."""
    if not person_ids:
        return set()
    rows = PersonKey.objects.filter(municipality_id=municipality_id, person_id__in=set(person_ids))
    destroyed = rows.filter(destroyed_at__isnull=False).values_list("person_id", flat=True)
    (found,) = together(destroyed, before=_sees(municipality_id), using=KEY_STORE)
    return set(found)


def person_ids(*, municipality_id: UUID, destroyed: bool, made_before: datetime | None = None) -> set[UUID]:
    """Members whose keys there are, or whose were destroyed."""
    with city(municipality_id):
        rows = PersonKey.objects.filter(municipality_id=municipality_id, owner=Owner.MEMBER)
        rows = rows.filter(destroyed_at__isnull=not destroyed)
        if made_before is not None:
            rows = rows.filter(made_at__lt=made_before)
        return set(rows.values_list("person_id", flat=True))


def remove(person_ids: Collection[UUID], *, municipality_id: UUID, made_before: datetime) -> int:
    """
    Remove keys that nothing was ever kept under; returns how many persons'. Tombstones stay.

    Whoever is hired again under a removed id gets another key: remove only what no row names.
    """
    with city(municipality_id):
        rows = PersonKey.objects.filter(municipality_id=municipality_id, person_id__in=set(person_ids))
        rows = rows.filter(destroyed_at__isnull=True, made_at__lt=made_before)
        gone = set(rows.values_list("person_id", flat=True))
        rows.delete()
        return len(gone)


def destroy(person_ids: Collection[UUID], *, municipality_id: UUID, at: datetime) -> None:
    """Forget these keys for good. The rows stay as tombstones."""
    with city(municipality_id):
        hold_generations()
        rows = PersonKey.objects.filter(municipality_id=municipality_id, person_id__in=set(person_ids))
        rows.filter(destroyed_at__isnull=True).update(wrapped=None, destroyed_at=at)


def hold_generations() -> None:
    """Until the transaction ends nobody else begins a generation or destroys one."""
    with connections[KEY_STORE].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GENERATIONS])


@contextmanager
def city(municipality_id: UUID) -> Iterator[None]:
    """A transaction of the key store that sees one municipality's keys."""
    with transaction.atomic(using=KEY_STORE):
        with connections[KEY_STORE].cursor() as cursor:
            cursor.execute(*_sees(municipality_id))
        yield


def _sees(municipality_id: UUID) -> Statement:
    """Until the transaction ends the key store shows this municipality's keys."""
    return "SELECT set_config('app.municipality', %s, true)", [str(municipality_id)]
