"""The towns of a postal code, while an address is typed. Asked by POST: a code can be somebody's home."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from audit.record import record
from facilities.requests import TenantRequest
from staff_records.events import StaffEvent
from staff_records.typed import Unreadable
from staff_records.typed.lookups import addresses_of
from staff_records.typed.values import read_postal_code


@require_POST
def addresses(request: TenantRequest, facility_number: str) -> HttpResponse:
    """``{"addresses": […]}`` of the typed ``postal_code``; none for a code that does not exist."""
    record(StaffEvent.ADDRESSES_LOOKED_UP)
    try:
        code = read_postal_code(request.POST.get("postal_code", ""))
    except Unreadable:
        code = None
    return JsonResponse({"addresses": addresses_of(code) if code else []})
