"""
What a facility has said of the conditions in its applications (申請で答えた事実), so that nothing is asked twice.

It stands after what the rooms and the roster tell and before what was answered to the conditions themselves.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import Q

from applications.facts import FACTS, as_fact
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from claims import answers
from claims.composing import Ingredients
from facilities.periods import ServiceMonth
from pages.wareki import short_date_words
from staff_records.figures.facts import RosterFact

SENT: Final = (VersionStatus.APPROVED, VersionStatus.SUBMITTED)


def read_applied(gathered: Mapping[UUID, Ingredients], month: ServiceMonth) -> None:
    """
    Add the facts that each facility's sent applications of the year hold in ``month``: one query.

    What was sent last is the newest word; what begins later says nothing yet.
    """
    rows = (
        ApplicationVersion.objects.filter(
            Q(from_month__isnull=True) | Q(from_month__lte=month.first_day),
            facility__in=list(gathered),
            application__fiscal_year=month.fiscal_year,
            status__in=SENT,
        )
        .exclude(facts={})
        .select_related("application")
        .only("facility_id", "facts", "submitted_at", "application__label")
        .order_by("submitted_at")
    )
    for row in rows:
        own = gathered[row.facility_id]
        for name, kept in row.facts.items():
            if name in FACTS:
                own.applied[name] = _told(row, name, kept, own.facility.kind, month.fiscal_year)


def _told(row: ApplicationVersion, name: str, kept: object, kind: str, fiscal_year: int) -> RosterFact:
    assert row.submitted_at is not None
    said = str(kept)
    if name in answers.BY_NAME:
        said = answers.in_words(answers.question_of(name, kind, fiscal_year), kept)
    source = f"申請「{row.application.label}」（{short_date_words(row.submitted_at.date())}提出）から：{said}"
    return RosterFact(name, as_fact(name, kept), said, source)
