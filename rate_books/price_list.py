"""The prices of a book, or their changes, as a list: in the order of the tables, narrowed, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from facilities.models import FacilityKind
from pricing.vocabulary import AGE_CLASSES, FACILITY_TYPES, HOURS, ITEM_LABELS
from rate_books.coverage import Change
from rate_books.grid import CERTIFICATION_WORDS, REGION_WORDS

ON_A_PAGE: Final = 25
KINDS_OF_CHANGE: Final = {"changed": "変わる単価", "added": "新しい単価", "gone": "なくなる単価"}
COLUMNS: Final = (
    "施設類型", "項目", "地域区分", "定員（から）", "定員（まで）", "認定区分", "年齢", "保育必要量",
    "初日在籍（から）", "初日在籍（まで）", "いまの単価", "新しい単価", "差", "率",
    "いまの処遇改善", "新しい処遇改善", "いまのc（%）", "新しいc（%）", "単位", "変わり方",
)  # fmt: skip
_TYPE_ORDER: Final = {code: place for place, code in enumerate(FACILITY_TYPES)}
_ITEM_ORDER: Final = {code: place for place, code in enumerate(ITEM_LABELS)}
_AGE_ORDER: Final = {code: place for place, code in enumerate(AGE_CLASSES)}
_HOURS_ORDER: Final = {code: place for place, code in enumerate(HOURS)}


@dataclass(frozen=True)
class Asked:
    """What the one who looks has chosen; unknown values choose nothing."""

    kind: str = ""
    item: str = ""
    region: str = ""
    change: str = ""
    page: str = ""

    @property
    def query(self) -> str:
        """The choice as an address, without the page."""
        chosen = {"type": self.kind, "item": self.item, "region": self.region, "change": self.change}
        return urlencode({name: value for name, value in chosen.items() if value})


@dataclass(frozen=True)
class Group:
    """The prices of one item of one facility type that stand on the page."""

    label: str
    changes: list[Change]


@dataclass(frozen=True)
class PriceList:
    """One page of the list, and what it can be narrowed to."""

    asked: Asked
    page: Page[Change]
    kinds: list[tuple[str, str]]
    items: list[tuple[str, str]]
    regions: list[tuple[str, str]]
    changes: list[tuple[str, str, int]]

    @property
    def groups(self) -> list[Group]:
        """The page by facility type and item."""
        grouped = groupby(self.page.object_list, key=lambda change: (change.label, change.item))
        return [Group("　".join(words), list(changes)) for words, changes in grouped]


def price_list(changes: Sequence[Change], asked: Asked) -> PriceList:
    """What is asked for, in the order of the tables: type, item, region, band, who."""
    rows = [change.row for change in changes]
    there = {row.facility_type for row in rows}
    kinds = [(name, FacilityKind(name).label) for name in FACILITY_TYPES if name in there]
    priced = {row.item for row in rows if asked.kind in ("", row.facility_type)}
    found = [
        change
        for change in changes
        if asked.kind in ("", change.row.facility_type)
        and asked.item in ("", change.row.item)
        and asked.region in ("", str(change.row.region_percent))
        and asked.change in ("", kind_of(change))
    ]
    percents = {row.region_percent for row in rows}
    counts = dict.fromkeys(KINDS_OF_CHANGE, 0)
    for change in changes:
        counts[kind_of(change)] += 1
    return PriceList(
        asked,
        Paginator(in_order(found), ON_A_PAGE).get_page(asked.page),
        kinds,
        [(code, ITEM_LABELS[code]) for code in ITEM_LABELS if code in priced],
        [(str(percent), words) for percent, words in REGION_WORDS.items() if percent in percents],
        [(name, KINDS_OF_CHANGE[name], count) for name, count in counts.items() if count],
    )


def kind_of(change: Change) -> str:
    """Changed, added or gone."""
    if change.before is None:
        return "added"
    return "gone" if change.after is None else "changed"


def in_order(changes: Iterable[Change]) -> list[Change]:
    """As the tables print them: type, item, region (the dearest first), band, who."""
    return sorted(changes, key=_order)


def csv_lines(changes: Iterable[Change]) -> Iterable[list[object]]:
    """Every one of them, before, after and the difference."""
    for change in in_order(changes):
        row, old, new = change.row, change.before, change.after
        yield [
            change.label,
            change.item,
            "全地域" if row.region_percent is None else REGION_WORDS[row.region_percent],
            _cell(row.capacity_min),
            _cell(row.capacity_max),
            CERTIFICATION_WORDS.get(row.certification, ""),
            AGE_CLASSES.get(row.age_class, ""),
            HOURS.get(row.hours, ""),
            _cell(row.enrolled_min),
            _cell(row.enrolled_max),
            _cell(old.amount if old else None),
            _cell(new.amount if new else None),
            change.delta if old and new else "",
            change.percent if old and new else "",
            _cell(old.treatment_yen if old else None),
            _cell(new.treatment_yen if new else None),
            _tenths(old.c_tenths if old else None),
            _tenths(new.c_tenths if new else None),
            change.unit,
            KINDS_OF_CHANGE[kind_of(change)],
        ]


def _order(change: Change) -> tuple[Any, ...]:
    row = change.row
    return (
        _TYPE_ORDER[row.facility_type],
        _ITEM_ORDER[row.item],
        row.variant,
        row.region_percent is None,
        -(row.region_percent or 0),
        row.capacity_min or 0,
        row.capacity_max or 10**6,
        row.certification,
        _AGE_ORDER.get(row.age_class, -1),
        _HOURS_ORDER.get(row.hours, -1),
        row.enrolled_min or 0,
        row.unit,
    )


def _cell(value: int | None) -> int | str:
    return "" if value is None else value


def _tenths(value: int | None) -> str:
    return "" if value is None else f"{value // 10}.{value % 10}"
