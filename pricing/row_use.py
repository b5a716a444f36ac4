"""What a row of a book must be for its item to find it: the unit the item is computed by, and a variant it has."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from pricing.books import PriceRow
from pricing.rule_sets import AUTOMATIC, TABLES
from pricing.vocabulary import FACILITY_TYPES, ITEM_LABELS, SYSTEMS, UNITS
from pricing.working import Item

# Items whose rows differ by what no claim chooses: the prices of 人数A and 人数B (D4, D13).
HEADCOUNT_VARIANTS: Final = {"treatment_3": ("a", "b"), "treatment_ii": ("a", "b")}


class Use(NamedTuple):
    """The units and variants an item's rows have in one system's table, over all its years."""

    units: frozenset[str]
    variants: frozenset[str]


def row_variants(item: Item) -> tuple[str, ...]:
    """The variants an item's rows have; one empty one where it has none."""
    return HEADCOUNT_VARIANTS.get(item.code) or tuple(item.variants) or ("",)


@cache
def uses_of(facility_type: str, code: str) -> dict[str, Use]:
    """By system, how the type's tables use the rows of an item; empty when they never have it."""
    found = {}
    for system, entries in TABLES[facility_type].items():
        items = [entry.item for entry in entries if entry.item.code == code]
        if items:
            found[system] = Use(
                frozenset([item.unit for item in items]),
                frozenset([variant for item in items for variant in row_variants(item)]),
            )
    return found


def is_used(row: PriceRow) -> bool:
    """Whether the type's tables have the item at all, in the system the row holds for, with rows of its own."""
    systems = uses_of(row.facility_type, row.item)
    system = system_of_row(row)
    return row.item not in AUTOMATIC - {"base"} and (system in systems if system else bool(systems))


def system_of_row(row: PriceRow) -> str:
    """1 or 23; empty where the row holds for both."""
    return "" if not row.certification else "1" if row.certification == "1" else "23"


def problems_of_use(row: PriceRow) -> list[str]:
    """Why no claim would ever find this row, though the type has the item; each as a sentence."""
    uses = uses_of(row.facility_type, row.item)
    system = system_of_row(row)
    held = [use for name, use in uses.items() if system in ("", name)]
    if not held:
        return []
    units = frozenset[str]().union(*[use.units for use in held])
    variants = frozenset[str]().union(*[use.variants for use in held])
    table = f" {SYSTEMS[system]}" if system and len(uses) > 1 else ""
    label = f"{FACILITY_TYPES[row.facility_type]}{table}の「{ITEM_LABELS[row.item]}」（{row.item}）"
    problems = []
    if row.unit not in units:
        problems.append(f"unit: {label}の単位は {'・'.join(unit for unit in UNITS if unit in units)} です。")
    if row.variant not in variants:
        named = "・".join(sorted(variant for variant in variants if variant))
        wanted = f"{named} のいずれかで書いてください" if named else "空にしてください"
        said = f"に「{row.variant}」という区分はありません" if row.variant else "には区分が必要です"
        problems.append(f"variant: {label}{said}。{wanted}。")
    return problems
