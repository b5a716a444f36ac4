"""The enrolment section answers a facility's «the counts differ»."""

from datetime import datetime
from uuid import UUID

from audit.record import record
from claims import permissions
from claims.cells import Cell
from claims.checks import LONGEST_ANSWER
from claims.closing import require_open
from claims.events import ImportEvent
from claims.models import ChildCount, CountDispute, CountSheet
from claims.operations.drafting import counts_corrected
from claims.operations.telling import tell_of_answer
from claims.states import SHEET_TRANSITIONS, SheetStatus
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition

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
    require_open(sheet.service_month)
    _require_words(outcome, text)
    if outcome == CORRECTED:
        _require_room(sheet, dispute)
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


def _require_room(sheet: CountSheet, dispute: CountDispute) -> None:
    """Only the plain count is corrected; it cannot fall below nobody."""
    if dispute.claimed < sum(row.count for row in _rows_of(sheet, _cell(dispute)) if not is_plain(row)):
        raise ProblemsFound(
            [
                "分園・従業員枠・途中入退所の子どもの数より少なくなるため、ここでは訂正できません。"
                "訂正した児童数のファイルを取り込んでください。"
            ]
        )


def _give_back(sheet: CountSheet, *, by: Actor, at: datetime) -> CountSheet:
    corrected = CountDispute.objects.filter(sheet=sheet, outcome=CORRECTED)
    numbers = {_cell(dispute): dispute.claimed for dispute in corrected}
    if numbers:
        sheet = _new_version(sheet, numbers, by, at)
        counts_corrected(sheet, by=by, at=at)
    else:
        check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.WAITING)
        sheet.status = SheetStatus.WAITING
        sheet.save(update_fields=["status"])
    tell_of_answer(sheet)
    return sheet


def _new_version(sheet: CountSheet, numbers: dict[Cell, int], by: Actor, at: datetime) -> CountSheet:
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
        entered_by=by.user_id,
        entered_reason="相違の申し出への回答による訂正",
    )
    # Children of the branch, of employees and of parts of the month stay as they came; the plain count is the rest.
    kept = [row for row in rows if not (is_plain(row) and Cell.of(row) in numbers)]
    plain = {Cell.of(row): row for row in rows if is_plain(row)}
    copies = [_copy(row, newer, row.count) for row in kept]
    for cell, number in numbers.items():
        rest = number - sum(row.count for row in kept if Cell.of(row) == cell)
        copies.append(_copy(plain.get(cell) or _empty(newer, cell), newer, rest))
    ChildCount.objects.bulk_create([row for row in copies if row.count])
    return newer


def _copy(row: ChildCount, newer: CountSheet, count: int) -> ChildCount:
    disabled = None if row.disabled_count is None else min(row.disabled_count, count)
    return ChildCount(
        municipality_id=newer.municipality_id,
        facility_id=newer.facility_id,
        sheet=newer,
        payer_code=row.payer_code,
        certification=row.certification,
        age=row.age,
        hours=row.hours,
        branch=row.branch,
        employee_slot=row.employee_slot,
        movement=row.movement,
        days=row.days,
        count=count,
        disabled_count=disabled,
    )


def _empty(newer: CountSheet, cell: Cell) -> ChildCount:
    return ChildCount(
        sheet=newer,
        payer_code=cell.payer_code,
        certification=cell.certification,
        age=cell.age,
        hours=cell.hours,
        count=0,
    )


def _rows_of(sheet: CountSheet, cell: Cell) -> list[ChildCount]:
    return [row for row in ChildCount.objects.filter(sheet=sheet) if Cell.of(row) == cell]


def is_plain(row: ChildCount) -> bool:
    """Neither of the branch nor an employee's child, and there the whole month."""
    return not (row.branch or row.employee_slot or row.movement)


def _cell(dispute: CountDispute) -> Cell:
    return Cell(dispute.payer_code, dispute.certification, dispute.age, dispute.hours)
