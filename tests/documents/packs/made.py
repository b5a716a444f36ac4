"""A form made up for tests: its workbook, its manifest, and a subject that tells what stands in it."""

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from unittest.mock import patch
from uuid import UUID

from openpyxl import Workbook
from openpyxl.styles import Border, Side

from documents import dictionary
from documents.common_values import COMMON
from documents.dictionary import Entry, Example, Facts, Group, Kind, Subject, Table, Values, Vocabulary
from documents.packs.findings import Known
from documents.packs.manifest import Manifest
from documents.packs.manifest_reading import read_manifest
from documents.packs.template import Template
from documents.packs.template_reading import read_template
from facilities.actors import Actor
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed

SHEET = "請求書"
BILL = Vocabulary(
    (
        Group(
            "bill",
            "請求",
            (
                Entry("total_yen", "請求額", Kind.YEN, "行の合計。", "円"),
                Entry("children", "児童数", Kind.WHOLE, "初日の在籍。", "人"),
                Entry("sent_on", "提出日", Kind.DATE, "提出した日。"),
                Entry("is_corrected", "訂正", Kind.YES_NO, "訂正の請求か。"),
                Entry("remark", "備考", Kind.TEXT, "施設が書いたこと。"),
                Entry("director", "施設長の氏名", Kind.TEXT, "", is_personal=True),
            ),
        ),
    ),
    (
        Table(
            "bill_lines",
            "請求の内訳",
            (
                Entry("label", "項目", Kind.TEXT),
                Entry("count", "人数", Kind.WHOLE, unit="人"),
                Entry("amount_yen", "金額", Kind.YEN, unit="円"),
            ),
        ),
    ),
)
MANIFEST = """
code = "probe_bill"
title = "委託費請求書"
family = "monthly"
subject = "bill"
from_year = 2026
source = "青葉台市の様式をまねたもの"
official = false

[[field]]
key = "facility"
label = "施設名"
source = "facility.name"
at = ["請求書!C4"]

[[field]]
key = "total"
label = "請求額"
source = "bill.total_yen"
at = ["請求書!C6"]

[[field]]
key = "sent"
label = "提出日"
source = "bill.sent_on"
at = ["請求書!C5"]

[[table]]
key = "lines"
label = "内訳"
each = "bill_lines"
at = "請求書!B9:D13"
[[table.column]]
key = "label"
label = "項目"
source = "label"
at = "B"
[[table.column]]
key = "count"
label = "人数"
source = "count"
at = "C"
[[table.column]]
key = "amount"
label = "金額"
source = "amount_yen"
at = "D"
""".replace('key = "facility"', 'key = "facility_name"')


def manifest(**changes: object) -> Manifest:
    """The form's manifest, changed."""
    return replace(read_manifest(MANIFEST), **changes)  # type: ignore[arg-type]


def workbook(*, down: int = 0, right: int = 0, extra: str = "", formula: str = "", merged: str = "") -> bytes:
    """
    The form as .xlsx: labels in B4:B6 with their cells in C, a table from row 8 on.

    ``down`` moves the total and ``right`` the whole form; ``extra`` is a text in B2; ``formula`` one in D6.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    line = Side(style="thin")
    for letter in range(1, 8):
        sheet.column_dimensions["ABCDEFG"[letter - 1]].width = 24

    def put(row: int, column: int, text: object) -> None:
        cell = sheet.cell(row, column + right, text)  # type: ignore[arg-type]
        cell.border = Border(line, line, line, line)

    put(1, 2, "委 託 費 請 求 書")
    if extra:
        put(2, 2, extra)
    put(4, 2, "施設名")
    put(4, 3, None)
    put(5, 2, "提出日")
    put(5, 3, None)
    put(6 + (down and 1), 2, "請求額")
    put(6 + (down and 1), 3, None)
    if formula:
        put(6, 4, formula)
    for place, heading in enumerate(("項目", "人数", "金額"), start=2):
        put(8 + down, place, heading)
        for row in range(9 + down, 14 + down):
            put(row, place, None)
    if merged:
        sheet.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def template(**changes: object) -> Template:
    """The sheets of the form."""
    return read_template(workbook(**changes))  # type: ignore[arg-type]


def known(**changes: object) -> Known:
    """What the form is judged by."""
    return replace(
        Known(COMMON, BILL, ("bill",), ("nursery", "kindergarten")),
        **changes,  # type: ignore[arg-type]
    )


def _facts(subject_id: UUID) -> Facts:
    return Facts(
        facility_id=subject_id,
        day=date(2026, 6, 1),
        edition="1",
        is_final=True,
        control_number="B-1",
        made_at=datetime(2026, 6, 5, tzinfo=UTC),
    )


def _values(subject_id: UUID, wanted: frozenset[str]) -> Values:
    lines = [
        {"label": f"項目{number}", "count": number, "amount_yen": 1000 * number} for number in range(1, 4)
    ]
    bill = {
        "total_yen": 6000,
        "children": 6,
        "sent_on": date(2026, 6, 5),
        "is_corrected": False,
        "remark": "なし",
        "director": "",
    }
    return {"bill": bill, "bill_lines": lines}


def _may_order(by: Actor, subject_id: UUID) -> None:
    if not Facility.objects.filter(pk=subject_id).exists():
        raise NotAllowed("この請求はありません。")


def _find(
    of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
) -> Sequence[tuple[UUID, UUID]]:
    rows = Facility.objects.order_by("number").values_list("pk", flat=True)
    return [(pk, pk) for pk in rows if facility_ids is None or pk in facility_ids]


def _examples(of: str, fiscal_year: int) -> Sequence[Example]:
    return [Example(one.pk, f"{one.name}の請求") for one in Facility.objects.order_by("number")[:5]]


def _people(subject_id: UUID) -> Mapping[str, Sequence[UUID]]:
    return {}


SUBJECT = Subject(
    code="bill",
    label="請求",
    describe=lambda of, fiscal_year: BILL,
    facts=_facts,
    values=_values,
    may_order=_may_order,
    find=_find,
    examples=_examples,
    page=lambda by, subject_id: "",
    people=_people,
)


@contextmanager
def told() -> Iterator[None]:
    """While the subject is registered."""
    with patch.dict(dictionary._subjects, {"bill": SUBJECT}):
        yield
