"""What must hold before items can be priced at all; eligibility is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pricing.claim import ItemClaim
from pricing.month import Month
from pricing.problems import Problem
from pricing.rule_sets import TypeRules
from pricing.rules import FIRST_MONTH_OF_TREATMENT_III
from pricing.vocabulary import FACILITY_TYPES, FACILITY_UNITS, ITEM_LABELS, MARCH_UNITS
from pricing.working import Entry


def use_problems(
    items: Iterable[ItemClaim], rules: TypeRules, month: Month, enrolled: Mapping[str, int]
) -> list[Problem]:
    """Items the year's table does not have, asked twice, out of season, or without children (N by system)."""
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for asked in items:
        systems = rules.systems_of(asked.code)
        if asked.certification:
            systems = tuple(system for system in systems if system == asked.certification)
        if not systems:
            problems.append(Problem(asked.path("code"), not_in_table(asked.code, rules.facility_type)))
            continue
        entry = rules.tables[systems[0]].by_code[asked.code]
        is_twice, children = False, 0
        for system in systems:
            is_twice = is_twice or (system, asked.code) in seen
            seen.add((system, asked.code))
            children += enrolled.get(system, 0)
        if is_twice:
            problems.append(Problem(asked.path("code"), twice(entry)))
        problems.extend(circumstance_problems(asked, entry, month, children))
    return problems


def circumstance_problems(
    asked: ItemClaim, entry: Entry, month: Month | None, enrolled: int | None
) -> list[Problem]:
    """March items in another month (D9), facility items without children (D3); unknown facts pass."""
    problems: list[Problem] = []
    unit = entry.item.unit
    if unit in MARCH_UNITS and month is not None and not month.is_march:
        problems.append(
            Problem(
                asked.path("code"),
                f"「{entry.label}」は3月分の請求でだけ請求できます。この月からは外してください。",
            )
        )
    if entry.item.code == "treatment_iii" and month is not None and month < FIRST_MONTH_OF_TREATMENT_III:
        problems.append(
            Problem(
                asked.path("code"),
                f"「{entry.label}」は令和4年10月分からの項目です。この月からは外してください。",
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
    if enrolled == 0 and entry.item.code == "side_dish_exemption" and asked.children:
        problems.append(
            Problem(
                asked.path("children"),
                "初日在籍の子どもが0人の月に、副食費の免除人数があります。どちらかを直してください。",
            )
        )
    return problems


def not_in_table(code: str, facility_type: str) -> str:
    name = FACILITY_TYPES[facility_type]
    return f"「{ITEM_LABELS.get(code, code)}」（{code}）は{name}では請求できない項目です。外してください。"


def twice(entry: Entry) -> str:
    return f"「{entry.label}」が2回あります。1つにまとめてください。"
