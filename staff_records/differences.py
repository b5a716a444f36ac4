"""
What a row of an entry sheet changes against what stands: pure, over values and dossiers that are open.

A column that a row does not have says nothing, and what stands stays. A column that is there and empty takes away
what stands. Nobody is ever taken off the roster by a row that is missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from staff_records import checks
from staff_records.carrying import GOES_ON
from staff_records.columns import TABLES
from staff_records.dossiers import A_DAY, Dossier
from staff_records.models import EarlierEmployment, MonthlyHours, Qualification, Training, Wage
from staff_records.problems import FieldProblem
from staff_records.reading_rows import Texts
from staff_records.rows import MemberEntry, SideEntry, Who
from staff_records.typed import Unreadable
from staff_records.typed.values import read_day
from staff_records.values import Earlier, Licenced, Paid, Trained, Worked
from staff_records.words import Licence
from staff_records.writing_rows import (
    KINDERGARTEN_ORDER,
    licenced_value,
    standing_day,
    write_entry,
)

SideRow = Qualification | EarlierEmployment | Training | MonthlyHours | Wage
NOT_COMPARED = frozenset({"number"})
IDENTITY = frozenset({"birth_date", "sex"})
DETAILS = frozenset({"name", "former_name", "kana", "postal_code", "address"})
TERMS = frozenset(
    {
        "title",
        "job",
        "post",
        "regular",
        "hours_a_day",
        "days_a_month",
        "hours_a_month",
        "leave",
        "concurrence",
    }
)
NURSERY = frozenset({"nursery_number", "nursery_date"})
KINDERGARTEN = frozenset({"kindergarten_licence", "kindergarten_number", "kindergarten_date"})
# Whether these change from a day on or were wrong from the beginning, the person who enters them says.
ASKED = DETAILS | TERMS


class Effect(StrEnum):
    """What applying a row does."""

    EMPTY = "empty"
    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """One cell: what stands and what the sheet says, as texts."""

    column: str
    heading: str
    before: str
    after: str


def changes_of(table: str, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """The columns whose texts differ, in the order of the table."""
    return tuple(
        Change(column.code, column.heading, before.get(column.code, ""), after.get(column.code, ""))
        for column in TABLES[table].columns
        if column.code not in NOT_COMPARED and before.get(column.code, "") != after.get(column.code, "")
    )


# ---------------------------------------------------------------- members


def over_what_stands(standing: MemberEntry, texts: Texts) -> dict[str, str]:
    """The row with what stands where it says nothing. Somebody who is hired again has not left yet."""
    stands = write_entry(standing)
    if standing.left_on is not None and "left_on" not in texts:
        hired_on = _day(texts.get("hired_on", ""))
        if hired_on is not None and hired_on > standing.left_on:
            stands["left_on"] = ""
    return {**stands, **texts}


def is_hired_again(standing: MemberEntry, entry: MemberEntry) -> bool:
    """The row tells of an employment after the one that stands."""
    return standing.left_on is not None and entry.hired_on > standing.left_on


def member_problems(
    found: Dossier, standing: MemberEntry, entry: MemberEntry, *, day: date
) -> Iterator[FieldProblem]:
    """What makes the row impossible for this member."""
    again = is_hired_again(standing, entry)
    yield from checks.spans(_spans_after(found, standing, entry, day, again=again), entry.identity.birth_date)
    if not again and entry.left_on != standing.left_on and not _is_last(found, day):
        yield FieldProblem("left_on", "この退職のあとに、再び採用されています。退職日は元に戻してください。")
    for column, before, after in (
        ("nursery_number", standing.nursery, entry.nursery),
        ("kindergarten_licence", standing.kindergarten, entry.kindergarten),
    ):
        if after is None and before is not None and (before.number or before.obtained_on or column[0] == "k"):
            yield FieldProblem(
                column, "登録済みの資格は、この表では消せません。元の番号や日付に戻してください。"
            )


@dataclass(frozen=True)
class _Days:
    first_day: date
    last_day: date | None


def _spans_after(
    found: Dossier, standing: MemberEntry, entry: MemberEntry, day: date, *, again: bool
) -> list[_Days]:
    """The days of work as they would be: other terms from a day on move no end of an employment."""
    spans = [_Days(span.first_day, span.last_day) for span in found.spans]
    if again:
        return [*spans, _Days(entry.hired_on, entry.left_on)]
    if entry.hired_on != standing.hired_on:
        spans = [
            replace(span, first_day=entry.hired_on) if span.first_day == standing.hired_on else span
            for span in spans
        ]
    if entry.left_on != standing.left_on and _is_last(found, day):
        spans[-1] = replace(spans[-1], last_day=entry.left_on)
    return spans


def _is_last(found: Dossier, day: date) -> bool:
    """Whether the employment that stands on ``day`` is the last one of all."""
    held = found.employment_on(standing_day(found, day))
    later = found.spans[found.spans.index(held) + 1 :] if held else []
    ends = [held.last_day if held else None, *(span.last_day for span in later)]
    return all(
        span.beginning in GOES_ON and end is not None and end + A_DAY == span.first_day
        for span, end in zip(later, ends, strict=False)
    )


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except Unreadable:
        return None


def is_higher(licence: str, than: str) -> bool:
    """上進: a higher 幼稚園教諭免許 is another one; anything else puts right what stands."""
    return KINDERGARTEN_ORDER.index(licence) < KINDERGARTEN_ORDER.index(than)


# ---------------------------------------------------------------- the other tables


def match_sides(
    rows: Iterable[SideRow], wanted: Mapping[int, tuple[str, Mapping[str, object]]]
) -> dict[int, SideRow]:
    """
    Which row of the roster each row of a sheet is about, one to one; ``wanted`` is key → (table, cells).

    First those that agree in everything that tells rows apart, then those with the same subject: the same 資格, the
    same first day of work, the same field and day of training, the same month.
    """
    left = list(rows)
    matched: dict[int, SideRow] = {}
    for loosely in (False, True):
        for key, (table, cells) in wanted.items():
            if key in matched:
                continue
            row = next((one for one in left if _table(one) == table and _is_about(one, cells, loosely)), None)
            if row is not None:
                matched[key] = row
                left.remove(row)
    return matched


def _is_about(row: SideRow, cells: Mapping[str, object], loosely: bool) -> bool:
    if isinstance(row, Qualification):
        same_number = row.number == (cells["licence_number"] or "")
        if row.licence != cells["licence"]:
            return False
        return same_number or (loosely and (row.licence != Licence.OTHER or not row.number))
    if isinstance(row, EarlierEmployment):
        if row.first_day != cells["first_day"]:
            return False
        return loosely or row.workplace == cells["workplace"]
    if isinstance(row, Training):
        if (row.field, row.finished_on) != (cells["field"], cells["finished_on"]):
            return False
        return loosely or row.title == (cells["training_title"] or "")
    return row.month == cells["month"]


def _table(row: SideRow) -> str:
    return {
        Qualification: "qualifications",
        EarlierEmployment: "earlier",
        Training: "trainings",
        MonthlyHours: "hours",
        Wage: "wages",
    }[type(row)]


def side_entry(row: SideRow, who: Who) -> SideEntry:
    """A row of the roster as a row of its table."""
    match row:
        case Qualification():
            return SideEntry(who, licenced_value(row))
        case EarlierEmployment():
            value = Earlier(
                row.workplace, row.first_day, row.last_day, row.employer, row.is_long_enough, row.proof
            )
            return SideEntry(who, value)
        case Training():
            return SideEntry(
                who,
                Trained(
                    field=row.field,
                    hours=row.hours,
                    finished_on=row.finished_on,
                    management_hours=row.management_hours,
                    title=row.title,
                    organiser=row.organiser,
                    is_in_house=row.is_in_house,
                ),
            )
        case MonthlyHours():
            return SideEntry(who, Worked(row.month, row.hours))
        case Wage():
            return SideEntry(
                who,
                Paid(row.month, row.base_yen, row.allowance_yen, row.post_allowance_yen, row.bonus_yen),
            )


def licenced_of(entry: MemberEntry) -> list[Licenced]:
    """The qualifications of a row of 職員名簿."""
    return [value for value in (entry.nursery, entry.kindergarten) if value is not None]
