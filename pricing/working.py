"""
The sheet a calculation works on, and the few shapes of arithmetic all items share.

An item function (``pricing/items/``) says which shape it has; the shape looks up the row,
does the arithmetic and writes down why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pricing import rules
from pricing.books import PriceRow, PriceTable
from pricing.claim import ClaimInput, ItemClaim
from pricing.money import floor10_of_percent, floor10_of_rate, floor10_of_share
from pricing.quote import Line, Part, Section, Step
from pricing.rules import Rule
from pricing.vocabulary import AGE_CLASSES, FACILITY_TYPES, HOURS, ITEM_LABELS, SYSTEMS, UNITS
from pricing.wording import class_words, exact_yen, treatment_words, yen

_CLASS_ORDER: Final = {
    (age, hours): position
    for position, (age, hours) in enumerate((age, hours) for age in AGE_CLASSES for hours in HOURS)
}
_CLASS_WORDS: Final = {(age, hours): class_words(age, hours) for age, hours in _CLASS_ORDER}


# ---------------------------------------------------------------- items and their declaration


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """
    One 加算 or 減算: what it is called, whom it touches, what it needs to be told.

    ``ages`` are the targeted child classes (``None``: all); ``unit`` the unit its row must
    have; ``variants`` its variants in words; ``in_closure`` that 土曜閉所 is taken from it too (D15).
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


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An item's place in one facility type's table: its number and its name there."""

    number: str
    item: Item
    label: str

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
        )

    return declare


# ---------------------------------------------------------------- the sheet


@dataclass(slots=True)
class Group:
    """The priced children of one class, and the unit sums later items look back at."""

    age_class: str
    hours: str
    row_certification: str
    count: int
    words: str
    base_row: PriceRow | None = None
    base_unit: int = 0  # base + its 処遇改善分 (D8)
    closure_unit: int = 0  # S' of D15
    unit_so_far: int = (
        0  # S of D7: items are calculated in table order, so 定員超過 sees what stands before it
    )


@dataclass(slots=True)
class Working:
    """One claim being calculated. ``enrolled`` is N; ``count`` the children that are priced."""

    claim: ClaimInput
    table: PriceTable
    system: str
    groups: list[Group]
    enrolled: int
    count: int
    rate_tenths: int
    asked: dict[str, ItemClaim] = field(default_factory=dict)

    def targets(self, ages: tuple[str, ...] | None) -> list[Group]:
        return self.groups if ages is None else [group for group in self.groups if group.age_class in ages]

    def treatment(self, row: PriceRow) -> int:
        """処遇改善分 of one row (D1); a row without a treatment price has none."""
        if row.treatment_yen is None:
            return 0
        return floor10_of_rate(row.treatment_yen, self.rate_tenths + (row.c_tenths or 0))

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


def open_sheet(claim: ClaimInput, table: PriceTable, system: str) -> Working:
    """Lay out the children by class and add up N."""
    counts: dict[tuple[str, str], int] = {}
    enrolled = 0
    payer = claim.payer
    for child in claim.children:
        enrolled += child.count
        if child.count and (payer is None or child.payer == payer):
            key = (child.age_class, child.hours)
            counts[key] = counts.get(key, 0) + child.count
    groups = [
        Group(age, hours, _row_certification(system, age), counts[(age, hours)], _CLASS_WORDS[(age, hours)])
        for age, hours in sorted(counts, key=_CLASS_ORDER.__getitem__)
    ]
    treatment = claim.treatment
    return Working(
        claim=claim,
        table=table,
        system=system,
        groups=groups,
        enrolled=enrolled,
        count=sum(counts.values()),
        rate_tenths=10 * (treatment.base_percent + treatment.wage_percent),
        asked={asked.code: asked for asked in claim.items},
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
) -> Line:
    """(amount + 処遇改善分) × times for each targeted child; negative for a deduction (D2, D5, D15)."""
    declared = entry.item
    if variant is None:
        variant = asked.variant
    groups = work.targets(declared.ages)
    if not groups:
        return nobody(work, entry, rule)
    sign = -1 if declared.section == "deduction" else 1
    rows: list[PriceRow] = []
    sole = work.table.price_of_every_child(declared.code, declared.unit, variant, work.system)
    if sole is None:
        rows = [work.child_row(declared.code, declared.unit, group, variant) for group in groups]
    row = rows[0] if sole is None else sole
    parts: list[Part] = []
    if sole is not None or all(other is row for other in rows):
        treatment = work.treatment(row)
        unit = sign * times * (row.amount + treatment)
        for group in groups:
            _note_unit(entry, group, unit)
        count = work.count if declared.ages is None else sum([group.count for group in groups])
        amount = unit * count
        if declared.ages is None:
            parts.append(Part(None, None, unit, count, amount))
        else:
            parts.extend(
                [
                    Part(group.age_class, group.hours, unit, group.count, unit * group.count)
                    for group in groups
                ]
            )
        steps = [
            price_step(work, entry, row),
            *treatment_steps(work, row, treatment),
            *_unit_steps(row.amount, row.treatment_yen is not None, treatment, times_words, sign, unit),
            Step("金額", f"{yen(unit)} × {count}人 = {yen(amount)}"),
        ]
        reason = f"{_target_words(declared.ages)}{count}人に、1人あたり{yen(unit)}を掛けました。"
    else:
        steps = [price_step(work, entry, row)]
        amount = 0
        for group, own in zip(groups, rows, strict=True):
            treatment = work.treatment(own)
            unit = sign * times * (own.amount + treatment)
            _note_unit(entry, group, unit)
            part = Part(group.age_class, group.hours, unit, group.count, unit * group.count)
            parts.append(part)
            amount += part.amount_yen
            steps.append(Step(group.words, _class_arithmetic(own, treatment, times_words, part)))
        reason = "年齢と時間の区分ごとに、1人あたりの額に子どもの数を掛けた合計です。"
    steps.append(Step("根拠", rule.words))
    summary = f"{_target_words(declared.ages)} {sum([group.count for group in groups])}人"
    variant_words = declared.variants.get(variant)
    summary = "・".join([words for words in (variant_words, summary, times_words) if words])
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

    With ``limit_yen`` the row is a ceiling and the smaller of both is divided.
    """
    row = work.system_row(entry.item.code, entry.item.unit, asked.variant)
    treatment = work.treatment(row)
    claimed = row.amount if limit_yen is None else min(limit_yen, row.amount)
    total = claimed + treatment
    steps = [price_step(work, entry, row), *treatment_steps(work, row, treatment)]
    if limit_yen is not None:
        steps.append(
            Step("対象額", f"支出額{yen(limit_yen)}と上限{yen(row.amount)}の少ない方 = {yen(claimed)}")
        )
    sum_words = f"{yen(total)} " if row.treatment_yen is None else f"（{yen(claimed)} + {yen(treatment)}）"
    variant_words = entry.item.variants.get(asked.variant)
    summary = f"{variant_words}・" if variant_words else ""
    summary = f"{summary}施設の額 ÷ {work.enrolled}人"
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
    enrolled, count = work.enrolled, work.count
    unit = floor10_of_share(total, enrolled)
    for group in work.groups:
        group.unit_so_far += unit
    amount = unit * count
    share = exact_yen(total, enrolled)
    unit_words = yen(unit)
    share_words = f"{sum_words}÷ {enrolled}人 = {share} → 10円未満切捨てで{unit_words}"
    steps.append(Step("1人あたり", share_words))
    steps.append(Step("金額", f"{unit_words} × {count}人 = {amount:,}円"))
    steps.append(Step("根拠", rule.words))
    reason = (
        f"施設の額{yen(total)}を初日在籍{enrolled}人で割った1人あたり{unit_words}"
        f"（10円未満切捨て）に、{count}人を掛けました。"
    )
    parts = [Part(None, None, unit, count, amount)]
    return line(work, entry, amount, parts, summary, reason, steps, rule, row)


