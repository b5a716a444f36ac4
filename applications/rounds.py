"""
The six entry rounds of a year (入力の回): their usual days, and where a facility stands in one on a day (R3).

A city's own days stand in ``EntryRound``; a year nobody has set has the usual ones, off the days its offices rest.
Rounds of a fiscal year may end in the next one (実績報告).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from applications.models import EntryRound, RoundReopening
from asking import together
from facilities.models import Facility, Municipality
from facilities.schedule import CitySchedule
from pages.wareki import date_words


@dataclass(frozen=True, slots=True)
class UsualRound:
    """A round as it usually is: months and days, ``years_later`` than the fiscal year begins."""

    number: int
    name: str
    opens: tuple[int, int, int]
    closes: tuple[int, int, int]


# requirements.md «The six entry rounds»: (years later, month, day). Ours; each city keeps its own as data.
USUAL: Final = (
    UsualRound(1, "年度当初の申請", (0, 4, 1), (0, 4, 30)),
    UsualRound(2, "処遇改善等加算の申請", (0, 6, 1), (0, 7, 31)),
    UsualRound(3, "中間の更新", (0, 10, 1), (0, 10, 31)),
    UsualRound(4, "3月加算の計画", (1, 1, 5), (1, 1, 31)),
    UsualRound(5, "年度末の実績", (1, 3, 20), (1, 4, 10)),
    UsualRound(6, "実績報告", (1, 5, 1), (1, 6, 30)),
)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a year with its days; ``row`` is the city's own setting, None while the usual days hold."""

    fiscal_year: int
    number: int
    name: str
    opens_on: date
    closes_on: date
    row_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a facility stands in a round on a day. ``opens`` and ``until`` are its own days: later than the city's where
    the facility itself opened later, or where the round was reopened for it.
    """

    round: Round
    today: date
    opens: date
    until: date
    reopening_reason: str = ""

    @property
    def name(self) -> str:
        """「第1回　年度当初の申請」."""
        return f"第{self.round.number}回　{self.round.name}"

    @property
    def is_ahead(self) -> bool:
        """It has not begun."""
        return self.today < self.opens

    @property
    def is_over(self) -> bool:
        """Its last day is past."""
        return self.today > self.until

    @property
    def is_open(self) -> bool:
        """It can be sent without a reason."""
        return not self.is_ahead and not self.is_over

    @property
    def is_reopened(self) -> bool:
        """The city has opened it again for this facility."""
        return bool(self.reopening_reason)

    @property
    def days_left(self) -> int:
        """Calendar days to the last one; negative when it is past."""
        return (self.until - self.today).days

    @property
    def opens_words(self) -> str:
        """The first day."""
        return date_words(self.opens)

    @property
    def closes_words(self) -> str:
        """The last day."""
        return date_words(self.until)


def usual_rounds(municipality: Municipality, fiscal_year: int) -> list[Round]:
    """The usual days of a year: both ends on days the city's offices work, the first moved on and the last, too."""
    schedule = CitySchedule.of(municipality)
    return [
        Round(
            fiscal_year,
            usual.number,
            usual.name,
            schedule.business_day_from(_day(fiscal_year, usual.opens)),
            schedule.business_day_from(_day(fiscal_year, usual.closes)),
        )
        for usual in USUAL
    ]


def rounds_of(municipality: Municipality, fiscal_year: int) -> list[Round]:
    """The six rounds of the year: the city's own days before the usual ones; one query."""
    return _rounds(municipality, fiscal_year, EntryRound.objects.filter(fiscal_year=fiscal_year))


def _rounds(municipality: Municipality, fiscal_year: int, rows: Iterable[EntryRound]) -> list[Round]:
    own = {row.number: row for row in rows}
    return [
        Round(fiscal_year, row.number, row.name, row.opens_on, row.closes_on, row.pk)
        if (row := own.get(usual.number))
        else usual
        for usual in usual_rounds(municipality, fiscal_year)
    ]


def standings(
    municipality: Municipality, facilities: Sequence[Facility], fiscal_year: int, at: datetime
) -> dict[UUID, list[Standing]]:
    """Where each facility stands in each round of the year: one query, however many facilities."""
    rows, again = together(*standing_rows(facilities, fiscal_year))
    return standings_by(municipality, facilities, fiscal_year, at, rows, again)


def standing_rows(
    facilities: Sequence[Facility], fiscal_year: int
) -> tuple[QuerySet[EntryRound], QuerySet[RoundReopening]]:
    """The rows ``standings_by`` needs."""
    again = RoundReopening.objects.filter(facility__in=facilities, entry_round__fiscal_year=fiscal_year)
    return EntryRound.objects.filter(fiscal_year=fiscal_year), again.order_by("opened_at")


def standings_by(
    municipality: Municipality,
    facilities: Sequence[Facility],
    fiscal_year: int,
    at: datetime,
    rows: Iterable[EntryRound],
    again: Iterable[RoundReopening],
) -> dict[UUID, list[Standing]]:
    """As ``standings``, from rows that were read already; no query."""
    rounds = _rounds(municipality, fiscal_year, rows)
    latest: dict[tuple[UUID, UUID], RoundReopening] = {}
    for reopening in again:
        latest[reopening.facility_id, reopening.entry_round_id] = reopening
    today, schedule = timezone.localdate(at), CitySchedule.of(municipality)
    return {
        facility.pk: [_standing(own, facility, schedule, latest, today) for own in rounds]
        for facility in facilities
    }


def standing_of(facility: Facility, fiscal_year: int, number: int, at: datetime) -> Standing:
    """Where one facility stands in one round."""
    municipality = Municipality.objects.get(pk=facility.municipality_id)
    own = standings(municipality, [facility], fiscal_year, at)[facility.pk]
    return next(standing for standing in own if standing.round.number == number)


def own_days(own: Round, facility: Facility, schedule: CitySchedule) -> tuple[date, date]:
    """
    First and last day of a round for a facility. Who opens after the round has begun has as many days as everybody
    else, from its opening on: it can neither send nor be late before it is there.
    """
    late_by = facility.opened_on - own.opens_on
    if late_by <= timedelta(0):
        return own.opens_on, own.closes_on
    return facility.opened_on, schedule.business_day_from(own.closes_on + late_by)


def _standing(
    own: Round,
    facility: Facility,
    schedule: CitySchedule,
    latest: Mapping[tuple[UUID, UUID], RoundReopening],
    today: date,
) -> Standing:
    opens, closes = own_days(own, facility, schedule)
    again = latest.get((facility.pk, own.row_id)) if own.row_id else None
    if again is None or again.until <= closes:
        return Standing(own, today, opens, closes)
    return Standing(own, today, opens, again.until, again.reason)


def _day(fiscal_year: int, when: tuple[int, int, int]) -> date:
    years_later, month, day = when
    return date(fiscal_year + years_later, month, day)
