"""The form of the questions that conditions ask a facility (加算の条件への回答)."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from claims.answers import CHOICE, CHOICES, DECIMAL, TOPICS, WHOLE, YES_NO, Question, as_fact, topic_of
from claims.forms import WholeNumberField

NOT_YET = ("", "まだ答えない")


class DecimalField(forms.CharField):
    """A number with at most one decimal, as people type it."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "number", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 20, "required": False, **options})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """
        ``１２．５`` → 12.5; None when empty.

        :raises forms.ValidationError: no such number from 0 to ``most``.
        """
        plain = unicodedata.normalize("NFKC", value or "").strip().replace(",", "")
        if not plain:
            return None
        try:
            number = Decimal(plain) if plain.isascii() and plain.replace(".", "", 1).isdigit() else None
        except InvalidOperation:
            number = None
        if number is None or not 0 <= number <= self.most or number != round(number, 1):
            raise forms.ValidationError(
                f"0から{self.most:,}の数を、小数第1位までで入力してください。", code="decimal"
            )
        return number

    def run_validators(self, value: Any) -> None:
        """The range is checked where the text is read."""


@dataclass(frozen=True)
class AskedField:
    """One question on the page; several boxes stand below it, anything else beside it."""

    field: forms.BoundField
    has_boxes: bool


class AnswersForm(forms.Form):
    """Asks ``questions``; an empty field is no answer. ``kept`` are the answers as they are kept, by name."""

    shown_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        data: Any = None,
        *,
        questions: list[Question],
        kept: dict[str, Any],
        version: int,
    ) -> None:
        super().__init__(data, initial={"shown_version": version})
        self.asked = questions
        for question in questions:
            field = _field(question)
            if question.name in kept:
                field.initial = _initial(question, kept[question.name])
            self.fields[question.name] = field

    @property
    def topics(self) -> list[tuple[str, list[AskedField]]]:
        """The fields by what they are about, each topic in the order in which they are asked."""
        found: dict[str, list[AskedField]] = {topic: [] for topic in TOPICS}
        for question in self.asked:
            found[topic_of(question.name)].append(AskedField(self[question.name], question.kind == CHOICES))
        return [(topic, fields) for topic, fields in found.items() if fields]

    def values(self) -> dict[str, Any]:
        """The answers of a valid form by name; ``None`` where there is none (any more)."""
        return {question.name: _value(question, self.cleaned_data[question.name]) for question in self.asked}


def _value(question: Question, typed: Any) -> Any:
    if typed in (None, "", []):
        return None
    if question.kind == CHOICES:
        return [key for key in typed if key != "none"]
    return typed == "yes" if question.kind == YES_NO else typed


def _field(question: Question) -> forms.Field:
    label = f"{question.words}（{question.unit}）" if question.unit else question.words
    if question.kind == WHOLE:
        return WholeNumberField(most=question.most, label=label, required=False)
    if question.kind == DECIMAL:
        return DecimalField(most=question.most, label=label)
    if question.kind == CHOICES:
        choices = [*question.choices, ("none", "どれも使っていない")]
        return forms.MultipleChoiceField(
            label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple
        )
    choices = list(question.choices) if question.kind == CHOICE else [("yes", "はい"), ("no", "いいえ")]
    return forms.ChoiceField(label=label, required=False, choices=[NOT_YET, *choices])


def _initial(question: Question, kept: Any) -> Any:
    if question.kind in {WHOLE, DECIMAL, CHOICE}:
        return kept
    if question.kind == CHOICES:
        return sorted(as_fact(question.name, kept)) or ["none"]
    return "yes" if kept else "no"
