"""
The monthly claim on paper: 請求書 with its 内訳書, as PDF and as workbook, from an approved claim.

Fields follow 様式第1号 and its 内訳. The layout is our own sample; it does not claim to be official.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from claims.cells import is_on_first_day
from claims.models import Age, Certification, ChildCount, Claim, ClaimLine, Hours, Movement
from claims.net import Net, NetKind, charge_of, net_of
from claims.queries.terms import provisional_rates, terms_of
from claims.wording import CLAIM_FORM
from documents import forms
from documents.forms import FilledWorkbook, Heading
from documents.sheet_style import BOX, FONT, HEAD, keep_text, set_page
from facilities.actors import Actor
from facilities.models import Facility, FacilityKind, Municipality, details_on, name_in
from facilities.rules import NotAllowed
from pages import wareki
from pricing import SECTION_LABELS
from pricing.vocabulary import SYSTEMS, region_words, system_of
from pricing.wording import part_words
from rate_books.in_force import title_and_source_of

NOT_YET = "請求書を作れるのは、市が承認したあとです。"
NOT_FIXED = "請求書を作れるのは、請求の内容を確定したあとです。"
NO_CHARGE = (
    "利用者負担額がまだ届いていないため、差し引いた額を計算できません。届いてから、もう一度お試しください。"
)
PROVISIONAL = "加算率は仮"
WHOLE_FACILITY = "施設全体（ほかの市区町村の児童を含む）"
MARK_WORDS = {"sample": "見本の単価で計算しています", "provisional": "告示の前の暫定の単価で計算しています"}


@dataclass(frozen=True)
class PaperPart:
    """One price of a line: whom it is for, unit price in yen, how many, amount in yen."""

    words: str
    unit_yen: int
    quantity: int
    amount_yen: int


@dataclass(frozen=True)
class PaperLine:
    """One item with its parts and its reasons."""

    label: str
    section: str
    amount_yen: int
    parts: list[PaperPart]
    steps: list[tuple[str, str]]
    source: str

    @property
    def rows(self) -> int:
        """How many rows of the table its name stands beside: its parts, and their sum where they are several."""
        return len(self.parts) + (len(self.parts) > 1)


def register() -> None:
    """Make the form known to documents."""
    forms.register(
        forms.Form(
            code=CLAIM_FORM,
            html_template="documents/claim.html",
            heading=heading,
            values=values,
            workbook=workbook,
            may_order=may_order,
        )
    )


def title_of(facility: Facility) -> str:
    """Private nurseries are entrusted (委託費); everybody else claims a benefit (給付費)."""
    if facility.kind == FacilityKind.NURSERY:
        return "委託費請求書"
    community = facility.kind not in {FacilityKind.KINDERGARTEN, FacilityKind.CERTIFIED_KODOMOEN}
    return "地域型保育給付費請求書" if community else "施設型給付費請求書"


def may_order(actor: Actor, claim_id: UUID) -> None:
    """
    Locks the claim, so that two orders at once queue and the second finds what the first one made.

    :raises NotAllowed: the claim is not approved (to another municipality: not fixed), or not one of this facility.
    """
    claim = Claim.objects.select_for_update(of=("self",)).filter(pk=claim_id).first()
    if claim is None or claim.facility_id != actor.facility_id:
        raise NotAllowed("この請求は見つかりません。")
    if not may_be_printed(claim):
        raise NotAllowed(NOT_FIXED if claim.outside else NOT_YET)
    # A query of its own, after the lock: the locking one would not see a charge that came while it waited.
    if _net(claim_id).kind is NetKind.MISSING:
        raise NotAllowed(NO_CHARGE)


def may_be_printed(claim: Claim) -> bool:
    """Its content is final: approved, or to another municipality and fixed, also when a later version replaced it."""
    return claim.submitted_at is not None if claim.outside else claim.approved_at is not None


def _net(claim_id: UUID) -> Net:
    found = Claim.objects.annotate(charge_yen=charge_of("charge_yen"), charge_id=charge_of("pk"))
    claim = found.get(pk=claim_id)
    return net_of(claim, charge_yen=claim.charge_yen, charge_id=claim.charge_id)


def heading(claim_id: UUID) -> Heading:
    """事業所番号_年度_月_様式."""
    claim = Claim.objects.select_related("facility").get(pk=claim_id)
    month, title = claim.service_month, title_of(claim.facility)
    fiscal_year = wareki.fiscal_year_words(month.fiscal_year)
    payer = f"_{claim.payer_code}" if claim.outside else ""
    return Heading(
        claim.month,
        f"{wareki.month_words(claim.month)}分 {title}",
        f"{claim.facility.number}_{fiscal_year}_{month.month:02}_{title}{payer}",
    )


def values(claim_id: UUID) -> dict[str, Any]:
    """Everything the paper shows, as plain values. Amounts in yen."""
    found = Claim.objects.select_related("facility__corporation", "municipality")
    claim = found.annotate(has_provisional_rates=provisional_rates()).get(pk=claim_id)
    facility, month = claim.facility, claim.service_month
    terms = terms_of(claim, provisional=claim.has_provisional_rates)
    held = details_on(facility, month.first_day)
    book_title, book_source = title_and_source_of(claim.rate_book, claim.rate_book_hash)
    everybody = _everybody(
        ChildCount.objects.filter(sheet=claim.sheet_id, payer_code=claim.payer_code, movement=Movement.NONE)
    )
    lines = [
        _paper_line(line, everybody) for line in ClaimLine.objects.filter(claim=claim).order_by("position")
    ]
    sections = [
        (SECTION_LABELS[code], [line for line in lines if line.section == code])
        for code in ("base", "addition", "deduction")
    ]
    final: datetime = claim.approved_at or claim.submitted_at or claim.drafted_at
    net = _net(claim_id)
    payable = claim.total_yen if net.payable_yen is None else net.payable_yen
    return {
        "title": title_of(facility),
        "month_words": f"{wareki.month_words(claim.month)}分",
        "addressee": _addressee(claim),
        "facility_name": held.name,
        "facility_number": facility.number,
        "facility_kind": facility.get_kind_display(),
        "corporation": name_in(facility.corporation, month),
        "postal_code": held.postal_code,
        "location": held.location,
        "capacity_1": terms.capacity_1,
        "capacity_23": terms.capacity_23,
        "region": region_words(terms.region_percent),
        "base_percent": terms.base_percent,
        "wage_percent": terms.wage_percent,
        "provisional": PROVISIONAL if terms.rates_are_provisional else "",
        "total_yen": claim.total_yen,
        "is_netted": net.kind is NetKind.NETTED,
        "charge_yen": net.charge_yen,
        "payable_yen": payable,
        "digits": _boxes(payable),
        "child_total": claim.child_total,
        **_children(claim),
        "sections": [(label, rows, sum(row.amount_yen for row in rows)) for label, rows in sections if rows],
        "submitted_on": wareki.date_words(_day(claim.submitted_at)) if claim.submitted_at else "",
        "outside": claim.outside,
        "approved_on": wareki.date_words(_day(claim.approved_at)) if claim.approved_at else "",
        "version": claim.version,
        "control_number": f"{facility.number}-{month.year}{month.month:02}-{claim.version:02}-{claim.content_hash[:8]}",
        "rate_book": book_title,
        "rate_book_id": claim.rate_book,
        "book_source": book_source,
        "sample": claim.price_mark,
        "whole_facility": WHOLE_FACILITY,
        "mark_words": MARK_WORDS.get(claim.rate_book_status, ""),
        "made_at": final,
    }


def _addressee(claim: Claim) -> str:
    """青葉台市長; of a municipality whose name is not known here, its code."""
    names = Municipality.objects.filter(code=claim.payer_code).values_list("name", flat=True)
    name = names.first() if claim.outside else claim.municipality.name
    return f"{name}長" if name else f"市区町村コード {claim.payer_code} の長"


def _day(moment: datetime) -> Any:
    return timezone.localtime(moment).date()


def _boxes(amount: int, size: int = 10) -> list[str]:
    """The amount in boxes, right-aligned, with the yen sign before the first digit."""
    return list(f"¥{amount}".rjust(size))


def _children(claim: Claim) -> dict[str, Any]:
    """
    The counts as they were confirmed: this payer's ``children`` of the first day by class, ``first_day`` together;
    ``entrants``, who came later and are no part of it; and ``enrolled``, N of the whole facility, None
    where nobody else's children are there.
    """
    first_day: Counter[tuple[str, str, str]] = Counter()
    entrants: Counter[tuple[str, str, str, int]] = Counter()
    enrolled, has_others = 0, False
    for row in ChildCount.objects.filter(sheet=claim.sheet_id, count__gt=0):
        is_own, place = row.payer_code == claim.payer_code, (row.certification, row.age, row.hours)
        if is_on_first_day(row):
            enrolled += row.count
            has_others = has_others or not is_own
            if is_own:
                first_day[place] += row.count
        elif is_own and row.movement == Movement.ENTERED and row.days:
            entrants[*place, row.days] += row.count
    return {
        "children": [
            (_class_words(place), first_day[place]) for place in sorted(first_day, key=_class_order)
        ],
        "entrants": [
            (f"{_class_words(place)}　途中入所（{place[3]}日）", entrants[place])
            for place in sorted(entrants, key=lambda place: (*_class_order(place), place[3]))
        ],
        "first_day": sum(first_day.values()),
        "enrolled": enrolled if has_others else None,
    }


def _class_words(place: Sequence[Any]) -> str:
    return f"{Certification(place[0]).label} {Age(place[1]).label} {Hours(place[2]).label}"


def _class_order(place: Sequence[Any]) -> tuple[str, int, str]:
    return place[0], list(Age.values).index(place[1]), place[2]


def _everybody(counts: Iterable[ChildCount]) -> dict[str, tuple[str, int]]:
    """By the certification of a line: what all of its children are called, and how many they are."""
    by_system: Counter[str] = Counter()
    for row in counts:
        by_system[system_of(row.certification)] += row.count
    found = {"": ("全員", sum(by_system.values()))}
    for system, count in by_system.items():
        found[system] = (f"{SYSTEMS[system]}の全員" if len(by_system) > 1 else "全員", count)
    return found


def _subject(part: dict[str, Any], certification: str, everybody: dict[str, tuple[str, int]]) -> str:
    """Whom a part counts: a class, all children of the line, some of them; or what its number is made of."""
    if part.get("age_class"):
        return part_words(part)
    if part.get("note"):
        return str(part["note"])
    words, count = everybody.get(certification, ("", None))
    return words if part["quantity"] == count else "対象の子ども"


def _paper_line(line: ClaimLine, everybody: dict[str, tuple[str, int]]) -> PaperLine:
    parts = [
        PaperPart(
            _subject(part, line.certification, everybody),
            part["unit_yen"],
            part["quantity"],
            part["amount_yen"],
        )
        for part in line.parts
    ]
    steps = [(step["label"], step["text"]) for step in line.steps]
    return PaperLine(line.label, line.section, line.amount_yen, parts, steps, line.source)


# ---------------------------------------------------------------- the workbook

YEN = '#,##0;[Red]"−"#,##0'


def workbook(found: dict[str, Any]) -> FilledWorkbook:
    """The same claim as a workbook: sheet 請求書, sheet 内訳書 whose sums are formulas over its rows."""
    book = Workbook()
    filled = FilledWorkbook(book)
    front = book.active
    assert isinstance(front, Worksheet)
    front.title = "請求書"
    detail = book.create_sheet("内訳書")
    last = _fill_detail(filled, detail, found)
    _fill_front(filled, front, found, total=f"=内訳書!E{last}")
    for line, height in {1: 34, 2: 22, 4: 26, 6: 32}.items():
        front.row_dimensions[line].height = height
    detail.row_dimensions[1].height = 26
    for sheet in (front, detail):
        for line in range(7 if sheet is front else 3, sheet.max_row + 1):
            sheet.row_dimensions[line].height = 19
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.HeaderFooter.oddHeader.right.text = found["sample"] or None
        set_page(sheet, found["control_number"])
    return filled


def _fill_front(filled: FilledWorkbook, sheet: Worksheet, found: dict[str, Any], *, total: str) -> None:
    for column, width in zip("ABCDE", (22, 20, 20, 18, 14), strict=True):
        sheet.column_dimensions[column].width = width
    _merged(sheet, "A1:E1", found["title"], size=18, bold=True, centre=True)
    _merged(sheet, "A2:E2", found["month_words"], size=12, centre=True)
    if found["sample"]:
        _merged(sheet, "A3:E3", f"{found['sample']}　{found['mark_words']}", bold=True, centre=True)
    _merged(sheet, "A4:C4", f"{found['addressee']} 様", size=12)
    _merged(sheet, "A6:B6", "請求金額", size=12, bold=True)
    _merged(sheet, "C6:E6", total, size=16, bold=True)
    filled.results[sheet.title, "C6"] = found["payable_yen"]
    sheet["C6"].number_format = '"¥"#,##0'
    sheet["C6"].alignment = Alignment(horizontal="right")
    rows = [
        ("事業所番号", found["facility_number"]),
        ("施設名", found["facility_name"]),
        ("施設類型", found["facility_kind"]),
        ("設置主体", found["corporation"]),
        ("所在地", f"〒{found['postal_code']} {found['location']}"),
        ("利用定員", _capacity_words(found)),
        ("地域区分", found["region"]),
        (
            "加算率",
            f"区分1 {found['base_percent']}%・区分2 {found['wage_percent']}%　{found['provisional']}".strip(),
        ),
        *(
            [("確定日", found["submitted_on"])]
            if found["outside"]
            else [("提出日", found["submitted_on"]), ("承認日", found["approved_on"])]
        ),
        ("管理番号", found["control_number"]),
        ("単価表", f"{found['rate_book']}　{found['sample']}".strip()),
    ]
    for line, (label, value) in enumerate(rows, start=8):
        _cell(sheet, f"A{line}", label, head=True)
        _merged(sheet, f"B{line}:E{line}", value, boxed=True)
    line = 8 + len(rows) + 1
    _cell(sheet, f"A{line}", "児童数（初日在籍）", head=True)
    _cell(sheet, f"B{line}", "人数", head=True)
    first = line + 1
    for place, (words, count) in enumerate(found["children"]):
        _cell(sheet, f"A{first + place}", words)
        _cell(sheet, f"B{first + place}", count, yen=True)
    end = first + len(found["children"])
    _cell(sheet, f"A{end}", "計（この請求の児童）", head=True)
    _cell(sheet, f"B{end}", f"=SUM(B{first}:B{end - 1})" if found["children"] else 0, yen=True)
    filled.results[sheet.title, f"B{end}"] = found["first_day"]
    beside = list(found["entrants"])
    if found["enrolled"] is not None:
        beside.append((WHOLE_FACILITY, found["enrolled"]))
    for place, (words, count) in enumerate(beside, start=end + 1):
        _cell(sheet, f"A{place}", words)
        _cell(sheet, f"B{place}", count, yen=True)


def _fill_detail(filled: FilledWorkbook, sheet: Worksheet, found: dict[str, Any]) -> int:
    """Fill the lines; returns the row of the total."""
    for column, width in zip("ABCDE", (34, 22, 14, 10, 16), strict=True):
        sheet.column_dimensions[column].width = width
    heading_words = f"{found['title']} 内訳書　{found['month_words']}　{found['facility_name']}"
    _merged(sheet, "A1:E1", heading_words, size=13, bold=True)
    if found["sample"]:
        _merged(sheet, "A2:E2", f"{found['sample']}　{found['mark_words']}", bold=True, centre=True)
    for column, label in zip("ABCDE", ("項目", "対象", "単価（円）", "数", "金額（円）"), strict=True):
        _cell(sheet, f"{column}3", label, head=True)
    sheet.print_title_rows = "3:3"
    sheet.freeze_panes = "A4"
    row, sums = 4, []
    for label, lines, section_yen in found["sections"]:
        first = row
        for line in lines:
            for place, part in enumerate(line.parts or [PaperPart("", 0, 0, line.amount_yen)]):
                _cell(sheet, f"A{row}", line.label if not place else "")
                _cell(sheet, f"B{row}", part.words)
                _cell(sheet, f"C{row}", part.unit_yen, yen=True)
                _cell(sheet, f"D{row}", part.quantity, yen=True)
                exact = part.unit_yen * part.quantity == part.amount_yen
                _cell(sheet, f"E{row}", f"=C{row}*D{row}" if exact else part.amount_yen, yen=True)
                filled.results[sheet.title, f"E{row}"] = part.amount_yen
                row += 1
        _cell(sheet, f"A{row}", f"{label} 小計", head=True)
        for column in "BCD":
            _cell(sheet, f"{column}{row}", "", head=True)
        _cell(sheet, f"E{row}", f"=SUM(E{first}:E{row - 1})", yen=True, head=True)
        filled.results[sheet.title, f"E{row}"] = section_yen
        sums.append(f"E{row}")
        row += 1
    total = "公定価格の合計" if found["is_netted"] else "請求金額"
    _sum_row(filled, sheet, row, total, "=" + "+".join(sums), found["total_yen"])
    if found["is_netted"]:
        _sum_row(filled, sheet, row + 1, "利用者負担額", -found["charge_yen"], -found["charge_yen"])
        _sum_row(filled, sheet, row + 2, "請求金額", f"=E{row}+E{row + 1}", found["payable_yen"])
        row += 2
    return row


def _sum_row(
    filled: FilledWorkbook, sheet: Worksheet, row: int, label: str, value: str | int, result: int
) -> None:
    _cell(sheet, f"A{row}", label, head=True)
    for column in "BCD":
        _cell(sheet, f"{column}{row}", "", head=True)
    _cell(sheet, f"E{row}", value, yen=True, head=True)
    filled.results[sheet.title, f"E{row}"] = result


def _capacity_words(found: dict[str, Any]) -> str:
    words = []
    if found["capacity_1"]:
        words.append(f"1号 {found['capacity_1']}人")
    if found["capacity_23"]:
        words.append(f"2・3号 {found['capacity_23']}人")
    return "　".join(words)


def _cell(sheet: Worksheet, place: str, value: Any, *, head: bool = False, yen: bool = False) -> None:
    cell = sheet[place]
    cell.value = value
    if not yen:
        keep_text(cell)
    cell.border = BOX
    cell.font = Font(name=FONT, size=10, bold=head)
    cell.alignment = Alignment(vertical="center", wrap_text=not yen, horizontal="right" if yen else None)
    if head:
        cell.fill = HEAD
    if yen:
        cell.number_format = YEN


def _merged(
    sheet: Worksheet,
    places: str,
    value: Any,
    *,
    size: int = 10,
    bold: bool = False,
    centre: bool = False,
    boxed: bool = False,
) -> None:
    sheet.merge_cells(places)
    first = sheet[places.split(":")[0]]
    first.value = value
    if boxed:
        keep_text(first)
    first.font = Font(name=FONT, size=size, bold=bold)
    first.alignment = Alignment(horizontal="center" if centre else None, vertical="center", wrap_text=True)
    if boxed:
        for row in sheet[places]:
            for cell in row:
                cell.border = BOX
