"""
職員名簿 on paper, as PDF and as workbook: a roster as it was sent to the city, with who is on it and the figures.

The layout is our own sample; the fields follow what the rosters of cities ask for.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from audit.record import record
from documents import forms
from documents.forms import FilledWorkbook, Heading, PanelWords
from documents.sheet_style import BOX, FONT, HEAD, keep_text, set_page
from facilities.actors import Actor
from facilities.models import details_on, name_in
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from pages import wareki
from pricing.staffing.dates import age_on
from staff_records.events import StaffEvent
from staff_records.models import RosterSnapshot, SnapshotLine
from staff_records.roster_figures import RosterFigures
from staff_records.standing import Standing
from staff_records.states import SnapshotStatus
from staff_records.year_roster import lines_of

ROSTER_FORM = "roster"
TITLE = "職員名簿"
PRINTED = frozenset({SnapshotStatus.SUBMITTED, SnapshotStatus.ACCEPTED, SnapshotStatus.SUPERSEDED})
NOT_SENT = "職員名簿を印刷できるのは、市に提出したあとです。"
ERASED = "保存期間が過ぎたため消去されました"
# Heading, width in the workbook, and which of the values of a row it shows.
COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("番号", 6, "number"),
    ("氏名", 20, "name"),
    ("旧姓", 10, "former_name"),
    ("ふりがな", 20, "kana"),
    ("生年月日", 12, "birth"),
    ("年齢", 6, "age"),
    ("郵便番号", 10, "postal_code"),
    ("住所", 34, "address"),
    ("職名", 12, "title"),
    ("職種", 16, "job"),
    ("常勤・非常勤", 9, "regular"),
    ("1日の時間", 8, "hours_a_day"),
    ("月の日数", 8, "days_a_month"),
    ("休業", 10, "leave"),
    ("採用日", 12, "hired_on"),
    ("経験年数", 11, "experience"),
    ("保育士登録番号", 18, "nursery_number"),
    ("幼稚園教諭免許番号", 18, "kindergarten_number"),
)


def register() -> None:
    """Make the form known to documents."""
    forms.register(
        forms.Form(
            code=ROSTER_FORM,
            html_template="documents/roster.html",
            heading=heading,
            values=values,
            workbook=workbook,
            may_order=may_order,
            people=people,
            names_people=True,
            words=PanelWords(
                title="職員名簿の印刷",
                lead="提出した内容で、職員名簿（PDFとExcel）を作ります。",
                button="職員名簿を作る",
            ),
        )
    )


def may_order(actor: Actor, snapshot_id: UUID) -> None:
    """
    Locks the snapshot, so that two orders at once queue.

    :raises NotAllowed: it was not sent, was taken back or returned, or is not this facility's.
    """
    found = RosterSnapshot.objects.select_for_update(of=("self",)).filter(pk=snapshot_id).first()
    if found is None or found.facility_id != actor.facility_id:
        raise NotAllowed("この名簿は見つかりません。")
    if found.status not in PRINTED:
        raise NotAllowed(NOT_SENT)


def heading(snapshot_id: UUID) -> Heading:
    """事業所番号_年度_月_様式."""
    found = RosterSnapshot.objects.select_related("facility").get(pk=snapshot_id)
    year = wareki.fiscal_year_words(found.fiscal_year)
    return Heading(
        found.day,
        f"{year} {TITLE}（第{found.version}版）",
        f"{found.facility.number}_{year}_{found.day.month:02}_{TITLE}_第{found.version}版",
    )


def people(snapshot_id: UUID) -> Mapping[str, Iterable[UUID]]:
    """Whose names stand in it: those who were not erased."""
    rows = SnapshotLine.objects.filter(snapshot=snapshot_id, member__erased_at__isnull=True)
    return {"staff_member": list(rows.values_list("member_id", flat=True))}


def values(snapshot_id: UUID) -> dict[str, Any]:
    """Everything the paper shows, as plain values; whose it is stands in the event of the printing."""
    found = RosterSnapshot.objects.select_related("facility__corporation", "municipality").get(pk=snapshot_id)
    frozen = lines_of(found)[found.pk]
    record(
        StaffEvent.SNAPSHOT_PRINTED,
        on=found,
        rows={"roster_snapshot": [found.pk], "staff_member": frozen.people},
        detail={"fiscal_year": found.fiscal_year, "version": found.version},
    )
    facility = found.facility
    held = details_on(facility, found.day)
    figures = RosterFigures.of_json(found.figures)
    accepted = (
        found.decided_at if found.status in {SnapshotStatus.ACCEPTED, SnapshotStatus.SUPERSEDED} else None
    )
    return {
        "title": TITLE,
        "year": wareki.fiscal_year_words(found.fiscal_year),
        "day": wareki.day_words(found.day),
        "addressee": f"{found.municipality.name}長",
        "facility_name": held.name,
        "facility_number": facility.number,
        "facility_kind": facility.get_kind_display(),
        "corporation": name_in(facility.corporation, ServiceMonth.of(found.day)),
        "lines": [_line(one, found.day) for one in frozen.standings],
        "erased": frozen.erased,
        "erased_words": f"ほかの{frozen.erased}人は、{ERASED}。" if frozen.erased else "",
        "figures": figures,
        "submitted_on": wareki.day_words(timezone.localdate(found.submitted_at)),
        "accepted_on": wareki.day_words(timezone.localdate(accepted)) if accepted else "",
        "version": found.version,
        "control_number": f"{facility.number}-{found.fiscal_year}-{found.version:02}-{found.content_hash[:8]}",
        "made_at": found.submitted_at,
    }


def of_members(member_ids: Iterable[UUID]) -> list[UUID]:
    """The snapshots that name one of these people: whose papers go when they are erased."""
    rows = SnapshotLine.objects.filter(member__in=list(member_ids))
    return list(rows.order_by().values_list("snapshot_id", flat=True).distinct())


def _line(one: Standing, day: date) -> dict[str, str]:
    born = date.fromisoformat(one.values["birth_date"])
    return {
        **one.words,
        "number": str(one.number),
        "birth": wareki.short_date_words(born),
        "age": str(age_on(born, day)),
        "experience": one.experience,
    }


# ---------------------------------------------------------------- the workbook


def workbook(found: dict[str, Any]) -> FilledWorkbook:
    """The same roster as a workbook, one row a person, the head repeated on every printed page."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = TITLE
    _top(sheet, found)
    for place, (label, width, _) in enumerate(COLUMNS, start=1):
        cell: Any = sheet.cell(5, place, label)
        sheet.column_dimensions[get_column_letter(place)].width = width
        cell.fill, cell.border = HEAD, BOX
        cell.font = Font(name=FONT, size=9, bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    row = 5
    for row, line in enumerate(found["lines"], start=6):
        for place, (_, _, code) in enumerate(COLUMNS, start=1):
            cell = sheet.cell(row, place)
            text = line[code]
            cell.value = int(text) if code in {"number", "age"} else text or None
            keep_text(cell)
            cell.border, cell.font = BOX, Font(name=FONT, size=9)
            cell.alignment = Alignment(vertical="center", wrap_text=True)
    if found["erased_words"]:
        sheet.cell(row + 1, 1, found["erased_words"]).font = Font(name=FONT, size=9)
    sheet.print_title_rows, sheet.freeze_panes = "5:5", "C6"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A3
    set_page(sheet, found["control_number"])
    return FilledWorkbook(book)


def _top(sheet: Worksheet, found: dict[str, Any]) -> None:
    figures = found["figures"]
    accepted = f"　市の受理 {found['accepted_on']}" if found["accepted_on"] else ""
    average = "" if figures.average_years is None else f"　平均経験年数 {figures.average_years}年"
    lines = (
        f"{found['year']} {TITLE}（{found['day']}現在）",
        f"{found['facility_number']}　{found['facility_name']}（{found['facility_kind']}）　{found['corporation']}",
        f"職員 {figures.persons}人（常勤 {figures.regular}人・非常勤 {figures.part_time}人）{average}"
        f"　提出 {found['submitted_on']}{accepted}　第{found['version']}版",
    )
    for row, text in enumerate(lines, start=1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(COLUMNS))
        sheet.cell(row, 1, text).font = Font(name=FONT, size=14 if row == 1 else 10, bold=row == 1)
