"""Every row an item needs and the book lacks (D12): an item stops at the first, and a city loads them all at once."""

from __future__ import annotations

from collections.abc import Iterator

from pricing.claim import ItemClaim
from pricing.items.children import intake_variant
from pricing.problems import MissingPrice, Problem
from pricing.vocabulary import FACILITY_UNITS
from pricing.working import Entry, Group, Working


def missing_rows(work: Working, entry: Entry, asked: ItemClaim, stop: MissingPrice) -> list[Problem]:
    """
    The missing rows of an item that ``stop`` stopped; asked for only then, so a claim that is priced pays nothing.

    Where the book has no row of the item at all, nobody knows by which classes it would have them: one is named.
    """
    return list(dict.fromkeys([*stop.problems, *_missing_rows(work, entry, asked)]))


def _missing_rows(work: Working, entry: Entry, asked: ItemClaim) -> Iterator[Problem]:
    declared = entry.item
    if declared.section == "base":
        yield from _of_classes(work, "base", "child_month", "", work.classes)
    elif declared.unit == "headcount_month":
        yield from _of_headcounts(work, declared.code)
    elif (
        declared.unit in FACILITY_UNITS
        or declared.unit == "percent"
        or declared.code == "side_dish_exemption"
    ):
        return  # one row, and it has been named
    else:
        variant = intake_variant(work.asked) if declared.chosen_variant else asked.variant
        if not work.table.has(declared.code, variant):
            return
        targets = work.targets(declared.ages)
        if declared.code == "disability_care" and asked.children is None:
            targets = [group for group in targets if group.disabled]
        yield from _of_classes(work, declared.code, declared.unit, variant, targets)


def _of_classes(work: Working, code: str, unit: str, variant: str, groups: list[Group]) -> Iterator[Problem]:
    for group in groups:
        try:
            work.child_row(code, unit, group, variant)
        except MissingPrice as stop:
            yield from stop.problems


def _of_headcounts(work: Working, code: str) -> Iterator[Problem]:
    for variant in ("",) if code == "treatment_iii" else ("a", "b"):
        try:
            work.system_row(code, "headcount_month", variant)
        except MissingPrice as stop:
            yield from stop.problems
