"""
Which months the changes on rosters touch: additions and staffing of these months are at risk until somebody looks.

Plain values without days and names: months and kinds stand open, so nothing personal is opened for a home page.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from facilities.periods import ServiceMonth
from pages.wareki import month_words
from staff_records.queries.changes import reported
from staff_records.words import ChangeKind

# A name or an address changes no condition of any addition.
TOUCHES_NOTHING = frozenset({ChangeKind.DETAILS})


@dataclass(frozen=True)
class AtRisk:
    """So many changes of these kinds count from a month on; ``kinds`` in words with their numbers."""

    from_month: ServiceMonth
    kinds: tuple[tuple[str, int], ...]

    @property
    def number(self) -> int:
        """How many changes."""
        return sum(number for _, number in self.kinds)

    @property
    def words(self) -> str:
        """令和8年5月分から：退職 1件・採用 2件."""
        kinds = "・".join(f"{kind} {number}件" for kind, number in self.kinds)
        return f"{month_words(self.from_month.first_day)}分から：{kinds}"


def changes_touching(
    month: ServiceMonth, facility_ids: Collection[UUID] | None = None, *, and_later: bool = False
) -> Mapping[UUID, tuple[AtRisk, ...]]:
    """
    By facility, what is new for ``month``: changes that count from it on, and older ones reported since it began.

    ``and_later``: also those that count from a later month on. What counts from an earlier fiscal year on stands at
    this year's April: that is where somebody can begin to look. Of the facilities given, or of all in scope. One
    query; facilities of which nothing is new are left out.
    """
    began = datetime.combine(month.first_day, time.min, tzinfo=timezone.get_default_timezone())
    new = Q(from_month=month.first_day) | Q(from_month__lt=month.first_day, reported_at__gte=began)
    if and_later:
        new |= Q(from_month__gt=month.first_day)
    rows = reported().filter(new).exclude(kind__in=TOUCHES_NOTHING)
    if facility_ids is not None:
        rows = rows.filter(facility__in=facility_ids)
    found: dict[UUID, dict[ServiceMonth, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    april = ServiceMonth(month.fiscal_year, 4)
    counted = rows.order_by().values_list("facility_id", "from_month", "kind").annotate(number=Count("pk"))
    for facility_id, first_day, kind, number in counted:
        numbers = found[facility_id][max(ServiceMonth.of(first_day), april)]
        numbers[kind] = numbers.get(kind, 0) + number
    return {
        facility_id: tuple(
            AtRisk(
                from_month,
                _in_words(kinds),
            )
            for from_month, kinds in sorted(months.items())
        )
        for facility_id, months in found.items()
    }


def _in_words(numbers: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((kind.label, numbers[kind]) for kind in ChangeKind if kind in numbers)
