"""When a month was closed and opened again, and by whom."""

from dataclasses import dataclass

from accounts.models import User
from claims.models import MonthClosing
from facilities.periods import ServiceMonth


@dataclass(frozen=True)
class ListedClosing:
    """One closing with the login ids of who closed and opened."""

    closing: MonthClosing
    closed_by: str
    reopened_by: str


def closings_of(month: ServiceMonth) -> list[ListedClosing]:
    """Every time the month was closed, the newest first."""
    closings = list(MonthClosing.objects.filter(month=month.first_day).order_by("-closed_at"))
    ids = {person for one in closings for person in (one.closed_by, one.reopened_by) if person}
    people = dict(User.objects.filter(pk__in=ids).values_list("pk", "login_id"))
    return [
        ListedClosing(
            one,
            people.get(one.closed_by, ""),
            people.get(one.reopened_by, "") if one.reopened_by else "",
        )
        for one in closings
    ]
