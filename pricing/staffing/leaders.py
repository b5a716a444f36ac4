"""
Who can be a leader of 区分3 (until 令和6年度 処遇改善等加算Ⅱ): experience and 研修, and what is missing.

A are 副主任保育士・専門リーダー・中核リーダー, B 職務分野別リーダー・若手リーダー (§7.1). Nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

from pricing.month import fiscal_year_words
from pricing.staffing.base_number import TREATMENT_II_FISCAL_YEAR, BaseNumber
from pricing.staffing.dates import duration_words
from pricing.staffing.jobs import JOBS
from pricing.staffing.refusals import NotCountable, RuleUnknown
from pricing.staffing.roundings import number_words
from pricing.staffing.trainings import (
    EXPECTED_FINISH_FISCAL_YEAR,
    HOURS_A_FIELD,
    SCHOOLS,
    TRAINING_FIELDS,
    HoursMissing,
    Rank,
    Trained,
    Training,
    TrainingHours,
    trained_for,
    training_problems,
)
from pricing.staffing.years import year_problems
from pricing.vocabulary import FACILITY_TYPES

# [K] «おおむね» 7 and 3 years; whoever is near is for the city to judge, so the missing months are told.
MONTHS_A: Final = 7 * 12
MONTHS_B: Final = 3 * 12


@dataclass(frozen=True, slots=True)
class Post:
    """役職 of 区分3; ``manages``: マネジメント is among its trainings."""

    label: str
    rank: Rank
    manages: bool = False


POSTS: Final[Mapping[str, Post]] = MappingProxyType(
    {
        "vice_chief": Post("副主任保育士", "A", manages=True),
        "core": Post("中核リーダー", "A", manages=True),
        "specialist": Post("専門リーダー", "A"),
        "field_leader": Post("職務分野別リーダー", "B"),
        "junior": Post("若手リーダー", "B"),
    }
)
# [K] Those above the leaders are none of them.
NOT_LEADERS: Final = frozenset(
    {"director", "vice_director", "deputy_principal", "chief_teacher", "chief_nursery_teacher"}
)

_RANK_LABELS: Final[Mapping[tuple[Rank, bool], str]] = MappingProxyType(
    {
        ("A", False): "A（副主任保育士・専門リーダー）",
        ("A", True): "A（中核リーダー・専門リーダー）",
        ("B", False): "B（職務分野別リーダー）",
        ("B", True): "B（若手リーダー）",
    }
)


@dataclass(frozen=True, slots=True)
class RankStanding:
    """
    One person for A or for B.

    ``in_house_over``: hours of 園内研修 that do not count, being over the limit. ``sentences`` say all of it.
    """

    rank: Rank
    qualifies: bool
    months_missing: int
    hours_missing: tuple[HoursMissing, ...]
    in_house_over: Fraction
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One person for both ranks in a fiscal year."""

    fiscal_year: int
    a: RankStanding
    b: RankStanding

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese; nobody is named."""
        return (*self.a.sentences, *self.b.sentences)


@dataclass(frozen=True, slots=True)
class Category3Candidates:
    """
    Candidates against 人数A and 人数B; the headcounts are None where N is not known.

    ``b``: those who qualify for B and not for A. A candidate for A who is not needed there can stand for B.
    """

    a: int
    b: int
    headcount_a: int | None
    headcount_b: int | None

    @property
    def for_b(self) -> int:
        spare = 0 if self.headcount_a is None else max(self.a - self.headcount_a, 0)
        return self.b + spare

    @property
    def is_short(self) -> bool:
        """Fewer candidates than granted; no where the headcounts are not known."""
        if self.headcount_a is None or self.headcount_b is None:
            return False
        return self.a < self.headcount_a or self.for_b < self.headcount_b

    @property
    def steps(self) -> tuple[str, ...]:
        if self.headcount_a is None or self.headcount_b is None:
            return (
                f"Aの要件を満たす職員 {self.a}人、Bだけの要件を満たす職員 {self.b}人",
                "人数A・人数Bは、基礎となる職員数が分からないので比べていません。",
            )
        spare = self.for_b - self.b
        moved = f"（Aに余る{spare}人を含む）" if spare else ""
        return (
            f"人数A {self.headcount_a}人に、要件を満たす職員 {self.a}人: {_verdict(self.headcount_a, self.a)}",
            f"人数B {self.headcount_b}人に、要件を満たす職員 {self.for_b}人{moved}: "
            f"{_verdict(self.headcount_b, self.for_b)}",
        )


def leader_standing(
    experience_months: int,
    trainings: Iterable[Training],
    post: str | None,
    fiscal_year: int,
    kind: str,
    *,
    job: str | None = None,
    duty_field: str | None = None,
) -> Standing:
    """
    How one person stands for A and B.

    ``post`` is a key of ``POSTS``; None, or a post of the other rank: the way with the fewest hours missing.
    ``kind`` is a facility type. ``job``: 施設長 to 主任 are no leaders [K]. ``duty_field``: 担当する職務分野 of
    B, whose training a 保育所 or 地域型 asks for. That a 副主任保育士 was 職務分野別リーダー before is not asked.

    :raises NotCountable: months, a training, post, facility type, job or field that cannot be.
    :raises RuleUnknown: a year without 処遇改善等加算Ⅱ or 区分3, or one that is not known here.
    """
    given = tuple(trainings)
    _require_countable(experience_months, given, post, kind, job, duty_field)
    if fiscal_year < TREATMENT_II_FISCAL_YEAR:
        first = fiscal_year_words(TREATMENT_II_FISCAL_YEAR)
        raise RuleUnknown([f"副主任保育士などの加算は{first}からです。"])
    if unknown := year_problems(fiscal_year, "研修の要件"):
        raise RuleUnknown(unknown)

    until = date(fiscal_year + (fiscal_year >= EXPECTED_FINISH_FISCAL_YEAR), 3, 31)
    finished = tuple(training for training in given if training.finished_on <= until)
    later = len(given) - len(finished)
    hours = TrainingHours.of(finished)
    manages = POSTS[post].manages if post is not None and POSTS[post].rank == "A" else None

    def standing(rank: Rank) -> RankStanding:
        trained = (
            trained_for(rank, hours, fiscal_year, kind, manages=manages, duty_field=duty_field)
            if finished
            else _untrained(rank, fiscal_year, kind, manages, duty_field)
        )
        return _rank_standing(rank, experience_months, trained, kind, job, later, fiscal_year)

    return Standing(fiscal_year, standing("A"), standing("B"))


def category3_lines(standings: Iterable[Standing], number: BaseNumber | None) -> Category3Candidates:
    """
    How many can be A and B against 人数A and 人数B of ``base_number``, None where it is not known.

    :raises NotCountable: standings of another fiscal year than the number, or of several.
    """
    everybody = tuple(standings)
    years = {one.fiscal_year for one in everybody} | ({number.fiscal_year} if number else set())
    if len(years) > 1:
        raise NotCountable(["区分3の候補者と人数A・人数Bの年度が違います。同じ年度で数えてください。"])
    return Category3Candidates(
        a=sum(one.a.qualifies for one in everybody),
        b=sum(one.b.qualifies and not one.a.qualifies for one in everybody),
        headcount_a=None if number is None else number.headcount_a,
        headcount_b=None if number is None else number.headcount_b,
    )


@cache
def _untrained(
    rank: Rank, fiscal_year: int, kind: str, manages: bool | None, duty_field: str | None
) -> Trained:
    """Of most people nothing is registered: the same answer for all of them."""
    return trained_for(rank, TrainingHours.of(()), fiscal_year, kind, manages=manages, duty_field=duty_field)


def _rank_standing(
    rank: Rank,
    months: int,
    trained: Trained,
    kind: str,
    job: str | None,
    later: int,
    fiscal_year: int,
) -> RankStanding:
    label = _RANK_LABELS[rank, kind in SCHOOLS]
    needed = MONTHS_A if rank == "A" else MONTHS_B
    short = max(needed - months, 0)
    above = job in NOT_LEADERS
    qualifies = not (short or trained.missing or above)
    sentences = [f"{label}: {'要件を満たしています' if qualifies else '要件を満たしていません'}"]
    if above and job is not None:
        sentences.append(f"{JOBS[job].label}は{rank}の対象ではありません。")
    sentences.append(
        f"経験 {duration_words(months)}（おおむね{needed // 12}年"
        + (f"まで、あと{duration_words(short)}）" if short else "以上）")
    )
    sentences += _training_sentences(trained, fiscal_year)
    if trained.asked and trained.over:
        sentences.append(
            f"園内研修のうち{number_words(trained.over)}時間は、上限を超えるので数えていません。"
        )
    if later:
        sentences.append(f"修了日が間に合わない研修{later}件は数えていません。")
    return RankStanding(rank, qualifies, short, trained.missing, trained.over, tuple(sentences))


def _training_sentences(trained: Trained, fiscal_year: int) -> list[str]:
    year = fiscal_year_words(fiscal_year)
    if not trained.asked:
        return [f"研修 {year}は求められていません"]
    asked = f"{year}に求められる研修 {trained.asked}分野（{trained.asked * HOURS_A_FIELD}時間）"
    if not trained.missing:
        return [f"{asked}を修了しています"]
    return [f"{asked}に足りません: {'、'.join(one.words for one in trained.missing)}"]


def _verdict(needed: int, there: int) -> str:
    return "足りています" if there >= needed else f"あと{needed - there}人"


def _require_countable(
    months: int,
    trainings: Sequence[Training],
    post: str | None,
    kind: str,
    job: str | None,
    duty_field: str | None,
) -> None:
    problems = []
    if isinstance(months, bool) or not isinstance(months, int) or months < 0:
        problems.append("経験月数は0以上の整数で入力してください。")
    if post is not None and post not in POSTS:
        problems.append("区分3の役職が一覧にありません。")
    if kind not in FACILITY_TYPES:
        problems.append(f"「{kind}」という施設類型はありません。")
    if job is not None and job not in JOBS:
        problems.append("職種が一覧にありません。")
    if duty_field is not None and not (duty_field in TRAINING_FIELDS and TRAINING_FIELDS[duty_field].special):
        problems.append("担当する職務分野は、専門分野別研修の①から⑥までの中から選んでください。")
    problems += training_problems(trainings)
    if problems:
        raise NotCountable(problems)
