"""
An entry sheet against the roster as of its day: each row read, whom it is about, what is wrong, what it changes.

However many rows there are, the queries are the same few. Members are opened to be shown only when a row is about
them; whoever calls names ``CheckedSheet.named`` in an event.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from staff_records.columns import TABLES, Column
from staff_records.differences import (
    Change,
    Effect,
    SideRow,
    changes_of,
    is_hired_again,
    match_sides,
    member_problems,
    over_what_stands,
    side_entry,
)
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.models import EntryRow, EntrySheet, MonthlyHours, StaffMember, Wage
from staff_records.opening import open_to_show
from staff_records.problems import FieldProblem
from staff_records.reading_rows import (
    Cells,
    RowRead,
    Texts,
    is_blank,
    problems_with,
    read_row,
    read_who,
)
from staff_records.rows import MemberEntry, SideEntry, Who
from staff_records.typed import Unreadable
from staff_records.typed.names import folded_name
from staff_records.typed.values import read_day
from staff_records.values import Earlier
from staff_records.words import Proof
from staff_records.writing_rows import member_entry, write_entry

FOUND_BY_THE_CITY = frozenset({Proof.CHECKED, Proof.ROSTER})
# One row a person and month.
MONTHLY = frozenset({"hours", "wages"})


@dataclass
class CheckedRow:
    """
    One row with what came of it. ``line`` counts the rows of its table from 1.

    ``found``: whom it is about, on the roster; ``new``: the row of 職員名簿 that makes that person. ``standing``: the
    row of the roster it changes, ``entry`` what it will be.
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
    problems: list[FieldProblem] = field(default_factory=list)
    doubts: list[FieldProblem] = field(default_factory=list)
    changes: tuple[Change, ...] = ()

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
        return Effect.CHANGED if self.changes or self.is_hired_again else Effect.SAME

    @property
    def is_hired_again(self) -> bool:
        """Somebody who had left comes back."""
        return (
            isinstance(self.standing, MemberEntry)
            and isinstance(self.entry, MemberEntry)
            and is_hired_again(self.standing, self.entry)
        )

    @property
    def problem_at(self) -> dict[str, str]:
        """The sentences by column; of several at one cell, the first."""
        return {problem.field: problem.message for problem in reversed(self.problems)}


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
    def named(self) -> dict[str, set[UUID]]:
        """Whose values were opened: for the event that says so."""
        members = self.compared | {row.row.member_id for row in self.rows if row.row.member_id is not None}
        return {"staff_member": members, "entry_row": {row.row.pk for row in self.rows}}


def texts_of(row: EntryRow) -> dict[str, str]:
    """What was typed into an open row, by column."""
    return dict(json.loads(row.texts or "{}"))


def check_rows(
    sheet: EntrySheet,
    rows: Sequence[EntryRow],
    *,
    today: date,
    alone: bool = False,
    lock: bool = False,
) -> CheckedSheet:
    """
    These rows, opened here, against the roster of the sheet's facility as of its day.

    ``alone``: each for itself; what the sheet's other rows and unnumbered people say is left for later. ``lock``: the
    members are locked until the transaction ends.
    """
    open_to_show(rows)
    order = list(TABLES)
    rows = sorted(rows, key=lambda row: (order.index(row.table), row.place))
    lines: Counter[str] = Counter()
    checked = []
    for row in rows:
        lines[row.table] += 1
        texts = texts_of(row)
        checked.append(CheckedRow(row, lines[row.table], texts, read_who(texts)))
    roster = _Roster(sheet, checked, alone=alone, lock=lock)
    result = CheckedSheet(sheet, checked, compared=roster.shown)
    people = [row for row in result.of("members") if not is_blank(row.texts)]
    for person in people:
        _check_member(person, roster, sheet.day, today)
    if not alone:
        _check_twice(people)
    sides = [row for row in checked if row.row.table != "members" and not is_blank(row.texts)]
    for side in sides:
        _find_person(side, people, roster, alone=alone)
    for side_rows in _by_person(sides):
        _check_sides(side_rows, roster, today)
    return result


# ---------------------------------------------------------------- the roster


