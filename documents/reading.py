"""
Reading an uploaded CSV into cells with addresses, before any of it means something.

Bytes come from people: wrong encodings, files of another kind, ragged rows. Every problem is collected with its line
and column and says what to do; nothing is guessed and nothing is quoted that could be a person's.
"""

import csv
import io
import unicodedata
from dataclasses import dataclass, field

MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 200
LISTED_PROBLEMS = 200
FORMULA_STARTS = ("=", "+", "@", "\t")
OTHER_KINDS = (
    (b"PK\x03\x04", "Excelブックか圧縮ファイル"),
    (b"\xd0\xcf\x11\xe0", "古い形式のExcelブック"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "画像"),
    (b"\xff\xd8\xff", "画像"),
)


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of the file: line (1 is the heading), column heading, and what to do."""

    message: str
    line: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """12行目「初日在籍数」, or nothing for the whole file."""
        words = f"{self.line}行目" if self.line else ""
        return f"{words}「{self.column}」" if self.column else words

    def __str__(self) -> str:
        return f"{self.place}：{self.message}" if self.place else self.message


class FileRefused(Exception):
    """The file cannot be used. ``problems`` says why, all at once; the content is not kept."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems[:LISTED_PROBLEMS])))
        self.problems = problems


@dataclass(frozen=True)
class Row:
    """One line of the table: its number in the file and its cells by heading."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, heading: str) -> str:
        return self.cells[heading]


@dataclass(frozen=True)
class Table:
    """A file as cells: the headings as written (normalised), the rows, and how it was encoded."""

    headings: list[str]
    rows: list[Row]
    encoding: str
    problems: list[Problem] = field(default_factory=list)


def normalised(text: str) -> str:
    """NFKC without surrounding blanks: full-width digits and spelling variants become one."""
    return unicodedata.normalize("NFKC", text).strip()


def read_csv(content: bytes) -> Table:
    """
    The table of a CSV file: UTF-8 (with or without BOM) or CP932.

    Ragged rows, over-long cells and cells that look like formulas are problems of the returned table.

    :raises FileRefused: it is no CSV, is empty, has no usable heading, or is too large.
    """
    text, encoding = _decode(content)
    lines = _parse(text)
    if not lines:
        raise FileRefused([Problem("ファイルに内容がありません。書き出し直したファイルを選んでください。")])
    heading_line, headings = lines[0][0], [normalised(cell) for cell in lines[0][1]]
    while headings and not headings[-1]:
        headings.pop()
    if bad_headings := _heading_problems(headings, heading_line):
        raise FileRefused(bad_headings)
    if len(lines) == 1:
        raise FileRefused(
            [Problem("見出しだけで、人数の行がありません。書き出し直したファイルを選んでください。")]
        )
    if len(lines) - 1 > MOST_ROWS:
        raise FileRefused([Problem(f"行が多すぎます（{MOST_ROWS:,}行まで）。月ごとに分けてください。")])
    problems: list[Problem] = []
    rows = [_row(line, cells, headings, problems) for line, cells in lines[1:]]
    return Table(headings, rows, encoding, problems)


def _decode(content: bytes) -> tuple[str, str]:
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        raise FileRefused([Problem("ファイルが空です。書き出し直したファイルを選んでください。")])
    for magic, kind in OTHER_KINDS:
        if content.startswith(magic):
            raise FileRefused([Problem(f"{kind}のようです。CSV形式で書き出したファイルを選んでください。")])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise FileRefused(
            [
                Problem(
                    "文字コードがUTF-16か、文字以外のデータです。UTF-8かShift_JISのCSVで書き出してください。"
                )
            ]
        )
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp932"), "cp932"
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        message = "文字コードを読み取れません。UTF-8かShift_JISのCSVで書き出してください。"
        raise FileRefused([Problem(message, line)]) from None


def _parse(text: str) -> list[tuple[int, list[str]]]:
    """Lines that hold anything, each with its number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
            if len(lines) > MOST_ROWS + 1:
                break
    except csv.Error:
        message = '引用符（"）の対応が合いません。この行を確認してください。'
        raise FileRefused([Problem(message, reader.line_num)]) from None
    return lines


def _heading_problems(headings: list[str], line: int) -> list[Problem]:
    if len(headings) > MOST_COLUMNS:
        return [Problem(f"列が多すぎます（{MOST_COLUMNS}列まで）。", line)]
    problems = []
    for place, heading in enumerate(headings, start=1):
        if not heading:
            problems.append(Problem(f"{place}列目の見出しが空です。見出しを入れてください。", line))
        elif heading in headings[: place - 1]:
            problems.append(
                Problem("同じ見出しが2つあります。1つにしてください。", line, heading[:LONGEST_CELL])
            )
    return problems


def _row(line: int, cells: list[str], headings: list[str], problems: list[Problem]) -> Row:
    extra = [cell for cell in cells[len(headings) :] if cell.strip()]
    if extra:
        problems.append(Problem("見出しより多くの列があります。余分な列を消してください。", line))
    padded = [*cells, *[""] * (len(headings) - len(cells))]
    if len(cells) < len(headings):
        problems.append(Problem("列が足りません。見出しと同じ数の列にしてください。", line))
    for heading, cell in zip(headings, padded, strict=False):
        if len(cell) > LONGEST_CELL:
            problems.append(Problem(f"長すぎます（{LONGEST_CELL}字まで）。", line, heading))
        elif normalised(cell).startswith(FORMULA_STARTS):
            problems.append(
                Problem("計算式のように見えます。式ではなく値で書き出してください。", line, heading)
            )
    return Row(line, {heading: normalised(cell) for heading, cell in zip(headings, padded, strict=False)})
