"""A facility's documents of a year: what was made, what can still be made, and its bundles."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from documents import bundle_operations, bundle_queries, contacts, queries
from documents.addresses import address
from documents.bundle_models import Packing
from documents.bundle_operations import Wish
from documents.events import DocumentEvent
from documents.models import Format
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, own_facility
from pages import wareki

FIRST_YEAR = 2025


@require_GET
def documents(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Everything of a fiscal year, by month."""
    facility = own_facility(request)
    words = request.GET.get("words", "").strip()[:60]
    year = chosen_year(request.GET.get("year", ""))
    first, last = ServiceMonth(year, 4), ServiceMonth(year + 1, 3)
    rows = queries.documents_made(first, last, words)
    to_make = [] if words else queries.by_subject(bundle_queries.still_to_make(first, last, facility))
    bundles = bundle_queries.bundles_shown()
    contact = contacts.contact_of(facility.pk)
    record(
        DocumentEvent.LISTED,
        rows={
            "document": [row.document.pk for row in rows],
            "bundle": [view.bundle.pk for view in bundles],
            "subject": [one.subject_id for one in to_make],
        },
        detail={"fiscal_year": year},
    )
    context = {
        "rows": rows,
        "words": words,
        "year": year,
        "years": years(),
        "to_make": to_make,
        "bundles": bundles,
        "packings": Packing.choices,
        "contact": contact,
        "number": facility.number,
    }
    return render(request, "documents/documents.html", context)


@require_POST
def order_bundle(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Everything of the year as one file."""
    facility = own_facility(request)
    year = chosen_year(request.POST.get("year", ""))
    packing = Packing.PDF if request.POST.get("packing") == Packing.PDF else Packing.ZIP
    bundle = bundle_operations.order(
        Wish(
            title=f"{facility.number}_{wareki.fiscal_year_words(year)}_帳票一式",
            packing=packing,
            forms=(),
            formats=tuple(Format),
            first=ServiceMonth(year, 4),
            last=ServiceMonth(year + 1, 3),
            about_id=UUID(str(facility.pk)),
        ),
        by=request.actor,
        at=timezone.now(),
    )
    return redirect(address(request.actor, facility, "bundle", bundle.pk))


def years() -> list[int]:
    """Fiscal years that may have documents, the newest first."""
    this = ServiceMonth.of(timezone.localdate()).fiscal_year
    return list(range(this + 1, FIRST_YEAR - 1, -1))


def chosen_year(text: str) -> int:
    """The asked fiscal year; this one for anything else."""
    known = {str(year): year for year in years()}
    return known.get(text, ServiceMonth.of(timezone.localdate()).fiscal_year)
