"""
Other vendors' columns (列の対応): which of their headings is which of ours, and what their codes mean.

Pure: a table of another layout becomes a table of ours, with the file's own line numbers, so that ``understand`` judges
it like every other file of its kind. Counts come in two shapes: a line a class becomes our long layout, a line a
facility with a column a class our wide one. Problems come back under the file's own headings.
No values are looked at beyond what is needed: of a column that could hold anything but codes nothing is kept or shown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from claims import charges
from claims.charges import CHARGE, EXEMPT_1, EXEMPT_2, NATIONAL
from claims.class_headings import CLASS_OF, look_wide, may_be_a_class, proposed_classes
from claims.headings import can_be_headings
from claims.imports import (
    AGE,
    AGES,
    BRANCH,
    CERTIFICATION,
    CERTIFICATIONS,
    COUNT,
    EMPLOYEE,
    FIRST_MONTH,
    HOURS,
    HOURS_WORDS,
    LONG,
    MONTH,
    MOVEMENT,
    MOVEMENTS,
    NAME,
    NUMBER,
    OPTIONAL,
    PAYER,
    REQUIRED,
    WIDE_HEADING,
    whole_number,
)
from claims.models import FileKind
from documents.personal_data import NO_FACILITIES, Facilities, suspicions
from documents.reading import FileRefused, Problem, Row, Table, normalised
from facilities.periods import ServiceMonth
from pages.wareki import NotAMonth, parse_month

# Columns whose codes are translated, with the words we have for them: (value in our file, words on the page).
CODED: dict[str, tuple[tuple[str, str], ...]] = {
    CERTIFICATION: (("1号", "1号"), ("2号", "2号"), ("3号", "3号")),
    AGE: (
        *((str(age), f"{age}歳") for age in range(3)),
        ("満3", "満3歳"),
        *((str(age), f"{age}歳") for age in range(3, 6)),
    ),
    HOURS: (("標準", "標準時間"), ("短時間", "短時間"), ("教育標準時間", "教育標準時間")),
    MOVEMENT: (("", "なし"), ("入", "途中入所"), ("退", "途中退所")),
}
# The sum of a line's classes: no count, but what the counts are compared with.
TOTAL = "合計"
NO_CLASS = "区分の列"
# A month that is saved would be wrong next month: it is typed with each file.
TYPED = ""
MOST_CODES = 40
LONGEST_CODE = 12
# A code, or words that classes are made of. Anything else could be a name, and is neither kept nor shown.
CODE = re.compile(
    r"[A-Z]{1,2}|[A-Z]?[0-9]{1,3}|(?!.*[0-9]{4})(?:[0-9]|号|歳|才|満|標準|短|時間|教育|保育|認定|区分|必要量|途中|所|園|入|退|無|有"
    r"|なし|あり|以上|未満|児|[-・/()~])+",
    re.IGNORECASE,
)
# Numbers of children and amounts are no codes, however few different ones there are.
NUMBERS = re.compile(r"数$|人数|合計|額|料$|料金|負担金|日数")
NO_HEADINGS = "見出しの行がないようです。1行目に列の見出しをつけて書き出してください。"
# Headings under which other systems write our columns: what the page proposes first.
SYNONYMS = {
    MONTH: ("処理年月", "年月", "対象月", "基準年月", "請求年月", "給付年月", "YM"),
    NUMBER: (
        "施設コード",
        "施設番号",
        "事業所コード",
        "施設事業所番号",
        "事業者番号",
        "施設CD",
        "園コード",
        "園番号",
        "園CD",
        "FAC",
        "FAC_CD",
        "FACILITY",
    ),
    PAYER: (
        "住所地コード",
        "居住地コード",
        "市区町村コード",
        "市町村コード",
        "住所地市町村コード",
        "自治体コード",
        "市町村CD",
        "市区町村CD",
        "住所地CD",
        "居住市町村",
        "居住市区町村",
        "CITY",
        "CITY_CD",
    ),
    CERTIFICATION: (
        "支給認定区分",
        "教育保育給付認定区分",
        "認定種別",
        "認定区分コード",
        "支給認定",
        "認定",
        "CERT",
    ),
    AGE: ("クラス年齢", "年齢区分", "クラス", "歳児", "年齢コード", "AGE"),
    HOURS: (
        "必要量コード",
        "必要量",
        "保育必要量区分",
        "保育必要量コード",
        "利用時間区分",
        "認定時間",
        "時間区分",
        "保育時間",
        "HOURS",
    ),
    COUNT: ("人数", "児童数", "在籍数", "在籍児童数", "初日在籍児童数", "入所児童数", "NUM", "COUNT", "CNT"),
    NAME: ("施設名称", "事業所名", "事業所名称", "園名称", "園名", "NAME", "FAC_NAME"),
    MOVEMENT: ("異動区分", "途中区分", "入退所区分"),
    CHARGE: (
        "利用者負担額",
        "利用者負担額計",
        "利用者負担金合計",
        "保育料合計",
        "保育料",
        "保護者負担額合計",
        "保護者負担額",
        "保護者負担金",
        "徴収額合計",
        "徴収額",
        "調定額",
    ),
    NATIONAL: (
        "国基準額合計",
        "国基準額",
        "国基準合計",
        "国基準保育料",
        "国基準徴収額",
        "国徴収基準額",
        "国基準利用者負担額",
    ),
    EXEMPT_2: ("副食費免除2号", "2号副食費免除人数", "副食費免除者数2号", "副食費免除児童数2号"),
    EXEMPT_1: ("副食費免除1号", "1号副食費免除人数", "副食費免除者数1号", "副食費免除児童数1号"),
}
WORDS_OF: dict[str, Mapping[str, str]] = {
    CERTIFICATION: CERTIFICATIONS,
    AGE: AGES,
    HOURS: HOURS_WORDS,
    MOVEMENT: MOVEMENTS,
}


@dataclass(frozen=True)
class Layout:
    """
    Our columns of one kind of file: what another vendor's are mapped to.

    ``fixed``: those that may be the same on every line, so that the file has no column for them.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them, in the order of the page."""
        return (*self.needed, *self.optional)

    @property
    def has_codes(self) -> bool:
        """Whether codes of some column are translated; without one no cell of a file is kept at all."""
        return any(heading in CODED for heading in self.fields)


LAYOUTS: Mapping[str, Layout] = {
    FileKind.COUNTS: Layout((*REQUIRED, *LONG), OPTIONAL, (MONTH, PAYER, CERTIFICATION, AGE, HOURS)),
    FileKind.CHARGES: Layout(charges.REQUIRED, charges.OPTIONAL, (MONTH, PAYER)),
}
WIDE_LAYOUTS: Mapping[str, Layout] = {
    FileKind.COUNTS: Layout(REQUIRED, (NAME, BRANCH, EMPLOYEE, *CLASS_OF, TOTAL), (MONTH, PAYER)),
}


class Shape(StrEnum):
    """What a line of the file is: one class of children, or a facility with a column for each class."""

    LONG = "long"
    WIDE = "wide"


def layout_of(kind: str, shape: Shape) -> Layout:
    """Our columns of a kind of file in one of its shapes."""
    return (WIDE_LAYOUTS if shape is Shape.WIDE else LAYOUTS)[kind]


def proposed_shape(kind: str, headings: Iterable[str]) -> Shape:
    """The shape a file most likely has."""
    return Shape.WIDE if kind in WIDE_LAYOUTS and look_wide(headings) else Shape.LONG


def shape_of(fields: Iterable[str]) -> Shape:
    """The shape that a finished correspondence is for: a wide one has a column of a class, a long one has none."""
    return Shape.LONG if CLASS_OF.keys().isdisjoint(fields) else Shape.WIDE


def kind_of(headings: Iterable[str]) -> FileKind | None:
    """What a file brings by our own headings; None when none of them says it, or several say different things."""
    named = {kind for heading in headings for kind in FileKind if _says(heading, kind)}
    return named.pop() if len(named) == 1 else None


def _says(heading: str, kind: FileKind) -> bool:
    """Whether only files of this kind have the heading."""
    if WIDE_HEADING.fullmatch(heading):
        return kind is FileKind.COUNTS
    return [one for one, layout in LAYOUTS.items() if heading in layout.needed] == [kind]


@dataclass(frozen=True)
class Correspondence:
    """
    One way of reading (列の対応): ``fields`` our heading → theirs.

    ``constants``: our heading → what stands on every line; ``values``: our coded heading → their code → our value.
    ``headings``: all of the file's, as it was read. ``kind``: what the file brings. ``shape``: what its lines are; in
    the wide one, our headings are also those of classes and ``TOTAL``.
    """

    headings: tuple[str, ...]
    fields: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kind: str = FileKind.COUNTS
    shape: Shape = Shape.LONG

    @property
    def layout(self) -> Layout:
        """Our columns of this kind of file."""
        return layout_of(self.kind, self.shape)

    @property
    def asks_for_month(self) -> bool:
        """The file has no column of the month: it is typed with each file."""
        return MONTH in self.constants

    def fits(self, headings: Iterable[str]) -> bool:
        """Whether these are the headings it was made for; their order says nothing."""
        return sorted(self.headings) == sorted(headings)

    def theirs(self, heading: str) -> str:
        """The file's heading of our column; ours where the file has none."""
        return self.fields.get(heading, heading)


