"""What the page of a new fiscal year shows."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from facilities.models import Facility, FacilityProfile, GrantedItem, Membership, YearRoll, holding_in
from facilities.operations.years import Carried, first_month, plan_of
from facilities.periods import ServiceMonth


@dataclass(frozen=True)
class YearRow:
    """One facility of the new year, and what changes from March to April, in words."""

    plan: Carried
    changes: tuple[str, ...]


@dataclass(frozen=True)
class YearView:
    """The whole city at the turn of the year."""

    rows: list[YearRow]
    closing: list[Facility]
    items_going_on: int
    items_ending: int
    unconfirmed_accounts: int
    provisional: int
    rolls: list[tuple[YearRoll, str]]

    def count(self, state: str) -> int:
        """Facilities in this state; all of them for an empty one."""
        return sum(not state or row.plan.state == state for row in self.rows)

    @property
    def to_carry(self) -> int:
        """Facilities whose April is not set yet and can be."""
        return self.count("carry")

    @property
    def changed(self) -> int:
        """Facilities whose April differs from March."""
        return sum(bool(row.changes) for row in self.rows)


def year_view(year: int) -> YearView:
    """Seven queries, however many facilities there are."""
    april, march = first_month(year), first_month(year).plus(-1)
    rows = [YearRow(plan, _changes(plan)) for plan in plan_of(year)]
    held = holding_in(GrantedItem.objects.all(), march)
    ending = held.filter(to_month=march.first_day).count()
    rolls = list(YearRoll.objects.filter(fiscal_year=year))
    people = _people({roll.rolled_by for roll in rolls})
    lasting = Membership.objects.filter(ended_at__isnull=True)
    return YearView(
        rows=rows,
        closing=list(
            Facility.objects.filter(closed_on__gte=march.first_day, closed_on__lt=april.first_day).order_by(
                "number"
            )
        ),
        items_going_on=held.count() - ending,
        items_ending=ending,
        unconfirmed_accounts=lasting.filter(
            Q(reconfirmed_on__isnull=True) | Q(reconfirmed_on__lt=april.first_day),
            began_at__date__lt=april.first_day,
        ).count(),
        provisional=sum(bool(row.plan.april and row.plan.april.rates_are_provisional) for row in rows),
        rolls=[(roll, people.get(roll.rolled_by, "")) for roll in rolls],
    )


def _people(ids: set[UUID]) -> dict[UUID, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "login_id")) if ids else {}


WORDS = {
    "approved_capacity": ("認可定員", "人"),
    "capacity_1": ("1号定員", "人"),
    "capacity_23": ("2・3号定員", "人"),
    "region_percent": ("地域区分", "/100"),
    "base_percent": ("区分1", "%"),
    "wage_percent": ("区分2", "%"),
}


def _changes(plan: Carried) -> tuple[str, ...]:
    if plan.march is None or plan.april is None:
        return ()
    return tuple(
        f"{label} {_value(plan.march, name, unit)} → {_value(plan.april, name, unit)}"
        for name, (label, unit) in WORDS.items()
        if getattr(plan.march, name) != getattr(plan.april, name)
    )


def _value(profile: FacilityProfile, name: str, unit: str) -> str:
    value = getattr(profile, name)
    return "未設定" if value is None else f"{value}{unit}"


def is_prepared(year: int) -> bool:
    """Whether no profile is left to carry into this year: two queries."""
    return not any(one.state == "carry" for one in plan_of(year))


def year_to_prepare(month: ServiceMonth) -> int:
    """The fiscal year to prepare in ``month``: from January on the next one, then the one that has begun."""
    return month.plus(3).fiscal_year
