"""What the administrator types about a rate book."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from rate_books.loading import MOST_FILES, BookFile
from rate_books.models import LONGEST_ID, LONGEST_SOURCE, LONGEST_TEXT, BookStatus

NEEDED = {
    "book_id": "番号を入力してください。",
    "fiscal_year": "年度を西暦で入力してください。",
    "effective_from": "適用開始日を入力してください。",
    "status": "区分を選んでください。",
    "source": "出典を入力してください。",
}
LONGEST_NAME = 80


class FilesInput(forms.ClearableFileInput):
    """A file control that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; the cleaned value is a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=FilesInput(attrs={"accept": ".csv,.xlsx,.toml"}), allow_empty_file=True, **kwargs
        )

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = (data or [None]) if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given]


def _day_field(label: str, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日付を「2026-04-01」の形で入力してください。"},
    )


class BookForm(forms.Form):
    """The files of a book and what stands above its prices; a TOML among the files says the latter."""

    tables = FilesField(
        label="単価のファイル",
        error_messages={"required": "ファイルを選んでください。", "invalid": "ファイルを選んでください。"},
    )
    book_id = forms.CharField(
        label="番号",
        max_length=LONGEST_ID,
        validators=[
            RegexValidator(
                r"\A[0-9A-Za-z][0-9A-Za-z._-]*\Z", "半角の英数字と「-」「.」「_」で入力してください。"
            )
        ],
    )
    fiscal_year = forms.IntegerField(label="年度（西暦）", min_value=2015, max_value=2999)
    effective_from = _day_field("適用開始日", required=True)
    announced_on = _day_field("告示日")
    status = forms.ChoiceField(label="区分", choices=[("", "選んでください"), *BookStatus.choices])
    source = forms.CharField(label="出典", max_length=LONGEST_SOURCE)
    notes = forms.CharField(
        label="メモ", max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sentence in NEEDED.items():
            self.fields[name].error_messages["required"] = sentence
            self.fields[name].required = not self._brings_heading()

    @property
    def book_files(self) -> list[BookFile]:
        """The files as they came."""
        return [BookFile((one.name or "")[-LONGEST_NAME:], one.read()) for one in self.cleaned_data["tables"]]

    @property
    def heading(self) -> dict[str, Any] | None:
        """What was typed, under the names of ``pricing.RateBook``; nothing when a TOML says it."""
        if self._brings_heading():
            return None
        typed = self.cleaned_data
        heading: dict[str, Any] = {"id": typed["book_id"]}
        heading |= {name: typed[name] for name in ("fiscal_year", "effective_from", "status", "source")}
        heading |= {name: typed[name] for name in ("announced_on", "notes") if typed[name]}
        return heading

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if "tables" in values and len(values["tables"]) > MOST_FILES:
            self.add_error("tables", f"一度に選べるのは{MOST_FILES}個までです。")
        return values

    def _brings_heading(self) -> bool:
        sent = self.files.getlist("tables") if self.is_bound else []
        return any((one.name or "").lower().endswith(".toml") for one in sent)


class ReleaseForm(forms.Form):
    """The second person's word on a book in which something looks mistyped."""

    acknowledged = forms.BooleanField(
        label="確かめるところを、公式の単価表と見比べて確かめました", required=False
    )
    reason = forms.CharField(
        label="公開してよい理由",
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    shown_hash = forms.CharField(widget=forms.HiddenInput, required=False)

    def mark_required(self) -> None:
        """Show the reason as required; a book without warnings needs none, and the operation knows which has."""
        self.fields["reason"].required = True


def initial_for(today: date) -> dict[str, Any]:
    """The fiscal year that begins or began in April of this calendar year."""
    year = today.year
    return {"fiscal_year": year, "effective_from": date(year, 4, 1)}
