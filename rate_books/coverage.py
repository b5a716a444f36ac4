"""What a book covers, what it leaves out, and what it changes: the questions before it is released."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final

from facilities.models import FacilityKind
from pricing import RateBook
from pricing.books import PriceRow, band_words
from pricing.rule_sets import ALWAYS, BY_CHILDREN, rules_for
from pricing.vocabulary import AGE_CLASSES, HOURS, ITEM_LABELS, REGION_PERCENTS, SYSTEMS
from pricing.working import Entry
from rate_books.grid import CERTIFICATION_WORDS, REGION_WORDS, variant_words

# Computed from the rows of other items: they have none of their own.
WITHOUT_ROWS: Final = (ALWAYS | BY_CHILDREN) - {"base"}
_HOLD_FOR: Final = {"1": ("1", ""), "23": ("2", "3", "23", "")}


@dataclass(frozen=True)
class MissingItem:
    """An item of the year's table without a price: whoever claims it cannot be computed (D12)."""

    label: str
    code: str
    system: str
    variants: tuple[str, ...]


@dataclass(frozen=True)
class TypeCoverage:
    """One facility type of a book."""

    facility_type: str
    rows: int
    regions: tuple[str, ...]
    bands: Mapping[str, int]
    items: int
    missing: tuple[MissingItem, ...]
    holes: tuple[str, ...]

    @property
    def label(self) -> str:
        """The type in words."""
        return FacilityKind(self.facility_type).label

    @property
    def lacking_regions(self) -> tuple[str, ...]:
        """Regions without a base price."""
        return tuple(words for words in REGION_WORDS.values() if words not in self.regions)


def coverage_of(book: RateBook) -> list[TypeCoverage]:
    """What the book has for each of its types."""
    by_type: dict[str, list[PriceRow]] = defaultdict(list)
    for row in book.rows:
        by_type[row.facility_type].append(row)
    return [_type_coverage(name, by_type[name], book.fiscal_year) for name in book.facility_types]


def _type_coverage(facility_type: str, rows: list[PriceRow], fiscal_year: int) -> TypeCoverage:
    base = [row for row in rows if row.item == "base"]
    bands: dict[str, set[tuple[int | None, int | None]]] = defaultdict(set)
    for row in base:
        bands["1" if row.certification == "1" else "23"].add((row.capacity_min, row.capacity_max))
    percents = {row.region_percent for row in base}
    everywhere = None in percents
    return TypeCoverage(
        facility_type,
        len(rows),
        tuple(REGION_WORDS[percent] for percent in REGION_PERCENTS if everywhere or percent in percents),
        {SYSTEMS[system]: len(found) for system, found in sorted(bands.items())},
        len({row.item for row in rows}),
        tuple(_missing(facility_type, rows, fiscal_year)),
        tuple(_holes(base)),
    )


def _missing(facility_type: str, rows: list[PriceRow], fiscal_year: int) -> Iterable[MissingItem]:
    rules = rules_for(facility_type, fiscal_year)
    for system, entry, lacking in _lacking(facility_type, rows, fiscal_year):
        variants = entry.item.variants or {"": ""}
        named = tuple(variants[variant] for variant in lacking) if len(lacking) < len(variants) else ()
        yield MissingItem(
            entry.label, entry.item.code, SYSTEMS[system] if len(rules.tables) > 1 else "", named
        )


@lru_cache(maxsize=64)
def unpriced(book: RateBook, facility_type: str) -> Mapping[tuple[str, str], frozenset[str]]:
    """Items of the type's tables that the book has no price for: by system and code, the variants that have none."""
    rows = [row for row in book.rows if row.facility_type == facility_type]
    return {
        (system, entry.item.code): frozenset(lacking)
        for system, entry, lacking in _lacking(facility_type, rows, book.fiscal_year)
    }


def _lacking(
    facility_type: str, rows: list[PriceRow], fiscal_year: int
) -> Iterator[tuple[str, Entry, tuple[str, ...]]]:
    """(system, item, variants without a price); an item without variants has the empty one."""
    priced = {(row.item, row.certification, row.variant) for row in rows}
    # Items whose rows differ by what the claim does not choose (人数A and B) are asked for as a whole.
    priced |= {(row.item, row.certification, "") for row in rows}
    for system, table in rules_for(facility_type, fiscal_year).tables.items():
        for entry in table.entries:
            code = entry.item.code
            if code in WITHOUT_ROWS:
                continue
            lacking = tuple(
                variant
                for variant in entry.item.variants or {"": ""}
                if not any((code, certification, variant) in priced for certification in _HOLD_FOR[system])
            )
            if lacking:
                yield system, entry, lacking


def _holes(base: list[PriceRow]) -> Iterable[str]:
    """Where a class of children has a base price elsewhere, but not in this region and band."""
    classes: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    cells: dict[tuple[str, int | None, int | None, int | None], set[tuple[str, str, str]]] = defaultdict(set)
    for row in base:
        system = "1" if row.certification == "1" else "23"
        child = (row.certification, row.age_class, row.hours)
        classes[system].add(child)
        cells[system, row.region_percent, row.capacity_min, row.capacity_max].add(child)
    for (system, region, smallest, largest), found in cells.items():
        for certification, age_class, hours in sorted(classes[system] - found):
            words = [
                "全地域" if region is None else REGION_WORDS[region],
                band_words(smallest, largest),
                CERTIFICATION_WORDS.get(certification, ""),
                AGE_CLASSES.get(age_class, ""),
                HOURS.get(hours, ""),
            ]
            yield "　".join(word for word in words if word)


