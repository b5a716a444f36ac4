"""
Values as the texts of a row, the way people write them: what ``reading_rows`` reads back into the same value.

Days as R7.4.1, hours without needless zeros, choices in their words.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from pages.wareki import era_of, short_date_words
from staff_records.columns import KINDERGARTEN_LICENCES, TABLES
from staff_records.dossiers import Dossier
from staff_records.models import Employment, Qualification, StaffDetail
from staff_records.rows import Entry, MemberEntry, SideEntry
from staff_records.values import Detail, Earlier, Identity, Licenced, Paid, Terms, Trained, Worked
from staff_records.words import Licence

# The highest first: that one stands in 職員名簿, the others in その他の資格.
KINDERGARTEN_ORDER = tuple(KINDERGARTEN_LICENCES)


def write_entry(entry: Entry) -> dict[str, str]:
    """The texts of a row, every column of its table; empty where there is nothing."""
    table = TABLES[table_of(entry)]
    values = _member_values(entry) if isinstance(entry, MemberEntry) else _side_values(entry)
    return {column.code: _text(values.get(column.code), column.choices) for column in table.columns}


def table_of(entry: Entry) -> str:
    """The code of the table the row belongs to."""
    if isinstance(entry, MemberEntry):
        return "members"
    tables = {
        Licenced: "qualifications",
        Earlier: "earlier",
        Trained: "trainings",
        Worked: "hours",
        Paid: "wages",
    }
    return tables[type(entry.value)]


# ---------------------------------------------------------------- what stands on the roster


def standing_day(found: Dossier, day: date) -> date:
    """``day`` for who is there; otherwise the last day before it somebody was, or the first day after."""
    if found.is_there_on(day):
        return day
    before = [span.last_day for span in found.spans if span.last_day is not None and span.last_day < day]
    return before[-1] if before else found.spans[0].first_day


def member_entry(found: Dossier, day: date) -> MemberEntry:
    """The row of 職員名簿 that stands for somebody as of ``day``."""
    shown = standing_day(found, day)
    span = found.employment_on(shown)
    hired_on = found.hired_on(shown)
    if span is None or hired_on is None:
        raise ValueError("nobody is on a roster without a span of work")
    nursery, kindergarten = nursery_of(found), kindergarten_of(found)
    return MemberEntry(
        number=found.member.number,
        identity=Identity(found.member.birth_date, found.member.sex),
        detail=detail_value(found.detail_on(day)),
        terms=terms_value(span),
        hired_on=hired_on,
        left_on=_left_on(found, span),
        nursery=licenced_value(nursery) if nursery else None,
        kindergarten=licenced_value(kindergarten) if kindergarten else None,
    )


def nursery_of(found: Dossier) -> Qualification | None:
    """The 保育士 registration of 職員名簿."""
    rows = [row for row in found.qualifications if row.licence == Licence.NURSERY_TEACHER]
    return rows[-1] if rows else None


def kindergarten_of(found: Dossier) -> Qualification | None:
    """The highest 幼稚園教諭免許."""
    rows = [row for row in found.qualifications if row.licence in KINDERGARTEN_ORDER]
    return min(rows, key=lambda row: KINDERGARTEN_ORDER.index(row.licence)) if rows else None


def other_qualifications(found: Dossier) -> list[Qualification]:
    """Those that stand in その他の資格."""
    in_roster = (nursery_of(found), kindergarten_of(found))
    return [row for row in found.qualifications if row not in in_roster]


def detail_value(row: StaffDetail) -> Detail:
    """Name and address of a row."""
    return Detail(row.name, row.kana, row.former_name, row.postal_code, row.address)


def terms_value(span: Employment) -> Terms:
    """The terms of a span."""
    return Terms(
        job=span.job,
        is_regular=span.is_regular,
        hours_a_day=span.hours_a_day,
        days_a_month=span.days_a_month,
        hours_a_month=span.hours_a_month,
        title=span.title,
        post=span.post,
        leave=span.leave,
        concurrence=span.concurrence,
    )


def licenced_value(row: Qualification) -> Licenced:
    """A qualification of a row."""
    return Licenced(row.licence, row.number, row.obtained_on)


def _left_on(found: Dossier, span: Employment) -> date | None:
    """The last day of the employment that ``span`` belongs to, when it has ended or will."""
    for later in found.spans[found.spans.index(span) :]:
        if later.ending:
            return later.last_day
    return None


# ---------------------------------------------------------------- texts


def _member_values(entry: MemberEntry) -> Mapping[str, Any]:
    nursery, kindergarten = entry.nursery, entry.kindergarten
    return {
        "number": entry.number,
        "birth_date": entry.identity.birth_date,
        "sex": entry.identity.sex,
        **asdict(entry.detail),
        **asdict(entry.terms),
        "regular": "regular" if entry.terms.is_regular else "part_time",
        "hired_on": entry.hired_on,
        "left_on": entry.left_on,
        "nursery_number": nursery and nursery.number,
        "nursery_date": nursery and nursery.obtained_on,
        "kindergarten_licence": kindergarten and kindergarten.licence,
        "kindergarten_number": kindergarten and kindergarten.number,
        "kindergarten_date": kindergarten and kindergarten.obtained_on,
    }


def _side_values(entry: SideEntry) -> Mapping[str, Any]:
    who = {"number": entry.who.number, "name": entry.who.name}
    match entry.value:
        case Licenced() as value:
            return {
                **who,
                "licence": value.licence,
                "licence_number": value.number,
                "obtained_on": value.obtained_on,
            }
        case Earlier() as value:
            long_enough = None if value.is_long_enough is None else ("yes" if value.is_long_enough else "no")
            return {**who, **asdict(value), "long_enough": long_enough}
        case Trained() as value:
            return {
                **who,
                "field": value.field,
                "training_title": value.title,
                "organiser": value.organiser,
                "training_hours": value.hours,
                "management_hours": value.management_hours or None,
                "finished_on": value.finished_on,
                "in_house": "in_house" if value.is_in_house else "outside",
            }
        case Worked() as value:
            return {**who, "month": Month(value.month), "worked_hours": value.hours}
        case Paid() as value:
            return {**who, **asdict(value), "month": Month(value.month)}


class Month:
    """A month among values, so that it is not written as a day."""

    def __init__(self, first_day: date) -> None:
        self.first_day = first_day

    def __str__(self) -> str:
        era = era_of(self.first_day)
        return f"{era.letter}{era.year_of(self.first_day)}.{self.first_day.month}"


def _text(value: Any, choices: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if choices:
        # What the city or the house itself has found is no choice of a sheet: the cell stays empty.
        return choices.get(value, "")
    if isinstance(value, date):
        return short_date_words(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, int):
        return str(value)
    return str(value)
