"""
From uploaded files to the rows of a book: canonical CSVs, or grids of workbooks, one for each facility type.

Every problem of every file is told at once, each at its place. Nothing is taken from files that have any.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from documents.reading import FileRefused, read_sheets
from pricing.books import PriceRow, RowReader, read_heading
from pricing.problems import BookProblems, Problem
from rate_books.grid import read_grids

MOST_FILES = 20
MOST_ROWS = 60_000
LISTED = 200
_LINE = re.compile(r":([0-9]+)$")


@dataclass(frozen=True)
class BookFile:
    """One uploaded file as it came."""

    name: str
    content: bytes

    @property
    def is_heading(self) -> bool:
        """The TOML with what stands above the prices."""
        return self.name.lower().endswith(".toml")

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


def place_words(path: str) -> str:
    """``a.csv:12`` as people say it; a cell of a sheet says itself."""
    return _LINE.sub(r"　\1行目", path)


@dataclass(frozen=True)
class ReadBook:
    """What the files say: a heading when one of them was a TOML, and the prices, each with its place."""

    heading: dict[str, Any] | None
    rows: dict[PriceRow, str]
    file_hashes: list[str] = field(default_factory=list)


def read_files(files: Sequence[BookFile]) -> ReadBook:
    """
    The book in the files.

    :raises BookProblems: every problem, at its file and line or at its sheet and cell.
    """
    problems: list[Problem] = []
    headings = [file for file in files if file.is_heading]
    tables = [file for file in files if not file.is_heading]
    if len(files) > MOST_FILES:
        raise BookProblems([Problem("", f"ファイルが多すぎます（{MOST_FILES}個まで）。")])
    if len(headings) > 1:
        problems.append(Problem(headings[1].name, "見出しのファイル（.toml）は、1つだけ選んでください。"))
    heading = _heading(headings[0], problems) if headings else None
    if not tables:
        problems.append(Problem("", "単価のファイル（CSVかExcelブック）を選んでください。"))
    reader = RowReader(heading.get("facility_types") if heading else None)
    for file in tables:
        _read_table(file, reader)
    if len(reader.rows) > MOST_ROWS:
        raise BookProblems([Problem("", f"単価が多すぎます（{MOST_ROWS:,}行まで）。")])
    problems += reader.finish()
    if not problems and not reader.rows:
        problems.append(Problem("", "単価が1つも入っていません。"))
    if problems:
        raise BookProblems(problems)
    return ReadBook(heading, reader.rows, [file.hash for file in files])


def _heading(file: BookFile, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        return read_heading(file.content.decode("utf-8-sig"), file.name)
    except UnicodeDecodeError:
        problems.append(Problem(file.name, "UTF-8で保存してください。"))
    except BookProblems as refused:
        problems += refused.problems
    return None


def _read_table(file: BookFile, reader: RowReader) -> None:
    if file.content.startswith(b"PK\x03\x04"):
        try:
            read_grids(read_sheets(file.content), reader, file.name)
        except FileRefused as refused:
            for problem in refused.problems:
                reader.note(file.name, problem.message)
        return
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        reader.note(
            file.name, "文字コードがUTF-8ではありません。UTF-8のCSVか、Excelブック（.xlsx）にしてください。"
        )
        return
    if "\x00" in text:
        reader.note(file.name, "CSVとして読めません。UTF-8のCSVか、Excelブック（.xlsx）を選んでください。")
        return
    if not {"facility_type", "item", "amount"} <= set(text.partition("\n")[0].strip().split(",")):
        # What stands there instead is not quoted: it may be any file, with anybody's name in it.
        reader.note(
            file.name, "1行目が単価表の見出し（facility_type, region_percent, …, amount）ではありません。"
        )
        return
    reader.read_csv(text, file.name)
