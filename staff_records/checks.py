"""What must hold of one person's record, whatever page, table or file it comes from."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

from pricing.staffing.dates import age_on
from staff_records.problems import FieldProblem
from staff_records.values import Earlier, Identity, Licenced, Trained
from staff_records.words import Proof

YOUNGEST_AT_WORK = 15
# A day that lies further ahead is mistyped: nobody is hired or leaves later than that.
FURTHEST_AHEAD = timedelta(days=366)


class Span(Protocol):
    """Days of work, both included; without a last day it goes on."""

    @property
    def first_day(self) -> date: ...

    @property
    def last_day(self) -> date | None: ...


def identity(value: Identity, *, today: date) -> Iterable[FieldProblem]:
    """A day of birth somebody at work can have."""
    if value.birth_date > today:
        yield FieldProblem("birth_date", "生年月日が未来の日付です。和暦の元号も確かめてください。")
    elif value.birth_date.year < today.year - 100:
        yield FieldProblem("birth_date", "生年月日が100年以上前です。和暦の元号も確かめてください。")


def near(day: date, column: str, *, today: date) -> Iterable[FieldProblem]:
    """Not more than a year ahead."""
    if day > today + FURTHEST_AHEAD:
        yield FieldProblem(column, "1年より先の日付です。年を確かめて、入力し直してください。")


def spans(found: Sequence[Span], birth_date: date) -> Iterable[FieldProblem]:
    """Spans of work end after they begin, do not overlap, and begin when somebody may work."""
    in_order = sorted(found, key=lambda span: span.first_day)
    for span in in_order:
        if span.last_day is not None and span.last_day < span.first_day:
            yield FieldProblem(
                "left_on", "終了日が開始日より前です。どちらの日付が正しいか確かめてください。"
            )
        if _too_young(birth_date, span.first_day):
            yield FieldProblem(
                "hired_on",
                f"開始日に{YOUNGEST_AT_WORK}歳になっていません。生年月日と開始日を確かめてください。",
            )
    for earlier, later in pairwise(in_order):
        if earlier.last_day is None or earlier.last_day >= later.first_day:
            yield FieldProblem(
                "hired_on", "勤務の期間が重なっています。前の勤務の終了日を先に入力してください。"
            )


def licenced(value: Licenced, birth_date: date, *, today: date) -> Iterable[FieldProblem]:
    """A qualification is not obtained as a child, nor in the future."""
    if value.obtained_on is None:
        return
    if value.obtained_on > today:
        yield FieldProblem("obtained_on", "登録日・取得日が未来の日付です。取得してから登録してください。")
    elif _too_young(birth_date, value.obtained_on):
        yield FieldProblem(
            "obtained_on", f"登録日・取得日に{YOUNGEST_AT_WORK}歳になっていません。日付を確かめてください。"
        )


def earlier(value: Earlier, birth_date: date, *, today: date) -> Iterable[FieldProblem]:
    """Earlier work ends after it begins, and has ended; on another roster its end may be announced."""
    if value.last_day < value.first_day:
        yield FieldProblem("last_day", "勤務終了日が勤務開始日より前です。どちらが正しいか確かめてください。")
    if value.last_day > today and value.proof != Proof.ROSTER:
        yield FieldProblem(
            "last_day",
            "前歴の勤務終了日が未来の日付です。ほかの施設でも働いているときは兼務を選んでください。",
        )
    if _too_young(birth_date, value.first_day):
        yield FieldProblem(
            "first_day", f"勤務開始日に{YOUNGEST_AT_WORK}歳になっていません。日付を確かめてください。"
        )


def trained(value: Trained, *, today: date) -> Iterable[FieldProblem]:
    """A training is finished when it is registered, and management is part of it."""
    if value.finished_on > today:
        yield FieldProblem("finished_on", "修了日が未来の日付です。修了してから登録してください。")
    if value.management_hours > value.hours:
        yield FieldProblem(
            "management_hours", "マネジメントの時間が研修の時間より長くなっています。確かめてください。"
        )


def _too_young(birth_date: date, day: date) -> bool:
    return age_on(birth_date, day) < YOUNGEST_AT_WORK
