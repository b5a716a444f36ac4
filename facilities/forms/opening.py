"""A facility that opens, as a line of the list; and what was mistyped then."""

from dataclasses import dataclass
from typing import Any

from django import forms

from facilities.forms.fields import (
    UNCHOSEN,
    CorporateNumberField,
    DayField,
    FacilityNumberField,
    MonthField,
    PlaceForm,
)
from facilities.forms.profiles import REGIONS
from facilities.imports import FacilityLine, LinesRefused, understand
from facilities.models import FacilityKind, Ownership
from pricing.vocabulary import region_words


class NumberForm(forms.Form):
    """A mistyped 事業所番号, put right."""

    number = FacilityNumberField(label="正しい事業所番号")


@dataclass(frozen=True)
class TypedLine:
    """A form as a line of the list of facilities."""

    cells: dict[str, str]
    line: int = 1

    def get(self, heading: str) -> str:
        """The cell, or nothing when the form does not ask for it."""
        return self.cells.get(heading, "")


# The columns of the list of facilities, by the fields that ask for them.
OPENING_COLUMNS = {
    "number": "事業所番号",
    "name": "施設名",
    "kind": "施設類型",
    "corporation": "設置主体",
    "corporate_number": "法人番号",
    "ownership": "公私区分",
    "approved_capacity": "認可定員",
    "capacity_1": "1号利用定員",
    "capacity_23": "2・3号利用定員",
    "region_percent": "地域区分",
    "opened_on": "認可年月日",
    "postal_code": "郵便番号",
    "location": "所在地",
}
OPENING_WORDS: dict[str, dict[Any, str]] = {
    "kind": {value: str(label) for value, label in FacilityKind.choices},
    "ownership": {value: str(label) for value, label in Ownership.choices},
    "region_percent": {percent: region_words(percent) for percent, _ in REGIONS},
}


class OpenFacilityForm(PlaceForm):
    """One new facility. What is typed is read and checked as a line of the list of facilities."""

    field_order = ("number", "name", "kind", "corporation", "corporate_number", "ownership", "opened_on")

    number = FacilityNumberField(label="事業所番号")
    # Nothing is chosen beforehand: what was overlooked could not be changed later, or would price every child.
    kind = forms.ChoiceField(
        label="施設類型",
        choices=[UNCHOSEN, *FacilityKind.choices],
        error_messages={"required": "施設類型を選んでください。"},
    )
    corporation = forms.CharField(
        label="設置主体", max_length=100, error_messages={"required": "設置主体を入力してください。"}
    )
    corporate_number = CorporateNumberField()
    ownership = forms.ChoiceField(
        label="公私区分",
        choices=[UNCHOSEN, *Ownership.choices],
        error_messages={"required": "公私区分を選んでください。"},
    )
    opened_on = DayField(label="認可年月日")
    approved_capacity = forms.IntegerField(
        label="認可定員",
        min_value=1,
        max_value=999,
        error_messages={"required": "認可定員を入力してください。"},
    )
    capacity_1 = forms.IntegerField(label="1号 利用定員", min_value=1, max_value=999, required=False)
    capacity_23 = forms.IntegerField(label="2・3号 利用定員", min_value=1, max_value=999, required=False)
    region_percent = forms.TypedChoiceField(
        label="地域区分",
        choices=[UNCHOSEN, *REGIONS],
        coerce=int,
        error_messages={"required": "地域区分を選んでください。"},
    )
    from_month = MonthField(
        label="適用開始月",
        error_messages={"required": "定員と地域区分の適用を始める月を入力してください。"},
    )

    def clean(self) -> dict[str, Any]:
        """Every problem at once: what the fields say themselves, and what the list would say."""
        values: dict[str, Any] = super().clean() or {}
        typed = TypedLine({column: _cell(name, values) for name, column in OPENING_COLUMNS.items()})
        try:
            (self._line,) = understand(list(OPENING_COLUMNS.values()), [typed])
        except LinesRefused as refused:
            fields = {column: name for name, column in OPENING_COLUMNS.items()}
            for problem in refused.problems:
                if (name := fields[problem.column]) not in self.errors:
                    self.add_error(name, problem.message)
        return values

    def line(self) -> FacilityLine:
        """What was typed, as a line of the list."""
        return self._line


def _cell(name: str, values: dict[str, Any]) -> str:
    value = values.get(name)
    if value is None or value == "":
        return ""
    return OPENING_WORDS[name][value] if name in OPENING_WORDS else str(value)
