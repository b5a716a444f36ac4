"""
What a roster tells of the facts that conditions of 加算 ask about (``pricing.conditions.facts``), each with its source.

Only what rows say: a job nobody has is told where only staff of one's own could do it, and stays a question where an
outside contract could (事務の委託, 栄養士の嘱託).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facilities.models import FacilityProfile
from facilities.periods import ServiceMonth
from pricing.staffing.career import Career
from pricing.staffing.dates import date_words
from pricing.staffing.roundings import persons_words
from staff_records.figures.experience import (
    RateComparison,
    YearExperience,
    career_of,
    compared,
    experience_of,
    months_words,
)
from staff_records.figures.people import Person, Roster, Span
from staff_records.figures.presence import CHIEFS, Presence, presence_of
from staff_records.words import Licence

ENOUGH_FOR_A_DIRECTOR = 24
QUALIFIED = frozenset(
    {
        Licence.NURSERY_TEACHER,
        Licence.REGIONAL_NURSERY_TEACHER,
        Licence.NURSE,
        Licence.ASSISTANT_NURSE,
        Licence.PUBLIC_HEALTH_NURSE,
    }
)
# Types whose conditions ask for qualified 家庭的保育者, or for 補助者.
HOME = frozenset({"home_based", "small_c", "home_visiting"})


@dataclass(frozen=True, slots=True)
class RosterFact:
    """One fact: its name in ``Facts``, its value, and in words what the roster says."""

    name: str
    value: Any
    words: str
    source: str


@dataclass(frozen=True)
class RosterFacts:
    """
    What one facility's roster tells about a month.

    ``questions``: what would have to be registered for more; ``comparison``: the 加算率 by the roster.
    """

    month: ServiceMonth
    found: tuple[RosterFact, ...]
    questions: tuple[str, ...]
    presence: Presence
    experience: YearExperience
    comparison: RateComparison

    @property
    def values(self) -> dict[str, Any]:
        """The facts by name."""
        return {one.name: one.value for one in self.found}

    @property
    def by_name(self) -> dict[str, RosterFact]:
        """The facts with their sources by name."""
        return {one.name: one for one in self.found}


def facts_of(
    roster: Roster,
    kind: str,
    month: ServiceMonth,
    *,
    profile: FacilityProfile | None,
    dedicated: int,
    experience: YearExperience | None = None,
) -> RosterFacts | None:
    """
    What the roster tells about ``month``; None where nobody is on it on the first day.

    ``experience``: of the month's fiscal year, where it is known already.
    """
    there = roster.there_on(month.first_day)
    if not there:
        return None
    presence = presence_of(
        roster, kind, month, capacity_23=profile.capacity_23 if profile else None, dedicated=dedicated
    )
    experience = experience or experience_of(roster, month.fiscal_year)
    told = _Telling(there, kind, month, presence, experience)
    return RosterFacts(
        month=month,
        found=tuple(told.facts()),
        questions=tuple(filter(None, [presence.question])),
        presence=presence,
        experience=experience,
        comparison=compared(experience.fiscal_year, experience.rates, profile),
    )


class _Telling:
    """The people at work on the first day, asked one fact after the other."""

    def __init__(
        self,
        there: tuple[tuple[Person, Span], ...],
        kind: str,
        month: ServiceMonth,
        presence: Presence,
        experience: YearExperience,
    ) -> None:
        self.at_work = [(person, span) for person, span in there if not span.on_leave]
        self.kind, self.month, self.day = kind, month, month.first_day
        self.presence, self.experience = presence, experience

    def facts(self) -> Iterator[RosterFact]:
        yield from self._teachers()
        yield from self._average()
        yield from self._of_own_staff("vice_principal", {"vice_director", "deputy_principal"}, "副園長・教頭")
        yield from self._lecturer()
        yield from self._chief()
        yield from self._office()
        yield from self._dietitian()
        yield from self._share()
        yield from self._home_care()
        yield from self._director()

    def _fact(self, name: str, value: Any, words: str, day: str = "") -> RosterFact:
        return RosterFact(name, value, words, f"職員名簿（{day or date_words(self.day)}現在）から：{words}")

    def _teachers(self) -> Iterator[RosterFact]:
        if self.presence.value is not None:
            total = f"{self.presence.words}＝{persons_words(self.presence.value)}人"
            words = self.presence.words if self.presence.teachers.part_time is None else total
            yield self._fact("teachers", self.presence.value, words)

    def _average(self) -> Iterator[RosterFact]:
        average = self.experience.average
        if average is not None:
            words = f"対象の職員{average.persons}人の平均{months_words(average.average_months)}"
            if waiting := self.experience.waiting:
                words += f"（前歴の証明待ち{len(waiting)}人）"
            yield self._fact(
                "average_experience_months", average.average_months, words, date_words(self.experience.day)
            )

    def _of_own_staff(self, name: str, jobs: set[str], label: str) -> Iterator[RosterFact]:
        number = len(self._having(*jobs))
        yield self._fact(name, bool(number), f"{label} {number}人")

    def _lecturer(self) -> Iterator[RosterFact]:
        lecturers = self._having("lecturer")
        part_time = [one for one in lecturers if not one[1].is_regular]
        if part_time or not lecturers:
            yield self._fact("lecturer", bool(part_time), f"非常勤の講師 {len(part_time)}人")

    def _chief(self) -> Iterator[RosterFact]:
        """Who has another job besides is not 専任; that somebody without one is, the roster does not say."""
        chiefs = self._having(*CHIEFS)
        if not chiefs:
            yield self._fact("chief_dedicated", False, "主任保育士・主幹教諭 0人")
        elif all(span.concurrence for _, span in chiefs):
            yield self._fact("chief_dedicated", False, "主任保育士・主幹教諭は兼務で登録")

    def _office(self) -> Iterator[RosterFact]:
        clerks = len(self._having("clerk"))
        if clerks:
            yield self._fact("office_staff", True, f"事務員 {clerks}人")
        if clerks > 1:
            yield self._fact("extra_office_staff", True, f"事務員 {clerks}人")

    def _dietitian(self) -> Iterator[RosterFact]:
        """A cook who is 栄養士, or somebody with another job besides, is 兼務; 嘱託 is in no roster."""
        own = self._having("dietitian")
        if any(not span.concurrence for _, span in own):
            yield self._fact("dietitian", "placed", f"栄養士 {len(own)}人")
        elif shared := [*own, *self._having("cook_dietitian")]:
            yield self._fact("dietitian", "shared", f"兼務の栄養士 {len(shared)}人")

    def _share(self) -> Iterator[RosterFact]:
        share = self.presence.share
        if share is not None and self.presence.value is not None:
            yield self._fact("qualified_percent", share.percent, share.steps[0])

    def _home_care(self) -> Iterator[RosterFact]:
        if self.kind not in HOME:
            return
        yield from self._of_own_staff("home_care_assistants", {"home_care_assistant"}, "家庭的保育補助者")
        qualified = [
            person for person, span in self._having("home_carer") if person.holds_licence(QUALIFIED, self.day)
        ]
        if qualified:
            yield self._fact("qualified_staff", True, f"資格のある家庭的保育者 {len(qualified)}人")

    def _director(self) -> Iterator[RosterFact]:
        directors = self._having("director")
        careers: list[Career] = [career_of(person, self.day) for person, _ in directors]
        if any(career.months_here >= ENOUGH_FOR_A_DIRECTOR for career in careers):
            longest = max(career.months_here for career in careers)
            yield self._fact(
                "director_experienced", True, f"施設長のこの施設での勤務 {months_words(longest)}"
            )
        if directors and all(span.concurrence for _, span in directors):
            yield self._fact("director_dedicated", False, "施設長は兼務で登録")

    def _having(self, *jobs: str) -> list[tuple[Person, Span]]:
        return [(person, span) for person, span in self.at_work if span.job in jobs]
