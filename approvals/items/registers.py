"""
What waits beside what the rooms know by now (いまの登録): values typed against the register, and values whose register
has changed since they were sent. Kept until a row changes that the comparison reads (``facilities.keeping``).
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from applications.models import ApplicationVersion
from applications.packs_in_force import pack_of
from applications.queries.filled import fill_many, rows_read
from applications.states import VersionStatus
from approvals.items.flags import Compared, stale_fields, typed_against
from approvals.models import KeptComparisons
from asking import together
from facilities import keeping
from facilities.keeping import april_of, kept_in, row_versions
from facilities.operations.keeping_ready import keeps_ready

# What comparisons are computed with: another program has other stamps.
PROGRAM: Final = ("pricing", "pages", "facilities", "staff_records", "applications", "claims", "approvals")


def comparisons_asked(
    fiscal_year: int, facility_ids: Collection[UUID] | None = None
) -> tuple[QuerySet[Any], QuerySet[KeptComparisons]]:
    """What ``comparisons_of`` wants to know, for one message: versions of rows and what was kept; of all or these."""
    return (
        row_versions(rows_read(fiscal_year), facility_ids),
        kept_in(KeptComparisons, april_of(fiscal_year), facility_ids),
    )


def comparisons_of(
    facility_ids: Collection[UUID],
    fiscal_year: int,
    versions: Collection[tuple[UUID, int, int, Any]],
    kept: Collection[KeptComparisons],
) -> dict[UUID, Compared]:
    """
    The versions of these facilities that wait, beside the registers: what was kept where it is of today; the others
    are compared anew and kept.

    ``versions`` and ``kept`` as ``comparisons_asked`` were answered. Nothing is asked where nothing is stale.
    """
    program = keeping.program(*PROGRAM)
    wanted = set(facility_ids)
    stamps = {
        facility_id: keeping.stamp(program, own, fiscal_year)
        for facility_id, own in keeping.versions_of(versions).items()
        if facility_id in wanted
    }
    texts = keeping.still_true(kept, stamps)
    fresh = _compare(sorted(stamps.keys() - texts.keys()), fiscal_year)
    keeping.keep(KeptComparisons, fresh, stamps, april_of(fiscal_year))
    return {
        UUID(version_id): Compared(tuple(typed), stale)
        for text in (*texts.values(), *fresh.values())
        for version_id, (typed, stale) in json.loads(text).items()
    }


def _compare(facility_ids: Sequence[UUID], fiscal_year: int) -> dict[UUID, str]:
    """What is kept of each facility: its versions that wait, by id. The rooms are asked once for all."""
    if not facility_ids:
        return {}
    waiting = list(
        ApplicationVersion.objects.filter(
            facility__in=facility_ids,
            application__fiscal_year=fiscal_year,
            status=VersionStatus.SUBMITTED,
        ).select_related("application", "facility", "pack")
    )
    items = [pack_of(version.pack).by_key.get(version.application.item_key) for version in waiting]
    asked = [
        (version, item)
        for version, item in zip(waiting, items, strict=True)
        if item is not None and version.is_wanted
    ]
    filled = fill_many([(version.facility, item, version) for version, item in asked], fiscal_year)
    known = {version.pk: one for (version, _), one in zip(asked, filled, strict=True)}
    found: dict[UUID, dict[str, Compared]] = {facility_id: {} for facility_id in facility_ids}
    for version, item in zip(waiting, items, strict=True):
        sent = version.content.get("sent", {})
        stale = stale_fields(item, sent, known[version.pk]) if item and version.pk in known else {}
        found[version.facility_id][str(version.pk)] = Compared(typed_against(sent), stale)
    return {facility_id: json.dumps(own, ensure_ascii=False) for facility_id, own in found.items()}


@keeps_ready(KeptComparisons)
def keep_comparisons(facility_ids: Collection[UUID]) -> None:
    """Those of every fiscal year of which one of these facilities has something waiting."""
    waiting = ApplicationVersion.objects.filter(facility__in=facility_ids, status=VersionStatus.SUBMITTED)
    for year in sorted(set(waiting.order_by().values_list("application__fiscal_year", flat=True))):
        comparisons_of(facility_ids, year, *together(*comparisons_asked(year, facility_ids)))
