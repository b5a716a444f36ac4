"""
What profiles and granted items share: rows that hold from one month to another, never two at once.

Plain functions inside their caller's transaction; who may call them is their caller's matter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from psycopg.errors import ExclusionViolation

from facilities.models import Facility, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs import outbox

# What was made from the facility's profile should be made again. The rooms above handle this kind of work.
PROFILE_CHANGED = "facilities.profile_changed"

OVERLAPPING_PROFILE = (
    "ほかのプロフィールと期間が重なっています。画面を開き直して、適用開始月を確認してください。"
)
OVERLAPPING_ITEM = "同じ加算がその期間にすでに設定されています。先にその適用を終了してください。"


@dataclass(frozen=True)
class ProfileValues:
    """The values of one profile; capacities in children, region and rates in percent."""

    approved_capacity: int
    capacity_1: int | None
    capacity_23: int | None
    region_percent: int
    base_percent: int | None
    wage_percent: int | None
    rates_are_provisional: bool = False

    @property
    def capacity(self) -> int:
        """利用定員 of all grades together."""
        return (self.capacity_1 or 0) + (self.capacity_23 or 0)


def profiles_of(facility: Facility) -> list[FacilityProfile]:
    """The facility's profiles, locked, oldest first."""
    rows = FacilityProfile.objects.select_for_update(of=("self",)).filter(facility=facility)
    return list(rows.order_by("from_month"))


def begun(facility: Facility, profiles: list[FacilityProfile], month: ServiceMonth) -> FacilityProfile:
    """A profile not yet written that begins in ``month``, between those before and those after it."""
    first = month.first_day
    before = next((row for row in reversed(profiles) if row.from_month < first), None)
    if before is not None and (before.to_month is None or before.to_month >= first):
        before.to_month = month.plus(-1).first_day
        before.save(update_fields=["to_month"])
    after = next((row for row in profiles if row.from_month > first), None)
    return FacilityProfile(
        municipality_id=facility.municipality_id,
        facility=facility,
        from_month=first,
        to_month=ServiceMonth.of(after.from_month).plus(-1).first_day if after else None,
    )


def split(facility: Facility, held: FacilityProfile, month: ServiceMonth) -> FacilityProfile:
    """The same once more from ``month`` on, not yet written; what held ends the month before."""
    ends = held.to_month
    profile = begun(facility, [held], month)
    profile.to_month = ends
    for name, value in values_of(held).items():
        setattr(profile, name, value)
    return profile


def write(profile: FacilityProfile, values: dict[str, Any]) -> None:
    """Put the values into the profile and save it."""
    for name, value in values.items():
        setattr(profile, name, value)
    profile.save()


@contextmanager
def never_twice(words: str) -> Iterator[None]:
    """The database is the judge of periods that overlap; what it refuses is said in a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        if isinstance(refused.__cause__, ExclusionViolation):
            raise ProblemsFound([words]) from refused
        raise


def month_of(first_day: date | None) -> str:
    """2026-04, for the record; empty where there is none."""
    return str(ServiceMonth.of(first_day)) if first_day else ""


def tell_rooms_above(changed: FacilityProfile | GrantedItem, from_month: ServiceMonth) -> None:
    """What was made from the facility's terms from the month on is made again."""
    outbox.add(
        PROFILE_CHANGED,
        municipality_id=changed.municipality_id,
        facility_id=changed.facility_id,
        from_month=str(from_month),
    )


def values_of(profile: FacilityProfile) -> dict[str, Any]:
    """The values of a profile by name."""
    return {name: getattr(profile, name) for name in ProfileValues.__dataclass_fields__}
