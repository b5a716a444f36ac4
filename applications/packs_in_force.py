"""Which packs of items hold for a fiscal year, and the pack an application was filled with."""

from functools import lru_cache

from django.db.models import QuerySet

from applications import sources
from applications.definitions import Item, Pack
from applications.facts import FACT, FACTS
from applications.models import Application, ItemPack
from applications.reading import Vocabulary, read_pack
from applications.states import PackState
from facilities.models import FacilityKind
from pricing import ItemClaim
from pricing.rule_sets import TABLES
from pricing.vocabulary import ITEM_LABELS

OPTIONS = frozenset(ItemClaim._fields) - {"code", "certification", "position"}
# Prices and rates come by themselves and are nobody's application.
NOT_GRANTED = frozenset({"base", "treatment_1_2", "mid_month", "employee_slot"})

DEDUCTIONS = frozenset(
    entry.item.code
    for tables in TABLES.values()
    for entries in tables.values()
    for entry in entries
    if entry.item.section == "deduction"
)


def vocabulary() -> Vocabulary:
    """What packs may refer to: asked once the rooms above have told what they know."""
    return Vocabulary(
        sources=sources.names() | {f"{FACT}{name}" for name in FACTS},
        person_sources=sources.person_names(),
        class_sources=sources.class_names(),
        facts=FACTS,
        grants={code: OPTIONS for code in ITEM_LABELS if code not in NOT_GRANTED},
        types=frozenset(FacilityKind.values),
        deductions=DEDUCTIONS,
    )


@lru_cache(maxsize=64)
def _read(content_hash: str, content: str) -> Pack:
    """Built once for each process: content never changes, and its hash is asked for with it."""
    return read_pack(content, vocabulary(), was_released=True)


def pack_of(row: ItemPack) -> Pack:
    """The pack of a row, as it was read when it was loaded."""
    return _read(row.content_hash, row.content)


def released(fiscal_year: int) -> list[tuple[ItemPack, Pack]]:
    """The packs of the city in scope for the year, in the order of their families: one query."""
    return [(row, pack_of(row)) for row in released_rows(fiscal_year)]


def released_rows(fiscal_year: int) -> QuerySet[ItemPack]:
    """Their rows."""
    rows = ItemPack.objects.filter(fiscal_year=fiscal_year, state=PackState.RELEASED)
    return rows.order_by("family", "pack_id")


def item_in_force(application: Application) -> Item:
    """
    The item as the packs in force have it: one query.

    :raises KeyError: none of them has it.
    """
    for row, pack in released(application.fiscal_year):
        if row.family == application.family and application.item_key in pack.by_key:
            return pack.by_key[application.item_key]
    raise KeyError(application.item_key)


def item_of(row: ItemPack, item_key: str) -> Item:
    """:raises KeyError: the pack has no such item."""
    return pack_of(row).by_key[item_key]
