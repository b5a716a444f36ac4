"""Which roles decide which applications, and who decides in whose place: for administrators and who delegates."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applications.definitions import FAMILY_LABELS, STAGE_LABELS
from applications.packs_in_force import released
from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.routes import step_words, usual_words
from approvals.models import Certifier, Delegation, ReviewRoute
from approvals.models.items import FEWEST_STEPS, STEP_ROLES
from approvals.operations import routing
from approvals.operations.routing import RouteValues
from audit.record import record
from facilities.actors import OPERATIONS_ROLES, Role
from facilities.models import Membership
from facilities.periods import ServiceMonth
from facilities.queries import colleagues
from facilities.requests import TenantRequest, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound
from staff_records.typed import Unreadable
from staff_records.typed.values import read_day, read_yen

STEPS = ("step_1", "step_2", "step_3")
ROUTE_FIELDS = (*STEPS, "item", "family", "stage", "least_yen", "certifier")
DELEGATION_FIELDS = ("from", "to", "from_day", "to_day", "why")
# The field a sentence is about, by the words it begins with; the longer ones first.
ROUTE_WORDS = {
    "審査の段階": "step_1",
    "区分": "family",
    "項目": "item",
    "「金額」": "least_yen",
    "金額": "least_yen",
}
DELEGATION_WORDS = {
    "任せる人": "from",
    "代わりに決定する人": "to",
    "代理の始まる日": "from_day",
    "「始まる日」": "from_day",
    "代理の終わる日": "to_day",
    "「終わる日」": "to_day",
    "代理の期間": "to_day",
    "代理の理由": "why",
}


@require_http_methods(["GET", "POST"])
def routes(request: TenantRequest) -> HttpResponse:
    """The city's routes and the usual ones; a form to set one."""
    require(request, permissions.look_at_items)
    problem: NotAllowed | ProblemsFound | None = None
    if request.method == "POST":
        try:
            routing.set_route(_route_values(request.POST), by=request.actor, at=timezone.now())
        except (NotAllowed, ProblemsFound) as refusal:
            problem = refusal
        else:
            messages.success(request, "審査の経路を設定しました。")
            return redirect("item_review:routes")
    rows = list(ReviewRoute.objects.all())
    record(ItemEvent.ROUTES_SHOWN, rows={"review_route": [row.pk for row in rows]})
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    items = [
        (f"{pack.family.value}.{item.key}", f"{FAMILY_LABELS[pack.family]}　{item.label}")
        for _, pack in released(year)
        for item in pack.items
    ]
    names = dict(items)
    context = {
        "rows": [
            (
                row,
                " → ".join(step_words(role) for role in row.steps),
                names.get(f"{row.family}.{row.item_key}", row.item_key),
            )
            for row in rows
        ],
        "usual": usual_words(),
        "families": FAMILY_LABELS.items(),
        "stages": STAGE_LABELS.items(),
        "items": items,
        "steps": [
            (name, f"{place}段階目", place <= FEWEST_STEPS) for place, name in enumerate(STEPS, start=1)
        ],
        "roles": [(role, step_words(role)) for role, _ in STEP_ROLES],
        "certifiers": Certifier.choices,
        "typed": typed_texts(request, *ROUTE_FIELDS),
        "may_set": permissions.set_routes.allows(request.actor, None),
        "problems": _sentences(problem),
        "targets": _targets(problem, ROUTE_WORDS),
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("審査の経路", None)],
    }
    return render(request, "approvals/items/routes.html", context, status=422 if problem else 200)


@require_POST
def remove_route(request: TenantRequest, route_id: UUID) -> HttpResponse:
    """Let the usual route hold again."""
    require(request, permissions.set_routes)
    try:
        routing.remove_route(route_id, by=request.actor, at=timezone.now())
    except ReviewRoute.DoesNotExist:
        raise Http404 from None
    messages.success(request, "審査の経路を削除しました。")
    return redirect("item_review:routes")