def percent_of_unit(
    work: Working,
    entry: Entry,
    row: PriceRow,
    unit_of: Callable[[Group], int],
    what: str,
    rule: Rule,
) -> Line:
    """−F10(a unit of each class × percent), floored per child (D8, D15)."""
    parts: list[Part] = []
    steps = [percent_step(work, entry, row)]
    amount, percent = 0, row.amount
    for group in work.groups:
        whole, count = unit_of(group), group.count
        unit = -floor10_of_percent(whole, percent)
        cost = unit * count
        amount += cost
        _note_unit(entry, group, unit)
        parts.append(Part(group.age_class, group.hours, unit, count, cost))
        exact = exact_yen(whole * percent, 100)
        arithmetic = (
            f"{what}{yen(whole)} × {percent}% = {exact} → 10円未満切捨てで{-unit:,}円、"
            f"{yen(unit)} × {count}人 = {yen(cost)}"
        )
        steps.append(Step(group.words, arithmetic))
    steps.append(Step("金額", f"合計 {yen(amount)}"))
    steps.append(Step("根拠", rule.words))
    reason = f"1人あたりの{what}の{percent}%（10円未満切捨て）を、区分ごとの子どもの数だけ減らしました。"
    variant_words = entry.item.variants.get(row.variant)
    summary = f"{variant_words}・{percent}%" if variant_words else f"{percent}%"
    return line(work, entry, amount, parts, summary, reason, steps, rule, row)


