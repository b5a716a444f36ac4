"""
The facility's pages for taking a roster from a file: choose it, say which column is which, explain its words.

A file in our layout goes straight to the last look of the entry sheet.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audit.record import Outcome, record
from documents.reading import FileRefused
from documents.uploads import is_too_large
from documents.workbooks import Workbook
from facilities.requests import Crumbs, TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound
from staff_records.columns import TABLES
from staff_records.events import StaffEvent
from staff_records.models import RosterImport, RosterMapping
from staff_records.operations import importing
from staff_records.operations.entries import open_sheet_of
from staff_records.operations.importing import RosterRefused, TakenIn
from staff_records.views.roster import entry_crumbs
from staff_records.workbook.mapping import Choice, first_choice, left_out, their_columns, unexplained
from staff_records.workbook.regions import CellProblem
from staff_records.workbook_forms import PlaceForm, RosterColumnsForm, RosterFileForm, WordsForm

LISTED = 200
TOO_LARGE = "ファイルが大きすぎます（5MBまで）。要らないシートや画像を消すか、ファイルを分けてください。"


@require_http_methods(["GET", "POST"])
def roster_import(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Choose a file."""
    if request.method == "GET":
        return _upload_page(request, RosterFileForm())
    form = RosterFileForm(request.POST, request.FILES)
    taken, problems = _taken(request, form)
    if taken.sheet is not None:
        return redirect("staff:entry_check", facility_number)
    if taken.waiting is not None:
        return redirect("staff:import_columns", facility_number, taken.waiting.pk)
    return _upload_page(request, form, problems)


@require_http_methods(["GET", "POST"])
def import_columns(request: TenantRequest, facility_number: str, roster_import_id: UUID) -> HttpResponse:
    """Say where the rows stand and which column is which."""
    waiting = _waiting(request, roster_import_id)
    if waiting is None:
        return _gone(request, facility_number)
    workbook = importing.workbook_of(waiting)
    first, is_known = _first(waiting, workbook)
    sent = request.POST if request.method == "POST" else request.GET
    place = PlaceForm(sent if "row" in sent else None, workbook=workbook, choice=first)
    choice = first
    if place.is_bound and place.is_valid():
        asked = place.place
        if (asked.sheet, asked.row, asked.table) != (first.sheet, first.row, first.table):
            choice, is_known = _guessed(asked, workbook), False
    columns = their_columns(workbook.sheets[choice.sheet], choice.row, choice.table)
    form = RosterColumnsForm(
        request.POST if request.method == "POST" else None, columns=columns, choice=choice
    )
    problems: list[CellProblem] = []
    if request.method == "POST" and place.is_valid() and form.is_valid():
        try:
            words = importing.choose_columns(
                waiting.pk,
                replace(choice, columns=form.chosen),
                remember=form.cleaned_data["remember"],
                by=request.actor,
                at=timezone.now(),
            )
            if any(
                word not in choice.meanings.get(code, {}) for code, said in words.items() for word in said
            ):
                return redirect("staff:import_words", facility_number, waiting.pk)
            importing.finish(waiting.pk, meanings={}, by=request.actor, at=timezone.now())
        except (NotAllowed, ProblemsFound, RosterRefused) as refusal:
            problems = _problems(refusal)
        else:
            return redirect("staff:entry_check", facility_number)
    context = {
        "place": place,
        "form": form,
        "is_known": is_known,
        "required": [column.heading for column in TABLES[choice.table].columns if column.required],
        "missing": left_out(choice),
        "choice": choice,
    }
    return _draft_page(request, "staff_records/import_columns.html", waiting, context, problems)


@require_http_methods(["GET", "POST"])
def import_words(request: TenantRequest, facility_number: str, roster_import_id: UUID) -> HttpResponse:
    """Explain the words of choices that are not ours."""
    waiting = _waiting(request, roster_import_id)
    if waiting is None:
        return _gone(request, facility_number)
    choice = importing.choice_of(waiting)
    if choice is None:
        record(StaffEvent.IMPORT_SHOWN, on=waiting)
        return redirect("staff:import_columns", facility_number, waiting.pk)
    words = unexplained(choice, importing.workbook_of(waiting))
    form = WordsForm(request.POST if request.method == "POST" else None, words=words, choice=choice)
    problems: list[CellProblem] = []
    if request.method == "POST" and form.is_valid():
        try:
            importing.finish(waiting.pk, meanings=form.meanings, by=request.actor, at=timezone.now())
        except (NotAllowed, ProblemsFound, RosterRefused) as refusal:
            problems = _problems(refusal)
        else:
            return redirect("staff:entry_check", facility_number)
    return _draft_page(request, "staff_records/import_words.html", waiting, {"form": form}, problems)


@require_POST
def import_forget(request: TenantRequest, facility_number: str, roster_mapping_id: UUID) -> HttpResponse:
    """Delete a saved layout."""
    try:
        importing.forget_mapping(roster_mapping_id, by=request.actor)
    except RosterMapping.DoesNotExist:
        raise Http404 from None
    messages.info(request, "列の対応を削除しました。")
    return redirect("staff:import", facility_number)


