"""The auditors' pages: who saw and changed what. Reading the record is recorded too."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.models import Event
from audit.record import record
from documents.exports import csv_file
from facilities.requests import TenantRequest
from portal.event_words import AREAS, OUTCOMES, WORDS, detail_words, event_words, model_words, row_words
from portal.events import PortalEvent
from portal.queries.events import PAGE, Filters, events, facility_names

MOST_EXPORTED = 50_000


class FilterForm(forms.Form):
    """What to look for. Everything is optional; nonsense is told at its field."""

    first_day = forms.DateField(
        label="いつから", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label="いつまで", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    actor = forms.CharField(label="利用者ID・役割", required=False, max_length=60)
    event = forms.ChoiceField(label="できごと", required=False)
    outcome = forms.ChoiceField(label="結果", required=False, choices=[("", "すべて"), *OUTCOMES.items()])
    facility = forms.CharField(label="施設名・番号", required=False, max_length=60)
    object_id = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    request_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        areas = [(f"{area}.", f"{words}（すべて）") for area, words in AREAS.items()]
        field = self.fields["event"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *areas, *((name, event_words(name)) for name in sorted(WORDS))]

    def filters(self) -> Filters:
        """The valid values; without dates the last seven days are shown by the database's order anyway."""
        values = self.cleaned_data if self.is_valid() else {}
        return Filters(**{name: values[name] for name in values if values[name] not in (None, "")})


@require_GET
def event_list(request: TenantRequest) -> HttpResponse:
    """A page of events, newest first, with filters in the address."""
    form = FilterForm(request.GET)
    filters = form.filters()
    rows = list(events(filters)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    record(PortalEvent.AUDIT_LISTED, rows={"event": [row.pk for row in rows]}, detail=_asked(request))
    names = facility_names(rows)
    query = request.GET.copy()
    query["before"] = str(rows[-1].number) if rows else ""
    context = {
        "rows": [(row, event_words(row.event), _name_in(names, row), OUTCOMES[row.outcome]) for row in rows],
        "form": form,
        "more": more,
        "next_query": query.urlencode(),
        "query": request.GET.urlencode(),
        "is_filtered": any(value for name, value in request.GET.items()),
    }
    return render(request, "portal/events.html", context)


@require_GET
def event_page(request: TenantRequest, event_id: UUID) -> HttpResponse:
    """One event, and what else happened in its request and to its object."""
    event = get_object_or_404(Event, pk=event_id)
    same_request = list(events(Filters(request_id=event.request_id))[:50])
    same_object = list(events(Filters(object_id=event.object_id))[:50]) if event.object_id else []
    shown = {row.pk: row for row in [event, *same_request, *same_object]}
    record(PortalEvent.AUDIT_SHOWN, rows={"event": list(shown)}, detail={"event": str(event.pk)})
    context = {
        "event": event,
        "words": event_words(event.event),
        "outcome": OUTCOMES[event.outcome],
        "object_words": model_words(event.object_type),
        "shown_rows": [(row_words(kind), ids) for kind, ids in event.rows.items()],
        "detail": detail_words(event.detail or {}),
        "facility": _name_in(facility_names([event]), event),
        "same_request": [(row, event_words(row.event)) for row in same_request if row.pk != event.pk],
        "same_object": [
            (row, event_words(row.event)) for row in same_object if row.request_id != event.request_id
        ],
        "breadcrumbs": [("記録", reverse("audit_portal:events")), ("詳細", None)],
    }
    return render(request, "portal/event.html", context)


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The filtered events as CSV for a spreadsheet (UTF-8 with BOM)."""
    rows = list(events(FilterForm(request.GET).filters())[:MOST_EXPORTED])
    record(PortalEvent.AUDIT_EXPORTED, detail={**_asked(request), "events": len(rows)})
    names = facility_names(rows)
    return csv_file(
        f"操作の記録_{timezone.localdate():%Y%m%d}.csv",
        ["日時", "利用者ID", "役割", "接続元", "できごと", "対象", "対象ID", "施設", "結果", "内容", "要求"],
        (
            (
                timezone.localtime(row.at).isoformat(timespec="seconds"),
                row.actor_label,
                row.actor_role,
                row.address,
                event_words(row.event),
                model_words(row.object_type),
                row.object_id,
                _name_in(names, row) or "",
                OUTCOMES[row.outcome],
                "、".join(f"{label}: {value}" for label, value in detail_words(row.detail or {})),
                str(row.request_id),
            )
            for row in rows
        ),
    )


def _name_in(names: dict[UUID, str], row: Event) -> str | None:
    return names.get(row.facility_id) if row.facility_id else None


def _asked(request: TenantRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:60] for name in FilterForm.base_fields if request.GET.get(name)}
