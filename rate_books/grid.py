"""
A rate book as a workbook a person can paste the official 単価表 into, one workbook for each facility type.

A sheet holds a family of items: below the headings (項目, 種別, 認定区分, 年齢 …) a row for each 地域区分 and band of
定員, with 単価, 処遇改善 and c side by side. What is empty is no price. Columns, rows and sheets may be added: the
headings say what a cell is. A workbook written from a book reads back to exactly its rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from documents.reading import Sheet, normalised
from pricing.books import PriceRow, RowReader
from pricing.row_use import row_variants
from pricing.rule_sets import AUTOMATIC, rules_for
from pricing.vocabulary import (
    AGE_CLASSES,
    CERTIFICATIONS,
    FACILITY_TYPES,
    FACILITY_UNITS,
    HOURS,
    ITEM_LABELS,
    REGION_PERCENTS,
    UNITS,
)

GUIDE: Final = "使い方"
TYPE, LABEL, CODE, VARIANT, VARIANT_WORDS = "施設類型", "項目", "項目コード", "種別コード", "種別"
CERTIFICATION, AGE, NEED, UNIT = "認定区分", "年齢", "保育必要量", "単位"
ENROLLED_FROM, ENROLLED_TO = "初日在籍（から）", "初日在籍（まで）"
HEADINGS: Final = (
    TYPE, LABEL, CODE, VARIANT_WORDS, VARIANT, CERTIFICATION, AGE, NEED, ENROLLED_FROM, ENROLLED_TO, UNIT,
)  # fmt: skip
REGION, BAND_FROM, BAND_TO = "地域区分", "定員（から）", "定員（まで）"
PRICE, TREATMENT, RATE = "単価", "処遇改善", "c（%）"
FIRST_COLUMN: Final = 4
NOTHING: Final = frozenset({"", "-", "ー", "—", "―", "－"})

CERTIFICATION_WORDS: Final = {name: f"{name}号" for name in CERTIFICATIONS} | {"23": "2・3号"}
REGION_WORDS: Final = {percent: f"{percent}/100" if percent else "その他" for percent in REGION_PERCENTS}
_WORDS_OF: Final[dict[str, Mapping[str, str]]] = {
    TYPE: FACILITY_TYPES,
    CERTIFICATION: CERTIFICATION_WORDS,
    AGE: AGE_CLASSES,
    NEED: HOURS,
    UNIT: UNITS,
}
_AMOUNT: Final = re.compile(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,9})(円|人|%)?")
_VARIANT: Final = re.compile(r"[a-z0-9_]*")
# Bands of one region on one sheet that are compared with each other; the official table has 21.
MOST_BANDS: Final = 300
NO_END: Final = 999_999_999
_REGION: Final = re.compile(r"([0-9]{1,2})(/100)?(地域)?")
_CODES: Final = {
    heading: {normalised(label): code for code, label in words.items()} | {code: code for code in words}
    for heading, words in _WORDS_OF.items()
}


@dataclass(frozen=True)
class Column:
    """What the prices of one column answer, apart from region and band."""

    item: str
    unit: str
    variant: str = ""
    certification: str = ""
    age_class: str = ""
    hours: str = ""
    enrolled_min: int | None = None
    enrolled_max: int | None = None

    @classmethod
    def of(cls, row: PriceRow) -> "Column":
        """The column a price stands in."""
        return cls(
            row.item,
            row.unit,
            row.variant,
            row.certification,
            row.age_class,
            row.hours,
            row.enrolled_min,
            row.enrolled_max,
        )

    @property
    def family(self) -> str:
        """The sheet it stands on."""
        if self.item == "base":
            return "基本分単価"
        if self.item == "over_capacity":
            return "定員超過の調整率"
        if self.unit == "percent":
            return "割合の加減算"
        return "施設ごとの加減算" if self.unit in FACILITY_UNITS else "子どもごとの加減算"

    @property
    def order(self) -> tuple[object, ...]:
        """As the tables print it: items in their order, then who, then how many."""
        return (
            _ITEM_ORDER[self.item],
            self.certification,
            _AGE_ORDER.get(self.age_class, -1),
            _HOURS_ORDER.get(self.hours, -1),
            self.variant,
            self.enrolled_min or 0,
            self.enrolled_max or 0,
            self.unit,
        )


FAMILIES: Final = ("基本分単価", "子どもごとの加減算", "施設ごとの加減算", "割合の加減算", "定員超過の調整率")
_ITEM_ORDER: Final = {code: place for place, code in enumerate(ITEM_LABELS)}
_AGE_ORDER: Final = {code: place for place, code in enumerate(AGE_CLASSES)}
_HOURS_ORDER: Final = {code: place for place, code in enumerate(HOURS)}

Band = tuple[int | None, int | None, int | None]


# ---------------------------------------------------------------- writing


def workbook_of(facility_type: str, rows: Sequence[PriceRow], *, fiscal_year: int, filled: bool) -> Workbook:
    """
    The workbook of one type: the layout of ``rows``, with their prices (``filled``) or empty.

    Items of the year's table that ``rows`` do not price get a column, too.

    :raises NoRuleSet: the year has no table.
    """
    prices: dict[str, dict[Band, dict[Column, PriceRow]]] = defaultdict(lambda: defaultdict(dict))
    columns: dict[str, set[Column]] = defaultdict(set)
    for row in rows:
        column = Column.of(row)
        columns[column.family].add(column)
        prices[column.family][row.region_percent, row.capacity_min, row.capacity_max][column] = row
    everywhere: Band = (None, None, None)
    for column in _unpriced(facility_type, fiscal_year, {row.item for row in rows}):
        columns[column.family].add(column)
        prices[column.family][everywhere] = prices[column.family][everywhere]
    book = Workbook()
    guide = book.active
    assert isinstance(guide, Worksheet)
    _write_guide(guide, facility_type, fiscal_year)
    for family in FAMILIES:
        if family in columns:
            sheet: Worksheet = book.create_sheet(family)
            _write_sheet(
                sheet,
                facility_type,
                sorted(columns[family], key=lambda one: one.order),
                prices[family],
                filled,
            )
    return book


def _unpriced(facility_type: str, fiscal_year: int, priced: set[str]) -> list[Column]:
    rules = rules_for(facility_type, fiscal_year)
    return [
        Column(entry.item.code, entry.item.unit, variant, system)
        for system, table in rules.tables.items()
        for entry in table.entries
        if entry.item.code not in AUTOMATIC | priced
        for variant in row_variants(entry.item)
    ]


def _write_guide(sheet: Worksheet, facility_type: str, fiscal_year: int) -> None:
    sheet.title = GUIDE
    lines = (
        f"{FACILITY_TYPES[facility_type]}の単価表（{fiscal_year}年度）",
        "公式の単価表の数字を、各シートの同じ場所に貼り付けます。このシートは読み込まれません。",
        "1行が、地域区分と定員の1つの組です。地域区分や定員が空の行は、すべての地域・定員に当てはまります。",
        "単価のないところは、空のままにします（0は「0円」です）。",
        "処遇改善の単価と c（%）は、単価の右に入れます。ないものは空のままにします。",
        "行や列は増やせます。列を増やすときは、上の見出しも入れます。見出しは日本語でもコードでもかまいません。",
        "使わない行や列は、消してもかまいません。",
    )
    for number, text in enumerate(lines, start=1):
        sheet.cell(number, 1, text)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width = 100


def _write_sheet(
    sheet: Worksheet,
    facility_type: str,
    columns: list[Column],
    prices: Mapping[Band, Mapping[Column, PriceRow]],
    filled: bool,
) -> None:
    bold, grey = Font(bold=True), PatternFill("solid", fgColor="FFE8E8E8")
    for number, heading in enumerate(HEADINGS, start=1):
        sheet.cell(number, 1, heading).font = bold
    below = len(HEADINGS) + 1
    for place, heading in enumerate((REGION, BAND_FROM, BAND_TO), start=1):
        sheet.cell(below, place, heading)
    place = FIRST_COLUMN
    places: dict[Column, int] = {}
    for column in columns:
        places[column] = place
        for number, value in enumerate(_heading_cells(facility_type, column), start=1):
            if value not in ("", None):
                sheet.cell(number, place, value)
        names = (PRICE,) if column.unit == "percent" else (PRICE, TREATMENT, RATE)
        for name in names:
            sheet.cell(below, place, name)
            sheet.column_dimensions[get_column_letter(place)].width = 11
            place += 1
    for heading_cell in sheet[below]:
        heading_cell.font, heading_cell.fill = bold, grey
        heading_cell.alignment = Alignment(horizontal="center")
    for number, band in enumerate(sorted(prices, key=_band_order), start=below + 1):
        region, smallest, largest = band
        if region is not None:
            sheet.cell(number, 1, REGION_WORDS[region])
        if smallest is not None:
            sheet.cell(number, 2, smallest)
        if largest is not None:
            sheet.cell(number, 3, largest)
        for column, row in prices[band].items() if filled else ():
            _write_price(sheet, number, places[column], row)
    sheet.freeze_panes = f"{get_column_letter(FIRST_COLUMN)}{below + 1}"
    sheet.column_dimensions["A"].width = 18


def _heading_cells(facility_type: str, column: Column) -> tuple[str | int | None, ...]:
    return (
        FACILITY_TYPES[facility_type],
        ITEM_LABELS[column.item],
        column.item,
        variant_words(facility_type, column.item, column.variant),
        column.variant,
        CERTIFICATION_WORDS.get(column.certification, ""),
        AGE_CLASSES.get(column.age_class, ""),
        HOURS.get(column.hours, ""),
        column.enrolled_min,
        column.enrolled_max,
        UNITS[column.unit],
    )


@cache
def variant_words(facility_type: str, item: str, variant: str) -> str:
    """What a kind of an item is called; empty where the tables have no word for it."""
    for entry in rules_for(facility_type, 9998).entries:
        if entry.item.code == item:
            return entry.item.variants.get(variant, "")
    return ""


def _write_price(sheet: Worksheet, number: int, place: int, row: PriceRow) -> None:
    sheet.cell(number, place, row.amount)
    if row.treatment_yen is not None:
        sheet.cell(number, place + 1, row.treatment_yen)
    if row.c_tenths is not None:
        sheet.cell(number, place + 2, Decimal(row.c_tenths) / 10)


def _whole(text: str) -> int | None:
    found = _AMOUNT.fullmatch(text)
    return int(found[1].replace(",", "")) if found else None


@cache
def _units_of(facility_type: str, item: str) -> tuple[str, ...]:
    """The units the year's tables have for the item; none where they do not know it."""
    tables = rules_for(facility_type, 9998).tables.values()
    units = {entry.item.unit for table in tables for entry in table.entries if entry.item.code == item}
    return tuple(unit for unit in UNITS if unit in units)


