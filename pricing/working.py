"""
The sheet a calculation works on, and the few shapes of arithmetic all items share.

An item function (``pricing/items/``) says which shape it has; the shape looks up the row,
does the arithmetic and writes down why. A sheet is one certification system of one facility:
a 認定こども園 has two, each with its own 利用定員 and its own N (D17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Final, NamedTuple

from pricing import rules
from pricing.books import PriceRow, PriceTable
from pricing.claim import ChildClass, ClaimInput, ItemClaim
from pricing.conditions.children import children_of
from pricing.conditions.declaring import Condition, needs
from pricing.conditions.service import in_march
from pricing.money import floor10_of_percent, floor10_of_rate, floor10_of_share
from pricing.quote import Line, Part, Section, Step
from pricing.rules import Rule
from pricing.vocabulary import (
    AGE_CLASSES,
    FACILITY_TYPES,
    HOURS,
    ITEM_LABELS,
    MARCH_UNITS,
    SYSTEMS,
    UNITS,
)
from pricing.wording import class_words, exact_yen, treatment_words, yen

# Every class of age and hours in the order of the official tables, and where each stands in it.
_CLASSES: Final = [(age, hours) for age in AGE_CLASSES for hours in HOURS]
_CLASS_PLACES: Final = {one: place for place, one in enumerate(_CLASSES)}
_CLASS_WORDS: Final = [class_words(age, hours) for age, hours in _CLASSES]
# From this fiscal year on 区分1・2 with the row's own rate c (D1); before, one 加算率 for every row (D13).
FIRST_YEAR_WITH_ROW_RATES: Final = 2025

# Place among ``_CLASSES``, 分園, 従業員枠, 障害児, days: in this order they stand below each other.
_LastingClass = tuple[int, bool, bool, bool, int]
BY_CLASS: Final = f"年齢と時間の区分ごと（{UNITS['child_month']}）"


# ---------------------------------------------------------------- items and their declaration


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """
    One 加算 or 減算: what it is called, whom it touches, what it needs to be told.

    ``ages`` are the targeted child classes (``None``: all); ``unit`` the unit its row must
    have; ``variants`` its variants in words; ``in_closure`` that 土曜閉所 is taken from it too (D15).
    ``conditions`` say who may claim it; the calculation never asks them.
    """

    code: str
    unit: str
    section: Section
    calculate: Callable[[Working, Entry, ItemClaim], Line]
    ages: tuple[str, ...] | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    chosen_variant: bool = False
    options: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    in_closure: bool = False
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """
    An item's place in one table: its number and name there, and the fiscal years it stands in it.

    ``whole_facility``: the table of a 認定こども園 has it once for each system, and claiming it means both (D17).
    """

    number: str
    item: Item
    label: str
    first_year: int = 0
    last_year: int = 9999
    whole_facility: bool = False

    @property
    def heading(self) -> str:
        return f"{self.number} {self.label}" if self.number else self.label


Calculation = Callable[["Working", Entry, ItemClaim], Line]


def item(
    code: str,
    unit: str,
    section: Section = "addition",
    *,
    ages: tuple[str, ...] | None = None,
    variants: Mapping[str, str] | None = None,
    chosen_variant: bool = False,
    options: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    in_closure: bool = False,
) -> Callable[[Calculation], Item]:
    """
    Declare a function as the calculation of an item.

    ``options`` must be given with the claim, ``optional`` may be. ``chosen_variant``: the
    rule itself chooses the variant.
    """
    if code not in ITEM_LABELS or unit not in UNITS:
        raise ValueError(f"unknown item or unit: {code}, {unit}")

    def declare(calculate: Calculation) -> Item:
        return Item(
            code,
            unit,
            section,
            calculate,
            ages,
            variants or {},
            chosen_variant,
            options,
            optional,
            in_closure,
            tuple([replace(one, code=code) for one in _conditions_by_nature(unit, ages)]),
        )

    return declare


def conditions(*declared: Condition) -> Callable[[Item], Item]:
    """Declare who may claim the item, above its ``@item``; the March of its unit and its ages are added there."""

    def declare(of: Item) -> Item:
        own = tuple([replace(one, code=of.code) for one in declared])
        return replace(of, conditions=of.conditions + own)

    return declare


def _conditions_by_nature(unit: str, ages: tuple[str, ...] | None) -> list[Condition]:
    """What the declaration of the calculation says already: March items (D9) and the targeted children."""
    found = []
    if unit in MARCH_UNITS:
        found.append(
            needs("march", "3月分の請求である", in_march, source="pricing.md §4 [S1][S3]", fixed=True)
        )
    if ages is not None:
        words = f"初日に在籍する{_target_words(ages)}がいる"
        found.append(needs("children", words, children_of(ages), source="pricing.md §6", fixed=True))
    return found


# ---------------------------------------------------------------- the sheet


class TreatmentPart(NamedTuple):
    """The 処遇改善分 of one price: yen, its arithmetic in words and in numbers, and both as a step of a line."""

    yen: int
    words: str
    numbers: tuple[int, ...] | None
    steps: tuple[Step, ...]


NO_TREATMENT: Final = TreatmentPart(0, "処遇改善分の単価はありません", None, ())


# A city has few rates, and its prices come back in every claim; the cache is bounded, so memory stays flat.
@lru_cache(maxsize=8_192)
def treatment_part(treatment_yen: int, base_percent: int, wage_percent: int, c_tenths: int) -> TreatmentPart:
    """F10(treatment_yen × (a + b + c)), spelled out (D1, D13)."""
    amount = floor10_of_rate(treatment_yen, 10 * (base_percent + wage_percent) + c_tenths)
    words = treatment_words(treatment_yen, base_percent, wage_percent, c_tenths, amount)
    numbers = (treatment_yen, base_percent, wage_percent, c_tenths, amount)
    return TreatmentPart(amount, words, numbers, (Step("処遇改善分", words, "treatment", numbers),))


@dataclass(slots=True)
class Group:
    """
    The priced children of one class, and the unit sums later items look back at.

    Children of the branch, of the 従業員枠 and with a disability are classes of their own. ``days``: they came or left
    within the month (D11); such ``movers`` are no part of ``count``, their units are summed and priced by days.
    """

    age_class: str
    hours: str
    row_certification: str
    count: int
    words: str
    note: str = ""
    branch: bool = False
    employee_slot: bool = False
    disabled: bool = False
    days: int = 0
    movers: int = 0
    base_row: PriceRow | None = None
    base_unit: int = 0  # base + its 処遇改善分 (D8, D15)
    closure_unit: int = 0  # S' of D15
    # S of D7: items are calculated in table order, so 定員超過 sees what stands before it, and 日割 everything.
    unit_so_far: int = 0
    # What S is made of, item by item in yen: only for movers, whose units stand on no other line.
    made_of: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Working:
    """
    One system of a claim being calculated.

    ``enrolled`` is N, ``facility_enrolled`` that of all systems together; ``count`` the children priced by the month.
    ``classes`` are all groups, ``groups`` those priced by the month. ``is_alone``: the type has no other system.
    """

    claim: ClaimInput
    table: PriceTable
    system: str
    classes: list[Group]
    groups: list[Group]
    enrolled: int
    facility_enrolled: int
    count: int
    base_percent: int
    wage_percent: int
    with_row_rates: bool
    is_alone: bool
    asked: dict[str, ItemClaim] = field(default_factory=dict)

    def targets(self, ages: tuple[str, ...] | None) -> list[Group]:
        return self.classes if ages is None else [group for group in self.classes if group.age_class in ages]

    def treatment(self, row: PriceRow) -> TreatmentPart:
        """処遇改善分 of one row (D1); a row without a treatment price has none. Before R7 there was no c (D13)."""
        if row.treatment_yen is None:
            return NO_TREATMENT
        row_rate = (row.c_tenths or 0) if self.with_row_rates else 0
        return treatment_part(row.treatment_yen, self.base_percent, self.wage_percent, row_rate)

    def child_row(self, code: str, unit: str, group: Group, variant: str = "") -> PriceRow:
        return self.table.price(
            code,
            unit,
            certification=group.row_certification,
            variant=variant,
            age_class=group.age_class,
            hours=group.hours,
        )

    def base_row(self, group: Group) -> PriceRow:
        """The 基本分単価 row of a class, looked up once for the base and its 処遇改善分."""
        if group.base_row is None:
            group.base_row = self.child_row("base", "child_month", group)
        return group.base_row

    def system_row(self, code: str, unit: str, variant: str = "") -> PriceRow:
        return self.table.price(code, unit, certification=self.system, variant=variant)

    def sharers(self, row: PriceRow) -> int:
        """
        N of a facility item: the system's children; everybody's where the row holds for both systems (D3, D17).

        A row without a certification is one price for the whole facility, so it is divided once.
        """
        return self.enrolled if row.certification else self.facility_enrolled


def open_sheet(
    claim: ClaimInput,
    table: PriceTable,
    system: str,
    children: Iterable[ChildClass],
    *,
    is_alone: bool,
    split_disabled: bool,
) -> Working:
    """Lay out the children of one system by class and add up N."""
    counts: dict[_LastingClass, int] = {}
    enrolled = 0
    payer = claim.payer
    for child in children:
        enrolled += child.enrolled
        if child.count and (payer is None or child.payer == payer):
            place = _CLASS_PLACES[(child.age_class, child.hours)]
            disabled = child.disabled if split_disabled else 0
            days = child.mid_month_days or 0
            if child.count > disabled:
                key = (place, child.branch, child.employee_slot, False, days)
                counts[key] = counts.get(key, 0) + child.count - disabled
            if disabled:
                key = (place, child.branch, child.employee_slot, True, days)
                counts[key] = counts.get(key, 0) + disabled
    classes = [_group(system, key, count) for key, count in sorted(counts.items())]
    groups = [group for group in classes if group.count]
    treatment = claim.treatment
    return Working(
        claim=claim,
        table=table,
        system=system,
        classes=classes,
        groups=groups if len(groups) < len(classes) else classes,
        enrolled=enrolled,
        facility_enrolled=enrolled,
        count=sum([group.count for group in groups]),
        base_percent=treatment.base_percent,
        wage_percent=treatment.wage_percent,
        with_row_rates=table.book.fiscal_year >= FIRST_YEAR_WITH_ROW_RATES,
        is_alone=is_alone,
    )


def _group(system: str, key: _LastingClass, count: int) -> Group:
    place, branch, employee_slot, disabled, days = key
    age, hours = _CLASSES[place]
    words = _CLASS_WORDS[place]
    if not (branch or employee_slot or disabled or days):
        return Group(age, hours, _row_certification(system, age), count, words)
    marks = [
        word
        for word, holds in (
            ("分園", branch),
            ("従業員枠", employee_slot),
            ("障害児", disabled),
            (f"日割{days}日", days),
        )
        if holds
    ]
    note = "・".join(marks)
    return Group(
        age,
        hours,
        _row_certification(system, age),
        0 if days else count,
        f"{words}［{note}］",
        note,
        branch,
        employee_slot,
        disabled,
        days,
        count if days else 0,
    )


def _row_certification(system: str, age_class: str) -> str:
    """
    The certification whose rows price a class age.

    A child that turns from 3号 to 2号 during the year keeps its price row until 31 March,
    so the class age decides and not the certification of the day.
    """
    if system == "1":
        return "1"
    return "2" if age_class in ("3", "4plus") else "3"


# ---------------------------------------------------------------- shapes of arithmetic


def per_child(
    work: Working,
    entry: Entry,
    asked: ItemClaim,
    *,
    rule: Rule = rules.PER_CHILD,
    times: int = 1,
    times_words: str = "",
    variant: str | None = None,
    targets: list[Group] | None = None,
    target_words: str = "",
) -> Line:
    """
    (amount + 処遇改善分) × times for each targeted child; negative for a deduction (D2, D5, D15).

    The targets are the classes of the item's ages, or ``targets``, called ``target_words``.
    """
    declared = entry.item
    if variant is None:
        variant = asked.variant
    aimed_at = work.targets(declared.ages) if targets is None else targets
    called = target_words or _target_words(declared.ages)
    if not aimed_at:
        return nobody(work, entry, rule, called)
    sign = -1 if declared.section == "deduction" else 1
    rows: list[PriceRow] = []
    row = work.table.price_of_every_child(declared.code, declared.unit, variant, work.system)
    if row is None:
        rows = [work.child_row(declared.code, declared.unit, group, variant) for group in aimed_at]
        row = rows[0]
    parts: list[Part] = []
    everybody = declared.ages is None and targets is None
    groups = aimed_at if work.groups is work.classes else [group for group in aimed_at if group.count]
    count = work.count if everybody else sum([group.count for group in groups])
    if rows.count(row) == len(rows):  # one price for everybody
        treatment = work.treatment(row)
        unit = sign * times * (row.amount + treatment.yen)
        note_units(entry, aimed_at, unit)
        amount, unit_words = unit * count, yen(unit)
        if everybody:
            if count:
                parts.append(Part(None, None, unit, count, amount))
        else:
            parts.extend([part_of(group, unit) for group in groups])
        steps = [
            price_step(work, entry, row),
            *treatment.steps,
            *_unit_steps(row, treatment, times_words, times, sign, unit),
            Step("金額", f"{unit_words} × {count}人 = {yen(amount)}", "amount", (unit, count, amount)),
        ]
        reason = f"{called}{count}人に、1人あたり{unit_words}を掛けました。"
    else:
        counted = [own for group, own in zip(aimed_at, rows, strict=True) if group.count]
        steps = [prices_step(work, entry, counted or rows)]
        amount = 0
        for group, own in zip(aimed_at, rows, strict=True):
            treatment = work.treatment(own)
            unit = sign * times * (own.amount + treatment.yen)
            note_unit(entry, group, unit)
            if not group.count:
                continue
            part = part_of(group, unit)
            parts.append(part)
            amount += part.amount_yen
            words = _class_arithmetic(own, treatment, times_words, part)
            steps.append(Step(group.words, words, "class", (own.amount, treatment.numbers, times, part)))
        reason = "年齢と時間の区分ごとに、1人あたりの額に子どもの数を掛けた合計です。"
    steps.append(rule_step(rule))
    summary = f"{called} {count}人"
    if variant_words := declared.variants.get(variant):
        summary = f"{variant_words}・{summary}"
    if times_words:
        summary = f"{summary}・{times_words}"
    return line(work, entry, amount, parts, summary, reason, steps, rule, row)


def per_facility(
    work: Working,
    entry: Entry,
    asked: ItemClaim,
    *,
    rule: Rule = rules.FACILITY,
    limit_yen: int | None = None,
) -> Line:
    """
    F10((amount + 処遇改善分) ÷ N) × the priced children (D3).

    With ``limit_yen`` the row is a ceiling and the smaller of both is divided. Negative for a deduction.
    """
    row = work.system_row(entry.item.code, entry.item.unit, asked.variant)
    treatment = work.treatment(row)
    claimed = row.amount if limit_yen is None else min(limit_yen, row.amount)
    total = claimed + treatment.yen
    steps = [price_step(work, entry, row), *treatment.steps]
    if limit_yen is not None:
        steps.append(
            Step(
                "対象額",
                f"支出額{yen(limit_yen)}と上限{yen(row.amount)}の少ない方 = {yen(claimed)}",
                "total",
                ({"spent_yen": limit_yen, "ceiling_yen": row.amount}, claimed),
            )
        )
    sum_words = (
        f"{yen(total)} " if row.treatment_yen is None else f"（{yen(claimed)} + {yen(treatment.yen)}）"
    )
    variant_words = entry.item.variants.get(asked.variant)
    summary = f"{variant_words}・" if variant_words else ""
    summary = f"{summary}施設の額 ÷ {work.sharers(row)}人"
    return shared_among_children(work, entry, total, sum_words, summary, steps, rule, row)


def shared_among_children(
    work: Working,
    entry: Entry,
    total: int,
    sum_words: str,
    summary: str,
    steps: list[Step],
    rule: Rule,
    row: PriceRow,
) -> Line:
    """Divide a facility's total by N, floor the share, multiply by the priced children (D3, D4)."""
    enrolled, count = work.sharers(row), work.count
    share = floor10_of_share(total, enrolled)
    unit = -share if entry.item.section == "deduction" else share
    note_units(entry, work.classes, unit)
    amount = unit * count
    exact = exact_yen(total, enrolled)
    share_words, unit_words = yen(share), yen(unit)
    steps.append(
        Step(
            "1人あたり",
            f"{sum_words}÷ {enrolled}人 = {exact} → 10円未満切捨てで{share_words}",
            "share",
            (total, enrolled, share),
        )
    )
    steps.append(
        Step(
            "金額",
            f"{unit_words} × {count}人 = {yen(amount)}",
            "amount",
            (unit, count, amount),
        )
    )
    steps.append(rule_step(rule))
    done = f"に、{count}人を掛けました" if unit >= 0 else f"を、{count}人分減らしました"
    reason = (
        f"施設の額{yen(total)}を初日在籍{enrolled}人で割った1人あたり{share_words}（10円未満切捨て）{done}。"
    )
    parts = [Part(None, None, unit, count, amount)] if count else []
    return line(work, entry, amount, parts, summary, reason, steps, rule, row)


