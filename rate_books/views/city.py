"""The city's pages of rate books: what is in force, loading, looking, releasing."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import Outcome, record
from documents.exports import asked_charset, csv_file
from documents.models import Format
from documents.operations import MEDIA_TYPES
from documents.steady_workbooks import steady
from documents.uploads import is_too_large
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound
from pages.wareki import fiscal_year_words
from pricing import BookProblems, Problem, RateBook, shipped_books
from pricing.book_files import csv_text, heading_text
from pricing.vocabulary import ITEM_LABELS, REGION_PERCENTS
from rate_books import operations, permissions, queries
from rate_books.coverage import Change, coverage_of
from rate_books.events import RateBookEvent
from rate_books.forms import BookForm, ReleaseForm, initial_for
from rate_books.grid import workbook_of
from rate_books.in_force import rate_book_of
from rate_books.loading import LISTED, place_words
from rate_books.models import Book, BookStatus
from rate_books.price_list import COLUMNS, KINDS_OF_CHANGE, Asked, csv_lines, price_list
from rate_books.states import BookState

HOME = "単価表"
TOO_LARGE = "ファイルが大きすぎます（全部で5MBまで）。単価だけのファイルか確認してください。"
# Workbooks carry one time, so that the same layout gives the same bytes.
MADE_AT = datetime(2026, 4, 1, tzinfo=UTC)
WHOLE = "all"


@require_GET
def books(request: TenantRequest) -> HttpResponse:
    """Which book is in force when, and every book that was loaded."""
    require(request, permissions.look)
    month = _month(request.GET.get("month", ""))
    words, kind = request.GET.get("words", "").strip(), request.GET.get("kind", "")
    found = queries.book_list(month, words=words, kind=kind)
    shown = {listed.book.pk for listed in found.books}
    record(RateBookEvent.LISTED, rows={"rate_book": shown}, detail={"month": str(month)})
    context = {
        "list": found,
        "month": month,
        "words": words,
        "kind": kind,
        "is_narrowed": bool(words or kind),
        "kinds": FacilityKind.choices,
        "may_load": permissions.load.allows(request.actor, None),
        "breadcrumbs": [(HOME, None)],
    }
    return render(request, "rate_books/books.html", context)


@require_http_methods(["GET", "POST"])
def load(request: TenantRequest) -> HttpResponse:
    """The form for a new book; sending it leads to the book's page."""
    require(request, permissions.load)
    if request.method == "GET":
        return _load_page(request, BookForm(initial=initial_for(timezone.localdate())))
    form = BookForm(request.POST, request.FILES)
    if is_too_large(request):
        form.errors["tables"] = form.error_class([TOO_LARGE])
        record(RateBookEvent.REFUSED, detail={"too_large": True}, outcome=Outcome.REFUSED)
        return _load_page(request, form)
    if not form.is_valid():
        return _load_page(request, form)
    try:
        book = operations.load(form.book_files, form.heading, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _load_page(request, form)
    except BookProblems as refused:
        return _load_page(request, form, refused=refused)
    messages.success(request, f"単価表「{book.book_id}」を読み込みました。もう1人の市の管理者が公開します。")
    return redirect("rate_books:book_page", book.pk)


@require_GET
def book_page(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """What the book covers, leaves out and changes, and what looks mistyped."""
    return _book_page(request, book_id)


@require_http_methods(["GET", "POST"])
def release(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """Let prices be computed with the book."""
    if request.method == "GET":
        return _book_page(request, book_id)
    require(request, permissions.look)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _book_page(request, book_id, form=form)
    typed = form.cleaned_data
    try:
        book = operations.release(
            book_id,
            shown_hash=typed["shown_hash"],
            acknowledged=typed["acknowledged"],
            reason=typed["reason"],
            by=request.actor,
            at=timezone.now(),
        )
    except Book.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _book_page(request, book_id, form=form, problems=str(refusal).splitlines())
    messages.success(
        request, f"単価表「{book.book_id}」を公開しました。この単価を使う月の下書きを、計算し直しています。"
    )
    return redirect("rate_books:book_page", book_id)


@require_http_methods(["GET", "POST"])
def discard(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """Let the book go."""
    if request.method == "GET":
        return _book_page(request, book_id)
    require(request, permissions.look)
    try:
        book = operations.discard(book_id, by=request.actor, at=timezone.now())
    except Book.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _book_page(request, book_id, problems=[str(refusal)])
    messages.info(request, f"単価表「{book.book_id}」を取りやめました。")
    return redirect("rate_books:books")


@require_GET
def file(request: TenantRequest, book_id: UUID, kind: str) -> HttpResponse:
    """The book as its canonical files, all in one archive; or the workbook of one facility type."""
    require(request, permissions.look)
    book: Book | None = Book.objects.filter(pk=book_id).exclude(state=BookState.DISCARDED).first()
    if book is None or kind not in (WHOLE, *book.facility_types):
        raise Http404
    priced = rate_book_of(book)
    record(RateBookEvent.FILE_TAKEN, on=book, rows={"rate_book": [book.pk]}, detail={"form": kind})
    return _book_file(priced, kind)


@require_GET
def shipped_page(request: TenantRequest, shipped: str) -> HttpResponse:
    """A book that came with the product: what is in it, price by price. It belongs to no city and never changes."""
    require(request, permissions.look)
    book = _shipped(shipped)
    record(RateBookEvent.SHOWN, detail={"book_id": book.id})
    context = {
        "book": book,
        "contents": queries.Contents(coverage_of(book)),
        "prices": price_list([Change(None, row) for row in book.rows], _asked(request)),
        "type_labels": [FacilityKind(kind).label for kind in book.facility_types],
        "month": ServiceMonth.of(book.effective_from),
        "year_words": fiscal_year_words(book.fiscal_year),
        "sample_prices": book.status == BookStatus.SAMPLE,
        "provisional_prices": book.status == BookStatus.PROVISIONAL,
        "breadcrumbs": [(HOME, reverse("rate_books:books")), (book.id, None)],
    }
    return render(request, "rate_books/shipped_page.html", context)


@require_GET
def shipped_file(request: TenantRequest, shipped: str, kind: str) -> HttpResponse:
    """As ``file``, of a book that came with the product."""
    require(request, permissions.look)
    book = _shipped(shipped)
    if kind not in (WHOLE, *book.facility_types):
        raise Http404
    record(RateBookEvent.FILE_TAKEN, detail={"book_id": book.id, "form": kind})
    return _book_file(book, kind)


@require_GET
def template(request: TenantRequest, kind: str) -> HttpResponse:
    """An empty workbook of one facility type to paste a table into; or, ``filled``, the prices in force."""
    require(request, permissions.look)
    if kind not in FacilityKind.values:
        raise Http404
    layout = queries.layout_book(kind, timezone.localdate())
    filled = request.GET.get("filled") == "1"
    record(RateBookEvent.TEMPLATE_TAKEN, detail={"form": kind, "filled": filled})
    rows = [row for row in layout.rows if row.facility_type == kind]
    book = workbook_of(kind, rows, fiscal_year=layout.fiscal_year, filled=filled)
    name = layout.id if filled else "ひな形"
    return _workbook(f"単価表_{FacilityKind(kind).label}_{name}.xlsx", book)


@require_GET
def changes(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """Every price that the book changes, brings or leaves out, as CSV."""
    require(request, permissions.look)
    book: Book | None = Book.objects.filter(pk=book_id).exclude(state=BookState.DISCARDED).first()
    if book is None:
        raise Http404
    lines = csv_lines(queries.changes_of(book).everything)
    record(RateBookEvent.FILE_TAKEN, on=book, rows={"rate_book": [book.pk]}, detail={"form": "changes"})
    return csv_file(f"単価表の違い_{book.book_id}.csv", COLUMNS, lines, charset=asked_charset(request))


def _load_page(
    request: TenantRequest, form: BookForm, *, refused: BookProblems | None = None
) -> HttpResponse:
    record(RateBookEvent.LOAD_SHOWN)
    problems = list(refused.problems) if refused else []
    placed = [problem for problem in problems if problem.path]
    context = {
        "form": form,
        "problems": [problem.message for problem in problems if not problem.path] + _summary(placed),
        "placed": [(place_words(problem.path), problem.message) for problem in placed[:LISTED]],
        "unlisted": len(placed) - len(placed[:LISTED]),
        "placed_count": len(placed),
        "kinds": FacilityKind.choices,
        "breadcrumbs": [(HOME, reverse("rate_books:books")), ("読み込み", None)],
    }
    return render(request, "rate_books/load.html", context, status=page_status(request))


def _summary(placed: list[Problem]) -> list[str]:
    if not placed:
        return []
    return [f"ファイルを読み込めません。直すところが{len(placed):,}件あります。何も保存していません。"]


def _book_page(
    request: TenantRequest,
    book_id: UUID,
    *,
    form: ReleaseForm | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    require(request, permissions.look)
    book: Book | None = Book.objects.filter(pk=book_id).first()
    if book is None:
        raise Http404
    view = queries.book_view(book)
    record(RateBookEvent.SHOWN, on=book, rows={"rate_book": [book.pk]})
    prices = price_list(view.differences.everything, _asked(request))
    form = form or ReleaseForm(initial={"shown_hash": book.content_hash})
    form.mark_required()
    context: dict[str, Any] = {
        "view": view,
        "contents": view.contents,
        "prices": prices,
        "book": book,
        "form": form,
        "problems": problems or [],
        "may_release": permissions.release.allows(request.actor, book),
        "may_discard": permissions.discard.allows(request.actor, book),
        "is_own": book.prepared_by == request.actor.user_id,
        "month": ServiceMonth.of(book.effective_from),
        "year_words": fiscal_year_words(book.fiscal_year),
        "sample_prices": book.is_sample,
        "provisional_prices": book.is_provisional,
        "breadcrumbs": [(HOME, reverse("rate_books:books")), (book.book_id, None)],
    }
    return render(request, "rate_books/book_page.html", context, status=page_status(request))


def _shipped(name: str) -> RateBook:
    for book in shipped_books():
        if book.id == name:
            return book
    raise Http404


def _book_file(book: RateBook, kind: str) -> HttpResponse:
    if kind != WHOLE:
        rows = [row for row in book.rows if row.facility_type == kind]
        filled = workbook_of(kind, rows, fiscal_year=book.fiscal_year, filled=True)
        return _workbook(f"{book.id}_{FacilityKind(kind).label}.xlsx", filled)
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(f"{book.id}.toml", heading_text(book))
        for name in book.facility_types:
            archive.writestr(f"{book.id}_{name}.csv", csv_text(book, name))
    return _attachment(f"{book.id}.zip", packed.getvalue(), "application/zip")


def _workbook(name: str, book: Any) -> HttpResponse:
    content = steady(book, made_at=MADE_AT)
    return _attachment(name, content, MEDIA_TYPES[Format.XLSX])


def _attachment(name: str, content: bytes, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _asked(request: TenantRequest) -> Asked:
    asked = request.GET
    kind, item, change = asked.get("type", ""), asked.get("item", ""), asked.get("change", "")
    region = asked.get("region", "")
    return Asked(
        kind if kind in FacilityKind.values else "",
        item if item in ITEM_LABELS else "",
        region if region in map(str, REGION_PERCENTS) else "",
        change if change in KINDS_OF_CHANGE else "",
        asked.get("page", ""),
    )


def _month(text: str) -> ServiceMonth:
    try:
        return ServiceMonth.parse(text)
    except ValueError:
        return ServiceMonth.of(timezone.localdate())
