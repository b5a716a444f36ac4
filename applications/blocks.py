"""
A filled item as a page shows it: what is asked as controls, what is known as words with where it is from.

Every control has the name its entry is read by (``entering``); ids are made of names, so that problems lead to them.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, Final

from applications.definitions import Field, Kind
from applications.filling import ROW_KEY, Filled, FilledItem, Origin, is_empty
from applications.wording import MONTHS, Names, in_words, row_name, texts_of, unit_of

EMPTY_ROWS, MORE_ROWS = 1, 5
MOST_BUTTONS: Final = 6
REASON: Final = "form-reason."
BY_HAND: Final = {Kind.YES_NO: (("yes", "はい"), ("no", "いいえ"))}


@dataclass(frozen=True)
class Control:
    """One form control. ``choices`` are (value, label, is chosen); ``problem`` the sentence at it."""

    name: str
    kind: str
    label: str
    text: str = ""
    choices: tuple[tuple[str, str, bool], ...] = ()
    unit: str = ""
    hint: str = ""
    required: bool = False
    problem: str = ""
    longest: int = 0

    @property
    def id(self) -> str:
        """Of the control; names hold dots, which links do not like."""
        return control_id(self.name)

    @property
    def is_number(self) -> bool:
        """Digits stand to the right."""
        return self.kind in {Kind.WHOLE, Kind.YEN, Kind.DECIMAL}

    @property
    def is_group(self) -> bool:
        """Radio buttons or ticks: a link to it leads to the first."""
        few = self.kind == Kind.CHOICE and len(self.choices) <= MOST_BUTTONS
        return few or self.kind in {Kind.YES_NO, Kind.CHOICES}

    @property
    def described_by(self) -> str:
        """The ids of what explains it."""
        words = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*words, f"{self.id}-problem"] if self.problem else words)


@dataclass(frozen=True)
class Cell:
    """One cell of a table: a control, or words."""

    label: str
    words: str = ""
    control: Control | None = None
    computed_id: str = ""
    is_number: bool = False
    member: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a table; ``is_new`` rows hold nothing yet."""

    key: str
    name: str
    cells: tuple[Cell, ...]
    member: str = ""
    is_new: bool = False


@dataclass(frozen=True)
class Block:
    """
    One field on the page. ``state`` is how it is shown: known, asked, computed, typed over (differs), or waiting for
    what another form says.
    """

    field: Field
    state: str
    words: str
    source: str = ""
    is_shown: bool = True
    control: Control | None = None
    reason: Control | None = None
    rows: tuple[Row, ...] = ()
    months: tuple[Control, ...] = ()
    month_words: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    remark: str = ""
    prefix: str = ""
    member: str = ""
    city_remark: str = ""

    @property
    def id(self) -> str:
        """Of the block."""
        return f"b-{self.prefix.replace('.', '-')}{self.field.key}"

    @property
    def value_id(self) -> str:
        """Of the computed value in it."""
        return value_id(self.prefix + self.field.key)

    @property
    def target(self) -> str:
        """Where a problem of the field leads: its control, else the block."""
        if self.control:
            return f"{self.control.id}-0" if self.control.is_group else self.control.id
        return self.months[0].id if self.months else self.id


@dataclass(frozen=True)
class Typed:
    """
    What was typed and could not be read, with the sentence for each, by the name of its control. ``more_of`` is the
    table that shows more empty rows; ``prefix`` keeps several items on one page apart.
    """

    unread: Mapping[str, str]
    problems: Mapping[str, str]
    more_of: str = ""
    prefix: str = ""


def control_id(name: str) -> str:
    """The id of the control of this name."""
    return f"c-{name.replace('.', '-')}"


def value_id(name: str) -> str:
    """The id of the computed value of this name."""
    return f"v-{name.replace('.', '-')}"


def blocks_of(filled: FilledItem, typed: Typed, names: Names, people: Mapping[str, str]) -> list[Block]:
    """
    Every field, in the pack's order.

    ``names`` are those of the people whose ids stand in values, ``people`` whoever can be chosen, by id.
    """
    checks = {
        problem.at: problem.sentence for problem in reversed(filled.problems) if _is_check(filled, problem.at)
    }
    remarks = {remark.at: remark.sentence for remark in reversed(filled.remarks)}
    return [
        replace(
            _block(one, typed, names, people),
            is_shown=one.is_shown,
            prefix=typed.prefix,
            problem=checks.get(one.field.key, ""),
            remark=remarks.get(one.field.key, ""),
        )
        for one in filled.fields
    ]


