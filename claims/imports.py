"""
The columns of a child-count file and what they mean (contracts: «Child counts in»).

Long layout: a row a cell. Wide layout: a row a facility and municipality, a column a cell. Both become ``CountRow``s.
Nothing here touches the database except to look up the city's facilities.
"""

import re
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from claims.models import Age, Certification, Hours, Movement
from documents.personal_data import suspicions
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


@dataclass(frozen=True)
class CountRow:
    """One cell of the file: whose, when, which children, how many."""

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
    def key(self) -> tuple[Any, ...]:
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

    def as_json(self) -> dict[str, Any]:
        """For the sealed preview."""
        return asdict(self)


@dataclass(frozen=True)
class Meaning:
    """What a file says: its rows (cells of zero children are left out), months, and remarks that refuse nothing."""

    layout: str
    rows: list[CountRow]
    months: list[str]
    remarks: list[Problem]


@dataclass(frozen=True)
class KnownFacility:
    """What the file is checked against."""

    number: str
    name: str
    capacity: int


def understand(table: Table, facilities: dict[str, KnownFacility]) -> Meaning:
    """
    The counts of a table, all problems at once.

    ``facilities``: those of the city by number. Another city's facility is as unknown as one that does not exist.

    :raises FileRefused: anything that would not be stored exactly as meant, or looks like children's personal data.
    """
    wide = {heading: match for heading in table.headings if (match := WIDE_HEADING.fullmatch(heading))}
    layout = "wide" if wide and CERTIFICATION not in table.headings else "long"
    expected = {*REQUIRED, *OPTIONAL, *(wide if layout == "wide" else LONG)}
    if personal := suspicions(table, frozenset(expected)):
        raise FileRefused(personal)
    if problems := _heading_problems(table, layout, expected):
        raise FileRefused(problems)
    problems = list(table.problems)
    remarks: list[Problem] = []
    rows: list[tuple[int, CountRow]] = []
    broken = {problem.line for problem in table.problems}
    for row in table.rows:
        if row.line in broken:
            continue
        reader = _RowReader(row, facilities, problems, remarks)
        rows += reader.wide(wide) if layout == "wide" else reader.long()
    problems += _doubled(rows)
    remarks += _too_many([row for _, row in rows], facilities)
    if problems:
        raise FileRefused(sorted(problems, key=lambda problem: problem.line))
    counts = [row for _, row in rows]
    months = sorted({row.month for row in counts})
    return Meaning(layout, counts, months, _once(remarks))


def _heading_problems(table: Table, layout: str, expected: set[str]) -> list[Problem]:
    required = [*REQUIRED, *(LONG if layout == "long" else ())]
    missing = [heading for heading in required if heading not in table.headings]
    unknown = [heading for heading in table.headings if heading not in expected]
    problems = [Problem("この列がありません。見出しを確認してください。", 1, heading) for heading in missing]
    problems += [
        Problem(
            f"{table.headings.index(heading) + 1}列目の見出しは使えません。列を消すか、見出しを直してください。",
            1,
        )
        for heading in unknown
    ]
    return problems


