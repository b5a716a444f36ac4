"""
The small language in which packs say how one field follows from others (計算式), what must hold, and when one is asked.

``actual - required``, ``sum(staff.yen)``, ``floor(total, 1000)``, ``spent >= granted or reason != ""``,
``lookup("allowance", years=service_years, ratio=cost_ratio)``, ``1 if hours >= 400 else 0``, ``has(uses, "wages")``,
``facility.name``, ``concat("〒", facility.postal_code)``.

Pure and exact: whole numbers and fractions, never float; each rounding has a name. What is not known is ``None`` and
makes unknown whatever needs it; ``and`` and ``or`` know their answer when one side is enough. Parsed once, with
Python's own parser, and only the shapes listed here are understood.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

LONGEST: Final = 800
DEEPEST: Final = 25
Value = bool | int | Fraction | str | date | None
Tables = Mapping[str, Sequence[Mapping[str, int]]]
FROM, RESULT = "from_", "result"
MIXED: Final = "計算できるのは数だけです。文字や日付は計算できません。"


class FormulaWrong(Exception):
    """The formula cannot be read. The message is a sentence for whoever writes the pack."""


class NotComputable(Exception):
    """The formula can be read, but has no answer for these values: a division by zero, a text among numbers."""


def floor(value: Fraction, unit: Fraction) -> Fraction:
    """Down to a multiple of ``unit`` (千円未満切捨て)."""
    return value // unit * unit


def ceil(value: Fraction, unit: Fraction) -> Fraction:
    """Up to a multiple of ``unit`` (切上げ)."""
    return -(-value // unit) * unit


def half_up(value: Fraction, unit: Fraction) -> Fraction:
    """To the nearest multiple of ``unit``; half goes up (四捨五入)."""
    return (value / unit + Fraction(1, 2)) // 1 * unit


ROUNDINGS: Final[Mapping[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "floor": floor,
    "ceil": ceil,
    "half_up": half_up,
}
SUMS: Final = frozenset({"sum", "count", "highest", "lowest"})
COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}


@dataclass(frozen=True)
class Formula:
    """
    A formula that was read: ``names`` are the fields, tables and groups it uses, ``columns`` what it asks of tables and
    groups, ``tables`` those of lookups.
    """

    text: str
    tree: ast.expr
    names: frozenset[str]
    columns: frozenset[tuple[str, str]]
    tables: frozenset[str]

    def of(self, values: Mapping[str, Any], tables: Tables | None = None) -> Value:
        """
        Its value: None where something it needs is not known.

        ``values``: numbers as ``int`` or ``Fraction``, days as ``date``, tables as lists of mappings, months as lists
        of twelve, groups as mappings.

        :raises NotComputable: divided by zero, or numbers and texts mixed.
        """
        return _Run(values, tables or {}).value(self.tree)

    def holds(self, values: Mapping[str, Any], tables: Tables | None = None) -> bool | None:
        """Yes, no, or None where it is not known yet. :raises NotComputable: as ``of``; or no condition."""
        value = self.of(values, tables)
        if value is None or isinstance(value, bool):
            return value
        raise NotComputable("はい・いいえの式ではありません。")


@lru_cache(maxsize=4096)
def read(text: str) -> Formula:
    """:raises FormulaWrong: not a formula of this language."""
    if len(text) > LONGEST:
        raise FormulaWrong(f"計算式は{LONGEST}字までにしてください。")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as wrong:
        raise FormulaWrong(f"計算式「{text}」を読み取れません。かっこや記号を確かめてください。") from wrong
    names: set[str] = set()
    columns: set[tuple[str, str]] = set()
    tables: set[str] = set()
    for found in _look(tree, text, 0):
        match found:
            case ast.Name(id=name):
                names.add(name)
            case ast.Attribute(value=ast.Name(id=name), attr=column):
                names.add(name)
                columns.add((name, column))
            case ast.Call(func=ast.Name(id="lookup"), args=[ast.Constant(value=str(table))]):
                tables.add(table)
    return Formula(text, tree, frozenset(names), frozenset(columns), frozenset(tables))


def _look(node: ast.expr, text: str, depth: int) -> Iterator[ast.expr]:
    """Every part of the tree, refused where it is none of the language's shapes."""
    if depth > DEEPEST:
        raise FormulaWrong(f"計算式「{text}」のかっこが深すぎます。")
    yield node
    for part in _parts(node, text):
        yield from _look(part, text, depth + 1)


