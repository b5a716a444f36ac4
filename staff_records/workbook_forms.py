"""What is sent about files of the roster: what to export, which file to take, which of its columns is which."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms

from documents.workbooks import Workbook
from staff_records.columns import TABLES, Column
from staff_records.entry_forms import LONGEST_DAY
from staff_records.operations.exporting import FileFormat, Wanted
from staff_records.reading_rows import CHOICE_ALIASES
from staff_records.typed import Unreadable
from staff_records.typed.values import read_day
from staff_records.workbook.mapping import Choice, TheirColumn, offered

ASK_FOR_A_DAY = "いつの時点の名簿かを「R8.4.1」のように入力してください。"
CHOOSE_AGAIN = "選び直してください。"
NOT_USED = ("", "使わない")
LAST_ROW = 5_000
# What the meaning of a word is called when it means nothing.
NOTHING = "-"


def _day_in(text: str) -> date | None:
    try:
        return read_day(text)
    except Unreadable as refused:
        raise forms.ValidationError(str(refused)) from None


class ExportForm(forms.Form):
    """What is to be in the file."""

    FORMATS: ClassVar = [
        (FileFormat.XLSX.value, "Excelブック（すべての表。入力し直して取り込めます）"),
        (FileFormat.CSV.value, "職員名簿だけのCSV（UTF-8）"),
        (FileFormat.CP932.value, "職員名簿だけのCSV（Shift_JIS。古いソフト用）"),
    ]

    day = forms.CharField(label="基準日", max_length=LONGEST_DAY, error_messages={"required": ASK_FOR_A_DAY})
    file_format = forms.ChoiceField(
        label="ファイルの種類",
        choices=FORMATS,
        widget=forms.RadioSelect,
        error_messages={"required": "ファイルの種類を選んでください。", "invalid_choice": CHOOSE_AGAIN},
    )
    with_left = forms.BooleanField(label="退職した職員も入れる", required=False)
    with_wages = forms.BooleanField(label="賃金の表も入れる（Excelブックだけ）", required=False)

    def clean_day(self) -> date:
        """Read as in every cell."""
        found = _day_in(self.cleaned_data["day"])
        if found is None:
            raise forms.ValidationError(ASK_FOR_A_DAY)
        return found

    @property
    def wanted(self) -> Wanted:
        """What was asked for."""
        return Wanted(
            self.cleaned_data["day"],
            FileFormat(self.cleaned_data["file_format"]),
            self.cleaned_data["with_left"],
            self.cleaned_data["with_wages"],
        )


class RosterFileForm(forms.Form):
    """A file with a roster. What is in it is judged by reading it, not by its name."""

    file = forms.FileField(
        label="名簿のファイル",
        allow_empty_file=True,
        error_messages={"required": "ファイルを選んでください。", "invalid": "ファイルを選んでください。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    day = forms.CharField(label="基準日", max_length=LONGEST_DAY, required=False)

    def clean_day(self) -> date | None:
        """Read as in every cell; None for what the file says."""
        return _day_in(self.cleaned_data["day"])


class PlaceForm(forms.Form):
    """Where in the file the rows stand, and which of our tables they are."""

    sheet = forms.TypedChoiceField(label="シート", coerce=int)
    row = forms.IntegerField(
        label="見出しの行",
        min_value=1,
        max_value=LAST_ROW,
        error_messages={"required": "見出しの行を数字で入力してください。", "invalid": CHOOSE_AGAIN},
    )
    table = forms.ChoiceField(
        label="取り込む表", choices=[(code, table.title) for code, table in TABLES.items()]
    )

    def __init__(self, data: Any = None, *, workbook: Workbook, choice: Choice) -> None:
        initial = {"sheet": choice.sheet, "row": choice.row, "table": choice.table}
        super().__init__(data, initial=initial)
        sheets = [(place, sheet.title or "CSV") for place, sheet in enumerate(workbook.sheets)]
        self.fields["sheet"] = forms.TypedChoiceField(label="シート", coerce=int, choices=sheets)

    @property
    def place(self) -> Choice:
        """Where, without columns."""
        return Choice(self.cleaned_data["sheet"], self.cleaned_data["row"], self.cleaned_data["table"])


class TheirRow:
    """One column of the file on the page: what stands in it, and the choice of what it is."""

    def __init__(self, column: TheirColumn, bound: forms.BoundField) -> None:
        self.heading, self.samples, self.bound = column.heading, column.samples, bound


class RosterColumnsForm(forms.Form):
    """What each of the file's columns is. Columns are sent by their places, never by their headings."""

    remember = forms.BooleanField(label="この対応を保存して、次も使う", required=False)

    def __init__(self, data: Any = None, *, columns: Sequence[TheirColumn], choice: Choice) -> None:
        super().__init__(data, initial={"remember": True})
        self.columns = columns
        choices = [NOT_USED, *offered(TABLES[choice.table])]
        for column in columns:
            field = forms.ChoiceField(
                label=f"「{column.heading}」の列",
                choices=choices,
                required=False,
                initial=choice.columns.get(column.place, ""),
                error_messages={"invalid_choice": CHOOSE_AGAIN},
            )
            field.widget.attrs["aria-label"] = field.label
            self.fields[_name_of(column.place)] = field

    @property
    def rows(self) -> list[TheirRow]:
        """The table of the form."""
        return [TheirRow(column, self[_name_of(column.place)]) for column in self.columns]

    @property
    def chosen(self) -> dict[int, str]:
        """Column → ours, of those that are used."""
        found = {column.place: self.cleaned_data.get(_name_of(column.place), "") for column in self.columns}
        return {place: code for place, code in found.items() if code}


