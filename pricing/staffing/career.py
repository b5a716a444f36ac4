"""
勤続 and 経験年数 of one person from dated facts (§8.4; forms §3), with the reason for every span.

Days here and days elsewhere are two figures, as the sheet has them; a day is counted once, and here
before elsewhere. Nobody is named: the caller knows whose career it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

from pricing.staffing.dates import date_words, duration_words, whole_months
from pricing.staffing.experience import AverageExperience, Experience, average_experience
from pricing.staffing.jobs import JOBS
from pricing.staffing.refusals import NotCountable
from pricing.staffing.working_time import REGULAR_DAYS_A_MONTH, REGULAR_HOURS_A_DAY, WorkingTime

Where = Literal["here", "elsewhere"]

# [K] 産休・育休・病休 of somebody who stays employed count for 勤続.
LEAVE_COUNTS: Final = True
# [K] Months are cut for each unbroken spell, here and elsewhere apart: spells are not patched with their days.
MONTHS_RULE: Final = "1か月未満の日数は、続いた期間ごとに切捨て"

TOO_SHORT: Final = f"1日{REGULAR_HOURS_A_DAY}時間以上かつ月{REGULAR_DAYS_A_MONTH}日以上の勤務ではないため"
NOT_PROVED: Final = "在職証明が未確認のため"
TIME_UNKNOWN: Final = "勤務時間・日数が未確認のため"
AFTER_THE_DAY: Final = "基準日より後に始まる勤務のため"
ON_LEAVE: Final = "休職（産休・育休など）の期間のため"
SAME_DAYS: Final = "この施設の勤務と重なる期間のため"

_KNOWN: Final = "general knowledge of the 通知 on 処遇改善等加算 [K]"


@dataclass(frozen=True, slots=True)
class Workplace:
    """A kind of earlier workplace: whether service there counts, and where that is from."""

    label: str
    counts: bool
    source: str = _KNOWN


# [K] 対象経験先の範囲: to be compared with the 通知 (§8.4).
WORKPLACES: Final[Mapping[str, Workplace]] = MappingProxyType(
    {
        "nursery": Workplace("保育所", True),
        "kindergarten": Workplace("幼稚園", True),
        "certified_kodomoen": Workplace("認定こども園", True),
        "community_childcare": Workplace("地域型保育（小規模・家庭的・事業所内・居宅訪問型）", True),
        # Only while it held the certificate that it meets the 指導監督基準 (kodomonosora.jp).
        "unregistered_childcare": Workplace("認可外保育施設（基準を満たす証明書のある期間）", True),
        "school": Workplace("小学校・中学校・高校・特別支援学校など", True),
        "welfare": Workplace("児童福祉施設・社会福祉施設", True),
        "hospital_nurse": Workplace("病院・診療所（看護職としての勤務）", True),
        "hospital": Workplace("病院・診療所（看護職以外の勤務）", False),
        "other": Workplace("その他", False),
    }
)


@dataclass(frozen=True, slots=True)
class Service:
    """
    A span at this facility, both days worked; ``last`` None: it goes on.

    ``working_time`` is that of the contract, also on leave.
    """

    first: date
    last: date | None
    working_time: WorkingTime
    job: str
    on_leave: bool = False


@dataclass(frozen=True, slots=True)
class EarlierService:
    """
    A span at another employer, as 履歴 or 在職証明 say; ``workplace`` is a key of ``WORKPLACES``.

    ``long_enough``: 1日6時間以上かつ月20日以上, None where nobody knows. ``proved``: the 在職証明 is there.
    """

    first: date
    last: date | None
    workplace: str
    long_enough: bool | None
    proved: bool


@dataclass(frozen=True, slots=True)
class CareerItem:
    """
    A spell that counts, unbroken, or a given span that does not.

    ``last`` None: it goes on (a counting spell: on the day asked for). ``rows`` are the places of the given
    spans in it, from 0, among those of ``where``. The months of the counting items add up to those of the career.
    """

    first: date
    last: date | None
    months: int
    where: Where
    counts: bool
    reason: str
    rows: tuple[int, ...]

    @property
    def words(self) -> str:
        until = "" if self.last is None else date_words(self.last)
        place = "この施設" if self.where == "here" else "ほかの施設"
        verdict = "数える" if self.counts else "数えない"
        return (
            f"{verdict}: {place} {date_words(self.first)}〜{until} "
            f"{duration_words(self.months)}（{self.reason}）"
        )


@dataclass(frozen=True, slots=True)
class Career:
    """勤続 and 経験 when ``day`` begins, in whole months."""

    day: date
    months_here: int
    months_elsewhere: int
    items: tuple[CareerItem, ...]

    @property
    def months(self) -> int:
        return self.months_here + self.months_elsewhere

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese; nobody is named."""
        return (
            f"{date_words(self.day)}現在（前日までの期間）",
            *(item.words for item in self.items),
            f"この施設 {duration_words(self.months_here)} ＋ ほかの施設 "
            f"{duration_words(self.months_elsewhere)} = {duration_words(self.months)}（{MONTHS_RULE}）",
        )


