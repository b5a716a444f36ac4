"""Somebody who should never have been on this roster: entered twice, on the wrong roster, or never employed."""

from datetime import datetime
from uuid import UUID

from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import ProblemsFound
from facilities.touching import Months, touched
from pages.wareki import fiscal_year_words, month_words
from staff_records.dossiers import Dossier
from staff_records.events import StaffEvent
from staff_records.models import SnapshotLine, StaffChange, StaffMember
from staff_records.operations.acting import done, opened
from staff_records.states import SnapshotStatus
from staff_records.words import ChangeKind
from staff_records.writing import first_month_of

# What nobody quotes: it came back, or its facility took it back.
NOT_STANDING = (SnapshotStatus.WITHDRAWN, SnapshotStatus.RETURNED)
WAITS = (
    "{year}の職員名簿（第{version}版）を市に提出しています。"
    "先に名簿の提出を取り下げてから、職員の登録を取り消してください。"
)
STANDS = (
    "市が受け付けた{year}の職員名簿（第{version}版）に載っているので、登録は取り消せません。"
    "代わりに、誤っているところを「訂正」で直すか、「退職・転出」を登録して、市に連絡してください。"
)
CLAIMED = (
    "この職員が名簿にいるあいだに、{month}分の請求を提出しているので、登録は取り消せません。"
    "代わりに「退職・転出」を登録して、請求に影響するときは市に連絡してください。"
)


@operation(StaffEvent.ENTRY_WITHDRAWN)
def withdraw_member(
    member_id: UUID, reason: str, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Withdraw the entry of somebody on whom nothing stands. What was reported of them is taken back; the city hears of it
    when it had seen any of it. The reason is sealed with the person and stands in no event.

    :raises StaffMember.DoesNotExist: nobody in scope, or withdrawn already.
    :raises ProblemsFound: a roster that was sent has them, or a claim was submitted while they were there.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    problems = [*_rosters_sent(found), *_claims_since(found)]
    if problems:
        raise ProblemsFound(problems)
    day = found.spans[0].first_day if found.spans else writer.today
    reports = StaffChange.objects.filter(member=found.member, withdrawn_at__isnull=True)
    was_seen = reports.filter(seen_at__isnull=False).exists()
    reports.update(withdrawn_at=at)
    change = writer.report(found, ChangeKind.WITHDRAWN, day=day) if was_seen else None
    writer.withdraw_member(found, reason)
    done(StaffEvent.ENTRY_WITHDRAWN, found, by=by, change=change)
    return found.member


def _rosters_sent(found: Dossier) -> list[str]:
    lines = SnapshotLine.objects.filter(member=found.member).exclude(snapshot__status__in=NOT_STANDING)
    return [
        (WAITS if line.snapshot.status == SnapshotStatus.SUBMITTED else STANDS).format(
            year=fiscal_year_words(line.snapshot.fiscal_year), version=line.snapshot.version
        )
        for line in lines.select_related("snapshot").order_by("snapshot__fiscal_year", "snapshot__version")
    ]


def _claims_since(found: Dossier) -> list[str]:
    """Which claim of a month in which they count was submitted after they were entered: the newest one is named."""
    if not found.spans:
        return []
    first = first_month_of(ChangeKind.HIRED, found.spans[0].first_day)
    claimed = [
        one.month
        for one in touched(found.member.facility_id, Months(first))
        if one.claimed_at is not None and one.claimed_at >= found.member.entered_at
    ]
    return [CLAIMED.format(month=month_words(claimed[-1].first_day))] if claimed else []