def _name_of(place: int) -> str:
    return f"column-{place}"


class WordRow:
    """One word of the file and the choice of what it means."""

    def __init__(self, word: str, bound: forms.BoundField) -> None:
        self.word, self.bound = word, bound


class WordsForm(forms.Form):
    """What the words of the file mean that are none of our choices."""

    def __init__(self, data: Any = None, *, words: Mapping[str, Sequence[str]], choice: Choice) -> None:
        super().__init__(data)
        self.words, self.table = words, TABLES[choice.table]
        for code, said in words.items():
            column = self.table.column(code)
            known = choice.meanings.get(code, {})
            for place, word in enumerate(said):
                meaning = known.get(word)
                field = forms.ChoiceField(
                    label=f"{column.heading}の「{word}」",
                    choices=[
                        ("", "選んでください"),
                        *column.choices.items(),
                        *([] if column.required else [(NOTHING, "空欄にする")]),
                    ],
                    initial=NOTHING if meaning == "" else (meaning or _likely(word, column)),
                    error_messages={"required": "意味を選んでください。", "invalid_choice": CHOOSE_AGAIN},
                )
                field.widget.attrs["aria-label"] = field.label
                self.fields[f"word-{code}-{place}"] = field

    @property
    def groups(self) -> list[tuple[str, list[WordRow]]]:
        """(our heading, its words) in the order of the page."""
        return [
            (
                self.table.column(code).heading,
                [WordRow(word, self[f"word-{code}-{place}"]) for place, word in enumerate(said)],
            )
            for code, said in self.words.items()
        ]

    @property
    def meanings(self) -> dict[str, dict[str, str]]:
        """Our column → word → our choice; empty for «nothing»."""
        return {
            code: {
                word: self.cleaned_data[f"word-{code}-{place}"].replace(NOTHING, "")
                for place, word in enumerate(said)
            }
            for code, said in self.words.items()
        }


def _likely(word: str, column: Column) -> str:
    """The choice that begins like the word, by its label or another word for it: 正 of 正規; nothing if two do."""
    known = [
        *column.choices.items(),
        *((code, words) for words, code in CHOICE_ALIASES.get(column.code, {}).items()),
    ]
    found = {code for code, words in known if words.startswith(word) or word.startswith(words)}
    return found.pop() if len(found) == 1 else ""
