"""What every act on one person begins and ends with: lock, may, is it still what was shown; then record and report."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit.record import record
from facilities.actors import Actor
from facilities.rules import ProblemsFound
from staff_records import checks, permissions
from staff_records.dossiers import Dossier
from staff_records.events import StaffEvent
from staff_records.models import StaffChange, StaffMember
from staff_records.problems import require_none
from staff_records.words import ChangeKind
from staff_records.writing import Writer, locked

STALE = (
    "この職員の登録は、画面を開いたあとに、ほかの人が変更しました。"
    "いまの登録（この画面の「いまの登録」）を確かめて、もう一度押してください。"
)
NOTHING_DIFFERS = "いまの登録と同じです。変わったところを入力してください。"
NOT_AT_WORK = "この職員には勤務の期間がありません。採用から登録し直してください。"


class ChangedMeanwhile(ProblemsFound):
    """The member has changed since the form was shown."""

    def __init__(self) -> None:
        super().__init__([STALE])


def writer_of(by: Actor, at: datetime) -> Writer:
    """Who writes."""
    return Writer(by=by.user_id, at=at, today=timezone.localdate(at))


def opened(member_id: UUID, *, shown_version: int, by: Actor, at: datetime) -> tuple[Dossier, Writer]:
    """
    The member, locked, as they were shown.

    :raises StaffMember.DoesNotExist: nobody in scope.
    :raises NotAllowed: somebody else's roster.
    :raises ChangedMeanwhile: changed since.
    """
    found = locked([member_id])
    if not found:
        raise StaffMember.DoesNotExist
    (one,) = found
    permissions.keep(by, one.member)
    if one.member.version != shown_version:
        raise ChangedMeanwhile
    return one, writer_of(by, at)


def done(
    event: StaffEvent,
    found: Dossier,
    *,
    by: Actor,
    fields: Iterable[str] = (),
    change: StaffChange | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record the act: whose row, which columns, which report to the city; never a value."""
    rows: dict[str, list[UUID]] = {"staff_member": [found.member.pk]}
    if change is not None:
        rows["staff_change"] = [change.pk]
    record(event, by=by, on=found.member, rows=rows, detail={"fields": sorted(fields), **(detail or {})})


def require_near(day: date, field: str, *, today: date) -> None:
    """:raises FieldProblems: more than a year ahead."""
    require_none(checks.near(day, field, today=today))


def require_work(found: Dossier) -> None:
    """:raises ProblemsFound: every span was taken back."""
    if not found.spans:
        raise ProblemsFound([NOT_AT_WORK])


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The codes of the columns that differ."""
    return sorted(code for code in after if before.get(code) != after[code])


def take_back_reports(found: Dossier, kinds: Iterable[ChangeKind], day: date, *, at: datetime) -> bool:
    """
    Withdraw what was reported of this day and these kinds; whether the city had seen it already.

    What the city has seen it must hear again, as a correction.
    """
    rows = StaffChange.objects.filter(member=found.member, kind__in=list(kinds), withdrawn_at__isnull=True)
    seen = False
    for row in rows:
        assert found.member.opened is not None, "whoever takes back has opened the member"
        row.open_with(found.member.opened)
        if row.day == day:
            row.withdrawn_at = at
            row.save(update_fields=["withdrawn_at"])
            seen = seen or row.seen_at is not None
    return seen
