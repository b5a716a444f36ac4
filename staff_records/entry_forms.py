"""What comes from the entry sheet's pages: how to begin, the grid's cells, and the choices of the last look."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict

from staff_records.columns import TABLES
from staff_records.operations.entries import RowEdit, Source
from staff_records.typed import Unreadable
from staff_records.typed.values import read_day

NEW = re.compile(r"new-[0-9]{1,4}")
LONGEST_DAY = 30


class StartForm(forms.Form):
    """How a sheet begins."""

    SOURCES: ClassVar = [
        (Source.COPIED.value, "いまの名簿を写して始める（変わったところだけを直します）"),
        (Source.TYPED.value, "空の表から始める"),
    ]

    source = forms.ChoiceField(
        label="始め方",
        choices=SOURCES,
        widget=forms.RadioSelect,
        error_messages={"required": "始め方を選んでください。"},
    )
    day = forms.CharField(
        label="基準日",
        max_length=LONGEST_DAY,
        error_messages={"required": "いつの時点の名簿かを「R8.4.1」のように入力してください。"},
    )

    def without_copying(self) -> None:
        """There is nobody to copy."""
        self.fields["source"].widget = forms.HiddenInput()
        self.fields["source"].initial = Source.TYPED.value

    def clean_day(self) -> date:
        """Read as in every cell."""
        try:
            found = read_day(self.cleaned_data["day"])
        except Unreadable as refused:
            raise forms.ValidationError(str(refused)) from None
        if found is None:
            raise forms.ValidationError("いつの時点の名簿かを「R8.4.1」のように入力してください。")
        return found


@dataclass(frozen=True)
class SentRow:
    """
    One row of the grid as it was sent. ``key`` is what the page calls it: its id, or new-1 and so on.

    ``token``: the page's own, which makes the names of its new rows unique in the house.
    """

    key: str
    table: str
    token: str
    texts: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    place: int | None = None
    is_removed: bool = False

    @property
    def edit(self) -> RowEdit:
        """For the operation."""
        is_new = NEW.fullmatch(self.key)
        row: UUID | str = f"{self.token}/{self.table}/{self.key}" if is_new else UUID(self.key)
        return RowEdit(row, self.table, self.texts, self.version, self.is_removed, self.place)


class NotOurForm(ValueError):
    """Names or numbers that no page of ours sends."""


def sent_rows(sent: QueryDict, table: str, *, token: str) -> list[SentRow]:
    """
    The rows of a sent grid, in the order of the page.

    :raises NotOurForm: a row of an impossible name, a version that is no number.
    """
    codes = {column.code for column in TABLES[table].columns}
    texts: dict[str, dict[str, str]] = {}
    numbers: dict[str, dict[str, int]] = {}
    for name, value in sent.items():
        key, dot, code = str(name).rpartition(".")
        if not dot:
            continue
        if code in codes:
            texts.setdefault(key, {})[code] = str(value)
        elif code in {"version", "place"}:
            numbers.setdefault(key, {})[code] = _number(value)
    removed = set(sent.getlist("remove"))
    keys = dict.fromkeys([*texts, *numbers, *removed])
    return [
        SentRow(
            key=_known(key),
            table=table,
            token=token,
            texts=texts.get(key, {}),
            version=numbers.get(key, {}).get("version", 0),
            place=numbers.get(key, {}).get("place"),
            is_removed=key in removed,
        )
        for key in keys
    ]


def sent_choices(sent: QueryDict) -> dict[UUID, bool]:
    """
    Row → whether what it changes was wrong from the beginning, as chosen on the check page.

    :raises NotOurForm: a row of an impossible name.
    """
    prefix = "choice."
    return {
        UUID(_known(str(name).removeprefix(prefix))): value == "correction"
        for name, value in sent.items()
        if str(name).startswith(prefix)
    }


def sent_overwriting(sent: QueryDict) -> frozenset[UUID]:
    """
    The rows of an older file that are to go before what has changed here since.

    :raises NotOurForm: a row of an impossible name.
    """
    return frozenset(UUID(_known(key)) for key in sent.getlist("overwrite"))


def _known(key: str) -> str:
    if NEW.fullmatch(key):
        return key
    try:
        return str(UUID(key))
    except ValueError:
        raise NotOurForm from None


def _number(value: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", str(value)):
        raise NotOurForm
    return int(str(value))
