"""The inbox of applications: filtered and sorted; export; approving unchanged ones together."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.definitions import FAMILY_LABELS, Family
from applications.permissions import read_in_city
from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.folding import folded, rows_of
from approvals.items.inbox import FOLDS, SORTS, STATES, ItemInbox, ItemQuestion, ItemRow, item_inbox
from approvals.operations import items as operations
from approvals.operations.items import MOST_TOGETHER
from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, require
from pages.wareki import fiscal_year_words

COLUMNS = [
    "年度",
    "事業所番号",
    "施設名",
    "施設類型",
    "区分",
    "項目",
    "版",
    "状態",
    "金額",
    "前回との差",
    "注意",
    "提出日",
]
TOO_MANY = f"一度に承認できるのは{MOST_TOGETHER}件までです。一覧から、分けて承認してください。"
NOTHING_CHOSEN = (
    "まとめて承認できる申請を1件以上選んでください。前回と変わらない申請と、"
    "前も受けていない項目の「申請しない」だけが対象です。"
)


@require_GET
def inbox(request: TenantRequest) -> HttpResponse:
    """What waits, what deserves a look first."""
    return _page(request, _asked(request))


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The filtered table as CSV: UTF-8 with BOM, or CP932 for older tools."""
    require(request, permissions.look_at_items)
    found = _inbox(request, _asked(request))
    record(ItemEvent.INBOX_EXPORTED, rows=found.row_ids(), detail={"query": found.asked.query})
    rows = (_cells(row) for row in found.rows)
    return csv_file("申請の審査一覧.csv", COLUMNS, rows, charset=asked_charset(request))


@require_POST
def confirm_together(request: TenantRequest) -> HttpResponse:
    """What would be approved together, before anything is decided."""
    require(request, permissions.look_at_items)
    asked = _asked(request)
    found = _inbox(request, asked)
    chosen = set(request.POST.getlist("version"))
    rows = [row for row in found.everything if str(row.version.pk) in chosen]
    single = [row for row in rows if row.goes_together]
    together = [
        *single,
        *(row for row in rows_of(request.POST.getlist("fold_key"), found) if row.goes_together),
    ]
    if not together:
        return _page(request, asked, problems=[NOTHING_CHOSEN])
    fit = together[:MOST_TOGETHER]
    record(ItemEvent.BULK_SHOWN, rows=found.row_ids(fit))
    context = {
        "fit": fit,
        "rows": [row for row in fit if not row.noticed.asks_nothing],
        "nothings": Counter(row.version.application.label for row in fit if row.noticed.asks_nothing).items(),
        "later": len(together) - len(fit),
        "left_out": [row for row in rows if not row.goes_together],
        "facilities": len({row.version.facility_id for row in fit}),
        "asked": asked,
        "breadcrumbs": [
            ("申請", f"{reverse('item_review:inbox')}?{asked.query}"),
            ("まとめて承認", None),
        ],
    }
    return render(request, "approvals/items/confirm_together.html", context)


@require_POST
def approve_unchanged(request: TenantRequest) -> HttpResponse:
    """Approve the listed applications, each as it was shown."""
    require(request, permissions.look_at_items)
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
    return redirect(f"{reverse('item_review:inbox')}?{asked.query}")


def _page(request: TenantRequest, asked: ItemQuestion, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.look_at_items)
    found = _inbox(request, asked)
    lines = folded(found, request.GET.get("page", ""))
    record(ItemEvent.INBOX_SHOWN, rows=found.row_ids(list(lines.page)), detail={"query": asked.query})
    years = range(asked.this_year, asked.this_year - 4, -1)
    context = {
        "inbox": found,
        "lines": lines,
        "asked": asked,
        "states": [(state, words, found.counts[state]) for state, words in STATES.items()],
        "families": FAMILY_LABELS.items(),
        "kinds": FacilityKind.choices,
        "sorts": SORTS.items(),
        "folds": FOLDS.items(),
        "years": [(year, fiscal_year_words(year)) for year in years],
        "may_decide_any": any(row.goes_together for row in found.everything),
        "may_talk": read_in_city.allows(request.actor, None),
        "problems": problems or [],
    }
    return render(request, "approvals/items/inbox.html", context, status=422 if problems else 200)


def _inbox(request: TenantRequest, asked: ItemQuestion) -> ItemInbox:
    return item_inbox(asked, by=request.actor, at=timezone.now())


def _asked(request: TenantRequest) -> ItemQuestion:
    """What the list is asked for: in the address, or beside the button that was pressed."""
    return ItemQuestion.of(request.GET if request.method == "GET" else request.POST, timezone.now())


def _cells(row: ItemRow) -> list[object]:
    """One line of the export."""
    version, application = row.version, row.version.application
    amount, difference = version.amount_yen, row.noticed.difference_yen
    return [
        fiscal_year_words(application.fiscal_year),
        version.facility.number,
        version.facility.name,
        version.facility.get_kind_display(),
        FAMILY_LABELS[Family(application.family)],
        application.label,
        version.number,
        row.state_label,
        "" if amount is None else amount,
        "" if difference is None else difference,
        "・".join(flag.words for flag in row.noticed.flags),
        timezone.localtime(version.submitted_at).date().isoformat() if version.submitted_at else "",
    ]


def _choice(value: str) -> tuple[UUID, str] | None:
    """``<version id>:<shown hash>``."""
    version_id, _, shown_hash = value.partition(":")
    try:
        return UUID(version_id), shown_hash
    except ValueError:
        return None
