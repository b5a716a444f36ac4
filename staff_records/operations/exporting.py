"""
The roster as a file to take away: the workbook, a CSV of 職員名簿, an empty workbook to fill in.

Made while somebody waits and kept nowhere. The event names everybody in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from pages.wareki import fiscal_year_words, short_date_words
from staff_records import permissions
from staff_records.columns import MEMBERS, TABLES
from staff_records.events import StaffEvent
from staff_records.models import EntrySheet
from staff_records.roster_rows import RosterRows, roster_rows
from staff_records.typed.names import unencodable
from staff_records.workbook.writing import Head, roster_workbook

NOBODY = "この基準日には、名簿に職員がいません。基準日を確かめるか、空の様式を使ってください。"


class FileFormat(StrEnum):
    """What kind of file is made."""

    XLSX = "xlsx"
    CSV = "csv"
    CP932 = "cp932"


@dataclass(frozen=True)
class Wanted:
    """What is to be in the file: as of which day, people who have left, wages."""

    day: date
    file_format: FileFormat = FileFormat.XLSX
    with_left: bool = False
    with_wages: bool = False


@dataclass(frozen=True)
class Exported:
    """The file: a name to save it under, and a workbook's bytes or the rows of 職員名簿 for a CSV."""

    name: str
    content: bytes = b""
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Unwritable:
    """A cell with characters that CP932 does not have."""

    number: str
    heading: str
    characters: str


@operation(StaffEvent.EXPORTED)
def export_roster(facility: Facility, wanted: Wanted, *, by: Actor, at: datetime) -> Exported:
    """
    Make the file.

    :raises NotAllowed: another facility's.
    :raises ProblemsFound: nobody is on the roster that day.
    """
    found = _rows(facility, wanted, by=by)
    if not found.members:
        raise ProblemsFound([NOBODY])
    record(
        StaffEvent.EXPORTED,
        by=by,
        on=facility,
        rows={"staff_member": found.members},
        detail={
            "day": wanted.day.isoformat(),
            "format": wanted.file_format.value,
            "with_wages": wanted.with_wages,
            "members": len(found.members),
        },
    )
    if wanted.file_format is FileFormat.XLSX:
        content = roster_workbook(_head(facility, wanted.day, exported_at=at), found.rows)
        return Exported(_name(facility, wanted.day, "職員名簿", "xlsx"), content)
    rows = [[texts[column.code] for column in MEMBERS.columns] for texts in found.rows["members"]]
    return Exported(_name(facility, wanted.day, "職員名簿", "csv"), rows=rows)


@operation(StaffEvent.EXPORT_CHECKED)
def unwritable_in_cp932(facility: Facility, wanted: Wanted, *, by: Actor) -> list[Unwritable]:
    """
    The cells of 職員名簿 that a CSV in CP932 would hold with 〓.

    :raises NotAllowed: another facility's.
    """
    found = _rows(facility, wanted, by=by)
    record(
        StaffEvent.EXPORT_CHECKED,
        by=by,
        on=facility,
        rows={"staff_member": found.members},
        detail={"day": wanted.day.isoformat()},
    )
    return [
        Unwritable(texts["number"], column.heading, lacking)
        for texts in found.rows["members"]
        for column in MEMBERS.columns
        if (lacking := "".join(unencodable(texts[column.code])))
    ]


@operation(StaffEvent.TEMPLATE_MADE)
def empty_workbook(facility: Facility, day: date, *, by: Actor, at: datetime) -> Exported:
    """
    The workbook with nobody in it, for a roster that begins.

    :raises NotAllowed: another facility's.
    """
    permissions.keep(by, EntrySheet(facility=facility))
    record(StaffEvent.TEMPLATE_MADE, by=by, on=facility, detail={"day": day.isoformat()})
    rows: Mapping[str, Sequence[Mapping[str, str]]] = {code: [] for code in TABLES}
    return Exported(_name(facility, day, "職員名簿様式", "xlsx"), roster_workbook(_head(facility, day), rows))


def _rows(facility: Facility, wanted: Wanted, *, by: Actor) -> RosterRows:
    permissions.keep(by, EntrySheet(facility=facility))
    has_wages = wanted.with_wages and wanted.file_format is FileFormat.XLSX
    return roster_rows(facility, wanted.day, with_left=wanted.with_left, with_wages=has_wages)


def _head(facility: Facility, day: date, *, exported_at: datetime | None = None) -> Head:
    return Head(facility.number, facility.name, day, exported_at)


def _name(facility: Facility, day: date, what: str, ending: str) -> str:
    year = fiscal_year_words(ServiceMonth.of(day).fiscal_year)
    return f"{facility.number}_{year}_{what}_{short_date_words(day)}現在.{ending}"