class _Roster:
    """Who is on the facility's roster; opened to be shown are those a row is about."""

    def __init__(self, sheet: EntrySheet, checked: Sequence[CheckedRow], *, alone: bool, lock: bool) -> None:
        members = StaffMember.objects.filter(facility=sheet.facility_id).order_by("number")
        if lock:
            members = members.select_for_update(of=("self",))
        everybody = list(members)
        self.day = sheet.day
        self.taken = {member.number for member in everybody}
        found = dossiers([one for one in everybody if one.erased_at is None], Purpose.COMPUTE)
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
        births = {_birth(row) for row in checked if row.row.table == "members" and row.who.number is None}
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


def _birth(row: CheckedRow) -> date | None:
    try:
        return read_day(row.texts.get("birth_date", ""))
    except Unreadable:
        return None


# ---------------------------------------------------------------- 職員名簿


def _check_member(row: CheckedRow, roster: _Roster, day: date, today: date) -> None:
    number = row.who.number
    row.found = roster.by_number.get(number) if number is not None else None
    if row.row.member_id is not None:
        row.found = roster.by_id.get(row.row.member_id)
    if row.found is None:
        _check_new(row, roster, today)
        return
    standing = member_entry(row.found, day)
    row.standing = standing
    row.read = read_row("members", over_what_stands(standing, row.texts), today=today)
    row.problems += row.read.problems
    if number != row.found.member.number:
        _add(row, "number", f"職員番号は変えられません。{row.found.member.number}に戻してください。")
    if row.read.cells["birth_date"] != standing.identity.birth_date:
        row.doubts += row.read.doubts
    entry = row.read.entry
    if not isinstance(entry, MemberEntry):
        return
    if _is_somebody_else(row.found, entry):
        _add(
            row,
            "number",
            f"職員番号{number}は別の職員の番号です。新しい職員のときは、職員番号を空欄にしてください。",
        )
        return
    row.problems += member_problems(row.found, standing, entry, day=day, is_correction=row.row.is_correction)
    row.changes = changes_of("members", write_entry(standing), write_entry(entry))


def _check_new(row: CheckedRow, roster: _Roster, today: date) -> None:
    row.read = read_row("members", row.texts, today=today)
    row.problems += row.read.problems
    row.doubts += row.read.doubts
    if row.who.number in roster.taken:
        _add(row, "number", "この職員番号は、前にいた職員が使っていました。別の番号か、空欄にしてください。")
    born, name = row.read.cells["birth_date"], row.read.cells["name"]
    if born is None or name is None:
        return
    same = next(
        (one for one in roster.open if one.member.birth_date == born and _was_called(one, name)), None
    )
    if same is not None:
        number = same.member.number
        _add(
            row,
            "name",
            f"同じ氏名・生年月日の職員が、職員番号{number}で名簿にいます。"
            f"その人の変更や再採用なら、職員番号に{number}を入力してください。",
        )


def _was_called(found: Dossier, name: str) -> bool:
    return any(folded_name(row.name) == folded_name(name) for row in found.details)


def _is_somebody_else(found: Dossier, entry: MemberEntry) -> bool:
    return entry.identity.birth_date != found.member.birth_date and not _was_called(found, entry.detail.name)


def _check_twice(people: Sequence[CheckedRow]) -> None:
    """Nobody stands in a sheet twice."""
    for row in people:
        others = [one for one in people if one is not row]
        if twin := next((one for one in others if _same_number(row, one)), None):
            _add(row, "number", f"{twin.line}行目と同じ職員番号です。どちらかを直すか、行を消してください。")
        elif twin := next((one for one in others if _same_person(row, one)), None):
            _add(
                row,
                "name",
                f"{twin.line}行目と氏名・生年月日が同じです。同じ人なら、どちらかの行を消してください。",
            )


def _same_number(one: CheckedRow, other: CheckedRow) -> bool:
    return one.who.number is not None and one.who.number == other.who.number


def _same_person(one: CheckedRow, other: CheckedRow) -> bool:
    born, name = _birth(one), one.who.name
    return bool(
        born is not None
        and name
        and born == _birth(other)
        and folded_name(name) == folded_name(other.who.name)
    )


# ---------------------------------------------------------------- the other tables


