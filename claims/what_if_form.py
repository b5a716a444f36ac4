"""What the clerk changes in もしもの試算: a number for each class of children, a tick and options for each item."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms

from claims.checks import MOST_CHILDREN
from claims.composing import BRANCH
from claims.forms import WholeNumberField
from claims.what_if import CannotCompute, ChildKey, Scenario, Standing, classes_of
from facilities.forms.items import Grantable, grantables, option_label
from pricing import SECTION_LABELS
from pricing.quote import Section
from pricing.vocabulary import MARCH_UNITS, SYSTEMS

ITEM_PATH: Final = re.compile(r"items\[([0-9]+)\](?:\.([a-z_]+))?")
MOST_OF: Final = {
    "weekdays": 5,
    "days": 20,
    "extra_staff": 99,
    "headcount": 999,
    "headcount_a": 999,
    "headcount_b": 999,
}
MOST: Final = 999


@dataclass(frozen=True)
class ClassRow:
    """One class of children: as it is, and the field beside it."""

    key: ChildKey
    now: int
    field: forms.BoundField


@dataclass(frozen=True)
class OptionRow:
    """One option of an item, with the words that stand above its field."""

    words: str
    field: forms.BoundField


@dataclass(frozen=True)
class ItemRow:
    """One item: its tick and its options; ``grant_id`` when it is granted now."""

    label: str
    tick: forms.BoundField
    options: tuple[OptionRow, ...]
    grant_id: UUID | None


@dataclass(frozen=True)
class ItemGroup:
    """The items of one part of the claim: 加算, or 加算（1号） where two tables have their own."""

    label: str
    rows: list[ItemRow]


class WhatIfForm(forms.Form):
    """Begins with the month as it is."""

    def __init__(self, data: Any = None, *, standing: Standing) -> None:
        super().__init__(data)
        self.standing = standing
        self.classes = classes_of(standing)
        kind, month = standing.ingredients.facility.kind, standing.month
        self.grantables = [
            one
            for one in grantables(kind, month.fiscal_year)
            if one.entry.item.unit not in MARCH_UNITS and one.entry.item.code != BRANCH
        ]
        for key in self.classes:
            number = WholeNumberField(
                most=MOST_CHILDREN, label=f"{key.words}の人数", initial=standing.now.children.get(key, 0)
            )
            number.widget.attrs["aria-label"] = number.label
            self.fields[f"count-{key.name}"] = number
        for one in self.grantables:
            self._add(one)

    def _add(self, one: Grantable) -> None:
        name, item = _name(one), one.entry.item
        now = _now(self.standing, one)
        tick = forms.BooleanField(label=one.label, required=False, initial=now is not None)
        self.fields[name] = tick
        if item.variants and not item.chosen_variant:
            choice = forms.ChoiceField(
                label=f"{one.label}の区分",
                required=False,
                choices=[("", "選んでください"), *item.variants.items()],
                initial=(now or {}).get("variant", ""),
            )
            choice.widget.attrs["aria-label"] = choice.label
            self.fields[f"{name}-variant"] = choice
        for option in (*item.options, *item.optional):
            words = option_label(item.code, option)
            number = WholeNumberField(
                most=MOST_OF.get(option, MOST),
                required=False,
                label=f"{one.label}の{words}",
                initial=(now or {}).get(option),
            )
            number.widget.attrs["aria-label"] = number.label
            self.fields[f"{name}-{option}"] = number

    def clean(self) -> dict[str, Any]:
        """An item that is ticked has the options it needs."""
        values: dict[str, Any] = super().clean() or {}
        for one in self.grantables:
            name, item = _name(one), one.entry.item
            if not values.get(name):
                continue
            if f"{name}-variant" in self.fields and values.get(f"{name}-variant") == "":
                self.add_error(f"{name}-variant", "区分を選んでください。")
            for option in item.options:
                field = f"{name}-{option}"
                if field in values and values[field] is None:
                    self.add_error(field, f"{option_label(item.code, option)}を入力してください。")
        return values

    def scenario(self) -> Scenario:
        """What was typed; the form is valid."""
        typed = self.cleaned_data
        return Scenario(
            children={key: typed[f"count-{key.name}"] for key in self.classes},
            items=tuple([self._item(one) for one in self._ticked]),
        )

    def refuse(self, refusal: CannotCompute) -> None:
        """Say what pricing refuses at the field it is about; what is about none, above the form."""
        for path, sentence in refusal.problems:
            self.add_error(self._field_of(path), sentence)

    @property
    def class_rows(self) -> list[ClassRow]:
        """The table of children."""
        now = self.standing.now.children
        return [ClassRow(key, now.get(key, 0), self[f"count-{key.name}"]) for key in self.classes]

    @property
    def item_groups(self) -> list[ItemGroup]:
        """The tables of items: by the section of the claim, and by the table they are claimed from."""
        found: dict[tuple[Section, str], list[ItemRow]] = {}
        for one in self.grantables:
            row = ItemRow(one.label, self[_name(one)], self._options_of(one), self._grant_of(one))
            found.setdefault((one.entry.item.section, one.certification), []).append(row)
        sections = list(SECTION_LABELS)
        ordered = sorted(found, key=lambda group: (sections.index(group[0]), group[1]))
        return [ItemGroup(_group_words(*group), found[group]) for group in ordered]

    def _options_of(self, one: Grantable) -> tuple[OptionRow, ...]:
        prefix = f"{_name(one)}-"
        names = [name for name in self.fields if name.startswith(prefix)]
        return tuple([OptionRow(_option_words(one, name.removeprefix(prefix)), self[name]) for name in names])

    @property
    def grant_ids(self) -> list[UUID]:
        """The granted items on the form, for the record."""
        found = (self._grant_of(one) for one in self.grantables)
        return list(dict.fromkeys([grant_id for grant_id in found if grant_id is not None]))

    @property
    def _ticked(self) -> Sequence[Grantable]:
        return [one for one in self.grantables if self.cleaned_data[_name(one)]]

    def _item(self, one: Grantable) -> dict[str, Any]:
        item: dict[str, Any] = {"code": one.entry.item.code}
        if one.certification:
            item["certification"] = one.certification
        for option in ("variant", *one.entry.item.options, *one.entry.item.optional):
            value = self.cleaned_data.get(f"{_name(one)}-{option}")
            if value not in {None, ""}:
                item[option] = value
        return item

    def _field_of(self, path: str) -> str | None:
        found = ITEM_PATH.match(path)
        ticked = self._ticked
        if found is None or int(found[1]) >= len(ticked):
            return None
        name = _name(ticked[int(found[1])])
        return f"{name}-{found[2]}" if f"{name}-{found[2]}" in self.fields else name

    def _grant_of(self, one: Grantable) -> UUID | None:
        for grant in self.standing.ingredients.grants:
            if grant.code == one.entry.item.code and _fits(grant.certification, one):
                return grant.pk
        return None


def _option_words(one: Grantable, option: str) -> str:
    return "区分" if option == "variant" else option_label(one.entry.item.code, option)


def _name(one: Grantable) -> str:
    """``item-rent``, ``item-climate.23``: no item's name begins with another's and a hyphen."""
    code = one.entry.item.code
    return f"item-{code}.{one.certification}" if one.certification else f"item-{code}"


def _group_words(section: Section, certification: str) -> str:
    words = SECTION_LABELS[section]
    return f"{words}（{SYSTEMS[certification]}）" if certification else words


def _now(standing: Standing, one: Grantable) -> Mapping[str, Any] | None:
    """The item as it is claimed now; one that is claimed for both tables stands in each."""
    for item in standing.now.items:
        if item["code"] == one.entry.item.code and _fits(item.get("certification", ""), one):
            return item
    return None


def _fits(certification: str, one: Grantable) -> bool:
    """An item that only one table has may say its table or not."""
    return not certification or not one.certification or certification == one.certification