@require_http_methods(["GET", "POST"])
def delegations(request: TenantRequest) -> HttpResponse:
    """Who decides in whose place, now and before; a form to delegate."""
    require(request, permissions.look_at_items)
    problem: NotAllowed | ProblemsFound | None = None
    if request.method == "POST":
        try:
            _delegate(request)
        except (NotAllowed, ProblemsFound) as refusal:
            problem = refusal
        else:
            messages.success(request, "代理を設定しました。")
            return redirect("item_review:delegations")
    rows = list(Delegation.objects.all())
    staff = list(
        Membership.objects.filter(
            duty__in=list(OPERATIONS_ROLES), ended_at__isnull=True, user__is_active=True
        ).order_by("duty", "user__login_id")
    )
    people = {row.user_id for row in staff} | {user for row in rows for user in (row.from_user, row.to_user)}
    record(
        ItemEvent.DELEGATIONS_SHOWN,
        rows={"delegation": [row.pk for row in rows]},
        detail={"accounts": len(people)},
    )
    names, today = colleagues(people, request.actor), timezone.localdate()
    own = [row for row in staff if permissions.delegate.allows(request.actor, row.user_id)]
    context = {
        "rows": [
            {
                "row": row,
                "from": names.get(row.from_user, ""),
                "to": names.get(row.to_user, ""),
                "role": step_words(row.role),
                "state": _state(row, today),
                "may_end": row.ended_at is None
                and row.to_day >= today
                and permissions.delegate.allows(request.actor, row.from_user),
            }
            for row in rows
        ],
        "own": [
            (f"{row.user_id}:{row.duty}", f"{names[row.user_id]}　{step_words(row.duty)}") for row in own
        ],
        "people": [
            (str(row.user_id), f"{names[row.user_id]}　{step_words(row.duty)}")
            for row in staff
            if row.user_id != request.actor.user_id or len(own) > 1
        ],
        "typed": typed_texts(request, *DELEGATION_FIELDS),
        "problems": _sentences(problem),
        "targets": _targets(problem, DELEGATION_WORDS),
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("代理", None)],
    }
    return render(request, "approvals/items/delegations.html", context, status=422 if problem else 200)


@require_POST
def end_delegation(request: TenantRequest, delegation_id: UUID) -> HttpResponse:
    """From now on it does not hold."""
    require(request, permissions.look_at_items)
    try:
        routing.end_delegation(delegation_id, by=request.actor, at=timezone.now())
    except Delegation.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "代理を終わらせました。")
    return redirect("item_review:delegations")


def _delegate(request: TenantRequest) -> None:
    sent = request.POST
    from_user, _, role = sent.get("from", "").partition(":")
    routing.delegate(
        _id(from_user, "任せる人を選んでください。"),
        to_user=_id(sent.get("to", ""), "代わりに決定する人を選んでください。"),
        role=role if role in Role else "",
        from_day=_day(sent.get("from_day", ""), "始まる日"),
        to_day=_day(sent.get("to_day", ""), "終わる日"),
        reason=sent.get("why", ""),
        by=request.actor,
        at=timezone.now(),
    )


def _state(row: Delegation, today: date) -> tuple[str, str]:
    """(tone, words)."""
    if row.ended_at is not None or row.to_day < today:
        return "off", "終わりました"
    return ("ok", "いまの代理") if row.from_day <= today else ("info", "これから")


def _route_values(sent: QueryDict) -> RouteValues:
    family, _, item_key = sent.get("item", "").partition(".")
    certifier = sent.get("certifier", "")
    return RouteValues(
        steps=tuple(role for name in STEPS if (role := sent.get(name, ""))),
        family=family or sent.get("family", ""),
        stage=sent.get("stage", ""),
        item_key=item_key,
        least_yen=_yen(sent.get("least_yen", "")),
        certifier=certifier if certifier in Certifier else Certifier.PREFECTURE,
    )


def _yen(text: str) -> int:
    """:raises ProblemsFound: no amount."""
    try:
        return read_yen(text) or 0
    except Unreadable as refused:
        raise ProblemsFound([f"「金額」：{refused}"]) from None


def _id(text: str, sentence: str) -> UUID:
    """:raises ProblemsFound: nobody was chosen."""
    try:
        return UUID(text)
    except ValueError:
        raise ProblemsFound([sentence]) from None


def _day(text: str, label: str) -> date | None:
    """:raises ProblemsFound: no day."""
    try:
        return read_day(text)
    except Unreadable as refused:
        raise ProblemsFound([f"「{label}」：{refused}"]) from None


def _sentences(problem: NotAllowed | ProblemsFound | None) -> list[str]:
    return getattr(problem, "problems", [str(problem)]) if problem else []


def _targets(problem: NotAllowed | ProblemsFound | None, words: Mapping[str, str]) -> dict[str, str]:
    """The field each sentence leads to."""
    return {
        sentence: field
        for sentence in _sentences(problem)
        for beginning, field in words.items()
        if sentence.startswith(beginning)
    }
