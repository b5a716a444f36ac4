"""
An entry sheet against the roster as of its day: each row read, whom it is about, what is wrong, what it changes.

However many rows there are, the queries are the same few. Members are opened to be shown only when a row is about
them; whoever calls names ``CheckedSheet.named`` in an event.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from staff_records.checked_rows import CheckedRow, CheckedSheet, add_problem, copied_of, texts_of
from staff_records.columns import TABLES
from staff_records.differences import (
    Effect,
    changes_of,
    member_problems,
    over_what_stands,
)
from staff_records.dossiers import Dossier
from staff_records.entry_roster import Roster, birth_of
from staff_records.entry_sides import by_person, check_sides, find_person
from staff_records.models import EntryRow, EntrySheet
from staff_records.opening import open_to_show
from staff_records.reading_rows import (
    is_blank,
    read_row,
    read_who,
)
from staff_records.rows import MemberEntry
from staff_records.typed.names import folded_name
from staff_records.writing_rows import member_entry, write_entry

MEANWHILE = (
    "入力表に写したあとに、名簿のこの欄が変更されました。いまの名簿のとおりに直してください。"
    "別の内容にするときは、反映したあとに職員の画面で変更してください。"
)


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
    roster = Roster(sheet, checked, alone=alone, lock=lock)
    result = CheckedSheet(sheet, checked, compared=roster.shown)
    people = [row for row in result.of("members") if not is_blank(row.texts)]
    for person in people:
        _check_member(person, roster, sheet.day, today)
    if not alone:
        _check_twice(people)
    sides = [row for row in checked if row.row.table != "members" and not is_blank(row.texts)]
    for side in sides:
        find_person(side, people, roster, alone=alone)
    for side_rows in by_person(sides):
        check_sides(side_rows, roster, today)
    for one in checked:
        one.is_stale = (
            sheet.exported_at is not None
            and one.found is not None
            and one.found.member.changed_at > sheet.exported_at
            and one.effect is Effect.CHANGED
        )
    return result


def _check_member(row: CheckedRow, roster: Roster, day: date, today: date) -> None:
    number = row.who.number
    row.found = roster.by_number.get(number) if number is not None else None
    if row.row.member_id is not None:
        row.found = roster.by_id.get(row.row.member_id)
    if row.found is None:
        _check_new(row, roster, today)
        return
    standing = member_entry(row.found, day)
    row.standing = standing
    row.is_there = row.found.is_there_on(day)
    stands = write_entry(standing)
    copied = copied_of(row.row)
    # A cell nobody has touched since it was copied says what stands, also when that has changed meanwhile.
    row.texts = {code: stands[code] if copied.get(code) == text else text for code, text in row.texts.items()}
    row.who = read_who(row.texts)
    row.read = read_row("members", over_what_stands(standing, row.texts), today=today)
    row.problems += row.read.problems
    _check_meanwhile(row, copied, stands, today)
    if number != row.found.member.number:
        add_problem(row, "number", f"職員番号は変えられません。{row.found.member.number}に戻してください。")
    row.doubts += [
        doubt
        for doubt in row.read.doubts
        if row.read.cells[doubt.field] != _standing_cell(standing, doubt.field)
    ]
    entry = row.read.entry
    if not isinstance(entry, MemberEntry):
        return
    if row.row.member_id is None and _is_somebody_else(row.found, entry):
        add_problem(
            row,
            "number",
            f"職員番号{number}は別の職員の番号です。新しい職員のときは、職員番号を空欄にしてください。",
        )
        return
    row.problems += member_problems(row.found, standing, entry, day=day)
    row.changes = changes_of("members", stands, write_entry(entry))


def _standing_cell(standing: MemberEntry, field: str) -> object:
    """What stands where a doubt may be; what was registered once is not doubted again."""
    return standing.identity.birth_date if field == "birth_date" else getattr(standing.detail, field)


def _check_meanwhile(
    row: CheckedRow, copied: Mapping[str, str], stands: Mapping[str, str], today: date
) -> None:
    """Cells that were typed on the copy and changed on the roster, too, and do not say the same."""
    both = {
        code: stands[code]
        for code, text in copied.items()
        if code in row.texts and text != stands[code] != row.texts[code]
    }
    if both and row.read is not None:
        now = read_row("members", stands, today=today).cells
        row.meanwhile = {code: text for code, text in both.items() if row.read.cells[code] != now[code]}
    for code in row.meanwhile:
        add_problem(row, code, MEANWHILE)


def _check_new(row: CheckedRow, roster: Roster, today: date) -> None:
    row.read = read_row("members", row.texts, today=today)
    row.problems += row.read.problems
    row.doubts += row.read.doubts
    if row.row.member_id is not None:
        add_problem(row, "number", "この職員の登録は取り消されています。この行を空にしてください。")
    elif row.who.number in roster.taken:
        add_problem(
            row, "number", "この職員番号は、前にいた職員が使っていました。別の番号か、空欄にしてください。"
        )
    born, name = row.read.cells["birth_date"], row.read.cells["name"]
    if born is None or name is None:
        return
    same = next(
        (one for one in roster.open if one.member.birth_date == born and _was_called(one, name)), None
    )
    if same is not None:
        number = same.member.number
        add_problem(
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
            add_problem(
                row, "number", f"{twin.line}行目と同じ職員番号です。どちらかを直すか、行を消してください。"
            )
        elif twin := next((one for one in others if _same_person(row, one)), None):
            add_problem(
                row,
                "name",
                f"{twin.line}行目と氏名・生年月日が同じです。同じ人なら、どちらかの行を消してください。",
            )


def _same_number(one: CheckedRow, other: CheckedRow) -> bool:
    return one.who.number is not None and one.who.number == other.who.number


def _same_person(one: CheckedRow, other: CheckedRow) -> bool:
    born, name = birth_of(one), one.who.name
    return bool(
        born is not None
        and name
        and born == birth_of(other)
        and folded_name(name) == folded_name(other.who.name)
    )
