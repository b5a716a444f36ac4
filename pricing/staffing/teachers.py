"""
Required teachers by the method of the official price (§8.1, §8.2 of the pricing specification).

Each age's children are divided by its ratio and cut to one decimal, the sum is rounded half up, and
the fixed additions of the facility type come on top. Every fact that is not sourced is one named
constant or one line of a table below, marked [K].
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pricing.month import fiscal_year_words
from pricing.staffing.children import AGE_LABELS, AGES_TAKEN, ChildrenByAge
from pricing.staffing.refusals import NotCountable, RuleUnknown
from pricing.staffing.roundings import (
    number_words,
    round_tenths_half_up,
    round_up_to_persons,
    tenths_words,
    truncate_to_tenths,
)
from pricing.staffing.years import year_problems
from pricing.vocabulary import FACILITY_TYPES, ITEM_LABELS

# 児／人 (§8.1). The base price is built on these in every year, also after the standard of 令和6年4月.
RATIO_AGE_4PLUS: Final = 30
RATIO_AGE_3: Final = 20
RATIO_AGE_1_2: Final = 6
RATIO_AGE_0: Final = 3

# With the 加算 of the same name, or under the standard revised in 令和6年4月 (§8.1, §8.2).
RATIO_AGE_4PLUS_IMPROVED: Final = 25
RATIO_AGE_3_IMPROVED: Final = 15
RATIO_AGE_1_IMPROVED: Final = 5

# [K] 満3歳児対応加配 brings the 1号 children who turned three to 6:1 (公定価格からみた職員配置のイメージ, 平成27年).
RATIO_AGE_3MID_IMPROVED: Final = 6

# 小規模C型・家庭的保育: 3 for one 家庭的保育者, 5 together with a 補助者 (§8.1). [K] 家庭的保育 counts like C型.
RATIO_HOME: Final = 3
RATIO_HOME_WITH_ASSISTANT: Final = 5

REVISED_STANDARD_FISCAL_YEAR: Final = 2024
REVISED_STANDARD_NOTE: Final = (
    "令和6年4月の基準改正で3歳児は15人に1人、4歳以上児は25人に1人になりました。"
    "3歳児は令和9年度末まで経過措置があり、ここでは配置改善の加算がない年齢を改正前の比率で数えています。"
)

# 加算 → first fiscal year (§9) and the types that have it (§6). [K] 事業所内 counts under 「小規模等」.
_SCHOOLS: Final = frozenset({"kindergarten", "nursery", "certified_kodomoen"})
IMPROVEMENTS: Final = {
    "age4plus_staffing": (2024, _SCHOOLS),
    "age3_staffing": (2015, _SCHOOLS),
    "age1_staffing": (
        2025,
        frozenset({"nursery", "certified_kodomoen", "small_a", "small_b", "workplace"}),
    ),
    "under_age3_intake": (2015, frozenset({"kindergarten", "certified_kodomoen"})),
}

# 休憩保育士: 利用定員90人以下 (§8.2); of a こども園 the 2・3号 capacity (職員配置のイメージ, 平成27年).
BREAK_TEACHER_MAX_CAPACITY: Final = 90
# [K] 事業所内保育 from 20人 on is staffed like a 保育所 (§4.4), up to 19人 like 小規模A・B (§8.1).
WORKPLACE_SMALL_MAX_CAPACITY: Final = 19
# [K] 学級編制調整: 1号・2号 capacity together (§4.3).
CLASS_ADJUSTMENT_CAPACITY: Final = (36, 300)

_LIKE_NURSERY: Final = frozenset({"nursery", "certified_kodomoen"})
_CAPACITY_DECIDES: Final = frozenset({"nursery", "workplace"})
_HOME: Final = frozenset({"small_c", "home_based"})
_DISABILITY: Final = frozenset({"small_a", "small_b", "small_c", "home_based", "workplace"})


@dataclass(frozen=True, slots=True)
class UseCapacity:
    """利用定員: 1号, and 2・3号 together; the 2号 alone only 学級編制調整 of a こども園 asks for."""

    education: int = 0
    care: int = 0
    care_from_age3: int | None = None

    def problems(self) -> list[str]:
        labels = {"education": "1号", "care": "2・3号", "care_from_age3": "2号"}
        given = {name: getattr(self, name) for name in labels}
        found = [
            f"{labels[name]}の利用定員は0以上の整数で入力してください。"
            for name, value in given.items()
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0)
        ]
        if not found and self.care_from_age3 is not None and self.care_from_age3 > self.care:
            found.append("2号の利用定員が2・3号の利用定員を超えています。")
        return found


@dataclass(frozen=True, slots=True)
class AgeTerm:
    """One age of the sum: children ÷ ratio, cut to one decimal."""

    label: str
    children: int | Fraction
    ratio: int
    tenths: int

    @property
    def words(self) -> str:
        """``4歳以上児 18人 ÷ 30 → 0.6``."""
        return f"{self.label} {number_words(self.children)}人 ÷ {self.ratio} → {tenths_words(self.tenths)}"


@dataclass(frozen=True, slots=True)
class Addition:
    """Teachers on top of the ages, and why."""

    persons: int
    reason: str


@dataclass(frozen=True, slots=True)
class RequiredTeachers:
    """
    The answer with its whole way.

    ``total`` = ``for_children`` + the additions. ``assistants`` are 家庭的保育補助者 and stand beside it.
    ``notes`` say what the number leaves out.
    """

    facility_type: str
    fiscal_year: int
    terms: tuple[AgeTerm, ...]
    sum_tenths: int
    for_children: int
    additions: tuple[Addition, ...]
    assistants: int
    total: int
    rounding: str
    notes: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese, in the order it was walked."""
        return (
            *(term.words for term in self.terms),
            f"合計 {tenths_words(self.sum_tenths)} → {self.rounding}で{self.for_children}人",
            *(f"＋{addition.persons}人 {addition.reason}" for addition in self.additions),
            f"必要な人数 {self.total}人",
        )


