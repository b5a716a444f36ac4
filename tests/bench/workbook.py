"""
A city's month the way cities work today: a workbook with one sheet a facility, whose formulas compute it from counts.

A sheet of prices for each facility type (the city's own region only), and for each facility its 利用定員, rates, counts
and items above, the arithmetic of each item below. Prices are found by MATCH and INDEX, rounding is INT(… ÷ 10) × 10.
The formulas know nothing of the engine's results: what they give is held against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pricing import ClaimInput, ItemClaim, RateBook
from pricing.books import PriceRow, PriceTable
from pricing.rule_sets import rules_for
from pricing.vocabulary import FACILITY_TYPES, FACILITY_UNITS, system_of
from pricing.working import Entry

TOTAL = "B1"
_SYSTEMS_OF_ROWS = {"1": ("1", ""), "23": ("2", "3", "23", "")}


@dataclass
class _Prices:
    """The sheet of one facility type: where each row stands, and where each system's 定員区分 begin."""

    title: str
    places: dict[str, int] = field(default_factory=dict)
    bands: dict[str, str] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return len(self.places) + 1


@dataclass
class _Class:
    """Children of one class on a facility's sheet: the cell of their count, and of units 土曜閉所 is taken from."""

    age: str
    hours: str
    row_certification: str
    count: str
    closure_units: list[str] = field(default_factory=list)
    base: str = ""


def city_workbook(claims: Iterable[tuple[ClaimInput, RateBook]], path: Path) -> None:
    """Write the workbook; sheet 施設1 is the first claim, 施設2 the second. The total stands in ``TOTAL``."""
    book = Workbook()
    book.remove(book.worksheets[0])
    prices: dict[str, _Prices] = {}
    for place, (claim, rate_book) in enumerate(claims, start=1):
        found = prices.get(claim.facility_type)
        if found is None:
            found = prices[claim.facility_type] = _price_sheet(book, claim, rate_book)
        _FacilitySheet(book.create_sheet(f"施設{place}"), claim, rate_book, found).fill()
    book.save(path)


def _key(row: PriceRow) -> str:
    return "|".join((row.item, row.variant, row.certification, row.age_class, row.hours, ""))


def _price_sheet(book: Workbook, claim: ClaimInput, rate_book: RateBook) -> _Prices:
    """The rows of the type in the city's region, as the official table is pasted once a year."""
    sheet = book.create_sheet(f"単価 {FACILITY_TYPES[claim.facility_type]}")
    found = _Prices(sheet.title)
    sheet.append(["行", "単価", "処遇改善", "率（1/10%）"])
    rows = [
        row
        for row in rate_book.rows
        if row.facility_type == claim.facility_type
        and row.region_percent in (None, claim.region_percent)
        and row.enrolled_min is None
        and row.enrolled_max is None
    ]
    for row in rows:
        key = _key(row) + ("" if row.capacity_min is None else str(row.capacity_min))
        sheet.append([key, row.amount, row.treatment_yen or 0, row.c_tenths or 0])
        found.places[key] = sheet.max_row
    for column, system in zip("FG", _SYSTEMS_OF_ROWS, strict=True):
        begins = sorted(
            {
                row.capacity_min
                for row in rows
                if row.item == "base"
                and row.certification in _SYSTEMS_OF_ROWS[system]
                and row.capacity_min is not None
            }
        )
        for line, smallest in enumerate(begins, start=2):
            sheet[f"{column}{line}"] = smallest
        found.bands[system] = f"'{sheet.title}'!${column}$2:${column}${len(begins) + 1}"
    return found