def percent_of_unit(
    work: Working,
    entry: Entry,
    row: PriceRow,
    unit_of: Callable[[Group], int],
    what: str,
    rule: Rule,
    *,
    targets: list[Group] | None = None,
    target_words: str = "",
) -> Line:
    """−F10(a unit of each class × percent), floored per child (D8, D15)."""
    aimed_at = work.classes if targets is None else targets
    if not aimed_at:
        return nobody(work, entry, rule, target_words)
    parts: list[Part] = []
    steps = [percent_step(work, entry, row)]
    amount, percent = 0, row.amount
    for group in aimed_at:
        whole = unit_of(group)
        unit = -floor10_of_percent(whole, percent)
        note_unit(entry, group, unit)
        if not group.count:
            continue
        part = part_of(group, unit)
        parts.append(part)
        amount += part.amount_yen
        exact = exact_yen(whole * percent, 100)
        arithmetic = (
            f"{what}{yen(whole)} × {percent}% = {exact} → 10円未満切捨てで{yen(-unit)}、"
            f"{yen(unit)} × {group.count}人 = {yen(part.amount_yen)}"
        )
        steps.append(Step(group.words, arithmetic, "percent", (whole, percent, part)))
    steps.append(total_step(amount))
    steps.append(rule_step(rule))
    reason = f"1人あたりの{what}の{percent}%（10円未満切捨て）を、区分ごとの子どもの数だけ減らしました。"
    variant_words = entry.item.variants.get(row.variant)
    summary = f"{variant_words}・{percent}%" if variant_words else f"{percent}%"
    return line(work, entry, amount, parts, summary, reason, steps, rule, row)