@dataclass(frozen=True, slots=True)
class _Span:
    """Days from ``first`` until the day before ``end``; ``goes_on``: also on the day asked for."""

    first: date
    end: date
    goes_on: bool
    why: str
    row: int
    cut: bool = False


def career_on(day: date, services: Iterable[Service], earlier: Iterable[EarlierService]) -> Career:
    """
    Which spans count when ``day`` begins, and how many months they are.

    [K] Counted until the day before, so that a year from 2 April to 1 April is over on 2 April. Contracts
    of short hours are not added up to a long one [K].

    :raises NotCountable: a span that ends before it begins, a working time, job or workplace that cannot be.
    """
    here_given, elsewhere_given = tuple(services), tuple(earlier)
    if problems := [*_here_problems(here_given), *_elsewhere_problems(elsewhere_given)]:
        raise NotCountable(problems)

    counted: list[_Span] = []
    items: list[CareerItem] = []
    for row, one in enumerate(here_given):
        span = _span(day, one.first, one.last, "休職を含む" if one.on_leave else "", row)
        reason = _why_not_here(day, one)
        if reason:
            items.append(_left_out(span, one.last, "here", reason))
        else:
            counted.append(span)
    here = _spells(counted)
    days_here = [(spell[0].first, max(span.end for span in spell)) for spell in here]

    counted = []
    for row, before in enumerate(elsewhere_given):
        workplace = WORKPLACES[before.workplace]
        span = _span(day, before.first, before.last, workplace.label, row)
        reason = _why_not_elsewhere(day, before, workplace)
        pieces = [] if reason else _without(span, days_here)
        if pieces:
            counted += pieces
        else:
            items.append(_left_out(span, before.last, "elsewhere", reason or SAME_DAYS))
    elsewhere = _spells(counted)

    items += [_counting(spell, "here") for spell in here]
    items += [_counting(spell, "elsewhere") for spell in elsewhere]
    items.sort(key=_order)
    return Career(
        day=day,
        months_here=sum(item.months for item in items if item.counts and item.where == "here"),
        months_elsewhere=sum(item.months for item in items if item.counts and item.where == "elsewhere"),
        items=tuple(items),
    )


def roster_average(people: Iterable[tuple[Career, WorkingTime, str]]) -> AverageExperience:
    """
    平均経験年数 of those who are there: each one's career, present working time and job.

    [K] Every job counts, also 調理員 and 事務員; only the working time decides.

    :raises NotCountable: nobody counts, an unknown job, or careers of different days.
    """
    everybody = tuple(people)
    problems = [
        f"{place}人目の職種が一覧にありません。"
        for place, (_, _, job) in enumerate(everybody, start=1)
        if job not in JOBS
    ]
    if len({career.day for career, _, _ in everybody}) > 1:
        problems.append("経験年数の基準日が職員によって違います。同じ日で数えてください。")
    if problems:
        raise NotCountable(problems)
    return average_experience(
        Experience(career.months_here, career.months_elsewhere, working_time)
        for career, working_time, _ in everybody
    )


