"""Flags of double employment: what a facility may know of them, and what the city sees."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from facilities.models import Facility
from pricing.staffing.jobs import JOBS
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.models import Employment, OverlapFlag, StaffMember
from staff_records.overlapping import Overlap, overlaps

MOST_OF_HISTORY = 100
SAME_CORPORATION = (
    "同じ法人のほかの施設でも、同じ期間に勤務していることになっています。"
    "兼務か異動かを確かめて、期間や勤務時間を直してください。"
)
OTHER_CORPORATION = (
    "市内のほかの施設でも、同じ期間に勤務していることになっています。"
    "ほかの勤務先があるかを本人に確かめて、期間や勤務時間を直してください。"
)


@dataclass(frozen=True)
class Flag:
    """What a facility knows of an overlap: that there is another place, whose, and what to do."""

    flag_id: UUID
    member_id: UUID
    same_corporation: bool
    both_regular: bool
    found_at: datetime
    is_cleared: bool

    @property
    def what_to_do(self) -> str:
        """A sentence for the clerk."""
        if self.is_cleared:
            return "市が確認しました。することはありません。"
        return SAME_CORPORATION if self.same_corporation else OTHER_CORPORATION


@dataclass(frozen=True)
class Side:
    """One of the two places as the city sees it, with the spans that overlap."""

    flag: OverlapFlag
    name: str
    spans: list[Employment]

    @property
    def terms(self) -> list[tuple[Employment, str]]:
        """The spans, each with its 職種 in words."""
        return [(span, JOBS[span.job].label if span.job in JOBS else span.job) for span in self.spans]


@dataclass(frozen=True)
class CityPair:
    """An overlap as the city sees it: both sides, and the days in common."""

    pair_id: UUID
    sides: list[Side]
    common: list[Overlap]

    @property
    def flag(self) -> OverlapFlag:
        """Either of the two: they are written together."""
        return self.sides[0].flag


def flags_of(facility: Facility) -> list[Flag]:
    """The overlaps that stand, of one facility's people. One query; nobody is opened."""
    rows = OverlapFlag.objects.filter(facility=facility, ended_at__isnull=True)
    return [
        Flag(
            flag.pk,
            flag.member_id,
            flag.same_corporation,
            flag.both_regular,
            flag.found_at,
            flag.cleared_at is not None,
        )
        for flag in rows.order_by(F("cleared_at").asc(nulls_first=True), "found_at", "pk")
    ]


def waiting_pairs(today: date) -> list[CityPair]:
    """The overlaps nobody has looked at, two full-time posts first. Opened to be shown; constant queries."""
    rows = OverlapFlag.objects.filter(ended_at__isnull=True, cleared_at__isnull=True)
    rows = rows.select_related("facility")
    return _pairs(rows.order_by("-both_regular", "found_at", "pair_id", "facility__number"), today)


def pairs_of_history(today: date) -> list[CityPair]:
    """The newest of those that were cleared or have ended."""
    rows = OverlapFlag.objects.exclude(ended_at__isnull=True, cleared_at__isnull=True)
    rows = rows.select_related("facility")
    rows = rows.order_by("-found_at", "pair_id", "facility__number")
    return _pairs(rows[: 2 * MOST_OF_HISTORY], today)


def _pairs(rows: Iterable[OverlapFlag], today: date) -> list[CityPair]:
    by_pair: dict[UUID, list[OverlapFlag]] = defaultdict(list)
    for flag in rows:
        by_pair[flag.pair_id].append(flag)
    both = {pair_id: flags for pair_id, flags in by_pair.items() if len(flags) == 2}
    wanted = {flag.member_id for flags in both.values() for flag in flags}
    members = StaffMember.objects.filter(pk__in=wanted, erased_at__isnull=True)
    opened = {one.member.pk: one for one in dossiers(members, Purpose.SHOW)}
    return [
        _pair(pair_id, [(flag, opened[flag.member_id]) for flag in flags], today)
        for pair_id, flags in both.items()
        if all(flag.member_id in opened for flag in flags)
    ]


def _pair(pair_id: UUID, sides: list[tuple[OverlapFlag, Dossier]], today: date) -> CityPair:
    (_, one), (_, other) = sides
    shown = []
    for (flag, mine), theirs in zip(sides, (other, one), strict=True):
        in_common = [span for span in mine.spans if any(overlaps([span], theirs.spans))]
        # Of an overlap that has ended, the work as it is now.
        shown.append(Side(flag, mine.detail_on(today).name, in_common or mine.spans[-1:]))
    common = sorted(overlaps(one.spans, other.spans), key=lambda each: each.first_day)
    return CityPair(pair_id, shown, common)
