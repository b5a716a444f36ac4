"""One application under review: what differs first, then approve or return; afterwards the certificate of its rates."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import held_forms
from applications.form_subjects import SUBJECT
from applications.models import ApplicationVersion
from applications.permissions import read_in_city
from applications.views.city_talk import beside_for_city
from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.folding import next_for_reader, one_by_one
from approvals.items.inbox import ItemInbox, ItemQuestion, Neighbours, item_inbox
from approvals.items.page import ItemView, item_view
from approvals.items.terms import applied_rates
from approvals.models import Certifier, RateCertificate
from approvals.operations import items as operations
from approvals.operations import rates
from approvals.operations.effects import Certificate
from approvals.views.typed import typed_day
from audit.record import record
from documents.queries import panel_for
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound

REMARK = "remark-"
DECIDED = "decided"
TYPED = ("reason", "base_percent", "wage_percent", "certificate_number", "certified_on", "forwarded_on")

CERTIFIED = "加算率の認定を記録しました。請求に反映されます。"
TO_CONFIRM = "申請と違う加算率の認定を記録しました。別の人が確認すると、請求に反映されます。"


@require_GET
def review_page(request: TenantRequest, version_id: UUID) -> HttpResponse:
    """The difference from what was approved before; what is unchanged folded."""
    return _page(request, version_id)


@require_POST
def approve(request: TenantRequest, version_id: UUID) -> HttpResponse:
    """Approve what was shown, then on to the next that waits."""

    def act() -> HttpResponse:
        following = _next_for_reader(request, version_id)
        version = operations.approve(
            version_id,
            shown_hash=request.POST.get("shown_hash", ""),
            certificate=_certificate(request) if "certificate_number" in request.POST else None,
            by=request.actor,
            at=timezone.now(),
        )
        words = f"{version.facility.name}の「{version.application.label}」を承認しました。"
        return _on_to(request, following, version, words)

    return _answer(request, version_id, act)


@require_POST
def return_to_facility(request: TenantRequest, version_id: UUID) -> HttpResponse:
    """Send it back with a reason, and with a remark at fields."""

    def act() -> HttpResponse:
        following = _next_for_reader(request, version_id)
        version = operations.return_to_facility(
            version_id,
            shown_hash=request.POST.get("shown_hash", ""),
            reason=request.POST.get("reason", ""),
            remarks=_remarks(request),
            by=request.actor,
            at=timezone.now(),
        )
        words = f"{version.facility.name}の「{version.application.label}」を差し戻しました。"
        return _on_to(request, following, version, f"{words}施設にメールでお知らせします。")

    return _answer(request, version_id, act)


@require_POST
def forward(request: TenantRequest, version_id: UUID) -> HttpResponse:
    """Note that it went on to the prefecture."""

    def act() -> HttpResponse:
        day = typed_day(request.POST.get("forwarded_on", ""))
        rates.forward(version_id, forwarded_on=day, by=request.actor, at=timezone.now())
        messages.success(request, "県への進達を記録しました。")
        return redirect("item_review:review_page", version_id)

    return _answer(request, version_id, act)


@require_POST
def certify(request: TenantRequest, version_id: UUID) -> HttpResponse:
    """Write down the certificate that has come."""

    def act() -> HttpResponse:
        row = rates.certify(version_id, _certificate(request), by=request.actor, at=timezone.now())
        messages.success(request, CERTIFIED if row.holds else TO_CONFIRM)
        return redirect("item_review:review_page", version_id)

    return _answer(request, version_id, act)


@require_POST
def confirm(request: TenantRequest, version_id: UUID) -> HttpResponse:
    """Confirm a certificate that says other rates than were applied for."""

    def act() -> HttpResponse:
        shown = _moment(request.POST.get("shown", ""))
        rates.confirm(version_id, shown=shown, by=request.actor, at=timezone.now())
        messages.success(request, CERTIFIED)
        return redirect("item_review:review_page", version_id)

    return _answer(request, version_id, act)


def _answer(request: TenantRequest, version_id: UUID, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What the act answers; a refusal is said on the page, where nothing typed is lost."""
    require(request, permissions.look_at_items)
    try:
        return act()
    except (ApplicationVersion.DoesNotExist, RateCertificate.DoesNotExist):
        return _page(request, version_id, problem=NotAllowed(operations.NOT_THERE))
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, version_id, problem=problem)


