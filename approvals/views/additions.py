"""加算の確認 for the city: all facilities, those with failing items first; one facility; the export."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from approvals import permissions
from approvals.additions import STATES, AdditionsQuestion, AdditionsRow, city_additions
from approvals.events import ReviewEvent
from audit.record import record
from claims.findings_told import FindingTold
from claims.queries.additions import FAILS, additions_of
from claims.views.additions import asked_month
from documents.exports import asked_charset, csv_file
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, facility_or_404, require
from staff_records.permissions import read_in_city

COLUMNS = [
    "対象年月",
    "事業所番号",
    "施設名",
    "施設類型",
    "状態",
    "加算・減算",
    "条件",
    "理由・確かめること",
    "根拠",
]


@require_GET
def additions(request: TenantRequest) -> HttpResponse:
    """Every facility that claims, with what the conditions say of its month."""
    require(request, permissions.look)
    asked = AdditionsQuestion.of(request.GET)
    found = city_additions(asked)
    record(ReviewEvent.ADDITIONS_LISTED, rows=found.row_ids, detail={"month": str(found.month or "")})
    context = {
        "found": found,
        "asked": asked,
        "kinds": FacilityKind.choices,
        "breadcrumbs": [("審査", reverse("approvals:inbox")), ("加算の確認", None)],
    }
    return render(request, "approvals/additions.html", context)


@require_GET
def export_additions(request: TenantRequest) -> HttpResponse:
    """One line for each finding and reason of the filtered facilities, as CSV: UTF-8 with BOM, or CP932."""
    require(request, permissions.look)
    asked = AdditionsQuestion.of(request.GET)
    found = city_additions(asked)
    record(ReviewEvent.ADDITIONS_EXPORTED, rows=found.row_ids, detail={"month": str(found.month or "")})
    lines = [
        cells for row in found.rows for one in asked.found_in(row) for cells in _cells(found.month, row, one)
    ]
    return csv_file(f"加算の確認_{found.month or ''}.csv", COLUMNS, lines, charset=asked_charset(request))


@require_GET
def additions_page(request: TenantRequest, facility_number: str) -> HttpResponse:
    """One facility's month under the conditions."""
    require(request, permissions.look)
    facility = facility_or_404(facility_number, "municipality")
    view = additions_of(facility, asked_month(request))
    record(
        ReviewEvent.ADDITIONS_SHOWN,
        on=facility,
        facility_id=facility.pk,
        rows=view.row_ids,
        detail=view.recorded,
    )
    context = {
        "facility": facility,
        "view": view,
        "checked": view.checked,
        "sees_staff": read_in_city.allows(request.actor, None),
        "breadcrumbs": [
            ("審査", reverse("approvals:inbox")),
            ("加算の確認", reverse("approvals:additions")),
            (facility.name, None),
        ],
    }
    return render(request, "approvals/additions_page.html", context)


def _cells(month: ServiceMonth | None, row: AdditionsRow, one: FindingTold) -> list[list[object]]:
    """The lines of one finding: one for each of its reasons, or one where every condition holds."""
    named: list[object] = [
        str(month),
        row.facility.number,
        row.facility.name,
        row.facility.get_kind_display(),
        STATES[one.state],
        one.label,
    ]
    # What is open besides is told only of items of which nothing fails that is claimed.
    reasons = [
        [reason.words, "\n".join(filter(None, reason.sentences)), reason.source_words]
        for reason in (one.failing if one.state == FAILS else one.reasons)
    ]
    return [[*named, *reason] for reason in reasons or [["", "", ""]]]
