"""
もしもの試算: the newest confirmed month once as it is and once with other children or items, side by side.

The same engine as the claim's; reads and computes, stores nothing. Both sides are a whole month: who entered in the
month stays, who left is gone. March items are left out of both, so that a month can be multiplied.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from claims import obstacles
from claims.cells import HOURS_OF, row_order, rows_of_kind
from claims.composing import (
    BRANCH,
    CannotDraft,
    Ingredients,
    children_as_input,
    items_as_input,
    refused_as_no_draft,
    require_terms,
    terms_as_input,
)
from claims.conditions import known_facts
from claims.facts import is_of_march
from claims.models import Age, Certification, ChildCount, Hours, Movement
from claims.side_by_side import ComparedSection, side_by_side
from facilities.models import FacilityProfile
from facilities.periods import ServiceMonth
from pricing import (
    ChildClass,
    InputProblems,
    ItemClaim,
    MissingPrice,
    Month,
    NoRuleSet,
    Quote,
    RateBook,
    book_in_force,
    calculate,
    parse,
)
from pricing.conditions.checking import ItemFinding, check

MONTHS_OF_YEAR: Final = 12
NOBODY: Final = "子どもが0人では計算できません。1人以上にしてください。"


class CannotCompute(Exception):
    """Pricing refuses the changed month; ``problems`` are (path in the input, sentence)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("\n".join(sentence for _, sentence in problems))
        self.problems = list(problems)


class ChildKey(NamedTuple):
    """A class of children as the clerk changes it: whoever pays, without movements."""

    certification: str
    age: str
    hours: str
    branch: bool = False
    employee_slot: bool = False

    @property
    def name(self) -> str:
        """How forms name it: ``3-0-standard``, with what stands apart."""
        apart = ("-branch" if self.branch else "") + ("-employee" if self.employee_slot else "")
        return f"{self.certification}-{self.age}-{self.hours}{apart}"

    @property
    def words(self) -> str:
        """3号 0歳 標準時間（分園）."""
        apart = ("（分園）" if self.branch else "") + ("（従業員枠）" if self.employee_slot else "")
        certification, age = Certification(self.certification).label, Age(self.age).label
        return f"{certification} {age} {Hours(self.hours).label}{apart}"


@dataclass(frozen=True)
class Scenario:
    """What a month is computed with: children by class, and items under the contract's names."""

    children: Mapping[ChildKey, int]
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Standing:
    """The month that is changed: what goes into it, and the scenario it is now."""

    ingredients: Ingredients
    profile: FacilityProfile
    book: RateBook
    now: Scenario
    missing: tuple[str, ...]
    quote: Quote

    @property
    def month(self) -> ServiceMonth:
        """The newest confirmed month, or the one its counts are taken for."""
        return self.ingredients.month

    @property
    def counted_in(self) -> ServiceMonth:
        """The month in which the children were counted."""
        return self.ingredients.sheet.service_month

    @property
    def is_expected(self) -> bool:
        """見込み: nobody has confirmed the month's counts yet."""
        return self.ingredients.expected_in is not None

    @property
    def remaining_months(self) -> int:
        """The months of the fiscal year that follow this one."""
        return (3 - self.month.month) % MONTHS_OF_YEAR

    @property
    def has_movements(self) -> bool:
        """Children entered or left in the month, which both sides take for a whole one."""
        return any(row.movement and row.count for row in self.ingredients.counts)

    @property
    def has_outside_children(self) -> bool:
        """Other municipalities pay for some of them."""
        return any(
            row.count and row.payer_code != self.ingredients.own_code for row in self.ingredients.counts
        )

    @property
    def is_sample_priced(self) -> bool:
        """Computed with a book that is not official."""
        return self.book.status == "sample"


@dataclass(frozen=True)
class Outcome:
    """Both sides of the month, and what of the changed one may not qualify."""

    sections: tuple[ComparedSection, ...]
    now_yen: int
    if_yen: int
    now_children: int
    if_children: int
    remaining_months: int
    failing: tuple[ItemFinding, ...]

    @property
    def delta_children(self) -> int:
        """How many children more, or fewer."""
        return self.if_children - self.now_children

    @property
    def delta_yen(self) -> int:
        """A month's difference."""
        return self.if_yen - self.now_yen

    @property
    def now_rest_yen(self) -> int:
        """As it is, for the remaining months."""
        return self.now_yen * self.remaining_months

    @property
    def if_rest_yen(self) -> int:
        """Changed, for the remaining months."""
        return self.if_yen * self.remaining_months

    @property
    def delta_rest_yen(self) -> int:
        """The difference of the remaining months."""
        return self.delta_yen * self.remaining_months