class _RowReader:
    """Reads one line; every problem is noted at its cell."""

    def __init__(
        self,
        row: Row,
        facilities: dict[str, KnownFacility],
        problems: list[Problem],
        remarks: list[Problem],
    ) -> None:
        self.row = row
        self.facilities = facilities
        self.problems = problems
        self.remarks = remarks
        self.noted_before = len(problems)

    def long(self) -> list[tuple[int, CountRow]]:
        place = self._place()
        cell = self._cell(*(self._choice(*column) for column in (
            (CERTIFICATION, CERTIFICATIONS, "1号・2号・3号"),
            (AGE, AGES, "0から5、または満3"),
            (HOURS, HOURS_WORDS, "標準・短時間・教育標準時間"),
        )))  # fmt: skip
        count = self._number(COUNT)
        extras = self._extras()
        if place is None or cell is None or count is None or extras is None or self._noted:
            return []
        return [(self.row.line, CountRow(*place, *cell, count, **extras))]

    def wide(self, columns: dict[str, re.Match[str]]) -> list[tuple[int, CountRow]]:
        place = self._place()
        extras = self._extras()
        found = []
        for heading, match in columns.items():
            cell = self._cell(
                self._choice(CERTIFICATION, CERTIFICATIONS, "1号・2号・3号"),
                self._choice(AGE, AGES, "0から5、または満3"),
                self._choice(HOURS, HOURS_WORDS, "標準・短時間・教育標準時間"),
            )
        count = self._number(COUNT)
        extras = self._extras()
        if place is None or cell is None or count is None or extras is None or self._noted:
            return []
        return [(self.row.line, CountRow(*place, *cell, count, **extras))]

    def wide(self, columns: dict[str, re.Match[str]]) -> list[tuple[int, CountRow]]:
        place = self._place()
        extras = self._extras()
        found = []
        for heading, match in columns.items():
            cell = self._cell(
                CERTIFICATIONS[match["certification"]],
                AGES[match["age"]],
                HOURS_WORDS[match["hours"]],
                heading,
            )
            count = self._number(heading, empty_is_zero=True)
            if cell and count and place is not None and extras is not None:
                found.append((self.row.line, CountRow(*place, *cell, count, **extras)))
        return [] if self._noted else found

    @property
    def _noted(self) -> bool:
        return len(self.problems) > self.noted_before

    def _note(self, heading: str, message: str) -> None:
        self.problems.append(Problem(message, self.row.line, heading))

    def _place(self) -> tuple[str, str, str] | None:
        month = self._month()
        facility = self.facilities.get(self.row[NUMBER])
        if facility is None:
            self._note(NUMBER, "この事業所番号の施設は登録されていません。番号を確認してください。")
        elif (name := self.row.cells.get(NAME, "")) and _plain(name) != _plain(facility.name):
            self.remarks.append(
                Problem(
                    f"施設名が登録（{facility.name}）と違います。番号のとおりに取り込みます。",
                    self.row.line,
                    NAME,
                )
            )
        payer = self.row[PAYER]
        if not re.fullmatch(r"[0-9]{6}", payer):
            self._note(PAYER, "6桁の市区町村コードを入力してください。")
            payer = ""
        if month is None or facility is None or not payer:
            return None
        return str(month), facility.number, payer

    def _month(self) -> ServiceMonth | None:
        try:
            return ServiceMonth.of(parse_month(self.row[MONTH]))
        except NotAMonth as problem:
            self._note(MONTH, str(problem))
            return None

    def _choice(self, heading: str, words: dict[str, str], allowed: str) -> str | None:
        found = words.get(self.row[heading].replace(" ", ""))
        if found is None:
            self._note(heading, f"読み取れません。{allowed}のいずれかを入力してください。")
        return found

    def _cell(
        self, certification: str | None, age: str | None, hours: str | None, heading: str = ""
    ) -> tuple[str, str, str] | None:
        if certification is None or age is None or hours is None:
            return None
        if age not in ALLOWED_AGES[certification]:
            words = f"{Certification(certification).label}に{Age(age).label}の子どもはいません。"
            self._note(heading or AGE, f"{words}認定区分と年齢を確認してください。")
            return None
        if (certification == "1") != (hours == Hours.EDUCATION):
            words = f"{Certification(certification).label}に{Hours(hours).label}はありません。"
            self._note(heading or HOURS, f"{words}保育必要量を確認してください。")
            return None
        return certification, age, hours

    def _number(self, heading: str, *, empty_is_zero: bool = False, most: int = MOST_CHILDREN) -> int | None:
        text = self.row.cells.get(heading, "").replace(",", "")
        if not text:
            if empty_is_zero:
                return 0
            self._note(heading, "空です。0人でも0と入力してください。")
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            self._note(heading, f"0から{most}の整数で入力してください。")
            return None
        if int(text) > most:
            self._note(heading, f"{most}を超えています。数を確認してください。")
            return None
        return int(text)

    def _extras(self) -> dict[str, Any] | None:
        before = len(self.problems)
        extras: dict[str, Any] = {}
        for heading, name in ((BRANCH, "branch"), (EMPLOYEE, "employee_slot")):
            value = self.row.cells.get(heading, "")
            if value not in TRUE | FALSE:
                self._note(heading, "1か空欄にしてください。")
            extras[name] = value in TRUE
        movement = self.row.cells.get(MOVEMENT, "")
        if movement not in MOVEMENTS:
            self._note(MOVEMENT, "入・退・空欄のいずれかにしてください。")
        extras["movement"] = MOVEMENTS.get(movement, Movement.NONE)
        if extras["movement"]:
            extras["days"] = self._number(DAYS, most=31)
        if self.row.cells.get(DISABLED, ""):
            extras["disabled_count"] = self._number(DISABLED)
        return extras if len(self.problems) == before else None


def _doubled(rows: list[tuple[int, CountRow]]) -> list[Problem]:
    """The same cell twice: the second line is named, with the first."""
    first: dict[tuple[Any, ...], int] = {}
    problems = []
    for line, row in rows:
        cell = (row.month, row.number, *row.key)
        if cell in first:
            problems.append(Problem(f"{first[cell]}行目と同じ区分です。1行にまとめてください。", line))
        first.setdefault(cell, line)
    return problems


def _too_many(rows: list[CountRow], facilities: dict[str, KnownFacility]) -> list[Problem]:
    """Far more children than the capacity is worth a second look, but may be true."""
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        totals[row.month, row.number] += row.count
    return [
        Problem(
            f"{facilities[number].name}：{total}人は利用定員（{facilities[number].capacity}人）の1.5倍を超えています。"
        )
        for (_, number), total in totals.items()
        if facilities[number].capacity and total * 2 > facilities[number].capacity * 3
    ]


def by_facility(rows: list[CountRow]) -> dict[tuple[str, str], dict[tuple[Any, ...], CountRow]]:
    """(month, facility number) → cell → row; cells without children are left out."""
    found: dict[tuple[str, str], dict[tuple[Any, ...], CountRow]] = defaultdict(dict)
    for row in rows:
        cells = found[row.month, row.number]
        if row.count:
            cells[row.key] = row
    return found


def _plain(name: str) -> str:
    return re.sub(r"\s", "", name)


def _once(remarks: list[Problem]) -> list[Problem]:
    """A remark that stands on every line of a facility is said once."""
    return list({remark.message: remark for remark in reversed(remarks)}.values())[::-1]
