"""
A filled form as a workbook: values put into the XML of its template, everything else byte for byte as it was.

openpyxl, which reads templates, cannot do that: on its way out it drops text boxes, check boxes, sparklines, what newer
versions keep in extensions, and the letters of a cell that look different from the others.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pyexpat import ExpatError
from zipfile import BadZipFile

from documents.packs.filled import Filled, FilledSheet, FormProblem
from documents.packs.footers import TOO_LONG, TooLong, mark
from documents.packs.package import NotSpliceable
from documents.packs.plan import Plan, Plans
from documents.packs.references import Renaming
from documents.packs.sheet_copies import CannotBeCopied, Copies, make_its_own
from documents.packs.sheet_writing import SheetWriter
from documents.packs.workbook_writing import NewSheet, WorkbookWriter
from documents.packs.zip_parts import packed_part, zipped
from documents.xlsx.parts import Refused

LONGEST_TITLE = 31
_PLANS = Plans()
UNREADABLE = "様式のブックを読めません。Excelで開いて.xlsx形式で保存し直し、様式を差し替えてください。"
_DAMAGES = (NotSpliceable, ExpatError, Refused, BadZipFile)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class CannotSplice(Exception):
    """The form cannot be made a workbook; ``problems`` says why, all at once."""

    def __init__(self, problems: Sequence[FormProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def spliced(template: bytes, filled: Filled, *, made_at: datetime) -> bytes:
    """
    The workbook of a filled form; the same form, made at the same time, gives the same bytes.

    Sheets made from one that is already filled stand directly behind it, with names and parts of their own. Formulas
    that nobody fills have no results until a program opens the workbook: it is told to compute.

    :param template: an .xlsx that ``template_reading.read_template`` reads.
    :raises CannotSplice: a value cannot be kept, a cell cannot be filled, a sheet cannot be copied.
    """
    try:
        plan = _PLANS.of(template)
    except (*_DAMAGES, KeyError, ValueError) as wrong:
        raise CannotSplice([FormProblem(None, "", UNREADABLE)]) from wrong
    splicing = _Splicing(plan, filled)
    try:
        return splicing.done(made_at)
    except _DAMAGES as wrong:
        # What hangs on a sheet is looked into only when the sheet is copied.
        raise CannotSplice([FormProblem(None, "", UNREADABLE)]) from wrong


class _Splicing:
    def __init__(self, plan: Plan, filled: Filled) -> None:
        self._plan = plan
        self._filled = filled
        self._copies = Copies(plan.package)
        self._changed: dict[str, bytes] = {}
        self._problems: list[FormProblem] = list(_title_problems(plan, filled.sheets))

    def done(self, made_at: datetime) -> bytes:
        """The bytes of the workbook."""
        plan, package = self._plan, self._plan.package
        if self._problems:
            raise CannotSplice(self._problems)
        new: list[NewSheet] = []
        known: set[str] = set()
        for sheet in self._filled.sheets:
            if sheet.template not in known:
                known.add(sheet.template)
                self._write(sheet, plan.sheets[sheet.template].entry.part, None)
            elif (copy := self._copied(sheet)) is not None:
                new.append(copy)
        for title, rest in plan.sheets.items():
            if title not in known:
                self._write(FilledSheet(title, title, {}), rest.entry.part, None)
        if self._problems:
            raise CannotSplice(self._problems)
        writer = WorkbookWriter(package)
        writer.write(
            new,
            self._copies.types,
            computes=plan.has_formulas,
            title=self._filled.title,
            made_at=made_at,
        )
        changed = self._changed | self._copies.parts | writer.changed
        parts = {
            name: packed_part(changed[name]) if name in changed else part
            for name, part in plan.packed.items()
            if name not in writer.dropped
        }
        parts |= {name: packed_part(content) for name, content in changed.items() if name not in parts}
        return zipped(parts)

    def _copied(self, sheet: FilledSheet) -> NewSheet | None:
        """A further sheet, written; nothing where it cannot be."""
        entry = self._plan.sheets[sheet.template].entry
        try:
            part, renaming = self._copies.around(entry.part, entry.title, sheet.title)
        except CannotBeCopied as wrong:
            self._problems.append(FormProblem(None, "", str(wrong)))
            return None
        self._write(sheet, part, renaming)
        return NewSheet(self._plan.package.sheets.index(entry), part, renaming)

    def _write(self, sheet: FilledSheet, part: str, renaming: Renaming | None) -> None:
        own = self._plan.sheets[sheet.template]
        writer = SheetWriter(self._plan, own, sheet, renaming)
        writer.write()
        if writer.problems:
            self._problems += writer.problems
            return
        if not own.entry.is_hidden:
            try:
                mark(own.xml, writer.edits, self._filled.marks)
            except TooLong:
                self._problems.append(FormProblem(None, "", f"シート「{sheet.title}」：{TOO_LONG}"))
        if renaming is not None:
            make_its_own(own.xml, writer.edits)
        if writer.edits.has_any or renaming is not None:
            self._changed[part] = writer.edits.done()


def _title_problems(plan: Plan, sheets: Sequence[FilledSheet]) -> Iterator[FormProblem]:
    """Sheets that the template has not, and titles that no workbook may have."""
    taken = {one.title.casefold() for one in plan.package.sheets}
    known: set[str] = set()
    for sheet in sheets:
        if sheet.template not in plan.sheets:
            yield FormProblem(None, "", f"様式にシート「{sheet.template}」がありません。")
            continue
        if sheet.template not in known:
            known.add(sheet.template)
            if sheet.title != sheet.template:
                raise ValueError("the first sheet made from one keeps its title")
            continue
        title = sheet.title
        if (
            not title.strip()
            or len(title.encode("utf-16-le")) // 2 > LONGEST_TITLE
            or _FORBIDDEN.search(title)
            or title.startswith("'")
            or title.endswith("'")
        ):
            words = f"続きのシートを「{title}」と呼べません。様式のシート名を短くし、記号を除いてください。"
            yield FormProblem(None, "", words)
        elif title.casefold() in taken:
            yield FormProblem(
                None, "", f"シート「{title}」が二つになります。様式のシート名を変えてください。"
            )
        taken.add(title.casefold())