def _why_not_here(day: date, one: Service) -> str:
    reasons = [
        reason
        for holds, reason in (
            (one.first > day, AFTER_THE_DAY),
            (not one.working_time.long_enough, TOO_SHORT),
            (one.on_leave and not LEAVE_COUNTS, ON_LEAVE),
        )
        if holds
    ]
    return "、".join(reasons)


def _why_not_elsewhere(day: date, one: EarlierService, workplace: Workplace) -> str:
    reasons = [
        reason
        for holds, reason in (
            (one.first > day, AFTER_THE_DAY),
            (not workplace.counts, f"{workplace.label}は通算の対象ではないため"),
            (one.long_enough is False, TOO_SHORT),
            (one.long_enough is None, TIME_UNKNOWN),
            (not one.proved, NOT_PROVED),
        )
        if holds
    ]
    return "、".join(reasons)


def _span(day: date, first: date, last: date | None, why: str, row: int) -> _Span:
    goes_on = last is None or last >= day
    end = day if last is None or last >= day else last + timedelta(days=1)
    return _Span(first, max(end, first), goes_on, why, row)


def _without(span: _Span, taken: Sequence[tuple[date, date]]) -> list[_Span]:
    """What is left of a span when the days of ``taken``, in order, are taken out; whole when it has no day."""
    if not any(first < span.end and span.first < end for first, end in taken):
        return [span]
    pieces = []
    begins = span.first
    for first, end in taken:
        if begins < min(first, span.end):
            pieces.append(_Span(begins, min(first, span.end), False, span.why, span.row, cut=True))
        begins = max(begins, end)
    if begins < span.end:
        pieces.append(_Span(begins, span.end, span.goes_on, span.why, span.row, cut=True))
    return pieces


def _spells(spans: Collection[_Span]) -> list[list[_Span]]:
    """Spans that overlap or follow each other without a day between, together, in order."""
    spells: list[list[_Span]] = []
    end = date.min
    for span in sorted(spans, key=lambda one: (one.first, one.end, one.why)):
        if spells and span.first <= end:
            spells[-1].append(span)
            end = max(end, span.end)
        else:
            spells.append([span])
            end = span.end
    return spells


def _counting(spell: Sequence[_Span], where: Where) -> CareerItem:
    first, end = spell[0].first, max(span.end for span in spell)
    whys = dict.fromkeys(span.why for span in spell if span.why)
    if where == "here":
        reason = "この施設での勤務のため" + "".join(f"、{why}" for why in whys)
    else:
        reason = f"{'と'.join(whys)}での勤務のため"
    if any(span.cut for span in spell):
        reason += "、この施設の勤務と重なる日を除く"
    goes_on = any(span.goes_on for span in spell)
    rows = tuple(sorted({span.row for span in spell}))
    last = None if goes_on else end - timedelta(days=1)
    return CareerItem(first, last, whole_months(first, end), where, True, reason, rows)


def _left_out(span: _Span, last: date | None, where: Where, reason: str) -> CareerItem:
    months = whole_months(span.first, span.end)
    return CareerItem(span.first, last, months, where, False, reason, (span.row,))


def _order(item: CareerItem) -> tuple[date, date, bool, str, tuple[int, ...]]:
    return item.first, item.last or date.max, item.where == "elsewhere", item.reason, item.rows


def _here_problems(services: Iterable[Service]) -> list[str]:
    found = []
    for place, one in enumerate(services, start=1):
        whose = f"この施設の{place}行目の"
        if one.last is not None and one.last < one.first:
            found.append(f"{whose}終わりの日が始まりの日より前です。")
        if one.job not in JOBS:
            found.append(f"{whose}職種が一覧にありません。")
        found += one.working_time.problems(whose)
    return found


def _elsewhere_problems(earlier: Iterable[EarlierService]) -> list[str]:
    found = []
    for place, one in enumerate(earlier, start=1):
        whose = f"前歴の{place}行目の"
        if one.last is not None and one.last < one.first:
            found.append(f"{whose}終わりの日が始まりの日より前です。")
        if one.workplace not in WORKPLACES:
            found.append(f"{whose}施設の種類が一覧にありません。")
    return found
