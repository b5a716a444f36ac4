"""A row of an entry sheet with what came of looking at it: whom it is about, what is wrong, what it changes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from staff_records.columns import TABLES, Column
from staff_records.differences import (
    Change,
    Effect,
    SideRow,
    is_hired_again,
)
from staff_records.dossiers import Dossier
from staff_records.models import EntryRow, EntrySheet
from staff_records.problems import FieldProblem
from staff_records.reading_rows import (
    RowRead,
    Texts,
)
from staff_records.rows import MemberEntry, SideEntry, Who


@dataclass
class CheckedRow:
    """
    One row with what came of it. ``line`` counts the rows of its table from 1.

    ``found``: whom it is about, on the roster (``is_there``: on the sheet's day); ``new``: the row of 職員名簿 that
    makes that person. ``standing``: what stands on the roster, ``entry`` what it will be. ``meanwhile``: what stands
    now in cells that were typed on a copy and on the roster, too.
    """

    row: EntryRow
    line: int
    texts: Texts
    who: Who
    found: Dossier | None = None
    new: "CheckedRow | None" = None
    read: RowRead | None = None
    standing: MemberEntry | SideEntry | None = None
    side: SideRow | None = None
    is_there: bool = True
    problems: list[FieldProblem] = field(default_factory=list)
    doubts: list[FieldProblem] = field(default_factory=list)
    changes: tuple[Change, ...] = ()
    meanwhile: Mapping[str, str] = field(default_factory=dict)
    # The person has changed here since the file was written; ``is_kept``: nobody has said that the file goes before.
    is_stale: bool = False
    is_kept: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its table."""
        return TABLES[self.row.table].columns

    @property
    def place(self) -> str:
        """職員名簿 3行目."""
        return f"{TABLES[self.row.table].title} {self.line}行目"

    def heading(self, code: str) -> str:
        """The heading of a column."""
        return TABLES[self.row.table].column(code).heading if code else ""

    @property
    def entry(self) -> MemberEntry | SideEntry | None:
        """The row as a value, if it can be one."""
        return self.read.entry if self.read else None

    @property
    def effect(self) -> Effect:
        """What applying it does."""
        if self.read is None:
            return Effect.EMPTY
        if self.problems or self.entry is None:
            return Effect.REFUSED
        if self.standing is None:
            return Effect.NEW
        changes = (self.changes or self.is_hired_again) and not self.is_kept
        return Effect.CHANGED if changes else Effect.SAME

    @property
    def is_hired_again(self) -> bool:
        """Somebody who had left comes back."""
        return (
            isinstance(self.standing, MemberEntry)
            and isinstance(self.entry, MemberEntry)
            and is_hired_again(self.standing, self.entry)
        )

    @property
    def is_correction(self) -> bool:
        """What changes was wrong from the beginning. Of who is not there on the day nothing can change from it on."""
        return self.row.is_correction or not self.is_there

    @property
    def problem_at(self) -> dict[str, str]:
        """The sentences by column; of several at one cell, the first."""
        return {problem.field: self.told(problem) for problem in reversed(self.problems)}

    def told(self, problem: FieldProblem) -> str:
        """A problem for who may see the row: with the value that stands, which no sentence on record repeats."""
        if problem.field not in self.meanwhile:
            return problem.message
        return f"{problem.message}いまの名簿：「{self.meanwhile[problem.field] or '空欄'}」"


@dataclass
class CheckedSheet:
    """All rows of a sheet that were asked for, in their order."""

    sheet: EntrySheet
    rows: list[CheckedRow]
    compared: set[UUID] = field(default_factory=set)

    def of(self, table: str) -> list[CheckedRow]:
        """The rows of one table."""
        return [row for row in self.rows if row.row.table == table]

    def with_effect(self, *effects: Effect) -> list[CheckedRow]:
        """The rows that do one of these."""
        return [row for row in self.rows if row.effect in effects]

    @property
    def people_hash(self) -> str:
        """Tells, without naming anybody, whether those whom the sheet changes are still as they were looked at."""
        touched = {
            f"{row.found.member.pk} {row.found.member.version}"
            for row in self.with_effect(Effect.NEW, Effect.CHANGED)
            if row.found is not None
        }
        return hashlib.sha256("\n".join(sorted(touched)).encode()).hexdigest() if touched else ""

    @property
    def named(self) -> dict[str, set[UUID]]:
        """Whose values were opened: for the event that says so."""
        members = self.compared | {row.row.member_id for row in self.rows if row.row.member_id is not None}
        return {"staff_member": members, "entry_row": {row.row.pk for row in self.rows}}


def texts_of(row: EntryRow) -> dict[str, str]:
    """What was typed into an open row, by column."""
    return dict(json.loads(row.texts or "{}"))


def copied_of(row: EntryRow) -> dict[str, str]:
    """What an open row was copied from, by column; nothing for a row that was typed or came from a file."""
    return dict(json.loads(row.copied or "{}"))


def add_problem(row: CheckedRow, column: str, sentence: str) -> None:
    """One more sentence at a cell."""
    row.problems.append(FieldProblem(column, sentence))
