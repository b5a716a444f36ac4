"""
What a facility has said of the conditions in its applications (申請で答えた事実), so that nothing is asked twice.

It stands after what the rooms and the roster tell and before what was answered to the conditions themselves.
"""

from collections.abc import Iterable
from typing import Any, Final
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


def sent_by(facility_ids: Iterable[UUID], fiscal_years: Iterable[int]) -> QuerySet[ApplicationVersion]:
    """The sent applications of these years that say facts, by facility, the newest word last."""
    return (
        ApplicationVersion.objects.filter(
            facility__in=list(facility_ids),
            application__fiscal_year__in=set(fiscal_years),
            status__in=SENT,
        )
        .exclude(facts={})
        .select_related("application")
        .defer("content_sealed")
        .order_by("facility", "submitted_at")
    )


def told_in(versions: Iterable[ApplicationVersion], kind: str, month: ServiceMonth) -> dict[str, RosterFact]:
    """
    What the versions of one facility say of ``month``, by name, each with its application and day.

    Of another fiscal year they say nothing, and what begins later says nothing yet.
    """
    told = {}
    for version in versions:
        begins = version.from_month or month.first_day
        if version.application.fiscal_year != month.fiscal_year or begins > month.first_day:
            continue
        assert version.submitted_at is not None
        day = short_date_words(timezone.localdate(version.submitted_at))
        for name, kept in version.facts.items():
            if name in FACTS:
                said = _in_words(name, kept, kind, month.fiscal_year)
                source = f"申請「{version.application.label}」（{day}提出）から：{said}"
                told[name] = RosterFact(name, as_fact(name, kept), said, source)
    return told


def _in_words(name: str, kept: Any, kind: str, fiscal_year: int) -> str:
    if name not in answers.BY_NAME:
        return str(kept)
    return answers.in_words(answers.question_of(name, kind, fiscal_year), kept)
