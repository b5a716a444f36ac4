"""
Which columns of the house hold tokens of ``vault.seal``: each model says so itself, and rotation reads the list.

``@seals("content_sealed")`` above a model names the column and the attribute of a row that is its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type[Any])

# How many rows are held in memory at once; a file can have megabytes.
ROWS_AT_ONCE, FILES_AT_ONCE = 500, 10


@dataclass(frozen=True)
class SealedColumn:
    """One column of sealed values. ``place`` is the attribute of a row that says where its value is bound to."""

    model: type[Any]
    column: str
    place: str
    at_once: int

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.model._meta.db_table}.{self.column}"

    def place_of(self, row: Any) -> str:
        """Where the value of ``row`` is bound to."""
        place: str = getattr(row, self.place)
        return place


_declared: list[tuple[type[Any], str, str, int]] = []


def seals(column: str, *, place: str = "place", holds_files: bool = False) -> Callable[[Class], Class]:
    """Declare a sealed column of a model; above an abstract one, of every model made of it."""

    def declare(model: Class) -> Class:
        _declared.append((model, column, place, FILES_AT_ONCE if holds_files else ROWS_AT_ONCE))
        return model

    return declare


def sealed_columns(models: list[type[Any]]) -> list[SealedColumn]:
    """The declared columns of these models, in their order."""
    return [
        SealedColumn(model, column, place, at_once)
        for model in models
        for declared, column, place, at_once in _declared
        if issubclass(model, declared)
    ]
