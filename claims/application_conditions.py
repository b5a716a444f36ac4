"""The conditions of an addition while a facility applies for it, checked with what the rooms hold of its month."""

from dataclasses import replace
from typing import Any, Final

from applications.condition_checks import AskedAddition, Condition, Findings, Verdict, checks_conditions
from claims import answers
from claims.composing import Ingredients, gather_terms
from claims.conditions import ITEM_OPTIONS, known_facts, read_answers, read_rosters
from claims.models import CountSheet
from claims.states import SheetStatus
from facilities.periods import ServiceMonth
from pages.wareki import month_words
from pricing import ItemClaim, Month, NoRuleSet
from pricing.conditions.checking import ItemFinding, check
from pricing.conditions.facts import Facts

VERDICTS: Final = {"holds": Verdict.HOLDS, "fails": Verdict.FAILS, "unknown": Verdict.UNKNOWN}
ORDER: Final = (Verdict.FAILS, Verdict.UNKNOWN, Verdict.HOLDS)


@checks_conditions
def check_addition(asked: AskedAddition) -> Findings | None:
    """
    The addition as if it were claimed in the month, beside what is granted: five queries, some more with a roster.

    Children are those of the month, else of the newest month before it that has counts.
    """
    sheet = _sheet_for(asked)
    found = _ingredients(asked, sheet)
    facts = _with_asked(known_facts(found), asked, knows_children=sheet is not None)
    try:
        own = [one for one in check(facts).claimed if one.code == asked.code]
    except NoRuleSet:
        return None
    if not own:
        return None
    verdict = next(verdict for verdict in ORDER if any(VERDICTS[one.verdict] is verdict for one in own))
    return Findings(verdict, tuple(_conditions(own)), _basis(sheet))


def _sheet_for(asked: AskedAddition) -> CountSheet | None:
    sheets = CountSheet.objects.filter(facility=asked.facility, month__lte=asked.month.first_day)
    current = sheets.exclude(status=SheetStatus.SUPERSEDED).select_related("facility__municipality")
    newest: CountSheet | None = current.order_by("-month").first()
    return newest


def _ingredients(asked: AskedAddition, sheet: CountSheet | None) -> Ingredients:
    counted = sheet or CountSheet(facility=asked.facility, month=asked.month.first_day)
    gathered = gather_terms([counted], asked.month, books=())
    read_answers(gathered, asked.month)
    read_rosters(gathered, asked.month)
    return gathered[asked.facility.pk]


def _with_asked(known: Facts, asked: AskedAddition, *, knows_children: bool) -> Facts:
    options = {name: value for name, value in asked.options.items() if name in ITEM_OPTIONS}
    own = ItemClaim(code=asked.code, certification=asked.certification, **options)
    others = tuple(one for one in known.claimed if one.code != asked.code)
    told: dict[str, Any] = {
        name: answers.as_fact(name, value) for name, value in asked.facts.items() if name in answers.BY_NAME
    }
    if not knows_children:
        told |= {"children": None, "disabled_children": None}
    return replace(known, month=Month(asked.month.year, asked.month.month), claimed=(*others, own), **told)


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
