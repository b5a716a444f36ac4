"""What must hold before items can be priced at all; eligibility is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pricing.claim import Capacity, ChildClass, ClaimInput, ItemClaim
from pricing.month import Month, fiscal_year_words
from pricing.possible import days_problem, disability_problems, number_problems
from pricing.problems import Problem
from pricing.rule_sets import FIRST_FISCAL_YEAR, LAST_YEAR, TABLES, TypeRules
from pricing.rules import FIRST_MONTHS
from pricing.vocabulary import FACILITY_TYPES, FACILITY_UNITS, ITEM_LABELS, MARCH_UNITS, SYSTEMS, system_of
from pricing.working import Entry


@dataclass(frozen=True, slots=True)
class Known:
    """The month of a facility that items are asked for, as far as it could be read; what is ``None`` passes."""

    month: Month | None
    children: tuple[ChildClass, ...] | None
    capacity: Capacity | None
    payer: str | None = None
    _enrolled: dict[str, int] = field(default_factory=dict, repr=False)

    def enrolled(self, systems: Iterable[str]) -> int:
        """N of these systems together; the children are known."""
        if not self._enrolled:
            self._enrolled.update(dict.fromkeys(SYSTEMS, 0))
            for child in self.children or ():
                self._enrolled[system_of(child.certification)] += child.enrolled
        return sum([self._enrolled[system] for system in systems])


def use_problems(claim: ClaimInput, rules: TypeRules) -> list[Problem]:
    """Items the year's table does not have, asked twice, out of season, without children, or of impossible numbers."""
    known = Known(claim.month, claim.children, claim.capacity, claim.payer)
    problems = child_problems(claim.children, claim.month)
    seen: set[tuple[str, str]] = set()
    for asked in claim.items:
        systems = rules.systems_of(asked.code)
        if asked.certification:
            systems = tuple(system for system in systems if system == asked.certification)
        if not systems:
            problems.append(Problem(asked.path("code"), not_in_year(asked.code, rules, asked.certification)))
            continue
        entry = rules.tables[systems[0]].by_code[asked.code]
        is_twice = False
        for system in systems:
            is_twice = is_twice or (system, asked.code) in seen
            seen.add((system, asked.code))
        if is_twice:
            problems.append(Problem(asked.path("code"), twice(entry)))
        problems.extend(circumstance_problems(asked, entry, systems, known))
    return problems + disability_problems(claim.items, claim.children)


def child_problems(children: Iterable[ChildClass], month: Month | None) -> list[Problem]:
    """Children who were there for more days than the month has."""
    if month is None:
        return []
    found = [
        days_problem(f"children[{position}].mid_month_days", child.mid_month_days, month)
        for position, child in enumerate(children)
        if child.mid_month_days is not None
    ]
    return [problem for problem in found if problem is not None]


def circumstance_problems(
    asked: ItemClaim, entry: Entry, systems: Iterable[str], known: Known
) -> list[Problem]:
    """March items in another month (D9), facility items without children (D3), numbers that nobody can have."""
    problems: list[Problem] = []
    unit, month = entry.item.unit, known.month
    enrolled = None if known.children is None else known.enrolled(systems)
    if unit in MARCH_UNITS and month is not None and not month.is_march:
        problems.append(
            Problem(
                asked.path("code"),
                f"「{entry.label}」は3月分の請求でだけ請求できます。この月からは外してください。",
            )
        )
    first = FIRST_MONTHS.get(entry.item.code)
    if first is not None and month is not None and month < first:
        problems.append(
            Problem(
                asked.path("code"),
                f"「{entry.label}」は{first.words}分からの項目です。この月からは外してください。",
            )
        )
    if enrolled == 0 and unit in FACILITY_UNITS:
        problems.append(
            Problem(
                asked.path("code"),
                f"初日在籍の子どもが0人なので「{entry.label}」の1人あたりの額を計算できません。"
                "子どもの数を確かめるか、この項目を外してください。",
            )
        )
    if enrolled and entry.whole_facility and known.capacity is not None:
        empty = [name for name in systems if known.capacity.has(name) and not known.enrolled((name,))]
        problems.extend([Problem(asked.path("code"), one_system_is_empty(entry, name)) for name in empty])
    if enrolled == 0 and entry.item.code == "side_dish_exemption" and asked.children:
        problems.append(
            Problem(
                asked.path("children"),
                "初日在籍の子どもが0人の月に、副食費の免除人数があります。どちらかを直してください。",
            )
        )
    elif known.children is not None and (entry.item.options or entry.item.optional):
        problems.extend(number_problems(asked, entry, systems, known.children, known.capacity, known.payer))
    return problems


def one_system_is_empty(entry: Entry, system: str) -> str:
    """
    A whole-facility item of a 認定こども園 while one of its systems has nobody to pay its half for (D3, D17).

    [U] the adjustment 1号利用子どもがいない場合 that the official table has for it has no price in any source.
    """
    name = SYSTEMS[system]
    message = (
        f"「{entry.label}」は施設全体の項目で、1号と2・3号の半額ずつで支払われます。{name}の初日在籍が0人なので、"
        f"{name}の半額を計算できません"
    )
    if system == "1":
        message += "（「1号利用子どもがいない場合」の調整は、単価が公表資料で確かめられていません）"
    return (
        f"{message}。{name}の利用定員がないなら capacity.{system} を外し、定員はあって子どもがいないだけなら、"
        "この項目を外して、扱いを市で決めてください。"
    )


def not_in_table(code: str, facility_type: str) -> str:
    """The type never had the item."""
    name = FACILITY_TYPES[facility_type]
    return f"「{ITEM_LABELS.get(code, code)}」（{code}）は{name}では請求できない項目です。外してください。"


def not_in_year(code: str, rules: TypeRules, certification: str = "") -> str:
    """The year's table lacks the item; where another year of the type has it, only the year is to blame."""
    entries = [
        entry
        for system, table in TABLES[rules.facility_type].items()
        for entry in table
        if entry.item.code == code and certification in ("", system)
    ]
    if not entries:
        return not_in_table(code, rules.facility_type)
    first = min(entry.first_year for entry in entries)
    last = max(entry.last_year for entry in entries)
    years = f"{fiscal_year_words(first)}から" if first > FIRST_FISCAL_YEAR else ""
    years += f"{fiscal_year_words(last)}まで" if last < LAST_YEAR else ""
    return (
        f"「{entries[0].label}」（{code}）は、{FACILITY_TYPES[rules.facility_type]}の"
        f"{fiscal_year_words(rules.fiscal_year)}の表にない項目です（{years}の項目です）。"
        "この月からは外すか、その年度の単価表を選んでください。"
    )


def twice(entry: Entry) -> str:
    return f"「{entry.label}」が2回あります。1つにまとめてください。"
