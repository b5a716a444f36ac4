"""The workshop stays plain: no Django, no clock, no float, and its words are declared once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pricing
from pricing import rules
from pricing.rule_sets import TABLES, TypeRules, rules_for
from pricing.vocabulary import ITEM_LABELS

PACKAGE = Path(pricing.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ALLOWED_IMPORTS = {
    "__future__", "ast", "bisect", "collections", "csv", "dataclasses", "datetime", "decimal", "fractions",
    "functools", "hashlib", "io", "json", "pathlib", "pricing", "re", "tomllib", "types", "typing", "unicodedata",
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_of_pricing_imports_nothing_but_plain_python_and_uses_no_float(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED_IMPORTS
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in ALLOWED_IMPORTS
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"})
        assert not isinstance(node, ast.Div), "true division makes floats"
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "today", "utcnow", "time"}


def test_every_named_rule_is_weighed_in_the_readme() -> None:
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")

    for name, rule in vars(rules).items():
        if isinstance(rule, rules.Rule):
            assert f"| {rule.id} |" in text, name


EVERY_YEAR = [rules_for(facility_type, year) for facility_type in TABLES for year in range(2015, 2028)]


@pytest.mark.parametrize("found", EVERY_YEAR, ids=lambda found: f"{found.facility_type} {found.fiscal_year}")
def test_items_have_a_label_and_stand_once_in_each_table(found: TypeRules) -> None:
    for table in found.tables.values():
        codes = [entry.item.code for entry in table.entries]
        assert len(codes) == len(set(codes))
        assert codes[0] == "base"
        assert codes[1] in ("treatment_i", "treatment_1_2")
        assert codes[-1] == "mid_month"
    for entry in found.entries:
        assert entry.item.code in ITEM_LABELS
        assert entry.label
        assert entry.item.calculate.__doc__
