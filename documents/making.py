"""
A form of one subject as a file: its values filled into its pack, drawn or spliced. The same content, the same bytes.
"""

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from documents import html_forms, rendering
from documents.city_characters import face, own_font
from documents.models import Format
from documents.pack_content import template_of
from documents.packs.drawing import drawn
from documents.packs.filled import Filled, FormProblem, Marks
from documents.packs.filling import fill, wanted_names
from documents.packs.lettering import no_glyph
from documents.packs.pack import Pack
from documents.packs.splicing import CannotSplice, spliced
from documents.packs.typeface import Face, glyphless
from documents.printables import Printable

DRAFT: Final = "下書き"
TEMPLATE_WRONG: Final = "様式のテンプレートに誤りがあります。市の管理者に知らせてください。"


class FormUnfit(Exception):
    """The form cannot be handed out as its data are; ``problems`` say where and what to do."""

    def __init__(self, problems: Sequence[FormProblem]) -> None:
        # Sentences may quote values: they stay out of the exception's text, and so out of every log.
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


def filled_form(found: Printable) -> Filled:
    """The form with its values; whatever is wrong stands in its ``problems``."""
    manifest = found.pack.manifest
    values = found.values(wanted_names(manifest))
    return fill(manifest, template_of(found.pack.workbook), values, title=found.title, marks=marks_of(found))


def marks_of(found: Printable) -> Marks:
    """What stands on every page besides the form."""
    band = "　".join(words for words in (DRAFT if found.is_draft else "", found.facts.price_mark) if words)
    number = found.control_number
    return Marks(band, number, check_address(number) if number else "")


def check_address(control_number: str) -> str:
    """What the QR code says: the address that leads an authorised reader to the very version."""
    return f"{settings.SITE_URL}/q/{control_number}/"


def made(found: Printable, file_format: Format) -> bytes:
    """
    The file.

    :raises FormUnfit: a value is missing its place, does not fit, or cannot be drawn.
    """
    filled = filled_form(found)
    if filled.problems:
        raise FormUnfit(filled.problems)
    if file_format == Format.XLSX:
        return _workbook(found, filled)
    return _pdf(found, filled)


def _workbook(found: Printable, filled: Filled) -> bytes:
    assert found.pack.workbook is not None, "only a pack with a workbook is ordered as one"
    try:
        return spliced(found.pack.workbook, filled, made_at=found.facts.made_at)
    except CannotSplice as wrong:
        raise FormUnfit(wrong.problems) from None


def _pdf(found: Printable, filled: Filled) -> bytes:
    manifest = found.pack.manifest
    attached = []
    if manifest.embeds_workbook and found.pack.workbook is not None:
        attached.append(
            rendering.Attached(f"{found.file_stem}.xlsx", _workbook(found, filled), f"{found.title}（Excel）")
        )
    own = own_font()
    return rendering.pdf_of_html(
        _page(found.pack, filled, face(own)),
        identifier=f"{found.subject_id}-{found.code}",
        variant=rendering.ARCHIVAL if attached else rendering.UNIVERSAL,
        attachments=attached,
        own_font=own,
    )


def _page(pack: Pack, filled: Filled, own: Face | None) -> str:
    if pack.html is not None:
        _require_glyphs(filled, own)
        try:
            return html_forms.page(pack.html, filled)
        except html_forms.TemplateWrong as wrong:
            raise FormUnfit([FormProblem(None, "", f"{TEMPLATE_WRONG}（{wrong}）")]) from wrong
    template = template_of(pack.workbook)
    assert template is not None, "a pack has a workbook or a template of HTML"
    drawing = drawn(template, filled, own=own)
    if drawing.problems:
        raise FormUnfit(drawing.problems)
    return drawing.page


def _require_glyphs(filled: Filled, own: Face | None) -> None:
    """A template of HTML is not drawn cell by cell: its fields are judged as they are, before it is rendered."""
    told = [
        *filled.texts.items(),
        *(cell for rows in filled.tables.values() for row in rows for cell in row.items()),
    ]
    problems = [
        FormProblem(None, key, no_glyph(missing))
        for key, text in told
        if (missing := glyphless(text, own, composes=False))
    ]
    if problems:
        raise FormUnfit(list(dict.fromkeys(problems)))
