"""
平均経験年数 as of 1 April and the 加算率 that follows, beside the one the city has registered (§7, §8.4).

Each person's career stands beside it with the reason for every span, and what certificates that are still missing
would bring.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from uuid import UUID

from facilities.models import FacilityProfile
from pages.wareki import fiscal_year_words
from pricing.staffing import (
    AverageExperience,
    Career,
    StaffingRefused,
    TreatmentRates,
    career_on,
    roster_average,
    treatment_rates,
)
from pricing.staffing.career import TOO_SHORT
from pricing.staffing.dates import date_words
from pricing.staffing.roundings import number_words
from staff_records.figures.people import Person, Roster, Span

# From this year on キャリアパス is a condition of any rate; before, it takes a part of 区分2 (賃金改善要件分) away.
CAREER_PATH_ASSUMED = "キャリアパス要件を満たすものとして計算しています（名簿からは分かりません）。"


class Verdict(StrEnum):
    """The rate by the roster beside the registered one."""

    EQUAL = "equal"
    HIGHER = "higher"
    LOWER = "lower"
    NOT_REGISTERED = "not_registered"
    UNKNOWN = "unknown"


VERDICT_WORDS = {
    Verdict.EQUAL: "登録と同じ",
    Verdict.HIGHER: "名簿のほうが高い",
    Verdict.LOWER: "名簿のほうが低い",
    Verdict.NOT_REGISTERED: "登録なし",
    Verdict.UNKNOWN: "計算できません",
}


@dataclass(frozen=True, slots=True)
class Experienced:
    """
    One person of the sheet: ア現施設, イ他施設, ウ合計 in whole months, and the reason where the person is left out.

    ``could_be_elsewhere``: イ if every missing certificate came.
    """

    member_id: UUID
    number: int
    span: Span
    career: Career
    could_be_elsewhere: int

    @property
    def is_counted(self) -> bool:
        """Works long enough to count for the average."""
        return self.span.working_time.long_enough

    @property
    def left_out(self) -> str:
        """Why the person does not count."""
        return "" if self.is_counted else TOO_SHORT

    @property
    def months_waiting(self) -> int:
        """Months that certificates would bring."""
        return self.could_be_elsewhere - self.career.months_elsewhere


@dataclass(frozen=True)
class YearExperience:
    """A facility's staff as of 1 April of ``fiscal_year``."""

    fiscal_year: int
    people: tuple[Experienced, ...]

    @property
    def day(self) -> date:
        """1 April."""
        return date(self.fiscal_year, 4, 1)

    @cached_property
    def average(self) -> AverageExperience | None:
        """None where nobody counts."""
        return self._average(self.people)

    @cached_property
    def rates(self) -> TreatmentRates | None:
        """区分1 and 区分2 of the average; None without one, or where the year's table is not known."""
        return rates_of(self.average, self.fiscal_year)

    @property
    def waiting(self) -> tuple[Experienced, ...]:
        """Those of whom a certificate is still missing that would bring months."""
        return tuple(one for one in self.people if one.is_counted and one.months_waiting)

    @cached_property
    def with_certificates(self) -> tuple[AverageExperience, TreatmentRates | None] | None:
        """Average and rates if every missing certificate came; None where none is missing."""
        if not self.waiting:
            return None
        proved = [
            replace(one, career=replace(one.career, months_elsewhere=one.could_be_elsewhere))
            for one in self.people
        ]
        average = self._average(proved)
        return None if average is None else (average, rates_of(average, self.fiscal_year))

    @property
    def problems(self) -> tuple[str, ...]:
        """Why there is no average or no rate."""
        if not self.people:
            return (f"{date_words(self.day)}の時点で、名簿に職員がいません。",)
        try:
            average = roster_average((one.career, one.span.working_time, one.span.job) for one in self.people)
            treatment_rates(average.years, self.fiscal_year, career_path=True)
        except StaffingRefused as refusal:
            return refusal.sentences
        return ()

    @property
    def steps(self) -> tuple[str, ...]:
        """The way from persons to rates as lines of Japanese; nobody is named."""
        if self.average is None:
            return self.problems
        found = [f"{date_words(self.day)}現在の職員名簿から", *self.average.steps]
        if self.rates is None:
            found += self.problems
        else:
            found += [self.rates.base_reason, self.rates.wage_reason, CAREER_PATH_ASSUMED]
        return (*found, *self._waiting_words())

    def _waiting_words(self) -> list[str]:
        if self.with_certificates is None:
            return []
        average, rates = self.with_certificates
        then = f"平均経験年数{average.years}年"
        if rates is not None:
            then += f"、区分1 {rates.base_percent}%・区分2 {rates.wage_percent}%"
        months = sum(one.months_waiting for one in self.waiting)
        return [
            f"在職証明などが未確認の前歴を数えていない職員が{len(self.waiting)}人（あわせて{months}か月）います。"
            f"すべて確認できると、{then}になります。"
        ]

    @staticmethod
    def _average(people: Iterable[Experienced]) -> AverageExperience | None:
        try:
            return roster_average((one.career, one.span.working_time, one.span.job) for one in people)
        except StaffingRefused:
            return None


