"""
Who is on a roster as of a day: the table, with the least it needs.

States are found with days alone; names are opened only of whom the page shows, and those are whom its event names.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from facilities.periods import ServiceMonth
from pages import wareki
from pricing.staffing.dates import duration_words, whole_months
from pricing.staffing.jobs import JOBS
from staff_records.dossiers import A_DAY, Dossier, Purpose, dossiers
from staff_records.flags import Flag, flags_of
from staff_records.models import Employment, StaffMember
from staff_records.opening import show_opened
from staff_records.words import Ending, Post

THERE, LEFT, ON_LEAVE, COMING, EVERYBODY = "there", "left", "leave", "coming", "all"
STATES: Final[Mapping[str, str]] = {
    THERE: "在籍",
    ON_LEAVE: "休業中",
    LEFT: "退職・転出",
    COMING: "採用予定",
    EVERYBODY: "全員（採用予定・退職・転出を含む）",
}
REGULAR: Final[Mapping[str, str]] = {"regular": "常勤", "part_time": "非常勤"}
SORTS: Final[Mapping[str, str]] = {
    "number": "職員番号",
    "kana": "氏名",
    "job": "職種",
    "hired": "採用日",
    "months": "勤続",
}
UNREADABLE_DAY = "基準日を読み取れませんでした。今日の名簿を表示しています。"


@dataclass(frozen=True)
class RosterQuestion:
    """What the address asks for: codes and a day, never a name."""

    on: date
    job: str = ""
    regular: str = ""
    state: str = THERE
    sort: str = "number"
    down: bool = False
    on_typed: str = ""
    problem: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], *, today: date) -> "RosterQuestion":
        """From an address; what it does not know counts as not said."""
        on, problem, typed = today, "", asked.get("on", "")
        if typed:
            try:
                on = wareki.parse_date(typed)
            except wareki.NotADate as refused:
                problem = f"{refused}{UNREADABLE_DAY}"
        sort = asked.get("sort", "")
        return cls(
            on=on,
            job=asked.get("job", "") if asked.get("job") in JOBS else "",
            regular=asked.get("regular", "") if asked.get("regular") in REGULAR else "",
            state=asked.get("state", THERE) if asked.get("state") in STATES else THERE,
            sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "number",
            down=sort.startswith("-"),
            on_typed=typed if problem else "",
            problem=problem,
        )

    def query(self, **other: Any) -> str:
        """The address of the same question with something else asked."""
        asked = replace(self, **other)
        said = {
            "on": asked.on.isoformat(),
            "job": asked.job,
            "regular": asked.regular,
            "state": asked.state if asked.state != THERE else "",
            "sort": f"{'-' if asked.down else ''}{asked.sort}"
            if asked.sort != "number" or asked.down
            else "",
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for some only."""
        return bool(self.job or self.regular or self.state not in {THERE, EVERYBODY})


@dataclass(frozen=True)
class RosterRow:
    """One line of the table."""

    dossier: Dossier
    span: Employment
    hired_on: date | None
    left_on: date | None
    months: int
    flags: tuple[Flag, ...]

    @property
    def member(self) -> StaffMember:
        """Whose line it is."""
        return self.dossier.member

    @property
    def job_words(self) -> str:
        """職種."""
        return JOBS[self.span.job].label if self.span.job in JOBS else self.span.job

    @property
    def post_words(self) -> str:
        """職名 and 職位."""
        post = Post(self.span.post).label if self.span.post else ""
        return "・".join(words for words in (self.span.title, post) if words)

    @property
    def hours_a_month(self) -> Decimal:
        """As the contract says, or hours a day × days."""
        if self.span.hours_a_month is not None:
            return self.span.hours_a_month
        return self.span.hours_a_day * self.span.days_a_month

    @property
    def gone_words(self) -> str:
        """退職 or 転出; empty while the end is not known."""
        return Ending(self.span.ending).state if self.span.ending else ""

    @property
    def months_words(self) -> str:
        """勤続 in words."""
        return duration_words(self.months)


@dataclass(frozen=True)
class NamedRow:
    """One line of the table with the name as it was on the day."""

    row: RosterRow
    name: str
    kana: str
    former_name: str