def kept_percent_of_units(
    work: Working, entry: Entry, percent: int, targets: list[Group]
) -> tuple[int, list[Part], list[Step]]:
    """(F10(S × percent) − S) × count of each class: what is taken off so that so many percent are kept (D7)."""
    parts: list[Part] = []
    steps: list[Step] = []
    amount = 0
    for group in targets:
        whole = group.unit_so_far
        kept = floor10_of_percent(whole, percent)
        note_unit(entry, group, kept - whole)
        if not group.count:
            continue
        part = part_of(group, kept - whole)
        parts.append(part)
        amount += part.amount_yen
        arithmetic = (
            f"{yen(whole)} × {percent}% = {exact_yen(whole * percent, 100)} → 10円未満切捨てで{yen(kept)}、"
            f"（{yen(kept)} − {yen(whole)}）× {group.count}人 = {yen(part.amount_yen)}"
        )
        steps.append(Step(group.words, arithmetic, "percent", (whole, percent, part)))
    return amount, parts, steps


def nobody(work: Working, entry: Entry, rule: Rule, called: str = "") -> Line:
    """The line of an item whose targeted children are not there this month."""
    target = called or _target_words(entry.item.ages)
    steps = [
        Step("金額", f"0円（対象の{target}がいません）", "amount", (0, 0, 0)),
        rule_step(rule),
    ]
    reason = f"対象の{target}がいないため、0円です。"
    return line(work, entry, 0, [], f"{target} 0人", reason, steps, rule)


