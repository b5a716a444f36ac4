"""年間の見込み: all facilities × twelve months, with another number of children when asked; the export."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals import permissions
from approvals.events import ReviewEvent
from approvals.forms import BudgetForm
from audit.record import record
from claims.budget import PROJECTED, BudgetYear, budget_of, gather_year
from documents.exports import asked_charset, csv_file
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, require
from pages.wareki import fiscal_year_words

COLUMNS = [
    "年度",
    "対象年月",
    "事業所番号",
    "施設名",
    "施設類型",
    "区分",
    "金額",
    "児童数の増減（％）",
    "備考",
    "単価の区分",
]


@require_GET
def year(request: TenantRequest) -> HttpResponse:
    """The year by facility type and month, and each facility's total."""
    require(request, permissions.look)
    return _page(request, _asked(request))


@require_GET
def export_year(request: TenantRequest) -> HttpResponse:
    """One line for each facility and month as CSV: UTF-8 with BOM, or CP932 for older tools."""
    require(request, permissions.look)
    form = _asked(request)
    if not form.is_valid():
        return _page(request, form)
    gathered = gather_year(form.chosen_year)
    budget = budget_of(form.chosen_year, gathered, own_code=_own_code(request), percent=form.change)
    record(ReviewEvent.BUDGET_EXPORTED, rows=budget.row_ids, detail={"year": budget.fiscal_year})
    return csv_file(
        f"年間の見込み_{budget.fiscal_year}.csv", COLUMNS, _lines(budget), charset=asked_charset(request)
    )


def _page(request: TenantRequest, form: BudgetForm) -> HttpResponse:
    budget = unchanged = None
    if form.is_valid():
        gathered = gather_year(form.chosen_year)
        budget = budget_of(form.chosen_year, gathered, own_code=_own_code(request), percent=form.change)
        if form.change:
            unchanged = budget_of(form.chosen_year, gathered, own_code=_own_code(request))
    record(
        ReviewEvent.BUDGET_SHOWN,
        rows=budget.row_ids if budget else {},
        detail={"year": budget.fiscal_year if budget else ""},
    )
    context = {
        "form": form,
        "budget": budget,
        "unchanged": unchanged,
        "difference": budget.total_yen - unchanged.total_yen if budget and unchanged else None,
        "title": fiscal_year_words(budget.fiscal_year) if budget else "",
        "sample_prices": budget is not None and budget.has_sample_prices,
        "breadcrumbs": [("審査", reverse("approvals:inbox")), ("年間の見込み", None)],
    }
    return render(request, "approvals/budget.html", context, status=200 if budget else 422)


def _lines(budget: BudgetYear) -> Iterator[list[object]]:
    for row in budget.rows:
        for month, figure in row.figures.items():
            yield [
                budget.fiscal_year,
                str(month),
                row.facility.number,
                row.facility.name,
                row.facility.get_kind_display(),
                figure.kind_words,
                figure.yen,
                budget.percent if figure.kind == PROJECTED else "",
                figure.note,
                figure.prices,
            ]


def _asked(request: TenantRequest) -> BudgetForm:
    return BudgetForm.asked(request.GET, ServiceMonth.of(timezone.localdate()).fiscal_year)


def _own_code(request: TenantRequest) -> str:
    return request.membership.municipality.code
