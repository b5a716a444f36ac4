"""
Rate books: the prices of one announcement (告示), and which of them is in force.

A book is one TOML and one CSV per facility type in the canonical columns. A book is read
once and never changed; rows are looked up by region, capacity band, certification, age
class and hours. A row that is not there is an error (D12), never a default.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from pricing.month import Month, fiscal_year_words
from pricing.problems import BookProblems, MissingPrice, NoBookInForce, Problem
from pricing.vocabulary import (
    AGE_CLASSES,
    BOOK_STATUSES,
    CERTIFICATIONS,
    FACILITY_TYPES,
    HOURS,
    ITEM_LABELS,
    REGION_PERCENTS,
    SYSTEMS,
    UNITS,
    region_words,
)

COLUMNS: Final = (
    "facility_type", "region_percent", "capacity_min", "capacity_max", "certification", "age_class", "hours",
    "item", "variant", "unit", "amount", "treatment_yen", "c_tenths", "enrolled_min", "enrolled_max",
)  # fmt: skip
OPTIONAL_COLUMNS: Final = frozenset({"hours"})

# Which rows hold for whom, the narrowest first. Certification 23 holds for 2 and 3, empty for all.
_CERTIFICATION_ROWS: Final = {"1": ("1", ""), "2": ("2", "23", ""), "3": ("3", "23", ""), "23": ("23", "")}
_SYSTEM_ROWS: Final = {"1": ("1", ""), "23": ("2", "3", "23", "")}
# D10: a 満3歳児 is priced by the row of the 3-year-olds. D14: the base prices 1 and 2 together.
_AGE_ROWS: Final = {
    "": ("",),
    "4plus": ("4plus", ""),
    "3": ("3", ""),
    "3mid": ("3mid", "3", ""),
    "2": ("2", "12", ""),
    "1": ("1", "12", ""),
    "12": ("12", ""),
    "0": ("0", ""),
}

_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")
# Rows are compared with those that might answer the same question; the longest official series has 315.
MOST_ALIKE: Final = 600
_VARIANT: Final = re.compile(r"[a-z0-9_]{0,40}")
_BOOK_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}")
_BOOKS_FOLDER: Final = Path(__file__).with_name("books")


@dataclass(frozen=True, slots=True, eq=False)
class PriceRow:
    """One price. ``amount`` is yen (or a percent for unit ``percent``); ``None`` bounds hold for all."""

    facility_type: str
    region_percent: int | None
    capacity_min: int | None
    capacity_max: int | None
    certification: str
    age_class: str
    hours: str
    item: str
    variant: str
    unit: str
    amount: int
    treatment_yen: int | None
    c_tenths: int | None
    enrolled_min: int | None
    enrolled_max: int | None

    @property
    def place(self) -> str:
        """Region and capacity band of this row, in words."""
        region = "全地域" if self.region_percent is None else region_words(self.region_percent)
        return f"{region}・{band_words(self.capacity_min, self.capacity_max)}"


def values_of(row: PriceRow) -> tuple[str | int | None, ...]:
    """The row's values in the order of ``COLUMNS``; two rows of the same values are the same price."""
    return tuple([getattr(row, column) for column in COLUMNS])


def band_words(smallest: int | None, largest: int | None) -> str:
    """``91, 105`` → 定員91〜105人; no bounds → 全定員."""
    if smallest is None and largest is None:
        return "全定員"
    if largest is None:
        return f"定員{smallest}人以上"
    if smallest is None or smallest <= 1:
        return f"定員{largest}人以下"
    return f"定員{smallest}〜{largest}人"