def _is_check(filled: FilledItem, at: str) -> bool:
    """What is missing stands in the list and not in red at a field nobody has come to yet."""
    one = filled.by_key.get(at)
    return one is not None and not one.is_missing and not one.field.is_table


def _block(one: Filled, typed: Typed, names: Names, people: Mapping[str, str]) -> Block:
    own = one.field
    source = one.known.words if one.known else ""
    words = in_words(own, one.value, names)
    if own.is_table:
        return Block(own, _state(one), words, source, rows=tuple(_rows(one, typed, names, people)))
    if own.kind is Kind.MONTHLY:
        return _monthly(one, typed, source)
    if own.is_computed:
        return Block(own, "computed", words, "計算")
    if one.known is None and not own.is_typed:
        return Block(own, "waiting", words, own.otherwise)
    if one.known is None:  # also what does not hold now: a script shows it when it does
        return Block(own, "asked", words, control=_control(own, own.key, one.value, typed, people))
    if not own.may_differ:
        return Block(own, "known", words, source)
    differs = one.origin is Origin.DIFFERS
    control = _control(replace_required(own), own.key, one.value if differs else None, typed, people)
    reason = Control(
        f"{typed.prefix}{REASON}{own.key}",
        Kind.TEXT,
        f"「{own.label}」が登録と違う理由",
        text=one.reason,
        longest=200,
    )
    known = in_words(own, one.known.value if one.known else None, names)
    wrote = differs or own.key in typed.unread
    return Block(
        own,
        "differs" if wrote else "known",
        known,
        source,
        control=control,
        reason=None if one.is_of_last_year else reason,
    )


def replace_required(own: Field) -> Field:
    """The field as one that may stay empty."""
    return replace(own, required=False)


def _state(one: Filled) -> str:
    """A table is known when nothing in it is asked."""
    typed_columns = [column for column in one.field.columns if column.is_typed]
    if one.field.kind not in ROW_KEY:
        return "asked" if one.known is None else "known"
    told = _told(one)
    asks = any(not _is_told(column, row) for column in typed_columns for row in told)
    return "asked" if asks or not told else "known"


def _told(one: Filled) -> list[Mapping[str, Any]]:
    """What the source tells of each row of a table of people or classes, in the order of the rows."""
    return list(one.known.value) if one.known else []


def _is_told(column: Field, told: Mapping[str, Any]) -> bool:
    return any(not is_empty(told.get(name)) for name in column.known_from)


def _monthly(one: Filled, typed: Typed, source: str) -> Block:
    own, cells = one.field, list(one.value or [None] * 12)
    words = in_words(own, one.value)
    if own.is_computed or one.known is not None:
        each = tuple(
            (label, "" if cell is None else f"{cell:,}") for label, cell in zip(MONTHS, cells, strict=True)
        )
        return Block(own, "computed" if own.is_computed else "known", words, source, month_words=each)
    whole = replace(own, kind=Kind.WHOLE, help="")
    months = tuple(
        replace(_control(whole, f"{own.key}.{number}", cell, typed, {}), label=label)
        for number, (label, cell) in enumerate(zip(MONTHS, cells, strict=True))
    )
    return Block(own, "asked", words, months=months)


def _rows(one: Filled, typed: Typed, names: Names, people: Mapping[str, str]) -> Iterable[Row]:
    own, rows = one.field, list(one.value or [])
    is_free = own.kind not in ROW_KEY and one.known is None
    told = _told(one) if own.kind in ROW_KEY else []
    for number, row in enumerate(rows):
        key = str(number) if own.kind not in ROW_KEY else str(row[ROW_KEY[own.kind]])
        asked = {
            column.key for column in own.columns if is_free or (told and not _is_told(column, told[number]))
        }
        cells = tuple(_cells(own, key, row, typed, names, people, asked=asked))
        member = key if own.kind is Kind.PEOPLE else ""
        yield Row(key, row_name(own, number, row, names), cells, member)
    if not is_free:
        return
    empty = MORE_ROWS if typed.more_of == own.key else EMPTY_ROWS
    for number in range(len(rows), len(rows) + empty):
        every = {column.key for column in own.columns}
        cells = tuple(_cells(own, str(number), {}, typed, names, people, asked=every))
        yield Row(str(number), f"{number + 1}行目", cells, is_new=True)


