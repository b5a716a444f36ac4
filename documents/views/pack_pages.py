"""The administrators' pages of form packs: the list, one pack, its mapping, its preview, the data dictionary."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from audit.record import record
from documents.common_values import COMMON
from documents.dictionary import Example, NoSuchSubject, Vocabulary
from documents.events import FormPackEvent
from documents.models import FormPack
from documents.pack_checks import findings_of
from documents.pack_content import pack_of, template_of, vocabulary_of
from documents.pack_operations.drafts import draft_of, steps_of
from documents.pack_operations.mapping import proposed
from documents.pack_permissions import keep_form_packs
from documents.pack_queries import lists, previews, sheets
from documents.pack_queries.mapping import CellPanel, format_groups, panel_for
from documents.packs.drawing import Drawing
from documents.packs.findings import Findings
from documents.packs.manifest import FAMILY_LABELS
from documents.packs.pack import Pack
from documents.packs.places import NoSuchPlace
from documents.packs.shipped import shipped
from documents.packs.template import Place, Template
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, page_status, require
from pages.wareki import fiscal_year_words

HOME: Final = "帳票様式"
SHEET_NAME: Final = re.compile(r'<section class="fs"[^>]* aria-label="')
FIRST_YEAR, LAST_YEAR = 2015, 2100
TYPED: Final = ("formula", "label", "format", "yes", "no", "more", "last")
BLOCK: Final = ("block", "each", "label", "lines", "where", "overflow")


def this_year() -> int:
    """The fiscal year of today."""
    return ServiceMonth.of(timezone.localdate()).fiscal_year


def asked_year(request: TenantRequest) -> int:
    """The fiscal year in the address, or this one."""
    given = request.GET.get("year", "")
    return int(given) if given.isdigit() and FIRST_YEAR <= int(given) <= LAST_YEAR else this_year()


def pack_or_404(form_pack_id: UUID) -> FormPack:
    """The city's pack. :raises Http404: not one of the open scope."""
    row: FormPack | None = FormPack.objects.filter(pk=form_pack_id).select_related("workbook").first()
    if row is None:
        raise Http404
    return row


def shipped_or_404(content_hash: str) -> Pack:
    """A pack of the product. :raises Http404: none of this content."""
    for found in shipped():
        if found.content_hash == content_hash:
            return found
    raise Http404


@require_GET
def packs(request: TenantRequest) -> HttpResponse:
    """The forms of a year, by family."""
    require(request, keep_form_packs)
    year = asked_year(request)
    kind = request.GET.get("kind", "")
    if kind not in dict(lists.KINDS):
        kind = lists.ALL
    words = request.GET.get("q", "")[:60]
    families = lists.forms_of_year(year, kind=kind, words=words)
    shown = [one.row.pk for family in families for one in family.forms if one.row is not None]
    record(FormPackEvent.LISTED, rows={"form_pack": shown}, detail={"fiscal_year": year})
    years = sorted({*lists.years_of_forms(), year, this_year(), this_year() + 1}, reverse=True)
    context = {
        "families": families,
        "count": sum(len(family.forms) for family in families),
        "fiscal_year": year,
        "year_words": fiscal_year_words(year),
        "years": [(one, fiscal_year_words(one)) for one in years],
        "kind": kind,
        "kinds": lists.KINDS,
        "words": words,
    }
    return render(request, "documents/forms/packs.html", context)


