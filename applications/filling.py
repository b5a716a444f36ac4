"""
An item filled in: what is known already, what was typed, what follows from both, and what is still asked.

Pure. Values are kept as JSON: yes or no, whole numbers, decimals as short text, days and months as ISO text,
keys of choices, twelve numbers for months, rows of tables as mappings. ``fill`` answers page, operation and tests
alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

import formulas
from applications.definitions import Check, Field, Item, Kind, Paper
from formulas import NotComputable

OF_LAST_YEAR: Final = "last_year."
# Of a table somebody fills as they like: more is no list that anybody reads.
MOST_ROWS: Final = 200
OF_CHARGES: Final = "charges."
DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
ROW_KEY: Final = {Kind.PEOPLE: "member", Kind.CLASSES: "class"}


class Origin(StrEnum):
    """Where a value is from."""

    KNOWN = "known"
    TYPED = "typed"
    DIFFERS = "differs"
    COMPUTED = "computed"
    NOBODY = "nobody"


# What an item itself says of a fact; what rooms know is no word of its.
SAID: Final = frozenset({Origin.TYPED, Origin.DIFFERS, Origin.COMPUTED})


@dataclass(frozen=True, slots=True)
class Given:
    """What a source knows: the value as JSON, and in words where it is from (「職員名簿（令和8年4月1日）」)."""

    value: Any
    words: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """
    One field with its value.

    ``known`` is what a source knows, also where something else was typed (``DIFFERS``, with ``reason``).
    """

    field: Field
    value: Any
    origin: Origin
    known: Given | None = None
    reason: str = ""
    is_shown: bool = True

    @property
    def is_asked(self) -> bool:
        """Nobody knows it: somebody has to type it, or may."""
        return self.is_shown and self.field.is_typed and self.known is None

    @property
    def is_of_last_year(self) -> bool:
        """It is what was said last year: nobody has registered it, so it is typed over without a reason."""
        return self.known is not None and self.known.source.startswith(OF_LAST_YEAR)

    @property
    def is_repeated_to_city(self) -> bool:
        """It is from rows the facility alone is told: only by its word the conditions know it."""
        return self.known is not None and self.known.source.startswith(OF_CHARGES)

    @property
    def needs_reason(self) -> bool:
        """Something else was typed than what is registered, and why is not said."""
        return self.origin is Origin.DIFFERS and not self.is_of_last_year and not self.reason.strip()

    @property
    def is_empty(self) -> bool:
        """There is no value."""
        return is_empty(self.value)

    @property
    def is_missing(self) -> bool:
        """It must be there, and is not."""
        return self.is_shown and self.field.required and not self.field.is_computed and self.is_empty


@dataclass(frozen=True, slots=True)
class Problem:
    """What must be put right before it can be sent, at a field (``at``), and in a table at its row and column."""

    sentence: str
    at: str = ""
    row: int | None = None
    column: str = ""


@dataclass(frozen=True)
class FilledItem:
    """An item with all its fields."""

    item: Item
    fields: tuple[Filled, ...]
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    papers: tuple[Paper, ...] = ()
    by_key: Mapping[str, Filled] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> tuple[Filled, ...]:
        """The fields that hold for these values."""
        return tuple(filled for filled in self.fields if filled.is_shown)

    @property
    def asked(self) -> tuple[Filled, ...]:
        """What nobody knows yet or somebody has typed."""
        return tuple(filled for filled in self.fields if filled.is_asked)

    @property
    def values(self) -> dict[str, Any]:
        """What is sent: the shown fields' values by key."""
        return {filled.field.key: filled.value for filled in self.fields if filled.is_shown}

    @property
    def is_complete(self) -> bool:
        """Nothing is missing or wrong."""
        return not self.problems

    @property
    def amount_yen(self) -> int | None:
        """The item's amount, where it has one and it is known: whole yen."""
        if not self.item.amount:
            return None
        one = self.by_key[self.item.amount]
        value = one.value if one.is_shown else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def options(self) -> dict[str, Any]:
        """The pricing options the fields give."""
        return {
            filled.field.option: filled.value
            for filled in self.fields
            if filled.field.option and filled.is_shown and not filled.is_empty
        }

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of conditions that are said here: typed, computed, or repeated from last year or a notice."""
        return {
            filled.field.fact: filled.value
            for filled in self.fields
            if filled.field.fact
            and filled.is_shown
            and not filled.is_empty
            and (filled.origin in SAID or filled.is_of_last_year or filled.is_repeated_to_city)
        }


def is_empty(value: Any) -> bool:
    """No value: nothing, an empty text, no rows, no month of twelve."""
    if value in (None, "", [], ()):
        return True
    return isinstance(value, list) and all(cell is None for cell in value)


def fill(
    item: Item,
    *,
    fiscal_year: int,
    known: Mapping[str, Given],
    typed: Mapping[str, Any],
    reasons: Mapping[str, str] | None = None,
) -> FilledItem:
    """
    The item with ``typed`` values by field key and ``known`` ones by source name; ``reasons`` for typed values that
    differ from known ones. Typed values of fields whose known value may not differ do not count, nor does anything in
    fields that do not hold for the others: it stays in the field, and nothing that follows knows it.
    """
    reasons = reasons or {}
    filled = {own.key: _one(own, known, typed, reasons) for own in item.fields}
    numbers = _settle(item, filled, fiscal_year)
    problems = [problem for one in filled.values() for problem in _problems_of(one)]
    remarks: list[Problem] = []
    for check in item.checks:
        _ask(check, item, numbers, problems, remarks)
    papers = tuple(
        paper
        for paper in item.papers
        if not paper.needed_if or _truth(paper.needed_if, item, numbers) is not False
    )
    fields = tuple(filled[own.key] for own in item.fields)
    return FilledItem(item, fields, tuple(problems), tuple(remarks), papers, filled)


def first_known(own: Field, known: Mapping[str, Given]) -> Given | None:
    """
    What the first of the field's sources knows; a fact is known as ``fact.<name>``.

    Whatever holds this year stands before what was said last year.
    """
    names = (*own.known_from, f"fact.{own.fact}") if own.fact else own.known_from
    for name in sorted(names, key=lambda name: name.startswith(OF_LAST_YEAR)):
        if (given := known.get(name)) is not None and not is_empty(given.value):
            return replace(given, source=name)
    return None


def _one(
    own: Field, known: Mapping[str, Given], typed: Mapping[str, Any], reasons: Mapping[str, str]
) -> Filled:
    if own.is_computed:
        return Filled(own, None, Origin.COMPUTED)
    given = first_known(own, known)
    value = fitting(own, typed.get(own.key)) if own.is_typed else None
    if own.kind in ROW_KEY:
        return _table(own, given, value)
    if given is None:
        return Filled(own, value, Origin.NOBODY if is_empty(value) else Origin.TYPED)
    if own.may_differ and not is_empty(value) and value != given.value:
        return Filled(own, value, Origin.DIFFERS, given, reasons.get(own.key, ""))
    return Filled(own, given.value, Origin.KNOWN, given)


def fitting(own: Field, value: Any) -> Any:
    """
    What was typed, as far as it is still an answer: a newer pack may ask it as another kind, with other choices or
    bounds. What is none is asked again, and stays as it was typed until then; of a table only those cells.
    """
    if own.kind is Kind.ROWS and isinstance(value, list):
        return [_row_fitting(own, row) for row in value if isinstance(row, dict)]
    if own.kind in ROW_KEY and isinstance(value, dict):
        return {key: _row_fitting(own, row) for key, row in value.items() if isinstance(row, dict)}
    return value if value is None or _fits(own, value) else None


def _row_fitting(own: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {
        column.key: fitting(column, row[column.key])
        for column in own.columns
        if column.key in row and not column.is_computed
    }
    return {**row, **cells}


def _fits(own: Field, value: Any) -> bool:
    match own.kind:
        case Kind.YES_NO:
            return isinstance(value, bool)
        case Kind.CHOICES:
            return isinstance(value, list) and all(one in own.choices for one in value)
        case Kind.WHOLE | Kind.YEN:
            return _is_whole(value) and _is_within(own, value)
        case Kind.MONTHLY:
            return isinstance(value, list) and all(cell is None or _is_whole(cell) for cell in value)
        case Kind.ROWS | Kind.PEOPLE | Kind.CLASSES:
            return False
    if not isinstance(value, str):
        return False
    match own.kind:
        case Kind.CHOICE:
            return value in own.choices
        case Kind.DECIMAL:
            return bool(DECIMAL.fullmatch(value)) and _is_within(own, Fraction(value))
        case Kind.DATE:
            return bool(DAY.fullmatch(value))
        case Kind.MONTH:
            return bool(MONTH.fullmatch(value))
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_within(own: Field, value: Fraction | int) -> bool:
    return value >= (own.least or 0) and (own.most is None or value <= own.most)


def _table(own: Field, given: Given | None, typed: Any) -> Filled:
    """
    A table with a row for each person or class that is known: known cells stay as they are, the others are typed.

    ``typed`` are cells by row key; rows of people who are not there any more fall away.
    """
    cells: Mapping[str, Mapping[str, Any]] = typed or {}
    key = ROW_KEY[own.kind]
    rows = [_row_of(own, key, told, cells.get(told[key], {})) for told in (given.value if given else ())]
    asked = any(
        is_empty(row.get(column.key)) for row in rows for column in own.columns if not column.is_computed
    )
    if not rows:
        return Filled(own, [], Origin.NOBODY)
    return Filled(own, rows, Origin.TYPED if cells or asked else Origin.KNOWN, given)


def _row_of(own: Field, key: str, told: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """One row: what its sources tell, and where they tell nothing what was typed."""
    row: dict[str, Any] = {key: told[key]}
    for column in own.columns:
        known = (told.get(name) for name in column.known_from)
        row[column.key] = next((value for value in known if not is_empty(value)), typed.get(column.key))
    return row


def _settle(item: Item, filled: dict[str, Filled], fiscal_year: int) -> dict[str, Any]:
    """
    Whether each field holds, and what is computed, field after field as they need each other; columns row by row.

    Answers the values as formulas take them: what is not shown is not known, so one hidden field may hide others.
    """
    numbers: dict[str, Any] = {"fiscal_year": fiscal_year}
    for own in in_order(item.fields):
        one = filled[own.key]
        if own.shown_if and _truth(own.shown_if, item, numbers) is not True:
            filled[own.key] = replace(one, is_shown=False)
            continue
        if own.is_computed:
            one = replace(one, value=_as_json(own, _value(own.formula, item, numbers)))
        elif any(column.is_computed for column in own.columns):
            one = replace(one, value=[_row(own, row, numbers, item) for row in one.value or []])
        filled[own.key] = one
        numbers[own.key] = _number(own, one.value)
    return numbers


def in_order(fields: Sequence[Field]) -> list[Field]:
    """The fields, each after those it needs; packs have no circles."""
    by_key = {own.key: own for own in fields}
    placed: dict[str, Field] = {}

    def place(own: Field) -> None:
        if own.key in placed:
            return
        for name in sorted(needs_of(own) & by_key.keys()):
            place(by_key[name])
        placed[own.key] = own

    for own in fields:
        place(own)
    return list(placed.values())


def needs_of(own: Field) -> frozenset[str]:
    """The names outside of it that decide whether it holds, and what it or its columns compute."""
    own_names = _names_in(own.formula, own.shown_if)
    of_columns = _names_in(*(column.formula for column in own.columns))
    return own_names | (of_columns - {column.key for column in own.columns})


def _names_in(*texts: str) -> frozenset[str]:
    return frozenset(name for text in texts if text for name in formulas.read(text).names)


def _row(table: Field, row: Mapping[str, Any], outside: Mapping[str, Any], item: Item) -> dict[str, Any]:
    made = dict(row)
    for column in table.columns:
        if column.is_computed:
            inside = {own.key: _number(own, made.get(own.key)) for own in table.columns}
            made[column.key] = _as_json(column, _value(column.formula, item, {**outside, **inside}))
    return made


def _number(own: Field, value: Any) -> Any:
    if own.kind is Kind.MONTHLY:
        return None if is_empty(value) else [0 if cell is None else Fraction(cell) for cell in value]
    if value is None or value == "":
        return None
    if own.kind is Kind.DECIMAL:
        return Fraction(value)
    if own.is_table:
        return [{column.key: _number(column, row.get(column.key)) for column in own.columns} for row in value]
    return value


def _as_json(own: Field, value: formulas.Value) -> Any:
    """A formula's answer as the field keeps it; a whole number that is none is cut and never rounded up."""
    if not isinstance(value, Fraction):
        return value
    if own.kind is Kind.DECIMAL:
        return shortest(value)
    return value.numerator // value.denominator


