"""
Numbers of rosters, computed when they are stale and kept until they are stale again.

What makes them stale is asked of the rows themselves and told by nobody: PostgreSQL gives every version of every row a
place (``ctid``) and the transaction that wrote it (``xmin``), and a stamp is made of those of all rows a roster is
computed from. So there is no act that could forget to say that it has changed something, and whoever changes a roster
waits for nobody.

The stamp is read before the rows. Numbers that were computed while somebody wrote are kept under the stamp of before,
which never comes back; the next look computes anew. The clock is in none of it: month and fiscal year are asked for,
and «1 April» and «the first day» follow from them. Other terms of the facility and other programs are other stamps.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache, reduce
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField, Count, Func, QuerySet, Sum, Value

from facilities.periods import ServiceMonth
from facilities.scope import current_scope
from staff_records.figures.numbers import Asked, Numbers
from staff_records.figures.people import Roster
from staff_records.models import (
    EarlierEmployment,
    Employment,
    KeptNumbers,
    MonthlyHours,
    Qualification,
    StaffMember,
    Training,
    WorkRules,
)
from staff_records.queries.rosters import rosters
from vault import seal, unseal

# Every table that ``queries.rosters`` reads (a test looks).
READ_BY_ROSTERS: Final[tuple[type[Any], ...]] = (
    StaffMember,
    Employment,
    Qualification,
    EarlierEmployment,
    Training,
    MonthlyHours,
    WorkRules,
)
# What numbers are computed with: another program has other stamps.
PROGRAM: Final = ("pricing", "staff_records", "facilities/periods.py")

Versions = Mapping[UUID, tuple[str, ...]]


def row_versions() -> QuerySet[Any]:
    """
    For each facility in scope and table of the roster: which, how many rows, and the sum of their versions' hashes.

    One query that reads no value. To be read before the rows, see above; ``versions_of`` sorts the answer.
    """
    found = [_versions_in(place, model) for place, model in enumerate(READ_BY_ROSTERS)]
    return reduce(lambda before, more: before.union(more, all=True), found)


def versions_of(rows: Iterable[tuple[UUID, int, int, Any]]) -> Versions:
    """The answer to ``row_versions`` by facility; who has no rows in any table is left out."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for facility_id, table, number, total in sorted(rows, key=lambda row: row[1]):
        found[facility_id].append(f"{table}:{number}:{total}")
    return {facility_id: tuple(parts) for facility_id, parts in found.items()}


def kept_in(month: ServiceMonth) -> QuerySet[KeptNumbers]:
    """What was kept of the month, stale or not, in scope."""
    rows: QuerySet[KeptNumbers] = KeptNumbers.objects.filter(month=month.first_day)
    return rows


def numbers_of(
    asked: Mapping[UUID, Asked], versions: Versions, kept: Collection[KeptNumbers], month: ServiceMonth
) -> dict[UUID, Numbers]:
    """
    The numbers of each facility asked for: those kept, as far as they are of today; the others are computed and kept.

    ``versions`` and ``kept`` as they were read for this scope. Nothing is asked where nothing is stale.
    """
    stamps = {
        facility_id: _stamp(versions[facility_id], own)
        for facility_id, own in asked.items()
        if facility_id in versions
    }
    found = {
        row.facility_id: Numbers.of_text(unseal(row.content_sealed, bound_to=row.place).decode())
        for row in kept
        if stamps.get(row.facility_id) == row.stamp
    }
    stale = sorted(stamps.keys() - found.keys())
    computed = rosters(month.fiscal_year, *stale, months=[month]) if stale else {}
    fresh = {
        facility_id: Numbers.of(computed.get(facility_id, Roster()), asked[facility_id])
        for facility_id in stale
    }
    _keep(fresh, stamps, month)
    nobody = {
        facility_id: Numbers.of(Roster(), own)
        for facility_id, own in asked.items()
        if facility_id not in stamps
    }
    return found | fresh | nobody


def forget_numbers(*, before: ServiceMonth) -> int:
    """Numbers of months nobody looks at any more; returns how many. They are computed again when somebody does."""
    gone, _ = KeptNumbers.objects.filter(month__lt=before.first_day).delete()
    return gone


def _keep(fresh: Mapping[UUID, Numbers], stamps: Mapping[UUID, str], month: ServiceMonth) -> None:
    rows = []
    # In one order, so that two who keep at once wait for each other and never both.
    for facility_id in sorted(fresh):
        row = KeptNumbers(
            municipality_id=current_scope().municipality_id,
            facility_id=facility_id,
            month=month.first_day,
            stamp=stamps[facility_id],
        )
        row.content_sealed = seal(fresh[facility_id].as_text().encode(), bound_to=row.place)
        rows.append(row)
    KeptNumbers.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["facility", "month"],
        update_fields=["stamp", "content_sealed"],
    )


def _stamp(versions: tuple[str, ...], asked: Asked) -> str:
    made_of = [program(), *versions, asked.kind, str(asked.month), asked.capacity_23, asked.dedicated]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


@cache
def program() -> str:
    """A hash of the sources that numbers are computed with."""
    digest = hashlib.sha256()
    for name in PROGRAM:
        place = Path(settings.BASE_DIR) / name
        sources = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        assert sources, f"{name} has no sources to tell one program from another"
        for source in sources:
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _versions_in(place: int, model: type[Any]) -> QuerySet[Any]:
    table = model._meta.db_table
    version = Func(
        "pk",
        template=f'hashtextextended(%(expressions)s::text || "{table}".xmin::text || "{table}".ctid::text, 0)',
        output_field=BigIntegerField(),
    )
    rows: QuerySet[Any] = model.objects.order_by()
    rows = rows.annotate(table=Value(place)).values("facility_id", "table")
    rows = rows.annotate(number=Count("pk"), total=Sum(version))
    return rows.values_list("facility_id", "table", "number", "total")
