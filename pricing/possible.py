"""
Numbers that no facility can have: more exempt children than there are, more staff than its children could need.

Eligibility stays with ``pricing.conditions``; a number beyond these bounds is a slip of the hand and is refused. The
bounds on staff are generous on purpose, so that no true number ever meets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from pricing.claim import Capacity, ChildClass, ItemClaim
from pricing.month import Month
from pricing.problems import Problem
from pricing.vocabulary import ITEM_LABELS
from pricing.working import Entry

# pricing.md §8.1: no ratio that an item with teachers is held against asks for more than one to three children.
CHILDREN_OF_A_TEACHER: Final = 3
# §8.2: what a facility needs besides, whatever the ages: up to 90 定員, a child of 標準時間, 学級編制調整.
TEACHERS_BESIDES: Final = 3
# §8.2, §8.3: 施設長, 主任, 調理員 up to three, 事務職員 two, 栄養士, and who comes with holidays and a team.
STAFF_BESIDES: Final = 10
# §8.3: 人数A is a third and 人数B a fifth of the staff number.
STAFF_OF_A: Final = 3
STAFF_OF_B: Final = 5


def days_in(month: Month) -> int:
    """The days a month has."""
    if month.month == 12:
        return 31
    return (date(month.year, month.month + 1, 1) - date(month.year, month.month, 1)).days


def most_teachers(persons: int) -> int:
    """More teachers than so many children of any age could need (§8.1, §8.2)."""
    return -(-persons // CHILDREN_OF_A_TEACHER) + TEACHERS_BESIDES


def most_staff(persons: int) -> int:
    """More staff than a facility of so many children has: one for each, and who is there whatever the children."""
    return persons + STAFF_BESIDES


def _rounded(number: int, divisor: int) -> int:
    return (2 * number + divisor) // (2 * divisor)


# By option: the largest number for the children of the facility, and what it is of.
_MOST_PERSONS: Final[dict[str, tuple[Callable[[int], int], str]]] = {
    "extra_staff": (most_teachers, "加配の人数"),
    "headcount": (most_staff, "職員の人数"),
    "headcount_a": (lambda persons: _rounded(most_staff(persons), STAFF_OF_A), "人数A"),
    "headcount_b": (lambda persons: _rounded(most_staff(persons), STAFF_OF_B), "人数B"),
}


def persons_of(children: Iterable[ChildClass], capacity: Capacity) -> int:
    """
    The size of a facility: its children or its 利用定員, whichever is more.

    Staff numbers of a year are counted from the year before (§8.3), so a month with few children bounds nothing.
    """
    return max(
        sum([child.count for child in children]), (capacity.education or 0) + (capacity.childcare or 0)
    )


def concerned(
    code: str, systems: Iterable[str], children: Iterable[ChildClass], payer: str | None
) -> tuple[int, str]:
    """
    How many of the asked payer's children an option ``children`` can concern, and who they are in words.

    副食費 of 2・3号 concerns 2号 of three and more: who turned three this year keeps its class and has no exemption
    until March (pricing.md §2).
    """
    own = [child for child in children if payer is None or child.payer == payer]
    if code != "side_dish_exemption":
        return sum([child.count for child in own]), "子ども"
    if tuple(systems) == ("1",):
        return sum([child.count for child in own if child.certification == "1"]), "1号の子ども"
    aged = [child for child in own if child.certification == "2" and child.age_class in ("3", "4plus")]
    return sum([child.count for child in aged]), "3歳以上の2号の子ども"


def number_problems(
    asked: ItemClaim,
    entry: Entry,
    systems: Iterable[str],
    children: Iterable[ChildClass],
    capacity: Capacity | None,
    payer: str | None,
) -> list[Problem]:
    """What no facility with these children can have asked for, each at its option."""
    problems = []
    if asked.children:
        most, called = concerned(asked.code, systems, children, payer)
        if asked.children > most:
            message = (
                f"「{entry.label}」の対象になる{called}は{most}人ですが、{asked.children:,}人で請求しています。"
                "どちらかの人数を直してください。"
            )
            problems.append(Problem(asked.path("children"), message))
    if capacity is None or not (
        asked.extra_staff or asked.headcount or asked.headcount_a or asked.headcount_b
    ):
        return problems
    for option, (most_of, called) in _MOST_PERSONS.items():
        given: int | None = getattr(asked, option)
        if not given:
            continue
        of_teachers = option == "headcount" and asked.code == "below_staffing"
        persons = persons_of(children, capacity)
        most = most_teachers(persons) if of_teachers else most_of(persons)
        if given > most:
            message = (
                f"「{entry.label}」の{'不足の人数' if of_teachers else called}が{given:,}人になっています。"
                f"子ども（または利用定員）{persons:,}人の施設では{most:,}人までです。人数を確かめてください。"
            )
            problems.append(Problem(asked.path(option), message))
    return problems


def days_problem(path: str, days: int, month: Month) -> Problem | None:
    """Nobody is there for more days than the month has."""
    most = days_in(month)
    if days <= most:
        return None
    return Problem(path, f"{month.words}は{most}日までです。日数を{most}以下で入力してください。")


def disability_problems(items: Sequence[ItemClaim], children: Sequence[ChildClass]) -> list[Problem]:
    """
    障害児保育 knows how many, and of which class where something looks back at the units of a class.

    Without a number it would be priced with nothing (D12: never 0). A number alone does not say whose units 定員超過
    (D7), 日割 (D11) and 従業員枠 take it into, so there the counts must say it by class.
    """
    if not any(asked.code == "disability_care" for asked in items):
        return []
    if not any(child.count for child in children):
        return []
    counted = any(child.disabled for child in children)
    by_class = any(asked.code == "over_capacity" for asked in items) or any(
        child.count and (child.employee_slot or child.mid_month_days is not None) for child in children
    )
    problems = []
    for asked in items:
        if asked.code != "disability_care":
            continue
        if counted and asked.children is not None:
            message = (
                "障害児の人数は、子どもの数の disabled（うち障害児数）にあります。children を外してください。"
            )
            problems.append(Problem(asked.path("children"), message))
        elif not counted and not asked.children:
            message = (
                f"「{ITEM_LABELS[asked.code]}」の対象になる障害児の人数がわかりません。"
                "子どもの数の disabled（うち障害児数）を入力するか、この項目を外してください。"
            )
            problems.append(Problem(asked.path("code"), message))
        elif not counted and by_class:
            message = (
                "定員超過・日割・従業員枠は年齢と時間の区分ごとに計算します。障害児の人数は、"
                "children ではなく、子どもの数の disabled（うち障害児数）で入力してください。"
            )
            problems.append(Problem(asked.path("children"), message))
    return problems