def _parts(node: ast.expr, text: str) -> list[ast.expr]:
    match node:
        case ast.Constant(value=bool() | int() | str()):
            return []
        case ast.Name() | ast.Attribute(value=ast.Name()):
            return []
        case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
            return [left, right]
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            return [operand]
        case ast.BoolOp(values=values):
            return list(values)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return [left, right]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [test, body, orelse]
        case ast.Call(func=ast.Name(id=name), args=[value, unit], keywords=[]) if name in ROUNDINGS:
            return [value, unit]
        case ast.Call(func=ast.Name(id=name), args=[(ast.Name() | ast.Attribute()) as what], keywords=[]) if (
            name in SUMS
        ):
            return [what]
        case ast.Call(func=ast.Name(id="min" | "max" | "concat"), args=[_, _, *_] as values, keywords=[]):
            return list(values)
        case ast.Call(func=ast.Name(id="known"), args=[(ast.Name() | ast.Attribute()) as what], keywords=[]):
            return [what]
        case ast.Call(
            func=ast.Name(id="has"),
            args=[(ast.Name() | ast.Attribute()) as what, ast.Constant(value=str())],
            keywords=[],
        ):
            return [what]
        case ast.Call(
            func=ast.Name(id="lookup"), args=[ast.Constant(value=str())], keywords=[_, *_] as keywords
        ) if all(keyword.arg for keyword in keywords):
            return [keyword.value for keyword in keywords]
    raise FormulaWrong(f"計算式「{text}」に使えない書き方があります（{ast.unparse(node)}）。")


