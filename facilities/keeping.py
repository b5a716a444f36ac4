"""
Answers that are computed when they are stale and kept until they are stale again (a facility and a month at a time).

What makes them stale is asked of the rows themselves and told by nobody: PostgreSQL gives every version of every row a
place (``ctid``) and the transaction that wrote it (``xmin``), and a stamp is made of those of all rows an answer is
computed from. So there is no act that could forget to say that it has changed something, and whoever writes rows waits
for nobody.

The stamp is read before the rows. What was computed while somebody wrote is kept under the stamp of before, which never
comes back; the next look computes anew. The clock is in none of it: month and fiscal year are asked for. Other terms
of the question and other programs are other stamps.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import BigIntegerField, Count, F, Func, QuerySet, Sum, UUIDField, Value

from facilities.models import Kept
from facilities.periods import ServiceMonth
from facilities.scope import current_scope
from vault import seal, unseal

# What sources consist of besides Python: tables that come with them.
SOURCES: Final = ("*.py", "*.toml", "*.csv")

# Rows of the city, which each facility's answer reads.
EVERYBODY: Final = ""

Versions = Mapping[UUID, tuple[str, ...]]
Row = TypeVar("Row", bound=Kept)


@dataclass(frozen=True)
class Read:
    """
    Rows that an answer is computed from, as it reads them. ``owner``: the path to their facility, or ``EVERYBODY`` of
    rows of the whole city; ``beside``: values of other tables that are read with them.
    """

    rows: QuerySet[Any]
    owner: str = "facility_id"
    beside: tuple[str, ...] = ()


def row_versions(read: Sequence[Read], facility_ids: Collection[UUID] | None = None) -> QuerySet[Any]:
    """
    For each facility in scope (or of those named) and each of ``read``: which, how many rows, and the sum of their
    versions' hashes.

    One query that reads no value. To be read before the rows, see above; ``versions_of`` sorts the answer.
    """
    found = [_versions_in(place, one, facility_ids) for place, one in enumerate(read)]
    return reduce(lambda before, more: before.union(more, all=True), found)


def versions_of(rows: Iterable[tuple[UUID | None, int, int, Any]]) -> Versions:
    """The answer to ``row_versions`` by facility, rows of the city with each; who has none of its own is left out."""
    found: dict[UUID | None, list[str]] = defaultdict(list)
    for facility_id, table, number, total in sorted(rows, key=lambda row: row[1]):
        found[facility_id].append(f"{table}:{number}:{total}")
    of_city = found.pop(None, [])
    return {place: (*parts, *of_city) for place, parts in found.items() if place is not None}


def stamp(program: str, versions: Iterable[str], *terms: object) -> str:
    """The stamp of an answer by this program, from rows of these versions, to a question with these terms."""
    return hashlib.sha256(json.dumps([program, *versions, *terms], default=str).encode()).hexdigest()


def kept_in(
    model: type[Row], month: ServiceMonth, facility_ids: Collection[UUID] | None = None
) -> QuerySet[Row]:
    """What was kept of the month, stale or not, in scope or of the facilities named."""
    rows: QuerySet[Row] = model.objects.filter(month=month.first_day)
    return rows if facility_ids is None else rows.filter(facility__in=facility_ids)


def still_true(kept: Iterable[Kept], stamps: Mapping[UUID, str]) -> dict[UUID, str]:
    """The texts of those kept under the stamp of today, by facility."""
    return {
        row.facility_id: unseal(row.content_sealed, bound_to=row.place).decode()
        for row in kept
        if stamps.get(row.facility_id) == row.stamp
    }


def keep(
    model: type[Kept], texts: Mapping[UUID, str], stamps: Mapping[UUID, str], month: ServiceMonth
) -> None:
    """
    Keep what was computed, by facility, under the stamps that were read before.

    Nobody waits for it: while another transaction is keeping answers of this city and month (an approval of a hundred
    applications may take its time), what was computed answers once and is computed again.
    """
    if not texts or not _alone(f"{model._meta.db_table} {current_scope().municipality_id} {month}"):
        return
    rows = []
    for facility_id in sorted(texts):
        row = model(
            municipality_id=current_scope().municipality_id,
            facility_id=facility_id,
            month=month.first_day,
            stamp=stamps[facility_id],
        )
        row.content_sealed = seal(texts[facility_id].encode(), bound_to=row.place)
        rows.append(row)
    model.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["facility", "month"],
        update_fields=["stamp", "content_sealed"],
    )


def forget_kept(*, before: ServiceMonth) -> int:
    """
    Whatever is kept of months nobody looks at any more, in every room; returns how many rows.

    It is computed again when somebody does. The scope of the city is open.
    """
    return sum(model.objects.filter(month__lt=before.first_day).delete()[0] for model in _kept_models())


def forget_kept_of(facility_ids: QuerySet[Any] | Collection[UUID]) -> None:
    """Whatever is kept of these facilities, in every room: also what is stale would tell of who is erased."""
    for model in _kept_models():
        model.objects.filter(facility__in=facility_ids).delete()


@cache
def program(*names: str) -> str:
    """A hash of the sources of rooms, workshops and modules that answers are computed with."""
    digest = hashlib.sha256()
    for name in names:
        place = Path(settings.BASE_DIR) / name
        kinds = (one for kind in SOURCES for one in place.rglob(kind))
        sources = sorted(kinds) if place.is_dir() else [place]
        assert sources, f"{name} has no sources to tell one program from another"
        for source in sources:
            digest.update(source.read_bytes())
    return digest.hexdigest()


def april_of(fiscal_year: int) -> ServiceMonth:
    """The month under which an answer about a whole fiscal year is kept."""
    return ServiceMonth.of(date(fiscal_year, 4, 1))


def _alone(place: str) -> bool:
    """Whether no other transaction is at this place; from now on to its end this one is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [place])
        return bool(cursor.fetchone()[0])


def _kept_models() -> list[type[Kept]]:
    return [model for model in apps.get_models() if issubclass(model, Kept)]


def _versions_in(place: int, read: Read, facility_ids: Collection[UUID] | None) -> QuerySet[Any]:
    table = read.rows.model._meta.db_table
    version = Func(
        "pk",
        *(F(path) for path in read.beside),
        template=f'hashtextextended(concat_ws(\'|\', %(expressions)s, "{table}".xmin, "{table}".ctid), 0)',
        output_field=BigIntegerField(),
    )
    owner, rows = read.owner, read.rows
    if owner == EVERYBODY:
        rows, owner = rows.annotate(nobody=Value(None, output_field=UUIDField())), "nobody"
    elif facility_ids is not None:
        rows = rows.filter(**{f"{owner}__in": facility_ids})
    rows = rows.order_by().annotate(table=Value(place)).values(owner, "table")
    rows = rows.annotate(number=Count("pk"), total=Sum(version))
    found: QuerySet[Any] = rows.values_list(owner, "table", "number", "total")
    return found
