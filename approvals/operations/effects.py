"""
What follows from the last approval of an application: additions hold or cease, 加算率 hold or are awaited.

Plain functions inside the approving transaction. Months whose claims were made already are told by the rooms below
through the outbox: drafts follow, what was sent is flagged, what was approved gets its correction (過誤調整).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from applications.definitions import Item, Stage
from applications.models import ApplicationVersion
from approvals.events import ItemEvent
from approvals.items.subjects import ItemUnderReview, item_of_version
from approvals.items.terms import applied_rates, months_of
from approvals.models import Certifier, RateCertificate
from audit.record import record
from facilities.actors import Actor
from facilities.checks import BASE_PERCENTS, WAGE_PERCENTS
from facilities.models import FacilityProfile, holding_in
from facilities.operations import granting
from facilities.operations.rates import (
    SAME_RATES,
    CertifiedRates,
    certified_rates_hold,
    provisional_rates_hold,
)
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound

NO_ITEM: Final = "この申請の様式を読み取れません。市の管理者に連絡してください。"
LONGEST_NUMBER: Final = 40
NO_NUMBER: Final = f"認定番号を{LONGEST_NUMBER}字までで入力してください。"
NO_DAY: Final = "認定日を入力してください。"
NO_BASE: Final = (
    f"区分1（基礎分）を{BASE_PERCENTS[0]}から{BASE_PERCENTS[-1]}までの整数（％）で入力してください。"
)
NO_WAGE: Final = (
    f"区分2（賃金改善分）を{WAGE_PERCENTS[0]}から{WAGE_PERCENTS[-1]}までの整数（％）で入力してください。"
)

OTHER_RATES: Final = (
    "申請された加算率（区分1 {base}%・区分2 {wage}%）と違う率では認定できません。"
    "率が違うときは、理由を書いて差し戻してください。"
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of 加算率 as it was typed: rates in percent, its number and day; None where nothing was."""

    base_percent: int | None
    wage_percent: int | None
    number: str
    certified_on: date | None


def take_effect(
    subject: ItemUnderReview, *, certificate: Certificate | None, by: Actor, at: datetime
) -> None:
    """
    Let what was approved hold.

    :raises ProblemsFound: its pack has the item no more, the certificate is not whole, or there is no profile its rates
        could stand in.
    """
    version, item = subject.version, item_of_version(subject.version)
    if item is None:
        raise ProblemsFound([NO_ITEM])
    if item.stage is Stage.REPORT:
        return
    if item.grants is not None:
        _grant(version, item, by, at)
    if item.certifies_rates and version.is_wanted:
        _rates(subject, item, certificate, by, at)


def write_certificate(
    row: RateCertificate, certificate: Certificate, first: ServiceMonth, *, by: Actor, at: datetime
) -> None:
    """
    The certificate is there. Its rates hold from ``first`` on where they are those that were applied for; others wait
    for somebody else's confirmation.

    :raises ProblemsFound: it is not whole, or no profile holds in the month.
    """
    base, wage, day = _whole(certificate)
    row.base_percent, row.wage_percent = base, wage
    row.certificate_number, row.certified_on = certificate.number.strip(), day
    row.certified_at, row.certified_by = at, by.user_id
    row.awaits_confirmation = not row.says_what_was_applied
    if row.holds:
        rates_hold(row, first, by=by)
    row.save()
    record(
        ItemEvent.RATES_CERTIFIED,
        by=by,
        on=row,
        rows={"application_version": [row.version_id]},
        detail={
            "from_month": str(first),
            "base_percent": base,
            "wage_percent": wage,
            "certificate_number": row.certificate_number,
            "certified_on": day.isoformat(),
            "awaits_confirmation": row.awaits_confirmation,
        },
    )


def rates_hold(row: RateCertificate, first: ServiceMonth, *, by: Actor) -> None:
    """
    Let the rates of a whole certificate hold from ``first`` on, provisional no more.

    :raises ProblemsFound: no profile holds in the month.
    """
    assert row.base_percent is not None
    assert row.wage_percent is not None
    rates = CertifiedRates(row.base_percent, row.wage_percent, row.certificate_number, row.certified_on)
    try:
        certified_rates_hold(row.facility, rates, from_month=first, by=by)
    except ProblemsFound as refusal:
        if refusal.problems != [SAME_RATES]:  # an administrator has written them already
            raise


def first_month_of_rates(version: ApplicationVersion, item: Item) -> ServiceMonth:
    """
    From when on its rates hold: its first month, or, of a facility that opened within the year, the first one that
    year in which a profile holds.
    """
    first, _ = months_of(version, item)
    profiles = FacilityProfile.objects.filter(facility=version.facility_id)
    if holding_in(profiles, first).exists():
        return first
    march = ServiceMonth(first.fiscal_year + 1, 3)
    later = profiles.filter(from_month__gt=first.first_day, from_month__lte=march.first_day)
    begins = later.order_by("from_month").values_list("from_month", flat=True).first()
    return ServiceMonth.of(begins) if begins is not None else first


def _grant(version: ApplicationVersion, item: Item, by: Actor, at: datetime) -> None:
    assert item.grants is not None, "only items that grant something come here"
    first, last = months_of(version, item)
    place = (version.facility, item.grants.code, item.grants.certification)
    reason = f"「{item.label}」の申請（第{version.number}版）の承認"
    if version.is_wanted:
        granting.hold_from(
            *place, version.options, from_month=first, to_month=last, reason=reason, by=by, at=at
        )
    else:
        granting.cease_from(*place, from_month=first, reason=reason, by=by, at=at)


def _rates(
    subject: ItemUnderReview, item: Item, certificate: Certificate | None, by: Actor, at: datetime
) -> None:
    version, first = subject.version, first_month_of_rates(subject.version, item)
    base, wage = applied_rates(version)
    row = RateCertificate(
        municipality_id=version.municipality_id,
        facility=version.facility,
        version=version,
        certifier=subject.route.certifier,
        applied_base_percent=base,
        applied_wage_percent=wage,
    )
    if subject.route.certifier == Certifier.CITY:
        certificate = certificate or Certificate(None, None, "", None)
        _require_rates_as_approved(certificate, base, wage)
        write_certificate(row, certificate, first, by=by, at=at)
        return
    row.save()
    if base is not None and wage is not None:
        provisional_rates_hold(version.facility, base, wage, from_month=first, by=by)


def _require_rates_as_approved(certificate: Certificate, base: int | None, wage: int | None) -> None:
    """The city certifies what the steps before have seen; other rates are applied for anew."""
    typed = (certificate.base_percent, certificate.wage_percent)
    if None not in (base, wage) and None not in typed and typed != (base, wage):
        raise ProblemsFound([OTHER_RATES.format(base=base, wage=wage)])


def certificate_problems(number: str, certified_on: date | None) -> list[str]:
    """What is missing of a certificate besides its rates."""
    problems = [] if 0 < len(number.strip()) <= LONGEST_NUMBER else [NO_NUMBER]
    return problems if certified_on is not None else [*problems, NO_DAY]


def _whole(certificate: Certificate) -> tuple[int, int, date]:
    """:raises ProblemsFound: something is missing; everything at once."""
    base, wage, day = certificate.base_percent, certificate.wage_percent, certificate.certified_on
    problems = []
    if base not in BASE_PERCENTS:
        problems.append(NO_BASE)
    if wage not in WAGE_PERCENTS:
        problems.append(NO_WAGE)
    problems += certificate_problems(certificate.number, day)
    if problems or base is None or wage is None or day is None:
        raise ProblemsFound(problems)
    return base, wage, day
