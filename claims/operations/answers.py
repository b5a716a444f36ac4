"""The enrolment section answers a facility's «the counts differ»."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from audit.record import record
from claims import permissions
from claims.cells import Cell
from claims.events import ImportEvent
from claims.models import ChildCount, CountDispute, CountSheet
from claims.operations.drafting import counts_corrected
from claims.states import SHEET_TRANSITIONS, SheetStatus, check_transition
from claims.wording import month_words
from facilities.actors import Actor, Role
from facilities.models import Membership
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from jobs import mail

LONGEST_ANSWER = 1000
STANDS, CORRECTED = "stands", "corrected"


@operation(ImportEvent.ANSWERED)
def answer(dispute_id: UUID, *, outcome: str, text: str, by: Actor, at: datetime) -> CountSheet:
    """
    Answer one disputed cell: the count ``stands``, or it is ``corrected`` to what the facility counted.

    With the last answer the sheet goes back to the facility: as it was, or as a new version with the corrected cells.

    :raises NotAllowed: not the enrolment section, or answered or replaced already.
    :raises ProblemsFound: no outcome or no words.
    """
    dispute = CountDispute.objects.select_related("sheet").get(pk=dispute_id)
    sheet: CountSheet = CountSheet.objects.select_for_update(of=("self",)).get(pk=dispute.sheet_id)
    dispute = CountDispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    permissions.bring_in_counts(by, dispute)
    if dispute.outcome:
        raise NotAllowed("この申し出には、すでに回答しています。")
    if sheet.status != SheetStatus.DISPUTED:
        raise NotAllowed("新しい児童数が取り込まれたため、この申し出への回答はいりません。")
    _require_words(outcome, text)
    dispute.outcome, dispute.answer = outcome, text.strip()
    dispute.answered_at, dispute.answered_by = at, by.user_id
    dispute.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    record(
        ImportEvent.ANSWERED,
        by=by,
        on=dispute,
        rows={"dispute": [dispute.pk], "sheet": [sheet.pk]},
        detail={"outcome": outcome, "month": str(sheet.service_month)},
    )
    if CountDispute.objects.filter(sheet=sheet, outcome="").exists():
        return sheet
    return _give_back(sheet, by=by, at=at)


def _require_words(outcome: str, text: str) -> None:
    problems = []
    if outcome not in {STANDS, CORRECTED}:
        problems.append("「届いた人数が正しい」か「人数を訂正する」を選んでください。")
    if not text.strip():
        problems.append("施設への回答を入力してください。")
    if len(text) > LONGEST_ANSWER:
        problems.append(f"回答は{LONGEST_ANSWER}字までで入力してください。")
    if problems:
        raise ProblemsFound(problems)


def _give_back(sheet: CountSheet, *, by: Actor, at: datetime) -> CountSheet:
    corrected = {
        Cell(dispute.payer_code, dispute.certification, dispute.age, dispute.hours): dispute.claimed
        for dispute in CountDispute.objects.filter(sheet=sheet, outcome=CORRECTED)
    }
    if corrected:
        sheet = _new_version(sheet, corrected, at)
        counts_corrected(sheet, by=by, at=at)
    else:
        check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.WAITING)
        sheet.status = SheetStatus.WAITING
        sheet.save(update_fields=["status"])
    _tell_facility(sheet)
    return sheet


def _new_version(sheet: CountSheet, corrected: dict[Cell, int], at: datetime) -> CountSheet:
    """The same counts with the corrected cells; the old version stays, superseded."""
    rows = list(ChildCount.objects.filter(sheet=sheet))
    check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.SUPERSEDED)
    CountSheet.objects.filter(pk=sheet.pk).update(status=SheetStatus.SUPERSEDED)
    newer: CountSheet = CountSheet.objects.create(
        municipality_id=sheet.municipality_id,
        facility_id=sheet.facility_id,
        month=sheet.month,
        version=sheet.version + 1,
        source_id=sheet.source_id,
        arrived_at=at,
    )
    kept = []
    for row in rows:
        cell = Cell.of(row)
        # Only the plain cell is corrected; children of the branch or mid-month ones stay as they came.
        if cell in corrected and not (row.branch or row.employee_slot or row.movement):
            row.count = corrected.pop(cell)
        kept.append(row)
    for row in kept:
        row.pk = ChildCount._meta.pk.get_default()
        row.sheet = newer
        row._state.adding = True
    added = [
        ChildCount(
            municipality_id=sheet.municipality_id,
            facility_id=sheet.facility_id,
            sheet=newer,
            payer_code=cell.payer_code,
            certification=cell.certification,
            age=cell.age,
            hours=cell.hours,
            count=count,
        )
        for cell, count in corrected.items()
    ]
    ChildCount.objects.bulk_create([row for row in [*kept, *added] if row.count])
    return newer


def _tell_facility(sheet: CountSheet) -> None:
    accounts = Membership.objects.filter(
        facility=sheet.facility_id, duty=Role.FACILITY, ended_at__isnull=True, user__is_active=True
    ).select_related("user", "facility")
    words = month_words(sheet.service_month)
    for account in accounts:
        number = account.facility.number if account.facility else ""
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】児童数の相違に回答しました（{words}）",
            text=(
                f"{words}の児童数の相違に回答しました。ログインしてご確認ください。\n"
                f"{settings.SITE_URL}/f/{number}/counts/{sheet.service_month}/\n"
            ),
        )