def line(
    work: Working,
    entry: Entry,
    amount: int,
    parts: list[Part],
    summary: str,
    reason: str,
    steps: list[Step],
    rule: Rule,
    row: PriceRow | None = None,
) -> Line:
    """Put a line together; its source names the book, the item's number, the row and the rule."""
    words = entry.heading if row is None else row_words(work, entry, row)
    # By place: naming a dozen fields takes twice as long, and every line of a city comes through here.
    return Line(
        entry.item.code,
        entry.label if work.is_alone else f"{entry.label}（{SYSTEMS[work.system]}）",
        entry.number,
        entry.item.section,
        work.system,
        "" if row is None else row.variant,
        amount,
        tuple(parts),
        summary,
        reason,
        f"{words}／{rule.words}",
        tuple(steps),
    )


def part_of(group: Group, unit: int) -> Part:
    """The part of a class: its unit × its children."""
    return Part(group.age_class, group.hours, unit, group.count, unit * group.count, group.note)


def note_unit(entry: Entry, group: Group, unit: int) -> None:
    """Remember what an item gives each child of a class. Nothing of March is priced by days (D11)."""
    if group.days and entry.item.unit in MARCH_UNITS:
        return
    group.unit_so_far += unit
    if group.days and unit:
        group.made_of.append((entry.label, unit))
    if entry.item.in_closure:
        group.closure_unit += unit


