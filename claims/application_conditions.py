"""The conditions of an addition while a facility applies for it, checked with what the rooms hold of its month."""

from dataclasses import replace
from typing import Any, Final

from applications.condition_checks import AskedAddition, Condition, Findings, Verdict, checks_conditions
from applications.facts import FACTS, as_fact
from claims.application_sources import terms_as_of
from claims.conditions import ITEM_OPTIONS, known_facts
from claims.models import CountSheet
from facilities.periods import ServiceMonth
from pages.wareki import month_words
from pricing import ItemClaim, NoRuleSet
from pricing.conditions.checking import ItemFinding, check
from pricing.conditions.facts import Facts

VERDICTS: Final = {"holds": Verdict.HOLDS, "fails": Verdict.FAILS, "unknown": Verdict.UNKNOWN}
ORDER: Final = (Verdict.FAILS, Verdict.UNKNOWN, Verdict.HOLDS)


@checks_conditions
def check_addition(asked: AskedAddition) -> Findings | None:
    """
    The addition as if it were claimed in the month, beside what is granted: seven queries, some more with a roster.

    Children are those of the month, else of the newest month before it that has counts.
    """
    gathered, sheets = terms_as_of([asked.facility], asked.month)
    sheet = sheets.get(asked.facility.pk)
    known = known_facts(gathered[asked.facility.pk])
    facts = _with_asked(known, asked, knows_children=sheet is not None)
    try:
        own = [one for one in check(facts).claimed if one.code == asked.code]
    except NoRuleSet:
        return None
    if not own:
        return None
    verdict = next(verdict for verdict in ORDER if any(VERDICTS[one.verdict] is verdict for one in own))
    return Findings(verdict, tuple(_conditions(own)), _basis(sheet))


def _with_asked(known: Facts, asked: AskedAddition, *, knows_children: bool) -> Facts:
    options = {name: value for name, value in asked.options.items() if name in ITEM_OPTIONS}
    own = ItemClaim(code=asked.code, certification=asked.certification, **options)
    others = tuple(one for one in known.claimed if one.code != asked.code)
    told: dict[str, Any] = {
        name: as_fact(name, value) for name, value in asked.facts.items() if name in FACTS
    }
    if not knows_children:
        told |= {"children": None, "disabled_children": None}
    return replace(known, claimed=(*others, own), **told)


def _conditions(own: list[ItemFinding]) -> list[Condition]:
    """Each condition once, also where a 認定こども園 has the item in both tables."""
    found = [
        Condition(verdict, reason.words, reason.sentences)
        for one in own
        for verdict, reasons in ((Verdict.FAILS, one.failing), (Verdict.UNKNOWN, one.open))
        for reason in reasons
    ]
    return list(dict.fromkeys(found))


def _basis(sheet: CountSheet | None) -> str:
    if sheet is None:
        return "児童数はまだ届いていません"
    return (
        f"{month_words(ServiceMonth.of(sheet.month).first_day)}分の児童数と、登録されている内容で確かめました"
    )
