"""What facilities have reported, for the operations section: the list, one change, and having seen them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages import wareki
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.models import StaffChange, StaffMember
from staff_records.operations import seeing
from staff_records.queries.changes import (
    SHOWS,
    ChangesQuestion,
    change_of,
    changes_in_city,
    exported_changes,
)
from staff_records.words import ChangeKind

HEADER = ("届出日時", "事業所番号", "施設名", "種類", "影響の始まる月", "変わった項目", "市の確認")


@require_GET
def changes(request: TenantRequest) -> HttpResponse:
    """The list, by facility, without names."""
    require(request, permissions.read_in_city)
    return _list(request, ChangesQuestion.of(request.GET))


@require_GET
def change(request: TenantRequest, change_id: UUID) -> HttpResponse:
    """One change with whom it is about."""
    require(request, permissions.read_in_city)
    try:
        found = change_of(change_id, today=timezone.localdate())
    except (StaffChange.DoesNotExist, StaffMember.DoesNotExist):
        raise Http404 from None
    record(
        StaffEvent.CHANGE_SHOWN,
        on=found.row,
        rows={"staff_change": [change_id], "staff_member": [found.person.member.pk]},
    )
    context = {
        "found": found,
        "facility": found.row.facility,
        "waits": found.row.seen_at is None and found.row.withdrawn_at is None,
        "breadcrumbs": [
            ("職員", reverse("staff_city:overview")),
            ("職員の異動", reverse("staff_city:changes")),
            ("届出", None),
        ],
    }
    return render(request, "staff_records/city_change.html", context)


@require_POST
def see_changes(request: TenantRequest) -> HttpResponse:
    """The chosen changes were seen."""
    require(request, permissions.read_in_city)
    asked = ChangesQuestion.of(request.POST)
    try:
        chosen = [UUID(value) for value in request.POST.getlist("change")]
        count = seeing.see(chosen, by=request.actor, at=timezone.now())
    except ValueError:
        return _list(request, asked, problems=["一覧を読み取れませんでした。画面を開き直してください。"])
    except (NotAllowed, ProblemsFound) as refusal:
        return _list(request, asked, problems=sentences(refusal))
    messages.success(request, f"{count}件の届出を確認済みにしました。")
    return redirect(f"{reverse('staff_city:changes')}?{asked.query()}")


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The list as a table, without names."""
    require(request, permissions.read_in_city)
    asked = ChangesQuestion.of(request.GET)
    found = exported_changes(asked)
    record(
        StaffEvent.CHANGES_EXPORTED,
        rows={"staff_change": [one.row.pk for one in found]},
        detail={"asked": asked.query()},
    )
    rows = [
        (
            f"{timezone.localtime(one.row.reported_at):%Y-%m-%d %H:%M}",
            one.row.facility.number,
            one.row.facility.name,
            one.kind_words,
            wareki.month_words(one.row.from_month),
            one.fields_words,
            f"{timezone.localtime(one.row.seen_at):%Y-%m-%d %H:%M}" if one.row.seen_at else "未確認",
        )
        for one in found
    ]
    name = f"職員の異動_{timezone.localdate():%Y%m%d}.csv"
    return csv_file(name, HEADER, rows, charset=asked_charset(request))


def _list(
    request: TenantRequest, asked: ChangesQuestion, *, problems: list[str] | None = None
) -> HttpResponse:
    view = changes_in_city(asked)
    record(
        StaffEvent.CHANGES_LISTED,
        rows={"staff_change": view.change_ids},
        detail={"asked": asked.query()},
    )
    context = {
        "view": view,
        "asked": asked,
        "shows": SHOWS.items(),
        "kinds": ChangeKind.choices,
        "newer": asked.query(page=asked.page - 1) if asked.page > 1 else "",
        "older": asked.query(page=asked.page + 1) if view.has_more else "",
        "may_see": permissions.decide.allows(request.actor, None),
        "problems": problems or [],
        "breadcrumbs": [("職員", reverse("staff_city:overview")), ("職員の異動", None)],
    }
    return render(request, "staff_records/city_changes.html", context, status=422 if problems else 200)
