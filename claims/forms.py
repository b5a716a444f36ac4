"""What people type here: the month's facts, the cells that differ, a file of counts, an answer."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from claims.cells import CountedCell, DisputedCell
from claims.checks import LONGEST_ANSWER, LONGEST_REASON, MOST_CHILDREN
from claims.facts import SATURDAYS, Fact, saturdays_in
from claims.models import CountDispute
from facilities.periods import ServiceMonth


class WholeNumberField(forms.CharField):
    """A whole number as people type it: full-width digits and separators are fine; nothing else is."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "number", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 20, **options})
        wrong = f"0から{most:,}の整数で入力してください。"
        self.error_messages |= {"required": f"入力してください。{wrong}", "whole": wrong, "max_length": wrong}

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """
        ``１，２００円`` → 1200; None when empty.

        :raises forms.ValidationError: not a whole number from 0 to ``most``.
        """
        plain = unicodedata.normalize("NFKC", value or "").strip().replace(",", "").removesuffix("円")
        if not plain:
            return None
        if not (plain.isascii() and plain.isdigit()) or len(plain) > 9 or int(plain) > self.most:
            raise forms.ValidationError(self.error_messages["whole"], code="whole")
        return int(plain)

    def run_validators(self, value: Any) -> None:
        """The range is checked where the text is read."""

    def validate(self, value: Any) -> None:
        """:raises forms.ValidationError: empty, though it is needed. 0 is a value."""
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")


class FactsForm(forms.Form):
    """One field for each fact that is asked; ``version`` says what the form was filled from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, asked: Sequence[Fact], month: ServiceMonth, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = asked
        for fact in asked:
            most = saturdays_in(month) if fact is SATURDAYS else fact.most
            self.fields[fact.name] = WholeNumberField(
                most=most, label=f"{fact.question}（{fact.unit}）", help_text=fact.hint
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The visible fields."""
        return [self[fact.name] for fact in self.asked]

    @property
    def values(self) -> dict[str, int]:
        """What was entered, by fact name."""
        return {fact.name: self.cleaned_data[fact.name] for fact in self.asked}


@dataclass(frozen=True)
class DisputeRow:
    """One cell in the form: the number that came, and the two fields beside it."""

    place: CountedCell
    claimed: forms.BoundField
    reason: forms.BoundField


class DisputeForm(forms.Form):
    """All cells in one form; a cell left empty is not disputed."""

    sheet = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, cells: Sequence[CountedCell], **options: Any) -> None:
        super().__init__(*args, **options)
        self.cells = cells
        for cell in [place.cell for place in cells]:
            claimed = WholeNumberField(most=MOST_CHILDREN, required=False, label=f"{cell.words} 施設の人数")
            claimed.widget.attrs["aria-label"] = claimed.label
            reason = forms.CharField(
                required=False,
                max_length=LONGEST_REASON,
                label=f"{cell.words} 理由",
                error_messages={"max_length": f"{LONGEST_REASON}字までで入力してください。"},
            )
            reason.widget.attrs["aria-label"] = reason.label
            self.fields[f"claimed-{cell.code}"] = claimed
            self.fields[f"reason-{cell.code}"] = reason

    @property
    def rows(self) -> list[DisputeRow]:
        """The table of the form."""
        return [
            DisputeRow(place, self[f"claimed-{place.cell.code}"], self[f"reason-{place.cell.code}"])
            for place in self.cells
        ]

    @property
    def marked(self) -> list[DisputedCell]:
        """The cells that were filled in."""
        return [
            DisputedCell(
                cell, self.cleaned_data[f"claimed-{cell.code}"], self.cleaned_data[f"reason-{cell.code}"]
            )
            for cell in [place.cell for place in self.cells]
            if self.cleaned_data.get(f"claimed-{cell.code}") is not None
        ]

    def clean(self) -> dict[str, Any]:
        """Each mark has a number that differs and a reason; at least one cell is marked."""
        for place in self.cells:
            claimed_name, reason_name = f"claimed-{place.cell.code}", f"reason-{place.cell.code}"
            claimed, reason = self.cleaned_data.get(claimed_name), self.cleaned_data.get(reason_name)
            if claimed is not None and not reason and reason_name not in self.errors:
                self.add_error(reason_name, "理由を入力してください。")
            if claimed == place.counted:
                self.add_error(claimed_name, "届いた人数と同じです。違わないときは空欄にしてください。")
            if reason and claimed is None and claimed_name not in self.errors:
                self.add_error(claimed_name, "施設の人数を入力してください。")
        if not self.errors and not self.marked:
            self.add_error(None, "違う人数と理由を、1か所以上入力してください。")
        return self.cleaned_data


class UploadForm(forms.Form):
    """A file of the core system. What is in it is judged by reading it, not by its name."""

    file = forms.FileField(
        label="児童数のCSVファイル",
        allow_empty_file=True,
        error_messages={"required": "ファイルを選んでください。", "invalid": "ファイルを選んでください。"},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class AnswerForm(forms.Form):
    """The enrolment section's answer to one cell."""

    outcome = forms.ChoiceField(
        label="回答",
        widget=forms.RadioSelect,
        error_messages={
            "required": "どちらかを選んでください。",
            "invalid_choice": "どちらかを選んでください。",
        },
    )
    text = forms.CharField(
        label="施設への説明",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "施設への説明を入力してください。",
            "max_length": f"説明は{LONGEST_ANSWER}字までで入力してください。",
        },
    )

    def __init__(self, *args: Any, dispute: CountDispute, **options: Any) -> None:
        super().__init__(*args, **{**options, "auto_id": f"id_{dispute.pk}_%s"})
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            ("stands", f"届いた人数が正しい（{dispute.counted}人のまま）"),
            ("corrected", f"人数を訂正する（{dispute.counted}人 → {dispute.claimed}人）"),
        ]