class _Run:
    """One evaluation."""

    def __init__(self, values: Mapping[str, Any], tables: Tables) -> None:
        self.values, self.tables = values, tables

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=bool() | int() | str() as value):
                return value
            case ast.Name() | ast.Attribute():
                return self._plain_value(node)
            case ast.BinOp(left=left, right=right, op=op):
                return self._arithmetic(op, self.number(left), self.number(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self.number(operand)
                return None if number is None else _plain(-number)
            case ast.UnaryOp(operand=operand):
                truth = self.truth(operand)
                return None if truth is None else not truth
            case ast.BoolOp(op=op, values=parts):
                return self._either([self.truth(part) for part in parts], isinstance(op, ast.Or))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compared(op, self.value(left), self.value(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                truth = self.truth(test)
                return None if truth is None else self.value(body if truth else orelse)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self._called(name, args, keywords)
        raise NotComputable(ast.unparse(node))

    def number(self, node: ast.expr) -> Fraction | None:
        value = self.value(node)
        if value is None:
            return None
        if isinstance(value, (str, date)):
            raise NotComputable(MIXED)
        return Fraction(value)

    def truth(self, node: ast.expr) -> bool | None:
        value = self.value(node)
        if value is None or isinstance(value, bool):
            return value
        raise NotComputable("はい・いいえの式ではありません。")

    def _plain_value(self, node: ast.expr) -> Value:
        value = self._named(node)
        if value is None or isinstance(value, (bool, int, str, Fraction, date)):
            return value
        raise NotComputable(f"「{ast.unparse(node)}」は1つの値ではありません。")

    def _named(self, node: ast.expr) -> Any:
        """What stands under a name, or under a name in a group; None where nothing does."""
        match node:
            case ast.Name(id=name):
                return self.values.get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=member):
                group = self.values.get(name)
                if group is None or isinstance(group, Mapping):
                    return None if group is None else group.get(member)
        raise NotComputable(f"「{ast.unparse(node)}」は1つの値ではありません。")

    def _called(self, name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> Value:
        if name == "known":
            return self._named(args[0]) not in (None, "", [])
        if name == "concat":
            return self._joined([self.value(arg) for arg in args])
        if name == "has":
            return self._has(args)
        if name in SUMS:
            return self._summed(name, args[0])
        if name == "lookup":
            (table,) = args
            assert isinstance(table, ast.Constant)
            return self._looked_up(
                str(table.value), {word.arg or "": self.number(word.value) for word in keywords}
            )
        numbers = [self.number(arg) for arg in args]
        if any(number is None for number in numbers):
            return None
        given = [number for number in numbers if number is not None]
        if name in ROUNDINGS:
            value, unit = given
            if unit <= 0:
                raise NotComputable("端数の単位は1以上にしてください。")
            return _plain(ROUNDINGS[name](value, unit))
        return _plain(min(given) if name == "min" else max(given))

    def _summed(self, name: str, what: ast.expr) -> Value:
        if isinstance(what, ast.Name):
            cells = self.values.get(what.id)
            if cells is None:
                return None
        else:
            assert isinstance(what, ast.Attribute)
            assert isinstance(what.value, ast.Name)
            rows = self.values.get(what.value.id)
            if rows is None:
                return None
            cells = rows.get(what.attr) if isinstance(rows, Mapping) else [row.get(what.attr) for row in rows]
            if cells is None:
                return None
        if not isinstance(cells, (list, tuple)):
            raise NotComputable("合計できるのは、表の列か月別の欄です。")
        if name == "count":
            return sum(cell not in (None, "", False) for cell in cells)
        if any(cell is None for cell in cells):
            return None
        if any(isinstance(cell, (str, date)) for cell in cells):
            raise NotComputable(MIXED)
        numbers = [Fraction(cell) for cell in cells]
        if name == "sum":
            return _plain(sum(numbers, Fraction(0)))
        if not numbers:
            return None
        return _plain(max(numbers) if name == "highest" else min(numbers))

    def _has(self, args: list[ast.expr]) -> bool | None:
        """Whether a key is among the chosen ones."""
        what, key = args
        assert isinstance(key, ast.Constant)
        chosen = self._named(what)
        if chosen is None:
            return None
        if not isinstance(chosen, (list, tuple)):
            raise NotComputable("選べるのは、いくつも選ぶ欄だけです。")
        return key.value in chosen

    def _looked_up(self, name: str, keys: Mapping[str, Fraction | None]) -> Value:
        """
        The result of the last row whose every bound (``from_…``) is reached; nothing reached is 0.

        Rows are in rising order; a table is a stair of one or more steps' directions.
        """
        if any(key is None for key in keys.values()):
            return None
        reached = [
            row
            for row in self.tables.get(name, ())
            if all(row[f"{FROM}{key}"] <= value for key, value in keys.items() if value is not None)
        ]
        return reached[-1][RESULT] if reached else 0

    @staticmethod
    def _joined(parts: Sequence[Value]) -> str | None:
        """Texts and whole numbers one after the other; unknown where one of them is."""
        if any(isinstance(part, (bool, Fraction, date)) for part in parts):
            raise NotComputable("つなげられるのは、文字と整数だけです。")
        return None if None in parts else "".join(str(part) for part in parts)

    @staticmethod
    def _arithmetic(op: ast.operator, left: Fraction | None, right: Fraction | None) -> Value:
        if left is None or right is None:
            return None
        if isinstance(op, ast.Div):
            if right == 0:
                raise NotComputable("0で割ることはできません。")
            return _plain(left / right)
        if isinstance(op, ast.Add):
            return _plain(left + right)
        return _plain(left - right if isinstance(op, ast.Sub) else left * right)

    @staticmethod
    def _either(truths: Sequence[bool | None], is_or: bool) -> bool | None:
        """Three-valued: one yes is enough for «or», one no for «and»."""
        if is_or in truths:
            return is_or
        return None if None in truths else not is_or

    @staticmethod
    def _compared(op: ast.cmpop, left: Value, right: Value) -> bool | None:
        if left is None or right is None:
            return None
        if _sort(left) != _sort(right):
            raise NotComputable("数と文字、日付は比べられません。")
        return COMPARISONS[type(op)](left, right)


def _sort(value: Value) -> type:
    """Texts, days and numbers are compared with their own sort only."""
    return next((sort for sort in (str, date) if isinstance(value, sort)), Fraction)


def _plain(number: Fraction) -> int | Fraction:
    return number.numerator if number.denominator == 1 else number
