"""
Twice clicked is sent once.

Every form carries a random token. Within the request's transaction the token is inserted; a second request with the
same token and content waits for the first one's commit and is then led to the first one's page. A form that was not
accepted (no redirect) leaves no trace and may be sent again.
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render

from accounts.models import User
from audit.record import record
from facilities.events import FacilityEvent
from facilities.models import SentForm
from facilities.requests import TenantRequest
from facilities.scope import tell_acting_user
from vault import keyed_hash

FIELD = "form_token"
# A page lies open for hours, not for weeks; what was sent need not be known for longer.
KEPT = timedelta(days=7)
REPEATED = "この内容はすでに受け付けています。二重には登録されていません。"


def answered_before(request: TenantRequest) -> HttpResponse | None:
    """
    For a POST: the answer it had before, or None when it is new (its token is now taken).

    A POST without a token is refused: its page was not made by us or is too old.
    """
    if request.method != "POST":
        return None
    try:
        token = UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return HttpResponseBadRequest(
            render(request, "facilities/form_too_old.html", {"side": "plain"}).content
        )
    sent = SentForm(token=token, user_id=request.user.pk, content_hash=_content_hash(request))
    SentForm.objects.bulk_create([sent], ignore_conflicts=True)
    first = SentForm.objects.get(token=token, user_id=sent.user_id, content_hash=sent.content_hash)
    if first.pk == sent.pk:
        request.sent_form = sent
        return None
    record(FacilityEvent.FORM_REPEATED, detail={"location": first.location})
    messages.info(request, REPEATED)
    return redirect(first.location)


def remember_answer(request: TenantRequest, response: HttpResponse) -> None:
    """Keep where the form led to; forget a form that was not accepted."""
    sent: SentForm | None = getattr(request, "sent_form", None)
    if sent is None:
        return
    mine = SentForm.objects.filter(pk=sent.pk)
    if location := response.headers.get("Location", ""):
        mine.update(location=location)
    else:
        mine.delete()


def forget_old(*, at: datetime) -> None:
    """
    Forget what was sent long ago, person by person: row-level security shows nobody else's rows to anybody.
    """
    for user_id in User.objects.values_list("pk", flat=True):
        with transaction.atomic():
            tell_acting_user(user_id)
            SentForm.objects.filter(user_id=user_id, sent_at__lt=at - KEPT).delete()


def new_token() -> UUID:
    """For one rendered form."""
    return uuid4()


def _content_hash(request: TenantRequest) -> bytes:
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST):
        if name not in {FIELD, "csrfmiddlewaretoken"}:
            digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            digest.update(repr((name, upload.name, upload.size)).encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    # Keyed: a form may hold no more than a name and a day of birth, which a plain hash would let anybody guess.
    return keyed_hash(digest.hexdigest(), purpose="sent form")