class PriceTable:
    """
    The rows of one book that hold for one facility type, region and capacity band.

    Every answer is remembered, so a month of claims asks each question once.
    """

    def __init__(
        self,
        book: RateBook,
        facility_type: str,
        region_percent: int,
        band: tuple[int | None, int | None],
        rows: Iterable[PriceRow],
    ) -> None:
        self.book = book
        self.facility_type = facility_type
        self.region_percent = region_percent
        self.band = band
        # What explanations say of a row where an item of the official table uses it: the words, and their step.
        self.row_words: dict[tuple[object, PriceRow], str] = {}
        self.price_steps: dict[tuple[object, PriceRow], Any] = {}
        self._values: dict[PriceRow, dict[str, Any]] = {}
        self._rows: dict[tuple[str, str, str, str, str], PriceRow] = {}
        self._enrolment_rows: list[PriceRow] = []
        self._of_item: dict[tuple[str, str], list[PriceRow]] = {}
        self._found: dict[tuple[str, str, str, str, str], PriceRow] = {}
        for row in rows:
            if row.enrolled_min is not None or row.enrolled_max is not None:
                self._enrolment_rows.append(row)
                continue
            self._rows[(row.item, row.variant, row.certification, row.age_class, row.hours)] = row
            self._of_item.setdefault((row.item, row.variant), []).append(row)

    def price(
        self,
        item: str,
        unit: str,
        *,
        certification: str,
        variant: str = "",
        age_class: str = "",
        hours: str = "",
    ) -> PriceRow:
        """
        The one row for an item and child class; empty ``age_class`` asks for the row of all ages.

        :raises MissingPrice: the book has no such row in that unit.
        """
        key = (item, variant, certification, age_class, hours)
        row = self._found.get(key)
        if row is None:
            row = self._found[key] = self._search(item, unit, certification, variant, age_class, hours)
        if row.unit != unit:
            raise self.missing(item, unit, certification, variant, age_class, hours)
        return row

    def price_of_every_child(self, item: str, unit: str, variant: str, system: str) -> PriceRow | None:
        """The item's row when it is the only one and holds for all classes of the system."""
        rows = self._of_item.get((item, variant))
        if rows is None or len(rows) > 1:
            return None
        row = rows[0]
        whole = not row.age_class and not row.hours and row.certification in (system, "")
        return row if whole and row.unit == unit else None

    def has(self, item: str, variant: str) -> bool:
        """Whether there is any row of the item, for whatever class."""
        return (item, variant) in self._of_item

    def values_of(self, row: PriceRow) -> dict[str, Any]:
        """The row and its book for a program; columns that hold for all are left out."""
        found = self._values.get(row)
        if found is None:
            columns = {name: getattr(row, name) for name in COLUMNS}
            held = {name: value for name, value in columns.items() if value is not None and value != ""}
            found = self._values[row] = {"book": self.book.id, **held}
        return found

    def _search(
        self, item: str, unit: str, certification: str, variant: str, age_class: str, hours: str
    ) -> PriceRow:
        for held_certification in _CERTIFICATION_ROWS[certification]:
            for held_age in _AGE_ROWS[age_class]:
                for held_hours in (hours, "") if hours else ("",):
                    row = self._rows.get((item, variant, held_certification, held_age, held_hours))
                    if row is not None:
                        return row
        raise self.missing(item, unit, certification, variant, age_class, hours)

    def over_capacity(self, certification: str, enrolled: int, capacity: int) -> PriceRow | None:
        """
        The 調整率 row for the month's first-day count (D16); ``None`` while the band is not exceeded.

        Up to the 利用定員 and up to the band's maximum nothing is exceeded, whatever rows there are. In a band without
        an upper bound the first row tells where 超過 begins.

        :raises MissingPrice: the count lies beyond every row of the band.
        """
        rows = [row for row in self._enrolment_rows if row.item == "over_capacity"
                and row.certification in _CERTIFICATION_ROWS[certification]]  # fmt: skip
        largest = rows[0].capacity_max if rows else self.band[1]
        if enrolled <= capacity or (largest is not None and enrolled <= largest):
            return None
        for row in rows:
            if (row.enrolled_min or 0) <= enrolled and (
                row.enrolled_max is None or enrolled <= row.enrolled_max
            ):
                return row
        if largest is None and rows and enrolled < min(row.enrolled_min or 0 for row in rows):
            return None
        raise self.missing("over_capacity", "percent", certification, "", "", "", enrolled=enrolled)

    def missing(
        self,
        item: str,
        unit: str,
        certification: str,
        variant: str,
        age_class: str,
        hours: str,
        *,
        enrolled: int | None = None,
    ) -> MissingPrice:
        """The refusal that names the row a city would have to load."""
        particulars = [
            FACILITY_TYPES[self.facility_type],
            region_words(self.region_percent),
            band_words(*self.band),
            SYSTEMS.get(certification, f"{certification}号"),
        ]
        if age_class:
            particulars.append(AGE_CLASSES[age_class])
        if hours:
            particulars.append(HOURS[hours])
        if enrolled is not None:
            particulars.append(f"初日在籍{enrolled}人")
        name = f"「{ITEM_LABELS.get(item, item)}」（{item}{f' {variant}' if variant else ''}）"
        message = (
            f"単価表 {self.book.id} に{name}の行がありません（{'・'.join(particulars)}、単位 {unit}）。"
            "この行のある単価表を読み込むか、請求する項目を見直してください。"
        )
        return MissingPrice([Problem("ratebook", message)])