def _find_person(row: CheckedRow, people: Sequence[CheckedRow], roster: _Roster, *, alone: bool) -> None:
    """Whom the row is about: on the roster, or new in this sheet."""
    number, name = row.who.number, row.who.name
    if number is not None:
        row.found = roster.by_number.get(number)
        same = [one for one in people if one.who.number == number]
        if row.found is None:
            row.new = same[0] if same else None
        names = {folded_name(one.who.name) for one in same}
        if row.found is not None:
            names |= {folded_name(detail.name) for detail in row.found.details}
        if row.found is None and row.new is None and not alone:
            _add(
                row,
                "number",
                "この職員番号の職員は、名簿にもこの入力表にもいません。番号を確かめてください。",
            )
        elif names and name and folded_name(name) not in names:
            _add(row, "name", f"職員番号{number}の職員の氏名と違います。番号か氏名を直してください。")
        return
    if alone or not name:
        return
    new = [one for one in people if one.found is None and folded_name(one.who.name) == folded_name(name)]
    there = {one.member.pk: one for one in roster.named(name)}
    there |= {
        one.found.member.pk: one.found
        for one in people
        if one.found is not None and folded_name(one.who.name) == folded_name(name)
    }
    if len(new) + len(there) > 1:
        _add(row, "number", "同じ氏名の職員が2人以上います。職員番号を入力してください。")
    elif there:
        row.found = next(iter(there.values()))
    elif new:
        row.new = new[0]
    else:
        _add(
            row,
            "name",
            "この氏名の職員は、名簿にも職員名簿の表にもいません。氏名を直すか、職員番号を入力してください。",
        )


def _by_person(sides: Iterable[CheckedRow]) -> list[list[CheckedRow]]:
    groups: dict[UUID, list[CheckedRow]] = {}
    for row in sides:
        person = row.found.member.pk if row.found else row.new.row.pk if row.new else row.row.pk
        groups.setdefault(person, []).append(row)
    return list(groups.values())


def _check_sides(rows: Sequence[CheckedRow], roster: _Roster, today: date) -> None:
    """The rows of one person in the tables beside 職員名簿."""
    found, new = rows[0].found, rows[0].new
    for row in rows:
        row.read = read_row(row.row.table, row.texts, today=today)
    if found is not None:
        wanted = {place: (row.row.table, _cells(row)) for place, row in enumerate(rows)}
        for place, side in match_sides(roster.sides[found.member.pk], wanted).items():
            _lay_over(rows[place], side, today)
    born = found.member.birth_date if found else new.read.cells["birth_date"] if new and new.read else None
    for row in rows:
        if row.read is None:
            continue
        row.problems += row.read.problems
        if row.read.entry is not None:
            row.problems += problems_with(row.read.entry, born or date.min, today=today)
    _check_sides_twice(rows)


def _lay_over(row: CheckedRow, side: SideRow, today: date) -> None:
    """The row over the row of the roster that it is about."""
    standing = side_entry(side, Who(row.who.number, row.who.name))
    row.side, row.standing = side, standing
    said = {code: text for code, text in row.texts.items() if code != "proof" or text.strip()}
    stands = write_entry(standing)
    row.read = read_row(row.row.table, {**stands, **said}, today=today)
    entry = row.read.entry
    if (
        isinstance(entry, SideEntry)
        and isinstance(entry.value, Earlier)
        and isinstance(standing.value, Earlier)
    ):
        entry = replace(entry, value=_keeping_proof(standing.value, entry.value))
        row.read = replace(row.read, entry=entry)
    if entry is not None:
        after = write_entry(entry)
        row.changes = tuple(
            change for change in changes_of(row.row.table, stands, after) if change.column != "name"
        )


def _keeping_proof(standing: Earlier, value: Earlier) -> Earlier:
    """What the city has checked stays checked as long as it is the same work; otherwise the certificate is there."""
    if standing.proof not in FOUND_BY_THE_CITY:
        return value
    same = replace(value, proof=standing.proof)
    return same if same == standing else replace(value, proof=Proof.RECEIVED)


def _check_sides_twice(rows: Sequence[CheckedRow]) -> None:
    seen: dict[object, CheckedRow] = {}
    for row in rows:
        cells = _cells(row)
        key: tuple[object, ...] = (row.row.table, cells.get("month"))
        if row.row.table not in MONTHLY:
            key = (row.row.table, *(cells[column.code] for column in row.columns[2:]))
        elif cells.get("month") is None:
            continue
        if (twin := seen.setdefault(key, row)) is not row:
            first = row.columns[2].code
            _add(row, first, f"{twin.line}行目と同じ内容です。どちらかの行を消してください。")


def _cells(row: CheckedRow) -> Cells:
    return row.read.cells if row.read else {}


def _add(row: CheckedRow, column: str, sentence: str) -> None:
    row.problems.append(FieldProblem(column, sentence))
