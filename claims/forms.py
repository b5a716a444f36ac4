"""What people type here: the month's facts, the cells that differ, a file of counts, an answer."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from claims.cells import HOURS_OF, Cell, CountedCell, DisputedCell, key_words, row_order
from claims.checks import LONGEST_ANSWER, LONGEST_REASON, MOST_CHILDREN
from claims.facts import SATURDAYS, Fact, saturdays_in
from claims.imports import ALLOWED_AGES, MONTH, Key
from claims.mapping_forms import mapping_choices
from claims.models import PAYER_CODE, Age, Certification, ColumnMapping, CountDispute, Hours
from claims.queries.correcting import CountsToCorrect
from claims.queries.mappings import AUTOMATIC, HowToRead
from facilities.periods import ServiceMonth


def _class_words(certification: str, age: str, hours: str) -> str:
    return f"{Certification(certification).label} {Age(age).label} {Hours(hours).label}"


# Every class a child can be of, 1号 first, as choices of a field.
POSSIBLE_CLASSES = [
    (f"{certification}-{age}-{hours}", _class_words(certification, age, hours))
    for certification, age in sorted(
        ((certification, age) for certification, ages in ALLOWED_AGES.items() for age in ages), key=row_order
    )
    for hours in HOURS_OF[certification]
]


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


class PayerCodeField(forms.RegexField):
    """The six digits of a municipality (市区町村コード); full-width ones are fine."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            PAYER_CODE,
            **{
                "widget": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                "error_messages": {"invalid": "6桁の数字で入力してください。"},
                **options,
            },
        )

    def to_python(self, value: Any) -> str:
        """``１２９９９９`` → 129999."""
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip()


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


@dataclass(frozen=True)
class MissingRow:
    """A line for a class that did not come: which, whose children, how many, and why."""

    child_class: forms.BoundField
    payer: forms.BoundField
    claimed: forms.BoundField
    reason: forms.BoundField


class DisputeForm(forms.Form):
    """
    All cells in one form, and lines for classes that did not come; what is left empty is not disputed.

    ``lines`` says how many such lines there are; the page offers more of them.
    """

    LINES, MORE, MOST_LINES = 4, 4, 100

    sheet = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    lines = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, cells: Sequence[CountedCell], own_code: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.cells, self.own_code = cells, own_code
        self.line_count = self._line_count((data or self.initial).get("lines", ""))
        self.initial["lines"] = self.line_count
        for cell in [place.cell for place in cells]:
            self._add_pair(f"{cell.words} ", f"claimed-{cell.code}", f"reason-{cell.code}")
        for number in range(self.line_count):
            self._add_line(number)

    @classmethod
    def with_more_lines(
        cls, typed: Mapping[str, str], *, cells: Sequence[CountedCell], own_code: str
    ) -> "DisputeForm":
        """The form as it was ``typed``, not judged yet, with more lines."""
        lines = cls._line_count(typed.get("lines", "")) + cls.MORE
        return cls(None, cells=cells, own_code=own_code, initial={**typed, "lines": str(lines)})

    @classmethod
    def _line_count(cls, said: object) -> int:
        text = str(said)
        known = text.isascii() and text.isdigit() and len(text) <= 3
        return min(max(int(text) if known else 0, cls.LINES), cls.MOST_LINES)

    def _add_pair(self, words: str, claimed_name: str, reason_name: str) -> None:
        claimed = WholeNumberField(most=MOST_CHILDREN, required=False, label=f"{words}施設の人数")
        reason = forms.CharField(
            required=False,
            max_length=LONGEST_REASON,
            label=f"{words}理由",
            error_messages={"max_length": f"{LONGEST_REASON}字までで入力してください。"},
        )
        self._add({claimed_name: claimed, reason_name: reason})

    def _add_line(self, number: int) -> None:
        which = f"届いていない区分 {number + 1}行目 "
        self._add(
            {
                f"missing-{number}-class": forms.ChoiceField(
                    choices=[("", "選んでください"), *POSSIBLE_CLASSES], required=False, label=f"{which}区分"
                ),
                f"missing-{number}-payer": PayerCodeField(
                    required=False, label=f"{which}居住市区町村コード", initial=self.own_code
                ),
            }
        )
        self._add_pair(which, f"missing-{number}-claimed", f"missing-{number}-reason")

    def _add(self, fields: Mapping[str, forms.Field]) -> None:
        for name, field in fields.items():
            field.widget.attrs["aria-label"] = field.label
            self.fields[name] = field

    @property
    def rows(self) -> list[DisputeRow]:
        """The table of the form."""
        return [
            DisputeRow(place, self[f"claimed-{place.cell.code}"], self[f"reason-{place.cell.code}"])
            for place in self.cells
        ]

    @property
    def missing_rows(self) -> list[MissingRow]:
        """The lines of classes that did not come."""
        return [
            MissingRow(
                *(self[f"missing-{number}-{name}"] for name in ("class", "payer", "claimed", "reason"))
            )
            for number in range(self.line_count)
        ]

    @property
    def may_have_more_lines(self) -> bool:
        """Whether there is room for more of them."""
        return self.line_count < self.MOST_LINES

    @property
    def marked(self) -> list[DisputedCell]:
        """The cells that were filled in, and the classes that were missing."""
        marked = [
            DisputedCell(
                cell, self.cleaned_data[f"claimed-{cell.code}"], self.cleaned_data[f"reason-{cell.code}"]
            )
            for cell in [place.cell for place in self.cells]
            if self.cleaned_data.get(f"claimed-{cell.code}") is not None
        ]
        for number in range(self.line_count):
            if cell := self._missing_cell(number):
                claimed, reason = (
                    self.cleaned_data[f"missing-{number}-{name}"] for name in ("claimed", "reason")
                )
                marked.append(DisputedCell(cell, claimed, reason))
        return marked

    def _missing_cell(self, number: int) -> Cell | None:
        child_class = self.cleaned_data.get(f"missing-{number}-class")
        payer = self.cleaned_data.get(f"missing-{number}-payer")
        return Cell(payer, *child_class.split("-")) if child_class and payer else None

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
        self._clean_lines()
        if not self.errors and not self.marked:
            self.add_error(None, "違う人数と理由を、1か所以上入力してください。")
        return self.cleaned_data

    def _clean_lines(self) -> None:
        """A line that is begun is finished, and names a class that stands nowhere else in the form."""
        listed = {place.cell for place in self.cells}
        named = set(listed)
        for number in range(self.line_count):
            if not self._is_begun(number):
                continue
            self._require(number, "class", "区分を選んでください。")
            self._require(number, "payer", "6桁の市区町村コードを入力してください。")
            self._require(number, "claimed", "1人以上の人数を入力してください。")
            self._require(number, "reason", "理由を入力してください。")
            cell = self._missing_cell(number)
            if cell is None:
                continue
            if cell in named:
                self.add_error(
                    f"missing-{number}-class",
                    "この区分は上の表にあります。上の表に入力してください。"
                    if cell in listed
                    else "同じ区分が2回あります。1つにまとめてください。",
                )
            named.add(cell)

    def _require(self, number: int, name: str, sentence: str) -> None:
        field = f"missing-{number}-{name}"
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, sentence)

    def _is_begun(self, number: int) -> bool:
        """The own city's code stands there from the beginning and begins nothing."""
        typed = {
            name: self.cleaned_data.get(f"missing-{number}-{name}") for name in ("class", "claimed", "reason")
        }
        payer = self.cleaned_data.get(f"missing-{number}-payer")
        wrong = any(
            f"missing-{number}-{name}" in self.errors for name in ("class", "payer", "claimed", "reason")
        )
        return (
            wrong
            or payer not in {"", self.own_code}
            or any(value not in {"", None} for value in typed.values())
        )


