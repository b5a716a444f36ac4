"""The facility's page for taking the roster away as a file, and the empty workbook."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from audit.record import record
from documents.exports import csv_file
from facilities.requests import TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound
from pages.wareki import short_date_words
from staff_records.columns import MEMBERS
from staff_records.events import StaffEvent
from staff_records.operations.exporting import (
    Exported,
    FileFormat,
    Unwritable,
    empty_workbook,
    export_roster,
    unwritable_in_cp932,
)
from staff_records.views.roster import entry_crumbs
from staff_records.workbook_forms import ExportForm

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def workbook(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Say what is wanted, and take the file."""
    initial = {"day": short_date_words(timezone.localdate()), "file_format": FileFormat.XLSX.value}
    if request.method == "GET":
        return _page(request, ExportForm(initial=initial))
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    wanted = form.wanted
    try:
        if wanted.file_format is FileFormat.CP932 and "as_it_is" not in request.POST:
            lacking = unwritable_in_cp932(own_facility(request), wanted, by=request.actor)
            if lacking:
                return _page(request, form, lacking=lacking)
        exported = export_roster(own_facility(request), wanted, by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, form, problems=str(refusal).splitlines())
    return _file(exported, wanted.file_format)


@require_POST
def template(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The empty workbook."""
    exported = empty_workbook(
        own_facility(request), timezone.localdate(), by=request.actor, at=timezone.now()
    )
    return _file(exported, FileFormat.XLSX)


def _page(
    request: TenantRequest,
    form: ExportForm,
    *,
    problems: list[str] | None = None,
    lacking: list[Unwritable] | None = None,
) -> HttpResponse:
    record(StaffEvent.WORKBOOK_SHOWN)
    context = {
        "form": form,
        "problems": problems or [],
        "lacking": lacking or [],
        "breadcrumbs": [
            *entry_crumbs(own_facility(request).number),
            ("名簿の書き出し", None),
        ],
    }
    return render(request, "staff_records/workbook.html", context, status=page_status(request))


def _file(exported: Exported, file_format: FileFormat) -> HttpResponse:
    if file_format is not FileFormat.XLSX:
        charset = "cp932" if file_format is FileFormat.CP932 else "utf-8"
        header = [column.heading for column in MEMBERS.columns]
        return csv_file(exported.name, header, exported.rows, charset=charset)
    response = HttpResponse(exported.content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, exported.name)
    return response
