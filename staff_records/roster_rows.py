"""
A facility's roster as the rows of its tables, as of a day: what a workbook is filled with.

Opens everybody in it to be shown; whoever calls names them in an event. A constant number of queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from facilities.models import Facility
from facilities.periods import ServiceMonth
from staff_records.columns import TABLES
from staff_records.differences import SideRow, side_entry
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.models import MonthlyHours, StaffMember, Wage
from staff_records.opening import open_to_show
from staff_records.rows import Who
from staff_records.writing_rows import member_entry, other_qualifications, table_of, write_entry

Rows = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass
class RosterRows:
    """Table → texts of its rows; ``members`` are those whose values are in it."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    members: list[UUID] = field(default_factory=list)


def roster_rows(facility: Facility, day: date, *, with_left: bool, with_wages: bool) -> RosterRows:
    """
    Who is there on ``day``, and with ``with_left`` who had left before it, with all that the tables hold about them.

    Hours and wages are those of the fiscal year of ``day``.
    """
    people = [one for one in _everybody(facility) if _is_meant(one, day, with_left=with_left)]
    everything: list[Sequence[object]] = []
    for one in people:
        everything += [
            [one.member],
            one.details,
            one.employments,
            one.qualifications,
            one.earlier,
            one.trainings,
        ]
    months = _monthly(people, day, with_wages=with_wages)
    open_to_show(*everything, *months.values())  # type: ignore[type-var]
    tables = [code for code in TABLES if with_wages or code != "wages"]
    found = RosterRows({code: [] for code in tables}, [one.member.pk for one in people])
    for one in people:
        row = write_entry(member_entry(one, day))
        found.rows["members"].append(row)
        who = Who(one.member.number, one.detail_on(day).name)
        sides: list[SideRow] = [
            *other_qualifications(one),
            *sorted(one.earlier, key=lambda earlier: earlier.first_day),
            *sorted(one.trainings, key=lambda training: training.finished_on),
            *months.get(one.member.pk, []),
        ]
        for side in sides:
            entry = side_entry(side, who)
            found.rows[table_of(entry)].append(write_entry(entry))
    return found


def _everybody(facility: Facility) -> list[Dossier]:
    members = StaffMember.objects.filter(facility=facility, erased_at__isnull=True).order_by("number")
    return dossiers(members, Purpose.COMPUTE)


def _is_meant(found: Dossier, day: date, *, with_left: bool) -> bool:
    if found.is_there_on(day):
        return True
    return with_left and bool(found.spans) and found.spans[0].first_day <= day


def _monthly(
    people: Sequence[Dossier], day: date, *, with_wages: bool
) -> dict[UUID, list[MonthlyHours | Wage]]:
    first = ServiceMonth(ServiceMonth.of(day).fiscal_year, 4)
    year = (first.first_day, first.plus(11).first_day)
    members = [one.member.pk for one in people]
    found: dict[UUID, list[MonthlyHours | Wage]] = {}
    models: list[type[MonthlyHours] | type[Wage]] = [MonthlyHours, *([Wage] if with_wages else [])]
    for model in models:
        for row in model.objects.filter(member__in=members, month__range=year).order_by("month"):
            found.setdefault(row.member_id, []).append(row)
    return found
