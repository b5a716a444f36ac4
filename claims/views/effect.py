"""The city's page of what a rate book would change."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from audit.record import record
from claims.events import ClaimEvent
from claims.queries.effect import effect_of
from facilities.requests import TenantRequest, require
from rate_books import permissions
from rate_books.models import Book
from rate_books.states import BookState


@require_GET
def effect_page(request: TenantRequest, book_id: UUID) -> HttpResponse:
    """The latest month computed with the book: each facility's old, new and difference."""
    require(request, permissions.look)
    book: Book | None = Book.objects.filter(pk=book_id).exclude(state=BookState.DISCARDED).first()
    if book is None:
        raise Http404
    effect = effect_of(book)
    record(
        ClaimEvent.EFFECT_SHOWN,
        on=book,
        rows={"rate_book": [book.pk], "facility": [row.facility.pk for row in effect.rows]},
        detail={"month": str(effect.month or "")},
    )
    context = {
        "book": book,
        "effect": effect,
        "sample_prices": book.is_sample or "見本・支払不可" in effect.old_marks,
        "provisional_prices": book.is_provisional or "暫定" in effect.old_marks,
        "breadcrumbs": [
            ("単価表", reverse("rate_books:books")),
            (book.book_id, reverse("rate_books:book_page", args=[book.pk])),
            ("請求への影響", None),
        ],
    }
    return render(request, "claims/rate_book_effect.html", context)
