"""
加算率 of approved applications on their way: sent on to the prefecture (進達), certified by it (認定).

The prefecture answers many facilities with one letter, so both are done for many at once: all of them, or none.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.subjects import item_of_version
from approvals.models import RateCertificate
from approvals.operations.effects import (
    NO_ITEM,
    Certificate,
    certificate_problems,
    first_month_of_rates,
    rates_hold,
    write_certificate,
)
from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound, sentences

LATER_CERTIFIED = "この申請のあとの版の認定が、すでに記録されています。前の版の認定は記録できません。"
CERTIFIED = "この加算率の認定は、すでに記録されています。"
NO_PAST_DAY = "進達した日を、今日までの日付で入力してください。"
NOTHING_CHOSEN = "施設を1件以上選んでください。"
NOT_THERE = "一覧が変わりました。開き直してください。"
NOT_APPLIED = "申請に加算率がありません。1件ずつ開いて記録してください。"
NOTHING_TO_CONFIRM = "確認を待っている認定はありません。いまの状態を確認してください。"
OWN_ENTRY = "認定を入力した人は確認できません。別の人が確認してください。"
NOT_AS_SHOWN = "画面を開いたあとに認定が入力し直されました。いまの内容を確認してください。"
MOST_TOGETHER = 300


@operation(ItemEvent.RATES_FORWARDED)
def forward(version_id: UUID, *, forwarded_on: date | None, by: Actor, at: datetime) -> RateCertificate:
    """
    Note the day on which the application went on to the prefecture; a later word takes the place of an earlier one.

    :raises RateCertificate.DoesNotExist: nothing of the open scope awaits a certificate by this id.
    :raises NotAllowed: not this person, or certified already.
    :raises ProblemsFound: no day, or one that is still to come.
    """
    row = _locked(version_id, by)
    _forward(row, _past(forwarded_on, at), by=by)
    return row


@operation(ItemEvent.RATES_FORWARDED)
def forward_together(
    version_ids: Sequence[UUID], *, forwarded_on: date | None, by: Actor, at: datetime
) -> list[RateCertificate]:
    """
    The same for many: one day for all of them.

    :raises NotAllowed: not this person.
    :raises ProblemsFound: no day, none chosen, or one of them cannot; nothing is noted then.
    """
    day = _past(forwarded_on, at)
    return _for_each(version_ids, by, lambda row: _forward(row, day, by=by))


@operation(ItemEvent.RATES_CERTIFIED)
def certify(version_id: UUID, certificate: Certificate, *, by: Actor, at: datetime) -> RateCertificate:
    """
    Write down the certificate that has come; its rates hold from the application's first month on.

    :raises RateCertificate.DoesNotExist: nothing of the open scope awaits a certificate by this id.
    :raises NotAllowed: not this person, or certified already.
    :raises ProblemsFound: it is not whole, or no profile holds in the month.
    """
    row = _locked(version_id, by)
    _require_newest(row)
    write_certificate(row, certificate, _first_month(row), by=by, at=at)
    return row


@operation(ItemEvent.RATES_CERTIFIED)
def certify_together(
    version_ids: Sequence[UUID], *, number: str, certified_on: date | None, by: Actor, at: datetime
) -> list[RateCertificate]:
    """
    One certificate that grants each facility what it has applied for.

    :raises NotAllowed: not this person.
    :raises ProblemsFound: number or day is missing, none chosen, or one of them cannot; nothing is noted then.
    """

    if problems := certificate_problems(number, certified_on):
        raise ProblemsFound(problems)

    def certified(row: RateCertificate) -> None:
        base, wage = row.applied_base_percent, row.applied_wage_percent
        if base is None or wage is None:
            raise ProblemsFound([NOT_APPLIED])
        _require_newest(row)
        certificate = Certificate(base, wage, number, certified_on)
        write_certificate(row, certificate, _first_month(row), by=by, at=at)

    return _for_each(version_ids, by, certified)


@operation(ItemEvent.RATES_CONFIRMED)
def confirm(version_id: UUID, *, shown: datetime | None, by: Actor, at: datetime) -> RateCertificate:
    """
    Confirm a certificate somebody else has typed and that says other rates than were applied for; now it holds.

    ``shown``: when the certificate that was looked at had been typed.

    :raises RateCertificate.DoesNotExist: nothing of the open scope has a certificate by this id.
    :raises NotAllowed: not this person, whoever typed it, typed anew meanwhile, or nothing waits.
    :raises ProblemsFound: no profile holds in the month.
    """
    row = _held(version_id, by)
    if not row.awaits_confirmation:
        raise NotAllowed(NOTHING_TO_CONFIRM)
    if row.certified_by == by.user_id:
        raise NotAllowed(OWN_ENTRY)
    if row.certified_at != shown:
        raise NotAllowed(NOT_AS_SHOWN)
    _require_newest(row)
    row.awaits_confirmation = False
    row.confirmed_at, row.confirmed_by = at, by.user_id
    rates_hold(row, _first_month(row), by=by)
    row.save()
    record(
        ItemEvent.RATES_CONFIRMED,
        by=by,
        on=row,
        rows={"application_version": [version_id]},
        detail={"base_percent": row.base_percent, "wage_percent": row.wage_percent},
    )
    return row


def _forward(row: RateCertificate, forwarded_on: date, *, by: Actor) -> None:
    row.forwarded_on, row.forwarded_by = forwarded_on, by.user_id
    row.save(update_fields=["forwarded_on", "forwarded_by"])
    record(
        ItemEvent.RATES_FORWARDED,
        by=by,
        on=row,
        rows={"application_version": [row.version_id]},
        detail={"day": forwarded_on.isoformat()},
    )


def _past(day: date | None, at: datetime) -> date:
    if day is None or day > timezone.localdate(at):
        raise ProblemsFound([NO_PAST_DAY])
    return day


def _first_month(row: RateCertificate) -> ServiceMonth:
    item = item_of_version(row.version)
    if item is None:
        raise NotAllowed(NO_ITEM)
    return first_month_of_rates(row.version, item)


def _for_each(
    version_ids: Sequence[UUID], by: Actor, act: Callable[[RateCertificate], None]
) -> list[RateCertificate]:
    """All of them or none; what stands against each is said with its facility, what stands against all once."""
    permissions.certify_rates(by, None)
    chosen = set(version_ids)
    if not chosen:
        raise ProblemsFound([NOTHING_CHOSEN])
    if len(chosen) > MOST_TOGETHER:
        raise ProblemsFound(
            [f"一度に記録できるのは{MOST_TOGETHER}件までです。絞り込んで、分けて記録してください。"]
        )
    rows, problems = [], []
    for version_id in _in_order_of_locks(chosen):
        row = _held(version_id, by)
        rows.append(row)
        try:
            _require_open(row)
            act(row)
        except (NotAllowed, ProblemsFound) as refusal:
            problems += [(row.facility.name, sentence) for sentence in sentences(refusal)]
    if problems:
        said = Counter(sentence for _, sentence in problems)
        raise ProblemsFound(
            [sentence for sentence, count in said.items() if count == len(rows) > 1]
            + [f"{name}：{sentence}" for name, sentence in problems if not said[sentence] == len(rows) > 1]
        )
    return rows


def _in_order_of_locks(chosen: Collection[UUID]) -> list[UUID]:
    """Facilities are locked in one order by everybody."""
    found = RateCertificate.objects.filter(version__in=chosen).order_by("facility", "version")
    ids = list(found.values_list("version", flat=True))
    if len(ids) != len(chosen):
        raise ProblemsFound([NOT_THERE])
    return ids


def _require_newest(row: RateCertificate) -> None:
    """:raises NotAllowed: a later version's rates are certified: an earlier certificate would take them away."""
    later = RateCertificate.objects.filter(
        version__application=row.version.application_id,
        version__number__gt=row.version.number,
        certified_at__isnull=False,
    )
    if later.exists():
        raise NotAllowed(LATER_CERTIFIED)


def _locked(version_id: UUID, by: Actor) -> RateCertificate:
    row = _held(version_id, by)
    _require_open(row)
    return row


def _require_open(row: RateCertificate) -> None:
    """Certified for good; one that waits for confirmation can be typed anew."""
    if row.holds:
        raise NotAllowed(CERTIFIED)


def _held(version_id: UUID, by: Actor) -> RateCertificate:
    permissions.certify_rates(by, None)
    facility_id = RateCertificate.objects.values_list("facility_id", flat=True).get(version=version_id)
    Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    row: RateCertificate = (
        RateCertificate.objects.select_for_update(of=("self",))
        .select_related("version__application", "version__pack", "facility")
        .get(version=version_id)
    )
    return row
