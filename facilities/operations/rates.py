"""
加算率 in the profiles, from a month on: certified ones, and those applied for until they are certified.

Plain functions for a facility that the caller has locked, inside the caller's transaction.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from audit.record import Who, record
from facilities.events import FacilityEvent
from facilities.models import Facility, FacilityProfile
from facilities.operations.dated import (
    OVERLAPPING_PROFILE,
    month_of,
    never_twice,
    profiles_of,
    split,
    tell_rooms_above,
    write,
)
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from pages.wareki import month_words

SAME_RATES = "この加算率は、すでに認定として登録されています。変わるところを直してください。"
RATES = ("base_percent", "wage_percent", "rates_are_provisional")
CERTIFICATE = ("certificate_number", "certified_on")


@dataclass(frozen=True)
class CertifiedRates:
    """The 加算率 of a certificate (認定), in percent; its number and day as far as they are known."""

    base_percent: int
    wage_percent: int
    certificate_number: str = ""
    certified_on: date | None = None


def certified_rates_hold(
    facility: Facility, rates: CertifiedRates, *, from_month: ServiceMonth, by: Who
) -> list[FacilityProfile]:
    """
    Let certified 加算率 hold from ``from_month`` on, in whatever profile; returns the profiles that changed.

    Every profile of the fiscal year from then on has these rates, and they are not provisional any more. The profile
    that holds in ``from_month`` is split when that is not its first month. A certificate is of one fiscal year:
    profiles that begin in a later one keep what is certified or empty there, and where their rates are provisional,
    the new ones go on provisionally, as carrying the year does.

    :raises ProblemsFound: no profile holds in ``from_month``, or nothing would change.
    """
    changed = _rates_hold(
        facility,
        from_month,
        lambda profile: _certified_in(profile, rates, from_month),
        event=FacilityEvent.RATES_CERTIFIED,
        detail={
            "base_percent": rates.base_percent,
            "wage_percent": rates.wage_percent,
            "certificate_number": rates.certificate_number,
            "certified_on": rates.certified_on.isoformat() if rates.certified_on else "",
        },
        by=by,
    )
    if not changed:
        raise ProblemsFound([SAME_RATES])
    return changed


def provisional_rates_hold(
    facility: Facility, base_percent: int, wage_percent: int, *, from_month: ServiceMonth, by: Who
) -> list[FacilityProfile]:
    """
    Let the 加算率 that were applied for hold provisionally from ``from_month`` on, until they are certified.

    Only where rates are provisional or empty; what is certified stays until a new certificate. Returns the profiles
    that changed, none where nothing does.

    :raises ProblemsFound: no profile holds in ``from_month``.
    """

    def expected_in(profile: FacilityProfile) -> dict[str, Any]:
        if profile.base_percent is not None and not profile.rates_are_provisional:
            return {}
        return {"base_percent": base_percent, "wage_percent": wage_percent, "rates_are_provisional": True}

    return _rates_hold(
        facility,
        from_month,
        expected_in,
        event=FacilityEvent.RATES_EXPECTED,
        detail={"base_percent": base_percent, "wage_percent": wage_percent},
        by=by,
    )


def differs(profile: FacilityProfile, values: dict[str, Any]) -> bool:
    """Whether any of the values stands otherwise in the profile."""
    return any(getattr(profile, name) != value for name, value in values.items())


def _rates_hold(
    facility: Facility,
    from_month: ServiceMonth,
    values_in: Callable[[FacilityProfile], dict[str, Any]],
    *,
    event: FacilityEvent,
    detail: dict[str, Any],
    by: Who,
) -> list[FacilityProfile]:
    """Write what ``values_in`` says into every profile from the month on; the one that holds in it is split."""
    profiles = [
        row for row in profiles_of(facility) if row.to_month is None or row.to_month >= from_month.first_day
    ]
    if not profiles or profiles[0].from_month > from_month.first_day:
        words = month_words(from_month.first_day)
        raise ProblemsFound(
            [
                f"{words}に年度プロフィールがありません。先に設定するか、プロフィールのある月を入力してください。"
            ]
        )
    wanted = [(row, values_in(row)) for row in profiles]
    changing = [(row, values) for row, values in wanted if differs(row, values)]
    if not changing:
        return []
    before = [
        {"from_month": month_of(row.from_month), **{name: getattr(row, name) for name in RATES}}
        for row, _ in changing
    ]
    changed = []
    with never_twice(OVERLAPPING_PROFILE):
        for row, values in changing:
            profile = row if row.from_month >= from_month.first_day else split(facility, row, from_month)
            write(profile, values)
            changed.append(profile)
    record(
        event,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"profile": [profile.pk for profile in changed]},
        detail={"from_month": str(from_month), **detail, "before": before},
    )
    tell_rooms_above(changed[0], from_month)
    return changed


def _certified_in(
    profile: FacilityProfile, rates: CertifiedRates, from_month: ServiceMonth
) -> dict[str, Any]:
    """What a certificate from ``from_month`` on writes into this profile."""
    if ServiceMonth.of(profile.from_month).fiscal_year <= from_month.fiscal_year:
        return {**asdict(rates), "rates_are_provisional": False}
    if profile.rates_are_provisional:
        return {"base_percent": rates.base_percent, "wage_percent": rates.wage_percent}
    return {}