@dataclass(frozen=True, slots=True)
class Ratios:
    """Children for one teacher; ``None`` = the age is counted with its neighbour (満3歳児 with 3, 1 with 2)."""

    age4plus: int = RATIO_AGE_4PLUS
    age3: int = RATIO_AGE_3
    age3mid: int | None = None
    age1: int | None = None


def required_teachers(
    facility_type: str,
    fiscal_year: int,
    children: ChildrenByAge,
    capacity: UseCapacity,
    *,
    claimed: Collection[str],
    standard_time: bool,
    assistants: bool = False,
    class_adjustment: bool = False,
    revised_standard: bool = False,
) -> RequiredTeachers:
    """
    The teachers a facility must have (§8.2).

    ``claimed`` holds item codes of the facility's 加算; those that do not touch ratios are passed over.
    ``standard_time``: a child of 保育標準時間 is there. ``assistants``: 家庭的保育補助者 work along
    (小規模C型, 家庭的保育). ``class_adjustment``: 学級編制調整 is provided for (幼稚園, こども園) [K].
    ``revised_standard``: 3歳児 15:1 and 4歳以上児 25:1 as the standard of 令和6年4月 says, whatever is claimed.

    :raises NotCountable: a count, capacity, year or 加算 that this facility type cannot have.
    :raises RuleUnknown: the year, or how 障害児保育加算 counts, is not known here.
    """
    _require_known(facility_type, fiscal_year, claimed, revised_standard=revised_standard)
    problems = children.problems(whole=True) or _age_problems(facility_type, children)
    problems += improvement_problems(facility_type, fiscal_year, claimed)
    problems += capacity.problems() or _option_problems(
        facility_type, capacity, standard_time=standard_time, assistants=assistants,
        class_adjustment=class_adjustment,
    )  # fmt: skip
    if problems:
        raise NotCountable(problems)

    if facility_type in _HOME:
        return _home_teachers(facility_type, fiscal_year, children, assistants=assistants)
    if facility_type == "home_visiting":
        return _visiting_teachers(fiscal_year, children)
    terms = age_terms(facility_type, children, ratios_for(claimed, revised=revised_standard))
    additions = _additions(
        facility_type, capacity, standard_time=standard_time, class_adjustment=class_adjustment
    )
    sum_tenths = sum(term.tenths for term in terms)
    for_children = round_tenths_half_up(sum_tenths)
    return RequiredTeachers(
        facility_type=facility_type,
        fiscal_year=fiscal_year,
        terms=terms,
        sum_tenths=sum_tenths,
        for_children=for_children,
        additions=additions,
        assistants=0,
        total=for_children + sum(addition.persons for addition in additions),
        rounding="小数点以下四捨五入",
        notes=_notes(facility_type, fiscal_year, capacity, terms, class_adjustment=class_adjustment),
    )


def ratios_for(claimed: Collection[str], *, revised: bool = False) -> Ratios:
    """The ratios that hold with the 加算 claimed (§8.2), or under the revised standard."""
    return Ratios(
        age4plus=(RATIO_AGE_4PLUS_IMPROVED if revised or "age4plus_staffing" in claimed else RATIO_AGE_4PLUS),
        age3=RATIO_AGE_3_IMPROVED if revised or "age3_staffing" in claimed else RATIO_AGE_3,
        age3mid=RATIO_AGE_3MID_IMPROVED if "under_age3_intake" in claimed else None,
        age1=RATIO_AGE_1_IMPROVED if "age1_staffing" in claimed else None,
    )


