"""
The list of facilities as a file: bring it in with a preview, take it out again.

Stands here because it looks across rooms: documents read and write files, facilities know what the lines mean.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import Outcome, record
from documents.exports import asked_charset, csv_file
from documents.reading import FileRefused, Problem, read_table
from documents.uploads import is_too_large
from facilities import permissions
from facilities.events import FacilityEvent
from facilities.forms.fields import MonthField
from facilities.imports import COLUMNS, HEADINGS, RATE_HEADINGS, FacilityChange, LinesRefused, cells_of
from facilities.models import FacilityImport, FacilityImportStatus
from facilities.operations import facility_import
from facilities.periods import ServiceMonth
from facilities.postal_codes import edition, unknown_among
from facilities.queries import colleagues, facility_rows
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed

KINDS = (("", "すべて"), ("new", "新しい施設"), ("changed", "変わる施設"), ("unchanged", "変わらない施設"))
LISTED = 30
TOO_LARGE = "ファイルが大きすぎます（5MBまで）。施設の一覧だけのファイルか確認してください。"


class ListForm(forms.Form):
    """A list of facilities, and from when its profiles hold."""

    file = forms.FileField(
        label="施設一覧のファイル",
        allow_empty_file=True,
        error_messages={"required": "ファイルを選んでください。", "invalid": "ファイルを選んでください。"},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    from_month = MonthField(
        label="適用開始月", error_messages={"required": "適用を始める月を入力してください。"}
    )


@require_http_methods(["GET", "POST"])
def imports(request: TenantRequest) -> HttpResponse:
    """The form and the lists so far. Sending a file leads to its preview."""
    if request.method == "GET":
        year = ServiceMonth.of(timezone.localdate()).fiscal_year
        return _imports(request, ListForm(initial={"from_month": f"{year}-04"}))
    form = ListForm(request.POST, request.FILES)
    if is_too_large(request):
        form.errors["file"] = form.error_class([TOO_LARGE])
        record(FacilityEvent.IMPORT_REFUSED, detail={"too_large": True}, outcome=Outcome.REFUSED)
        return _imports(request, form)
    if not form.is_valid():
        return _imports(request, form)
    content = form.cleaned_data["file"].read()
    try:
        table = read_table(content)
        if table.problems:
            raise FileRefused(table.problems)
        imported = facility_import.preview(
            content,
            table.headings,
            table.rows,
            from_month=form.cleaned_data["from_month"],
            by=request.actor,
            at=timezone.now(),
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _imports(request, form)
    except FileRefused as refusal:
        return _imports(request, form, refusal=refusal)
    except LinesRefused as refused:
        problems = [Problem(found.message, found.line, found.column) for found in refused.problems]
        return _imports(request, form, refusal=FileRefused(problems))
    return redirect("facility_lists:import_page", imported.pk)


@require_GET
def import_page(request: TenantRequest, list_id: UUID) -> HttpResponse:
    """What the list would do; later, what it did."""
    return _import_page(request, list_id)


@require_http_methods(["GET", "POST"])
def accept(request: TenantRequest, list_id: UUID) -> HttpResponse:
    """Store what was previewed."""
    if request.method == "GET":
        return _import_page(request, list_id)
    try:
        imported = facility_import.accept(list_id, by=request.actor, at=timezone.now())
    except FacilityImport.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _import_page(request, list_id, problems=[str(refusal)])
    except LinesRefused:
        return _import_page(request, list_id, problems=[facility_import.OVERTAKEN])
    new, changed = imported.summary["new"], imported.summary["changed"]
    messages.success(request, f"施設一覧を取り込みました（新しい施設 {new}、変わった施設 {changed}）。")
    return redirect("facility_lists:import_page", list_id)


@require_http_methods(["GET", "POST"])
def discard(request: TenantRequest, list_id: UUID) -> HttpResponse:
    """Take nothing from this list."""
    if request.method == "GET":
        return _import_page(request, list_id)
    try:
        facility_import.discard(list_id, by=request.actor, at=timezone.now())
    except FacilityImport.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _import_page(request, list_id, problems=[str(refusal)])
    messages.info(request, "取込をやめました。施設の登録は変わっていません。")
    return redirect("facility_lists:imports")


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The facilities with what holds this month, in the very columns that can be brought in again."""
    require(request, permissions.see_facilities)
    month = ServiceMonth.of(timezone.localdate())
    rows = facility_rows(month, words=request.GET.get("words", "").strip(), kind=request.GET.get("kind", ""))
    record(
        FacilityEvent.EXPORTED,
        rows={"facility": [row.facility.pk for row in rows]},
        detail={"month": str(month)},
    )
    lines = (cells_of(row.facility, row.profile) for row in rows)
    return csv_file(f"施設一覧_{month}.csv", list(COLUMNS), lines, charset=asked_charset(request))


