"""進達 and 認定 of 加算率 for all facilities: what went on to the prefecture, what it certified, many at once."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.certificates import STATES, CertificateRow, CertificatesQuestion, certificates
from approvals.operations import rates
from approvals.views.typed import typed_day
from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import day_words, fiscal_year_words

COLUMNS = [
    "年度",
    "事業所番号",
    "施設名",
    "施設類型",
    "申請した区分1（%）",
    "申請した区分2（%）",
    "進達日",
    "状態",
    "認定された区分1（%）",
    "認定された区分2（%）",
    "認定番号",
    "認定日",
]
TYPED = ("forwarded_on", "certificate_number", "certified_on")


@require_GET
def certificates_page(request: TenantRequest) -> HttpResponse:
    """What waits for the prefecture, and what it has said."""
    return _page(request)


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The filtered table as CSV: the list that goes to the prefecture."""
    require(request, permissions.look_at_items)
    found = certificates(_asked(request))
    record(ItemEvent.RATES_EXPORTED, rows=found.row_ids, detail={"query": found.asked.query})
    rows = (_cells(row, found.asked.year) for row in found.rows)
    return csv_file(
        f"加算率の進達と認定_{found.asked.year}.csv", COLUMNS, rows, charset=asked_charset(request)
    )


@require_POST
def forward_together(request: TenantRequest) -> HttpResponse:
    """Note that the chosen ones went on to the prefecture."""

    def act() -> int:
        day = typed_day(request.POST.get("forwarded_on", ""))
        chosen = _chosen(request)
        return len(rates.forward_together(chosen, forwarded_on=day, by=request.actor, at=timezone.now()))

    return _answer(request, act, "{}施設の県への進達を記録しました。")


@require_POST
def certify_together(request: TenantRequest) -> HttpResponse:
    """Note the certificate that grants the chosen ones what they applied for."""

    def act() -> int:
        rows = rates.certify_together(
            _chosen(request),
            number=request.POST.get("certificate_number", ""),
            certified_on=typed_day(request.POST.get("certified_on", "")),
            by=request.actor,
            at=timezone.now(),
        )
        return len(rows)

    return _answer(request, act, "{}施設の加算率の認定を記録しました。請求に反映されます。")


def _answer(request: TenantRequest, act: Callable[[], int], done: str) -> HttpResponse:
    require(request, permissions.look_at_items)
    try:
        count = act()
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, problems=sentences(problem))
    messages.success(request, done.format(count))
    return redirect(f"{reverse('item_review:certificates')}?{_asked(request).query}")


def _page(request: TenantRequest, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.look_at_items)
    found = certificates(_asked(request))
    record(ItemEvent.RATES_LISTED, rows=found.row_ids, detail={"query": found.asked.query})
    this = ServiceMonth.of(timezone.localdate()).fiscal_year
    sent = request.POST
    context = {
        "found": found,
        "asked": found.asked,
        "chosen": sent.getlist("version"),
        "typed": {name: sent.get(name, "") for name in TYPED},
        "states": STATES.items(),
        "kinds": FacilityKind.choices,
        "years": [(year, fiscal_year_words(year)) for year in range(this + 1, this - 4, -1)],
        "may_certify": permissions.certify_rates.allows(request.actor, None),
        "problems": problems or [],
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("加算率の進達と認定", None)],
    }
    status = 422 if problems else 200
    return render(request, "approvals/items/certificates.html", context, status=status)


def _asked(request: TenantRequest) -> CertificatesQuestion:
    sent = request.GET if request.method == "GET" else request.POST
    return CertificatesQuestion.of(sent, ServiceMonth.of(timezone.localdate()).fiscal_year)


def _chosen(request: TenantRequest) -> list[UUID]:
    """Ids that are none are of no row of the list."""
    try:
        return [UUID(text) for text in request.POST.getlist("version")]
    except ValueError:
        raise ProblemsFound([rates.NOT_THERE]) from None


def _cells(row: CertificateRow, year: int) -> list[str | int]:
    own, facility = row.certificate, row.certificate.facility
    return [
        fiscal_year_words(year),
        facility.number,
        facility.name,
        facility.get_kind_display(),
        _or_empty(own.applied_base_percent),
        _or_empty(own.applied_wage_percent),
        _day_words(own.forwarded_on),
        row.words,
        _or_empty(own.base_percent),
        _or_empty(own.wage_percent),
        own.certificate_number,
        _day_words(own.certified_on),
    ]


def _or_empty(number: int | None) -> int | str:
    return "" if number is None else number


def _day_words(day: date | None) -> str:
    return day_words(day) if day else ""
