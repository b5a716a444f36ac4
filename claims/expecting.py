"""
見込み: what the conditions will say of months nobody has counted the children of yet, as changes on rosters touch them.

The newest counts stand for the children of such a month; profile, granted items and answers are those of the month, the
roster is that of its first day. What a change does is the difference to the roster of the counted month: everything
else is the same on both sides. Plain values: nothing is read here, nothing is stored, and no claim is made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from django.urls import reverse

from applications.models import ApplicationVersion
from claims.applied import said_in
from claims.composing import Ingredients
from claims.conditions import known_facts, told_by
from claims.models import ChildCount, ConditionAnswers, CountSheet, MonthlyFacts
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words, month_words
from pricing.conditions.checking import Findings, ItemFinding, Reason, check
from staff_records.figures.experience import YearExperience, experience_of
from staff_records.figures.people import Person, Roster
from staff_records.queries.coming import ToldChange
from staff_records.required import TermsOf

NO_COUNTS: Final = "児童数がまだ届いていないため、加算の要件への影響を見込めません。"
ADDITION: Final = "加算"
APRIL: Final = 4


class Outcome(StrEnum):
    """What changes on the roster do to an item; ``WORSE``: it lacks a condition already, and now another one."""

    LOST = "lost"
    WORSE = "worse"
    DUE = "due"
    REGAINED = "regained"


@dataclass(frozen=True)
class Basis:
    """One facility with everything its coming months are expected with."""

    sheet: CountSheet
    facility: Facility
    own_code: str
    terms: Mapping[ServiceMonth, TermsOf]
    counts: Sequence[ChildCount] = ()
    facts: Mapping[ServiceMonth, MonthlyFacts] = field(default_factory=dict)
    answers: ConditionAnswers | None = None
    applied: Sequence[ApplicationVersion] = ()
    roster: Roster = field(default_factory=Roster)

    @property
    def month(self) -> ServiceMonth:
        """The month of the counts."""
        return self.sheet.service_month

    @cached_property
    def experience(self) -> YearExperience:
        """Of 1 April: changes of later days do not touch it."""
        return experience_of(self.roster, self.month.fiscal_year)

    def ingredients(self, month: ServiceMonth) -> Ingredients:
        """``month`` with the newest counts and the roster of its first day."""
        own = self._without_roster(month)
        roster = _carried(self.roster, self.month, month)
        own.roster = told_by(roster, own, month, experience=self.experience)
        return own

    def ingredients_unchanged(self, month: ServiceMonth) -> Ingredients:
        """``month`` as it would be if nobody came, went or changed since the counts."""
        own = self._without_roster(month)
        own.roster = told_by(self.roster, own, self.month, experience=self.experience)
        return own

    def _without_roster(self, month: ServiceMonth) -> Ingredients:
        terms = self.terms[month]
        return Ingredients(
            self.sheet,
            self.facility,
            self.own_code,
            counts=list(self.counts),
            profile=terms.profile,
            grants=list(terms.grants),
            facts=self.facts.get(month),
            answers=self.answers,
            applied=said_in(self.applied, month, self.facility.kind),
            books=(),
            expected_in=month,
        )


@dataclass(frozen=True)
class ExpectedItem:
    """
    One item that changes on the roster touch, from ``first`` on; ``until``: the month in which it is over again.

    ``why``: the sentences of the conditions that fail by the changes. ``changes``: what counts from ``first`` on,
    ``healing`` what counts from ``until`` on; empty where no page asked.
    """

    outcome: Outcome
    finding: ItemFinding
    first: ServiceMonth
    why: tuple[str, ...] = ()
    until: ServiceMonth | None = None
    changes: tuple[ToldChange, ...] = ()
    healing: tuple[ToldChange, ...] = ()

    @property
    def name(self) -> str:
        """チーム保育推進加算, 学級編制調整加配加算（1号）."""
        label = self.finding.label
        if self.finding.section != "addition" or ADDITION in label:
            return label
        words, bracket, system = label.partition("（")
        return f"{words}{ADDITION}{bracket}{system}"

    @property
    def sentence(self) -> str:
        """チーム保育推進加算は6月から要件を欠く見込みです。"""
        since = f"{self.name}は{_short(self.first)}から"
        until = f"（{_short(self.until)}からは元に戻る見込みです）" if self.until else ""
        return f"{since}{self._words}見込みです{until}"

    @property
    def _words(self) -> str:
        if self.outcome is Outcome.DUE:
            return "減算にあたる"
        is_deduction = self.finding.section == "deduction"
        if self.outcome is Outcome.WORSE:
            return "ほかの要件も欠く"
        if self.outcome is Outcome.LOST:
            return "減算にあたらなくなる" if is_deduction else "要件を欠く"
        return "要件を満たす" if self.finding.verdict == "holds" else "いまの要件の不足がなくなる"

    @property
    def is_bad(self) -> bool:
        """Money is at stake."""
        return self.outcome is not Outcome.REGAINED

    def is_of(self, member_id: UUID) -> bool:
        """Whether this member's change makes it so, or ends it."""
        return any(member_id in one.member_ids for one in self.changes + self.healing)


@dataclass(frozen=True)
class Unknown:
    """What cannot be expected: of the fiscal year that begins with ``since``; None: of every month."""

    sentence: str
    since: ServiceMonth | None = None