def note_units(entry: Entry, groups: Iterable[Group], unit: int) -> None:
    """The same unit for every child of several classes."""
    in_closure = entry.item.in_closure
    for group in groups:
        if group.days:
            note_unit(entry, group, unit)
            continue
        group.unit_so_far += unit
        if in_closure:
            group.closure_unit += unit


# ---------------------------------------------------------------- the words of an explanation


def row_words(work: Working, entry: Entry, row: PriceRow) -> str:
    """Which row of which book: 令和8年度 単価表（2026-04） 幼稚園 1号 ⑲ 主幹教諭等専任（全地域・全定員）."""
    key = (entry, row)
    found = work.table.row_words.get(key)
    if found is None:
        facility = FACILITY_TYPES[work.claim.facility_type]
        variant = entry.item.variants.get(row.variant)
        place = f"{variant}・{row.place}" if variant else row.place
        words = f"{work.table.book.title} {facility} {SYSTEMS[work.system]} {entry.heading}（{place}）"
        found = work.table.row_words[key] = words
    return found


def price_step(
    work: Working, entry: Entry, row: PriceRow, label: str = "単価", what: str | None = None
) -> Step:
    """
    What a row says (its price, unless ``what`` tells it otherwise), and which row of which book it is.

    An item tells its row the same way in every claim, so the step is written once for each table.
    """
    key = (entry, row)
    found: Step | None = work.table.price_steps.get(key)
    if found is None:
        if what is None:
            what = f"{yen(row.amount)}（{UNITS[row.unit]}）"
        words = f"{what} {row_words(work, entry, row)}"
        found = work.table.price_steps[key] = Step(label, words, "price", (work.table.values_of(row),))
    return found


