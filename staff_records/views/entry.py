"""
The facility's pages of the entry sheet: begin, type, look once more, make it the roster.

The grid is one plain form. A script may send single cells to the same address and is answered in JSON.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from accounts import held_forms
from accounts.models import User
from audit.record import record
from facilities.middleware import not_found_unless
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import UNREADABLE, TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound, sentences
from facilities.sent_forms import FIELD
from pages.wareki import short_date_words, time_words
from staff_records.checked_rows import CheckedSheet
from staff_records.columns import TABLES
from staff_records.dossiers import not_gone_before
from staff_records.entry_checking import check_rows
from staff_records.entry_forms import (
    NotOurForm,
    SentRow,
    StartForm,
    sent_choices,
    sent_overwriting,
    sent_rows,
)
from staff_records.entry_grid import EMPTY_ROWS, MORE_ROWS, cell_id, grid_of, page_of
from staff_records.entry_summary import summary_of
from staff_records.events import StaffEvent
from staff_records.models import EntryRow, EntrySheet, StaffMember
from staff_records.operations.entries import Saved, Source, discard, open_sheet, open_sheet_of, save_rows
from staff_records.operations.entry_applying import Applied, apply_sheet
from staff_records.operations.importing import addresses_in
from staff_records.operations.succession import offered
from staff_records.views.roster import entry_crumbs, roster_crumbs

FIRST_TABLE = "members"
SOURCES = {"typed": "空の表から", "copied": "いまの名簿を写して", "imported": "ファイルから"}


def _has_members(facility: Facility) -> bool:
    """Whether there is anybody to copy: a leaving that is announced takes nobody away yet."""
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    return bool(StaffMember.objects.filter(not_gone_before(year), facility=facility).exists())


@require_http_methods(["GET", "POST"])
def entry(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Begin a sheet, or go on with the open one."""
    facility = own_facility(request)
    has_members = _has_members(facility)
    source = Source.COPIED if has_members else Source.TYPED
    form = StartForm(
        request.POST if request.method == "POST" else None,
        initial={"source": source.value, "day": short_date_words(timezone.localdate())},
    )
    if not has_members:
        form.without_copying()
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            open_sheet(
                facility,
                day=form.cleaned_data["day"],
                source=Source(form.cleaned_data["source"]),
                by=request.actor,
                at=timezone.now(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
        else:
            return redirect("staff:entry_table", facility_number, FIRST_TABLE)
    sheet = open_sheet_of(facility)
    record(StaffEvent.ENTRY_SHOWN, on=sheet)
    context = {
        "form": form,
        "problems": problems,
        "sheet": sheet,
        "succession": None if has_members else offered(facility, today=timezone.localdate()),
        "saved_by": _name_of(sheet.saved_by) if sheet else "",
        "source": SOURCES.get(sheet.source if sheet else "", ""),
        "rows": EntryRow.objects.filter(sheet=sheet).count() if sheet else 0,
        "breadcrumbs": [*roster_crumbs(facility_number), ("名簿の入力", None)],
    }
    return render(request, "staff_records/entry.html", context, status=page_status(request))


@require_GET
def entry_table(request: TenantRequest, facility_number: str, table: str) -> HttpResponse:
    """One table of the open sheet."""
    not_found_unless(table in TABLES)
    sheet = open_sheet_of(own_facility(request))
    if sheet is None:
        record(StaffEvent.ENTRY_SHOWN)
        return redirect("staff:entry", facility_number)
    typed = _typed_before_login(request, table)
    return _grid_page(request, sheet, table, typed=typed)


@require_http_methods(["GET", "POST"])
def entry_save(request: TenantRequest, facility_number: str, table: str) -> HttpResponse:
    """Save what was sent: the whole page by its button, or single cells by a script."""
    not_found_unless(table in TABLES)
    if request.method == "GET":
        return entry_table(request, facility_number, table)
    sheet = open_sheet_of(own_facility(request))
    is_script = request.headers.get("X-Autosave") == "1"
    if sheet is None:
        record(StaffEvent.ENTRY_SHOWN)
        return _gone(request, facility_number, is_script=is_script)
    try:
        sent = sent_rows(request.POST, table, token=request.POST.get(FIELD, ""))
    except NotOurForm:
        return HttpResponseBadRequest(UNREADABLE)
    try:
        saved = save_rows(sheet.pk, [row.edit for row in sent], by=request.actor, at=timezone.now())
    except NotAllowed:
        return _gone(request, facility_number, is_script=is_script)
    except ProblemsFound as refusal:
        if is_script:
            return JsonResponse({"problems": refusal.problems}, status=422)
        typed = {row.key: row for row in sent}
        return _grid_page(request, sheet, table, typed=typed, problems=refusal.problems, status=422)
    if is_script:
        return JsonResponse(_answer(saved, sent))
    if saved.conflicts:
        names = {conflict.row for conflict in saved.conflicts}
        typed = {row.key: row for row in sent if row.edit.row in names}
        return _grid_page(request, saved.sheet, table, typed=typed, problems=_conflicts(saved), status=409)
    return _after_saving(request, facility_number, table, saved)


@require_GET
def entry_check(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The last look: new people, changes, problems."""
    sheet = open_sheet_of(own_facility(request))
    if sheet is None:
        record(StaffEvent.ENTRY_SHOWN)
        return redirect("staff:entry", facility_number)
    return _check_page(request, sheet)


@require_http_methods(["GET", "POST"])
def entry_apply(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Make the sheet the roster."""
    sheet = open_sheet_of(own_facility(request))
    if sheet is None:
        record(StaffEvent.ENTRY_SHOWN)
        return redirect("staff:entry", facility_number)
    if request.method == "GET":
        return _check_page(request, sheet)
    try:
        choices, overwriting = sent_choices(request.POST), sent_overwriting(request.POST)
        sheet_id, version = UUID(request.POST.get("sheet", "")), int(request.POST.get("version", ""))
    except ValueError:
        return _check_page(request, sheet, problems=[UNREADABLE])
    try:
        applied = apply_sheet(
            sheet_id,
            shown_version=version,
            shown_people=request.POST.get("people", ""),
            choices=choices,
            overwriting=overwriting,
            by=request.actor,
            at=timezone.now(),
        )
    except EntrySheet.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        problems = sentences(refusal)
        return _check_page(request, sheet, problems=problems, choices=choices, overwriting=overwriting)
    messages.success(request, _applied_words(applied))
    return redirect("staff:roster", facility_number)


@require_http_methods(["GET", "POST"])
def entry_discard(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Throw the sheet away, after asking."""
    sheet = open_sheet_of(own_facility(request))
    if sheet is None:
        record(StaffEvent.ENTRY_SHOWN)
        return redirect("staff:entry", facility_number)
    if request.method == "POST":
        discard(sheet.pk, by=request.actor, at=timezone.now())
        messages.info(request, "入力を取りやめました。名簿は変わっていません。")
        return redirect("staff:entry", facility_number)
    record(StaffEvent.ENTRY_SHOWN, on=sheet, rows={"entry_sheet": [sheet.pk]})
    context = {
        "sheet": sheet,
        "rows": EntryRow.objects.filter(sheet=sheet).count(),
        "breadcrumbs": [*entry_crumbs(own_facility(request).number), ("取りやめ", None)],
    }
    return render(request, "staff_records/entry_discard.html", context)


# ---------------------------------------------------------------- pages


def _grid_page(
    request: TenantRequest,
    sheet: EntrySheet,
    table: str,
    *,
    typed: dict[str, SentRow] | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    sent = request.POST if request.method == "POST" else request.GET
    checked = _checked(sheet)
    record(StaffEvent.ENTRY_SHOWN, on=sheet, rows=checked.named)
    empty = EMPTY_ROWS + (MORE_ROWS if "more" in sent else 0)
    page = int(sent.get("page", "")) if sent.get("page", "").isdecimal() else 1
    grid = grid_of(checked, table, page=page, empty=empty, typed=typed)
    context = {
        "sheet": sheet,
        "grid": grid,
        "table": TABLES[table],
        "choices": [column for column in TABLES[table].columns if column.choices],
        "problems": problems or [],
        "saved_by": _name_of(sheet.saved_by),
        "breadcrumbs": [*entry_crumbs(own_facility(request).number), (TABLES[table].title, None)],
    }
    return render(request, "staff_records/entry_table.html", context, status=status)


def _check_page(
    request: TenantRequest,
    sheet: EntrySheet,
    *,
    problems: list[str] | None = None,
    choices: dict[UUID, bool] | None = None,
    overwriting: frozenset[UUID] = frozenset(),
) -> HttpResponse:
    checked = _checked(sheet, choices or {})
    record(StaffEvent.ENTRY_CHECKED, on=sheet, rows=checked.named)
    number = own_facility(request).number
    addresses = addresses_in(sheet)
    targets, told = {}, set()
    for row in checked.rows:
        for problem in row.problems:
            place = reverse("staff:entry_table", args=[number, row.row.table])
            query = f"?{urlencode({'page': page_of(row.line)})}" if page_of(row.line) > 1 else ""
            of_file = addresses.of(row.row.table, row.row.line, problem.field)
            at_cell = f"{row.place} {row.heading(problem.field)}{of_file and f'（{of_file}）'}："
            told.add(f"{at_cell}{problem.message}")
            words = f"{at_cell}{row.told(problem)}"
            targets[words] = f"{place}{query}#{cell_id(row.row.pk, problem.field)}"
    known = [sentence for sentence in problems or [] if sentence not in told]
    context = {
        "sheet": sheet,
        "summary": summary_of(checked),
        "people": checked.people_hash,
        "overwriting": overwriting,
        "file_notes": addresses.notes,
        "problems": [*[(sentence, "") for sentence in known], *targets.items()],
        "breadcrumbs": [*entry_crumbs(own_facility(request).number), ("確認", None)],
    }
    return render(request, "staff_records/entry_check.html", context, status=page_status(request))


def _checked(sheet: EntrySheet, choices: dict[UUID, bool] | None = None) -> CheckedSheet:
    rows = list(EntryRow.objects.filter(sheet=sheet))
    for row in rows:
        row.is_correction = (choices or {}).get(row.pk, row.is_correction)
    return check_rows(sheet, rows, today=timezone.localdate())


def _after_saving(request: TenantRequest, facility_number: str, table: str, saved: Saved) -> HttpResponse:
    if "check" in request.POST:
        return redirect("staff:entry_check", facility_number)
    if "remove" in request.POST:
        messages.success(request, "行を消しました。")
    elif "more" not in request.POST:
        messages.success(request, "保存しました。" if saved.has_changed else "変更はありませんでした。")
    wanted = {name: request.POST[name] for name in ("page", "more") if request.POST.get(name)}
    address = reverse("staff:entry_table", args=[facility_number, table])
    return redirect(f"{address}?{urlencode(wanted)}" if wanted else address)


def _answer(saved: Saved, sent: list[SentRow]) -> dict[str, Any]:
    """What a script is told: which rows stand with which version, and what is wrong at their cells."""
    checked = check_rows(saved.sheet, list(saved.rows.values()), today=timezone.localdate(), alone=True)
    record(StaffEvent.ENTRY_CHECKED, on=saved.sheet, rows=checked.named)
    problems = {row.row.pk: row.problem_at for row in checked.rows}
    keys = {row.edit.row: row.key for row in sent}
    in_conflict = {conflict.row for conflict in saved.conflicts}
    return {
        "saved_at": time_words(timezone.localtime(saved.sheet.saved_at)),
        "rows": [
            {"row": keys[name], "id": str(row.pk), "version": row.version, "problems": problems[row.pk]}
            for name, row in saved.rows.items()
            if name not in in_conflict
        ],
        "conflicts": [
            {"row": keys[conflict.row], "version": conflict.version, "message": conflict.message}
            for conflict in saved.conflicts
        ],
    }


def _gone(request: TenantRequest, facility_number: str, *, is_script: bool) -> HttpResponse:
    sentence = (
        "この入力表は、すでに名簿に反映されたか、取りやめられています。入力した内容は保存していません。"
    )
    if is_script:
        return JsonResponse({"problems": [sentence]}, status=410)
    messages.error(request, sentence)
    return redirect("staff:entry", facility_number)


def _conflicts(saved: Saved) -> list[str]:
    return list(dict.fromkeys(conflict.message for conflict in saved.conflicts))


def _typed_before_login(request: TenantRequest, table: str) -> dict[str, SentRow] | None:
    sent: QueryDict | None = held_forms.take(request)
    if sent is None:
        return None
    try:
        return {row.key: row for row in sent_rows(sent, table, token="")}
    except NotOurForm:
        return None


def _applied_words(applied: Applied) -> str:
    counts = (
        ("採用", applied.hired, "人"),
        ("退職", applied.left, "人"),
        ("変更", applied.changed, "人"),
        ("そのほかの表", applied.sides, "行"),
    )
    words = "、".join(f"{label} {count}{unit}" for label, count, unit in counts if count)
    kept = f"ここで変更した{applied.kept}人は、名簿のままにしました。" if applied.kept else ""
    return f"名簿に反映しました（{words or '変更なし'}）。{kept}今年度の異動は、市に届出として届きます。"


def _name_of(user_id: UUID) -> str:
    user = User.objects.filter(pk=user_id).first()
    return user.name if user else ""
