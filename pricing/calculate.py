"""From a claim and a book to a quote: every item asked for, in the order of the official table."""

from __future__ import annotations

from typing import Final

from pricing.books import RateBook, is_in_effect
from pricing.checks import use_problems
from pricing.claim import ChildClass, ClaimInput, ItemClaim
from pricing.missing import missing_rows
from pricing.month import Month
from pricing.problems import InputProblems, MissingPrice, NoBookInForce, Problem
from pricing.quote import Line, Quote
from pricing.rule_sets import ALWAYS, BY_CHILDREN, RuleSet, TypeRules, rules_for
from pricing.vocabulary import FACILITY_UNITS, system_of
from pricing.working import Working, open_sheet

_AUTOMATIC: Final = {code: ItemClaim(code) for code in ALWAYS}
_BY_CHILDREN: Final = {code: ItemClaim(code) for code in BY_CHILDREN}


def calculate(claim: ClaimInput, book: RateBook) -> Quote:
    """
    Price one facility's month.

    Eligibility is not checked: what is asked is priced. A system without children gives no
    lines. Amounts are whole yen; the total is the sum of the lines.

    :raises InputProblems: an item cannot be priced as asked (March item in another month, a
        facility item without children, an item the year's table does not have).
    :raises MissingPrice: rows the claim needs are not in the book; all of them are named.
    :raises NoRuleSet: the book's fiscal year is not calculated here.
    :raises NoBookInForce: the book takes effect after the month.
    """
    rules = check_book(claim.facility_type, claim.month, book)
    sheets = _sheets(claim, rules, book)
    enrolled = {work.system: work.enrolled for work in sheets}
    problems = use_problems(claim, rules)
    if problems:
        raise InputProblems(problems)
    lines: list[Line] = []
    missing: list[Problem] = []
    for work in sheets:
        if work.classes or (work.enrolled and len(sheets) == 1):
            _calculate(work, rules.tables[work.system], lines, missing, problems)
    if problems:
        raise InputProblems(dict.fromkeys([*problems, *missing]))
    if missing:
        raise MissingPrice(dict.fromkeys(missing))
    return Quote(
        total_yen=sum([line.amount_yen for line in lines]),
        lines=tuple(lines),
        enrolled=sum(enrolled.values()),
        children=sum([work.count for work in sheets]),
        book=book,
        enrolled_by_system=enrolled,
    )


def check_book(facility_type: str, month: Month, book: RateBook) -> TypeRules:
    """
    The rules of the book's year, when the book can price the type and month at all.

    :raises NoRuleSet: the book's fiscal year is not calculated here.
    :raises NoBookInForce: the book takes effect after the month.
    :raises MissingPrice: the book does not cover the facility type.
    """
    rules = rules_for(facility_type, book.fiscal_year)
    if not is_in_effect(book, month):
        first = book.effective_from
        message = (
            f"単価表 {book.id} は{Month(first.year, first.month).words}{first.day}日からのもので、"
            f"{month.words}には使えません。ほかの単価表を選んでください。"
        )
        raise NoBookInForce([Problem("ratebook", message)])
    book.require(facility_type)
    return rules


def _sheets(claim: ClaimInput, rules: TypeRules, book: RateBook) -> list[Working]:
    """A sheet for each system the facility has a 利用定員 for, with the items asked of it (D17)."""
    split_disabled = "disability_care" in [asked.code for asked in claim.items]
    alone = len(rules.tables) == 1
    sheets = []
    for system in rules.tables:
        children: tuple[ChildClass, ...] | list[ChildClass] = claim.children
        if not alone:
            children = [child for child in children if system_of(child.certification) == system]
            if not children and not claim.capacity.has(system):
                continue
        table = book.table(claim.facility_type, claim.region_percent, claim.capacity.of(system), system)
        work = open_sheet(claim, table, system, children, is_alone=alone, split_disabled=split_disabled)
        work.asked = {asked.code: asked for asked in claim.items if asked.certification in ("", system)}
        sheets.append(work)
    if not alone:
        everybody = sum([work.enrolled for work in sheets])
        for work in sheets:
            work.facility_enrolled = everybody
    return sheets


def _calculate(
    work: Working, rules: RuleSet, lines: list[Line], missing: list[Problem], problems: list[Problem]
) -> None:
    asked_for = {**_AUTOMATIC, **work.asked}
    if work.groups is not work.classes:
        asked_for["mid_month"] = _BY_CHILDREN["mid_month"]
    if any(group.employee_slot for group in work.classes):
        asked_for["employee_slot"] = _BY_CHILDREN["employee_slot"]
    for entry in rules.entries:
        declared = entry.item
        asked = asked_for.get(declared.code)
        # Nobody to divide by: a facility's item asked for both systems is carried by the other one's children (D3).
        if asked is None or (not work.enrolled and declared.unit in FACILITY_UNITS):
            continue
        try:
            lines.append(declared.calculate(work, entry, asked))
        except MissingPrice as stop:
            missing.extend(missing_rows(work, entry, asked, stop))
        except InputProblems as stop:
            problems.extend(stop.problems)