class _FacilitySheet:
    """One facility's month: inputs, then a row for each price that is used, with its amount in column I."""

    def __init__(self, sheet: Worksheet, claim: ClaimInput, book: RateBook, prices: _Prices) -> None:
        self.sheet = sheet
        self.claim = claim
        self.book = book
        self.prices = prices
        self.next = 1
        self.classes: dict[str, list[_Class]] = {}
        self.enrolled: dict[str, str] = {}
        self.band: dict[str, str] = {}

    def fill(self) -> None:
        """Everything, and the total of column I."""
        self._put("請求額", "")
        base = self._put("基礎分（%）", self.claim.treatment.base_percent)
        wage = self._put("賃金改善分（%）", self.claim.treatment.wage_percent)
        self.rate = self._put("加算率（1/10%）", f"=10*({base}+{wage})")
        rules = rules_for(self.claim.facility_type, self.book.fiscal_year)
        systems = [system for system in rules.tables if self.claim.capacity.has(system)]
        for system in systems:
            capacity = self._put("利用定員", self.claim.capacity.of(system))
            self.band[system] = self._put("定員区分", f"=LOOKUP({capacity},{self.prices.bands[system]})")
            self.classes[system] = [
                _Class(
                    child.age_class,
                    child.hours,
                    _row_certification(system, child.age_class),
                    self._put(f"{child.age_class} {child.hours}", child.count),
                )
                for child in self.claim.children
                if system_of(child.certification) == system
            ]
            self.enrolled[system] = self._put("初日在籍", f"={self._sum_of(self.classes[system])}")
        self.enrolled[""] = self._put("初日在籍 計", f"={'+'.join(self.enrolled.values())}")
        first = self.next
        for system in systems:
            alone = len(rules.tables) == 1
            table = self.book.table(
                self.claim.facility_type,
                self.claim.region_percent,
                self.claim.capacity.of(system),
                "" if alone else system,
            )
            asked = {one.code: one for one in self.claim.items if one.certification in ("", system)}
            for entry in rules.tables[system].entries:
                code = entry.item.code
                if code in ("base", "treatment_1_2") and rules.fiscal_year >= entry.first_year:
                    self._base(table, system, of_treatment=code == "treatment_1_2")
                elif code in asked:
                    self._item(table, system, entry, asked[code])
        self.sheet[TOTAL] = f"=SUM(I{first}:I{self.next - 1})"

    # ------------------------------------------------------------ items

    def _base(self, table: PriceTable, system: str, *, of_treatment: bool) -> None:
        for one in self.classes[system]:
            if not of_treatment:
                row = table.price(
                    "base",
                    "child_month",
                    certification=one.row_certification,
                    age_class=one.age,
                    hours=one.hours,
                )
                one.base = self._price(row, system)
                unit = self._unit(f"=D{one.base}", one.count)
            else:
                self._label("処遇改善等加算 区分1・2")
                unit = self._unit(f"={self._treatment(one.base)}", one.count)
            one.closure_units.append(unit)

    def _item(self, table: PriceTable, system: str, entry: Entry, asked: ItemClaim) -> None:
        item = entry.item
        if item.code == "side_dish_exemption":
            certification = "1" if item.unit == "child_day" else "2"
            row = table.price(item.code, item.unit, certification=certification)
            place = self._price(row, system)
            self._unit(f"=D{place}", f"{asked.number('children')}*{asked.days or 1}")
        elif item.code == "saturday_closure":
            place = self._price(
                table.price(item.code, item.unit, certification=system, variant=asked.variant), system
            )
            for one in self.classes[system]:
                self._label("土曜閉所")
                self._unit(f"=-INT(({'+'.join(one.closure_units)})*D${place}/1000)*10", one.count)
        elif item.code == "treatment_3":
            rows = [table.price(item.code, item.unit, certification=system, variant=one) for one in "ab"]
            a, b = (self._price(row, system) for row in rows)
            total = f"D{a}*{asked.number('headcount_a')}+D{b}*{asked.number('headcount_b')}"
            self._shared(total, system, rows[0])
        elif item.unit in FACILITY_UNITS:
            row = table.price(item.code, item.unit, certification=system, variant=asked.variant)
            place = self._price(row, system)
            self._shared(f"D{place}+{self._treatment(place)}", system, row)
        else:
            self._per_child(table, system, entry, asked)

    def _per_child(self, table: PriceTable, system: str, entry: Entry, asked: ItemClaim) -> None:
        item = entry.item
        aimed_at = [one for one in self.classes[system] if item.ages is None or one.age in item.ages]
        times = asked.extra_staff or asked.weekdays or 1
        sole = table.price_of_every_child(item.code, item.unit, asked.variant, system)
        groups = [(sole, aimed_at)] if sole is not None else [
            (
                table.price(
                    item.code,
                    item.unit,
                    certification=one.row_certification,
                    variant=asked.variant,
                    age_class=one.age,
                    hours=one.hours,
                ),
                [one],
            )
            for one in aimed_at
        ]  # fmt: skip
        for row, children in groups:
            if not children:
                continue
            place = self._price(row, system)
            unit = self._unit(f"=(D{place}+{self._treatment(place)})*{times}", self._sum_of(children))
            if item.in_closure:
                for one in children:
                    one.closure_units.append(unit)

    # ------------------------------------------------------------ cells

    def _put(self, label: str, value: int | str) -> str:
        """A labelled cell; returns its address."""
        place = f"B{self.next}"
        self.sheet[f"A{self.next}"] = label
        self.sheet[place] = value
        self.next += 1
        return f"${place[0]}${place[1:]}"

    def _label(self, label: str) -> None:
        self.sheet[f"A{self.next}"] = label

    def _price(self, row: PriceRow, system: str) -> str:
        """Look a price up: B key, C its place, D price, E 処遇改善, F rate; returns the number of the sheet's row."""
        place, prices = self.next, self.prices
        band = "" if row.capacity_min is None else f"&{self.band[system]}"
        self._label(row.item)
        self.sheet[f"B{place}"] = f'="{_key(row)}"{band}'
        self.sheet[f"C{place}"] = f"=MATCH(B{place},'{prices.title}'!$A$2:$A${prices.last},0)"
        for column, of_price in zip("DEF", "BCD", strict=True):
            cells = f"'{prices.title}'!${of_price}$2:${of_price}${prices.last}"
            self.sheet[f"{column}{place}"] = f"=INDEX({cells},$C{place})"
        self.next += 1
        return str(place)

    def _treatment(self, place: str) -> str:
        return f"INT(E{place}*({self.rate}+F{place})/100)*10"

    def _unit(self, formula: str, quantity: str) -> str:
        """G a child's unit, H how many, I the amount; returns the address of the unit."""
        place = self.next
        self.sheet[f"G{place}"] = formula
        self.sheet[f"H{place}"] = f"={quantity}"
        self.sheet[f"I{place}"] = f"=G{place}*H{place}"
        self.next += 1
        return f"$G${place}"

    def _shared(self, total: str, system: str, row: PriceRow) -> None:
        sharers = self.enrolled[system if row.certification else ""]
        self._label("施設の額 ÷ 初日在籍")
        self._unit(f"=INT(({total})/(10*{sharers}))*10", self._sum_of(self.classes[system]))

    def _sum_of(self, classes: list[_Class]) -> str:
        return f"({'+'.join(one.count for one in classes)})"


def _row_certification(system: str, age: str) -> str:
    """Which certification's rows price a class age."""
    if system == "1":
        return "1"
    return "2" if age in ("3", "4plus") else "3"
