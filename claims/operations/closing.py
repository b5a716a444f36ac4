"""The city closes a month (締め) so that its figures stand, and opens it again when something must change."""

from datetime import datetime

from audit.record import record
from claims import checks, permissions
from claims.events import ClosingEvent
from claims.models import Claim, CountSheet, MonthClosing
from claims.operations.later import redraft_later
from claims.operations.previews import hold_counts
from claims.queries.progress import progress_of
from claims.states import ClaimStatus
from claims.wording import month_words
from facilities.actors import Actor
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound


@operation(ClosingEvent.CLOSED)
def close(month: ServiceMonth, *, note: str, by: Actor, at: datetime) -> MonthClosing:
    """
    Close the month: counts, facts and claims of it change no more until it is opened again.

    :raises NotAllowed: not 係長 or 課長.
    :raises ProblemsFound: closed already, nothing has come, claims wait for a decision, or something is left
        unfinished without a note.
    """
    permissions.close_month(by, None)
    # Also where there are no sheets yet that could be locked: nobody brings in a month's first ones meanwhile.
    hold_counts(by.municipality_id)
    # Acts under way end before the closing, later ones find it: both sides hold these rows in this order.
    sheets = CountSheet.objects.select_for_update(of=("self",)).filter(month=month.first_day)
    has_counts = bool(list(sheets.order_by("pk").values_list("pk", flat=True)))
    list(
        Claim.objects.select_for_update(of=("self",))
        .filter(month=month.first_day)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    problems = _hindrances(month, note.strip(), has_counts)
    if problems:
        raise ProblemsFound(problems)
    closing: MonthClosing = MonthClosing.objects.create(
        municipality_id=by.municipality_id,
        month=month.first_day,
        note=note.strip(),
        closed_at=at,
        closed_by=by.user_id,
    )
    record(
        ClosingEvent.CLOSED,
        by=by,
        on=closing,
        rows={"closing": [closing.pk]},
        detail={"month": str(month)},
    )
    return closing


@operation(ClosingEvent.REOPENED)
def reopen(month: ServiceMonth, *, reason: str, by: Actor, at: datetime) -> MonthClosing:
    """
    Open a closed month again. What has changed under its claims in the meantime is corrected afterwards.

    :raises NotAllowed: not 係長 or 課長.
    :raises ProblemsFound: it is not closed, or no reason.
    """
    permissions.close_month(by, None)
    closing: MonthClosing | None = (
        MonthClosing.objects.select_for_update(of=("self",))
        .filter(month=month.first_day, reopened_at__isnull=True)
        .first()
    )
    if closing is None:
        raise ProblemsFound([f"{month_words(month)}は締められていません。"])
    reason = reason.strip()
    if problems := checks.problems_of_reason(reason):
        raise ProblemsFound(problems)
    closing.reopened_at, closing.reopened_by, closing.reopen_reason = at, by.user_id, reason
    closing.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    record(
        ClosingEvent.REOPENED,
        by=by,
        on=closing,
        rows={"closing": [closing.pk]},
        detail={"month": str(month)},
    )
    changed = Claim.objects.filter(month=month.first_day, terms_changed_at__isnull=False)
    current = changed.exclude(status=ClaimStatus.SUPERSEDED)
    for facility_id in sorted(set(current.values_list("facility_id", flat=True))):
        redraft_later(facility_id, month)
    return closing


def _hindrances(month: ServiceMonth, note: str, has_counts: bool) -> list[str]:
    if MonthClosing.objects.filter(month=month.first_day, reopened_at__isnull=True).exists():
        return [f"{month_words(month)}は、すでに締められています。"]
    if not has_counts:
        return [f"{month_words(month)}の児童数がまだありません。締めるものがありません。"]
    found = progress_of(month)
    problems = []
    if found.submitted:
        problems.append(
            f"審査待ちの請求が{found.submitted}件あります。承認するか差し戻してから締めてください。"
        )
    if found.needs_words and not note:
        problems.append("終わっていない施設があります。このまま締める理由をメモに入力してください。")
    if len(note) > checks.LONGEST_REASON:
        problems.append(f"メモは{checks.LONGEST_REASON}字までで入力してください。")
    return problems
