"""What applying a sheet will do, in words, for the last look before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from pages.wareki import short_date_words
from staff_records.checked_rows import CheckedRow, CheckedSheet
from staff_records.columns import TABLES, Table
from staff_records.differences import ASKED, Change, Effect
from staff_records.rows import MemberEntry
from staff_records.writing_rows import write_entry

# Of a new person the least that tells who it is and what the money depends on.
NEW_PERSON = ("number", "name", "job", "regular", "hired_on")


@dataclass(frozen=True)
class NewRow:
    """A row that is new: its texts under their headings."""

    row: CheckedRow
    texts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ChangedRow:
    """A row that changes what stands; ``asks``: from a day on, or wrong from the beginning?"""

    row: CheckedRow
    name: str
    changes: Sequence[Change]
    asks: bool
    is_hired_again: bool


@dataclass(frozen=True)
class TableSummary:
    """One of the other tables: what is added and what is put right."""

    table: Table
    new: Sequence[NewRow]
    changed: Sequence[ChangedRow]


@dataclass(frozen=True)
class Summary:
    """The whole sheet."""

    new: Sequence[NewRow]
    changed: Sequence[ChangedRow]
    tables: Sequence[TableSummary]
    doubts: Sequence[str]
    rest: Sequence[CheckedRow]
    same: int
    refused: int

    @property
    def may_apply(self) -> bool:
        """Nothing is wrong, and there is something."""
        return not self.refused and bool(self.new or self.changed or self.tables or self.same)


def summary_of(checked: CheckedSheet) -> Summary:
    """The sheet, told."""
    tables = []
    for code, table in TABLES.items():
        rows = checked.of(code)
        new = [_new(row) for row in rows if row.effect is Effect.NEW]
        changed = [_changed(row) for row in rows if row.effect is Effect.CHANGED]
        tables.append(TableSummary(table, new, changed))
    people, *others = tables
    return Summary(
        new=people.new,
        changed=people.changed,
        tables=[one for one in others if one.new or one.changed],
        doubts=[
            f"{row.place} {row.heading(doubt.field)}：{doubt.message}"
            for row in checked.rows
            for doubt in row.doubts
        ]
        + _older_than_roster(checked),
        rest=checked.with_effect(Effect.SAME, Effect.REFUSED),
        same=len(checked.with_effect(Effect.SAME)),
        refused=len(checked.with_effect(Effect.REFUSED)),
    )


def _older_than_roster(checked: CheckedSheet) -> list[str]:
    """A file may be older than what was put right on the roster since: the numbers of those whom it changes."""
    day = checked.sheet.day
    numbers = {
        row.found.member.number
        for row in checked.with_effect(Effect.CHANGED)
        if row.found and timezone.localdate(row.found.member.changed_at) > day
    }
    # Our own workbook says when it was written: each row is asked about where it stands.
    if checked.sheet.source != "imported" or checked.sheet.exported_at is not None or not numbers:
        return []
    whose = "、".join(map(str, sorted(numbers)))
    return [
        f"職員番号{whose}は、{short_date_words(day)}よりあとに名簿の登録が変わっています。"
        "ファイルを作ったのがその前のときは、反映すると前の内容に戻ります。変更を1つずつ確かめてください。"
    ]


def _new(row: CheckedRow) -> NewRow:
    texts = write_entry(row.entry) if row.entry else {}
    headings = [(column.code, column.heading) for column in row.columns]
    if isinstance(row.entry, MemberEntry):
        texts["number"] = texts["number"] or "反映するときに付きます"
        return NewRow(row, [(heading, texts[code]) for code, heading in headings if code in NEW_PERSON])
    return NewRow(row, [(heading, texts[code]) for code, heading in headings if code != "number"])


def _changed(row: CheckedRow) -> ChangedRow:
    asks = (
        row.row.table == "members" and row.is_there and any(change.column in ASKED for change in row.changes)
    )
    name = row.found.details[-1].name if row.found else row.who.name
    if isinstance(row.standing, MemberEntry):
        name = row.standing.detail.name
    return ChangedRow(row, name, row.changes, asks, row.is_hired_again)