def age_terms(facility_type: str, children: ChildrenByAge, ratios: Ratios) -> tuple[AgeTerm, ...]:
    """The terms of the sum for the ages the type takes, the oldest first, each cut to one decimal."""
    ages = AGES_TAKEN[facility_type]
    parts: list[tuple[str, int | Fraction, int]] = []
    if "age4plus" in ages:
        parts.append((AGE_LABELS["age4plus"], children.age4plus, ratios.age4plus))
    if "age3mid" in ages and ratios.age3mid is None:
        parts.append(("3歳児（満3歳児を含む）", children.age3 + children.age3mid, ratios.age3))
    elif "age3" in ages:
        parts.append((AGE_LABELS["age3"], children.age3, ratios.age3))
        if "age3mid" in ages and ratios.age3mid is not None:
            parts.append((AGE_LABELS["age3mid"], children.age3mid, ratios.age3mid))
    if "age2" in ages and ratios.age1 is None:
        parts.append(("1・2歳児", children.age1 + children.age2, RATIO_AGE_1_2))
    elif "age2" in ages and ratios.age1 is not None:
        parts.append((AGE_LABELS["age2"], children.age2, RATIO_AGE_1_2))
        parts.append((AGE_LABELS["age1"], children.age1, ratios.age1))
    if "age0" in ages:
        parts.append((AGE_LABELS["age0"], children.age0, RATIO_AGE_0))
    return tuple(
        AgeTerm(label, count, ratio, truncate_to_tenths(count, ratio)) for label, count, ratio in parts
    )


def improvement_problems(facility_type: str, fiscal_year: int, claimed: Collection[str]) -> list[str]:
    """A sentence for each claimed 加算 that the type or the year does not have."""
    found = [f"「{code}」という加算はありません。" for code in sorted(set(claimed) - ITEM_LABELS.keys())]
    for code, (first_year, types) in IMPROVEMENTS.items():
        if code not in claimed:
            continue
        if facility_type not in types:
            found.append(f"{FACILITY_TYPES[facility_type]}に{ITEM_LABELS[code]}加算はありません。")
        elif fiscal_year < first_year:
            found.append(f"{ITEM_LABELS[code]}加算は{fiscal_year_words(first_year)}からです。")
    return found


def _require_known(
    facility_type: str, fiscal_year: int, claimed: Collection[str], *, revised_standard: bool
) -> None:
    if facility_type not in FACILITY_TYPES:
        raise NotCountable([f"「{facility_type}」という施設類型はありません。"])
    unknown = year_problems(fiscal_year, "配置基準")
    if "disability_care" in claimed and facility_type in _DISABILITY:
        unknown.append(
            "障害児保育加算を受けるときの必要な人数（障害児2人に1人を年齢別の数からどう分けるか）は"
            "確かめられていません。"
        )
    if unknown:
        raise RuleUnknown(unknown)
    if revised_standard and fiscal_year < REVISED_STANDARD_FISCAL_YEAR:
        raise NotCountable([f"改正後の配置基準は{fiscal_year_words(REVISED_STANDARD_FISCAL_YEAR)}からです。"])


def _age_problems(facility_type: str, children: ChildrenByAge) -> list[str]:
    return [
        f"{FACILITY_TYPES[facility_type]}の{label}の数え方は定められていません。0人で入力してください。"
        for age, label in AGE_LABELS.items()
        if age not in AGES_TAKEN[facility_type] and children.of(age)
    ]


def _option_problems(
    facility_type: str,
    capacity: UseCapacity,
    *,
    standard_time: bool,
    assistants: bool,
    class_adjustment: bool,
) -> list[str]:
    name = FACILITY_TYPES[facility_type]
    found = []
    if facility_type in _CAPACITY_DECIDES and capacity.care == 0:
        found.append(f"{name}の2・3号の利用定員を1以上の整数で入力してください。")
    if standard_time and facility_type == "kindergarten":
        found.append(f"{name}に保育標準時間の子どもはいません。")
    if assistants and facility_type not in _HOME:
        found.append(f"{name}に家庭的保育補助者の数え方はありません。")
    if not class_adjustment:
        return found
    if facility_type not in ("kindergarten", "certified_kodomoen"):
        found.append(f"{name}に学級編制調整はありません。")
    elif facility_type == "certified_kodomoen" and capacity.care_from_age3 is None:
        found.append("学級編制調整を数えるには2号の利用定員を入力してください。")
    elif not _in_class_adjustment_band(capacity):
        low, high = CLASS_ADJUSTMENT_CAPACITY
        found.append(f"学級編制調整は1号と2号の利用定員が{low}人以上{high}人以下の施設だけです。")
    return found