# ---------------------------------------------------------------- inside


def _taken(request: TenantRequest, form: RosterFileForm) -> tuple[TakenIn, list[CellProblem]]:
    if is_too_large(request):
        form.errors["file"] = form.error_class([TOO_LARGE])
        record(StaffEvent.IMPORT_REFUSED, detail={"too_large": True}, outcome=Outcome.REFUSED)
        return TakenIn(), []
    if not form.is_valid():
        return TakenIn(), []
    try:
        taken = importing.take_in(
            own_facility(request),
            form.cleaned_data["file"].read(),
            day=form.cleaned_data["day"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return TakenIn(), _problems(refusal)
    except (FileRefused, RosterRefused) as refusal:
        problems = _problems(refusal)
        # How many, not which: a sentence may quote the title of a sheet.
        record(StaffEvent.IMPORT_REFUSED, detail={"problems": len(problems)}, outcome=Outcome.REFUSED)
        return TakenIn(), problems
    return taken, []


def _problems(refusal: Exception) -> list[CellProblem]:
    match refusal:
        case RosterRefused():
            return list(refusal.problems)
        case FileRefused():
            return [CellProblem(problem.place, problem.message) for problem in refusal.problems]
        case ProblemsFound():
            return [CellProblem("", sentence) for sentence in refusal.problems]
    return [CellProblem("", str(refusal))]


def _upload_page(
    request: TenantRequest, form: RosterFileForm, problems: Sequence[CellProblem] = ()
) -> HttpResponse:
    facility = own_facility(request)
    waiting = RosterImport.objects.filter(
        facility=facility, sheet__isnull=True, expires_at__gt=timezone.now()
    ).first()
    mappings = list(RosterMapping.objects.filter(facility=facility))
    record(StaffEvent.IMPORT_SHOWN, rows={"mapping": [mapping.pk for mapping in mappings]})
    context = {
        "form": form,
        "sheet": open_sheet_of(facility),
        "waiting": waiting,
        "mappings": [(mapping, TABLES[mapping.table].title) for mapping in mappings],
        **_told(problems),
        "breadcrumbs": [*entry_crumbs(own_facility(request).number), ("名簿の取込", None)],
    }
    return render(request, "staff_records/import.html", context, status=page_status(request))


def _draft_page(
    request: TenantRequest,
    template: str,
    waiting: RosterImport,
    context: dict[str, Any],
    problems: Sequence[CellProblem],
) -> HttpResponse:
    record(StaffEvent.IMPORT_SHOWN, on=waiting, rows={"roster_import": [waiting.pk]})
    context |= {"waiting": waiting, **_told(problems), "breadcrumbs": [*_crumbs(request), ("列の対応", None)]}
    return render(request, template, context, status=page_status(request))


def _told(problems: Sequence[CellProblem]) -> dict[str, Any]:
    """Of what is wrong: sentences about the whole file, and places of it as far as a person reads."""
    places = [problem for problem in problems if problem.place]
    return {
        "problems": [problem.message for problem in problems if not problem.place]
        or (["ファイルに直すところがあります。直してから、もう一度選んでください。"] if places else []),
        "places": places[:LISTED],
        "count": len(places),
        "unlisted": max(len(places) - LISTED, 0),
    }


def _first(waiting: RosterImport, workbook: Workbook) -> tuple[Choice, bool]:
    """What was chosen already; else what the facility chose for such a file before, or a guess."""
    chosen = importing.choice_of(waiting)
    if chosen is not None:
        return chosen, False
    return first_choice(workbook, importing.saved_columns(waiting.facility))


def _guessed(asked: Choice, workbook: Workbook) -> Choice:
    columns = their_columns(workbook.sheets[asked.sheet], asked.row, asked.table)
    return replace(asked, columns={column.place: column.guess for column in columns if column.guess})


def _waiting(request: TenantRequest, roster_import_id: UUID) -> RosterImport | None:
    """
    The file that waits; None when its time is over or it is taken in already.

    :raises Http404: none of this facility.
    """
    found = (
        RosterImport.objects.filter(pk=roster_import_id, facility=own_facility(request))
        .select_related("facility")
        .first()
    )
    if found is None:
        raise Http404
    if found.file_sealed is None or found.expires_at <= timezone.now():
        return None
    return cast(RosterImport, found)


def _gone(request: TenantRequest, facility_number: str) -> HttpResponse:
    record(StaffEvent.IMPORT_SHOWN)
    if open_sheet_of(own_facility(request)) is not None:
        messages.info(request, "このファイルはすでに取り込まれています。二重には取り込まれていません。")
        return redirect("staff:entry_check", facility_number)
    messages.error(request, importing.GONE)
    return redirect("staff:import", facility_number)


def _crumbs(request: TenantRequest) -> Crumbs:
    number = own_facility(request).number
    return [*entry_crumbs(number), ("名簿の取込", reverse("staff:import", args=[number]))]
