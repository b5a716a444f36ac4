"""The administrators' pages of 外字: bring a font in, look at its characters, release, discard."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from audit.record import Outcome, record
from documents import font_operations, permissions, rendering
from documents.city_characters import font_of
from documents.events import CityFontEvent
from documents.font_files import LARGEST, TOO_LARGE, spoken
from documents.models import CityFont
from documents.pack_states import FormPackState
from documents.uploads import is_too_large
from facilities.requests import Crumbs, TenantRequest, page_status, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences

HOME: Final = "外字"
FORMS: Final = "帳票様式"
NO_FILE: Final = "外字のフォントファイル（.tte、.ttf）を選んでください。"
TONES: Final = {
    FormPackState.DRAFT: "warn",
    FormPackState.RELEASED: "ok",
    FormPackState.REPLACED: "off",
    FormPackState.DISCARDED: "off",
}


@require_GET
def listed(request: TenantRequest) -> HttpResponse:
    """The city's fonts, the newest first."""
    return _list_page(request)


@require_http_methods(["GET", "POST"])
def upload(request: TenantRequest) -> HttpResponse:
    """Bring a font in; it leads to its page."""
    require(request, permissions.keep_fonts)
    if request.method == "GET":
        return _list_page(request)
    if is_too_large(request):
        record(CityFontEvent.LOADED, detail={"too_large": True}, outcome=Outcome.REFUSED)
        return _list_page(request, problems=[TOO_LARGE])
    given = request.FILES.get("file")
    if given is None:
        return _list_page(request, problems=[NO_FILE])
    try:
        row = font_operations.load(
            request.POST.get("title", ""), given.read(LARGEST + 1), by=request.actor, at=timezone.now()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _list_page(request, problems=sentences(refusal))
    messages.success(
        request, f"「{row.title}」を読み込みました。もう1人の市の管理者が字形を確かめて公開します。"
    )
    return redirect("city_fonts:font", row.pk)


@require_GET
def font(request: TenantRequest, city_font_id: UUID) -> HttpResponse:
    """One font: its characters by number, and what can be done with it."""
    return _font_page(request, city_font_id)


@require_GET
def preview(request: TenantRequest, city_font_id: UUID) -> HttpResponse:
    """All its characters as a PDF, drawn with it."""
    row = _font_or_404(request, city_font_id)
    record(CityFontEvent.PREVIEWED, on=row, rows={"city_font": [row.pk]})
    page = render_to_string(
        "documents/characters.html",
        {"title": row.title, "characters": [(spoken(one), one) for one in row.characters]},
    )
    content = rendering.pdf_of_html(page, identifier=str(row.pk), own_font=font_of(row))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="characters.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def release(request: TenantRequest, city_font_id: UUID) -> HttpResponse:
    """Let papers be printed with it."""
    require(request, permissions.keep_fonts)
    if request.method == "GET":
        return _font_page(request, city_font_id)
    try:
        row = font_operations.release(city_font_id, by=request.actor, at=timezone.now())
    except CityFont.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _font_page(request, city_font_id, problems=[str(refusal)])
    messages.success(request, f"「{row.title}」を公開しました。これから作る帳票は、この外字で印刷します。")
    return redirect("city_fonts:font", city_font_id)


@require_http_methods(["GET", "POST"])
def discard(request: TenantRequest, city_font_id: UUID) -> HttpResponse:
    """Give one up that waits."""
    require(request, permissions.keep_fonts)
    if request.method == "GET":
        return _font_page(request, city_font_id)
    try:
        row = font_operations.discard(city_font_id, by=request.actor, at=timezone.now())
    except CityFont.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _font_page(request, city_font_id, problems=[str(refusal)])
    messages.info(request, f"「{row.title}」を取りやめました。")
    return redirect("city_fonts:fonts")


def _list_page(request: TenantRequest, *, problems: Sequence[str] = ()) -> HttpResponse:
    require(request, permissions.keep_fonts)
    rows = list(CityFont.objects.defer("content"))
    record(CityFontEvent.LISTED, rows={"city_font": [row.pk for row in rows]})
    names = _names(rows)
    context = {
        "fonts": [_told(row, names) for row in rows],
        "problems": list(problems),
        "title": typed_texts(request, "title")["title"],
        "breadcrumbs": [*_above(), (HOME, None)],
    }
    return render(request, "documents/fonts.html", context, status=page_status(request))


def _font_page(request: TenantRequest, city_font_id: UUID, *, problems: Sequence[str] = ()) -> HttpResponse:
    row = _font_or_404(request, city_font_id)
    record(CityFontEvent.SHOWN, on=row, rows={"city_font": [row.pk]})
    is_draft = row.state == FormPackState.DRAFT
    is_own = row.prepared_by == request.actor.user_id
    context = {
        "font": _told(row, _names([row])),
        "characters": [spoken(one) for one in row.characters],
        "may_release": is_draft and not is_own,
        "is_own": is_draft and is_own,
        "may_discard": is_draft,
        "problems": list(problems),
        "breadcrumbs": [*_above(), (HOME, reverse("city_fonts:fonts")), (row.title, None)],
    }
    return render(request, "documents/font.html", context, status=page_status(request))


def _font_or_404(request: TenantRequest, city_font_id: UUID) -> CityFont:
    require(request, permissions.keep_fonts)
    row: CityFont | None = CityFont.objects.filter(pk=city_font_id).first()
    if row is None:
        raise Http404
    return row


def _above() -> Crumbs:
    """Where the list is reached from."""
    return [(FORMS, reverse("form_packs:packs"))]


def _names(rows: Sequence[CityFont]) -> dict[UUID, str]:
    """The people behind them."""
    ids = {one for row in rows for one in (row.prepared_by, row.released_by) if one is not None}
    return {user.pk: user.name for user in User.objects.filter(pk__in=ids)}


def _told(row: CityFont, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "row": row,
        "count": len(row.characters),
        "tone": TONES[FormPackState(row.state)],
        "prepared_by": names.get(row.prepared_by, ""),
        "released_by": names.get(row.released_by, "") if row.released_by else "",
    }
