"""
Every item, variant and rounding rule, from tables.

A case states its arithmetic with the prices of the published table; the test works that
arithmetic out with exact fractions, apart from the engine, before it compares.
"""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import Any

import pytest

from pricing import quote_as_dict, shipped_books
from pricing.quoting import quote
from pricing.rule_sets import AUTOMATIC, rules_for
from pricing.rule_sets import TABLES as OFFICIAL_TABLES
from tests.pricing.conftest import read_json
from tests.pricing.strategies import is_unpriced

TABLES = {name: read_json(f"cases/{name}.json") for name in OFFICIAL_TABLES}
CASES = [
    pytest.param(table["claim"] | case.get("set", {}), case, id=f"{name}: {case['name']}")
    for name, table in TABLES.items()
    for case in table["cases"]
]


def worked_out(arithmetic: str) -> Fraction:
    """``95 * (790 + F10(7 * (10 + 6)))`` in exact fractions; F10 floors to ten yen."""

    def value(node: ast.expr) -> Fraction:
        match node:
            case ast.Constant(value=number):
                return Fraction(str(number))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -value(inner)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return value(left) + value(right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return value(left) - value(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return value(left) * value(right)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return value(left) / value(right)
            case ast.Call(func=ast.Name(id="F10"), args=[inner]):
                return Fraction(math.floor(value(inner) / 10) * 10)
            case ast.Call(func=ast.Name(id="min"), args=inners):
                return min(value(inner) for inner in inners)
        raise ValueError(ast.dump(node))

    return value(ast.parse(arithmetic, mode="eval").body)


@pytest.mark.parametrize(("claim", "case"), CASES)
def test_a_case_of_the_table_comes_out_as_stated(claim: dict[str, Any], case: dict[str, Any]) -> None:
    found = quote(claim | {"items": case["items"]}, shipped_books())

    amounts: dict[str, int] = {}
    for line in found.lines:
        amounts[line.code] = amounts.get(line.code, 0) + line.amount_yen
        amounts[f"{line.code} {line.certification}"] = line.amount_yen
    for code, expected in case["expect"].items():
        assert worked_out(expected["arithmetic"]) == expected["amount_yen"]
        assert amounts[code] == expected["amount_yen"]
    assert quote_as_dict(found)["total_yen"] == sum(line.amount_yen for line in found.lines)


@pytest.mark.parametrize("facility_type", OFFICIAL_TABLES)
def test_every_item_and_every_variant_has_a_case(facility_type: str) -> None:
    cases = TABLES[facility_type]["cases"]
    expected = {code.split(" ")[0] for case in cases for code in case["expect"]}
    asked = {(item["code"], item.get("variant")) for case in cases for item in case["items"]}

    for entry in rules_for(facility_type, 2026).entries:
        code = entry.item.code
        if is_unpriced(facility_type, code):
            continue
        assert code in expected, code
        if not entry.item.chosen_variant and code not in AUTOMATIC:
            assert {(code, variant) for variant in entry.item.variants} <= asked, code
