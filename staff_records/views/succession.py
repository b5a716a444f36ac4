"""Taking over the predecessor's roster: one button on the empty roster."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from facilities.requests import TenantRequest, own_facility
from facilities.rules import NotAllowed, ProblemsFound, sentences
from staff_records.operations import succession
from staff_records.views.roster import roster_page


@require_http_methods(["GET", "POST"])
def succeed(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Take it over; looked at, or refused, it is the roster page."""
    facility = own_facility(request)
    if request.method == "GET":
        return roster_page(request, facility)
    try:
        persons = succession.succeed(facility, by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return roster_page(request, facility, refused=sentences(refusal))
    messages.success(
        request, f"前の事業所番号の名簿から、{persons}人を引き継ぎました。内容を確かめてください。"
    )
    return redirect("staff:roster", facility.number)