def standing_of(ingredients: Ingredients, *, with_march: bool = False) -> Standing:
    """
    The month as it is, computed as one whole month for all payers together. ``with_march``: it is a March, with what
    holds in March alone.

    :raises CannotDraft: no claim could be made of it either.
    """
    profile = require_terms(ingredients)
    whole = replace(ingredients, counts=whole_month(ingredients.counts))
    items, missing = items_as_input(whole, ingredients.own_code)
    children: Counter[ChildKey] = Counter()
    for row in whole.counts:  # one class may have a row for each municipality that pays
        children[_key(row)] += row.count
    now = Scenario(
        children=children,
        items=tuple(
            [
                item
                for item in items
                if item["code"] != BRANCH
                and (
                    with_march
                    or not is_of_march(ingredients.facility.kind, item["code"], item.get("certification", ""))
                )
            ]
        ),
    )
    if not any(children.values()):
        raise CannotDraft("not_computable", f"{obstacles.NOT_COMPUTABLE}\n{NOBODY}")
    with refused_as_no_draft():
        month = Month(ingredients.month.year, ingredients.month.month)
        book = book_in_force(ingredients.facility.kind, month, ingredients.books)
        quote = _quote(ingredients, profile, book, now)
        return Standing(ingredients, profile, book, now, tuple(missing), quote)


def whole_month(counts: Iterable[ChildCount]) -> list[ChildCount]:
    """
    The counts of a month in which nobody comes or leaves: who entered stays, who left is gone.

    One row a payer and class; not saved.
    """
    numbers: Counter[tuple[str, ChildKey]] = Counter()
    disabled: Counter[tuple[str, ChildKey]] = Counter()
    known: dict[tuple[str, ChildKey], bool] = {}
    for row in counts:
        if row.count and row.movement != Movement.LEFT:
            place = (row.payer_code, _key(row))
            numbers[place] += row.count
            disabled[place] += row.disabled_count or 0
            known[place] = known.get(place, True) and row.disabled_count is not None
    return [
        ChildCount(
            payer_code=payer,
            **key._asdict(),
            count=number,
            disabled_count=disabled[payer, key] if known[payer, key] else None,
        )
        for (payer, key), number in numbers.items()
    ]


def classes_of(standing: Standing) -> list[ChildKey]:
    """The classes this type of facility can have, and those that have children, in the order of the table."""
    plain = {
        ChildKey(certification, age, hours)
        for certification, age in rows_of_kind(standing.ingredients.facility.kind)
        for hours in HOURS_OF[certification]
    }
    return sorted(
        plain | {key for key, number in standing.now.children.items() if number},
        key=lambda key: (
            key.branch,
            key.employee_slot,
            row_order((key.certification, key.age)),
            list(Hours.values).index(key.hours),
        ),
    )


def try_out(standing: Standing, changed: Scenario) -> Outcome:
    """
    The month with other children and items, beside the month as it is.

    :raises CannotCompute: pricing refuses what was changed, each problem with its path in ``items`` or ``children``.
    """
    if not any(changed.children.values()):
        raise CannotCompute([("children", NOBODY)])
    try:
        then = _quote(standing.ingredients, standing.profile, standing.book, changed)
    except (InputProblems, MissingPrice, NoRuleSet) as refusal:
        raise CannotCompute([(one.path, one.message) for one in refusal.problems]) from refusal
    month = Month(standing.month.year, standing.month.month)
    return Outcome(
        sections=side_by_side(month, standing.quote, then),
        now_yen=standing.quote.total_yen,
        if_yen=then.total_yen,
        now_children=sum(standing.now.children.values()),
        if_children=sum(changed.children.values()),
        remaining_months=standing.remaining_months,
        failing=_failing(standing, changed),
    )


def _failing(standing: Standing, changed: Scenario) -> tuple[ItemFinding, ...]:
    """Which items of the changed month may not qualify, as far as is known."""
    rows = _counts(standing.ingredients, changed)
    facts = replace(
        known_facts(standing.ingredients),
        claimed=tuple([ItemClaim(**item) for item in _with_branch(changed)]),
        children=tuple([ChildClass(**child) for child in children_as_input(rows)]),
    )
    return check(facts).no_longer_qualifies


def _quote(ingredients: Ingredients, profile: FacilityProfile, book: RateBook, what: Scenario) -> Quote:
    document = {
        **terms_as_input(ingredients, profile),
        "children": children_as_input(_counts(ingredients, what)),
        "items": _with_branch(what),
    }
    return calculate(parse(document, book.fiscal_year), book)


def _counts(ingredients: Ingredients, what: Scenario) -> list[ChildCount]:
    """The scenario's children as counts; of a class no more are disabled than there were, or are left."""
    disabled: Counter[ChildKey] = Counter()
    for row in whole_month(ingredients.counts):
        disabled[_key(row)] += row.disabled_count or 0
    return [
        ChildCount(
            payer_code=ingredients.own_code,
            **key._asdict(),
            count=number,
            disabled_count=min(disabled[key], number),
        )
        for key, number in what.children.items()
        if number
    ]


def _with_branch(what: Scenario) -> list[dict[str, Any]]:
    """Whoever has children of a branch has its deduction (D15)."""
    has_branch = any(number for key, number in what.children.items() if key.branch)
    return [*(dict(item) for item in what.items), *([{"code": BRANCH}] if has_branch else [])]


def _key(row: ChildCount) -> ChildKey:
    return ChildKey(row.certification, row.age, row.hours, row.branch, row.employee_slot)