@dataclass(frozen=True)
class Columns:
    """What may be kept of a file for mapping it: its headings, and the codes of the columns that hold codes."""

    headings: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        """For sealing."""
        return {
            "headings": list(self.headings),
            "codes": {name: list(found) for name, found in self.codes.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Columns":
        """What was sealed."""
        return cls(tuple(kept["headings"]), {name: tuple(found) for name, found in kept["codes"].items()})


def columns_of(table: Table, layout: Layout, facilities: Facilities = NO_FACILITIES) -> Columns:
    """
    The headings of a table that shall be mapped to ``layout``, and the codes of its coded columns.

    ``facilities``: those of the city, whose names are no personal data.

    :raises FileRefused: a column seems to carry personal data, or the first line seems to be no headings.
    """
    if personal := suspicions(table, frozenset(), facilities):
        raise FileRefused(personal, len(table.rows))
    if not can_be_headings(table):
        raise FileRefused([Problem(NO_HEADINGS, 1)], len(table.rows))
    # Where every class has a column, the cells are numbers of children, and small ones look like codes.
    if not layout.has_codes or look_wide(table.headings):
        return Columns(tuple(table.headings), {})
    return Columns(
        tuple(table.headings),
        {heading: codes for heading in table.headings if (codes := _codes(heading, table.rows)) is not None},
    )


def _codes(heading: str, rows: list[Row]) -> tuple[str, ...] | None:
    """The distinct codes of a column; None when it holds anything else, or too many."""
    found = {row[heading] for row in rows}
    if NUMBERS.search(heading) or len(found) > MOST_CODES or not all(map(_is_code, found - {""})):
        return None
    return tuple(sorted(found, key=lambda code: (len(code), code)))


def _is_code(text: str) -> bool:
    return len(text) <= LONGEST_CODE and CODE.fullmatch(text) is not None


def proposed_field(heading: str, columns: Columns) -> str:
    """Their heading that most likely is ours; empty when none is."""
    theirs = {name.upper(): name for name in columns.headings}
    wanted = [theirs[name] for name in (heading, *SYNONYMS.get(heading, ())) if name in theirs]
    return next((name for name in wanted if offers(heading, name, columns)), "")


def proposed_meanings(columns: Columns) -> dict[str, str]:
    """
    In the wide shape: their heading → ours, where it is likely, 「使わない」 as nothing.

    A heading that is not in the answer speaks of classes, but of which cannot be told: it has to be chosen.
    """
    found = {
        theirs: heading
        for heading in (*REQUIRED, NAME, BRANCH, EMPLOYEE)
        if (theirs := proposed_field(heading, columns))
    }
    classes = proposed_classes(name for name in columns.headings if name not in found)
    found |= {theirs: meant.heading for theirs, meant in classes.items()}
    unused = (name for name in columns.headings if name not in found and not may_be_a_class(name))
    return {**found, **dict.fromkeys(unused, "")}


def proposed_value(heading: str, code: str) -> str | None:
    """Our value that a code plainly says; None when it has to be chosen."""
    if heading == MOVEMENT and code in {"", "0"}:
        return ""
    plain = code.replace(" ", "").removesuffix("認定")
    meant = WORDS_OF[heading].get(plain)
    if meant is None or not plain:
        return None
    return next((value for value, _ in CODED[heading] if WORDS_OF[heading].get(value) == meant), None)


def offers(heading: str, theirs: str, columns: Columns) -> bool:
    """Whether their column may be chosen for ours: of a coded one every cell must be a code."""
    return heading not in CODED or theirs in columns.codes


def applied(
    table: Table, reading: Correspondence, *, month: str = "", facilities: Facilities = NO_FACILITIES
) -> Table:
    """
    The table in our own layout; lines keep their numbers. ``month``: typed, where the file has no column of it.

    ``facilities``: those of the city, whose names are no personal data.

    Codes that nobody has given a meaning are problems of the returned table; ``readdressed`` gives problems back
    their heading in the file.

    :raises FileRefused: a heading is missing, no month was typed, or a column seems to carry personal data.
    """
    missing = [name for name in dict.fromkeys(reading.fields.values()) if name not in table.headings]
    if missing:
        words = "列の対応で使う列が、このファイルにありません。ほかの対応を選ぶか、対応を作り直してください。"
        raise FileRefused([Problem(words, 1, name) for name in missing], len(table.rows))
    # Columns that nobody reads are looked at, too: names do not come in beside the counts (R12).
    known = frozenset(reading.layout.fields)
    if personal := suspicions(_under_our_names(table, reading), known, facilities):
        raise FileRefused(personal, len(table.rows))
    constants = dict(reading.constants)
    if reading.asks_for_month:
        constants[MONTH] = typed_month(month)
    headings = [
        name
        for name in reading.layout.fields
        if (name in reading.fields or name in constants) and name != TOTAL
    ]
    places = {heading: place for place, heading in enumerate(headings)}
    problems = _problems_in_our_words(table, reading)
    ragged = {problem.line for problem in problems if not problem.column}
    rows = []
    for row in table.rows:
        values = []
        for heading in headings:
            value = constants[heading] if heading in constants else row[reading.fields[heading]]
            codes = {} if heading in constants else reading.values.get(heading, {})
            if codes and value and value not in codes:
                if row.line not in ragged:
                    problems.append(Problem(_unknown(value), row.line, heading))
                value = ""
            values.append(codes.get(value, value))
        rows.append(Row(row.line, tuple(values), places))
    if TOTAL in reading.fields:
        noted = {problem.line for problem in problems}
        lines = [row for row in table.rows if row.line not in noted]
        problems += _wrong_totals(lines, reading)
    return Table(headings, rows, table.encoding, problems)


def _wrong_totals(rows: Iterable[Row], reading: Correspondence) -> list[Problem]:
    """Lines whose classes do not add up to the sum the file gives. A mistyped number is said at its own cell."""
    classes = [theirs for heading, theirs in reading.fields.items() if heading in CLASS_OF]
    problems = []
    for row in rows:
        given = row[reading.fields[TOTAL]]
        numbers = [whole_number(row[name] or "0") for name in classes]
        counted = sum(number for number in numbers if number is not None)
        if given and None not in numbers and whole_number(given) != counted:
            words = (
                f"区分の列を足すと{counted}人で、この合計と合いません。"
                "人数を直すか、列の対応を作り直してください（合計に区分でない人数も入っているときは、「使わない」にします）。"
            )
            problems.append(Problem(words, row.line, TOTAL))
    return problems


def has_unknown_codes(table: Table, reading: Correspondence) -> bool:
    """Whether some cell of a coded column holds a code that was given no meaning."""
    return any(
        value not in codes
        for heading, codes in reading.values.items()
        if codes and reading.fields.get(heading) in table.headings
        for value in {row[reading.fields[heading]] for row in table.rows} - {""}
    )


def readdressed(problems: Iterable[Problem], reading: Correspondence) -> list[Problem]:
    """
    The same problems under the headings of the file.

    What is wrong with a value that stands on every line is said once.
    """
    found = [
        Problem(f"列の対応で決めた値です。{problem.message}", 0, problem.column)
        if problem.column in reading.constants
        else replace(problem, column=reading.theirs(problem.column))
        for problem in problems
    ]
    return list(dict.fromkeys(found))


def what_is_missing(reading: Correspondence, columns: Columns) -> dict[str, str]:
    """Everything that keeps a correspondence from being used: our heading → what to do. Empty when nothing does."""
    problems = {}
    for heading in reading.layout.needed:
        if heading not in reading.fields and heading not in reading.constants:
            fixed = "決まった値にするか、" if heading in reading.layout.fixed else ""
            problems[heading] = f"{fixed}列を選んでください。"
    if reading.shape is Shape.WIDE and CLASS_OF.keys().isdisjoint(reading.fields):
        problems[NO_CLASS] = "1列以上選んでください。"
    for heading, theirs in reading.fields.items():
        if heading not in reading.layout.fields:
            problems[heading] = "取り込む項目にありません。選び直してください。"
        elif theirs not in columns.headings:
            problems[heading] = "このファイルにない列です。選び直してください。"
        elif not offers(heading, theirs, columns):
            problems[heading] = "区分のコードだけの列を選んでください。"
    for heading, value in reading.constants.items():
        if heading not in reading.layout.fixed:
            problems[heading] = "決まった値にはできません。列を選んでください。"
        elif sentence := _constant_problem(heading, value):
            problems[heading] = sentence
    taken: dict[str, str] = {}
    for heading, theirs in reading.fields.items():
        # One code may say both 認定区分 and 保育必要量; a number or a month has a column of its own.
        if heading in CODED:
            continue
        if theirs in taken:
            problems.setdefault(heading, f"「{taken[theirs]}」と同じ列です。別の列を選んでください。")
        taken.setdefault(theirs, heading)
    return problems


def _constant_problem(heading: str, value: str) -> str:
    if heading == MONTH:
        return "" if value == TYPED else "月は、ファイルを選ぶときに入力します。"
    if heading == PAYER:
        return "" if re.fullmatch(r"[0-9]{6}", value) else "6桁の市区町村コードを入力してください。"
    return "" if value in dict(CODED[heading]) else "値を選んでください。"


def typed_month(text: str) -> str:
    """
    The month that was typed beside a file, as 2026-06.

    :raises FileRefused: no month, or none that can be.
    """
    try:
        month = ServiceMonth.of(parse_month(normalised(text)))
    except NotAMonth:
        month = None
    if month is None or month < FIRST_MONTH:
        words = (
            "対象年月の列がないファイルです。「令和8年6月」や「2026-06」の形で、対象年月を指定してください。"
        )
        raise FileRefused([Problem(words)])
    return str(month)


def _unknown(code: str) -> str:
    quoted = f"「{code}」は" if _is_code(code) else "この値は"
    return f"{quoted}列の対応で意味が決まっていません。対応に加えるか、ファイルを直してください。"


def _under_our_names(table: Table, reading: Correspondence) -> Table:
    """The same cells, mapped columns under our headings: what is expected of a column is judged by what it is."""
    ours = {theirs: heading for heading, theirs in reading.fields.items()}
    headings = [
        ours.get(name, name if name not in reading.layout.fields else f"{name}（列の対応にない列）")
        for name in table.headings
    ]
    places = {heading: place for place, heading in enumerate(headings)}
    return Table(headings, [Row(row.line, row.values, places) for row in table.rows], table.encoding)


def _problems_in_our_words(table: Table, reading: Correspondence) -> list[Problem]:
    """What was wrong with the cells already, under our headings; of columns nobody reads nothing."""
    ours: dict[str, list[str]] = {}
    for heading, theirs in reading.fields.items():
        ours.setdefault(theirs, []).append(heading)
    found = [problem for problem in table.problems if not problem.column]
    for problem in table.problems:
        found += [replace(problem, column=heading) for heading in ours.get(problem.column, ())]
    return found
