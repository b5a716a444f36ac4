"""
The city's pages of user charges: bringing them in, and what stands of a month.

The addresses of buttons answer GET with the page the button stands on: after an expired login the browser comes back
to the address it was sending to. Rows are for the enrolment section; the operations section sees a month's totals.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import record
from claims import permissions
from claims.charges import CHARGE, EXEMPT_1, EXEMPT_2, NATIONAL, Amounts
from claims.closing import closed_months
from claims.events import ChargeEvent
from claims.forms import ChargeUploadForm
from claims.imports import MONTH, NAME, NUMBER, PAYER
from claims.models import ChargeImport, FileKind
from claims.operations import charges_import
from claims.operations.charges_import import amounts_of
from claims.queries import charges as queries
from claims.queries.mappings import saved_mappings
from claims.views import uploading
from claims.wording import month_words
from documents.exports import asked_charset, csv_file
from facilities.periods import ServiceMonth
from facilities.requests import Crumbs, TenantRequest, page_status, require
from facilities.rules import NotAllowed

KINDS = (
    ("", "すべて"),
    ("changed", "変わる行"),
    ("gone", "なくなる行"),
    ("new", "新しい行"),
    ("unchanged", "変わらない行"),
)
CHARGES = "利用者負担額"
COUNTS = "児童数"
HIDDEN = "3人未満のため表示しません"
NOTHING_YET = "届いていません"
FIGURES = (CHARGE, NATIONAL, EXEMPT_2, EXEMPT_1)


# ---------------------------------------------------------------- upload, preview, accept


@require_http_methods(["GET", "POST"])
def imports(request: TenantRequest) -> HttpResponse:
    """Months, history, and the form to bring in a file. Sending a file leads to its preview."""
    require(request, permissions.see_charges)
    saved = saved_mappings(FileKind.CHARGES)
    if request.method == "GET":
        return _imports(request, ChargeUploadForm(mappings=saved))
    form = ChargeUploadForm(request.POST, request.FILES, mappings=saved)
    upload = uploading.taken(request, form, FileKind.CHARGES)
    if upload.imported is not None:
        return redirect("charges:import_page", upload.imported.pk)
    return _imports(request, form, upload)


@require_GET
def import_page(request: TenantRequest, charge_import_id: UUID) -> HttpResponse:
    """What the file would do; later, what it did."""
    return _import_page(request, charge_import_id)


@require_http_methods(["GET", "POST"])
def accept(request: TenantRequest, charge_import_id: UUID) -> HttpResponse:
    """Store what was previewed."""
    if request.method == "GET":
        return _import_page(request, charge_import_id)
    try:
        imported = charges_import.accept(charge_import_id, by=request.actor, at=timezone.now())
    except ChargeImport.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _import_page(request, charge_import_id, problems=[str(refusal)])
    summary = imported.summary
    stored = summary["rows_new"] + summary["rows_changed"] + summary["rows_gone"]
    if stored:
        messages.success(request, f"利用者負担額を取り込みました（{stored}行）。")
    else:
        messages.info(request, "取り込みました。前と同じ金額のため、変わった行はありません。")
    return redirect("charges:import_page", charge_import_id)


@require_http_methods(["GET", "POST"])
def discard(request: TenantRequest, charge_import_id: UUID) -> HttpResponse:
    """Take nothing from this file."""
    if request.method == "GET":
        return _import_page(request, charge_import_id)
    try:
        charges_import.discard(charge_import_id, by=request.actor, at=timezone.now())
    except ChargeImport.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _import_page(request, charge_import_id, problems=[str(refusal)])
    messages.info(request, "取込をやめました。利用者負担額は変わっていません。")
    return redirect("charges:imports")


def _imports(
    request: TenantRequest, form: ChargeUploadForm, upload: uploading.Upload = uploading.NOTHING
) -> HttpResponse:
    view = queries.imports_view()
    record(
        ChargeEvent.LISTED,
        rows={
            "import": [listed.imported.pk for listed in view.imports],
            "draft": [upload.draft.pk] if upload.draft else [],
            "refusal": [refused.pk for refused in view.refusals],
        },
    )
    context = {
        **uploading.shown(upload, FileKind.CHARGES),
        "may_bring_in": permissions.bring_in_charges.allows(request.actor, None),
        "view": view,
        "form": form,
        "breadcrumbs": [(COUNTS, reverse("counts:imports")), (CHARGES, None)],
    }
    return render(request, "claims/city/charges_imports.html", context, status=page_status(request))


def _import_page(
    request: TenantRequest, charge_import_id: UUID, *, problems: list[str] | None = None
) -> HttpResponse:
    # Another city's import is not there, for whoever asks: 404 comes before 403.
    imported = (
        ChargeImport.objects.annotate(closed_months=closed_months()).filter(pk=charge_import_id).first()
    )
    if imported is None:
        raise Http404
    require(request, permissions.see_charges)
    words = request.GET.get("words", "").strip()
    show = request.GET.get("show", "")
    show = show if show in dict(KINDS) else ""
    view = queries.import_view(imported, request.membership.municipality, show=show, words=words)
    record(ChargeEvent.PREVIEW_SHOWN, on=imported, rows=view.row_ids)
    is_late = imported.expires_at <= timezone.now()
    context = {
        "view": view,
        "imported": imported,
        "is_late": view.is_open and is_late,
        "may_decide": view.is_open
        and not is_late
        and permissions.bring_in_charges.allows(request.actor, imported),
        "kinds": KINDS,
        "show": show,
        "words": words,
        "problems": problems or [],
        "breadcrumbs": [
            (COUNTS, reverse("counts:imports")),
            (CHARGES, reverse("charges:imports")),
            ("取込の内容", None),
        ],
    }
    return render(request, "claims/city/charges_import_page.html", context, status=page_status(request))


# ---------------------------------------------------------------- months


@require_GET
def month(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    """Every facility of the month: rows for the enrolment section, totals for the operations section."""
    if permissions.see_charges.allows(request.actor, None):
        return _rows_page(request, month)
    return _totals_page(request, month)


@require_GET
def export(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    """The table of the month as CSV: UTF-8 with BOM, or CP932 for older tools. It shows what the page shows."""
    words = request.GET.get("words", "").strip()
    if permissions.see_charges.allows(request.actor, None):
        rows = queries.charges_of_month(month, request.membership.municipality, words=words)
        record(ChargeEvent.EXPORTED, rows=rows.row_ids, detail={"month": str(month)})
        header = [MONTH, NUMBER, NAME, PAYER, "居住市区町村", "児童数", *FIGURES]
        lines = (_row_cells(month, row) for row in rows.rows)
        return _csv(request, f"利用者負担額_{month}.csv", header, lines)
    require(request, permissions.see_charge_totals)
    totals = queries.totals_of_month(month, words=words)
    record(ChargeEvent.TOTALS_EXPORTED, rows=totals.row_ids, detail={"month": str(month)})
    lines = (_total_cells(month, row) for row in totals.rows)
    return _csv(request, f"利用者負担額の合計_{month}.csv", [MONTH, NUMBER, NAME, *FIGURES], lines)


def _rows_page(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    words = request.GET.get("words", "").strip()
    view = queries.charges_of_month(month, request.membership.municipality, words=words)
    record(ChargeEvent.MONTH_SHOWN, rows=view.row_ids, detail={"month": str(month)})
    crumbs: Crumbs = [(COUNTS, reverse("counts:imports")), (CHARGES, reverse("charges:imports"))]
    context = {"view": view, **_of_month(month, words, [*crumbs, (month_words(month), None)])}
    return render(request, "claims/city/charges_month.html", context)


def _totals_page(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    require(request, permissions.see_charge_totals)
    words = request.GET.get("words", "").strip()
    view = queries.totals_of_month(month, words=words)
    record(ChargeEvent.TOTALS_SHOWN, rows=view.row_ids, detail={"month": str(month)})
    crumbs: Crumbs = [
        (COUNTS, reverse("counts:imports")),
        (month_words(month), reverse("counts:month", args=[month])),
    ]
    context = {
        "view": view,
        "hidden_words": HIDDEN,
        **_of_month(month, words, [*crumbs, (CHARGES, None)]),
    }
    return render(request, "claims/city/charges_totals.html", context)


def _of_month(month: ServiceMonth, words: str, crumbs: Crumbs) -> dict[str, object]:
    return {
        "month": month,
        "last_month": month.plus(-1),
        "next_month": month.plus(1) if month.first_day <= timezone.localdate() else None,
        "words": words,
        "breadcrumbs": crumbs,
    }


def _row_cells(month: ServiceMonth, row: queries.ChargeOfMonth) -> list[object]:
    place: list[object] = [str(month), row.facility.number, row.facility.name]
    if row.charge is None:
        return [*place, "", "", "", NOTHING_YET, "", "", ""]
    return [*place, row.charge.payer_code, row.payer_name, row.children, *_figures(amounts_of(row.charge))]


def _total_cells(month: ServiceMonth, row: queries.FacilityTotal) -> list[object]:
    place: list[object] = [str(month), row.facility.number, row.facility.name]
    if row.amounts is None:
        return [*place, HIDDEN if row.is_hidden else NOTHING_YET, "", "", ""]
    return [*place, *_figures(row.amounts)]


def _figures(amounts: Amounts) -> list[int]:
    """In the order of the file's columns."""
    return [amounts.charge_yen, amounts.national_charge_yen, amounts.exempt_2, amounts.exempt_1]


def _csv(
    request: TenantRequest, name: str, header: Sequence[str], lines: Iterable[Sequence[object]]
) -> HttpResponse:
    return csv_file(name, header, lines, charset=asked_charset(request))


# ---------------------------------------------------------------- shared
