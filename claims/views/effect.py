"""The city's pages of what a rate book would change, or has changed: every facility, one facility, the export."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from audit.record import record
from claims.events import ClaimEvent
from claims.queries.effect import ClaimEffect, Effect, FacilityEffect, effect_of
from claims.queries.facility import payer_names
from claims.views.additions import asked_month
from documents.exports import asked_charset, csv_file
from facilities.models import Facility
from facilities.requests import Crumbs, TenantRequest, require
from pricing.vocabulary import SYSTEMS
from rate_books import permissions
from rate_books.models import Book
from rate_books.states import BookState

COLUMNS = [
    "単価表",
    "対象年月",
    "事業所番号",
    "施設名",
    "施設類型",
    "請求先の市区町村コード",
    "請求の状態",
    "認定区分",
    "項目",
    "いまの額",
    "この単価表の額",
    "差額",
    "備考",
]


@require_GET
def effect_page(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """All facilities, all months the book reaches or one of them: old, new and difference."""
    require(request, permissions.look)
    book = _book(book_id)
    effect = effect_of(book, month=asked_month(request))
    record(
        ClaimEvent.EFFECT_SHOWN,
        on=book,
        rows={"rate_book": [book.pk], "facility": [row.facility.pk for row in effect.rows]},
        detail=_detail(effect),
    )
    return render(
        request, "claims/rate_book_effect.html", _context(book, effect) | {"breadcrumbs": _breadcrumbs(book)}
    )


@require_GET
def facility_page(request: TenantRequest, book_id: UUID, facility_number: str) -> HttpResponse:
    """One facility: its months, and of one of them every line with the reasons of both sides."""
    require(request, permissions.look)
    book = _book(book_id)
    effect = effect_of(book, facility_number=facility_number, with_lines=True)
    row = effect.rows[0] if effect.rows else None
    facility = row.facility if row else Facility.objects.filter(number=facility_number).first()
    if facility is None:
        raise Http404
    asked = asked_month(request)
    chosen = asked if asked in effect.months else (effect.months[-1] if effect.months else None)
    names = payer_names({one.payer_code for one in effect.claims}, request.membership.municipality)
    record(
        ClaimEvent.EFFECT_SHOWN,
        on=book,
        facility_id=facility.pk,
        rows={"rate_book": [book.pk], "claim": [one.claim_id for one in effect.claims]},
        detail=_detail(effect),
    )
    context = _context(book, effect) | {
        "facility": facility,
        "row": row,
        "chosen": chosen,
        "claims": [(one, names[one.payer_code]) for one in effect.claims],
        "breadcrumbs": [
            *_breadcrumbs(book)[:-1],
            ("請求への影響", reverse("rate_book_effect:page", args=[book.pk])),
            (facility.name, None),
        ],
    }
    return render(request, "claims/rate_book_effect_facility.html", context)


@require_GET
def export(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """One line for each claim and item that differs as CSV: UTF-8 with BOM, or CP932 for older tools."""
    require(request, permissions.look)
    book = _book(book_id)
    effect = effect_of(book, month=asked_month(request))
    record(
        ClaimEvent.EFFECT_EXPORTED,
        on=book,
        rows={"rate_book": [book.pk], **effect.row_ids()},
        detail=_detail(effect),
    )
    return csv_file(
        f"単価表の差額_{book.book_id}.csv", COLUMNS, _lines(book, effect), charset=asked_charset(request)
    )


def _book(book_id: UUID) -> Book:
    book: Book | None = Book.objects.filter(pk=book_id).exclude(state=BookState.DISCARDED).first()
    if book is None:
        raise Http404
    return book


def _detail(effect: Effect) -> dict[str, Any]:
    return {"month": " ".join(str(month) for month in effect.months)}


def _context(book: Book, effect: Effect) -> dict[str, Any]:
    return {
        "book": book,
        "effect": effect,
        "only_month": effect.months[0] if len(effect.months) == 1 else None,
        "sample_prices": book.is_sample or "見本・支払不可" in effect.old_marks,
        "provisional_prices": book.is_provisional or "暫定" in effect.old_marks,
    }


def _breadcrumbs(book: Book) -> Crumbs:
    return [
        ("単価表", reverse("rate_books:books")),
        (book.book_id, reverse("rate_books:book_page", args=[book.pk])),
        ("請求への影響", None),
    ]


def _lines(book: Book, effect: Effect) -> Iterator[list[object]]:
    for row in sorted(effect.rows, key=lambda row: row.facility.number):
        for claim in row.claims:
            yield from _claim_lines(book, row, claim)


def _claim_lines(book: Book, row: FacilityEffect, claim: ClaimEffect) -> Iterator[list[object]]:
    named = [
        book.book_id,
        str(claim.month),
        row.facility.number,
        row.facility.name,
        row.facility.get_kind_display(),
        claim.payer_code,
        claim.status_words,
    ]
    if not claim.is_computed:
        yield [*named, "", "", "", "", "", " ".join(claim.problems)]
        return
    for line in claim.changed:
        yield [
            *named,
            SYSTEMS.get(line.certification, ""),
            line.label,
            line.old_yen,
            line.new_yen,
            line.delta_yen,
            claim.price_mark,
        ]
    if not claim.changed:
        yield [*named, "", "差のある項目なし", 0, 0, 0, claim.price_mark]