def nobody(work: Working, entry: Entry, rule: Rule) -> Line:
    """The line of an item whose targeted children are not there this month."""
    target = _target_words(entry.item.ages)
    steps = [Step("金額", f"0円（対象の{target}がいません）"), Step("根拠", rule.words)]
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
    return Line(
        code=entry.item.code,
        label=entry.label,
        number=entry.number,
        section=entry.item.section,
        certification=work.system,
        variant="" if row is None else row.variant,
        amount_yen=amount,
        parts=tuple(parts),
        summary=summary,
        reason=reason,
        source=f"{words}／{rule.words}",
        steps=tuple(steps),
    )


# ---------------------------------------------------------------- the words of an explanation


def row_words(work: Working, entry: Entry, row: PriceRow) -> str:
    """Which row of which book: 令和8年度 単価表（2026-04） 幼稚園 1号 ⑲ 主幹教諭等専任（全地域・全定員）."""
    key = (entry.label, row)
    found = work.table.row_words.get(key)
    if found is None:
        facility = FACILITY_TYPES[work.claim.facility_type]
        variant = entry.item.variants.get(row.variant)
        place = f"{variant}・{row.place}" if variant else row.place
        words = f"{work.table.book.title} {facility} {SYSTEMS[work.system]} {entry.heading}（{place}）"
        found = work.table.row_words[key] = words
    return found


def price_step(work: Working, entry: Entry, row: PriceRow) -> Step:
    return Step("単価", f"{yen(row.amount)}（{UNITS[row.unit]}） {row_words(work, entry, row)}")


def percent_step(work: Working, entry: Entry, row: PriceRow) -> Step:
    return Step("割合", f"{row.amount}% {row_words(work, entry, row)}")


def treatment_arithmetic(work: Working, row: PriceRow, treatment: int) -> str:
    """The 処遇改善分 of one row, spelled out (D1)."""
    if row.treatment_yen is None:
        return "処遇改善分の単価はありません"
    rates = work.claim.treatment
    return treatment_words(
        row.treatment_yen, rates.base_percent, rates.wage_percent, row.c_tenths or 0, treatment
    )


def treatment_steps(work: Working, row: PriceRow, treatment: int) -> list[Step]:
    return (
        [] if row.treatment_yen is None else [Step("処遇改善分", treatment_arithmetic(work, row, treatment))]
    )


def _unit_steps(
    amount: int, has_treatment: bool, treatment: int, times_words: str, sign: int, unit: int
) -> list[Step]:
    if not has_treatment and not times_words and sign > 0:
        return []
    words = f"{yen(amount)} + {yen(treatment)}" if has_treatment else yen(amount)
    times = f" × {times_words}" if times_words else ""
    if has_treatment and (times_words or sign < 0):
        words, times = f"（{words}）", times.lstrip()
    return [Step("1人あたり", f"{'−' if sign < 0 else ''}{words}{times} = {yen(unit)}")]


def _class_arithmetic(row: PriceRow, treatment: int, times_words: str, part: Part) -> str:
    words = (
        f"{yen(row.amount)} " if row.treatment_yen is None else f"（{yen(row.amount)} + {yen(treatment)}）"
    )
    times = f"× {times_words} " if times_words else ""
    return f"{words}{times}→ 1人あたり{yen(part.unit_yen)} × {part.quantity}人 = {yen(part.amount_yen)}"


def _target_words(ages: tuple[str, ...] | None) -> str:
    return "子ども" if ages is None else "・".join([AGE_CLASSES[age] for age in ages])


def _note_unit(entry: Entry, group: Group, unit: int) -> None:
    group.unit_so_far += unit
    if entry.item.in_closure:
        group.closure_unit += unit
