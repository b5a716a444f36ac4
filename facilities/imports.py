"""
Columns of the city's list of facilities (施設一覧), and what its lines mean.

The rooms above read the file; here a line is anything that answers cells by heading. Every problem is collected with
its line and column, and says what to do.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import Any, Protocol

from facilities.models import Facility, FacilityDetail, FacilityKind, FacilityProfile, Ownership
from facilities.operations.profiles import ProfileValues
from facilities.periods import ServiceMonth

HEADINGS = (
    "事業所番号",
    "施設名",
    "施設類型",
    "設置主体",
    "法人番号",
    "公私区分",
    "認可定員",
    "1号利用定員",
    "2・3号利用定員",
    "地域区分",
    "認可年月日",
    "郵便番号",
    "所在地",
)
# What changes from a day on, as on the page of a facility's changes.
DETAILS = frozenset({"施設名", "公私区分", "郵便番号", "所在地"})
KINDS = {
    **{kind.label: kind for kind in FacilityKind},
    "小規模A型": FacilityKind.SMALL_A,
    "小規模B型": FacilityKind.SMALL_B,
    "小規模C型": FacilityKind.SMALL_C,
    "家庭的保育": FacilityKind.HOME_BASED,
    "事業所内保育": FacilityKind.WORKPLACE,
    "居宅訪問型保育": FacilityKind.HOME_VISITING,
}
REGION_PERCENTS = (20, 16, 15, 12, 10, 6, 3, 0)
MOST_CHILDREN = 999
# The year before an era's first.
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
ERA_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
WAREKI = re.compile(r"(明治|大正|昭和|平成|令和|[MTSHR])(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?")
WESTERN = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?(?: 00:00:00)?")
# First grade only, second and third only, or both: which capacities a type can have.
ONLY_1 = frozenset({FacilityKind.KINDERGARTEN})
BOTH = frozenset({FacilityKind.CERTIFIED_KODOMOEN})


class Line(Protocol):
    """One line of a file."""

    @property
    def line(self) -> int:
        """Its number in the file; the heading is 1."""

    def get(self, heading: str) -> str:
        """The cell, or nothing when the file has no such column."""


@dataclass(frozen=True)
class CellProblem:
    """What is wrong at one place of the file, and what to do."""

    message: str
    line: int
    column: str = ""


class LinesRefused(Exception):
    """The list cannot be used; ``problems`` says why, all at once."""

    def __init__(self, problems: list[CellProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class FacilityLine:
    """One facility as the list has it. Capacities in children, region in percent."""

    line: int
    number: str
    name: str
    kind: str
    corporation: str
    corporate_number: str
    ownership: str
    approved_capacity: int
    capacity_1: int | None
    capacity_23: int | None
    region_percent: int
    opened_on: str
    postal_code: str
    location: str

    @property
    def opened(self) -> date:
        """認可年月日."""
        return date.fromisoformat(self.opened_on)

    def as_json(self) -> list[Any]:
        """For keeping."""
        return list(astuple(self))

    def profile(self, current: FacilityProfile | None) -> ProfileValues:
        """The profile of this line; the list knows no 加算率, they stay as they are."""
        return ProfileValues(
            approved_capacity=self.approved_capacity,
            capacity_1=self.capacity_1,
            capacity_23=self.capacity_23,
            region_percent=self.region_percent,
            base_percent=current.base_percent if current else None,
            wage_percent=current.wage_percent if current else None,
            rates_are_provisional=current.rates_are_provisional if current else False,
        )


def cells_of(
    facility: Facility, profile: FacilityProfile | None, details: Facility | FacilityDetail | None = None
) -> list[str]:
    """A facility as a line of the list: what is exported can be brought in again and changes nothing."""
    opened = facility.opened_on
    held = details or facility
    return [
        facility.number,
        held.name,
        facility.get_kind_display(),
        facility.corporation.name,
        facility.corporation.corporate_number,
        Ownership(held.ownership).label,
        str(profile.approved_capacity) if profile else "",
        str(profile.capacity_1 or "") if profile else "",
        str(profile.capacity_23 or "") if profile else "",
        region_words(profile.region_percent) if profile else "",
        f"{opened.year}/{opened.month}/{opened.day}",
        held.postal_code,
        held.location,
    ]


def region_words(percent: int) -> str:
    """10/100地域, その他地域."""
    return f"{percent}/100地域" if percent else "その他地域"


def understand(headings: Sequence[str], lines: Iterable[Line]) -> list[FacilityLine]:
    """
    The facilities of a list.

    :raises LinesRefused: with every problem.
    """
    missing = [heading for heading in HEADINGS if heading not in headings and heading != "法人番号"]
    if missing:
        raise LinesRefused(
            [
                CellProblem(
                    f"「{heading}」の列がありません。列を加えるか、見出しを直してください。", 1, heading
                )
                for heading in missing
            ]
        )
    reader = _Reader()
    understood = [reader.read(line) for line in lines]
    found = [line for line in understood if line is not None]
    reader.compare(found)
    if reader.problems:
        raise LinesRefused(
            sorted(reader.problems, key=lambda problem: (problem.line, HEADINGS.index(problem.column)))
        )
    return found


def check_digit_fits(corporate_number: str) -> bool:
    """The first of the 13 digits follows from the others (法人番号の指定等に関する省令 第2条)."""
    digits = [int(digit) for digit in corporate_number]
    weighted = sum(digit * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(digits[1:])))
    return digits[0] == 9 - weighted % 9


def day_of(words: str) -> date | None:
    """平成12年4月1日, H12.4.1, 2000/4/1, 2000-04-01; nothing when it is no day."""
    if found := WAREKI.fullmatch(words):
        era = ERA_LETTERS.get(found[1], found[1])
        year = ERAS[era] + (1 if found[2] == "元" else int(found[2]))
        month, day = int(found[3]), int(found[4])
    elif found := WESTERN.fullmatch(words):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


class _Reader:
    """Reads line after line and notes what is wrong."""

    def __init__(self) -> None:
        self.problems: list[CellProblem] = []

    def read(self, line: Line) -> FacilityLine | None:
        before = len(self.problems)
        kind = self._chosen(line, "施設類型", KINDS)
        ownership = self._chosen(line, "公私区分", {each.label: each for each in Ownership})
        capacity_1 = self._children(line, "1号利用定員", least=1)
        capacity_23 = self._children(line, "2・3号利用定員", least=1)
        approved = self._children(line, "認可定員", least=1, required=True)
        opened = self._day(line, "認可年月日")
        understood = FacilityLine(
            line=line.line,
            number=self._pattern(
                line, "事業所番号", r"[0-9]{13}", "事業所番号は13桁の数字です。13桁にしてください。"
            ),
            name=self._text(line, "施設名", 100),
            kind=kind or "",
            corporation=self._text(line, "設置主体", 100),
            corporate_number=self._corporate_number(line),
            ownership=ownership or "",
            approved_capacity=approved or 0,
            capacity_1=capacity_1,
            capacity_23=capacity_23,
            region_percent=self._region(line),
            opened_on=opened.isoformat() if opened else "",
            postal_code=self._postal_code(line),
            location=self._text(line, "所在地", 200),
        )
        if len(self.problems) == before:
            self._capacities_fit(line, understood)
        return understood if len(self.problems) == before else None

    def compare(self, found: list[FacilityLine]) -> None:
        """What one line alone cannot tell: a number twice, a corporation with two numbers."""
        numbers: dict[str, int] = {}
        names: dict[str, set[str]] = defaultdict(set)
        of_name: dict[str, set[str]] = defaultdict(set)
        for line in found:
            if line.number in numbers:
                words = f"{numbers[line.number]}行目と同じ事業所番号です。どちらか1行にしてください。"
                self.problems.append(CellProblem(words, line.line, "事業所番号"))
            numbers.setdefault(line.number, line.line)
            if line.corporate_number:
                names[line.corporate_number].add(line.corporation)
                of_name[line.corporation].add(line.corporate_number)
        for line in found:
            if len(names[line.corporate_number]) > 1 if line.corporate_number else False:
                words = "同じ法人番号に、違う設置主体の名前があります。どちらかを直してください。"
                self.problems.append(CellProblem(words, line.line, "設置主体"))
            elif len(of_name[line.corporation]) > 1:
                words = "同じ設置主体に、違う法人番号があります。どちらかを直してください。"
                self.problems.append(CellProblem(words, line.line, "法人番号"))

    def _capacities_fit(self, line: Line, found: FacilityLine) -> None:
        if found.kind in ONLY_1 and found.capacity_23:
            self._note("幼稚園に2・3号の利用定員はありません。空欄にしてください。", line, "2・3号利用定員")
        elif found.kind not in ONLY_1 | BOTH and found.capacity_1:
            self._note("この施設類型に1号の利用定員はありません。空欄にしてください。", line, "1号利用定員")
        elif not (found.capacity_1 or found.capacity_23):
            heading = "1号利用定員" if found.kind in ONLY_1 else "2・3号利用定員"
            self._note("利用定員がありません。人数を入れてください。", line, heading)

    def _note(self, message: str, line: Line, column: str) -> None:
        self.problems.append(CellProblem(message, line.line, column))

    def _text(self, line: Line, heading: str, longest: int) -> str:
        value = line.get(heading)
        if not value:
            self._note(f"{heading}が空です。入れてください。", line, heading)
        elif len(value) > longest:
            self._note(f"{longest}字までで入れてください。", line, heading)
        return value

    def _pattern(self, line: Line, heading: str, pattern: str, message: str) -> str:
        value = line.get(heading)
        if not re.fullmatch(pattern, value):
            self._note(message, line, heading)
        return value

    def _chosen(self, line: Line, heading: str, choices: dict[str, Any]) -> str | None:
        value = line.get(heading)
        if value in choices:
            return str(choices[value])
        words = "・".join(dict.fromkeys(choices)) if len(choices) < 4 else "・".join(FacilityKind.labels)
        self._note(f"{heading}を、{words}のどれかにしてください。", line, heading)
        return None

    def _children(self, line: Line, heading: str, *, least: int, required: bool = False) -> int | None:
        value = line.get(heading).replace(",", "").removesuffix("人")
        if not value and not required:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", value) or not least <= int(value) <= MOST_CHILDREN:
            self._note(f"{least}から{MOST_CHILDREN}の整数で入れてください。", line, heading)
            return None
        return int(value)

    def _region(self, line: Line) -> int:
        value = line.get("地域区分").removesuffix("地域")
        if value == "その他":
            return 0
        found = re.fullmatch(r"(\d{1,2})(?:/100|%)?", value)
        if found is None or int(found[1]) not in REGION_PERCENTS:
            words = "・".join(region_words(percent) for percent in REGION_PERCENTS)
            self._note(f"地域区分を、{words}のどれかにしてください。", line, "地域区分")
            return 0
        return int(found[1])

    def _day(self, line: Line, heading: str) -> date | None:
        day = day_of(line.get(heading))
        if day is None:
            self._note("日付を「平成12年4月1日」か「2000/4/1」の形で、ある日にしてください。", line, heading)
        return day

    def _corporate_number(self, line: Line) -> str:
        value = line.get("法人番号")
        if not value:
            return ""  # a sole proprietor has none
        if not re.fullmatch(r"[0-9]{13}", value):
            self._note("法人番号は13桁の数字です。個人事業主のときは空欄にしてください。", line, "法人番号")
        elif not check_digit_fits(value):
            self._note(
                "法人番号の検査数字が合いません。国税庁の法人番号公表サイトで確かめてください。",
                line,
                "法人番号",
            )
        return value

    def _postal_code(self, line: Line) -> str:
        found = re.fullmatch(r"〒?\s*([0-9]{3})-?([0-9]{4})", line.get("郵便番号"))
        if found is None:
            self._note("郵便番号を「123-4567」の形で入れてください。", line, "郵便番号")
            return ""
        return f"{found[1]}-{found[2]}"


# ---------------------------------------------------------------- what a list would change

Difference = tuple[str, str, str]


@dataclass(frozen=True)
class FacilityChange:
    """What one line would do: new, changed (label, before, after) or unchanged."""

    line: FacilityLine
    facility: Facility | None
    profile: FacilityProfile | None
    from_month: ServiceMonth
    differences: tuple[Difference, ...]

    @property
    def changes_details(self) -> bool:
        """Whether another name, address or 公私 begins to hold."""
        return any(heading in DETAILS for heading, _, _ in self.differences)

    @property
    def kind(self) -> str:
        """new, changed or unchanged."""
        if self.facility is None:
            return "new"
        return "changed" if self.differences else "unchanged"

    @property
    def changes_profile(self) -> bool:
        """Whether a profile begins in ``from_month``."""
        return self.profile is None or asdict(self.line.profile(self.profile)) != {
            name: getattr(self.profile, name) for name in ProfileValues.__dataclass_fields__
        }


def differences(
    line: FacilityLine,
    facility: Facility,
    profile: FacilityProfile | None,
    details: FacilityDetail | None,
) -> list[Difference]:
    """Each cell of the list that differs from what holds in its month."""
    opened = line.opened
    new = [
        line.number,
        line.name,
        FacilityKind(line.kind).label,
        line.corporation,
        line.corporate_number,
        Ownership(line.ownership).label,
        str(line.approved_capacity),
        str(line.capacity_1 or ""),
        str(line.capacity_23 or ""),
        region_words(line.region_percent),
        f"{opened.year}/{opened.month}/{opened.day}",
        line.postal_code,
        line.location,
    ]
    return [
        (heading, before, after)
        for heading, before, after in zip(HEADINGS, cells_of(facility, profile, details), new, strict=True)
        if before != after
    ]