def _imports(request: TenantRequest, form: ListForm, *, refusal: FileRefused | None = None) -> HttpResponse:
    require(request, permissions.see_facilities)
    lists = list(FacilityImport.objects.all()[:LISTED])
    record(FacilityEvent.IMPORTS_LISTED, rows={"import": [row.pk for row in lists]})
    context = {
        "form": form,
        "lists": lists,
        "headings": HEADINGS,
        "rate_headings": RATE_HEADINGS,
        "refusal": refusal,
        "problems": _summary_of(refusal) if refusal else [],
        "has_places": refusal is not None and any(problem.place for problem in refusal.problems),
        "may_bring_in": permissions.set_up_facilities.allows(request.actor, None),
        "breadcrumbs": [("施設", reverse("facilities:facilities")), ("一覧の取込", None)],
    }
    return render(request, "portal/facility_imports.html", context, status=page_status(request))


def _summary_of(refusal: FileRefused) -> list[str]:
    """Of a file as a whole: the sentences themselves. Of its lines: how many, the list below says which."""
    if all(not problem.place for problem in refusal.problems):
        return [f"{problem.message}何も保存していません。" for problem in refusal.problems]
    return [
        f"ファイルを取り込めません。直すところが{len(refusal.problems):,}件あります。何も保存していません。"
    ]


def _import_page(request: TenantRequest, list_id: UUID, *, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.see_facilities)
    imported: FacilityImport | None = FacilityImport.objects.filter(pk=list_id).first()
    if imported is None:
        raise Http404
    is_late = imported.status == FacilityImportStatus.PREVIEWED and imported.expires_at <= timezone.now()
    plan, overtaken = None, False
    if imported.status == FacilityImportStatus.PREVIEWED and not is_late:
        try:
            plan, fingerprint = facility_import.opened(imported)
            overtaken = plan.fingerprint != fingerprint
        except LinesRefused:
            overtaken = True
    show = request.GET.get("show", "")
    words = request.GET.get("words", "").strip()
    changes = [
        change
        for change in (plan.changes if plan else [])
        if (not show or change.kind == show) and (words in change.line.name or words in change.line.number)
    ]
    kept = (
        facility_import.kept_changes(imported) if imported.status == FacilityImportStatus.ACCEPTED else None
    )
    people = colleagues({imported.uploaded_by, *filter(None, [imported.decided_by])}, request.actor)
    shown = {
        "import": [imported.pk],
        "facility": [
            *(change.facility.pk for change in changes if change.facility),
            *(change.facility_id for change in kept or []),
        ],
        "user": people,
    }
    record(FacilityEvent.IMPORT_SHOWN, on=imported, rows=shown)
    context: dict[str, Any] = {
        "imported": imported,
        "month": ServiceMonth.of(imported.from_month),
        "uploader": people.get(imported.uploaded_by, ""),
        "decider": people.get(imported.decided_by, "") if imported.decided_by else "",
        "kept": kept,
        "plan": plan,
        "changes": changes,
        "overtaken": overtaken,
        "is_late": is_late,
        "odd_codes": _odd_codes(plan.changes if plan else []),
        "may_decide": plan is not None
        and not overtaken
        and permissions.set_up_facilities.allows(request.actor, imported),
        "kinds": KINDS,
        "show": show,
        "words": words,
        "postal_edition": edition(),
        "problems": problems or [],
        "breadcrumbs": [
            ("施設", reverse("facilities:facilities")),
            ("一覧の取込", reverse("facility_lists:imports")),
            ("内容", None),
        ],
    }
    return render(request, "portal/facility_import.html", context, status=page_status(request))


def _odd_codes(changes: Sequence[FacilityChange]) -> list[FacilityChange]:
    """New or moved facilities whose postal code Japan Post does not have: worth a look, refused they are not."""
    moved = [change for change in changes if change.facility is None or change.changes_details]
    unknown = unknown_among(change.line.postal_code for change in moved)
    return [change for change in moved if change.line.postal_code in unknown]
