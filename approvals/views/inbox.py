"""The inbox: all facilities of the month, filtered and sorted; export; approving unchanged claims together."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from approvals import permissions, queries
from approvals.events import ReviewEvent
from approvals.forms import InboxQuestion
from approvals.operations import claims as operations
from approvals.queries import Inbox, InboxRow
from audit.record import record
from claims.models import OFFICIAL_WORDS
from claims.queries.progress import STATES
from claims.wording import price_bands
from documents.exports import asked_charset, csv_file
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, require
from facilities.schedule import CitySchedule

COLUMNS = [
    "対象年月",
    "事業所番号",
    "施設名",
    "施設類型",
    "状態",
    "請求額",
    "単価の区分",
    "前回承認額",
    "差",
    "注意",
    "提出日",
]
MOST_TOGETHER = 500
TOO_MANY = (
    f"一度に承認できるのは{MOST_TOGETHER}件までです。施設類型などで絞り込んで、分けて承認してください。"
)


@require_GET
def inbox(request: TenantRequest) -> HttpResponse:
    """The month as a table of all facilities, and as a map that is also the filter."""
    return _page(request, _asked(request))


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The filtered table as CSV: UTF-8 with BOM, or CP932 for older tools."""
    require(request, permissions.look)
    asked = _asked(request)
    found = _inbox(request, asked)
    record(
        ReviewEvent.INBOX_EXPORTED,
        rows=_shown(found.rows) if found else {},
        detail={"month": str(asked.month or "")},
    )
    if found is None:
        messages.warning(request, "書き出す月がまだありません。児童数が届くと、一覧を書き出せます。")
        return redirect("approvals:inbox")
    rows = ([str(found.month), *_cells(row)] for row in found.rows)
    return csv_file(f"審査一覧_{found.month}.csv", COLUMNS, rows, charset=asked_charset(request))


@require_POST
def confirm_together(request: TenantRequest) -> HttpResponse:
    """What would be approved together: count, sum and names, before anything is decided."""
    require(request, permissions.look)
    asked = _asked(request)
    found = _inbox(request, asked)
    chosen = set(request.POST.getlist("claim"))
    if len(chosen) > MOST_TOGETHER:
        return _page(request, asked, problems=[TOO_MANY])
    rows = [row for row in found.everything if row.claim and str(row.claim.pk) in chosen] if found else []
    fit = [row for row in rows if row.is_unchanged and row.can_decide]
    if not fit:
        return _page(
            request,
            asked,
            problems=["まとめて承認できる請求を1件以上選んでください。変更のない請求だけが対象です。"],
        )
    record(ReviewEvent.BULK_SHOWN, rows={"claim": [row.claim.pk for row in fit if row.claim]})
    context = {
        "rows": fit,
        "left_out": [row for row in rows if row not in fit],
        "sum_yen": sum(row.claim.total_yen for row in fit if row.claim),
        "month": asked.month,
        "asked": asked,
        **price_bands(row.claim for row in fit),
        "breadcrumbs": [("審査", f"{reverse('approvals:inbox')}?{asked.query}"), ("まとめて承認", None)],
    }
    return render(request, "approvals/confirm_together.html", context)


@require_POST
def approve_unchanged(request: TenantRequest) -> HttpResponse:
    """Approve the listed claims, each as it was shown."""
    require(request, permissions.look)
    asked = _asked(request)
    sent = request.POST.getlist("choice")
    if len(sent) > MOST_TOGETHER:
        return _page(request, asked, problems=[TOO_MANY])
    choices = [choice for value in sent if (choice := _choice(value))]
    result = operations.approve_unchanged(choices, by=request.actor, at=timezone.now())
    if result.approved:
        messages.success(request, f"{len(result.approved)}件を承認しました。")
    for sentence in sorted(set(result.refused.values())):
        count = sum(1 for why in result.refused.values() if why == sentence)
        messages.warning(request, f"{count}件は承認していません：{sentence}")
    return redirect(f"{reverse('approvals:inbox')}?{asked.query}")


def _page(request: TenantRequest, asked: InboxQuestion, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.look)
    months = queries.months_with_counts()
    if asked.month is None or asked.month not in months:
        record(ReviewEvent.INBOX_SHOWN, detail={"month": str(asked.month or "")})
        return render(request, "approvals/inbox_empty.html", {"month": asked.month, "newest": months[:1]})
    found = _inbox(request, asked)
    assert found is not None, "there is a month"
    record(
        ReviewEvent.INBOX_SHOWN,
        rows=_shown(found.everything),
        detail={"month": str(found.month), "query": asked.query},
    )
    queries.give_deadlines(found, request.membership.municipality)
    states = [(state, label, found.counts[state]) for state, label in STATES.items() if found.counts[state]]
    context = {
        "inbox": found,
        "asked": asked,
        "states": states,
        "kinds": FacilityKind.choices,
        "sorts": queries.SORTS.items(),
        "months": months,
        "deadlines": CitySchedule.of(request.membership.municipality).month(found.month),
        "may_decide_any": any(row.can_decide and row.is_unchanged for row in found.everything),
        "today": timezone.localdate(),
        "problems": problems or [],
        **price_bands(found.priced_claims),
    }
    return render(request, "approvals/inbox.html", context, status=422 if problems else 200)


def _asked(request: TenantRequest) -> InboxQuestion:
    """What the list is asked for: in the address, or beside the button that was pressed."""
    actor = request.actor
    return InboxQuestion.of(
        request.GET if request.method == "GET" else request.POST,
        lambda: queries.month_to_open(duty=actor.duty, user_id=actor.user_id),
    )


def _shown(rows: list[InboxRow]) -> dict[str, list[UUID]]:
    """For the record: the claim where a row has one, else the facility."""
    return {
        "claim": [row.row_id for row in rows if row.claim],
        "facility": [row.row_id for row in rows if not row.claim],
    }


def _cells(row: InboxRow) -> list[object]:
    """One line of the export, after its month."""
    submitted_at = row.claim.submitted_at if row.claim else None
    return [
        row.facility.number,
        row.name,
        row.facility.get_kind_display(),
        row.state_label,
        row.claim.total_yen if row.claim else "",
        (row.claim.price_mark or OFFICIAL_WORDS) if row.claim else "",
        row.before.total_yen if row.before else "",
        row.difference if row.difference is not None else "",
        "・".join(row.flags),
        timezone.localtime(submitted_at).date().isoformat() if submitted_at else "",
    ]


def _inbox(request: TenantRequest, asked: InboxQuestion) -> Inbox | None:
    if asked.month is None:
        return None
    return queries.inbox(
        asked.month,
        duty=request.actor.duty,
        user_id=request.actor.user_id,
        state=asked.state,
        kind=asked.kind,
        words=asked.words,
        sort=asked.sort,
        mine=asked.mine,
    )


def _choice(value: str) -> tuple[UUID, str] | None:
    """``<claim id>:<shown hash>``."""
    claim_id, _, shown_hash = value.partition(":")
    try:
        return UUID(claim_id), shown_hash
    except ValueError:
        return None
