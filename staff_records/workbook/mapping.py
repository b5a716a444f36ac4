"""
Which columns of somebody else's file are which of ours: guessed by heading, then by content; corrected by people.

A ``Choice`` is what was chosen; ``Layout`` is a file's sheet as it is offered for choosing.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from documents.workbooks import Workbook, WorkbookSheet
from staff_records.columns import TABLES, Column, Kind, Table
from staff_records.reading_rows import CHOICE_ALIASES
from staff_records.typed import Unreadable
from staff_records.typed.names import read_kana, read_name
from staff_records.typed.values import read_day, read_postal_code
from staff_records.workbook.headings import folded, heading_row, headings_of, looks_like_a_value, our_headings
from staff_records.workbook.regions import (
    PARTS,
    Region,
    heading_words,
    is_understood,
    read_region,
    word_key,
)

SAMPLES = 3
GUESSED_FROM = 30
SHARE = 0.7
MOST_WORDS = 40
LONGEST_WORD = 30
# Headings that files give to half of a name. What they mean depends on what stands beside them.
PART_HEADINGS: Final = {
    "姓": "name.family",
    "名": "name.given",
    "氏": "name.family",
    "セイ": "kana.family",
    "メイ": "kana.given",
    "せい": "kana.family",
    "めい": "kana.given",
    "氏名(姓)": "name.family",
    "氏名(名)": "name.given",
    "フリガナ(姓)": "kana.family",
    "フリガナ(名)": "kana.given",
    "ふりがな(姓)": "kana.family",
    "ふりがな(名)": "kana.given",
}
# A number of lines is no 職員番号 of ours: these headings alone do not say so.
COUNTED: Final = frozenset({"no", "no.", "番号", "#"})


@dataclass(frozen=True)
class Choice:
    """
    Where the rows stand and what its columns are. ``sheet``: its place in the file, from 0.

    ``columns``: column → ours or a part; ``meanings``: our column → word → our choice, empty for «nothing».
    """

    sheet: int
    row: int
    table: str
    columns: Mapping[int, str] = field(default_factory=dict)
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For sealing."""
        columns = {str(column): code for column, code in self.columns.items()}
        meanings = {code: dict(words) for code, words in self.meanings.items()}
        return {
            "sheet": self.sheet,
            "row": self.row,
            "table": self.table,
            "columns": columns,
            "meanings": meanings,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Choice":
        """What was sealed."""
        columns = {int(column): code for column, code in kept["columns"].items()}
        return cls(kept["sheet"], kept["row"], kept["table"], columns, kept["meanings"])

    def region(self, workbook: Workbook) -> Region:
        """The table in the file."""
        sheet = workbook.sheets[self.sheet]
        return Region(sheet, TABLES[self.table], self.row, self.columns, self.meanings)


@dataclass(frozen=True)
class TheirColumn:
    """One column of the file: its heading, what stands in its first rows, and what it may be."""

    place: int
    heading: str
    samples: Sequence[str]
    guess: str = ""


@dataclass(frozen=True)
class SavedColumns:
    """What a facility has said before: their heading → ours, the words of choices, the table, the hash of them all."""

    table: str
    columns: Mapping[str, str]
    meanings: Mapping[str, Mapping[str, str]]
    headings_hash: str


def first_choice(workbook: Workbook, saved: Iterable[SavedColumns] = ()) -> tuple[Choice, bool]:
    """Where the rows seem to stand and what they seem to be; whether that is known from a file before."""
    known = {one.headings_hash: one for one in saved}
    for place, sheet in enumerate(workbook.sheets):
        for row in sheet.rows[:40]:
            headings = headings_of(sheet, row)
            if (before := known.get(hash_of(headings.values()))) is not None:
                columns = {
                    at: before.columns[text] for at, text in headings.items() if text in before.columns
                }
                return Choice(place, row, before.table, columns, before.meanings), True
    best: tuple[int, int, int, str] | None = None
    for place, sheet in enumerate(workbook.sheets):
        for table in TABLES.values():
            row, hits = heading_row(sheet, table, with_aliases=True)
            if row and (best is None or hits > best[0]):
                best = (hits, place, row, table.code)
    if best is None:
        best = (0, 0, _first_wide_row(workbook.sheets[0]), "members")
    _, place, row, table_code = best
    columns = {
        one.place: one.guess for one in their_columns(workbook.sheets[place], row, table_code) if one.guess
    }
    return Choice(place, row, table_code, columns), False


def hash_of(headings: Iterable[str]) -> str:
    """Of all headings of a row: the same file next time."""
    plain = "\n".join(sorted(folded(text) for text in headings))
    return hashlib.sha256(plain.encode()).hexdigest()


def their_columns(sheet: WorkbookSheet, row: int, table_code: str) -> list[TheirColumn]:
    """The columns below this row of headings, each with a guess for the table."""
    table = TABLES[table_code]
    headings = headings_of(sheet, row)
    below = [at for at in sheet.rows if at > row][:GUESSED_FROM]
    values = {
        column: [text for at in below if (text := sheet.cell(at, column).text.strip())] for column in headings
    }
    guesses = _by_heading(headings, table)
    for column, texts in values.items():
        code = "" if column in guesses else _by_content(sheet, column, below, texts, table)
        if code and code not in guesses.values() and not _has_parts(code, guesses):
            guesses[column] = code
    return [
        TheirColumn(column, text, values[column][:SAMPLES], guesses.get(column, ""))
        for column, text in headings.items()
    ]


def offered(table: Table) -> list[tuple[str, str]]:
    """(code, heading) of everything a column can be."""
    ours = [(column.code, column.heading) for column in table.columns]
    codes = {code for code, _ in ours}
    return ours + [(code, words) for code, (whole, _, words) in PARTS.items() if whole in codes]


def problems_of(choice: Choice) -> list[str]:
    """What cannot be with the columns that were chosen."""
    table, problems = TABLES[choice.table], []
    codes = list(choice.columns.values())
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            words = heading_words(table, code)
            problems.append(f"「{words}」を2つ以上の列に選んでいます。1つだけにしてください。")
    for whole in ("name", "kana"):
        if whole in codes and _has_parts(whole, choice.columns):
            words = heading_words(table, whole)
            problems.append(f"「{words}」は、1つの列か、姓と名の列のどちらかで選んでください。")
    if not ({"name", "name.family", "number"} & set(codes)):
        problems.append("「氏名」の列を選んでください。")
    return problems


def left_out(choice: Choice) -> list[str]:
    """Required columns the file does not have: they are typed afterwards."""
    table = TABLES[choice.table]
    codes = {PARTS[code][0] if code in PARTS else code for code in choice.columns.values()}
    return [column.heading for column in table.columns if column.required and column.code not in codes]


def unexplained(choice: Choice, workbook: Workbook) -> dict[str, list[str]]:
    """Our column → words of the file that are none of its choices, in the order they appear."""
    region = choice.region(workbook)
    plain = Region(region.sheet, region.table, region.row, region.columns)
    found: dict[str, list[str]] = {}
    for _, _, texts in read_region(plain).rows:
        for code, text in texts.items():
            column = region.table.column(code)
            word = word_key(text)
            if not column.choices or not word or is_understood(text, column, CHOICE_ALIASES.get(code)):
                continue
            if word not in found.setdefault(code, []):
                found[code].append(word)
    return found


def no_choices(words: Mapping[str, Sequence[str]], table: Table) -> list[str]:
    """Columns whose words are too many or too long to be choices: names, say, taken for 職種."""
    return [
        f"「{table.column(code).heading}」に選んだ列には、選択肢ではない内容が多く入っています。別の列を選んでください。"
        for code, said in words.items()
        if len(said) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in said)
    ]


