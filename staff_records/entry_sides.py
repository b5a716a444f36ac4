"""The tables beside 職員名簿: whom each row is about, and which row of the roster it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from staff_records.checked_rows import CheckedRow, add_problem
from staff_records.differences import (
    SideRow,
    changes_of,
    match_sides,
    side_entry,
)
from staff_records.entry_roster import Roster
from staff_records.reading_rows import (
    Cells,
    problems_with,
    read_row,
)
from staff_records.rows import SideEntry, Who
from staff_records.typed.names import folded_name
from staff_records.values import Earlier
from staff_records.words import Proof
from staff_records.writing_rows import write_entry

FOUND_BY_THE_CITY = frozenset({Proof.CHECKED, Proof.ROSTER})
# One row a person and month.
MONTHLY = frozenset({"hours", "wages"})


def find_person(row: CheckedRow, people: Sequence[CheckedRow], roster: Roster, *, alone: bool) -> None:
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
            add_problem(
                row,
                "number",
                "この職員番号の職員は、名簿にもこの入力表にもいません。番号を確かめてください。",
            )
        elif names and name and folded_name(name) not in names:
            add_problem(row, "name", f"職員番号{number}の職員の氏名と違います。番号か氏名を直してください。")
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
        add_problem(row, "number", "同じ氏名の職員が2人以上います。職員番号を入力してください。")
    elif there:
        row.found = next(iter(there.values()))
    elif new:
        row.new = new[0]
    else:
        add_problem(
            row,
            "name",
            "この氏名の職員は、名簿にも職員名簿の表にもいません。氏名を直すか、職員番号を入力してください。",
        )


def by_person(sides: Iterable[CheckedRow]) -> list[list[CheckedRow]]:
    groups: dict[UUID, list[CheckedRow]] = {}
    for row in sides:
        person = row.found.member.pk if row.found else row.new.row.pk if row.new else row.row.pk
        groups.setdefault(person, []).append(row)
    return list(groups.values())


def check_sides(rows: Sequence[CheckedRow], roster: Roster, today: date) -> None:
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
            add_problem(row, first, f"{twin.line}行目と同じ内容です。どちらかの行を消してください。")


def _cells(row: CheckedRow) -> Cells:
    return row.read.cells if row.read else {}
