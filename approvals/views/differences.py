"""The differences that approved corrections (過誤調整) leave to be settled: a list and its export."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals import permissions
from approvals.differences import Difference, DifferenceQuestion, differences
from approvals.events import ReviewEvent
from audit.record import record
from claims.queries.effect import revised_books
from claims.wording import price_bands
from documents.exports import asked_charset, csv_file
from facilities.requests import TenantRequest, require
from pages.wareki import fiscal_year_words

COLUMNS = [
    "対象年月",
    "事業所番号",
    "施設名",
    "承認済みの額",
    "訂正後の額",
    "差額",
    "訂正の版",
    "承認日",
    "単価の区分",
]


@require_GET
def difference_list(request: TenantRequest) -> HttpResponse:
    """Every approved correction with what it changes."""
    require(request, permissions.look)
    asked = DifferenceQuestion.of(request.GET)
    found = differences(asked)
    revised = revised_books()
    rows = found.row_ids() | ({"rate_book": [one.book.pk for one in revised]} if revised else {})
    record(ReviewEvent.DIFFERENCES_SHOWN, rows=rows, detail={"year": asked.year or ""})
    context = {
        "revised": revised,
        "found": found,
        "asked": asked,
        "years": [(year, fiscal_year_words(year)) for year in found.years],
        **price_bands(row.claim for row in found.rows),
        "breadcrumbs": [("審査", reverse("approvals:inbox")), ("過誤調整の差額", None)],
    }
    return render(request, "approvals/differences.html", context)


@require_GET
def export_differences(request: TenantRequest) -> HttpResponse:
    """The filtered list as CSV: UTF-8 with BOM, or CP932 for older tools."""
    require(request, permissions.look)
    asked = DifferenceQuestion.of(request.GET)
    found = differences(asked)
    record(ReviewEvent.DIFFERENCES_EXPORTED, rows=found.row_ids(), detail={"year": asked.year or ""})
    return csv_file("過誤調整の差額.csv", COLUMNS, map(_cells, found.rows), charset=asked_charset(request))


def _cells(row: Difference) -> list[object]:
    approved_at = row.claim.approved_at
    return [
        str(row.claim.service_month),
        row.claim.facility.number,
        row.claim.facility.name,
        row.replaced.total_yen,
        row.claim.total_yen,
        row.yen,
        row.claim.version,
        timezone.localtime(approved_at).date().isoformat() if approved_at else "",
        row.prices,
    ]
