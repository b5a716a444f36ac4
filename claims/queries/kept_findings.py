"""
加算の確認 of all facilities, kept until a row changes that the conditions ask of (``facilities.keeping``).

What stands here is for lists and for the review of applications; one facility's page of 加算の確認 and its form ask
the conditions anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from applications.rows_read import places_read, with_applications
from asking import together
from claims.applied import said_in_year
from claims.findings_told import FindingsTold
from claims.models import ChildCount, ConditionAnswers, CountSheet, KeptFindings, MonthlyFacts
from claims.queries.additions import additions_in
from claims.states import SheetStatus
from facilities import keeping
from facilities.keeping import Read, kept_in, row_versions
from facilities.models import Facility, FacilityProfile, GrantedItem, holding_in
from facilities.operations.keeping_ready import keeps_ready
from facilities.periods import ServiceMonth
from staff_records.keeping import rosters_read

# What findings are computed with: another program has other stamps.
PROGRAM: Final = ("pricing", "pages", "facilities", "staff_records", "applications", "claims")
NOTHING_TOLD: Final = ""
# Of so many facilities those of the whole city are asked for: a list of ids is compared with row after row.
MANY: Final = 50


def read_by_findings(month: ServiceMonth) -> list[Read]:
    """Every row that the conditions of a month ask of (a test looks)."""
    year = month.fiscal_year
    current = CountSheet.objects.filter(month=month.first_day).exclude(status=SheetStatus.SUPERSEDED)
    return [
        Read(Facility.objects.all(), owner="pk"),
        Read(current),
        Read(ChildCount.objects.filter(sheet__in=current)),
        Read(holding_in(FacilityProfile.objects.all(), month)),
        Read(holding_in(GrantedItem.objects.all(), month)),
        Read(MonthlyFacts.objects.filter(month=month.first_day)),
        Read(ConditionAnswers.objects.filter(fiscal_year=year)),
        *with_applications(said_in_year(year)),
        *places_read(year),
        *rosters_read(),
    ]


def findings_asked(
    month: ServiceMonth, facility_ids: Collection[UUID] | None = None
) -> tuple[QuerySet[Any], QuerySet[KeptFindings]]:
    """What ``findings_of`` wants to know, for one message: versions of the rows and what was kept; of all or these."""
    return (
        row_versions(read_by_findings(month), facility_ids),
        kept_in(KeptFindings, month, facility_ids),
    )


def findings_of(
    month: ServiceMonth, versions: Collection[tuple[UUID, int, int, Any]], kept: Collection[KeptFindings]
) -> dict[UUID, FindingsTold]:
    """
    What the conditions say of each facility that claims and has counts of the month: what was kept where it is of
    today; the others are asked anew and kept.

    ``versions`` and ``kept`` as ``findings_asked`` were answered. Nothing is asked where nothing is stale.
    """
    program = keeping.program(*PROGRAM)
    stamps = {
        facility_id: keeping.stamp(program, own, month)
        for facility_id, own in keeping.versions_of(versions).items()
    }
    texts = keeping.still_true(kept, stamps)
    stale = stamps.keys() - texts.keys()
    checked = additions_in(month, stale) if stale else {}
    fresh = {place: one.findings_told for place, one in checked.items()}
    # Who does not claim, or has no counts, is kept as such: else every look would ask again.
    new = {place: fresh[place].as_text() if place in fresh else NOTHING_TOLD for place in stale}
    keeping.keep(KeptFindings, new, stamps, month)
    return fresh | {
        place: FindingsTold.of_text(text) for place, text in texts.items() if text != NOTHING_TOLD
    }


def newest_months() -> QuerySet[Any]:
    """(facility id, first day of its newest month with counts), for ``Newest``."""
    current = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
    newest = current.order_by("facility", "-month").distinct("facility")
    return newest.values_list("facility_id", "month")


class Newest:
    """
    The findings of each facility's newest month with counts, in one message however many months these are.

    ``rows`` as ``newest_months`` was answered, of the facilities that are asked for.
    """

    def __init__(self, rows: Iterable[tuple[UUID, date]]) -> None:
        self._months: dict[ServiceMonth, list[UUID]] = defaultdict(list)
        for facility_id, day in rows:
            self._months[ServiceMonth.of(day)].append(facility_id)

    @property
    def asked(self) -> list[QuerySet[Any]]:
        """What is to be asked."""
        return [
            one
            for month, facility_ids in self._months.items()
            for one in findings_asked(month, None if len(facility_ids) > MANY else facility_ids)
        ]

    def told(self, answers: Sequence[Any]) -> dict[UUID, FindingsTold]:
        """By facility, from the answers to ``asked``."""
        told: dict[UUID, FindingsTold] = {}
        for place, (month, facility_ids) in enumerate(self._months.items()):
            found = findings_of(month, *answers[2 * place : 2 * place + 2])
            told |= {facility_id: found[facility_id] for facility_id in facility_ids if facility_id in found}
        return told


@keeps_ready(KeptFindings)
def keep_findings(facility_ids: Collection[UUID]) -> None:
    """Those of the newest month with counts, which is what lists open with."""
    newest = Newest(newest_months().filter(facility__in=facility_ids))
    newest.told(together(*newest.asked))
