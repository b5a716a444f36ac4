"""
Personal values of rows: kept sealed under the person's own key, readable only while the row is open.

``name = sealed_text("氏名")`` gives the model a binary column ``name_sealed`` and an attribute ``name``. The value is
bound to its municipality, table, column and row: moved anywhere else it does not open. Unless ``opening`` opened the
row (or ``of`` made it) the attribute raises, so no value is read without saying what for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Generic, Self, TypeVar, cast, overload

from django.db import models

from vault import KeyRing

Value = TypeVar("Value")


class NotOpened(Exception):
    """A personal value was asked for, and nobody said what for: open the rows first."""


class ForComputingOnly(NotOpened):
    """The row was opened for computing; this value is for people to see."""


@dataclass(frozen=True)
class Opened:
    """The person's keys, and whether values may be shown or only computed with."""

    ring: KeyRing
    may_show: bool


class Sealed(Generic[Value]):
    """One personal value of a row. ``computes``: figures need it, so opening for computing is enough."""

    def __init__(
        self,
        words: str,
        to_text: Callable[[Any], str],
        from_text: Callable[[str], Any],
        *,
        when_empty: Any = ...,
        computes: bool = False,
    ) -> None:
        self.words, self.to_text, self.from_text = words, to_text, from_text
        self.when_empty, self.computes = when_empty, computes
        self.name = self.column = ""

    @property
    def is_optional(self) -> bool:
        """Whether a row may be without it."""
        return self.when_empty is not ...

    def contribute_to_class(self, model: type[models.Model], name: str) -> None:
        """Give the model its column; called by Django when the class is made."""
        self.name, self.column = name, f"{name}_sealed"
        column: models.BinaryField[Any, Any] = models.BinaryField(self.words, null=self.is_optional)
        column.contribute_to_class(model, self.column)
        setattr(model, name, self)

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...

    @overload
    def __get__(self, row: models.Model, owner: type) -> Value: ...

    def __get__(self, row: models.Model | None, owner: type) -> Self | Value:
        if row is None:
            return self
        opened = _opened(row)
        if not (opened.may_show or self.computes):
            raise ForComputingOnly(f"{row._meta.label_lower}.{self.name}")
        token = getattr(row, self.column)
        if token is None:
            return cast(Value, self.when_empty)
        return cast(Value, self.from_text(opened.ring.unseal(token, bound_to=self.place(row)).decode()))

    def __set__(self, row: models.Model, value: Value) -> None:
        if self.is_optional and value in (None, ""):
            setattr(row, self.column, None)
            return
        plain = self.to_text(value).encode()
        setattr(row, self.column, _opened(row).ring.seal(plain, bound_to=self.place(row)))

    def place(self, row: models.Model) -> str:
        """Where the value is bound to."""
        city = row.municipality_id  # type: ignore[attr-defined]
        return f"{row._meta.db_table}|{self.column}|{city}|{row.pk}"


def _opened(row: models.Model) -> Opened:
    opened: Opened | None = getattr(row, "opened", None)
    if opened is None:
        raise NotOpened(row._meta.label_lower)
    return opened


def sealed_text(words: str) -> Sealed[str]:
    """A text every row has."""
    return Sealed(words, str, str)


def optional_text(words: str) -> Sealed[str]:
    """A text; empty where there is none."""
    return Sealed(words, str, str, when_empty="")


def sealed_day(words: str) -> Sealed[date]:
    """A day every row has; figures are computed with it."""
    return Sealed(words, date.isoformat, date.fromisoformat, computes=True)


def optional_day(words: str) -> Sealed[date | None]:
    """A day, or none; figures are computed with it."""
    return Sealed(words, date.isoformat, date.fromisoformat, when_empty=None, computes=True)


def optional_yen(words: str) -> Sealed[int | None]:
    """An amount in yen, or none."""
    return Sealed(words, str, int, when_empty=None)


@cache
def sealed_names(model: type[models.Model]) -> dict[str, Sealed[Any]]:
    """The personal values of a model by their names."""
    found = {name: value for base in reversed(model.__mro__) for name, value in vars(base).items()}
    return {name: value for name, value in found.items() if isinstance(value, Sealed)}