@require_GET
def pack(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """One pack of the city: its sheets, what stands where, what is wrong."""
    return pack_page(request, form_pack_id)


def pack_page(request: TenantRequest, form_pack_id: UUID, *, problems: Sequence[str] = ()) -> HttpResponse:
    """The page of a pack, with what an act on it refused."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    record(FormPackEvent.SHOWN, on=row, rows={"form_pack": [row.pk]})
    people = lists.names_of(
        one for one in (row.prepared_by, row.released_by, row.discarded_by) if one is not None
    )
    context = {
        **_about(pack_of(row)),
        "row": row,
        "prepared_by": people.get(row.prepared_by, ""),
        "released_by": people.get(row.released_by, "") if row.released_by else "",
        "tone": lists.STATE_TONES[row.state],  # type: ignore[index]
        "is_own": row.is_draft and row.prepared_by == request.actor.user_id,
        "problems": list(problems),
        "breadcrumbs": _crumbs(row.from_year, (row.title, None)),
    }
    return render(request, "documents/forms/pack.html", context, status=page_status(request))


@require_GET
def shipped_pack(request: TenantRequest, content_hash: str) -> HttpResponse:
    """A pack that came with the product."""
    require(request, keep_form_packs)
    found = shipped_or_404(content_hash)
    record(FormPackEvent.SHOWN, detail={"code": found.manifest.code, "content_hash": content_hash})
    context = {
        **_about(found),
        "row": None,
        "problems": [],
        "breadcrumbs": _crumbs(found.manifest.from_year, (found.manifest.title, None)),
    }
    return render(request, "documents/forms/pack.html", context)


@require_GET
def mapping(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """The sheet as a picture; beside it the cell that was clicked."""
    return mapping_page(request, form_pack_id)


def mapping_page(
    request: TenantRequest,
    form_pack_id: UUID,
    *,
    problems: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The mapping page, with what an act on it refused and what was ``typed`` for it."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    record(FormPackEvent.SHOWN, on=row, rows={"form_pack": [row.pk]})
    found = pack_of(row)
    template = template_of(found.workbook)
    findings = findings_of(found)
    vocabulary = _vocabulary(found)
    lost = {one["key"] for one in row.lost_places}
    context: dict[str, Any] = {
        "row": row,
        "manifest": found.manifest,
        "findings": findings,
        "format_groups": format_groups(),
        "helpers": [one for one in found.manifest.fields if not one.at and one.key not in lost],
        "lost": row.lost_places,
        "steps": steps_of(row) if row.is_draft else (),
        "problems": list(problems),
        "q": request.GET.get("q", "")[:60],
        "breadcrumbs": _crumbs(
            row.from_year, (row.title, reverse("form_packs:pack", args=[row.pk])), ("欄の割り当て", None)
        ),
    }
    is_part = request.method == "GET" and "HX-Request" in request.headers
    if template is not None:
        context |= _mapped(request, found, template, findings, vocabulary, with_picture=not is_part)
        context["said"] = _said(context["panel"], typed or {})
        context["asked"] = _block(context["panel"], typed or {}, is_chosen=context["is_block"])
    # A fetched panel comes alone: the picture is there already, and its styles belong to the page's own nonce.
    name = "_panel" if is_part and template is not None else "mapping"
    return render(request, f"documents/forms/{name}.html", context, status=page_status(request))


def _mapped(
    request: TenantRequest,
    found: Pack,
    template: Template,
    findings: Findings,
    vocabulary: Vocabulary,
    *,
    with_picture: bool,
) -> dict[str, Any]:
    """The picture of the chosen sheet and the panel of the chosen cell."""
    shown = sheets.shown_sheets(template)
    title = (request.POST or request.GET).get("sheet", "")
    sheet = template.sheet(title) if title in {one.title for one in shown} else shown[0]
    assert sheet is not None, "one of those that are shown"
    chosen, start = _cell(request, "cell", sheet.title), _cell(request, "from", sheet.title)
    panel: CellPanel | None = None
    if chosen is not None:
        try:
            if start is not None:
                first = Place(sheet.title, min(start.row, chosen.row), min(start.column, chosen.column))
                last = Place(sheet.title, max(start.row, chosen.row), max(start.column, chosen.column))
                panel = panel_for(first, found.manifest, template, vocabulary, until=last)
            else:
                words = request.GET.get("q", "")[:60]
                panel = panel_for(chosen, found.manifest, template, vocabulary, words=words)
        except NoSuchPlace:
            panel = None
    choosing_end = request.GET.get("end", "")

    def link_of(place: Place) -> str | None:
        asked = {"sheet": place.sheet, "cell": place.address}
        if choosing_end:
            asked["from"] = choosing_end
        return f"?{urlencode(asked)}#cell-panel"

    drawing = None
    if with_picture:
        drawing = sheets.picture(
            found.manifest,
            template,
            findings,
            sheets=[sheet.title],
            link_of=link_of,
            chosen=[panel.place] if panel else (),
        )
    here = [one for one in findings.problems if panel and one.place == panel.place]
    return {
        "sheet": sheet,
        "sheets": [(one.title, f"?{urlencode({'sheet': one.title})}") for one in shown],
        "panel": panel,
        "is_block": start is not None,
        "choosing_end": choosing_end,
        "end_link": f"?{urlencode({'sheet': sheet.title, 'cell': panel.place.address, 'end': panel.place.address})}"
        if panel
        else "",
        "cell_problems": here,
        "tables": vocabulary.tables,
        "drawing": _safe(drawing) if drawing else None,
        "address": urlencode({"sheet": sheet.title, "cell": panel.place.address} if panel else {}),
    }


@require_GET
def preview(request: TenantRequest, form_pack_id: UUID) -> HttpResponse:
    """The form with a real facility's values, beside the one it would replace."""
    return preview_page(request, form_pack_id)


def preview_page(request: TenantRequest, form_pack_id: UUID, *, problems: Sequence[str] = ()) -> HttpResponse:
    """The preview, with why a file of it could not be made."""
    require(request, keep_form_packs)
    row = pack_or_404(form_pack_id)
    found = pack_of(row)
    examples = previews.examples_for(found)
    chosen = chosen_example(request, examples)
    context: dict[str, Any] = {
        "row": row,
        "manifest": found.manifest,
        "examples": examples,
        "chosen": chosen,
        "problems": list(problems),
        "formats": ("pdf", "xlsx") if found.workbook is not None else ("pdf",),
        "breadcrumbs": _crumbs(
            row.from_year, (row.title, reverse("form_packs:pack", args=[row.pk])), ("試し刷り", None)
        ),
    }
    people: list[UUID] = []
    if chosen is not None:
        try:
            form = previews.tried(found, chosen.subject_id)
        except Facility.DoesNotExist:
            raise Http404 from None
        other = previews.before(row, form)
        now = previews.shown(form)
        earlier = previews.shown(previews.tried(other, chosen.subject_id)) if other is not None else None
        told = {name: list(rows) for name, rows in previews.people_of(form).items()}
        people = [one for rows in told.values() for one in rows]
        record(
            FormPackEvent.PREVIEWED,
            on=row,
            rows={"form_pack": [row.pk], "subject": [chosen.subject_id], **told},
        )
        context |= {
            "now": now,
            "now_drawing": _safe(now.drawing, "この様式の") if now.drawing else None,
            "earlier": earlier,
            "earlier_title": other.manifest.title if other else "",
            "earlier_words": _whose(other) if other else "",
            "earlier_drawing": _safe(earlier.drawing, "いまの様式の")
            if earlier and earlier.drawing
            else None,
        }
    else:
        record(FormPackEvent.PREVIEWED, on=row, rows={"form_pack": [row.pk]})
    context["people"] = people
    return render(request, "documents/forms/preview.html", context, status=page_status(request))


def chosen_example(request: TenantRequest, examples: Sequence[Example]) -> Example | None:
    """The one of the address; the first without one. Only those that are offered may be asked for."""
    asked = request.GET.get("subject", "")
    return next((one for one in examples if str(one.subject_id) == asked), examples[0] if examples else None)


# ---------------------------------------------------------------- what pages share


def _standing(found: Pack, template: Template) -> list[sheets.Standing]:
    return sheets.in_words(sheets.standing_in(found.manifest, template), found.manifest, _vocabulary(found))


def _about(found: Pack) -> dict[str, Any]:
    """What the page of a pack shows, whosever it is."""
    template = template_of(found.workbook)
    findings = findings_of(found)
    drawing = sheets.picture(found.manifest, template, findings) if template is not None else None
    return {
        "pack": found,
        "manifest": found.manifest,
        "findings": findings,
        "drawing": _safe(drawing) if drawing else None,
        "standing": _standing(found, template) if template is not None else (),
        "family_words": FAMILY_LABELS[found.manifest.family],
        "subject_words": lists.subject_words(found.manifest),
        "types_words": lists.types_words(found.manifest),
        "year_words": fiscal_year_words(found.manifest.from_year),
        "to_year_words": fiscal_year_words(found.manifest.to_year) if found.manifest.to_year else "",
    }


def lost_proposals(row: FormPack) -> list[Any]:
    """What did not fit onto the present workbook, each with where it seems to stand."""
    return list(proposed(draft_of(row)))


def _safe(drawing: Drawing, whose: str = "") -> dict[str, Any]:
    """
    Drawings are made of escaped texts and of classes and numbers only (``packs.drawing``). ``whose``: where two stand
    on a page, what tells the names of their sheets apart.
    """
    html = SHEET_NAME.sub(rf"\g<0>{whose}", drawing.html) if whose else drawing.html
    return {"html": mark_safe(html), "css": mark_safe(drawing.css)}  # noqa: S308


def _vocabulary(found: Pack) -> Vocabulary:
    try:
        return vocabulary_of(found.manifest)
    except NoSuchSubject:
        return COMMON


def _said(panel: CellPanel | None, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the panel's form shows: what was typed and refused, else what stands in the cell, else what is likely."""
    now = panel.now if panel else None
    near = {one.name for one in panel.suggested} if panel else set()
    if typed and panel is not None and typed.get("place") == panel.address:
        source = typed.get("source", "")
        return {
            "source": source,
            "is_near": source in near,
            "is_formula": source == "=",
            **{name: typed.get(name, "") for name in TYPED},
        }
    source = now.source if now else panel.best if panel else ""
    is_formula = panel is not None and panel.is_calculated
    return {
        "source": "=" if is_formula else source,
        "is_near": source in near,
        "is_formula": is_formula,
        "formula": source if is_formula else "",
        "label": panel.usual_label if panel else "",
        "format": now.format if now else "",
        "yes": now.words[0] if now and now.words else "",
        "no": now.words[1] if now and now.words else "",
        "more": "",
        "last": "",
    }


def _block(panel: CellPanel | None, typed: Mapping[str, str], *, is_chosen: bool) -> dict[str, Any]:
    """What the form of a block shows: typed, as it is, or guessed. ``is_chosen``: both ends were clicked."""
    if panel is None or typed.get("block"):
        return {name: typed.get(name, "") for name in BLOCK}
    own = panel.table
    return {
        "block": panel.block if own is None or is_chosen else own.at,
        "each": own.each if own else "",
        "label": own.label if own else "内訳",
        "lines": own.lines if own else 1,
        "where": own.where if own else "",
        "overflow": own.overflow.value if own else "",
    }


def _cell(request: TenantRequest, name: str, sheet: str) -> Place | None:
    try:
        return Place.of(sheet, (request.POST or request.GET).get(name, "").strip().upper())
    except ValueError:
        return None


def _whose(found: Pack) -> str:
    year = fiscal_year_words(found.manifest.from_year)
    return f"{year}からの{'はじめから入っている様式' if found.is_shipped else '市の様式'}"


def _crumbs(year: int, *others: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [(HOME, f"{reverse('form_packs:packs')}?year={year}"), *others]
