"""
What is asked of a roster before it goes to the city as of 1 April: everything at once.

Sentences name a person by 職員番号 only: a refused submission stands in the record word by word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pages.wareki import day_words
from pricing.staffing.dates import age_on
from staff_records.checks import YOUNGEST_AT_WORK
from staff_records.columns import EARLIER
from staff_records.dossiers import Dossier
from staff_records.roster_figures import RosterFigures
from staff_records.standing import Standing, has_nursery_number
from staff_records.words import PROVED

# Whoever works as one of these is a 保育士 by law, and has a number.
NURSERY_JOBS = frozenset({"nursery_teacher", "chief_nursery_teacher", "part_time_nursery_teacher"})
OLD_FOR_WORK = 80


@dataclass(frozen=True)
class YearProblem:
    """One sentence, whose row it is about (None: the whole roster), and whether it bars the submission."""

    sentence: str
    member_id: UUID | None = None
    bars: bool = True

    @property
    def anchor(self) -> str:
        """Where on the page it leads to."""
        return f"member-{self.member_id}" if self.member_id else "roster"


def problems_of(
    standings: Sequence[Standing],
    without_span: Sequence[Dossier],
    figures: RosterFigures,
    *,
    day: date,
    has_work_rules: bool,
) -> list[YearProblem]:
    """Everything to put right or to look at, the barring ones first."""
    found = [
        *_of_whole(standings, figures, day=day, has_work_rules=has_work_rules),
        *(
            YearProblem(
                f"職員番号{one.member.number}：雇用の期間がありません。採用日と勤務条件を登録してください。",
                one.member.pk,
            )
            for one in without_span
        ),
        *(problem for standing in standings for problem in _of_person(standing, day)),
    ]
    return sorted(found, key=lambda problem: not problem.bars)


def _of_whole(
    standings: Sequence[Standing], figures: RosterFigures, *, day: date, has_work_rules: bool
) -> Iterable[YearProblem]:
    if not standings:
        yield YearProblem(
            f"{day_words(day)}に在籍する職員が1人も登録されていません。職員名簿に職員を登録してください。"
        )
        return
    for sentence in figures.refused:
        yield YearProblem(sentence, bars=False)
    if not has_work_rules:
        yield YearProblem(
            "常勤の所定労働時間が登録されていません。非常勤の職員の常勤換算に使います。", bars=False
        )


def _of_person(standing: Standing, day: date) -> Iterable[YearProblem]:
    who = f"職員番号{standing.number}："
    age = age_on(date.fromisoformat(standing.values["birth_date"]), day)
    if age < YOUNGEST_AT_WORK:
        yield YearProblem(
            f"{who}{day_words(day)}に{YOUNGEST_AT_WORK}歳になっていません。生年月日を確かめてください。",
            standing.member_id,
        )
    elif age >= OLD_FOR_WORK:
        yield YearProblem(
            f"{who}年齢が{age}歳です。生年月日の元号を確かめてください。正しければ、このまま提出できます。",
            standing.member_id,
            bars=False,
        )
    if standing.values["job"] in NURSERY_JOBS and not has_nursery_number(standing):
        yield YearProblem(
            f"{who}保育士登録番号がありません。番号を登録してください。"
            "登録証が届いていないときは、届くまで職種を「保育補助者・子育て支援員」にしてください。",
            standing.member_id,
        )
    unproved = sum(row["proof"] not in PROVED for row in standing.beside[EARLIER.code])
    if unproved:
        yield YearProblem(
            f"{who}在職証明が未確認の前歴が{unproved}件あります。確認できるまで、経験年数に数えません。",
            standing.member_id,
            bars=False,
        )
