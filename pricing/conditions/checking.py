"""What follows from the conditions for one facility's month: what is claimed wrongly, and what is not claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pricing.checks import not_in_table
from pricing.claim import ItemClaim
from pricing.conditions.answers import HOLDS, Answer, decide, fails, unknown
from pricing.conditions.declaring import Case, Condition
from pricing.conditions.facts import Facts
from pricing.conditions.graph import in_force
from pricing.month import fiscal_year_words
from pricing.quote import Section
from pricing.rule_sets import ALWAYS, AUTOMATIC, TypeRules, rules_for
from pricing.vocabulary import ITEM_LABELS, SYSTEMS, system_of
from pricing.working import Entry, Item


class Reason(NamedTuple):
    """A condition that fails, with why; or one that is open, with the questions to ask and the facts they ask for."""

    condition: Condition
    words: str
    sentences: tuple[str, ...]
    facts: tuple[str, ...] = ()


class ItemFinding(NamedTuple):
    """
    What the conditions say about one item: ``holds``, ``fails`` or ``unknown``.

    ``system`` is set where a 認定こども園 has the item in the table of 1号 or 2・3号 alone. Of an item that is not
    claimed, ``variant`` is the one the facts allow and ``hints`` say which claimed item speaks for it.
    """

    code: str
    label: str
    section: Section
    system: str
    is_claimed: bool
    verdict: str
    failing: tuple[Reason, ...]
    open: tuple[Reason, ...]
    variant: str = ""
    hints: tuple[str, ...] = ()

    @property
    def out_of_reach(self) -> bool:
        """It fails a condition nobody can change this month."""
        return any(reason.condition.fixed for reason in self.failing)

    @property
    def missing(self) -> tuple[Reason, ...]:
        """Exactly what stands between the facility and the item."""
        return self.failing + self.open


@dataclass(frozen=True, slots=True)
class Findings:
    """The answers about every item of the type's table of the year, in its order; claimed ones in the claim's."""

    claimed: tuple[ItemFinding, ...]
    unclaimed: tuple[ItemFinding, ...]

    @property
    def no_longer_qualifies(self) -> tuple[ItemFinding, ...]:
        """Claimed, and a condition fails. A deduction here is no longer demanded."""
        return tuple(one for one in self.claimed if one.verdict == "fails")

    @property
    def to_ask(self) -> tuple[ItemFinding, ...]:
        """Claimed, and nothing fails, but something is not known."""
        return tuple(one for one in self.claimed if one.verdict == "unknown")

    @property
    def could_be_claimed(self) -> tuple[ItemFinding, ...]:
        """Additions not claimed although every condition holds."""
        return tuple(one for one in self._additions if one.verdict == "holds")

    @property
    def within_reach(self) -> tuple[ItemFinding, ...]:
        """Additions not claimed of which something is missing or unknown that can be changed; the nearest first."""
        near = [one for one in self._additions if one.verdict != "holds" and not one.out_of_reach]
        return tuple(sorted(near, key=lambda one: (not one.hints, len(one.missing))))

    @property
    def must_be_claimed(self) -> tuple[ItemFinding, ...]:
        """Deductions not claimed although the facts demand them."""
        return tuple(one for one in self._deductions if one.verdict == "holds")

    @property
    def may_have_to_be_claimed(self) -> tuple[ItemFinding, ...]:
        """Deductions not claimed of which nobody has said yet whether the facts demand them."""
        return tuple(one for one in self._deductions if one.verdict == "unknown")

    @property
    def _additions(self) -> tuple[ItemFinding, ...]:
        return tuple(one for one in self.unclaimed if one.section != "deduction")

    @property
    def _deductions(self) -> tuple[ItemFinding, ...]:
        return tuple(one for one in self.unclaimed if one.section == "deduction")


def check(facts: Facts) -> Findings:
    """
    Put every condition in force to the facts.

    An unknown fact makes nothing hold and nothing fail by itself: the answer is ``unknown`` with the question.

    :raises NoRuleSet: before 平成27年度 there was no 公定価格.
    """
    return _Inquiry(facts, rules_for(facts.facility_type, facts.fiscal_year)).findings()


class _Inquiry:
    """One check: the claim laid out over the tables, and the answers about required items, found once."""

    def __init__(self, facts: Facts, rules: TypeRules) -> None:
        self.facts = facts
        self.rules = rules
        self.every_system = rules.systems
        self.systems = self._systems()
        automatic = [ItemClaim(entry.item.code) for entry in rules.entries if _is_asked_anyway(entry)]
        asked = [one for one in facts.claimed if one.code not in AUTOMATIC]
        self.claims = (*automatic, *asked)
        self.codes = frozenset(one.code for one in self.claims if rules.systems_of(one.code))
        self.verdicts: dict[str, str] = {}

    def findings(self) -> Findings:
        claimed = [finding for one in self.claims for finding in self._of_claim(one)]
        hints = self._hints(claimed)
        return Findings(tuple(claimed), tuple(self._unclaimed(hints)))

    def _systems(self) -> tuple[str, ...]:
        """The systems the facility has children or a 利用定員 in, as far as known."""
        given, children = self.facts.capacity, self.facts.children
        if len(self.every_system) == 1 or given is None or children is None:
            return self.every_system
        present = {system_of(child.certification) for child in children}
        return tuple(one for one in self.every_system if given.has(one) or one in present)

    def _of_claim(self, asked: ItemClaim) -> list[ItemFinding]:
        systems = self.rules.systems_of(asked.code)
        if asked.certification:
            systems = tuple(system for system in systems if system == asked.certification)
        if not systems:
            return [self._not_in_table(asked)]
        systems = tuple(system for system in systems if system in self.systems) or systems
        items: dict[Item, list[str]] = {}
        for system in systems:
            items.setdefault(self.rules.tables[system].by_code[asked.code].item, []).append(system)
        return [
            self._finding(
                self.rules.tables[own[0]].by_code[asked.code],
                asked,
                tuple(own),
                asked.certification if len(self.every_system) > 1 else "",
                claimed=True,
            )
            for own in items.values()
        ]

    def _not_in_table(self, asked: ItemClaim) -> ItemFinding:
        sentence = not_in_table(asked.code, self.rules.facility_type)
        words = f"{fiscal_year_words(self.rules.fiscal_year)}の表にある"
        condition = Condition("needs", "table", words, "pricing.md §6、§9", fixed=True, code=asked.code)
        reason = Reason(condition, words, (sentence,))
        label = ITEM_LABELS.get(asked.code, asked.code)
        return ItemFinding(asked.code, label, "addition", asked.certification, True, "fails", (reason,), ())

    def _unclaimed(self, hints: dict[str, list[str]]) -> list[ItemFinding]:
        claimed: dict[str, set[str]] = {}
        for one in self.claims:
            covered = (one.certification,) if one.certification else self.every_system
            claimed.setdefault(one.code, set()).update(covered)
        found = []
        for system in self.systems:
            for entry in self.rules.tables[system].entries:
                code = entry.item.code
                if code in AUTOMATIC or system in claimed.get(code, ()):
                    continue
                by_system = len(self.every_system) > 1 and not entry.whole_facility
                if not by_system:
                    claimed.setdefault(code, set()).update(self.every_system)
                systems = (system,) if by_system else self.systems
                finding = self._finding(
                    entry, ItemClaim(code), systems, system if by_system else "", claimed=False,
                    hints=tuple(hints.get(code, ())),
                )  # fmt: skip
                found.append(finding)
        return found

    def _hints(self, claimed: list[ItemFinding]) -> dict[str, list[str]]:
        """What claimed items that qualify say about others."""
        hints: dict[str, list[str]] = {}
        for one in claimed:
            if one.verdict != "holds":
                continue
            for system in self.rules.systems_of(one.code):
                if one.system not in ("", system):
                    continue
                for condition in self._in_force(self.rules.tables[system].by_code[one.code].item):
                    if condition.kind == "implies" and condition.words not in hints.get(condition.other, ()):
                        hints.setdefault(condition.other, []).append(condition.words)
        return hints

    def _finding(
        self,
        entry: Entry,
        asked: ItemClaim,
        systems: tuple[str, ...],
        system: str,
        *,
        claimed: bool,
        hints: tuple[str, ...] = (),
    ) -> ItemFinding:
        item = entry.item
        case = Case(self.facts, asked, systems, self.codes | {item.code}, item.variants, claimed)
        failing: list[Reason] = []
        open_ones: list[Reason] = []
        variant = ""
        for condition in self._in_force(item):
            answer = self._answer(condition, case)
            if answer.verdict == "fails":
                failing.append(_reason(condition, answer, item.code))
            elif answer.verdict == "unknown":
                open_ones.append(_reason(condition, answer, item.code))
            elif condition.fitting is not None and not claimed:
                variant = condition.fitting(case)[0]
        return ItemFinding(
            code=item.code,
            label=f"{entry.label}（{SYSTEMS[system]}）" if system else entry.label,
            section=item.section,
            system=system,
            is_claimed=claimed,
            verdict="fails" if failing else "unknown" if open_ones else "holds",
            failing=tuple(failing),
            open=tuple(open_ones),
            variant=variant,
            hints=hints,
        )

    def _in_force(self, item: Item) -> tuple[Condition, ...]:
        return in_force(item, self.rules.facility_type, self.rules.fiscal_year)

    def _answer(self, condition: Condition, case: Case) -> Answer:
        if condition.test is not None:
            return condition.test(case)
        if condition.kind == "excludes":
            other = condition.counterpart(case.asked.code)
            return decide(other not in self.codes, f"「{ITEM_LABELS[other]}」と一緒には請求できません。")
        if condition.kind == "requires":
            return self._of_required(condition.other)
        return HOLDS

    def _of_required(self, code: str) -> Answer:
        label = ITEM_LABELS[code]
        if code not in self.codes:
            return fails(f"「{label}」を請求していません。")
        if code not in self.verdicts:
            claim = next(one for one in self.claims if one.code == code)
            self.verdicts[code] = self._of_claim(claim)[0].verdict
        return {
            "holds": HOLDS,
            "unknown": unknown(f"先に「{label}」の要件を確かめてください。"),
            "fails": fails(f"「{label}」の要件を満たしていません。"),
        }[self.verdicts[code]]


def _is_asked_anyway(entry: Entry) -> bool:
    """What comes with every claim is checked where it has conditions (処遇改善)."""
    return entry.item.code in ALWAYS and bool(entry.item.conditions)


def _reason(condition: Condition, answer: Answer, code: str) -> Reason:
    words = condition.words
    if condition.kind == "excludes" and condition.code != code:
        words = f"「{ITEM_LABELS[condition.code]}」と一緒には請求できない"
    return Reason(condition, words, answer.sentences, answer.facts)