@dataclass(frozen=True)
class Expectation:
    """
    What changes after the newest counts do to one facility's claimed items and to deductions.

    ``counted``: the month of those counts; None: there are none. ``months``: those looked at, from each of which some
    change counts. ``unknown``: why other months, or some items, cannot be expected. ``changes``: as far as opened.
    """

    facility: Facility
    counted: ServiceMonth | None
    months: tuple[ServiceMonth, ...] = ()
    items: tuple[ExpectedItem, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    changes: tuple[ToldChange, ...] = ()

    def about(self, member_id: UUID) -> "Expectation | None":
        """The part that this member's changes bear on; None where none of theirs is to come."""
        own = tuple(one for one in self.changes if member_id in one.member_ids)
        if not own:
            return None
        years = {one.from_month.fiscal_year for one in own}
        return replace(
            self,
            months=tuple(month for month in self.months if any(one.from_month == month for one in own)),
            items=tuple(one for one in self.items if one.is_of(member_id)),
            unknown=tuple(one for one in self.unknown if one.since is None or one.since.fiscal_year in years),
            changes=own,
        )

    @property
    def refused(self) -> tuple[str, ...]:
        """What cannot be expected, and why."""
        return tuple(one.sentence for one in self.unknown)

    @property
    def page(self) -> str:
        """加算の確認 of the facility."""
        return reverse("claims:additions", args=[self.facility.number])

    @property
    def at_stake(self) -> tuple[ExpectedItem, ...]:
        """Items lost and deductions that become due."""
        return tuple(one for one in self.items if one.is_bad)

    @property
    def member_ids(self) -> list[UUID]:
        """Whose changes are told, for the record."""
        return list(dict.fromkeys(member for one in self.changes for member in one.member_ids))

    @property
    def basis_words(self) -> str:
        """令和8年5月の児童数で見込んだもの."""
        return "" if self.counted is None else f"{month_words(self.counted.first_day)}の児童数で見込んだもの"

    @property
    def month_words(self) -> str:
        """11月・12月・令和9年1月・2月: the later calendar year is said once."""
        turn = next((month for month in self.months if month.month < APRIL), None)
        return "・".join(_short(month) if month == turn else f"{month.month}月" for month in self.months)


def _short(month: ServiceMonth) -> str:
    """6月; of the later calendar year of a fiscal year with it: 令和9年2月."""
    return f"{month.month}月" if month.month >= APRIL else month_words(month.first_day)


def other_year(counted: ServiceMonth, month: ServiceMonth) -> str:
    """Why a month of another fiscal year than the counts' cannot be expected."""
    return (
        f"{month_words(month.first_day)}は{fiscal_year_words(month.fiscal_year)}です。"
        "年度が変わると、子どもの年齢の区分と公定価格の表が変わるため、"
        f"{fiscal_year_words(counted.fiscal_year)}の児童数からは見込めません。"
        "その年度の児童数が届くと確かめられます。"
    )


def expect(basis: Basis, months: Sequence[ServiceMonth], changes: Sequence[ToldChange] = ()) -> Expectation:
    """
    What the changes that count from each of ``months`` do, against the roster of the counted month.

    :param months: of the counts' fiscal year, each with terms in ``basis``; in whatever order.
    :param changes: to be told beside the items they touch; none where nobody sees them.
    """
    items: list[ExpectedItem] = []
    standing: dict[tuple[str, str, Outcome], int] = {}
    questions: dict[str, None] = {}
    for month in sorted(months):
        own = basis.ingredients(month)
        questions |= dict.fromkeys(own.roster.questions if own.roster else ())
        told = tuple(one for one in changes if one.from_month == month)
        found = _differences(month, _checked(basis.ingredients_unchanged(month)), _checked(own))
        for place in [place for place in standing if place not in found]:
            at = standing.pop(place)
            items[at] = replace(items[at], until=month, healing=told)
        for place, one in found.items():
            if place not in standing:
                standing[place] = len(items)
                items.append(replace(one, changes=told))
    unknown = tuple(map(Unknown, questions))
    return Expectation(
        basis.facility, basis.month, tuple(sorted(months)), tuple(items), unknown, tuple(changes)
    )


def _checked(own: Ingredients) -> Findings:
    return check(known_facts(own))


def _differences(
    month: ServiceMonth, before: Findings, after: Findings
) -> dict[tuple[str, str, Outcome], ExpectedItem]:
    """What the roster's changes alone have done, by item and system."""
    failed = {(one.code, one.system): one.failing for one in before.no_longer_qualifies}
    due = {(one.code, one.system) for one in before.must_be_claimed}
    found: dict[tuple[str, str, Outcome], ExpectedItem] = {}

    def put(outcome: Outcome, one: ItemFinding, new: Sequence[Reason] = ()) -> None:
        why = tuple(sentence for reason in new for sentence in reason.sentences)
        found[one.code, one.system, outcome] = ExpectedItem(outcome, one, month, why)

    for one in after.claimed:
        known = failed.get((one.code, one.system), ())
        conditions = [reason.condition for reason in known]
        if new := [reason for reason in one.failing if reason.condition not in conditions]:
            put(Outcome.WORSE if known else Outcome.LOST, one, new)
        elif known and not one.failing:
            put(Outcome.REGAINED, one)
    for one in after.must_be_claimed:
        if (one.code, one.system) not in due:
            put(Outcome.DUE, one)
    return found


def _carried(roster: Roster, counted: ServiceMonth, month: ServiceMonth) -> Roster:
    """
    The roster with the hours really worked in the counted month taken for ``month``, of who has none there yet and
    works under the same terms: hours that will be entered later are no fewer teachers.
    """
    return replace(roster, people=tuple([_with_hours(one, counted, month) for one in roster.people]))


def _with_hours(person: Person, counted: ServiceMonth, month: ServiceMonth) -> Person:
    then, now = counted.first_day, month.first_day
    if then not in person.worked or now in person.worked or person.span_on(then) != person.span_on(now):
        return person
    return replace(person, worked={**person.worked, now: person.worked[then]})