def _in_class_adjustment_band(capacity: UseCapacity) -> bool:
    low, high = CLASS_ADJUSTMENT_CAPACITY
    return low <= capacity.education + (capacity.care_from_age3 or 0) <= high


def _staffed_like_nursery(facility_type: str, capacity: UseCapacity) -> bool:
    large_workplace = facility_type == "workplace" and capacity.care > WORKPLACE_SMALL_MAX_CAPACITY
    return facility_type in _LIKE_NURSERY or large_workplace


def _additions(
    facility_type: str, capacity: UseCapacity, *, standard_time: bool, class_adjustment: bool
) -> tuple[Addition, ...]:
    found = []
    if _staffed_like_nursery(facility_type, capacity):
        # A こども園 without 2・3号 capacity has no 2・3号 system that could need a break teacher.
        if 0 < capacity.care <= BREAK_TEACHER_MAX_CAPACITY:
            found.append(Addition(1, f"2・3号の利用定員が{BREAK_TEACHER_MAX_CAPACITY}人以下のため"))
        if standard_time:
            found.append(
                Addition(
                    1, "保育標準時間の子どもがいるため（利用定員に占める割合が低いときは非常勤でもよい）"
                )
            )
    elif facility_type != "kindergarten":
        found.append(
            Addition(
                1,
                "小規模保育A型・B型と"
                f"利用定員{WORKPLACE_SMALL_MAX_CAPACITY}人以下の事業所内保育は1人を加える",
            )
        )
    if class_adjustment:
        low, high = CLASS_ADJUSTMENT_CAPACITY
        found.append(Addition(1, f"学級編制調整（1号と2号の利用定員が{low}人以上{high}人以下）"))
    return tuple(found)


def _notes(
    facility_type: str,
    fiscal_year: int,
    capacity: UseCapacity,
    terms: tuple[AgeTerm, ...],
    *,
    class_adjustment: bool,
) -> tuple[str, ...]:
    found = []
    if _staffed_like_nursery(facility_type, capacity):
        found.append("ほかに非常勤の保育士を置きます。人数の定めは確かめられていないので数えていません。")
    ratios = {term.ratio for term in terms}
    if fiscal_year >= REVISED_STANDARD_FISCAL_YEAR and ratios & {RATIO_AGE_4PLUS, RATIO_AGE_3}:
        found.append(REVISED_STANDARD_NOTE)
    if facility_type == "kindergarten" and not class_adjustment and _in_class_adjustment_band(capacity):
        found.append("学級編制調整の1人は、確かめられていないので、指定がないかぎり数えていません。")
    return tuple(found)


def _home_teachers(
    facility_type: str, fiscal_year: int, children: ChildrenByAge, *, assistants: bool
) -> RequiredTeachers:
    """
    小規模C型・家庭的保育: one 家庭的保育者 for three children, for five together with one 補助者 (§8.1).

    [K] Rounded up, because the ratio is what one person may look after at most; and one 補助者
    beside each 家庭的保育者.
    """
    count = int(children.total)
    ratio = RATIO_HOME_WITH_ASSISTANT if assistants else RATIO_HOME
    persons = round_up_to_persons(count, ratio)
    term = AgeTerm("0〜2歳児", count, ratio, truncate_to_tenths(count, ratio))
    return RequiredTeachers(
        facility_type=facility_type,
        fiscal_year=fiscal_year,
        terms=(term,),
        sum_tenths=term.tenths,
        for_children=persons,
        additions=(),
        assistants=persons if assistants else 0,
        total=persons,
        rounding="1人未満の端数は切上げ",
        notes=(f"家庭的保育補助者{persons}人とともに保育します。",) if assistants else (),
    )


def _visiting_teachers(fiscal_year: int, children: ChildrenByAge) -> RequiredTeachers:
    """居宅訪問型: one child, one person (§4.4)."""
    count = int(children.total)
    return RequiredTeachers(
        facility_type="home_visiting",
        fiscal_year=fiscal_year,
        terms=(AgeTerm("0〜2歳児", count, 1, truncate_to_tenths(count, 1)),),
        sum_tenths=count * 10,
        for_children=count,
        additions=(),
        assistants=0,
        total=count,
        rounding="子ども1人に1人",
        notes=(),
    )
