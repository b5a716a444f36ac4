"""
加算の確認: what the conditions say of a facility's month, for one facility or for a whole city.

Every look asks the conditions anew, with what the rooms know now; what lists of the whole city show of that is kept
(``kept_findings``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from claims import answers
from claims.composing import Ingredients, gather_terms
from claims.conditions import known_facts, read_rosters
from claims.expecting import Expectation, other_year
from claims.findings_told import FindingsTold
from claims.models import CountSheet
from claims.queries.expected import expectation_of, ingredients_expected, months_to_come
from claims.states import SheetStatus
from facilities.forms.items import option_words
from facilities.models import Facility, GrantedItem
from facilities.periods import ServiceMonth
from pages.wareki import month_words
from pricing import SECTION_LABELS
from pricing.conditions.checking import Findings, ItemFinding, Reason, check
from pricing.conditions.facts import QUESTIONS, Facts
from pricing.rule_sets import claimable_entry
from staff_records.figures.facts import RosterFact, RosterFacts
from staff_records.figures.leaders import CATEGORY_3, Leaders

MONTHS_LISTED: Final = 24
ANSWERED, APPLIED = "施設の回答", "提出した申請の内容"
# In the order of the page: what money hangs on first, what is as it should be last.
FAILS, MUST, ASK, MAYBE, COULD, REACH, HOLDS = "fails", "must", "ask", "maybe", "could", "reach", "holds"
STATES: Final[Mapping[str, str]] = {
    FAILS: "要件を満たしていない可能性がある項目",
    MUST: "請求に入れる必要がある可能性がある減算",
    ASK: "請求中で、まだ確かめられていない項目",
    MAYBE: "当てはまるか確かめる減算",
    COULD: "請求できる可能性がある加算",
    REACH: "条件が足りない加算",
    HOLDS: "要件を満たしている項目",
}
TONES: Final[Mapping[str, str]] = {
    FAILS: "bad",
    MUST: "warn",
    ASK: "warn",
    MAYBE: "info",
    COULD: "now",
    REACH: "off",
    HOLDS: "ok",
}


@dataclass(frozen=True)
class Found:
    """One finding on a page: with the granted item it is about, if one is, and what it was granted with."""

    state: str
    finding: ItemFinding
    grant_id: UUID | None
    options: tuple[tuple[str, str], ...]
    variant_words: str
    checked: "Checked"

    @property
    def sources(self) -> tuple[RosterFact, ...]:
        """What the roster tells that the item's conditions have asked for."""
        return self.checked.told_for.get((self.finding.code, self.finding.system), ())

    @property
    def leaders(self) -> Leaders | None:
        """Of 区分3: the candidates of the roster beside the granted headcounts."""
        return self.checked.ingredients.leaders if self.finding.code in CATEGORY_3 else None

    @property
    def section(self) -> str:
        """基本, 加算 or 減算."""
        return SECTION_LABELS[self.finding.section]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What fails; what is open only where nothing fails, or where exactly what is missing is told."""
        return self.finding.missing if self.state != FAILS else self.finding.failing

    @property
    def questions(self) -> tuple[Reason, ...]:
        """What is open besides, of an item that fails already."""
        return self.finding.open if self.state == FAILS else ()


@dataclass(frozen=True)
class Group:
    """All findings of one state."""

    state: str
    found: tuple[Found, ...]

    @property
    def title(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """Of its tag."""
        return TONES[self.state]


@dataclass(frozen=True)
class Contradiction:
    """
    The facility has said something else than what was checked with: its roster, or before its answers its applications.

    ``where`` it has said it: 申請, or the answers on this page.
    """

    question: str
    told: RosterFact
    answered: str
    where: str


@dataclass(frozen=True)
class Checked:
    """One facility's month, held against every condition in force."""

    ingredients: Ingredients
    facts: Facts
    findings: Findings

    @property
    def facility(self) -> Facility:
        """Whose month it is."""
        return self.ingredients.facility

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The findings by state, in the order of the page; states without any are left out."""
        by_state = self._by_state
        made = [Group(state, tuple([self._found(state, one) for one in by_state[state]])) for state in STATES]
        return tuple(group for group in made if group.found)

    @property
    def findings_told(self) -> FindingsTold:
        """The findings in plain values, for lists and for keeping."""
        found, profile = self.findings, self.ingredients.profile
        only = ""
        if profile is not None and (profile.capacity_1 is None or profile.capacity_23 is None):
            only = "1" if profile.capacity_23 is None else "23"
        return FindingsTold.of(self._by_state, (*found.claimed, *found.unclaimed), only)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows one facility's page shows, for the record."""
        used = self.ingredients
        grants = [one.grant_id for group in self.groups for one in group.found if one.grant_id]
        return {
            "sheet": [used.sheet.pk],
            "profile": [used.profile.pk] if used.profile else [],
            "facts": [used.facts.pk] if used.facts else [],
            "condition_answers": [used.answers.pk] if used.answers else [],
            "granted_item": list(dict.fromkeys(grants)),
        }

    @cached_property
    def to_answer(self) -> list[str]:
        """The facts that the facility can answer, as questions stand on the page: of what is claimed first."""
        return answers.answerable(
            name
            for state in (FAILS, ASK, MAYBE, COULD, REACH)
            for one in self._by_state[state]
            for reason in one.open
            for name in reason.facts
        )

    @property
    def questions(self) -> list[answers.Question]:
        """
        What the facility is asked: what is open, then what it has answered, so that it can change it.

        What the roster or an application tells is not asked, unless the facility has answered something else.
        """
        names = dict.fromkeys([*self.to_answer, *self._given])
        kind, year = self.facility.kind, self.ingredients.month.fiscal_year
        return [
            answers.question_of(name, kind, year)
            for name in names
            if name not in self._told or name in self._contradicted
        ]

    @property
    def answered(self) -> list[tuple[str, str]]:
        """What the facility has answered: question and answer in words."""
        kind, year = self.facility.kind, self.ingredients.month.fiscal_year
        questions = [(answers.question_of(name, kind, year), kept) for name, kept in self._given.items()]
        return [(question.words, answers.in_words(question, kept)) for question, kept in questions]

    @property
    def roster(self) -> RosterFacts | None:
        """What the roster tells of the month; None: nobody is on it."""
        return self.ingredients.roster

    @cached_property
    def told(self) -> tuple[RosterFact, ...]:
        """What roster and applications tell, as far as any condition of the type asks for it."""
        used = {one.name for facts in self.told_for.values() for one in facts}
        return tuple([one for one in self._told.values() if one.name in used])

    @cached_property
    def told_for(self) -> dict[tuple[str, str], tuple[RosterFact, ...]]:
        """By item and system, what of all that its conditions ask for: the questions it would ask without."""
        if not self._told:
            return {}
        unknown: dict[str, Any] = dict.fromkeys(self._told)
        without = check(replace(self.facts, **unknown))
        found = {}
        for finding in (*without.claimed, *without.unclaimed):
            asked = dict.fromkeys([name for reason in finding.open for name in reason.facts])
            found[finding.code, finding.system] = tuple(
                self._told[name] for name in asked if name in self._told
            )
        return found

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Answers that say something else than the roster or an application, and applications than the roster."""
        kind, year = self.facility.kind, self.ingredients.month.fiscal_year
        by_roster = self.roster.by_name if self.roster else {}
        found = [
            Contradiction(QUESTIONS[name], by_roster[name], said.words, APPLIED)
            for name, said in self.ingredients.applied.items()
            if name in by_roster and answers.differ(name, said.value, by_roster[name].value)
        ]
        for name in self._contradicted:
            question = answers.question_of(name, kind, year)
            answered = answers.in_words(question, self._given[name])
            found.append(Contradiction(question.words, self._told[name], answered, ANSWERED))
        return tuple(found)

    @cached_property
    def _told(self) -> dict[str, RosterFact]:
        """What was checked with and is not from counts, profile or grants: those stand before applications."""
        applied = {
            name: said
            for name, said in self.ingredients.applied.items()
            if getattr(self.facts, name) == said.value
        }
        return {**applied, **(self.roster.by_name if self.roster else {})}

    @property
    def _given(self) -> dict[str, Any]:
        return self.ingredients.answers.answers if self.ingredients.answers else {}

    @property
    def _contradicted(self) -> list[str]:
        return [
            name
            for name, kept in self._given.items()
            if name in self._told
            and name in answers.BY_NAME
            and answers.contradicts(name, kept, self._told[name].value)
        ]

    @cached_property
    def _by_state(self) -> dict[str, tuple[ItemFinding, ...]]:
        found = self.findings
        return {
            FAILS: found.no_longer_qualifies,
            MUST: found.must_be_claimed,
            ASK: found.to_ask,
            MAYBE: found.may_have_to_be_claimed,
            COULD: found.could_be_claimed,
            REACH: found.within_reach,
            HOLDS: tuple([one for one in found.claimed if one.verdict == "holds"]),
        }

    def _found(self, state: str, finding: ItemFinding) -> Found:
        kind = self.facility.kind
        grant = self._grant(finding) if finding.is_claimed else None
        entry = claimable_entry(kind, finding.code, finding.system)
        return Found(
            state,
            finding,
            grant.pk if grant else None,
            tuple(option_words(finding.code, kind, grant.options)) if grant else (),
            entry.item.variants.get(finding.variant, "") if entry else "",
            self,
        )

    def _grant(self, finding: ItemFinding) -> GrantedItem | None:
        own = [grant for grant in self.ingredients.grants if grant.code == finding.code]
        return next((grant for grant in own if grant.certification in {"", finding.system}), None)


@dataclass(frozen=True)
class AdditionsView:
    """
    One facility's page; ``checked`` None: no counts have come, or ``refused`` says why not for this month.

    ``month``: the one asked for, else the newest that has counts. ``expected``: it has none of its own, and the newest
    counts stand for it (見込み), with what the roster's changes do until then; ``coming``: more such months.
    """

    month: ServiceMonth | None
    months: tuple[ServiceMonth, ...]
    checked: Checked | None
    refused: str = ""
    expected: Expectation | None = None
    coming: tuple[ServiceMonth, ...] = ()

    @property
    def is_expected(self) -> bool:
        """Whether the month's own children are not counted yet."""
        return self.checked is not None and self.checked.ingredients.expected_in is not None

    @property
    def counted(self) -> ServiceMonth | None:
        """The month whose counts were used."""
        return self.checked.ingredients.sheet.service_month if self.checked else None

    @property
    def choices(self) -> list[tuple[ServiceMonth, bool]]:
        """The months to choose from, the newest first, and whether each is expected only."""
        coming = {*self.coming, *([self.month] if self.is_expected and self.month else [])}
        return [(month, month in coming) for month in sorted({*self.months, *coming}, reverse=True)]

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record; whose changes are told, too, though nobody is named."""
        if self.checked is None:
            return {}
        members = self.expected.member_ids if self.expected else []
        return {**self.checked.row_ids, **({"staff_member": members} if members else {})}

    @property
    def recorded(self) -> dict[str, str]:
        """The month, and whose counts stand for it, for the record."""
        counted = {"counts_of": str(self.counted)} if self.is_expected else {}
        return {"month": str(self.month or ""), **counted}


def additions_of(facility: Facility, month: ServiceMonth | None) -> AdditionsView:
    """
    The facility's month; without one, the newest that has counts. Three queries, three more with a roster.

    A later month of the newest counts' fiscal year is expected, in twice as many.
    """
    sheets = _current_sheets().filter(facility=facility).order_by("-month")[:MONTHS_LISTED]
    by_month = {sheet.service_month: sheet for sheet in sheets}
    newest = next(iter(by_month), None)
    asked = month or newest
    if asked is None or newest is None or facility.is_public:
        return AdditionsView(newest, tuple(by_month), None)
    if asked < min(by_month):
        by_month |= {
            one.service_month: one
            for one in _current_sheets().filter(facility=facility, month=asked.first_day)
        }
    if asked in by_month:
        checked = _checked([by_month[asked]], asked)[facility.pk]
        # Nobody on the roster, nothing to come.
        coming = months_to_come(facility, newest) if asked == newest and checked.roster else ()
        return AdditionsView(asked, tuple(by_month), checked, coming=coming)
    if refused := _not_expected(facility, newest, asked):
        return AdditionsView(asked, tuple(by_month), None, refused)
    checked = _check(ingredients_expected(by_month[newest], asked))
    expected = expectation_of(facility)
    coming = expected.months if expected else ()
    return AdditionsView(asked, tuple(by_month), checked, expected=expected, coming=coming)


def _not_expected(facility: Facility, newest: ServiceMonth, asked: ServiceMonth) -> str:
    """Why a month without counts is not expected; empty where it is."""
    if asked < newest:
        return f"{month_words(asked.first_day)}の児童数は登録されていないため、加算を確認できません。"
    if asked.fiscal_year != newest.fiscal_year:
        return other_year(newest, asked)
    if not facility.lives_in(asked):
        return f"{month_words(asked.first_day)}には運営していないため、加算の確認はありません。"
    return ""


def additions_in(month: ServiceMonth, facility_ids: Collection[UUID] | None = None) -> dict[UUID, Checked]:
    """
    Every facility in scope, or of those named, that claims and has counts of the month: as many queries for a whole
    city as for one.
    """
    sheets = _current_sheets().filter(month=month.first_day)
    if facility_ids is not None:
        sheets = sheets.filter(facility__in=facility_ids)
    return _checked([sheet for sheet in sheets if not sheet.facility.is_public], month)


def _checked(sheets: Sequence[CountSheet], month: ServiceMonth) -> dict[UUID, Checked]:
    gathered = gather_terms(sheets, month, books=(), with_answers=True)
    read_rosters(gathered, month)
    return {facility_id: _check(found) for facility_id, found in gathered.items()}


def _check(found: Ingredients) -> Checked:
    facts = known_facts(found)
    return Checked(found, facts, check(facts))


def _current_sheets() -> QuerySet[CountSheet]:
    found: QuerySet[CountSheet] = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
    return found.select_related("facility__municipality")
