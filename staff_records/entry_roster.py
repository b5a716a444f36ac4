"""The roster as an entry sheet meets it: opened to be shown are those a row is about, and nobody else."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from staff_records.checked_rows import CheckedRow
from staff_records.differences import (
    SideRow,
)
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.holding import hold_members
from staff_records.models import EntrySheet, MonthlyHours, StaffMember, Wage
from staff_records.opening import open_to_show
from staff_records.typed import Unreadable
from staff_records.typed.names import folded_name
from staff_records.typed.values import read_day


class Roster:
    """Who is on the facility's roster; opened to be shown are those a row is about."""

    def __init__(self, sheet: EntrySheet, checked: Sequence[CheckedRow], *, alone: bool, lock: bool) -> None:
        members = StaffMember.with_erased.filter(facility=sheet.facility_id)
        everybody = hold_members(members) if lock else list(members.order_by("number"))
        self.day = sheet.day
        self.taken = {member.number for member in everybody}
        kept = [one for one in everybody if one.erased_at is None and one.withdrawn_at is None]
        found = dossiers(kept, Purpose.COMPUTE)
        self.by_number = {one.member.number: one for one in found}
        self.by_id = {one.member.pk: one for one in found}
        self.open = self._asked_about(checked, alone=alone)
        self.shown = {one.member.pk for one in self.open}
        self.sides: dict[UUID, list[SideRow]] = {
            one.member.pk: [*one.qualifications, *one.earlier, *one.trainings] for one in self.open
        }
        tables = {row.row.table for row in checked}
        for model, table in ((MonthlyHours, "hours"), (Wage, "wages")):
            if table in tables:
                for monthly in model.objects.filter(member__in=self.shown):
                    self.sides[monthly.member_id].append(monthly)
        about: list[Any] = [row for one in self.open for row in (one.member, *one.details, *one.employments)]
        open_to_show([*about, *(row for rows in self.sides.values() for row in rows)])

    def _asked_about(self, checked: Sequence[CheckedRow], *, alone: bool) -> list[Dossier]:
        numbers = {row.who.number for row in checked}
        ids = {row.row.member_id for row in checked}
        # A number nobody has says no more than none: somebody of this name may be there under another one.
        births = {
            birth_of(row)
            for row in checked
            if row.row.table == "members"
            and row.row.member_id is None
            and row.who.number not in self.by_number
        }
        by_name = not alone and any(
            row.row.table != "members" and row.who.number is None and row.who.name for row in checked
        )
        return [
            one
            for one in self.by_id.values()
            if one.member.number in numbers
            or one.member.pk in ids
            or one.member.birth_date in births
            or (by_name and one.is_there_on(self.day))
        ]

    def named(self, name: str) -> list[Dossier]:
        """Who is there on the sheet's day under this name."""
        return [
            one
            for one in self.open
            if one.is_there_on(self.day) and folded_name(one.detail_on(self.day).name) == folded_name(name)
        ]


def birth_of(row: CheckedRow) -> date | None:
    try:
        return read_day(row.texts.get("birth_date", ""))
    except Unreadable:
        return None