def to_keep(choice: Choice, workbook: Workbook) -> SavedColumns | None:
    """What may be kept of a choice: headings and words. None when a heading looks like somebody's value."""
    headings = headings_of(workbook.sheets[choice.sheet], choice.row)
    used = [headings[column] for column in choice.columns]
    words = [word for said in choice.meanings.values() for word in said]
    if any(looks_like_a_value(text) for text in (*headings.values(), *words)) or len(set(used)) < len(used):
        return None
    columns = {headings[column]: code for column, code in choice.columns.items()}
    return SavedColumns(choice.table, columns, choice.meanings, hash_of(headings.values()))


# ---------------------------------------------------------------- guessing


def _by_heading(headings: Mapping[int, str], table: Table) -> dict[int, str]:
    known = our_headings(table.code, with_aliases=True)
    exact = {folded(column.heading) for column in table.columns}
    codes = {code for code, _ in offered(table)}
    guesses: dict[int, str] = {}
    # Our own headings first: an alias does not take the place of one that is there.
    for wanted in (exact, set(known)):
        for column, text in headings.items():
            plain = folded(text)
            if column in guesses or plain not in wanted or plain in COUNTED:
                continue
            if (code := known[plain]) not in guesses.values():
                guesses[column] = code
    parts = {folded(heading): code for heading, code in PART_HEADINGS.items() if code in codes}
    for column, text in headings.items():
        code = parts.get(folded(text), "")
        whole = PARTS[code][0] if code else ""
        if code and column not in guesses and not {code, whole} & set(guesses.values()):
            guesses[column] = code
    return guesses


def _by_content(
    sheet: WorkbookSheet, column: int, rows: Sequence[int], texts: Sequence[str], table: Table
) -> str:
    """What most of a column looks like, of what tells itself by content."""
    if not texts:
        return ""
    days = [day for row in rows if (day := _day(sheet, row, column)) is not None]
    if len(days) >= SHARE * len(texts):
        # Work begins on the first of a month, people any day.
        born = [day for day in days if day.day != 1]
        return "birth_date" if len(born) > len(days) / 2 and _has(table, Kind.BIRTH) else ""
    for ours in table.columns:
        # ○ and × stand under many headings.
        if ours.choices and ours.code != "long_enough" and _are_mostly(texts, partial(_is_choice, ours)):
            return ours.code
    for kind, reads in ((Kind.POSTAL, read_postal_code), (Kind.KANA, read_kana), (Kind.NAME, read_name)):
        if _has(table, kind) and _are_mostly(texts, partial(_reads, reads)):
            return next(ours.code for ours in table.columns if ours.kind is kind)
    return ""


def _day(sheet: WorkbookSheet, row: int, column: int) -> date | None:
    cell = sheet.cell(row, column)
    if cell.day is not None:
        return cell.day
    try:
        return read_day(cell.text)
    except Unreadable:
        return None


def _is_choice(column: Column, text: str) -> bool:
    return is_understood(text, column, CHOICE_ALIASES.get(column.code))


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        return reader(text) is not None
    except Unreadable:
        return False


def _are_mostly(texts: Sequence[str], holds: Callable[[str], bool]) -> bool:
    return sum(map(holds, texts)) >= SHARE * len(texts)


def _has(table: Table, kind: Kind) -> bool:
    return any(column.kind is kind for column in table.columns)


def _has_parts(whole: str, columns: Mapping[int, str]) -> bool:
    return any(code in PARTS and PARTS[code][0] == whole for code in columns.values())


def _first_wide_row(sheet: WorkbookSheet) -> int:
    """The first row in which several cells stand: titles are alone in theirs."""
    return next(
        (row for row in sheet.rows if len(headings_of(sheet, row)) > 2), sheet.rows[0] if sheet.rows else 1
    )