@dataclass(frozen=True)
class Roster:
    """The table: its lines, and how many there are of each job and state as of the day."""

    question: RosterQuestion
    rows: Sequence[NamedRow]
    states: Mapping[str, int]
    jobs: Sequence[tuple[str, str, int]]
    is_empty: bool = field(default=False)
    # Entries that were withdrawn as a whole: their numbers, the newest withdrawal first.
    withdrawn: Sequence[StaffMember] = ()

    @property
    def member_ids(self) -> list[UUID]:
        """Who is shown."""
        return [*(named.row.member.pk for named in self.rows), *(member.pk for member in self.withdrawn)]

    @property
    def elsewhen(self) -> list[tuple[str, str, int]]:
        """Who is not there on the day but on the roster: state, its words, how many."""
        return [(state, STATES[state], self.states[state]) for state in (COMING, LEFT) if self.states[state]]

    @property
    def at_work(self) -> int:
        """Who is there and not on leave."""
        return self.states[THERE] - self.states[ON_LEAVE]


def roster_of(facility_id: UUID, question: RosterQuestion) -> Roster:
    """The roster of one facility as of a day: a constant number of queries."""
    on = question.on
    everybody = list(StaffMember.with_withdrawn.filter(facility=facility_id).order_by("number"))
    members = [member for member in everybody if member.withdrawn_at is None]
    withdrawn = [member for member in everybody if member.withdrawn_at is not None]
    withdrawn.sort(key=lambda member: member.withdrawn_at, reverse=True)
    # Whoever left years before the day is opened only when those who left are asked for.
    year = ServiceMonth.of(on).fiscal_year
    asked = [
        member
        for member in members
        if question.state in {LEFT, EVERYBODY} or member.left_year is None or member.left_year >= year
    ]
    found = dossiers(asked, Purpose.COMPUTE)
    by_state: dict[str, list[RosterRow]] = {state: [] for state in STATES}
    for one in found:
        for state, row in _states(one, on):
            by_state[state].append(row)
    by_state[EVERYBODY] = [row for state in (THERE, COMING, LEFT) for row in by_state[state]]
    states = {state: len(rows) for state, rows in by_state.items()}
    states[LEFT] += len(members) - len(asked)
    of_state = [row for row in by_state[question.state] if _has_hours(row, question.regular)]
    numbers = Counter(row.span.job for row in of_state)
    jobs = [(code, job.label, numbers[code]) for code, job in JOBS.items() if numbers[code]]
    kept = [row for row in of_state if not question.job or row.span.job == question.job]
    shown = _sorted(_named(kept, on), question)
    return Roster(question, shown, states, jobs, is_empty=not members, withdrawn=withdrawn)


def _states(one: Dossier, on: date) -> list[tuple[str, RosterRow]]:
    held = one.employment_on(on)
    if held is not None:
        row = _row(one, held, on)
        return [(THERE, row), (ON_LEAVE, row)] if held.leave else [(THERE, row)]
    if not one.spans:
        return []
    if one.spans[0].first_day > on:
        return [(COMING, _row(one, one.spans[0], on))]
    before = [span for span in one.spans if span.last_day is not None and span.last_day < on]
    return [(LEFT, _row(one, before[-1], on))]


def _row(one: Dossier, span: Employment, on: date) -> RosterRow:
    day = min(max(on, span.first_day), span.last_day or date.max)
    hired_on = one.hired_on(day)
    left_on = span.last_day if span.ending or (span.last_day and span.last_day < on) else one.left_on(on)
    if span.first_day > on:
        flags: tuple[Flag, ...] = (Flag.COMING,)
    elif span.last_day is not None and span.last_day < on:
        flags = ()
    else:
        flags = tuple(flags_of(one, span, on))
    months = whole_months(hired_on, day + A_DAY) if hired_on is not None and hired_on <= on else 0
    return RosterRow(one, span, hired_on, left_on, months, flags)


def _has_hours(row: RosterRow, regular: str) -> bool:
    return not regular or row.span.is_regular == (regular == "regular")


def _named(rows: Sequence[RosterRow], on: date) -> list[NamedRow]:
    """Names as of the day, opened of these rows only."""
    show_opened([row.member for row in rows], [detail for row in rows for detail in row.dossier.details])
    named = []
    for row in rows:
        detail = row.dossier.detail_on(on)
        named.append(NamedRow(row, detail.name, detail.kana, detail.former_name))
    return named


ORDERS: Final[Mapping[str, Callable[[NamedRow], Any]]] = {
    "number": lambda named: named.row.member.number,
    "kana": lambda named: named.kana,
    "job": lambda named: list(JOBS).index(named.row.span.job),
    "hired": lambda named: named.row.hired_on or date.max,
    "months": lambda named: named.row.months,
}


def _sorted(rows: list[NamedRow], question: RosterQuestion) -> list[NamedRow]:
    return sorted(rows, key=ORDERS[question.sort], reverse=question.down)