# ---------------------------------------------------------------- what changes


@dataclass(frozen=True)
class Change:
    """One price before and after; None where there is none."""

    before: PriceRow | None
    after: PriceRow | None

    @property
    def row(self) -> PriceRow:
        """What it is the price of."""
        row = self.after or self.before
        assert row is not None, "a change is of a price"
        return row

    @property
    def label(self) -> str:
        """The facility type in words."""
        return FacilityKind(self.row.facility_type).label

    @property
    def item(self) -> str:
        """The item in words, its kind too."""
        return item_words(self.row)

    @property
    def who(self) -> str:
        """The children (or the number of them) it is for; empty where it holds for all."""
        row = self.row
        words = [
            CERTIFICATION_WORDS.get(row.certification, ""),
            AGE_CLASSES.get(row.age_class, ""),
            HOURS.get(row.hours, ""),
        ]
        if row.enrolled_min is not None or row.enrolled_max is not None:
            words.append(f"初日在籍{row.enrolled_min or ''}〜{row.enrolled_max or ''}人")
        return "　".join(word for word in words if word)

    @property
    def place(self) -> str:
        """Region and band of 定員."""
        return self.row.place

    @property
    def unit(self) -> str:
        """What the amount is counted in, beside the number."""
        return "%" if self.row.unit == "percent" else "円"

    @property
    def rate_words(self) -> str:
        """The c of the price in per cent; empty without one."""
        return "" if self.row.c_tenths is None else _percent_words(self.row.c_tenths)

    @property
    def delta(self) -> int:
        """Yen (or percent points) more."""
        return (self.after.amount if self.after else 0) - (self.before.amount if self.before else 0)

    @property
    def share(self) -> Fraction | None:
        """The change as a share of the old price; None where that was nothing."""
        return Fraction(self.delta, self.before.amount) if self.before and self.before.amount else None

    @property
    def beside(self) -> str:
        """What changes beside the price: 処遇改善 and c, in words."""
        if self.before is None or self.after is None:
            return ""
        words = []
        if self.before.treatment_yen != self.after.treatment_yen:
            words.append(
                f"処遇改善 {_figure(self.before.treatment_yen)} → {_figure(self.after.treatment_yen)}"
            )
        if self.before.c_tenths != self.after.c_tenths:
            words.append(f"c {_percent_words(self.before.c_tenths)} → {_percent_words(self.after.c_tenths)}")
        return "、".join(words)

    @property
    def percent(self) -> str:
        """+4.2%, from the exact share; empty without an old price."""
        if self.share is None:
            return ""
        tenths = round(abs(self.share) * 1000)
        sign = "+" if self.delta > 0 else "−" if self.delta < 0 else "±"
        return f"{sign}{tenths // 10}.{tenths % 10}%"


@dataclass
class Differences:
    """A book beside the ones in force where it would begin."""

    replaced: list[RateBook] = field(default_factory=list)
    same: int = 0
    changed: list[Change] = field(default_factory=list)
    added: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)

    @property
    def everything(self) -> list[Change]:
        """Whatever is not the same as before."""
        return [*self.changed, *self.added, *self.gone]

    @property
    def range_words(self) -> str:
        """The smallest and the largest change as a share of the old price: −1.0%〜+2.1%."""
        shares = [change for change in self.changed if change.share is not None]
        if not shares:
            return ""
        least, most = min(shares, key=_share).percent, max(shares, key=_share).percent
        return least if least == most else f"{least}〜{most}"


def differences_of(book: RateBook, before: Mapping[str, RateBook | None]) -> Differences:
    """What ``book`` changes; ``before`` is the book in force now by facility type."""
    found = Differences()
    for name in book.facility_types:
        old_book = before.get(name)
        old = _by_question(old_book.rows if old_book else (), name)
        new = _by_question(book.rows, name)
        if old_book is not None and all(one is not old_book for one in found.replaced):
            found.replaced.append(old_book)
        found.added += [Change(None, row) for question, row in new.items() if question not in old]
        for question, row in old.items():
            other = new.get(question)
            if other is None:
                found.gone.append(Change(row, None))
            elif (row.unit, row.amount, row.treatment_yen, row.c_tenths) == (
                other.unit,
                other.amount,
                other.treatment_yen,
                other.c_tenths,
            ):
                found.same += 1
            else:
                found.changed.append(Change(row, other))
    return found


def item_words(row: PriceRow) -> str:
    """The item with its kind, in words: 冷暖房費（その他地域）."""
    if not row.variant:
        return ITEM_LABELS[row.item]
    kind = variant_words(row.facility_type, row.item, row.variant) or row.variant
    return f"{ITEM_LABELS[row.item]}（{kind}）"


def _figure(yen: int | None) -> str:
    return "なし" if yen is None else f"{yen:,}"


def _percent_words(tenths: int | None) -> str:
    return "なし" if tenths is None else f"{tenths // 10}.{tenths % 10}%"


def _share(change: Change) -> Fraction:
    return change.share or Fraction(0)


def _by_question(rows: Sequence[PriceRow], facility_type: str) -> dict[tuple[object, ...], PriceRow]:
    return {
        (
            row.region_percent, row.capacity_min, row.capacity_max, row.certification, row.age_class, row.hours,
            row.item, row.variant, row.enrolled_min, row.enrolled_max,
        ): row
        for row in rows
        if row.facility_type == facility_type
    }  # fmt: skip