def shortest(value: Fraction) -> str:
    """A decimal as its shortest text, cut after four places."""
    cut = value * 10_000 // 1
    sign, digits = ("-" if cut < 0 else ""), f"{abs(int(cut)):05d}"
    return f"{sign}{digits[:-4]}.{digits[-4:]}".rstrip("0").rstrip(".")


def _value(text: str, item: Item, values: Mapping[str, Any]) -> formulas.Value:
    """What the formula gives; what cannot be computed from these values is not known."""
    try:
        return formulas.read(text).of(values, item.tables)
    except NotComputable:
        return None


def _truth(text: str, item: Item, values: Mapping[str, Any]) -> bool | None:
    value = _value(text, item, values)
    return value if isinstance(value, bool) else None


def _ask(
    check: Check, item: Item, values: Mapping[str, Any], problems: list[Problem], remarks: list[Problem]
) -> None:
    if _truth(check.formula, item, values) is False:
        (remarks if check.is_remark else problems).append(Problem(check.sentence, check.at))


def _problems_of(one: Filled) -> Iterator[Problem]:
    own = one.field
    if not one.is_shown:
        return
    if one.is_missing:
        yield Problem(_missing_words(own), own.key)
        return
    if one.needs_reason:
        yield Problem(f"「{own.label}」が登録と違う理由を入力してください。", own.key)
    if own.is_table:
        yield from _problems_of_rows(own, one.value or [])


def _problems_of_rows(own: Field, rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if own.kind not in ROW_KEY and len(rows) > MOST_ROWS:
        yield Problem(f"「{own.label}」は{MOST_ROWS}行までにしてください（いま{len(rows)}行）。", own.key)
        return
    for number, row in enumerate(rows):
        for column in own.columns:
            if column.required and not column.is_computed and is_empty(row.get(column.key)):
                sentence = f"「{own.label}」の{number + 1}行目：「{column.label}」を入力してください。"
                yield Problem(sentence, own.key, number, column.key)


def _missing_words(own: Field) -> str:
    if own.otherwise:
        return f"「{own.label}」がまだ分かりません。{own.otherwise}"
    if own.kind in {Kind.YES_NO, Kind.CHOICE, Kind.CHOICES, Kind.PERSON}:
        return f"「{own.label}」を選んでください。"
    if own.kind in ROW_KEY:
        return f"「{own.label}」の元になる登録がありません。先に登録してください。"
    return f"「{own.label}」を入力してください。"
