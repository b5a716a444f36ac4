"""
What a facility has said of the conditions in its applications (申請で答えた事実), so that nothing is asked twice.

It stands after what the rooms and the roster tell and before what was answered to the conditions themselves.
"""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from applications.facts import FACTS, as_fact
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from claims import answers
from facilities.periods import ServiceMonth
from pages.wareki import short_date_words
from staff_records.figures.facts import RosterFact

SENT: Final = (VersionStatus.APPROVED, VersionStatus.SUBMITTED)


def sent_in(facility_ids: Collection[UUID], fiscal_year: int) -> QuerySet[ApplicationVersion]:
    """The applications of the year that say facts, in the order in which they were sent."""
    return (
        said_in_year(fiscal_year)
        .filter(facility__in=list(facility_ids))
        .select_related("application")
        .only("facility_id", "from_month", "facts", "submitted_at", "application__label")
        .order_by("submitted_at")
    )


def said_in_year(fiscal_year: int) -> QuerySet[ApplicationVersion]:
    """The sent applications of the year that say facts, of every facility in scope."""
    rows: QuerySet[ApplicationVersion] = ApplicationVersion.objects.filter(
        application__fiscal_year=fiscal_year, status__in=SENT
    )
    return rows.exclude(facts={})


def said_in(rows: Iterable[ApplicationVersion], month: ServiceMonth, kind: str) -> dict[str, RosterFact]:
    """
    The facts one facility's applications hold in ``month``, by name.

    What was sent last is the newest word; what begins later says nothing yet.
    """
    return {
        name: _told(row, name, kept, kind, month.fiscal_year)
        for row in rows
        if row.from_month is None or row.from_month <= month.first_day
        for name, kept in row.facts.items()
        if name in FACTS
    }


def _told(row: ApplicationVersion, name: str, kept: object, kind: str, fiscal_year: int) -> RosterFact:
    assert row.submitted_at is not None
    said = str(kept)
    if name in answers.BY_NAME:
        said = answers.in_words(answers.question_of(name, kind, fiscal_year), kept)
    day = short_date_words(timezone.localdate(row.submitted_at))
    source = f"申請「{row.application.label}」（{day}提出）から：{said}"
    return RosterFact(name, as_fact(name, kept), said, source)
