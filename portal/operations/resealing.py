"""
Rotation of ``VAULT_KEYS``: whatever is sealed with an older key of the installation is sealed with the newest one.

Batch by batch, each in a transaction of its own with its event; stopped anywhere, nothing is half done, and what is
left opens with the older key as before. A row somebody else works on is passed over first and waited for at the end.
Nothing is written over what somebody else wrote in between.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import BinaryField, Q, QuerySet
from django.db.models.expressions import RawSQL

from audit.record import record
from facilities.models import Municipality
from facilities.scope import scope
from person_keys import store
from person_keys.models import PersonKey
from portal.events import KeyEvent
from vault import CannotUnseal, KeyRing, SealedColumn, header_of, sealed_columns, write_tokens

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One column, of one city where its rows belong to cities."""

    column: SealedColumn
    municipality: Municipality | None

    @property
    def name(self) -> str:
        """Table and column, and the city's code."""
        return (
            self.column.name if self.municipality is None else f"{self.column.name} {self.municipality.code}"
        )

    @contextmanager
    def open(self) -> Iterator[None]:
        """A transaction that sees the rows."""
        if self.municipality is None:
            with transaction.atomic():
                yield
        elif self.column.model is PersonKey:
            with store.city(self.municipality.pk):
                yield
        else:
            with scope(self.municipality.pk, None):
                yield

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows with a value, within ``open``."""
        rows: QuerySet[Any] = self.column.model.objects.filter(**{f"{self.column.column}__isnull": False})
        if self.column.model is PersonKey and self.municipality is not None:
            rows = rows.filter(municipality_id=self.municipality.pk)
        return rows

    @property
    def old_rows(self) -> QuerySet[Any]:
        """Rows sealed with another key than the newest, within ``open``."""
        header = header_of(next(iter(settings.VAULT_KEYS)))
        table, column = self.column.model._meta.db_table, self.column.column
        head = RawSQL(  # noqa: S611  our own names
            f'substring("{table}"."{column}" FROM 1 FOR %s)', [len(header)], output_field=BinaryField()
        )
        rows: QuerySet[Any] = self.rows.annotate(head=head).exclude(Q(head=header)).order_by("pk")
        return rows


@dataclass
class Left:
    """What a run leaves behind: how many values no key on the ring opens, by part."""

    resealed: int = 0
    unreadable: dict[str, int] = field(default_factory=dict)


def parts() -> list[Part]:
    """Every sealed column of the house, city by city."""
    cities = list(Municipality.objects.order_by("code"))
    found: list[Part] = []
    for column in sealed_columns(list(apps.get_models())):
        of_cities = any(one.attname == "municipality_id" for one in column.model._meta.fields)
        found += [Part(column, city) for city in cities] if of_cities else [Part(column, None)]
    return found


def count_old(part: Part) -> int:
    """How many values of a part are sealed with another key than the newest."""
    with part.open():
        return part.old_rows.count()


def reseal(tell: Tell) -> Left:
    """Seal everything with the newest key. A value that no key opens stays as it is and is counted."""
    left = Left()
    ring = KeyRing(settings.VAULT_KEYS)
    for part in parts():
        unreadable = _reseal_part(part, ring, left, tell)
        if unreadable:
            left.unreadable[part.name] = len(unreadable)
    return left


def _reseal_part(part: Part, ring: KeyRing, left: Left, tell: Tell) -> set[UUID]:
    unreadable: set[UUID] = set()
    # First what nobody else holds, then what is left, waiting for whoever holds it.
    for skip_locked in (True, False):
        while True:
            with part.open():
                rows = list(
                    part.old_rows.exclude(pk__in=unreadable).select_for_update(
                        of=("self",), skip_locked=skip_locked
                    )[: part.column.at_once]
                )
                written = _write(part, rows, ring, unreadable)
                if written and part.column.model is not PersonKey:
                    _record(part, written)
            if written and part.column.model is PersonKey:
                # Another database: the event follows the act.
                with transaction.atomic():
                    _record(part, written)
            left.resealed += written
            if written:
                tell(f"{part.name}: {written}")
            if not rows:
                break
    return unreadable


def _write(part: Part, rows: list[Any], ring: KeyRing, unreadable: set[UUID]) -> int:
    fresh: list[tuple[UUID, bytes, bytes]] = []
    for row in rows:
        before = bytes(getattr(row, part.column.column))
        place = part.column.place_of(row)
        try:
            fresh.append((row.pk, before, ring.seal(ring.unseal(before, bound_to=place), bound_to=place)))
        except CannotUnseal:
            unreadable.add(row.pk)
    return len(write_tokens(part.column.model, part.column.column, fresh))


def _record(part: Part, written: int) -> None:
    record(
        KeyEvent.RESEALED,
        municipality_id=None if part.municipality is None else part.municipality.pk,
        detail={"table": part.column.name, "rows": written, "key": next(iter(settings.VAULT_KEYS))},
    )
