"""Whose records are past the retention period: how many, of which facility and year. Never who."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import User
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words
from staff_records.models import Erasure, RetentionRule, StaffMember
from staff_records.models.retention import USUAL_YEARS
from staff_records.states import ErasureStatus

LATEST = 10


@dataclass(frozen=True)
class Past:
    """People of one facility who left in one fiscal year and are past the period."""

    facility_id: UUID
    facility: str
    left_year: int
    persons: int

    @property
    def year_words(self) -> str:
        """平成23年度."""
        return fiscal_year_words(self.left_year)


@dataclass(frozen=True)
class Asked:
    """An erasure with the IDs of the administrators."""

    erasure: Erasure
    requested_by: str
    confirmed_by: str

    @property
    def year_words(self) -> str:
        """The last year of leaving it is about."""
        return fiscal_year_words(self.erasure.through_year)


@dataclass(frozen=True)
class Retention:
    """The page: the rule, what it says today, what waits and what was done. Four queries."""

    years: int
    through_year: int
    past: list[Past]
    open: Asked | None
    ended: list[Asked]

    @property
    def year_words(self) -> str:
        """The last year of leaving that is past the period."""
        return fiscal_year_words(self.through_year)

    @property
    def persons(self) -> int:
        """How many are past the period."""
        return sum(one.persons for one in self.past)


def years_kept() -> int:
    """For how many fiscal years after the year of leaving this city keeps records."""
    rule: RetentionRule | None = RetentionRule.objects.first()
    return USUAL_YEARS if rule is None else rule.years


def last_year_past(years: int, today: date) -> int:
    """Who left in this fiscal year or before is past the period: 2020, five years, is past it from April 2026 on."""
    return ServiceMonth.of(today).fiscal_year - years - 1


def members_past(through_year: int) -> QuerySet[Any]:
    """Who left in ``through_year`` or before and was not erased."""
    rows: QuerySet[Any] = StaffMember.with_withdrawn.filter(left_year__lte=through_year)
    return rows


def retention(today: date) -> Retention:
    """What the city's page shows."""
    years = years_kept()
    through_year = last_year_past(years, today)
    grouped = members_past(through_year).order_by("facility__number", "left_year")
    past = [
        Past(*values)
        for values in grouped.values_list("facility_id", "facility__name", "left_year").annotate(
            persons=Count("pk")
        )
    ]
    erasures = list(Erasure.objects.order_by("-requested_at")[: LATEST + 1])
    people = {one for row in erasures for one in (row.requested_by, row.confirmed_by) if one is not None}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "login_id"))
    asked = [Asked(row, names.get(row.requested_by, ""), names.get(row.confirmed_by, "")) for row in erasures]
    waiting = {ErasureStatus.WAITING, ErasureStatus.CONFIRMED}
    return Retention(
        years=years,
        through_year=through_year,
        past=past,
        open=next((one for one in asked if one.erasure.status in waiting), None),
        ended=[one for one in asked if one.erasure.status not in waiting],
    )
