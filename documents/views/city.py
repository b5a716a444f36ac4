"""The city's documents: every form of a month or a year, how many are there, and bundles of them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import record
from documents import bundle_operations, bundle_queries, permissions
from documents.addresses import address
from documents.bundle_models import Packing
from documents.bundle_operations import Wish
from documents.events import DocumentEvent
from documents.models import Format
from documents.views.facility import FIRST_YEAR, years
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, page_status, require
from pages import wareki

NO_FORM = "束にする様式を選んでください。"
NO_FORMAT = "形式（PDFかExcel）を選んでください。"


@dataclass(frozen=True)
class Asked:
    """The months (one, or a fiscal year) and the facility that the page is about."""

    first: ServiceMonth
    last: ServiceMonth
    facility: Facility | None

    @property
    def is_year(self) -> bool:
        """A whole fiscal year."""
        return self.first != self.last

    @property
    def words(self) -> str:
        """令和8年6月分, 令和8年度."""
        if self.is_year:
            return wareki.fiscal_year_words(self.first.fiscal_year)
        return f"{wareki.month_words(self.first.first_day)}分"

    @property
    def query(self) -> str:
        """To come back to the same page."""
        period = {"year": str(self.first.fiscal_year)} if self.is_year else {"month": str(self.first)}
        return urlencode({**period, **({"facility": self.facility.number} if self.facility else {})})


def asked_of(sent: QueryDict) -> Asked:
    """What the address asks for; last month of all facilities for anything unreadable."""
    facility = Facility.objects.filter(number=sent.get("facility", "")[:13]).first()
    year = sent.get("year", "")
    if year in {str(one) for one in years()}:
        return Asked(ServiceMonth(int(year), 4), ServiceMonth(int(year) + 1, 3), facility)
    month = ServiceMonth.of(timezone.localdate()).plus(-1)
    with suppress(ValueError):
        month = max(ServiceMonth.parse(sent.get("month", "")), ServiceMonth(FIRST_YEAR, 4))
    return Asked(month, month, facility)


@require_GET
def overview(request: TenantRequest) -> HttpResponse:
    """Forms with how many of them are ready, and the bundles."""
    require(request, permissions.order)
    return _page(request, asked_of(request.GET))


@require_http_methods(["GET", "POST"])
def order_bundle(request: TenantRequest) -> HttpResponse:
    """The chosen forms as one file."""
    require(request, permissions.order)
    if request.method == "GET":
        return _page(request, asked_of(request.GET))
    asked = asked_of(request.POST)
    states = bundle_queries.form_states(asked.first, asked.last, asked.facility)
    titles = {state.code: state.title for state in states}
    codes = [code for code in request.POST.getlist("form") if code in titles]
    packing = Packing.PDF if request.POST.get("packing") == Packing.PDF else Packing.ZIP
    formats = tuple(one for one in Format if one in request.POST.getlist("format"))
    problems = [] if codes else [NO_FORM]
    if not formats and packing == Packing.ZIP:
        problems.append(NO_FORMAT)
    if problems:
        return _page(request, asked, problems)
    bundle = bundle_operations.order(
        Wish(
            title=_title(asked, [titles[code] for code in codes], is_all=len(codes) == len(titles)),
            packing=packing,
            forms=tuple(codes),
            formats=formats,
            first=asked.first,
            last=asked.last,
            about_id=asked.facility.pk if asked.facility else None,
        ),
        by=request.actor,
        at=timezone.now(),
    )
    return redirect(address(request.actor, None, "bundle", bundle.pk))


def _title(asked: Asked, titles: list[str], *, is_all: bool) -> str:
    whose = asked.facility.name if asked.facility else "全施設"
    what = (
        "帳票一式"
        if is_all and len(titles) > 1
        else titles[0]
        if len(titles) == 1
        else f"{len(titles)}種類の帳票"
    )
    return f"{asked.words}_{whose}_{what}"[:100]


def _page(request: TenantRequest, asked: Asked, problems: list[str] | None = None) -> HttpResponse:
    states = bundle_queries.form_states(asked.first, asked.last, asked.facility)
    bundles = bundle_queries.bundles_shown()
    facilities = list(Facility.objects.order_by("name", "number"))
    record(
        DocumentEvent.OVERVIEW_SHOWN,
        rows={
            "bundle": [view.bundle.pk for view in bundles],
            "facility": [asked.facility.pk] if asked.facility else [],
        },
        detail={"first": str(asked.first), "last": str(asked.last)},
    )
    context: dict[str, Any] = {
        "asked": asked,
        "states": states,
        "bundles": bundles,
        "facilities": facilities,
        "months": _months(),
        "years": years(),
        "formats": Format.choices,
        "packings": Packing.choices,
        "chosen": request.POST.getlist("form"),
        "problems": problems or [],
        "targets": {NO_FORM: "forms", NO_FORMAT: "formats"},
    }
    return render(request, "documents/city.html", context, status=page_status(request))


def _months() -> list[ServiceMonth]:
    this = ServiceMonth.of(timezone.localdate())
    return [this.plus(-back) for back in range(18)]
