"""区分3 (until 令和6年度 処遇改善等加算Ⅱ): who could be A or B, and what is missing, beside the granted headcounts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from uuid import UUID

from facilities.models import GrantedItem
from pricing.staffing import (
    Category3Candidates,
    StaffingRefused,
    Standing,
    category3_lines,
    leader_standing,
)
from pricing.staffing.leaders import NOT_LEADERS
from pricing.staffing.roundings import number_words
from staff_records.figures.experience import career_of
from staff_records.figures.people import Roster, Span

CATEGORY_3 = frozenset({"treatment_3", "treatment_ii"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person at work on the day; ``standing`` for A and for B."""

    member_id: UUID
    number: int
    span: Span
    months: int
    standing: Standing

    @property
    def rank(self) -> str:
        """A, B, or nothing."""
        return "A" if self.standing.a.qualifies else "B" if self.standing.b.qualifies else ""

    @property
    def is_above(self) -> bool:
        """施設長 to 主任: no leaders of 区分3."""
        return self.span.job in NOT_LEADERS

    @property
    def hours_missing(self) -> str:
        """Training hours missing, as words: A あと20時間、B あと15時間; empty for who cannot be either."""
        if self.is_above:
            return ""
        found = (
            (one.rank, sum((missing.hours for missing in one.hours_missing), start=Fraction(0)))
            for one in (self.standing.a, self.standing.b)
        )
        return "、".join(f"{rank} あと{number_words(hours)}時間" for rank, hours in found if hours)


@dataclass(frozen=True)
class Leaders:
    """Who is at work on ``day``; ``granted`` A and B as the city has granted them, None: no 区分3, or not with both."""

    day: date
    fiscal_year: int
    people: tuple[Candidate, ...]
    granted_a: int | None
    granted_b: int | None
    problems: tuple[str, ...] = ()

    @cached_property
    def candidates(self) -> Category3Candidates:
        """The candidates beside the granted headcounts."""
        found = category3_lines((one.standing for one in self.people), None)
        return replace(found, headcount_a=self.granted_a, headcount_b=self.granted_b)

    @property
    def eligible(self) -> tuple[Candidate, ...]:
        """Whose job can be A or B at all."""
        return tuple(one for one in self.people if not one.is_above)

    @property
    def of_other_jobs(self) -> tuple[Candidate, ...]:
        """Whose job can be neither, whatever the experience."""
        return tuple(one for one in self.people if one.is_above)

    @property
    def is_short(self) -> bool:
        """Fewer candidates than granted."""
        return self.candidates.is_short

    @property
    def steps(self) -> tuple[str, ...]:
        """The comparison as lines of Japanese; nobody is named."""
        return self.problems or self.candidates.steps


def granted_headcounts(grants: Iterable[GrantedItem]) -> tuple[int | None, int | None]:
    """A and B of 区分3 as the city has granted them; none unless both are there."""
    granted: dict[str, int] = next((one.options for one in grants if one.code in CATEGORY_3), {})
    a, b = granted.get("headcount_a"), granted.get("headcount_b")
    return (None, None) if a is None or b is None else (a, b)


def leaders_of(
    roster: Roster, kind: str, day: date, fiscal_year: int, grants: Iterable[GrantedItem]
) -> Leaders:
    """Everybody at work on ``day``; who is on leave leads nobody."""
    a, b = granted_headcounts(grants)
    people = []
    try:
        for person, span in roster.there_on(day):
            if not span.on_leave:
                months = career_of(person, day).months
                standing = leader_standing(
                    months, person.trainings, span.post or None, fiscal_year, kind, job=span.job
                )
                people.append(Candidate(person.member_id, person.number, span, months, standing))
    except StaffingRefused as refusal:
        return Leaders(day, fiscal_year, (), a, b, refusal.sentences)
    return Leaders(day, fiscal_year, tuple(people), a, b)
