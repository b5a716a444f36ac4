"""The city's pages of column mappings: what is saved, and making one in two steps (columns, then codes)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import held_forms
from audit.record import record
from claims import permissions
from claims.events import MappingEvent
from claims.mapping import WIDE_LAYOUTS, Shape, layout_of
from claims.mapping_forms import COLUMNS_FORMS, ColumnsForm, RenameForm, ValuesForm, WideColumnsForm
from claims.models import ColumnMapping, FileKind, MappingDraft
from claims.operations import mapping as operations
from claims.operations.mapping import Draft
from claims.queries.mappings import mappings_view
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound

COUNTS, MAPPINGS, MAKE = "児童数", "列の対応", "列の対応を決める"
UPLOADS = {FileKind.COUNTS: "counts:imports", FileKind.CHARGES: "charges:imports"}
WITH_CODES, WITHOUT_CODES = "コードの意味を選ぶ", "名前をつける"
SHAPES = {Shape.LONG: "1行に1区分", Shape.WIDE: "1行に1施設、区分ごとの列"}
COLUMNS_PAGES = {
    Shape.LONG: "claims/city/mapping_columns.html",
    Shape.WIDE: "claims/city/mapping_wide_columns.html",
}


# ---------------------------------------------------------------- what is saved


@require_GET
def mappings(request: TenantRequest) -> HttpResponse:
    """Every mapping of the city with all it says."""
    return _list(request)


@require_POST
def rename(request: TenantRequest, mapping_id: UUID) -> HttpResponse:
    """Give one another name."""
    mapping = _mapping(mapping_id)
    form = RenameForm(request.POST, mapping=mapping)
    if not form.is_valid():
        return _list(request, form=form, renamed=mapping)
    try:
        operations.rename(mapping_id, name=form.cleaned_data["name"], by=request.actor)
    except (NotAllowed, ProblemsFound) as refusal:
        return _list(request, problems=str(refusal).splitlines())
    messages.success(request, "名前を変えました。")
    return redirect("counts:mappings")


@require_POST
def delete(request: TenantRequest, mapping_id: UUID) -> HttpResponse:
    """Delete one."""
    mapping = _mapping(mapping_id)
    try:
        operations.delete(mapping_id, by=request.actor)
    except NotAllowed as refusal:
        return _list(request, problems=[str(refusal)])
    messages.info(
        request,
        f"列の対応「{mapping.name}」を削除しました。取り込んだ{mapping.get_kind_display()}は変わっていません。",
    )
    return redirect("counts:mappings")


def _mapping(mapping_id: UUID) -> ColumnMapping:
    found: ColumnMapping | None = ColumnMapping.objects.filter(pk=mapping_id).first()
    if found is None:
        raise Http404
    return found


def _list(
    request: TenantRequest,
    *,
    form: RenameForm | None = None,
    renamed: ColumnMapping | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    require(request, permissions.see_counts)
    listed = mappings_view()
    record(MappingEvent.LISTED, rows={"mapping": [one.mapping.pk for one in listed]})
    context = {
        "listed": [
            (one, form if renamed and one.mapping.pk == renamed.pk else RenameForm(mapping=one.mapping))
            for one in listed
        ],
        "form": form,
        "may_change": permissions.bring_in_counts.allows(request.actor, None),
        "problems": problems or [],
        "breadcrumbs": [(COUNTS, reverse("counts:imports")), (MAPPINGS, None)],
    }
    return render(request, "claims/city/mappings.html", context, status=page_status(request))


# ---------------------------------------------------------------- making one


@require_http_methods(["GET", "POST"])
def columns(request: TenantRequest, draft_id: UUID) -> HttpResponse:
    """First step: which of the file's columns is which of ours, in the shape the file has."""
    row, draft = _draft(request, draft_id)
    own_code = request.membership.municipality.code
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    shape = _shape(draft, (typed or request.GET).get("shape", ""))
    form = COLUMNS_FORMS[shape](typed, draft=draft, own_code=own_code)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen
        try:
            operations.choose_columns(
                row.pk,
                fields=chosen.fields,
                constants=chosen.constants,
                shape=shape,
                by=request.actor,
                at=timezone.now(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = str(refusal).splitlines()
        else:
            return redirect("counts:mapping_codes", row.pk)
    return _draft_page(request, COLUMNS_PAGES[shape], row, draft, form, problems, shape=shape)


@require_http_methods(["GET", "POST"])
def codes(request: TenantRequest, draft_id: UUID) -> HttpResponse:
    """Second step: what the codes mean, and the name. Saving leads back to the upload."""
    row, draft = _draft(request, draft_id)
    if draft.chosen is None:
        if request.method == "POST":
            return columns(request, draft_id)
        record(MappingEvent.DRAFT_SHOWN, on=row, rows={"draft": [row.pk]})
        return redirect("counts:mapping_columns", row.pk)
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = ValuesForm(typed, draft=draft, chosen=draft.chosen)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            mapping = operations.save(
                row.pk,
                name=form.cleaned_data["name"],
                values=form.values,
                by=request.actor,
                at=timezone.now(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = str(refusal).splitlines()
        else:
            messages.success(
                request,
                f"列の対応「{mapping.name}」を保存しました。もう一度ファイルを選んでください。"
                "同じ見出しのファイルは、次から自動でこの対応を使います。",
            )
            return redirect(UPLOADS[FileKind(mapping.kind)])
    return _draft_page(
        request, "claims/city/mapping_codes.html", row, draft, form, problems, shape=draft.chosen.shape
    )


def _shape(draft: Draft, asked: str) -> Shape:
    """The shape that was asked for, where the kind of file may have it; else the draft's own."""
    may_be = SHAPES if draft.kind in WIDE_LAYOUTS else {Shape.LONG: ""}
    return next((shape for shape in may_be if shape == asked), draft.shape)


def _draft(request: TenantRequest, draft_id: UUID) -> tuple[MappingDraft, Draft]:
    row = MappingDraft.objects.filter(pk=draft_id).first()
    if row is None:
        raise Http404
    require(request, permissions.BRINGING_IN[row.kind])
    return row, operations.draft_of(row)


def _draft_page(
    request: TenantRequest,
    template: str,
    row: MappingDraft,
    draft: Draft,
    form: ColumnsForm | WideColumnsForm | ValuesForm,
    problems: list[str],
    *,
    shape: Shape,
) -> HttpResponse:
    record(MappingEvent.DRAFT_SHOWN, on=row, rows={"draft": [row.pk]})
    kind = FileKind(row.kind)
    context = {
        "row": row,
        "draft": draft,
        "form": form,
        "problems": problems,
        "is_late": row.expires_at <= timezone.now(),
        "second_step": WITH_CODES if layout_of(draft.kind, shape).has_codes else WITHOUT_CODES,
        "shape": shape,
        "shapes": SHAPES.items() if draft.kind in WIDE_LAYOUTS else [],
        "upload_page": UPLOADS[kind],
        "breadcrumbs": [
            (COUNTS, reverse("counts:imports")),
            *([] if kind is FileKind.COUNTS else [(kind.label, reverse(UPLOADS[kind]))]),
            (MAPPINGS, reverse("counts:mappings")),
            (MAKE, None),
        ],
    }
    return render(request, template, context, status=page_status(request))