def _cells(
    own: Field,
    key: str,
    row: Mapping[str, Any],
    typed: Typed,
    names: Names,
    people: Mapping[str, str],
    *,
    asked: Set[str],
) -> Iterable[Cell]:
    for column in own.columns:
        name = f"{own.key}.{key}.{column.key}"
        value = row.get(column.key)
        number = column.kind in {Kind.WHOLE, Kind.YEN, Kind.DECIMAL}
        if column.is_computed:
            words = in_words(column, value, names) if row else ""
            yield Cell(column.label, words, computed_id=value_id(typed.prefix + name), is_number=number)
        elif column.is_typed and column.key in asked:
            label = f"{row_name(own, int(key) if key.isdecimal() else 0, row, names)}　{column.label}"
            control = replace(_control(column, name, value, typed, people), label=label)
            yield Cell(column.label, control=control, is_number=number)
        else:
            yield Cell(column.label, in_words(column, value, names), is_number=number)


def _control(own: Field, name: str, value: Any, typed: Typed, people: Mapping[str, str]) -> Control:
    texts = [typed.unread[name]] if name in typed.unread else texts_of(own, value)
    chosen = set(texts)
    options: Iterable[tuple[str, str]] = BY_HAND.get(own.kind, ())
    if own.kind in {Kind.CHOICE, Kind.CHOICES}:
        options = own.choices.items()
    if own.kind is Kind.PERSON:
        options = people.items()
    return Control(
        name=typed.prefix + name,
        kind=own.kind,
        label=own.label,
        text=texts[0] if texts else "",
        choices=tuple((key, label, key in chosen) for key, label in options),
        unit=unit_of(own),
        hint=own.help,
        required=own.required,
        problem=typed.problems.get(name, ""),
        longest=own.longest,
    )


def computed_of(filled: FilledItem, names: Names) -> dict[str, str]:
    """What formulas have made, in words by the id it stands in: for the page that is being typed into."""
    found = {}
    for one in filled.fields:
        own = one.field
        if own.is_computed:
            found[value_id(own.key)] = in_words(own, one.value, names)
        columns = [column for column in own.columns if column.is_computed]
        for number, row in enumerate(one.value or [] if columns else []):
            key = str(row[ROW_KEY[own.kind]]) if own.kind in ROW_KEY else str(number)
            for column in columns:
                words = in_words(column, row.get(column.key), names)
                found[value_id(f"{own.key}.{key}.{column.key}")] = words
    return found


def read_blocks(filled: FilledItem, names: Names) -> list[Block]:
    """Every shown field in words alone."""
    made = []
    for one in filled.shown:
        own = one.field
        rows: tuple[Row, ...] = ()
        months: tuple[tuple[str, str], ...] = ()
        if own.is_table:
            rows = tuple(_read_rows(own, one.value or [], names))
        elif own.kind is Kind.MONTHLY and one.value:
            cells = ["" if cell is None else f"{cell:,}" for cell in one.value]
            months = tuple(zip(MONTHS, cells, strict=True))
        source = "計算" if one.origin is Origin.COMPUTED else one.known.words if one.known else ""
        known = in_words(own, one.known.value, names) if one.origin is Origin.DIFFERS and one.known else ""
        words = in_words(own, one.value, names)
        made.append(
            Block(
                own,
                one.origin.value,
                words,
                source,
                rows=rows,
                month_words=months,
                remark=_differs(one, known),
            )
        )
    return made


def _member(own: Field, value: Any) -> str:
    """Whom a value names, for the record."""
    return str(value) if own.kind is Kind.PERSON and value else ""


def _differs(one: Filled, known: str) -> str:
    if one.origin is not Origin.DIFFERS or not one.reason:  # what differs from last year needs no reason
        return ""
    registered = f"登録は{known}。" if known and known != "―" else "登録と違う内容です。"
    return f"{registered}理由：{one.reason}"


def _read_rows(own: Field, rows: Iterable[Mapping[str, Any]], names: Names) -> Iterable[Row]:
    for number, row in enumerate(rows):
        cells = tuple(
            Cell(
                column.label,
                in_words(column, row.get(column.key), names),
                is_number=column.kind in {Kind.WHOLE, Kind.YEN, Kind.DECIMAL},
                member=_member(column, row.get(column.key)),
            )
            for column in own.columns
        )
        key = str(row.get(ROW_KEY.get(own.kind, ""), number))
        member = key if own.kind is Kind.PEOPLE else ""
        yield Row(key, row_name(own, number, row, names), cells, member)