@dataclass(frozen=True, slots=True)
class RateComparison:
    """The rates by the roster beside those of the profile, whole percents."""

    fiscal_year: int
    rates: TreatmentRates | None
    base_percent: int | None
    wage_percent: int | None
    provisional: bool

    @property
    def verdict(self) -> Verdict:
        """区分1 decides, then 区分2."""
        if self.rates is None:
            return Verdict.UNKNOWN
        if self.base_percent is None or self.wage_percent is None:
            return Verdict.NOT_REGISTERED
        ours = (self.rates.base_percent, self.rates.wage_percent)
        theirs = (self.base_percent, self.wage_percent)
        if ours == theirs:
            return Verdict.EQUAL
        return Verdict.HIGHER if ours > theirs else Verdict.LOWER

    @property
    def differs(self) -> bool:
        """Whether somebody should look."""
        return self.verdict in {Verdict.HIGHER, Verdict.LOWER}

    @property
    def verdict_words(self) -> str:
        """登録と同じ, 名簿のほうが低い."""
        return VERDICT_WORDS[self.verdict]

    @property
    def tone(self) -> str:
        """Of its tag."""
        return {
            Verdict.EQUAL: "ok",
            Verdict.HIGHER: "info",
            Verdict.LOWER: "warn",
        }.get(self.verdict, "off")

    @property
    def sentence(self) -> str:
        """One line for the pages of claims; empty where there is nothing to say."""
        if not self.differs or self.rates is None:
            return ""
        provisional = "（仮）" if self.provisional else ""
        return (
            f"名簿から計算した{fiscal_year_words(self.fiscal_year)}の加算率は区分1 {self.rates.base_percent}%・"
            f"区分2 {self.rates.wage_percent}%、登録は区分1 {self.base_percent}%・区分2 {self.wage_percent}%"
            f"{provisional}です。"
        )


def experience_of(roster: Roster, fiscal_year: int) -> YearExperience:
    """Everybody on the roster on 1 April, with careers counted until the day before."""
    day = date(fiscal_year, 4, 1)
    return YearExperience(
        fiscal_year, tuple(_experienced(person, span, day) for person, span in roster.there_on(day))
    )


def career_of(person: Person, day: date) -> Career:
    """The person's career when ``day`` begins."""
    return career_on(day, [span.service for span in person.spans], person.earlier)


def compared(
    fiscal_year: int, rates: TreatmentRates | None, profile: FacilityProfile | None
) -> RateComparison:
    """The year's rates by the roster beside the profile's."""
    return RateComparison(
        fiscal_year,
        rates,
        None if profile is None else profile.base_percent,
        None if profile is None else profile.wage_percent,
        profile is not None and profile.rates_are_provisional,
    )


def months_words(months: int | Fraction) -> str:
    """``Fraction(89)`` → 7年5か月."""
    exact = Fraction(months)
    years = int(exact // 12)
    return f"{years}年{number_words(exact - 12 * years)}か月"


def _experienced(person: Person, span: Span, day: date) -> Experienced:
    career = career_of(person, day)
    could_be = career.months_elsewhere
    if any(not row.proved or row.long_enough is None for row in person.earlier):
        proved = [
            replace(row, proved=True, long_enough=row.long_enough is not False) for row in person.earlier
        ]
        then = career_on(day, [one.service for one in person.spans], proved)
        could_be = then.months_elsewhere
    return Experienced(person.member_id, person.number, span, career, could_be)


def rates_of(average: AverageExperience | None, fiscal_year: int) -> TreatmentRates | None:
    """区分1 and 区分2 of an average; None without one, or where the year's table is not known."""
    if average is None:
        return None
    try:
        return treatment_rates(average.years, fiscal_year, career_path=True)
    except StaffingRefused:
        return None
