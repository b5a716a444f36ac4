"""Files of form packs: workbooks and definitions to save, previews, the data dictionary as CSV."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from audit.record import record
from documents.events import FormPackEvent
from documents.exports import asked_charset, csv_file
from documents.making import FormUnfit, made
from documents.models import Format
from documents.operations import MEDIA_TYPES
from documents.pack_content import pack_of
from documents.pack_permissions import keep_form_packs
from documents.pack_queries import previews
from documents.packs.manifest_reading import manifest_text
from documents.packs.pack import Pack
from documents.views.pack_dictionary import asked_dictionary
from documents.views.pack_pages import (
    chosen_example,
    pack_or_404,
    preview_page,
    shipped_or_404,
)
from facilities.models import Facility
from facilities.requests import TenantRequest, require

WORKBOOK, MANIFEST = "form.xlsx", "manifest.toml"
TOML: Final = "application/toml; charset=utf-8"
HEADER: Final = ("名前", "まとまり", "項目", "種類", "単位", "意味", "個人の情報", "使っている様式", "例")


@require_GET
def file(request: TenantRequest, form_pack_id: UUID, part: str) -> HttpResponse:
    """The workbook or the definition of a pack of the city."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    answer = _part(pack_of(row), part)
    record(
        FormPackEvent.DOWNLOADED,
        on=row,
        rows={"form_pack": [row.pk]},
        detail={"part": part, "content_hash": row.content_hash},
    )
    return answer


@require_GET
def shipped_file(request: TenantRequest, content_hash: str, part: str) -> HttpResponse:
    """The same of a pack of the product."""
    require(request, keep_form_packs)
    answer = _part(shipped_or_404(content_hash), part)
    record(FormPackEvent.DOWNLOADED, detail={"part": part, "content_hash": content_hash})
    return answer


@require_GET
def preview_file(request: TenantRequest, form_pack_id: UUID, file_format: str) -> HttpResponse:
    """The preview as a file, marked 下書き; what cannot be made is told on the preview's page."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    if file_format not in set(Format):
        raise Http404
    found = pack_of(row)
    chosen = chosen_example(request, previews.examples_for(found))
    if chosen is None:
        return preview_page(request, form_pack_id, problems=["この様式を試せる対象が、まだありません。"])
    try:
        form = previews.tried(found, chosen.subject_id)
    except Facility.DoesNotExist:
        raise Http404 from None
    if file_format not in form.formats:
        raise Http404
    try:
        content = made(form, Format(file_format))
    except FormUnfit as unfit:
        return preview_page(request, form_pack_id, problems=[str(one) for one in unfit.problems])
    told = previews.people_of(form)
    record(
        FormPackEvent.PREVIEW_DOWNLOADED,
        on=row,
        rows={"form_pack": [row.pk], "subject": [chosen.subject_id], **told},
        detail={"format": file_format, "content_hash": row.content_hash},
    )
    name = f"{form.file_stem}.{file_format}"
    return _attachment(content, MEDIA_TYPES[Format(file_format)], name)


@require_GET
def dictionary_csv(request: TenantRequest) -> HttpResponse:
    """The data dictionary as it is shown."""
    require(request, keep_form_packs)
    asked = asked_dictionary(request)
    rows = [
        (
            line.name,
            section.label,
            line.entry.label,
            line.kind_words,
            line.entry.unit,
            line.entry.meaning,
            "はい" if line.entry.is_personal else "",
            "、".join(use.words for use in line.uses),
            line.example,
        )
        for section in asked["sections"]
        for line in section.lines
    ]
    label = asked["subject"].label if asked["subject"] else "共通"
    record(
        FormPackEvent.DICTIONARY_EXPORTED,
        rows={"subject": [asked["example"].subject_id]} if asked["example"] else {},
        detail={"rows": len(rows)},
    )
    name = f"データ項目_{label}_{asked['year']}年度.csv"
    return csv_file(name, HEADER, rows, charset=asked_charset(request))


def _part(found: Pack, part: str) -> HttpResponse:
    stem = f"{found.manifest.title}_{found.manifest.from_year}"
    if part == WORKBOOK and found.workbook is not None:
        return _attachment(found.workbook, MEDIA_TYPES[Format.XLSX], f"{stem}.xlsx")
    if part == MANIFEST:
        return _attachment(manifest_text(found.manifest).encode(), TOML, f"{stem}.toml")
    raise Http404


def _attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
