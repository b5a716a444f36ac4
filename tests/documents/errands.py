"""An invented kind of subject with invented forms: what documents do with packs, whatever the rooms above print."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from openpyxl import Workbook

from documents import dictionary, in_force
from documents.dictionary import Entry, Facts, Group, Kind, Subject, Table, Vocabulary
from documents.packs.manifest_reading import read_manifest
from documents.packs.pack import Pack, content_hash
from facilities.actors import Actor
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from tests.cast import Nursery

CODE = "errand"
MADE = datetime(2026, 7, 1, tzinfo=UTC)
VOCABULARY = Vocabulary(
    (Group("errand", "用事", (Entry("words", "内容", Kind.TEXT), Entry("yen", "金額", Kind.YEN))),),
    (Table("errand_lines", "行", (Entry("words", "内容", Kind.TEXT),)),),
)
MANIFEST = """
code = "{code}"
title = "{title}"
family = "monthly"
subject = "errand"
from_year = 2025
source = "試験のための様式"
official = false
{more}
[[field]]
key = "number"
label = "管理番号"
source = "form.control_number"
[[field]]
key = "place"
label = "施設名"
source = "facility.name"
{at_facility}
[[field]]
key = "words"
label = "内容"
source = "errand.words"
{at_words}
[[field]]
key = "yen"
label = "金額"
source = "errand.yen"
{at_yen}
[[field]]
key = "person"
label = "担当者"
source = "contact.person"
"""
PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>{{ furniture.css }}</style></head><body>{{ furniture.html }}<h1>{{ title }}</h1>
<p>{{ texts.place }}</p><p>{{ texts.words }}</p><p>{{ texts.yen }}</p><p>担当 {{ texts.person }}</p></body></html>"""


def workbook() -> bytes:
    """A form of one sheet with three cells to fill."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "用事"
    for row, label in enumerate(("施設名", "内容", "金額"), start=1):
        sheet.cell(row, 1, label)
        sheet.column_dimensions["B"].width = 40
    sheet.print_area = "A1:B3"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def page_pack(
    code: str = "errand_page", *, title: str = "用事の届", html: str = PAGE, more: str = ""
) -> Pack:
    """A form with an HTML template of its own and no workbook."""
    text = MANIFEST.format(code=code, title=title, more=more, at_facility="", at_words="", at_yen="")
    return Pack(read_manifest(text), None, html, content_hash(text, None, html), is_shipped=True)


def sheet_pack(
    code: str = "errand_sheet", *, title: str = "用事の表", more: str = "", digits: bool = False
) -> Pack:
    """A form that is a sheet of a workbook; with ``digits`` its amount stands in one box."""
    text = MANIFEST.format(
        code=code,
        title=title,
        more=more,
        at_facility='at = ["用事!B1"]',
        at_words='at = ["用事!B2"]',
        at_yen='at = ["用事!B3"]' + ('\nformat = "digits"' if digits else ""),
    )
    book = workbook()
    return Pack(read_manifest(text), book, None, content_hash(text, book, None), is_shipped=True)


@dataclass
class Errand:
    """One subject."""

    facility_id: UUID
    month: ServiceMonth
    words: str = "お知らせ"
    yen: int = 1234
    is_final: bool = True
    edition: int = 1
    price_mark: str = ""
    id: UUID = field(default_factory=uuid4)

    @property
    def control_number(self) -> str:
        """A made-up one."""
        return f"E-{self.id.hex[:12]}-{self.edition:02}"


class Errands:
    """All of them, and the packs in force; ``values_asked`` counts how often somebody read one."""

    def __init__(self, packs: list[Pack]) -> None:
        self.packs = packs
        self.rows: dict[UUID, Errand] = {}
        self.values_asked = 0
        self.named: dict[UUID, list[UUID]] = {}

    def add(self, nursery: Nursery, month: ServiceMonth, **given: Any) -> Errand:
        """One more of a facility."""
        errand = Errand(nursery.facility.pk, month, **given)
        self.rows[errand.id] = errand
        return errand

    def change(self, errand: Errand, **given: Any) -> Errand:
        """Its next edition."""
        self.rows[errand.id] = replace(errand, edition=errand.edition + 1, **given)
        return self.rows[errand.id]

    def facts(self, subject_id: UUID) -> Facts:
        row = self._row(subject_id)
        return Facts(
            facility_id=row.facility_id,
            day=row.month.first_day,
            edition=f"{row.edition}",
            is_final=row.is_final,
            control_number=row.control_number,
            made_at=MADE,
            price_mark=row.price_mark,
        )

    def values(self, subject_id: UUID, wanted: frozenset[str]) -> dictionary.Values:
        self.values_asked += 1
        row = self._row(subject_id)
        return {"errand": {"words": row.words, "yen": row.yen}, "errand_lines": []}

    def may_order(self, actor: Actor, subject_id: UUID) -> None:
        row = self.rows.get(subject_id)
        if row is None or actor.facility_id not in {None, row.facility_id}:
            raise NotAllowed("この用事は見つかりません。")

    def find(
        self, of: str, facility_ids: Any, first: ServiceMonth, last: ServiceMonth
    ) -> list[tuple[UUID, UUID]]:
        return [
            (row.facility_id, row.id)
            for row in self.rows.values()
            if (facility_ids is None or row.facility_id in facility_ids) and first <= row.month <= last
        ]

    def page(self, actor: Actor, subject_id: UUID) -> str:
        row = self._row(subject_id)
        if not actor.is_facility:
            return "/c/documents/"
        return f"/f/{Facility.objects.get(pk=row.facility_id).number}/documents/"

    def people(self, subject_id: UUID) -> dict[str, list[UUID]]:
        return {"staff_member": self.named.get(subject_id, [])}

    def _row(self, subject_id: UUID) -> Errand:
        try:
            return self.rows[subject_id]
        except KeyError:
            raise Facility.DoesNotExist from None

    def subject(self, *, names_people: bool) -> Subject:
        return Subject(
            code=CODE,
            label="用事",
            describe=lambda of, fiscal_year: VOCABULARY,
            facts=self.facts,
            values=self.values,
            may_order=self.may_order,
            find=self.find,
            examples=lambda of, fiscal_year: [],
            page=self.page,
            people=self.people,
            names_people=names_people,
        )


@contextmanager
def errands_known(*packs: Pack, names_people: bool = False) -> Iterator[Errands]:
    """While it is open there are errands, and these are the only form packs."""
    errands = Errands(list(packs))
    all_packs, in_force._all = in_force._all, lambda *args, **options: errands.packs  # type: ignore[assignment]
    dictionary.register(errands.subject(names_people=names_people))
    try:
        yield errands
    finally:
        in_force._all = all_packs
        del dictionary._subjects[CODE]
