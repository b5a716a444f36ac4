"""
Form fields made of columns: read as people write them (``reading_rows.read_cell``), and written back as offices do.

``ColumnsForm`` is a form of some columns with the version of the member that was shown.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from facilities.requests import UNREADABLE
from pages import wareki
from staff_records.columns import Column, Kind
from staff_records.problems import FieldProblem
from staff_records.reading_rows import not_on_paper, read_cell
from staff_records.typed import Unreadable

UNCHOSEN = ("", "選んでください")
NOTHING = "なし"
# What it means that nothing is chosen, where «none» would say something else.
NOT_CHOSEN = {"sex": "登録しない", "long_enough": "わからない"}


def as_typed(value: Any, kind: Kind) -> str:
    """How somebody would have typed this value: 令和8年4月1日, 7.75, 210000."""
    if value is None or value == "":
        return ""
    if kind is Kind.MONTH:
        return wareki.month_words(value)
    if isinstance(value, date):
        return wareki.day_words(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


class CellField(forms.CharField):
    """One column, typed. Its sentence never repeats what was typed."""

    def __init__(self, column: Column, *, today: date) -> None:
        super().__init__(
            label=column.heading,
            required=column.required,
            widget=forms.TextInput(attrs={"autocomplete": "off", **_keyboard(column.kind)}),
            error_messages={"required": f"{column.heading}を入力してください。"},
            max_length=1000,
        )
        self.today = today
        self.reads: Callable[[str], Any] = lambda text: read_cell(column, text, today)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.reads(text)
        except Unreadable as refused:
            raise forms.ValidationError(str(refused)) from None


def _keyboard(kind: Kind) -> dict[str, str]:
    if kind in {Kind.NUMBER, Kind.YEN}:
        return {"inputmode": "numeric"}
    return {"inputmode": "decimal"} if kind in {Kind.HOURS, Kind.HOURS_A_DAY, Kind.DAYS_A_MONTH} else {}


def field_of(column: Column, *, today: date) -> forms.Field:
    """The field of a column; choices become a list to choose from."""
    if column.kind is not Kind.CHOICE:
        return CellField(column, today=today)
    return forms.ChoiceField(
        label=column.heading,
        required=column.required,
        choices=[
            UNCHOSEN if column.required else ("", NOT_CHOSEN.get(column.code, NOTHING)),
            *column.choices.items(),
        ],
        error_messages={
            "required": f"{column.heading}を選んでください。",
            "invalid_choice": f"{column.heading}を一覧から選んでください。",
        },
    )


class ColumnsForm(forms.Form):
    """
    A form of columns. ``version`` is the member's as it was shown: what has changed since is not written over.

    ``places``: where a problem of another field's name stands in this form.
    """

    columns: ClassVar[tuple[Column, ...]] = ()
    places: ClassVar[Mapping[str, str]] = {}
    hints: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        today: date,
        version: int | None = None,
        shown: Mapping[str, Any] | None = None,
    ) -> None:
        initial = {
            column.code: as_typed((shown or {}).get(column.code), column.kind) for column in self.columns
        }
        super().__init__(data, initial=initial)
        for column in self.columns:
            self.fields[column.code] = field_of(column, today=today)
        if version is not None:
            self.fields["version"] = forms.IntegerField(
                label="画面",
                widget=forms.HiddenInput,
                initial=version,
                error_messages={"required": UNREADABLE, "invalid": UNREADABLE},
            )

    def add_problems(self, found: Iterable[FieldProblem]) -> None:
        """Sentences of an operation, each at its field."""
        for problem in found:
            name = self.places.get(problem.field, problem.field)
            self.add_error(name if name in self.fields else None, problem.message)

    @property
    def parts(self) -> list[tuple[forms.BoundField, str, str]]:
        """The visible fields in order, each with its hint and width."""
        known = {column.code: column for column in self.columns}
        return [
            (
                bound,
                self.hints.get(bound.name, "") or _example(known[bound.name]),
                _width(known[bound.name]),
            )
            for bound in self.visible_fields()
            if bound.name in known
        ]

    @property
    def doubts(self) -> list[str]:
        """What is taken and yet to be looked at once more: names just typed that paper cannot show as they are."""
        names = (column.code for column in self.columns if column.kind is Kind.NAME)
        found = (not_on_paper(self.cleaned_data[name]) for name in names if name in self.changed_data)
        return [words for words in found if words]

    @property
    def shown_version(self) -> int:
        """The member's version when the form was shown."""
        return int(self.cleaned_data["version"])


def _example(column: Column) -> str:
    if column.kind is Kind.BIRTH:
        return "例：平成2年4月1日、H2.4.1、1990/4/1"
    if column.kind is Kind.DAY:
        return "例：令和8年4月1日、R8.4.1、2026/4/1"
    if column.kind is Kind.MONTH:
        return "例：令和8年6月、R8.6、2026/6"
    return f"例：{column.example}" if column.example and column.kind is not Kind.CHOICE else ""


def _width(column: Column) -> str:
    if column.kind in {Kind.ADDRESS}:
        return "wide"
    return "short" if column.width <= 10 else ""