class CountsForm(forms.Form):
    """
    All counts of one facility's month: the plain cells, the children that stand apart, and lines to add some.

    ``editing`` is what stands there; ``cells`` after validation is what should.
    """

    MORE = 4
    APART = (
        ("in", "途中入所"),
        ("out", "途中退所"),
        ("plain", "管外の子ども"),
        ("branch", "分園"),
        ("employee", "従業員枠"),
    )

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label="訂正の理由",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "訂正の理由を入力してください。",
            "max_length": f"理由は{LONGEST_REASON}字までで入力してください。",
        },
    )

    def __init__(self, data: Any, *, editing: CountsToCorrect, own_code: str) -> None:
        super().__init__(data, initial={"version": editing.version})
        self.editing, self.own_code = editing, own_code
        for place in editing.plain:
            self.fields[f"count-{place.cell.code}"] = self._number(
                place.cell.words, required=True, initial=place.counted
            )
        for number, (key, count) in enumerate(editing.apart):
            self.fields[f"apart-{number}"] = self._number(key_words(key), required=True, initial=count)
        rows = sorted(
            {(place.cell.certification, place.cell.age, place.cell.hours) for place in editing.plain}
            | {(key[1], key[2], key[3]) for key, _ in editing.apart},
            key=lambda row: (row_order((row[0], row[1])), list(Hours.values).index(row[2])),
        )
        classes = [("", "選んでください"), *(("-".join(row), _class_words(*row)) for row in rows)]
        for number in range(self.MORE):
            self._add_line(number, classes)

    def _number(self, label: str, **options: Any) -> WholeNumberField:
        field = WholeNumberField(most=MOST_CHILDREN, label=f"{label} 人数", **options)
        field.widget.attrs["aria-label"] = field.label
        return field

    def _add_line(self, number: int, classes: list[tuple[str, str]]) -> None:
        which = f"{number + 1}行目"
        fields: dict[str, forms.Field] = {
            "kind": forms.ChoiceField(
                choices=self.APART, required=False, initial="in", label=f"{which} 種類"
            ),
            "class": forms.ChoiceField(choices=classes, required=False, label=f"{which} 区分"),
            "payer": PayerCodeField(
                required=False, label=f"{which} 居住市区町村コード", initial=self.own_code
            ),
            "days": WholeNumberField(most=31, required=False, label=f"{which} 日数"),
            "count": WholeNumberField(most=MOST_CHILDREN, required=False, label=f"{which} 人数"),
        }
        for name, field in fields.items():
            field.widget.attrs["aria-label"] = field.label
            self.fields[f"more-{number}-{name}"] = field

    @property
    def plain_rows(self) -> list[tuple[CountedCell, forms.BoundField]]:
        """The table of plain cells."""
        return [(place, self[f"count-{place.cell.code}"]) for place in self.editing.plain]

    @property
    def apart_rows(self) -> list[tuple[str, str, forms.BoundField]]:
        """(words, municipality, field) of what stands apart already."""
        return [
            (key_words(key), key[0], self[f"apart-{number}"])
            for number, (key, _) in enumerate(self.editing.apart)
        ]

    @property
    def more_rows(self) -> list[dict[str, forms.BoundField]]:
        """The empty lines."""
        return [
            {
                "kind": self[f"more-{number}-kind"],
                "child_class": self[f"more-{number}-class"],
                "payer": self[f"more-{number}-payer"],
                "days": self[f"more-{number}-days"],
                "count": self[f"more-{number}-count"],
            }
            for number in range(self.MORE)
        ]

    @property
    def cells(self) -> dict[Key, int]:
        """Everything that should stand there, by cell; empty cells are left out."""
        found: Counter[Key] = Counter()
        for place in self.editing.plain:
            cell = place.cell
            key: Key = (cell.payer_code, cell.certification, cell.age, cell.hours, False, False, "", None)
            found[key] += self.cleaned_data[f"count-{cell.code}"]
        for number, (apart, _) in enumerate(self.editing.apart):
            found[apart] += self.cleaned_data[f"apart-{number}"]
        for number in range(self.MORE):
            if count := self.cleaned_data.get(f"more-{number}-count"):
                found[self._key_of_line(number)] += count
        return {key: count for key, count in found.items() if count}

    def _key_of_line(self, number: int) -> Key:
        kind = self.cleaned_data[f"more-{number}-kind"]
        certification, age, hours = self.cleaned_data[f"more-{number}-class"].split("-")
        moved = kind if kind in {"in", "out"} else ""
        days = self.cleaned_data[f"more-{number}-days"] if moved else None
        payer = self.cleaned_data[f"more-{number}-payer"]
        return payer, certification, age, hours, kind == "branch", kind == "employee", moved, days

    def clean(self) -> dict[str, Any]:
        """A line that is begun is finished: class, municipality, number, and days where they count."""
        for number in range(self.MORE):
            line = {
                name: self.cleaned_data.get(f"more-{number}-{name}")
                for name in ("kind", "class", "payer", "days", "count")
            }
            if not line["class"] and line["count"] is None and line["days"] is None:
                continue
            if not line["class"]:
                self.add_error(f"more-{number}-class", "区分を選んでください。")
            if not line["count"] and f"more-{number}-count" not in self.errors:
                self.add_error(f"more-{number}-count", "人数を入力してください。")
            if not line["payer"] and f"more-{number}-payer" not in self.errors:
                self.add_error(f"more-{number}-payer", "6桁の市区町村コードを入力してください。")
            moved = line["kind"] in {"in", "out"}
            if moved and line["days"] is None and f"more-{number}-days" not in self.errors:
                self.add_error(f"more-{number}-days", "在籍した日数（開所日数）を入力してください。")
            if not moved and line["days"] is not None:
                self.add_error(
                    f"more-{number}-days", "日数は、途中入所・途中退所の行だけに入力してください。"
                )
            if line["kind"] == "plain" and line["payer"] == self.own_code:
                self.add_error(f"more-{number}-payer", "この市の子どもは、上の表に入力してください。")
        return self.cleaned_data


class UploadForm(forms.Form):
    """A file of the core system. What is in it is judged by reading it, not by its name."""

    file = forms.FileField(
        label="児童数のCSVファイル",
        allow_empty_file=True,
        error_messages={"required": "ファイルを選んでください。", "invalid": "ファイルを選んでください。"},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, mappings: Sequence[ColumnMapping] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        if mappings:
            self.fields["mapping"] = forms.ChoiceField(
                label="列の対応",
                required=False,
                choices=mapping_choices(list(mappings)),
                error_messages={"invalid_choice": "列の対応を選び直してください。"},
            )
        if any(MONTH in mapping.constants for mapping in mappings):
            self.fields["month"] = forms.CharField(
                label="対象年月",
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                error_messages={"max_length": "「令和8年6月」や「2026-06」の形で入力してください。"},
            )

    @property
    def how(self) -> HowToRead:
        """What was said beside the file."""
        return HowToRead(self.cleaned_data.get("mapping") or AUTOMATIC, self.cleaned_data.get("month") or "")


class ChargeUploadForm(UploadForm):
    """A file of user charges."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].label = "利用者負担額のCSVファイル"


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
