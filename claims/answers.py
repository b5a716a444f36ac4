"""
What only the facility knows of the conditions (条件の回答): which facts it can be asked, and how an answer is kept.

Pure. An answer is kept as JSON (yes or no, a whole number, a decimal as text, a key, keys) and becomes the fact that
``pricing.conditions`` asks about. What counts, profile, grants or the month's facts know is never asked here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, get_type_hints

from pricing.conditions.facts import DIETITIANS, ICT_FUNCTIONS, MEAL_STYLES, QUESTIONS, Facts
from pricing.rule_sets import rules_for

YES_NO, WHOLE, DECIMAL, CHOICE, CHOICES = "yes_no", "whole", "decimal", "choice", "choices"
RENT_AREAS: Final = {"a": "A", "b": "B", "c": "C", "d": "D"}


@dataclass(frozen=True)
class Question:
    """One fact as it is asked: ``kind`` of answer, its unit in words, the highest number, the choices by key."""

    name: str
    kind: str
    unit: str = ""
    most: int = 0
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The question as a clerk reads it."""
        return QUESTIONS[self.name]


def _numbers(kind: str, **most_and_unit: tuple[int, str]) -> list[Question]:
    return [Question(name, kind, unit, most) for name, (most, unit) in most_and_unit.items()]


_ASKED: Final = (
    *_numbers(
        WHOLE,
        capacity_from_age3=(999, "人"),
        special_allowance_children=(999, "人"),
        exempt_children_1=(999, "人"),
        exempt_children_2=(999, "人"),
        average_experience_months=(720, "か月"),
        team_teaching_limit=(20, "人"),
        holiday_users=(99_999, "人"),
        elderly_hours=(99_999, "時間"),
    ),
    *_numbers(
        DECIMAL,
        teachers=(999, "人"),
        qualified_percent=(100, "％"),
        owned_percent=(100, "％"),
        rented_percent=(100, "％"),
    ),
    Question("dietitian", CHOICE, choices=tuple(DIETITIANS.items())),
    Question("meal_style", CHOICE, choices=tuple(MEAL_STYLES.items())),
    Question("rent_area", CHOICE, choices=tuple(RENT_AREAS.items())),
    Question("climate_zone", CHOICE),
    Question("ict_functions", CHOICES, choices=tuple(ICT_FUNCTIONS.items())),
    *[Question(name, YES_NO) for name, hint in get_type_hints(Facts).items() if hint == bool | None],
)
# What the questions are about, each with the first of them in the order of ``Facts``.
TOPICS: Final = {
    "子ども": "capacity",
    "職員": "teachers",
    "処遇改善": "treatment",
    "実施している事業": "extended_care",
    "建物と地域": "owned_percent",
    "3月に請求する加算": "external_audit",
}
BY_NAME: Final[Mapping[str, Question]] = {question.name: question for question in _ASKED}


def question_of(name: str, facility_type: str, fiscal_year: int) -> Question:
    """The question as it is asked of the type; 級地 as the year's table has them."""
    question = BY_NAME[name]
    if name != "climate_zone":
        return question
    rules = rules_for(facility_type, fiscal_year)
    for system in rules.systems_of("climate"):
        variants = rules.tables[system].by_code["climate"].item.variants
        return Question(name, CHOICE, choices=tuple(variants.items()))
    return question


def topic_of(name: str) -> str:
    """What the question is about."""
    order = list(QUESTIONS)
    return [topic for topic, first in TOPICS.items() if order.index(first) <= order.index(name)][-1]


def answerable(facts: Iterable[str]) -> list[str]:
    """Those of the facts that can be answered here, in their order, each once."""
    return [name for name in dict.fromkeys(facts) if name in BY_NAME]


def as_fact(name: str, kept: Any) -> Any:
    """A kept answer as the fact that conditions ask about."""
    if BY_NAME[name].kind == DECIMAL:
        return Fraction(kept)
    return frozenset(kept) if BY_NAME[name].kind == CHOICES else kept


def as_kept(name: str, value: Any) -> Any:
    """What a form gave as it is kept in JSON: a decimal as its shortest text, keys in their order."""
    if BY_NAME[name].kind == DECIMAL:
        return f"{Decimal(value).normalize():f}"
    return sorted(value) if BY_NAME[name].kind == CHOICES else value


def contradicts(name: str, kept: Any, known: Any) -> bool:
    """Whether an answer says something else than what is ``known``; numbers may differ as far as they are typed."""
    return differ(name, as_fact(name, kept), known)


def differ(name: str, given: Any, known: Any) -> bool:
    """Whether two words on one fact are not the same; numbers may differ as far as they are typed."""
    kind = BY_NAME[name].kind if name in BY_NAME else ""
    tolerance = {DECIMAL: Fraction(1, 10), WHOLE: Fraction(1)}.get(kind)
    return bool(given != known) if tolerance is None else abs(Fraction(given) - Fraction(known)) >= tolerance


def in_words(question: Question, kept: Any) -> str:
    """はい, 12.5人, 施設内調理."""
    if question.kind == YES_NO:
        return "はい" if kept else "いいえ"
    if question.kind == CHOICES:
        return "、".join(words for key, words in question.choices if key in kept) or "どれも使っていない"
    if question.kind == CHOICE:
        return dict(question.choices).get(kept, str(kept))
    return f"{kept}{question.unit}"
