"""
Changes that count from a month nobody has counted the children of yet, as they are told: «保育士1人の退職（5月31日）».

By kind, job and day: whose they are, a page may say that shows the person anyway.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from facilities.periods import ServiceMonth
from pricing.staffing import JOBS
from staff_records.figures.people import Person, Roster
from staff_records.models import StaffChange
from staff_records.opening import open_to_compute
from staff_records.queries.changes import reported
from staff_records.queries.risks import TOUCHES_NOTHING
from staff_records.words import ChangeKind


@dataclass(frozen=True)
class ToldChange:
    """Changes of one kind, job and day; ``member_ids``: whose they are."""

    from_month: ServiceMonth
    kind: str
    job: str
    day: date
    member_ids: tuple[UUID, ...]

    @property
    def words(self) -> str:
        """保育士1人の退職（5月31日）."""
        job = JOBS[self.job].label if self.job in JOBS else "職員"
        kind = ChangeKind(self.kind).label
        return f"{job}{len(self.member_ids)}人の{kind}（{self.day.month}月{self.day.day}日）"


def changes_after(months: Mapping[UUID, ServiceMonth]) -> dict[UUID, list[StaffChange]]:
    """By facility, the changes that count from a later month than the one given for it. One query; rows stay closed."""
    if not months:
        return {}
    rows = reported().exclude(kind__in=TOUCHES_NOTHING).filter(facility__in=months)
    found: dict[UUID, list[StaffChange]] = {}
    for row in rows.filter(from_month__gt=min(months.values()).first_day).order_by("from_month", "pk"):
        if ServiceMonth.of(row.from_month) > months[row.facility_id]:
            found.setdefault(row.facility_id, []).append(row)
    return found


def open_days(changes: Iterable[StaffChange]) -> None:
    """Open the days of these changes to be told: one query to the key store."""
    open_to_compute(list(changes))


def told(changes: Iterable[StaffChange], roster: Roster) -> tuple[ToldChange, ...]:
    """These changes, opened before, in the order of their days. The job is that of the roster on the day."""
    people = {person.member_id: person for person in roster.people}
    groups: dict[tuple[ServiceMonth, date, str, str], list[UUID]] = {}
    for row in changes:
        job = _job(people.get(row.member_id), row.day)
        place = (ServiceMonth.of(row.from_month), row.day, str(row.kind), job)
        groups.setdefault(place, []).append(row.member_id)
    return tuple(
        ToldChange(month, kind, job, day, tuple(dict.fromkeys(members)))
        for (month, day, kind, job), members in sorted(groups.items(), key=lambda group: group[0])
    )


def _job(person: Person | None, day: date) -> str:
    span = person.span_on(day) if person else None
    return span.job if span else ""