def _page(
    request: TenantRequest, version_id: UUID, *, problem: NotAllowed | ProblemsFound | None = None
) -> HttpResponse:
    require(request, permissions.look_at_items)
    try:
        view = item_view(version_id, request.actor)
    except ApplicationVersion.DoesNotExist:
        raise Http404 from None
    version = view.version
    beside = beside_for_city(request, view.version.application, view.versions, view.item)
    panel = panel_for(SUBJECT, version_id) if read_in_city.allows(request.actor, None) else None
    rows = {**view.row_ids, **beside["beside"].row_ids, "document": panel.row_ids if panel else []}
    record(ItemEvent.SHOWN, on=version, rows=rows, detail={"content_hash": version.content_hash})
    may_decide, why_not = True, ""
    try:
        permissions.decide_item(request.actor, view.subject)
    except NotAllowed as refusal:
        may_decide, why_not = False, str(refusal)
    sent = request.POST if request.method == "POST" else held_forms.take(request) or QueryDict()
    typed = {name: sent.get(name, "") for name in TYPED}
    asked = _asked(request)
    context = {
        **beside,
        "panel": panel,
        "back": f"{reverse('item_review:review_page', args=[version_id])}?{asked.query}",
        "view": view,
        "version": version,
        "application": version.application,
        "facility": version.facility,
        "may_decide": may_decide,
        "why_not": why_not,
        "is_delegate": may_decide and request.actor.duty != view.subject.role,
        "asks_certificate": _asks_certificate(view),
        "may_certify": permissions.certify_rates.allows(request.actor, None),
        "may_confirm": _may_confirm(request, view),
        "rates": _rates(view, typed),
        "typed": typed,
        "fields": [(one, sent.get(f"{REMARK}{one.key}", "")) for one in view.fields],
        "remarked": any(sent.get(f"{REMARK}{one.key}", "") for one in view.fields),
        "problems": getattr(problem, "problems", [str(problem)]) if problem else [],
        "asked": asked,
        "neighbours": _neighbours(request, version_id),
        "decided": _decided(request),
        "sample_prices": view.money is not None and view.money.is_sample_priced,
        "breadcrumbs": [
            ("申請", f"{reverse('item_review:inbox')}?{asked.query}"),
            (f"{version.facility.name}　{version.application.label}", None),
        ],
    }
    return render(request, "approvals/items/review_page.html", context, status=422 if problem else 200)


def _asks_certificate(view: ItemView) -> bool:
    """The city itself certifies with the step that is open."""
    return (
        view.item is not None
        and view.item.certifies_rates
        and bool(view.version.is_wanted)
        and view.subject.is_waiting
        and view.subject.is_last_step
        and view.subject.route.certifier == Certifier.CITY
    )


def _may_confirm(request: TenantRequest, view: ItemView) -> bool:
    """A certificate that somebody else has typed waits."""
    row = view.certificate
    return (
        row is not None
        and row.awaits_confirmation
        and row.certified_by != request.actor.user_id
        and permissions.certify_rates.allows(request.actor, None)
    )


def _rates(view: ItemView, typed: dict[str, str]) -> tuple[str, str]:
    """What stands in the certificate's form: what was typed, else what was applied for."""
    applied = (
        applied_rates(view.version) if view.item is not None and view.item.certifies_rates else (None, None)
    )
    base, wage = (str(one) if one is not None else "" for one in applied)
    return typed["base_percent"] or base, typed["wage_percent"] or wage


def _asked(request: HttpRequest) -> ItemQuestion:
    return ItemQuestion.of(request.GET if request.method == "GET" else request.POST, timezone.now())


def _list(request: TenantRequest) -> ItemInbox:
    """The very list the page was opened from: its filters and its order."""
    return item_inbox(_asked(request), by=request.actor, at=timezone.now())


def _neighbours(request: TenantRequest, version_id: UUID) -> Neighbours | None:
    """Those before and after this one in the list it was opened from; none where it was opened from nowhere."""
    if not (request.GET or request.POST):
        return None
    return one_by_one(_list(request), version_id).neighbours_of(version_id)


def _next_for_reader(request: TenantRequest, version_id: UUID) -> UUID | None:
    return next_for_reader(_list(request), version_id)


def _on_to(
    request: TenantRequest, following: UUID | None, decided: ApplicationVersion, words: str
) -> HttpResponse:
    """To the next of the list that waits for this person, which says where one comes from; without one, to the list."""
    query = _asked(request).query
    if following is None:
        messages.success(request, f"{words}この一覧に、ご自分の審査待ちはもうありません。")
        return redirect(f"{reverse('item_review:inbox')}?{query}")
    messages.success(request, f"{words}次の審査待ちを表示しています。")
    page = reverse("item_review:review_page", args=[following])
    return redirect(f"{page}?{query}&{DECIDED}={decided.pk}")


def _decided(request: TenantRequest) -> UUID | None:
    """What was decided just before, in the address."""
    try:
        return UUID(request.GET.get(DECIDED, ""))
    except ValueError:
        return None


def _remarks(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(REMARK): str(text)
        for name, text in request.POST.items()
        if name.startswith(REMARK) and str(text).strip()
    }


def _certificate(request: HttpRequest) -> Certificate:
    sent = request.POST
    return Certificate(
        _percent(sent.get("base_percent", "")),
        _percent(sent.get("wage_percent", "")),
        sent.get("certificate_number", ""),
        typed_day(sent.get("certified_on", "")),
    )


def _percent(text: str) -> int | None:
    text = text.strip().removesuffix("%").removesuffix("％")
    return int(text) if text.isdecimal() and len(text) <= 2 else None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
