"""What is typed into entry sheets in the stories: rows of invented people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from audit.record import current_context, record
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.models import EntryRow, EntrySheet, StaffMember
from staff_records.operations import people
from staff_records.operations.entries import RowEdit, Saved, Source, open_sheet, save_rows
from staff_records.operations.entry_applying import Applied, apply_sheet
from staff_records.writing_rows import detail_value
from tests.cast import Nursery

AT = datetime(2026, 4, 10, 1, 0, tzinfo=UTC)
DAY = date(2026, 4, 1)
ROW = {
    "name": "若葉　太郎",
    "kana": "ﾜｶﾊﾞ ﾀﾛｳ",
    "birth_date": "H2.4.1",
    "job": "保育士",
    "hired_on": "令和5年4月1日",
    "regular": "常勤",
    "hours_a_day": "7:45",
    "days_a_month": "20",
    "nursery_number": "千葉県-012345",
    "nursery_date": "H24.3.31",
}


def member_row(**wanted: str) -> dict[str, str]:
    """A whole row of 職員名簿."""
    return {**ROW, **wanted}


def begin(nursery: Nursery, source: Source = Source.TYPED, day: date = DAY) -> EntrySheet:
    """An open sheet as of 1 April; the scope is open."""
    return open_sheet(nursery.facility, day=day, source=source, by=nursery.actor, at=AT)


def type_rows(
    nursery: Nursery, sheet: EntrySheet, *rows: Mapping[str, str], table: str = "members"
) -> list[UUID]:
    """Type new rows; their ids."""
    edits = [RowEdit(str(uuid4()), table, row) for row in rows]
    saved: Saved = save_rows(sheet.pk, edits, by=nursery.actor, at=AT)
    return [saved.rows[edit.row].pk for edit in edits]


def change_row(nursery: Nursery, row: EntryRow, texts: Mapping[str, str]) -> Saved:
    """Change cells of a row that is there."""
    edit = RowEdit(row.pk, row.table, texts, row.version)
    return save_rows(row.sheet_id, [edit], by=nursery.actor, at=AT)


def apply(nursery: Nursery, sheet: EntrySheet, choices: Mapping[UUID, bool] | None = None) -> Applied:
    """Apply the sheet as it is now."""
    version = EntrySheet.objects.get(pk=sheet.pk).version
    return apply_sheet(sheet.pk, shown_version=version, choices=choices, by=nursery.actor, at=AT)


def correct_address(nursery: Nursery, member: StaffMember, address: str, *, at: datetime = AT) -> None:
    """A colleague puts an address right on the person's page; the scope is open."""
    (found,) = dossiers([StaffMember.objects.get(pk=member.pk)], Purpose.SHOW)
    name_everybody()
    row = found.details[-1]
    people.correct_detail(
        member.pk,
        row.pk,
        replace(detail_value(row), address=address),
        shown_version=found.member.version,
        by=nursery.actor,
        at=at,
    )


def roster() -> list[Dossier]:
    """Everybody on the roster in scope, read and recorded."""
    found = dossiers(StaffMember.objects.order_by("number"), Purpose.SHOW)
    name_everybody()
    return found


def name_everybody() -> None:
    """Record whose values were opened, as the page that shows a refusal does."""
    record("staff.shown", rows={"staff_member": sorted(current_context().unnamed)})
