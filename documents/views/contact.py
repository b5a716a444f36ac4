"""様式に載せる事項: entered once by the facility, read by the city."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import record
from documents import contacts, permissions
from documents.contact_form import HINTS, ContactForm
from documents.events import DocumentEvent
from documents.models import FormContact
from facilities.requests import TenantRequest, facility_or_404, own_facility, page_status, require
from facilities.rules import NotAllowed, ProblemsFound, sentences


@require_http_methods(["GET", "POST"])
def contact(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The facility's own, to change."""
    facility = own_facility(request)
    now = contacts.contact_of(facility.pk)
    if request.method == "GET":
        initial = {**{name: now.row[name] or "" for name in contacts.NAMES}, "version": now.version}
        return _page(request, ContactForm(initial=initial))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        contacts.save(
            facility,
            form.details(),
            shown_version=form.cleaned_data["version"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, form, sentences(refusal))
    messages.success(request, "様式に載せる事項を保存しました。これから作る帳票に載ります。")
    return redirect("documents:contact", facility_number)


@require_GET
def shown_to_city(request: TenantRequest, number: str) -> HttpResponse:
    """A facility's, to read."""
    require(request, permissions.order)
    facility = facility_or_404(number)
    newest = FormContact.objects.filter(facility=facility).order_by("-version").first()
    now = contacts.contact_of(facility.pk)
    record(DocumentEvent.CONTACT_SHOWN, on=facility, rows={"form_contact": [newest.pk] if newest else []})
    context = {
        "facility": facility,
        "contact": now,
        "row_id": newest.pk if newest else None,
        "lines": [(entry.label, now.row[entry.name]) for entry in contacts.ENTERED],
        "breadcrumbs": [("帳票", "/c/documents/"), (facility.name, None)],
    }
    return render(request, "documents/contact_city.html", context)


def _page(request: TenantRequest, form: ContactForm, problems: list[str] | None = None) -> HttpResponse:
    facility = own_facility(request)
    history = list(FormContact.objects.filter(facility=facility)[:10])
    record(DocumentEvent.CONTACT_SHOWN, on=facility, rows={"form_contact": [row.pk for row in history]})
    context = {
        "form": form,
        "hints": HINTS,
        "history": history,
        "problems": problems or [],
        "breadcrumbs": [("帳票", f"/f/{facility.number}/documents/"), ("様式に載せる事項", None)],
    }
    return render(request, "documents/contact.html", context, status=page_status(request))
