"""
The columns of a child-count file and what they mean (contracts: «Child counts in»).

Long layout: a row a cell. Wide layout: a row a facility and municipality, a column a cell. Both become ``CountRow``s.
Nothing here touches the database except to look up the city's facilities.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from claims.headings import can_be_headings
from claims.models import Age, Certification, Hours, Movement
from claims.wording import month_words
from documents.personal_data import Facilities, plain_name, suspicions
from documents.reading import FileRefused, Problem, Row, Table
from facilities.periods import ServiceMonth
from pages.wareki import NotAMonth, parse_month

MONTH, NUMBER, NAME, PAYER = "対象年月", "事業所番号", "施設名", "居住市区町村コード"
CERTIFICATION, AGE, HOURS, COUNT = "認定区分", "年齢", "保育必要量", "初日在籍数"
BRANCH, EMPLOYEE, DISABLED, MOVEMENT, DAYS = "分園", "従業員枠", "障害児数", "途中入退所", "日数"
REQUIRED = (MONTH, NUMBER, PAYER)
LONG = (CERTIFICATION, AGE, HOURS, COUNT)
OPTIONAL = (NAME, BRANCH, EMPLOYEE, DISABLED, MOVEMENT, DAYS)
MOST_CHILDREN = 999
MOST_CELLS = 400_000
# Beyond this nobody reads on, and the next export will have other ones.
MOST_PROBLEMS = 5_000
# The system of benefits that these counts belong to began with 子ども・子育て支援新制度.
FIRST_MONTH = ServiceMonth(2015, 4)
WITHOUT_HEADINGS = "見出しがありません。「{example}」のような見出しをつけて書き出してください。"
FOREIGN = (
    "この見出しの読み取り方は、まだ決まっていません。取込の画面でこのファイルを選んで列の対応を決めるか、"
    "「{example}」のような見出しをつけて書き出してください。"
)
EXAMPLE = "対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数"

CERTIFICATIONS = {"1号": "1", "2号": "2", "3号": "3", "1": "1", "2": "2", "3": "3"}
AGES = {
    **{str(age): str(age) for age in range(6)},
    **{f"{age}歳": str(age) for age in range(6)},
    **{f"{age}歳児": str(age) for age in range(6)},
    "満3": "3mid",
    "満3歳": "3mid",
    "満3歳児": "3mid",
}
HOURS_WORDS = {
    "標準": "standard",
    "標準時間": "standard",
    "保育標準時間": "standard",
    "短時間": "short",
    "保育短時間": "short",
    "教育標準時間": "education",
    "教育": "education",
}
# A 2号 child of class age 2 turned three this year and keeps its price class.
ALLOWED_AGES = {"1": {"3mid", "3", "4", "5"}, "2": {"2", "3", "4", "5"}, "3": {"0", "1", "2"}}
MOVEMENTS = {"": "", "入": "in", "途中入所": "in", "退": "out", "途中退所": "out"}
TRUE, FALSE = {"1", "有", "○"}, {"", "0", "無"}
WIDE_HEADING = re.compile(
    r"(?P<certification>[123]号)(?P<age>満3歳|[0-5]歳)(?P<hours>教育標準時間|標準(?:時間)?|短時間)"
)


Key = tuple[str, str, str, str, bool, bool, str, int | None]


@dataclass(frozen=True, slots=True)
class CountRow:
    """One cell of the file: on which line, whose, when, which children, how many."""

    line: int
    month: str
    number: str
    payer_code: str
    certification: str
    age: str
    hours: str
    count: int
    branch: bool = False
    employee_slot: bool = False
    movement: str = ""
    days: int | None = None
    disabled_count: int | None = None

    @property
    def key(self) -> Key:
        """The cell within its facility and month."""
        return (
            self.payer_code,
            self.certification,
            self.age,
            self.hours,
            self.branch,
            self.employee_slot,
            self.movement,
            self.days,
        )

    def as_json(self) -> list[Any]:
        """For the sealed preview: the values in the order of the fields."""
        return list(astuple(self))


class HeadingsUnknown(FileRefused):
    """
    The file's headings are not ours: another vendor's layout may be mapped (``claims.mapping``).

    ``are_foreign``: not one of them is ours, so that there is nothing to put right about them.
    """

    def __init__(self, problems: list[Problem], rows: int, *, are_foreign: bool) -> None:
        super().__init__(problems, rows)
        self.are_foreign = are_foreign


@dataclass(frozen=True)
class Meaning:
    """What a file says: its rows (a cell of no children is a row, too), months, and remarks that refuse nothing."""

    layout: str
    rows: list[CountRow]
    months: list[str]
    remarks: list[Problem]


@dataclass(frozen=True)
class KnownFacility:
    """
    What the file is checked against; ``opened`` and ``closed`` are months, «2026-06», nothing while it is run.

    ``other_names``: what it was called before, or will be. ``dated_names``: the day from which each name holds,
    oldest first; empty while it has never been renamed.
    """

    number: str
    name: str
    capacity: int
    opened: str = ""
    closed: str = ""
    other_names: tuple[str, ...] = ()
    dated_names: tuple[tuple[date, str], ...] = ()

    def names_in(self, month: str) -> tuple[str, ...]:
        """What it is called in the month «2026-06»; two names where one begins within it."""
        first = ServiceMonth.parse(month).first_day
        before = [name for day, name in self.dated_names if day <= first]
        held = before[-1:] or [name for _, name in self.dated_names[:1]] or [self.name]
        begun = [name for day, name in self.dated_names if day > first and str(ServiceMonth.of(day)) == month]
        return (*held, *begun)


def by_name(facilities: dict[str, KnownFacility]) -> Facilities:
    """The same facilities, as a column of their names is recognised."""
    names = (name for known in facilities.values() for name in (known.name, *known.other_names))
    return Facilities.of(names, facilities)


def understand(table: Table, facilities: dict[str, KnownFacility]) -> Meaning:
    """
    The counts of a table, all problems at once.

    ``facilities``: those of the city by number. Another city's facility is as unknown as one that does not exist.

    :raises HeadingsUnknown: the headings are others than ours.
    :raises FileRefused: anything that would not be stored exactly as meant, or looks like children's personal data.
    """
    wide = {heading: match for heading in table.headings if (match := WIDE_HEADING.fullmatch(heading))}
    layout = "wide" if wide and CERTIFICATION not in table.headings else "long"
    expected = {*REQUIRED, *OPTIONAL, *(wide if layout == "wide" else LONG)}
    if personal := suspicions(table, frozenset(expected), by_name(facilities)):
        raise FileRefused(personal, len(table.rows))
    required = [*REQUIRED, *(LONG if layout == "long" else ())]
    require_headings(table, required, expected, EXAMPLE, doubled=_doubled_headings(wide))
    if layout == "wide" and len(table.rows) * len(wide) > MOST_CELLS:
        raise FileRefused([Problem("行が多すぎます。月ごとに分けてください。")])
    reader = _CountReader(facilities, table)
    rows: list[CountRow] = []
    for row in table.rows:
        rows += reader.wide(row, wide) if layout == "wide" else reader.long(row)
        if len(reader.problems) > MOST_PROBLEMS:
            break
    if problems := reader.problems + _doubled(rows):
        raise FileRefused(sorted(problems, key=lambda problem: problem.line), len(table.rows))
    months = sorted({row.month for row in rows})
    remarks = [*several_months(months), *said_once(reader.remarks), *_too_many(rows, facilities)]
    return Meaning(layout, rows, months, remarks)


def require_headings(
    table: Table,
    required: Sequence[str],
    expected: Collection[str],
    example: str,
    *,
    doubled: Sequence[Problem] = (),
) -> None:
    """
    Go on only with headings of ours. ``doubled``: what else is wrong with them.

    :raises HeadingsUnknown: there are none at all, one is missing, or one is not expected.
    """
    are_foreign = not set(expected) & set(table.headings)
    if are_foreign:
        words = FOREIGN if can_be_headings(table) else WITHOUT_HEADINGS
        problems = [Problem(words.format(example=example), 1)]
    else:
        problems = [*_heading_problems(table, required, expected), *doubled]
    if problems:
        raise HeadingsUnknown(problems, len(table.rows), are_foreign=are_foreign)


def _heading_problems(table: Table, required: Sequence[str], expected: Collection[str]) -> list[Problem]:
    problems = [
        Problem("この列がありません。見出しを確認してください。", 1, heading)
        for heading in required
        if heading not in table.headings
    ]
    # An unknown heading is not quoted: without headings it could be anybody's name.
    problems += [
        Problem(f"{place}列目の見出しは使えません。列を消すか、見出しを直してください。", 1)
        for place, heading in enumerate(table.headings, start=1)
        if heading not in expected
    ]
    return problems


def _doubled_headings(wide: dict[str, re.Match[str]]) -> list[Problem]:
    """Two columns of one cell."""
    problems = []
    first: dict[tuple[str, ...], str] = {}
    for heading, match in wide.items():
        cell = _wide_cell(match)
        if cell in first:
            problems.append(
                Problem(f"「{first[cell]}」と同じ区分です。どちらか1列にしてください。", 1, heading)
            )
        first.setdefault(cell, heading)
    return problems


def _wide_cell(match: re.Match[str]) -> tuple[str, str, str]:
    return CERTIFICATIONS[match["certification"]], AGES[match["age"]], HOURS_WORDS[match["hours"]]


def whole_number(text: str) -> int | None:
    """The whole number a cell holds, with or without thousands separators; None when it holds anything else."""
    is_number = re.fullmatch(r"[0-9]{1,9}|[0-9]{1,3}(,[0-9]{3})+", text)
    return int(text.replace(",", "")) if is_number else None


class LineReader:
    """
    What the lines of every file of the core system have: month, facility, municipality and whole numbers.

    Every problem is noted once at its cell.
    """

    # Whether a mistyped number is repeated in its problem.
    quotes_numbers = True

    def __init__(self, facilities: dict[str, KnownFacility], table: Table) -> None:
        self.facilities = facilities
        self.problems = list(table.problems)
        self.remarks: list[Problem] = []
        self.noted = {(problem.line, problem.column) for problem in table.problems}
        self.ragged = {line for line, column in self.noted if not column}
        self.months: dict[str, str] = {}

    def note(self, row: Row, heading: str, message: str) -> None:
        """Note a problem, unless its cell has one already."""
        if (row.line, heading) not in self.noted:
            self.noted.add((row.line, heading))
            self.problems.append(Problem(message, row.line, heading))

    def place(self, row: Row) -> tuple[str, str, str] | None:
        """Month, facility number and municipality code of the line; None when something is wrong with them."""
        month = self._month(row)
        facility = self._facility(row)
        if month and facility is not None:
            self._lives(row, facility, month)
            self._is_called(row, facility, month)
        payer = row[PAYER]
        if not re.fullmatch(r"[0-9]{6}", payer):
            words = "6桁の市区町村コードを入力してください（先頭の0が消えていないか確認してください）。"
            self.note(row, PAYER, words)
            payer = ""
        if not month or facility is None or not payer:
            return None
        return month, facility.number, payer

    def _facility(self, row: Row) -> KnownFacility | None:
        number = row[NUMBER]
        facility = self.facilities.get(number)
        if facility is None:
            if re.fullmatch(r"[0-9](\.[0-9]+)?E\+?[0-9]+", number, re.IGNORECASE):
                words = "番号が「1.3E+12」のような形に崩れています。セルの書式を文字列にして、書き出し直してください。"
            else:
                words = "この事業所番号の施設は登録されていません。番号を確認してください。"
            self.note(row, NUMBER, words)
        return facility

    def _is_called(self, row: Row, facility: KnownFacility, month: str) -> None:
        name, names = row.get(NAME), facility.names_in(month)
        if name and plain_name(name) not in {plain_name(known) for known in names}:
            words = f"施設名が登録（{'・'.join(names)}）と違います。番号のとおりに取り込みます。"
            self.remarks.append(Problem(words, row.line, NAME))

    def _lives(self, row: Row, facility: KnownFacility, month: str) -> None:
        if facility.closed and month > facility.closed:
            last = month_words(ServiceMonth.parse(facility.closed))
            words = f"{facility.name}は{last}で廃止されています。新しい事業所番号の施設ではないか確認してください。"
            self.note(row, NUMBER, words)
        elif facility.opened and month < facility.opened:
            first = month_words(ServiceMonth.parse(facility.opened))
            words = f"{facility.name}が始まるのは{first}です。対象年月を確認してください。"
            self.note(row, NUMBER, words)

    def _month(self, row: Row) -> str:
        text = row[MONTH]
        if found := self.months.get(text):
            return found
        try:
            # Titles say 「令和8年6月分」, and some exports take it over.
            month = ServiceMonth.of(parse_month(text.removesuffix("分")))
        except NotAMonth:
            # Its own sentence quotes the cell; a birth date could stand there.
            self.note(row, MONTH, "年月として読めません。「令和8年6月」や「2026/06」の形で入力してください。")
            return ""
        if month < FIRST_MONTH:
            self.note(row, MONTH, "平成27年4月より前の月は取り込めません。対象年月を確認してください。")
            return ""
        self.months[text] = str(month)
        return str(month)

    def number(
        self, row: Row, heading: str, *, empty_is_zero: bool = False, most: int = MOST_CHILDREN
    ) -> int | None:
        """The whole number of a cell; None when it has none."""
        text = row.get(heading)
        if not text:
            if empty_is_zero:
                return 0
            self.note(row, heading, "空です。0のときも0と入力してください。")
            return None
        number = whole_number(text)
        if number is None or number > most:
            quoted = _quoted(text) if self.quotes_numbers else ""
            self.note(row, heading, f"{quoted}0から{most:,}の整数で入力してください。")
            return None
        return number


class _CountReader(LineReader):
    """Gives rows of counts their meaning."""

    def long(self, row: Row) -> list[CountRow]:
        """A row of the long layout: one cell, or none when something is wrong with it."""
        if row.line in self.ragged:
            return []
        before = len(self.noted)
        place = self.place(row)
        certification = self._choice(row, CERTIFICATION, CERTIFICATIONS, "1号・2号・3号")
        age = self._choice(row, AGE, AGES, "0から5、または満3")
        hours = self._choice(row, HOURS, HOURS_WORDS, "標準・短時間・教育標準時間")
        cell = self._cell(row, certification, age, hours)
        count = self.number(row, COUNT)
        extras = self._extras(row)
        disabled = extras["disabled_count"]
        if count is not None and disabled is not None and disabled > count:
            self.note(row, DISABLED, f"{COUNT}より多くなっています。数を確認してください。")
        if place is None or cell is None or count is None or len(self.noted) > before:
            return []
        return [CountRow(row.line, *place, *cell, count, **extras)]

    def wide(self, row: Row, columns: dict[str, re.Match[str]]) -> list[CountRow]:
        """A row of the wide layout: all its cells, or none when something is wrong with one."""
        if row.line in self.ragged:
            return []
        before = len(self.noted)
        place = self.place(row)
        extras = self._extras(row)
        found = []
        for heading, match in columns.items():
            count = self.number(row, heading, empty_is_zero=True)
            cell = self._cell(row, *_wide_cell(match), heading=heading) if count else _wide_cell(match)
            if place is not None and cell is not None and count is not None:
                found.append(CountRow(row.line, *place, *cell, count, **extras))
        return [] if len(self.noted) > before else found

    def _choice(self, row: Row, heading: str, words: dict[str, str], allowed: str) -> str | None:
        found = words.get(row[heading].replace(" ", ""))
        if found is None:
            self.note(row, heading, f"読み取れません。{allowed}のいずれかを入力してください。")
        return found

    def _cell(
        self, row: Row, certification: str | None, age: str | None, hours: str | None, *, heading: str = ""
    ) -> tuple[str, str, str] | None:
        if certification is None or age is None or hours is None:
            return None
        if age not in ALLOWED_AGES[certification]:
            words = f"{Certification(certification).label}に{Age(age).label}の子どもはいません。"
            self.note(row, heading or AGE, f"{words}認定区分と年齢を確認してください。")
            return None
        if (certification == "1") != (hours == Hours.EDUCATION):
            words = f"{Certification(certification).label}に{Hours(hours).label}はありません。"
            self.note(row, heading or HOURS, f"{words}保育必要量を確認してください。")
            return None
        return certification, age, hours

    def _extras(self, row: Row) -> dict[str, Any]:
        extras: dict[str, Any] = {"disabled_count": None}
        for heading, name in ((BRANCH, "branch"), (EMPLOYEE, "employee_slot")):
            value = row.get(heading)
            if value not in TRUE | FALSE:
                self.note(row, heading, "1か空欄にしてください。")
            extras[name] = value in TRUE
        movement = row.get(MOVEMENT)
        if movement not in MOVEMENTS:
            self.note(row, MOVEMENT, "入・退・空欄のいずれかにしてください。")
        extras["movement"] = MOVEMENTS.get(movement, Movement.NONE)
        if extras["movement"]:
            extras["days"] = self.number(row, DAYS, most=31)
        elif row.get(DAYS) not in {"", "0"} and movement in MOVEMENTS:
            self.note(row, DAYS, f"「{MOVEMENT}」が空欄のときは、空欄にしてください。")
        if row.get(DISABLED):
            extras["disabled_count"] = self.number(row, DISABLED)
        return extras


def _quoted(text: str) -> str:
    """The value, when it can be nothing but a mistyped number."""
    return f"「{text}」は使えません。" if re.fullmatch(r"-?[0-9]{1,5}([.,][0-9]{1,3})?", text) else ""


def _doubled(rows: list[CountRow]) -> list[Problem]:
    """The same cell twice: the second line is named once, with the first."""
    first: dict[tuple[str, str, Key], int] = {}
    problems: dict[int, Problem] = {}
    for row in rows:
        earlier = first.setdefault((row.month, row.number, row.key), row.line)
        if earlier != row.line and row.line not in problems:
            message = f"{earlier}行目と同じ区分です。1行にまとめてください。"
            problems[row.line] = Problem(message, row.line)
    return list(problems.values())


def several_months(months: list[str]) -> list[Problem]:
    """One file a month is the rule; several are taken, but said."""
    if len(months) < 2:
        return []
    words = "・".join(month_words(ServiceMonth.parse(month)) for month in months)
    return [Problem(f"このファイルには{len(months)}か月分（{words}）が入っています。")]


def _too_many(rows: list[CountRow], facilities: dict[str, KnownFacility]) -> list[Problem]:
    """Far more children than the capacity is worth a second look, but may be true."""
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        totals[row.month, row.number] += row.count
    return [
        Problem(
            f"{facilities[number].name}：{total}人は利用定員（{facilities[number].capacity}人）の1.5倍を超えています。"
            "人数を確認してください。"
        )
        for (_, number), total in totals.items()
        if facilities[number].capacity and total * 2 > facilities[number].capacity * 3
    ]


def by_facility(rows: list[CountRow]) -> dict[tuple[str, str], dict[Key, CountRow]]:
    """(month, facility number) → cell → row; cells without children are left out, facilities without them are not."""
    found: dict[tuple[str, str], dict[Key, CountRow]] = defaultdict(dict)
    for row in rows:
        cells = found[row.month, row.number]
        if row.count:
            cells[row.key] = row
    return found


def said_once(remarks: list[Problem]) -> list[Problem]:
    """A remark that stands on every line of a facility is said once."""
    return list({remark.message: remark for remark in reversed(remarks)}.values())[::-1]
