"""職員 for the city: every facility's figures in one table, one facility's page, and both as files."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, facility_or_404, require
from pricing.staffing.roundings import number_words
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.queries.overview import (
    SORTS,
    STATES,
    CityStaff,
    OverviewQuestion,
    OverviewRow,
    city_staff,
    month_choices,
)
from staff_records.views.figures import sheet_file, shown

COLUMNS = [
    "対象年月",
    "事業所番号",
    "施設名",
    "施設類型",
    "常勤",
    "非常勤",
    "休業中",
    "必要な保育士",
    "実際（常勤換算）",
    "差",
    "平均経験月数",
    "平均経験年数",
    "区分1（名簿）",
    "区分2（名簿）",
    "区分1（登録）",
    "区分2（登録）",
    "加算率の比較",
    "区分3 A候補",
    "区分3 B候補",
    "人数A（登録）",
    "人数B（登録）",
    "未確認の異動",
    "二重の雇用の疑い",
    "状態",
]


@require_GET
def overview(request: TenantRequest) -> HttpResponse:
    """Every facility of the month; nobody is named, so the record names facilities only."""
    require(request, permissions.read_in_city)
    asked = OverviewQuestion.of(request.GET)
    found = _recorded(asked, StaffEvent.FIGURES_SHOWN)
    context = {
        "found": found,
        "asked": asked,
        "months": month_choices(asked.month),
        "kinds": FacilityKind.choices,
        "sorts": SORTS.items(),
        "breadcrumbs": [("職員", None)],
    }
    return render(request, "staff_records/city/overview.html", context)


@require_GET
def overview_export(request: TenantRequest) -> HttpResponse:
    """The filtered facilities as CSV: UTF-8 with BOM, or CP932."""
    require(request, permissions.read_in_city)
    found = _recorded(OverviewQuestion.of(request.GET), StaffEvent.FIGURES_EXPORTED)
    return csv_file(
        f"職員の一覧_{found.month}.csv",
        COLUMNS,
        [_cells(found, row) for row in found.rows],
        charset=asked_charset(request),
    )


@require_GET
def figures(request: TenantRequest, facility_number: str) -> HttpResponse:
    """One facility's figures with the names on the sheet."""
    require(request, permissions.read_in_city)
    facility = facility_or_404(facility_number)
    context = shown(request, facility, StaffEvent.FIGURES_SHOWN) | {
        "export": reverse("staff_city:figures_export", args=[facility.number]),
        "breadcrumbs": [("職員", reverse("staff_city:overview")), (facility.name, None)],
    }
    return render(request, "staff_records/city/figures.html", context)


@require_GET
def figures_export(request: TenantRequest, facility_number: str) -> HttpResponse:
    """One facility's sheet of experience as CSV."""
    require(request, permissions.read_in_city)
    return sheet_file(request, facility_or_404(facility_number))


def _recorded(asked: OverviewQuestion, event: StaffEvent) -> CityStaff:
    found = city_staff(asked)
    record(event, rows=found.row_ids, detail={"month": str(found.month)})
    return found


def _cells(found: CityStaff, row: OverviewRow) -> list[object]:
    counted, average = row.staff.counted, row.average
    rates, granted, leaders = row.comparison.rates, row.comparison, row.leaders
    return [
        str(found.month),
        row.facility.number,
        row.facility.name,
        row.facility.get_kind_display(),
        counted.regular,
        counted.part_time,
        counted.on_leave,
        row.staff.required_words.removesuffix("人"),
        row.staff.present_words.removesuffix("人"),
        row.staff.difference_words.removesuffix("人"),
        number_words(average.average_months) if average else "",
        average.years if average else "",
        rates.base_percent if rates else "",
        rates.wage_percent if rates else "",
        granted.base_percent,
        granted.wage_percent,
        granted.verdict_words,
        leaders.a,
        leaders.for_b,
        leaders.headcount_a,
        leaders.headcount_b,
        row.unseen,
        row.overlaps,
        "、".join(words for state, words in STATES.items() if row.has(state)),
    ]
