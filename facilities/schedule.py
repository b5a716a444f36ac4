"""
When what is due (月の日程): the steps of a month, business days, and a city's exceptions.

A deadline is a day of the service month or a later one, moved off weekends, national holidays, the turn of the year
and the city's own closing days. A city begins with the defaults below: they leave at least ``LEAST_DAYS`` business
days for every step, also in May and October. From then on they are the city's own: other defaults move no day of a
city that is there. Rules hold from a month on: what was due in earlier ones stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol

import holidays
from django.db import models

from facilities.periods import ServiceMonth

LAST_DAY = 31
MOST_MONTHS_LATER = 3
# Who has less than this for a step has no time for it.
LEAST_DAYS = 2
# 地方自治法第4条の2第2項: a city's offices rest from 29 December to 3 January.
TURN_OF_THE_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


class Step(models.TextChoices):
    """The steps of a month, in their order."""

    IMPORT = "import", "児童数の取込"
    CONFIRM = "confirm", "児童数の確認"
    CLAIM = "claim", "請求の提出"
    REVIEW = "review", "審査"
    PAY = "pay", "支払"


class Shift(models.TextChoices):
    """Where a deadline goes that falls on a day off."""

    EARLIER = "earlier", "前の開庁日"
    LATER = "later", "次の開庁日"
    NONE = "none", "ずらさない"


@dataclass(frozen=True)
class StepRule:
    """``day`` of the month ``months_later`` than the service month (31: its last day), and where it is shifted."""

    months_later: int
    day: int
    shift: str

    def nominal(self, month: ServiceMonth) -> date:
        """The day before anything is shifted."""
        target = month.plus(self.months_later)
        last = target.plus(1).first_day - timedelta(days=1)
        return last if self.day >= last.day else date(target.year, target.month, self.day)


DEFAULTS: dict[str, StepRule] = {
    Step.IMPORT: StepRule(0, 3, Shift.LATER),
    Step.CONFIRM: StepRule(0, 10, Shift.LATER),
    Step.CLAIM: StepRule(0, 15, Shift.LATER),
    Step.REVIEW: StepRule(0, 23, Shift.EARLIER),
    Step.PAY: StepRule(0, LAST_DAY, Shift.EARLIER),
}


@dataclass(frozen=True)
class Deadline:
    """One step of one month: its day, and why it is not the usual one."""

    step: Step
    month: ServiceMonth
    day: date
    nominal: date
    reason: str = ""
    is_exception: bool = False

    @property
    def is_shifted(self) -> bool:
        """Moved off a day off, or set for this month alone."""
        return self.day != self.nominal

    @property
    def why(self) -> str:
        """Why it is this day, as the pages and the calendar say it: 5月10日が日曜日のため."""
        if not self.reason or not self.is_shifted or self.is_exception:
            return self.reason
        return f"{self.nominal.month}月{self.nominal.day}日が{self.reason}のため"


@dataclass(frozen=True)
class Tight:
    """A step that comes too soon after the one it waits for: so many business days lie between."""

    earlier: Deadline
    later: Deadline
    days: int


Rules = Mapping[str, StepRule]


class HasSchedule(Protocol):
    """A municipality."""

    schedule: dict[str, Any]


@dataclass(frozen=True)
class CitySchedule:
    """
    A city's rules, its own closing days by day, and exceptions by (month, step).

    ``earlier`` are the rules of before, each with the last month it held for, the oldest first. Not ``is_chosen``: the
    usual days it was founded with, which nobody of the city has saved yet.
    """

    rules: Rules = field(default_factory=lambda: DEFAULTS)
    earlier: tuple[tuple[ServiceMonth, Rules], ...] = ()
    closing_days: Mapping[date, str] = field(default_factory=dict)
    exceptions: Mapping[tuple[str, str], tuple[date, str]] = field(default_factory=dict)
    is_chosen: bool = True

    @classmethod
    def of(cls, municipality: HasSchedule) -> "CitySchedule":
        """What is kept with the municipality. A step without a rule is an error, never today's default."""
        kept = municipality.schedule
        return cls(
            rules=_rules_from(kept["rules"]),
            earlier=tuple(
                (ServiceMonth.parse(last), _rules_from(rules)) for last, rules in kept.get("earlier", [])
            ),
            closing_days={
                date.fromisoformat(day): name for day, name in kept.get("closing_days", {}).items()
            },
            exceptions={
                (month, step): (date.fromisoformat(day), reason)
                for month, steps in kept.get("exceptions", {}).items()
                for step, (day, reason) in steps.items()
            },
            is_chosen=kept.get("is_chosen", True),
        )

    def as_json(self) -> dict[str, Any]:
        """For keeping."""
        exceptions: dict[str, dict[str, list[str]]] = {}
        for (month, step), (day, reason) in sorted(self.exceptions.items()):
            exceptions.setdefault(month, {})[step] = [day.isoformat(), reason]
        return {
            "rules": _as_json(self.rules),
            "earlier": [[str(last), _as_json(rules)] for last, rules in self.earlier],
            "closing_days": {day.isoformat(): name for day, name in sorted(self.closing_days.items())},
            "exceptions": exceptions,
            **({} if self.is_chosen else {"is_chosen": False}),
        }

    def rules_of(self, month: ServiceMonth) -> Rules:
        """The rules that hold for this month."""
        return next((rules for last, rules in self.earlier if month <= last), self.rules)

    def with_rules(self, rules: Rules, *, first: ServiceMonth) -> "CitySchedule":
        """Other rules from the month ``first`` on; earlier months keep theirs."""
        last = first.plus(-1)
        kept = tuple((each, old) for each, old in self.earlier if each < last)
        return replace(self, rules={**self.rules, **rules}, earlier=(*kept, (last, self.rules_of(last))))

    def day_off(self, day: date) -> str:
        """Why nobody works on this day; nothing on a business day (開庁日)."""
        if day in self.closing_days:
            return self.closing_days[day]
        if name := national_holidays(day.year).get(day):
            return name
        if (day.month, day.day) in TURN_OF_THE_YEAR:
            return "年末年始"
        return ("", "", "", "", "", "土曜日", "日曜日")[day.weekday()]

    def deadline(self, month: ServiceMonth, step: Step) -> Deadline:
        """The day of one step of one month."""
        rule = self.rules_of(month)[step]
        nominal = rule.nominal(month)
        if found := self.exceptions.get((str(month), step)):
            return Deadline(step, month, found[0], nominal, found[1], is_exception=True)
        day, reason = nominal, self.day_off(nominal)
        if rule.shift == Shift.NONE:
            return Deadline(step, month, day, nominal)
        way = timedelta(days=1 if rule.shift == Shift.LATER else -1)
        while self.day_off(day):
            day += way
        return Deadline(step, month, day, nominal, reason)

    def month(self, month: ServiceMonth) -> list[Deadline]:
        """All steps of a month."""
        return [self.deadline(month, step) for step in Step]

    def tight(self, month: ServiceMonth) -> list[Tight]:
        """The steps of a month that have fewer than ``LEAST_DAYS`` business days."""
        pairs = pairwise(self.month(month))
        found = [Tight(one, two, self.business_days_between(one.day, two.day)) for one, two in pairs]
        return [each for each in found if each.days < LEAST_DAYS]

    def business_days_between(self, day: date, until: date) -> int:
        """How many business days come after ``day``, up to and with ``until``; 0 when it does not come after."""
        return sum(
            not self.day_off(day + timedelta(days=number)) for number in range(1, (until - day).days + 1)
        )

    def open_days_around(self, day: date) -> tuple[date, date]:
        """The business days before and after a day."""
        return self.business_days_before(day, 1), self.business_days_after(day, 1)

    def business_day_from(self, day: date) -> date:
        """The day itself, or the next one on which the city works."""
        while self.day_off(day):
            day += timedelta(days=1)
        return day

    def business_days_after(self, day: date, count: int) -> date:
        """``count`` business days after ``day``; the day itself for 0."""
        while count:
            day += timedelta(days=1)
            if not self.day_off(day):
                count -= 1
        return day

    def business_days_before(self, day: date, count: int) -> date:
        """``count`` business days before ``day``."""
        while count:
            day -= timedelta(days=1)
            if not self.day_off(day):
                count -= 1
        return day


def _rules_from(kept: Mapping[str, Any]) -> Rules:
    return {step: StepRule(*kept[step]) for step in Step}


def first_schedule() -> dict[str, Any]:
    """What a new city keeps: the defaults of the day it is founded, for all its months."""
    return CitySchedule(is_chosen=False).as_json()


def _as_json(rules: Rules) -> dict[str, list[Any]]:
    return {str(step): [rule.months_later, rule.day, str(rule.shift)] for step, rule in rules.items()}


@lru_cache(maxsize=16)
def national_holidays(year: int) -> dict[date, str]:
    """国民の祝日 and substitute holidays of a year, by day."""
    return dict(holidays.country_holidays("JP", years=year, language="ja"))
