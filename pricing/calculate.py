"""From a claim and a book to a quote: every item asked for, in the order of the official table."""

from __future__ import annotations

from typing import Final

from pricing.books import RateBook, is_in_effect
from pricing.checks import use_problems
from pricing.claim import ClaimInput, ItemClaim
from pricing.problems import InputProblems, MissingPrice, NoBookInForce, Problem
from pricing.quote import Line, Quote
from pricing.rule_sets import rule_set_for
from pricing.working import open_sheet

_AUTOMATIC: Final = {code: ItemClaim(code) for code in ("base", "treatment_1_2")}


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
    rules = rule_set_for(claim.facility_type, book.fiscal_year)
    if not is_in_effect(book, claim.month):
        message = (
            f"単価表 {book.id} は{book.effective_from.isoformat()}からのもので、"
            f"{claim.month.words}には使えません。ほかの単価表を選んでください。"
        )
        raise NoBookInForce([Problem("ratebook", message)])
    table = book.table(claim.facility_type, claim.region_percent, claim.capacity.of(rules.system))
    work = open_sheet(claim, table, rules.system)
    problems = use_problems(claim.items, rules, claim.month, work.enrolled)
    if problems:
        raise InputProblems(problems)
    lines: list[Line] = []
    missing: list[Problem] = []
    if work.enrolled:
        asked_for = {**_AUTOMATIC, **work.asked}
        for entry in rules.entries:
            asked = asked_for.get(entry.item.code)
            if asked is None:
                continue
            try:
                lines.append(entry.item.calculate(work, entry, asked))
            except MissingPrice as stop:
                missing.extend(stop.problems)
    if missing:
        raise MissingPrice(dict.fromkeys(missing))
    return Quote(
        total_yen=sum([line.amount_yen for line in lines]),
        lines=tuple(lines),
        enrolled=work.enrolled,
        children=work.count,
        book=book,
    )
