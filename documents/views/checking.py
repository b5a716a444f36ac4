"""From a paper back to its version: by the QR code, or by typing its control number."""

import unicodedata

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.models import User
from audit.record import Outcome, record, record_apart
from documents import queries
from documents.addresses import address
from documents.dictionary import subject_of
from documents.events import DocumentEvent
from documents.models import ControlNumber
from facilities.actors import Role
from facilities.models import Membership
from facilities.requests import TenantRequest
from facilities.scope import scope, tell_acting_user

LONGEST = 60
NOT_FOUND = (
    "この管理番号の帳票は見つかりません。紙の左下にある番号を、ハイフンも含めてもう一度確認してください。"
)


@require_GET
def from_paper(request: HttpRequest, number: str) -> HttpResponse:
    """
    To the page that knows the number, through the door of whoever asks.

    A number of somebody else's answers like one that nobody has.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_verified():  # type: ignore[attr-defined]
        return redirect(f"{reverse('accounts:login')}?{urlencode({'next': request.get_full_path()})}")
    found = _door(user, _normal(number))
    if found is None:
        record_apart(DocumentEvent.CHECKED, detail={"found": False}, outcome=Outcome.REFUSED)
        raise Http404
    return redirect(found)


@require_GET
def check(request: TenantRequest, facility_number: str = "") -> HttpResponse:
    """A field for a number; with one that is known, on to the page of the very version."""
    typed = request.GET.get("number", "")
    number = _normal(typed)
    found = ControlNumber.objects.select_related("facility").filter(number=number).first() if number else None
    rows = queries.documents_of(number) if found else []
    record(
        DocumentEvent.CHECKED,
        on=found,
        rows={
            "document": [row.document.pk for row in rows],
            "subject": [found.subject_id] if found else [],
        },
        detail={"found": found is not None} if number else {},
    )
    if found is not None and (page := subject_of(found.subject).page(request.actor, found.subject_id)):
        return redirect(page)
    side = "facility" if request.actor.is_facility else "city"
    problems = [NOT_FOUND] if number and found is None else []
    context = {
        "typed": typed[:LONGEST],
        "found": found,
        "rows": rows,
        "problems": problems,
        "targets": {NOT_FOUND: "number"},
        "layout_name": f"layouts/{side}.html",
        "breadcrumbs": [
            ("帳票", address(request.actor, request.membership.facility, "list")),
            ("管理番号で探す", None),
        ],
    }
    return render(request, "documents/check.html", context, status=422 if problems else 200)


def _door(user: User, number: str) -> str | None:
    with transaction.atomic():
        tell_acting_user(user.pk)
        mine = list(
            Membership.own.filter(user_id=user.pk, ended_at__isnull=True)
            .select_related("facility")
            .order_by("began_at", "pk")
        )
    for membership in mine:
        facility = membership.facility
        with scope(membership.municipality_id, None if facility is None else [facility.pk]):
            known = ControlNumber.objects.filter(number=number).first()
        if known is None:
            continue
        if facility is not None:
            return _at("internet", f"/f/{facility.number}/documents/check/", number=number)
        if membership.duty == Role.AUDITOR:
            return _at("lgwan", "/a/", object_id=str(known.subject_id))
        return _at("lgwan", "/c/documents/check/", number=number)
    return None


def _at(entrance: str, path: str, **query: str) -> str:
    """The page at its entrance, which need not be the one the paper was read at: there it has no name to reverse."""
    origin = {"internet": settings.SITE_URL, "lgwan": settings.CITY_SITE_URL}[entrance]
    here = "" if entrance in settings.ENTRANCES else origin
    return f"{here}{path}?{urlencode(query)}"


def _normal(typed: str) -> str:
    """As it stands on paper: full-width letters and stray spaces are typed, not meant."""
    return "".join(unicodedata.normalize("NFKC", typed).split())[:LONGEST]
