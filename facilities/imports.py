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

from facilities import checks
from facilities.models import Facility, FacilityDetail, FacilityKind, FacilityProfile, Ownership
from facilities.operations.profiles import ProfileValues
from facilities.periods import ServiceMonth
from pages.wareki import NotADate, parse_date
from pricing.vocabulary import region_words

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
# What a list may have besides: certified or provisional 加算率.
RATE_HEADINGS = ("区分1", "区分2", "仮")
COLUMNS = (*HEADINGS, *RATE_HEADINGS)
# A facility without a profile is written out with these empty.
PROFILE_HEADINGS = ("認可定員", "1号利用定員", "2・3号利用定員", "地域区分")
PROVISIONAL = "仮"
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
# The column of each field that may not fit another.
PLACES = {"approved_capacity": "認可定員", "capacity_1": "1号利用定員", "capacity_23": "2・3号利用定員"}


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
    """
    One facility as the list has it. Capacities in children, region and rates in percent.

    Without rates those that hold stay. Without an approved capacity the line says nothing of the profile.
    """

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
    base_percent: int | None = None
    wage_percent: int | None = None
    rates_are_provisional: bool = False

    @property
    def has_profile(self) -> bool:
        """Whether the line says what holds; a facility without a profile is written out without."""
        return self.approved_capacity > 0

    @property
    def opened(self) -> date:
        """認可年月日."""
        return date.fromisoformat(self.opened_on)

    def as_json(self) -> list[Any]:
        """For keeping."""
        return list(astuple(self))

    def profile(self, current: FacilityProfile | None) -> ProfileValues:
        """The profile of this line; without rates in it, they stay as they are."""
        rates: FacilityLine | FacilityProfile | None = self if self.base_percent is not None else current
        return ProfileValues(
            approved_capacity=self.approved_capacity,
            capacity_1=self.capacity_1,
            capacity_23=self.capacity_23,
            region_percent=self.region_percent,
            base_percent=rates.base_percent if rates else None,
            wage_percent=rates.wage_percent if rates else None,
            rates_are_provisional=rates.rates_are_provisional if rates else False,
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
        *_capacity_cells(profile),
        f"{opened.year}/{opened.month}/{opened.day}",
        held.postal_code,
        held.location,
        *_rate_cells(profile),
    ]


def _capacity_cells(values: FacilityProfile | ProfileValues | None) -> list[str]:
    if values is None:
        return [""] * len(PROFILE_HEADINGS)
    return [
        str(values.approved_capacity),
        str(values.capacity_1 or ""),
        str(values.capacity_23 or ""),
        region_words(values.region_percent),
    ]


def _rate_cells(values: FacilityProfile | ProfileValues | None) -> list[str]:
    if values is None or values.base_percent is None:
        return [""] * len(RATE_HEADINGS)
    return [
        str(values.base_percent),
        str(values.wage_percent),
        PROVISIONAL if values.rates_are_provisional else "",
    ]


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
    if len({"区分1", "区分2"} & set(headings)) == 1:
        words = "「区分1」と「区分2」の列は、両方入れるか、両方なくしてください。"
        raise LinesRefused([CellProblem(words, 1, "区分1" if "区分1" in headings else "区分2")])
    reader = _Reader()
    understood = [reader.read(line) for line in lines]
    found = [line for line in understood if line is not None]
    reader.compare(found)
    if reader.problems:
        raise LinesRefused(
            sorted(reader.problems, key=lambda problem: (problem.line, COLUMNS.index(problem.column)))
        )
    return found


def check_digit_fits(corporate_number: str) -> bool:
    """The first of the 13 digits follows from the others (法人番号の指定等に関する省令 第2条)."""
    digits = [int(digit) for digit in corporate_number]
    weighted = sum(digit * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(digits[1:])))
    return digits[0] == 9 - weighted % 9


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
        has_profile = any(line.get(heading) for heading in (*PROFILE_HEADINGS, *RATE_HEADINGS))
        approved = self._children(line, "認可定員", least=1, required=has_profile)
        base, wage, provisional = self._rates(line)
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
            region_percent=self._region(line) if has_profile else 0,
            opened_on=opened.isoformat() if opened else "",
            postal_code=self._postal_code(line),
            location=self._text(line, "所在地", 200),
            base_percent=base,
            wage_percent=wage,
            rates_are_provisional=provisional,
        )
        if len(self.problems) == before and has_profile:
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
        unfit = checks.capacities_fit(
            found.kind,
            approved=found.approved_capacity,
            capacity_1=found.capacity_1,
            capacity_23=found.capacity_23,
        )
        for field, words in unfit.items():
            self._note(words, line, PLACES[field])

    def _rates(self, line: Line) -> tuple[int | None, int | None, bool]:
        base = self._percent(line, "区分1", checks.BASE_PERCENTS)
        wage = self._percent(line, "区分2", checks.WAGE_PERCENTS)
        typed = line.get("仮")
        if bool(line.get("区分1")) != bool(line.get("区分2")):
            empty = "区分2" if line.get("区分1") else "区分1"
            self._note("区分1と区分2は、両方入れるか、両方空欄にしてください。", line, empty)
        if typed not in {"", PROVISIONAL}:
            self._note(
                f"仮の率のときは「{PROVISIONAL}」、認定された率のときは空欄にしてください。", line, "仮"
            )
        elif typed and not line.get("区分1"):
            self._note("区分1と区分2を入れるか、「仮」を空欄にしてください。", line, "仮")
        return base, wage, bool(typed)

    def _percent(self, line: Line, heading: str, allowed: range) -> int | None:
        value = line.get(heading).removesuffix("%")
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,2}", value) or int(value) not in allowed:
            words = f"{allowed[0]}から{allowed[-1]}の整数（%）で入れてください。"
            self._note(words, line, heading)
            return None
        return int(value)

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
        value = line.get(heading)
        if not value:
            self._note(f"{heading}が空です。入れてください。", line, heading)
            return None
        try:
            return parse_date(value)
        except NotADate as refused:
            self._note(str(refused), line, heading)
            return None

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
    # A later profile begins the month after and stays as it is.
    until: ServiceMonth | None = None

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
        if not self.line.has_profile:
            return False
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
    values = line.profile(profile) if line.has_profile else None
    new = [
        line.number,
        line.name,
        FacilityKind(line.kind).label,
        line.corporation,
        line.corporate_number,
        Ownership(line.ownership).label,
        *_capacity_cells(values),
        f"{opened.year}/{opened.month}/{opened.day}",
        line.postal_code,
        line.location,
        *_rate_cells(values),
    ]
    return [
        (heading, before, after)
        for heading, before, after in zip(COLUMNS, cells_of(facility, profile, details), new, strict=True)
        if before != after
    ]
