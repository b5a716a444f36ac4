"""Months the city has closed (締め): whoever would change one is told so. Shared by every act of this room."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from claims.models import MonthClosing
from claims.wording import month_words
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed


def is_closed(month: ServiceMonth) -> bool:
    """Whether nothing in this month may change now."""
    return bool(closed_among([month]))


def closed_among(months: Iterable[ServiceMonth]) -> list[ServiceMonth]:
    """Those of ``months`` that are closed, in their order."""
    wanted = {month.first_day for month in months}
    closed = MonthClosing.objects.filter(month__in=wanted, reopened_at__isnull=True)
    return sorted(ServiceMonth.of(day) for day in closed.values_list("month", flat=True))


def closed_months() -> ArraySubquery:
    """The first days of the months that are closed, for a query over anything: no query more."""
    return ArraySubquery(MonthClosing.objects.filter(reopened_at__isnull=True).order_by().values("month"))


def closed_beside(row: Any, months: Iterable[ServiceMonth]) -> tuple[ServiceMonth, ...]:
    """Those of ``months`` that are closed, by a row asked for with its ``closed_months``."""
    return tuple(month for month in months if month.first_day in row.closed_months)


def closing_of(day: str) -> Exists:
    """For a query over rows with a month in the column ``day``: whether that month is closed."""
    return Exists(MonthClosing.objects.filter(month=OuterRef(day), reopened_at__isnull=True))


def require_open(month: ServiceMonth) -> None:
    """
    The month is open.

    Whoever closes a month has locked its count sheets first, so that an act under way ends before the closing or is
    refused after it.

    :raises NotAllowed: it is closed.
    """
    if is_closed(month):
        raise NotAllowed(
            f"{month_words(month)}は締められているため、変更できません。"
            "変更が必要なときは、こども施設運営課へ連絡してください。"
        )