def prices_step(work: Working, entry: Entry, rows: Sequence[PriceRow], what: str = BY_CLASS) -> Step:
    """The rows of a line that is priced by class, those of the classes with children; one row is named alone."""
    row = rows[0]
    values = tuple([work.table.values_of(own) for own in dict.fromkeys(rows)])
    kind = "price" if len(values) == 1 else "class_prices"
    text = f"{what} {row_words(work, entry, row)}"
    return Step("単価", text, kind, values if kind == "price" else (values,))


def percent_step(work: Working, entry: Entry, row: PriceRow) -> Step:
    return price_step(work, entry, row, "割合", f"{row.amount}%")


@cache
def rule_step(rule: Rule) -> Step:
    """Which decision the arithmetic follows."""
    return Step("根拠", rule.words, "rule", (rule.id,))


def total_step(amount: int) -> Step:
    """The sum of the classes."""
    return Step("金額", f"合計 {yen(amount)}", "amount", (None, None, amount))


def _unit_steps(
    row: PriceRow, treatment: TreatmentPart, times_words: str, times: int, sign: int, unit: int
) -> list[Step]:
    has_treatment = row.treatment_yen is not None
    if not has_treatment and not times_words and sign > 0:
        return []
    words = f"{yen(row.amount)} + {yen(treatment.yen)}" if has_treatment else yen(row.amount)
    suffix = f" × {times_words}" if times_words else ""
    if has_treatment and (times_words or sign < 0):
        words, suffix = f"（{words}）", suffix.lstrip()
    numbers = (row.amount, treatment.yen, times, unit)
    return [Step("1人あたり", f"{'−' if sign < 0 else ''}{words}{suffix} = {yen(unit)}", "unit", numbers)]


def _class_arithmetic(row: PriceRow, treatment: TreatmentPart, times_words: str, part: Part) -> str:
    words = (
        f"{yen(row.amount)} "
        if row.treatment_yen is None
        else f"（{yen(row.amount)} + {yen(treatment.yen)}）"
    )
    times = f"× {times_words} " if times_words else ""
    return f"{words}{times}→ 1人あたり{yen(part.unit_yen)} × {part.quantity}人 = {yen(part.amount_yen)}"


@cache
def _target_words(ages: tuple[str, ...] | None) -> str:
    return "子ども" if ages is None else "・".join([AGE_CLASSES[age] for age in ages])