def _band_order(band: Band) -> tuple[bool, int, int, int]:
    """The dearest region first, small before large, what holds for all at the end."""
    region, smallest, largest = band
    return (region is None, -(region or 0), smallest or 0, largest or 10**6)


# ---------------------------------------------------------------- reading


def read_grids(sheets: Iterable[Sheet], reader: RowReader, name: str) -> None:
    """The prices of a workbook's sheets into ``reader``; every problem is noted there, at its cell."""
    for sheet in sheets:
        if sheet.title != GUIDE and sheet.cells:
            _GridReader(sheet, reader, name).read()


@dataclass
class _Group:
    """A column of prices with the two that may stand beside it."""

    cells: dict[str, str | None]
    price: int
    treatment: int | None = None
    rate: int | None = None


@dataclass(frozen=True)
class _BandRow:
    """A row of a sheet with its band of 定員 and the columns that have a price in it."""

    row: int
    low: int
    high: int
    priced: frozenset[int]

    def meets(self, other: "_BandRow") -> bool:
        """A facility could be priced by either."""
        overlaps = self.low <= other.high and other.low <= self.high
        return self is not other and overlaps and not self.priced.isdisjoint(other.priced)

    @property
    def words(self) -> str:
        """81〜90."""
        return f"{self.low or ''}〜{self.high if self.high < NO_END else ''}"


