"""The rows that sources of this room read for the items of a fiscal year (see ``applications.rows_read``)."""

from typing import Final

from django.db.models import Q, QuerySet

from applications.rows_read import with_applications
from claims.applied import said_in_year
from claims.models import ChildCount, Claim, ConditionAnswers, CountSheet, MonthlyFacts, UserCharge
from claims.states import ClaimStatus, SheetStatus
from facilities.keeping import Read
from facilities.periods import ServiceMonth

MONTHS: Final = 12


def counts_read(fiscal_year: int) -> list[Read]:
    """
    Children of the months of the year and of the year before; and of each facility the newest ones before, which stand
    for months that have none.
    """
    begin, end = ServiceMonth(fiscal_year - 1, 4).first_day, ServiceMonth(fiscal_year + 1, 3).first_day
    current = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
    before = current.filter(month__lt=begin).order_by("facility", "-month").distinct("facility")
    confirmed = before.filter(status=SheetStatus.CONFIRMED)
    sheets = current.filter(
        Q(month__range=(begin, end)) | Q(pk__in=before.values("pk")) | Q(pk__in=confirmed.values("pk"))
    )
    return [Read(sheets), Read(ChildCount.objects.filter(sheet__in=sheets))]


def monthly_facts_read(fiscal_year: int) -> list[Read]:
    """月の実績 of the year."""
    return [Read(MonthlyFacts.objects.filter(month__range=_year(fiscal_year)))]


def answers_read(fiscal_year: int) -> list[Read]:
    """What was answered to conditions, and what applications have said of them."""
    answers = ConditionAnswers.objects.filter(fiscal_year=fiscal_year)
    return [Read(answers), *with_applications(said_in_year(fiscal_year))]


def charges_read(_: int) -> list[Read]:
    """User charges that hold."""
    return [Read(UserCharge.objects.filter(superseded_at__isnull=True))]


def claims_read(fiscal_year: int) -> list[Read]:
    """Approved claims. Their lines never change (trigger): the claim speaks for them."""
    return [Read(approved_claims(fiscal_year))]


def approved_claims(fiscal_year: int) -> QuerySet[Claim]:
    """Claims of the year's months that were approved."""
    rows: QuerySet[Claim] = Claim.objects.filter(status=ClaimStatus.APPROVED, month__range=_year(fiscal_year))
    return rows


def _year(fiscal_year: int) -> tuple[object, object]:
    first = ServiceMonth(fiscal_year, 4)
    return first.first_day, first.plus(MONTHS - 1).first_day
