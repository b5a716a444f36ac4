"""A facility confirms its month's child counts, or says which cells differ; the city confirms for a silent one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from audit.record import record
from claims import checks, permissions
from claims.cells import Cell, DisputedCell
from claims.closing import require_open
from claims.events import ConfirmationEvent
from claims.models import ChildCount, CountDispute, CountSheet
from claims.operations.drafting import DraftResult, draft
from claims.operations.telling import tell_of_confirmation
from claims.queries.deadlines import own_deadline
from claims.states import SHEET_TRANSITIONS, SheetStatus
from facilities.actors import Actor
from facilities.models import Municipality, is_public_in
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import Step
from facilities.transitions import check_transition
from pages import wareki


@dataclass(frozen=True)
class Confirmation:
    """The confirmed counts and what was drafted from them; nothing is drafted for a public facility."""

    sheet: CountSheet
    drafted: DraftResult | None


@operation(ConfirmationEvent.CONFIRMED)
def confirm(sheet_id: UUID, *, shown_version: int, by: Actor, at: datetime) -> Confirmation:
    """
    Take the counts as they stand; the month's claims are drafted from them in the same transaction.

    :raises CountSheet.DoesNotExist: not a sheet of the open scope.
    :raises NotAllowed: somebody else's, already confirmed, disputed, or replaced by newer counts.
    :raises ProblemsFound: another version was shown.
    """
    sheet = _locked(sheet_id)
    permissions.confirm(by, sheet)
    require_open(sheet.service_month)
    _require_shown(sheet, shown_version)
    check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.CONFIRMED)
    sheet.status, sheet.confirmed_at, sheet.confirmed_by = SheetStatus.CONFIRMED, at, by.user_id
    sheet.save(update_fields=["status", "confirmed_at", "confirmed_by"])
    record(
        ConfirmationEvent.CONFIRMED,
        by=by,
        on=sheet,
        rows={"sheet": [sheet.pk]},
        detail={"month": str(sheet.service_month), "version": sheet.version},
    )
    if is_public_in(sheet.facility, sheet.service_month):
        return Confirmation(sheet, None)
    return Confirmation(sheet, draft(sheet.facility, sheet.service_month, by=by, at=at))


@operation(ConfirmationEvent.CONFIRMED_ON_BEHALF)
def confirm_on_behalf(
    sheet_id: UUID, *, reason: str, shown_version: int, by: Actor, at: datetime
) -> Confirmation:
    """
    The enrolment section takes the counts as they stand for a facility that has not answered by its deadline.

    The facility learns of it by mail and reads the reason on its page; its claims are drafted as if it had confirmed.

    :raises CountSheet.DoesNotExist: not a sheet of the open scope.
    :raises NotAllowed: not the enrolment section, a month that is closed, counts that do not wait, or the facility
        still has time.
    :raises ProblemsFound: another version was shown, or no reason.
    """
    sheet = _locked(sheet_id)
    permissions.confirm_on_behalf(by, sheet)
    require_open(sheet.service_month)
    _require_shown(sheet, shown_version)
    deadline = own_deadline(sheet, Step.CONFIRM, Municipality.objects.get(pk=sheet.municipality_id))
    if timezone.localtime(at).date() <= deadline:
        raise NotAllowed(f"確認の締切（{wareki.date_words(deadline)}）までは、施設の確認をお待ちください。")
    reason = reason.strip()
    if problems := checks.problems_of_reason(reason):
        raise ProblemsFound(problems)
    check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.CONFIRMED)
    sheet.status, sheet.confirmed_at, sheet.confirmed_by = SheetStatus.CONFIRMED, at, by.user_id
    sheet.on_behalf_reason = reason
    sheet.save(update_fields=["status", "confirmed_at", "confirmed_by", "on_behalf_reason"])
    record(
        ConfirmationEvent.CONFIRMED_ON_BEHALF,
        by=by,
        on=sheet,
        rows={"sheet": [sheet.pk]},
        detail={"month": str(sheet.service_month), "version": sheet.version},
    )
    tell_of_confirmation(sheet)
    if is_public_in(sheet.facility, sheet.service_month):
        return Confirmation(sheet, None)
    return Confirmation(sheet, draft(sheet.facility, sheet.service_month, by=by, at=at))


@operation(ConfirmationEvent.DISPUTED)
def dispute(
    sheet_id: UUID, cells: Sequence[DisputedCell], *, shown_version: int, by: Actor, at: datetime
) -> list[CountDispute]:
    """
    Mark cells as different, each with the facility's number and a reason; the enrolment section answers.

    :raises CountSheet.DoesNotExist: not a sheet of the open scope.
    :raises NotAllowed: somebody else's, confirmed, already disputed, or replaced by newer counts.
    :raises ProblemsFound: another version was shown, no cell is marked, or a mark says nothing.
    """
    sheet = _locked(sheet_id)
    permissions.dispute(by, sheet)
    require_open(sheet.service_month)
    _require_shown(sheet, shown_version)
    counted: Counter[Cell] = Counter()
    for count in ChildCount.objects.filter(sheet=sheet):
        counted[Cell.of(count)] += count.count
    if problems := checks.problems_of_dispute(cells, counted):
        raise ProblemsFound(problems)
    check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.DISPUTED)
    sheet.status = SheetStatus.DISPUTED
    sheet.save(update_fields=["status"])
    disputes = CountDispute.objects.bulk_create(
        CountDispute(
            municipality_id=sheet.municipality_id,
            facility_id=sheet.facility_id,
            sheet=sheet,
            payer_code=marked.cell.payer_code,
            certification=marked.cell.certification,
            age=marked.cell.age,
            hours=marked.cell.hours,
            counted=counted[marked.cell],
            claimed=marked.claimed,
            reason=marked.reason,
            raised_at=at,
            raised_by=by.user_id,
        )
        for marked in cells
    )
    record(
        ConfirmationEvent.DISPUTED,
        by=by,
        on=sheet,
        rows={"sheet": [sheet.pk], "dispute": [dispute.pk for dispute in disputes]},
        detail={"month": str(sheet.service_month), "version": sheet.version},
    )
    return disputes


def _locked(sheet_id: UUID) -> CountSheet:
    sheet: CountSheet = (
        CountSheet.objects.select_for_update(of=("self",)).select_related("facility").get(pk=sheet_id)
    )
    return sheet


def _require_shown(sheet: CountSheet, shown_version: int) -> None:
    if sheet.version != shown_version:
        raise ProblemsFound(["画面を開いたあとに児童数が変わりました。いまの人数をもう一度ご確認ください。"])