def _overlap_words(wrong: _BandRow, others: Sequence[_BandRow]) -> tuple[int, int, str]:
    """Row, column and sentence: which of the two cells of the band is to be looked at, and what it meets."""
    first = others[0]
    where = "次の行" if first.row == wrong.row + 1 else f"{first.row}行目"
    more = f"など{len(others)}行" if len(others) > 1 else ""
    if (wrong.low, wrong.high) == (first.low, first.high):
        words = f"地域区分と定員が同じ行が、{first.row}行目にもあります。どちらかを直すか、消してください。"
        return wrong.row, 1, words
    # Bands are listed small before large: what is met below comes of the upper bound, what is met above of the lower.
    below = sum(other.row > wrong.row for other in others)
    column = 3 if 2 * below >= len(others) else 2
    words = f"定員{wrong.words}が、{where}の{first.words}{more}と重なります。定員を直してください。"
    return wrong.row, column, words


class _GridReader:
    def __init__(self, sheet: Sheet, reader: RowReader, name: str) -> None:
        self.sheet = sheet
        self.reader = reader
        self.name = name
        first: dict[str, int] = {}
        for (row, column), text in sheet.cells.items():
            if column == 1:
                first.setdefault(text, row)
        self.headings = {heading: first.get(normalised(heading)) for heading in HEADINGS}
        self.below = first.get(normalised(REGION))
        # Rows whose band is told to be wrong: their prices would only say it again.
        self.refused: set[int] = set()

    def read(self) -> None:
        missing = [one for one in (TYPE, CODE, UNIT) if self.headings[one] is None]
        if self.below is None or missing:
            words = "、".join([*missing, *([] if self.below else [REGION])])
            message = f"A列に「{words}」の見出しがありません。ひな形をダウンロードして使ってください。"
            self.reader.note(f"{self.name} シート「{self.sheet.title}」", message)
            return
        groups = self._groups(self.below)
        rows: dict[int, dict[int, str]] = defaultdict(dict)
        for (row, column), text in self.sheet.cells.items():
            if row > self.below and text not in NOTHING:
                rows[row][column] = text
        self._refuse_twins(groups, rows)
        named = {place for group in groups for place in (group.price, group.treatment, group.rate)}
        strays = {column for cells in rows.values() for column in cells if column >= FIRST_COLUMN} - named
        for column in sorted(strays):
            row = min(row for row, cells in rows.items() if column in cells)
            self._note(row, column, "この列には見出しがありません。見出しを入れるか、値を消してください。")
        self._check_bands(rows, groups)
        for row, cells in rows.items():
            self._read_row(row, cells, groups)

    def _refuse_twins(self, groups: Sequence[_Group], rows: Mapping[int, Mapping[int, str]]) -> None:
        """Two columns of the same headings with a price in the same row: told once, above the second."""
        first: dict[tuple[tuple[str, str | None], ...], _Group] = {}
        for group in groups:
            if not group.cells:
                continue
            other = first.setdefault(tuple(group.cells.items()), group)
            if other is group or not any(
                {group.price, other.price} <= cells.keys() for cells in rows.values()
            ):
                continue
            letter = get_column_letter(other.price)
            words = f"{letter}列と同じ見出しです。どちらかの見出しを直すか、列を消してください。"
            self._note(self.headings[CODE] or 0, group.price, words)
            group.cells = {}

    def _check_bands(self, rows: Mapping[int, Mapping[int, str]], groups: Sequence[_Group]) -> None:
        """
        Bands of 定員 that overlap, told at the cell that makes them: not at each of the prices that follow.

        Rows overlap only where a column has a price in both: 1号 and 2・3号 of a sheet have bands of their own.
        """
        places = [group.price for group in groups]
        regions: dict[str, list[_BandRow]] = defaultdict(list)
        for row, cells in rows.items():
            low, high = _whole(cells.get(2, "0")), _whole(cells.get(3, str(NO_END)))
            priced = frozenset(cells.keys() & set(places))
            if low is None or high is None or not priced:
                continue
            if low > high:
                words = f"定員（から）の{low}が、定員（まで）の{high}より大きくなっています。"
                self._note(row, 2, words)
                self.refused.add(row)
                continue
            regions[cells.get(1, "")].append(_BandRow(row, low, high, priced))
        for here in regions.values():
            if len(here) <= MOST_BANDS:
                self._refuse_overlaps(here)

    def _refuse_overlaps(self, here: list["_BandRow"]) -> None:
        meets = {one: {other for other in here if one.meets(other)} for one in here}
        while any(meets.values()):
            # The row that meets the most others is the wrong one; of two, the wider band; of equals, the later.
            wrong = max(meets, key=lambda one: (len(meets[one]), one.high - one.low, one.row))
            others = sorted(meets[wrong], key=lambda one: one.row)
            self._note(*_overlap_words(wrong, others))
            self.refused.add(wrong.row)
            del meets[wrong]
            for rest in meets.values():
                rest.discard(wrong)

    def _groups(self, below: int) -> list[_Group]:
        groups: list[_Group] = []
        last = max((column for row, column in self.sheet.cells), default=0)
        for column in range(FIRST_COLUMN, last + 1):
            match self.sheet.cells.get((below, column), ""):
                case "":
                    continue
                case word if word == PRICE:
                    groups.append(_Group(self._column_cells(column), column))
                case word if word == TREATMENT and groups:
                    groups[-1].treatment = column
                case word if word == normalised(RATE) and groups:
                    groups[-1].rate = column
                case _:
                    self._note(
                        below, column, f"「{PRICE}」「{TREATMENT}」「{RATE}」のどれかを入れてください。"
                    )
        return groups

    def _column_cells(self, column: int) -> dict[str, str | None]:
        """The headings above a price as canonical columns; none of them when one cannot be read."""
        codes: dict[str, str] = {}
        is_fit = True
        for heading, known in _CODES.items():
            text = self._heading(heading, column)
            if text and text not in known:
                row = self.headings[heading] or 0
                self._note(
                    row, column, f"{heading}「{text[:20]}」は使えません。ひな形の言葉を入れてください。"
                )
                is_fit = False
            codes[heading] = known.get(text, "")
        item = self._heading(CODE, column)
        if item not in ITEM_LABELS:
            self._note(self.headings[CODE] or 0, column, f"項目コード「{item[:20]}」はありません。")
            is_fit = False
        for heading in (TYPE, UNIT):
            if not self._heading(heading, column):
                self._note(self.headings[heading] or 0, column, f"{heading}が空です。")
                is_fit = False
        is_fit = is_fit and self._fits_the_item(column, codes, item)
        if not is_fit:
            return {}
        return {
            "facility_type": codes[TYPE],
            "certification": codes[CERTIFICATION],
            "age_class": codes[AGE],
            "hours": codes[NEED],
            "item": item,
            "variant": self._heading(VARIANT, column),
            "unit": codes[UNIT],
            "enrolled_min": self._number(self.headings[ENROLLED_FROM], column),
            "enrolled_max": self._number(self.headings[ENROLLED_TO], column),
        }

    def _fits_the_item(self, column: int, codes: Mapping[str, str], item: str) -> bool:
        """What would otherwise be said again at every price of the column."""
        variant = self._heading(VARIANT, column)
        if _VARIANT.fullmatch(variant) is None:
            words = f"種別コード「{variant[:20]}」は使えません。ひな形のコードを入れてください。"
            self._note(self.headings[VARIANT] or 0, column, words)
            return False
        units = _units_of(codes[TYPE], item)
        if units and codes[UNIT] not in units:
            right = "」か「".join(UNITS[unit] for unit in units)
            words = f"単位「{UNITS[codes[UNIT]]}」は、{ITEM_LABELS[item]}には使えません。「{right}」を入れてください。"
            self._note(self.headings[UNIT] or 0, column, words)
            return False
        smallest, largest = (
            _whole(self._heading(heading, column)) for heading in (ENROLLED_FROM, ENROLLED_TO)
        )
        if smallest is not None and largest is not None and smallest > largest:
            words = f"初日在籍（から）の{smallest}が、初日在籍（まで）の{largest}より大きくなっています。"
            self._note(self.headings[ENROLLED_FROM] or 0, column, words)
            return False
        return True

    def _read_row(self, row: int, cells: Mapping[int, str], groups: Iterable[_Group]) -> None:
        band = {
            "region_percent": self._region(row, cells.get(1, "")),
            "capacity_min": self._number(row, 2),
            "capacity_max": self._number(row, 3),
        }
        for group in groups:
            beside = [
                place for place in (group.treatment, group.rate) if place is not None and place in cells
            ]
            if group.price not in cells:
                for place in beside:
                    self._note(row, place, "単価が空です。単価を入れるか、この値を消してください。")
                continue
            if not group.cells:
                continue
            price = {
                **band,
                **group.cells,
                "amount": self._number(row, group.price),
                "treatment_yen": self._number(row, group.treatment),
                "c_tenths": self._tenths(row, group.rate, cells),
            }
            if None not in price.values() and row not in self.refused:
                self.reader.read(
                    {key: value or "" for key, value in price.items()}, self._path(row, group.price)
                )

    def _region(self, row: int, text: str) -> str | None:
        if text in ("", "全地域"):
            return ""
        if text in ("その他", "その他地域"):
            return "0"
        found = _REGION.fullmatch(text)
        if found is None:
            self._note(row, 1, f"地域区分「{text[:20]}」は読めません。「10/100」の形で入れてください。")
            return None
        return found[1]

    def _number(self, row: int | None, column: int | None) -> str | None:
        """Digits as the canonical columns have them; empty where nothing stands, None when it is no number."""
        text = self.sheet.cells.get((row, column), "") if row is not None and column is not None else ""
        if text in NOTHING:
            return ""
        found = _AMOUNT.fullmatch(text)
        if found is None:
            self._note(row or 0, column or 0, f"「{text[:20]}」は使えません。0以上の整数を入れてください。")
            return None
        return found[1].replace(",", "")

    def _tenths(self, row: int, column: int | None, cells: Mapping[int, str]) -> str | None:
        text = cells.get(column, "") if column is not None else ""
        if not text:
            return ""
        try:
            tenths = Decimal(text.removesuffix("%")) * 10
        except InvalidOperation:
            tenths = Decimal("NaN")
        if not tenths.is_finite() or tenths != tenths.to_integral_value() or not 0 <= tenths <= 10_000:
            words = f"「{text[:20]}」は使えません。%の数字を、小数点以下1桁までで入れてください。"
            self._note(row, column or 0, words)
            return None
        return str(int(tenths))

    def _heading(self, heading: str, column: int) -> str:
        row = self.headings[heading]
        return "" if row is None else self.sheet.cells.get((row, column), "")

    def _path(self, row: int, column: int) -> str:
        return f"{self.name} {self.sheet.place(row, column)}"

    def _note(self, row: int, column: int, message: str) -> None:
        self.reader.note(self._path(row, column), message)