@dataclass(frozen=True, eq=False)
class RateBook:
    """
    One announced table of prices.

    ``facility_types`` are the types it has rows for; ``status`` is ``official``,
    ``provisional`` or ``sample`` (見本: never for payment).
    """

    id: str
    fiscal_year: int
    effective_from: date
    status: str
    source: str
    facility_types: tuple[str, ...]
    rows: tuple[PriceRow, ...] = field(repr=False)
    announced_on: date | None = None
    notes: str = ""
    _by_region: dict[tuple[str, int], tuple[list[int], list[PriceRow]]] = field(
        default_factory=dict, init=False, repr=False
    )
    _tables: dict[tuple[str, int, int, str], PriceTable] = field(default_factory=dict, init=False, repr=False)

    @property
    def title(self) -> str:
        """The name on explanations: 令和8年度 単価表（4月から）; a sample or a provisional one says so."""
        mark = {"sample": "・見本", "provisional": "・暫定"}.get(self.status, "")
        return f"{fiscal_year_words(self.fiscal_year)} 単価表（{self.effective_from.month}月から{mark}）"

    @cached_property
    def content_hash(self) -> str:
        """
        SHA-256 over the heading and every row, whatever their order: two books with one hash price alike.

        What does not price (source, notes, the day of the announcement) is not in it.
        """
        rows = sorted(["" if value is None else str(value) for value in values_of(row)] for row in self.rows)
        heading = [self.id, self.fiscal_year, self.effective_from.isoformat(), self.status]
        content = json.dumps([heading, rows], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def table(self, facility_type: str, region_percent: int, capacity: int, system: str = "") -> PriceTable:
        """
        The prices of one facility type, region and 利用定員; of one system (1 or 23) where the type has two tables.

        :raises MissingPrice: the book does not cover the facility type.
        """
        bounds, rows = self._region(facility_type, region_percent)
        segment = bisect_right(bounds, capacity)
        found = self._tables.get((facility_type, region_percent, segment, system))
        if found is None:
            fitting = [
                row
                for row in rows
                if (row.capacity_min is None or row.capacity_min <= capacity)
                and (row.capacity_max is None or capacity <= row.capacity_max)
                and (not system or row.certification in _SYSTEM_ROWS[system])
            ]
            band = next(
                ((row.capacity_min, row.capacity_max) for row in fitting if row.item == "base"),
                (
                    bounds[segment - 1] if segment else None,
                    bounds[segment] - 1 if segment < len(bounds) else None,
                ),
            )
            found = PriceTable(self, facility_type, region_percent, band, fitting)
            self._tables[(facility_type, region_percent, segment, system)] = found
        return found

    def require(self, facility_type: str) -> None:
        """
        The book has prices of the facility type.

        :raises MissingPrice: it has none.
        """
        if facility_type not in self.facility_types:
            name = FACILITY_TYPES.get(facility_type, facility_type)
            message = (
                f"単価表 {self.id} には{name}の単価がありません。{name}の単価がある単価表を選んでください。"
            )
            raise MissingPrice([Problem("ratebook", message)])

    def _region(self, facility_type: str, region_percent: int) -> tuple[list[int], list[PriceRow]]:
        found = self._by_region.get((facility_type, region_percent))
        if found is None:
            self.require(facility_type)
            rows = [
                row
                for row in self.rows
                if row.facility_type == facility_type and row.region_percent in (None, region_percent)
            ]
            bounds = {row.capacity_min for row in rows if row.capacity_min is not None}
            bounds |= {row.capacity_max + 1 for row in rows if row.capacity_max is not None}
            found = self._by_region[(facility_type, region_percent)] = (sorted(bounds), rows)
        return found


# ---------------------------------------------------------------- which book is in force


def book_in_force(facility_type: str, month: Month, books: Sequence[RateBook] | None = None) -> RateBook:
    """
    The latest book that covers the type and took effect by the month.

    At equal date ``official`` comes before ``provisional`` before ``sample``; at equal status
    the one given last. ``books`` are the shipped ones unless given.

    :raises NoBookInForce: there is none.
    """
    candidates = [
        (book.effective_from, -BOOK_STATUSES.index(book.status), position, book)
        for position, book in enumerate(shipped_books() if books is None else books)
        if facility_type in book.facility_types and is_in_effect(book, month)
    ]
    if not candidates:
        name = FACILITY_TYPES.get(facility_type, facility_type)
        message = f"{month.words}に有効な{name}の単価表がありません。単価表を読み込んでから計算してください。"
        raise NoBookInForce([Problem("ratebook", message)])
    return max(candidates)[3]


def is_in_effect(book: RateBook, month: Month) -> bool:
    """Whether the book's date of effect is not after the month."""
    return (book.effective_from.year, book.effective_from.month) <= (month.year, month.month)


@cache
def shipped_books() -> tuple[RateBook, ...]:
    """The books in ``pricing/books/``, read once."""
    return tuple(
        read_book(
            toml_path.read_text(encoding="utf-8"),
            {
                path.name: path.read_text(encoding="utf-8-sig")
                for path in sorted(_BOOKS_FOLDER.glob(f"{toml_path.stem}_*.csv"))
            },
            toml_name=toml_path.name,
        )
        for toml_path in sorted(_BOOKS_FOLDER.glob("*.toml"))
    )


# ---------------------------------------------------------------- reading a book


def load_book(csv_path: Path, toml_path: Path) -> RateBook:
    """
    Read a book of one CSV from disk.

    :raises BookProblems: a file is missing, is not UTF-8 or holds something unusable.
    """
    problems: list[Problem] = []
    texts: list[str] = []
    for path in (toml_path, csv_path):
        try:
            texts.append(path.read_bytes().decode("utf-8-sig"))
        except OSError:
            problems.append(Problem(path.name, "ファイルを読めません。場所と名前を確かめてください。"))
        except UnicodeDecodeError:
            problems.append(
                Problem(path.name, "UTF-8 ではありません。文字コードを UTF-8 にして保存してください。")
            )
    if problems:
        raise BookProblems(problems)
    return read_book(texts[0], {csv_path.name: texts[1]}, toml_name=toml_path.name)


def read_book(toml_text: str, csv_texts: Mapping[str, str], *, toml_name: str = "book.toml") -> RateBook:
    """
    Build a book from its texts; ``csv_texts`` by file name.

    :raises BookProblems: every problem of every file, each with its line.
    """
    problems: list[Problem] = []
    heading: dict[str, Any] = {}
    try:
        heading = read_heading(toml_text, toml_name)
    except BookProblems as refused:
        problems += refused.problems
    reader = RowReader(heading.get("facility_types"))
    for name, text in csv_texts.items():
        reader.read_csv(text, name)
    problems += reader.finish()
    if not reader.rows and not problems:
        problems.append(Problem(toml_name, "単価が1行もありません。"))
    if problems:
        raise BookProblems(problems)
    return book_of(heading, reader.rows)


def book_of(heading: Mapping[str, Any], rows: Iterable[PriceRow]) -> RateBook:
    """A book of what ``read_heading`` and a ``RowReader`` have read; its types are those that have rows."""
    kept = tuple(rows)
    present = {row.facility_type for row in kept}
    types = tuple(name for name in FACILITY_TYPES if name in present)
    return RateBook(rows=kept, **{**heading, "facility_types": types})


def read_heading(text: str, name: str) -> dict[str, Any]:
    """
    What a book's TOML says, under the names of ``RateBook``.

    :raises BookProblems: everything that is missing, misspelt or of no use.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BookProblems(
            [Problem(name, f"見出しのファイル（TOML）として読めません（{error}）。")]
        ) from None
    problems: list[Problem] = []
    heading: dict[str, Any] = {}
    shapes: tuple[tuple[str, type, bool, str], ...] = (
        ("id", str, True, "文字で"),
        ("fiscal_year", int, True, "西暦の整数で"),
        ("effective_from", date, True, "2026-04-01 の形で"),
        ("status", str, True, "official・provisional・sample のいずれかで"),
        ("source", str, True, "文字で"),
        ("facility_types", list, False, "施設類型の一覧で"),
        ("announced_on", date, False, "2026-04-01 の形で"),
        ("notes", str, False, "文字で"),
    )
    for key in found.keys() - {shape[0] for shape in shapes}:
        problems.append(Problem(name, f"{key}: この項目はありません。つづりを確かめてください。"))
    for key, kind, required, words in shapes:
        value = found.get(key)
        if value is None:
            if required:
                problems.append(Problem(name, f"{key}: {words}書いてください。"))
        elif type(value) is not kind or not _is_fit(key, value):
            problems.append(Problem(name, f"{key}: {words}書いてください。"))
        else:
            heading[key] = value
    if problems:
        raise BookProblems(problems)
    return heading


def _is_fit(key: str, value: Any) -> bool:
    match key:
        case "id":
            return _BOOK_ID.fullmatch(value) is not None
        case "fiscal_year":
            return bool(2015 <= value <= 2999)
        case "status":
            return str(value) in BOOK_STATUSES
        case "source":
            return bool(value.strip())
        case "facility_types":
            return bool(value) and all(isinstance(name, str) and name in FACILITY_TYPES for name in value)
        case _:
            return True


class RowReader:
    """
    Turns cells into the rows of one book, from however many files or sheets; each row keeps its place.

    ``rows`` maps each price to where it stands (``file:line``). ``finish`` gives every problem at once.
    """

    def __init__(self, facility_types: Iterable[str] | None = None) -> None:
        self.rows: dict[PriceRow, str] = {}
        self._allowed = tuple(facility_types or FACILITY_TYPES)
        self._problems: list[Problem] = []

    def note(self, path: str, message: str) -> None:
        """Something that must be put right before the book can be used."""
        self._problems.append(Problem(path, message))

    def read_csv(self, text: str, name: str) -> None:
        """The rows of one CSV in the canonical columns."""
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        try:
            columns = _read_header(next(reader, None), f"{name}:1", self._problems)
            if columns is None:
                return
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                path = f"{name}:{reader.line_num}"
                if len(cells) != len(columns):
                    message = f"列が{len(cells)}あります。見出しと同じ{len(columns)}列にしてください。"
                    self.note(path, message)
                    continue
                self.read(dict(zip(columns, cells, strict=True)), path)
        except csv.Error as error:
            self.note(f"{name}:{reader.line_num}", f"CSV として読めません（{error}）。")

    def read(self, cells: Mapping[str, str], path: str) -> None:
        """One price, its cells by canonical column."""
        # Here, because the tables of items are built on books.
        from pricing.row_use import problems_of_use  # noqa: PLC0415

        row = _read_row(cells, path, self._allowed, self._problems)
        if row is not None:
            self.rows[row] = path
            for message in problems_of_use(row):
                self.note(path, message)

    def finish(self) -> list[Problem]:
        """Every problem; also of rows that answer the same question, wherever they stand."""
        alike = Counter((_question(row), row.region_percent) for row in self.rows)
        for (question, region), count in alike.items():
            if count > MOST_ALIKE:
                first = next(
                    row for row in self.rows if (_question(row), row.region_percent) == (question, region)
                )
                message = f"同じ項目と地域区分の単価が{count:,}行あります（{MOST_ALIKE}行まで）。"
                self.note(self.rows[first], message)
                return self._problems
        for row, other in _rows_in_conflict(self.rows):
            file, _, line = self.rows[other].rpartition(":")
            here = self.rows[row].rpartition(":")[0] == file and line.isdigit()
            place = f"{line}行目" if here else self.rows[other]
            self.note(self.rows[row], f"{place}と同じ条件の単価です。どちらかを消してください。")
        return self._problems


def _read_header(header: list[str] | None, path: str, problems: list[Problem]) -> list[str] | None:
    if header is None:
        problems.append(Problem(path, "ファイルが空です。見出しの行から書いてください。"))
        return None
    columns = [cell.strip() for cell in header]
    before = len(problems)
    missing = [column for column in COLUMNS if column not in columns and column not in OPTIONAL_COLUMNS]
    if missing:
        problems.append(Problem(path, f"見出しに {', '.join(missing)} がありません。"))
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown:
        problems.append(Problem(path, f"見出しの {', '.join(unknown)} は使えません。"))
    if len(set(columns)) != len(columns):
        problems.append(Problem(path, "見出しに同じ列が2回あります。"))
    return columns if len(problems) == before else None


def _read_row(
    cells: Mapping[str, str], path: str, facility_types: Iterable[str], problems: list[Problem]
) -> PriceRow | None:
    before = len(problems)

    def word(column: str, allowed: Iterable[str], *, required: bool = False) -> str:
        value = cells.get(column, "").strip()
        if value not in allowed and (value or required):
            problems.append(Problem(path, f"{column}: 「{value[:40]}」は使えません。"))
        return value

    def number(column: str, *, required: bool = False) -> int | None:
        value = cells[column].strip()
        if not value:
            if required:
                problems.append(Problem(path, f"{column}: 空です。0 以上の整数を書いてください。"))
            return None
        if _WHOLE_NUMBER.fullmatch(value) is None:
            problems.append(
                Problem(path, f"{column}: 「{value[:40]}」は使えません。0 以上の整数を書いてください。")
            )
            return None
        return int(value)

    row = PriceRow(
        facility_type=word("facility_type", facility_types, required=True),
        region_percent=number("region_percent"),
        capacity_min=number("capacity_min"),
        capacity_max=number("capacity_max"),
        certification=word("certification", (*CERTIFICATIONS, "23")),
        age_class=word("age_class", AGE_CLASSES),
        hours=word("hours", HOURS),
        item=word("item", ITEM_LABELS, required=True),
        variant=cells["variant"].strip(),
        unit=word("unit", UNITS, required=True),
        amount=number("amount", required=True) or 0,
        treatment_yen=number("treatment_yen"),
        c_tenths=number("c_tenths"),
        enrolled_min=number("enrolled_min"),
        enrolled_max=number("enrolled_max"),
    )
    if _VARIANT.fullmatch(row.variant) is None:
        problems.append(
            Problem(
                path, f"variant: 「{row.variant[:40]}」は使えません。英小文字・数字・_ で書いてください。"
            )
        )
    if row.region_percent is not None and row.region_percent not in REGION_PERCENTS:
        problems.append(
            Problem(path, f"region_percent: 「{row.region_percent}」という地域区分はありません。")
        )
    for low, high, what in (
        (row.capacity_min, row.capacity_max, "capacity"),
        (row.enrolled_min, row.enrolled_max, "enrolled"),
    ):
        if low is not None and high is not None and low > high:
            problems.append(Problem(path, f"{what}_min が {what}_max より大きくなっています。"))
    if row.unit == "percent" and row.amount > 100:
        problems.append(Problem(path, "amount: 割合は 0 から 100 の整数で書いてください。"))
    if row.unit == "percent" and (row.treatment_yen is not None or row.c_tenths is not None):
        problems.append(Problem(path, "treatment_yen, c_tenths: 割合の行には書けません。空にしてください。"))
    return row if len(problems) == before else None


def _question(row: PriceRow) -> tuple[str, ...]:
    """What a row answers, apart from region, band and enrolment."""
    return (row.facility_type, row.item, row.variant, row.certification, row.age_class, row.hours)


def _rows_in_conflict(rows: Iterable[PriceRow]) -> Iterator[tuple[PriceRow, PriceRow]]:
    """Pairs of rows that answer the same question: the price would depend on their order."""
    bands: dict[tuple[str, ...], dict[tuple[int | None, ...], list[PriceRow]]] = {}
    for row in rows:
        question = _question(row)
        band = (row.region_percent, row.capacity_min, row.capacity_max)
        bands.setdefault(question, {}).setdefault(band, []).append(row)
    for by_band in bands.values():
        for by_row in by_band.values():
            yield from _overlaps(by_row, by_row)
        regions = sorted({band[0] for band in by_band if band[0] is not None})
        everywhere = [by_row for band, by_row in by_band.items() if band[0] is None]
        yield from _band_overlaps(everywhere)
        for region in regions:
            here = [by_row for band, by_row in by_band.items() if band[0] == region]
            yield from _band_overlaps(here)
            for by_row in here:
                for other in everywhere:
                    yield from _overlaps(by_row, other)


def _band_overlaps(groups: Sequence[list[PriceRow]]) -> Iterator[tuple[PriceRow, PriceRow]]:
    for position, group in enumerate(groups):
        for other in groups[:position]:
            if _ranges_meet(
                group[0].capacity_min, group[0].capacity_max, other[0].capacity_min, other[0].capacity_max
            ):
                yield from _overlaps(group, other)


def _overlaps(group: Sequence[PriceRow], others: Sequence[PriceRow]) -> Iterator[tuple[PriceRow, PriceRow]]:
    for position, row in enumerate(group):
        for other in others[:position] if group is others else others:
            if _ranges_meet(row.capacity_min, row.capacity_max, other.capacity_min, other.capacity_max) and (
                _ranges_meet(row.enrolled_min, row.enrolled_max, other.enrolled_min, other.enrolled_max)
            ):
                yield row, other


def _ranges_meet(low: int | None, high: int | None, other_low: int | None, other_high: int | None) -> bool:
    return (low is None or other_high is None or low <= other_high) and (
        other_low is None or high is None or other_low <= high
    )
