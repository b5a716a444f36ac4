"""The administrators' pages of packs: load, look, release, discard."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications import permissions
from applications.events import PackEvent
from applications.models import ItemPack
from applications.operations import packs as operations
from applications.queries.packs import pack_view, packs_of_year, shipped_of_year, years_of_packs
from applications.queries.places import unsaid_in
from applications.reading import LARGEST, PackWrong
from applications.states import PackState
from applications.views.shared import asked_year, known_year, this_year
from audit.record import Outcome, record
from documents.uploads import is_too_large
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from formulas.nodes import Problem
from pages.wareki import fiscal_year_words

HOME: Final = "申請様式"
TOO_LARGE: Final = (
    f"ファイルが大きすぎます（{LARGEST // 1000}KBまで）。様式のTOMLファイルか確認してください。"
)
NO_FILE: Final = "様式のTOMLファイルを選んでください。"
NO_TEXT: Final = "文字コードがUTF-8ではありません。UTF-8で保存し直してください。"


@require_GET
def packs(request: TenantRequest) -> HttpResponse:
    """The packs of a year."""
    return _packs_page(request, asked_year(request))


@require_http_methods(["GET", "POST"])
def load_shipped(request: TenantRequest, shipped_year: int) -> HttpResponse:
    """Bring in what comes with the product."""
    require(request, permissions.keep_packs)
    if request.method == "GET":
        return _packs_page(request, known_year(shipped_year))
    try:
        loaded = operations.load_shipped(known_year(shipped_year), by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _packs_page(request, shipped_year, problems=sentences(refusal))
    except PackWrong as wrong:
        return _packs_page(request, shipped_year, wrong=wrong.problems)
    messages.success(
        request, f"{len(loaded)}件の様式を読み込みました。もう1人の市の管理者が内容を確かめて公開します。"
    )
    return redirect(f"{reverse('item_packs:packs')}?year={shipped_year}")


@require_http_methods(["GET", "POST"])
def upload(request: TenantRequest) -> HttpResponse:
    """Bring in a TOML file; it leads to the pack's page."""
    require(request, permissions.keep_packs)
    year = asked_year(request)
    if request.method == "GET":
        return _packs_page(request, year)
    try:
        content = _uploaded(request)
        row = operations.load(content, by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _packs_page(request, year, problems=sentences(refusal))
    except PackWrong as wrong:
        return _packs_page(request, year, wrong=wrong.problems)
    messages.success(request, f"「{row.title}」を読み込みました。もう1人の市の管理者が公開します。")
    return redirect("item_packs:pack", row.pk)


@require_GET
def pack(request: TenantRequest, pack_id: UUID) -> HttpResponse:
    """What is in a pack, as a facility will see it."""
    return _pack_page(request, pack_id)


@require_http_methods(["GET", "POST"])
def release(request: TenantRequest, pack_id: UUID) -> HttpResponse:
    """Let facilities apply with it."""
    require(request, permissions.keep_packs)
    if request.method == "GET":
        return _pack_page(request, pack_id)
    shown = request.POST.get("shown_hash", "")
    try:
        row = operations.release(pack_id, shown_hash=shown, by=request.actor, at=timezone.now())
    except ItemPack.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _pack_page(request, pack_id, problems=sentences(refusal))
    messages.success(request, f"「{row.title}」を公開しました。施設は、この様式で申請を入力できます。")
    return redirect("item_packs:pack", pack_id)


@require_http_methods(["GET", "POST"])
def discard(request: TenantRequest, pack_id: UUID) -> HttpResponse:
    """Let it go."""
    require(request, permissions.keep_packs)
    if request.method == "GET":
        return _pack_page(request, pack_id)
    try:
        row = operations.discard(pack_id, by=request.actor, at=timezone.now())
    except ItemPack.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _pack_page(request, pack_id, problems=[str(refusal)])
    messages.info(request, f"「{row.title}」を取りやめました。")
    return redirect(f"{reverse('item_packs:packs')}?year={row.fiscal_year}")


def _packs_page(
    request: TenantRequest,
    fiscal_year: int,
    *,
    problems: Sequence[str] = (),
    wrong: Sequence[Problem] = (),
) -> HttpResponse:
    require(request, permissions.keep_packs)
    listed = packs_of_year(fiscal_year)
    record(
        PackEvent.LISTED,
        rows={"item_pack": [one.row.pk for one in listed]},
        detail={"fiscal_year": fiscal_year},
    )
    shipped = shipped_of_year(fiscal_year, listed)
    years = sorted({*years_of_packs(), fiscal_year, this_year(), this_year() + 1}, reverse=True)
    summary = [f"ファイルを読み込めません。直すところが{len(wrong)}件あります。何も保存していません。"]
    context = {
        "listed": listed,
        "shipped": shipped,
        "may_load_shipped": any(one.is_waiting_to_be_loaded for one in shipped),
        "unsaid": unsaid_in(fiscal_year),
        "fiscal_year": fiscal_year,
        "year_words": fiscal_year_words(fiscal_year),
        "years": [(one, fiscal_year_words(one)) for one in years],
        "wrong": wrong,
        "problems": [*problems, *(summary if wrong else [])],
    }
    return render(request, "applications/packs.html", context, status=page_status(request))


def _pack_page(request: TenantRequest, pack_id: UUID, *, problems: Sequence[str] = ()) -> HttpResponse:
    require(request, permissions.keep_packs)
    row: ItemPack | None = ItemPack.objects.filter(pk=pack_id).first()
    if row is None:
        raise Http404
    kind = request.GET.get("type", "")
    view = pack_view(row, kind)
    if view.kinds and kind not in dict(view.kinds):
        kind = view.kinds[0][0]
        view = pack_view(row, kind)
    rows = [row.pk, *([view.released.pk] if view.released else [])]
    record(PackEvent.SHOWN, on=row, rows={"item_pack": rows})
    is_draft = row.state == PackState.DRAFT
    context: dict[str, Any] = {
        "view": view,
        "row": row,
        "kind": kind,
        "kind_words": dict(FacilityKind.choices).get(kind, ""),
        "year_words": fiscal_year_words(row.fiscal_year),
        "may_release": is_draft and row.prepared_by != request.actor.user_id and view.pack is not None,
        "is_own": is_draft and row.prepared_by == request.actor.user_id,
        "may_discard": is_draft,
        "problems": list(problems),
        "breadcrumbs": [
            (HOME, f"{reverse('item_packs:packs')}?year={row.fiscal_year}"),
            (row.title, None),
        ],
    }
    return render(request, "applications/pack.html", context, status=page_status(request))


def _uploaded(request: TenantRequest) -> str:
    """
    The text of the file.

    :raises ProblemsFound: no file, too large, or no text.
    """
    if is_too_large(request):
        record(PackEvent.LOADED, detail={"too_large": True}, outcome=Outcome.REFUSED)
        raise ProblemsFound([TOO_LARGE])
    given = request.FILES.get("file")
    if given is None:
        raise ProblemsFound([NO_FILE])
    content = given.read()
    if len(content) > LARGEST:
        raise ProblemsFound([TOO_LARGE])
    try:
        return str(content, "utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemsFound([NO_TEXT]) from None
