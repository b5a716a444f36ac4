"""
The forms of a column mapping: which column is which, in each of the two shapes; then what codes mean.

Headings and codes come from a file. They are shown as text and sent back as places (``c3``), never as names of fields.
"""

from typing import Any

from django import forms

from claims.class_headings import CLASS_OF, CLASSES
from claims.imports import BRANCH, EMPLOYEE, MONTH, NAME, NUMBER, PAYER
from claims.mapping import (
    CODED,
    TOTAL,
    TYPED,
    Correspondence,
    Shape,
    layout_of,
    offers,
    proposed_field,
    proposed_meanings,
    proposed_value,
    what_is_missing,
)
from claims.models import ColumnMapping
from claims.operations.mapping import LONGEST_NAME, Draft
from claims.queries.mappings import AUTOMATIC, WITHOUT

SAME_ON_EVERY_LINE = "fixed"
AS_IT_IS = "empty"
CHOOSE = ("", "選んでください")
UNUSED, IN_A_COLUMN = "unused", "column"
HINTS = {
    MONTH: "列がないときは、ファイルを選ぶときに入力します。",
    PAYER: "列がないときは、市のコードなど決まった値にできます。",
}


class ColumnRow:
    """One of our columns on the page: the choice of theirs, and the value of every line where that is allowed."""

    def __init__(
        self, heading: str, column: forms.BoundField, constant: forms.BoundField | None, *, is_needed: bool
    ) -> None:
        self.heading, self.column, self.constant = heading, column, constant
        self.is_needed = is_needed
        self.hint = HINTS.get(heading, "区分のコードだけの列から選びます。" if heading in CODED else "")


class ColumnsForm(forms.Form):
    """Which of the file's columns is which of ours, where a line is one class of children (or one charge)."""

    shape = Shape.LONG

    def __init__(self, data: Any = None, *, draft: Draft, own_code: str) -> None:
        super().__init__(data)
        self.columns = columns = draft.columns
        self.kind, self.layout = draft.kind, layout_of(draft.kind, self.shape)
        for place, heading in enumerate(self.layout.fields):
            column = forms.ChoiceField(
                choices=self._choices(heading),
                required=False,
                label=f"{heading} の列",
                initial=_initial(heading, draft),
                error_messages={"invalid_choice": "選び直してください。"},
            )
            self.fields[f"column-{place}"] = column
            if heading in self.layout.fixed and heading != MONTH:
                self.fields[f"constant-{place}"] = _constant(heading, draft, own_code)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        self.places = {heading: f"c{place}" for place, heading in enumerate(columns.headings)}

    def _choices(self, heading: str) -> list[tuple[str, str]]:
        nothing = CHOOSE if heading in self.layout.needed else ("", "使わない")
        fixed = (
            "ファイルを選ぶときに入力する" if heading == MONTH else "決まった値にする（「決まった値」に入力）"
        )
        return [
            nothing,
            *([(SAME_ON_EVERY_LINE, fixed)] if heading in self.layout.fixed else []),
            *(
                (f"c{place}", theirs)
                for place, theirs in enumerate(self.columns.headings)
                if offers(heading, theirs, self.columns)
            ),
        ]

    @property
    def rows(self) -> list[ColumnRow]:
        """The table of the form."""
        return [
            ColumnRow(
                heading,
                self[f"column-{place}"],
                self[f"constant-{place}"] if f"constant-{place}" in self.fields else None,
                is_needed=heading in self.layout.needed,
            )
            for place, heading in enumerate(self.layout.fields)
        ]

    @property
    def chosen(self) -> Correspondence:
        """What was chosen."""
        fields, constants = {}, {}
        for place, heading in enumerate(self.layout.fields):
            column = self.cleaned_data.get(f"column-{place}", "")
            if column == SAME_ON_EVERY_LINE:
                typed = self.cleaned_data.get(f"constant-{place}", "")
                constants[heading] = TYPED if heading == MONTH else typed
            elif column:
                fields[heading] = self.columns.headings[int(column[1:])]
        return Correspondence(self.columns.headings, fields, constants, kind=self.kind)

    def clean(self) -> dict[str, Any]:
        """Everything that is missing, each at its place."""
        for heading, sentence in what_is_missing(self.chosen, self.columns).items():
            place = self.layout.fields.index(heading)
            is_fixed = self.cleaned_data.get(f"column-{place}") == SAME_ON_EVERY_LINE
            name = (
                f"constant-{place}" if is_fixed and f"constant-{place}" in self.fields else f"column-{place}"
            )
            if name not in self.errors:
                self.add_error(name, sentence)
        return self.cleaned_data


def _initial(heading: str, draft: Draft) -> str:
    places = {theirs: f"c{place}" for place, theirs in enumerate(draft.columns.headings)}
    chosen = _chosen_before(draft, Shape.LONG)
    if chosen is None:
        found = proposed_field(heading, draft.columns)
        return places[found] if found else ""
    if heading in chosen.constants:
        return SAME_ON_EVERY_LINE
    return places.get(chosen.fields.get(heading, ""), "")


def _chosen_before(draft: Draft, shape: Shape) -> Correspondence | None:
    """What was chosen already, in this shape."""
    return draft.chosen if draft.chosen is not None and draft.chosen.shape is shape else None


def _constant(heading: str, draft: Draft, own_code: str) -> forms.Field:
    kept = draft.chosen.constants.get(heading, "") if draft.chosen else ""
    label = f"{heading} の決まった値"
    if heading == PAYER:
        return _municipality_code(label, kept or own_code)
    return forms.ChoiceField(label=label, required=False, initial=kept, choices=[("", "—"), *CODED[heading]])


def _municipality_code(label: str, initial: str) -> forms.Field:
    return forms.CharField(
        label=label,
        required=False,
        initial=initial,
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"max_length": "6桁の市区町村コードを入力してください。"},
    )


class MeaningRow:
    """One column of the file on the page, and the choice of what it means."""

    def __init__(self, theirs: str, meaning: forms.BoundField) -> None:
        self.theirs, self.meaning = theirs, meaning


class WideColumnsForm(forms.Form):
    """What each of the file's columns means, where a line is a facility with a column for each class."""

    shape = Shape.WIDE

    def __init__(self, data: Any = None, *, draft: Draft, own_code: str) -> None:
        super().__init__(data)
        self.columns, self.kind = draft.columns, draft.kind
        chosen = _chosen_before(draft, self.shape)
        meanings = _meanings(draft, chosen)
        for place, theirs in enumerate(self.columns.headings):
            field = forms.ChoiceField(
                choices=MEANINGS,
                label=f"「{theirs}」の意味",
                initial=meanings.get(theirs, ""),
                error_messages={
                    "required": "意味を選んでください。使わない列は「使わない」を選びます。",
                    "invalid_choice": "選び直してください。",
                },
            )
            field.widget.attrs["aria-label"] = field.label
            self.fields[_column(place)] = field
        for heading, name, otherwise in WITHOUT_A_COLUMN:
            has_column = heading not in chosen.constants if chosen else heading in meanings.values()
            self.fields[name] = forms.ChoiceField(
                choices=[(IN_A_COLUMN, "ファイルの列から読み取る"), (SAME_ON_EVERY_LINE, otherwise)],
                label=heading,
                initial=IN_A_COLUMN if has_column else SAME_ON_EVERY_LINE,
            )
        kept = chosen.constants.get(PAYER, "") if chosen else ""
        self.fields["payer_code"] = _municipality_code("すべての行で同じ市区町村コード", kept or own_code)

    @property
    def rows(self) -> list[MeaningRow]:
        """The table of the form, in the order of the file."""
        return [
            MeaningRow(theirs, self[_column(place)]) for place, theirs in enumerate(self.columns.headings)
        ]

    @property
    def chosen(self) -> Correspondence:
        """What was chosen."""
        fields = {heading: self.columns.headings[places[0]] for heading, places in self._places.items()}
        constants = {}
        if self.cleaned_data.get("month") == SAME_ON_EVERY_LINE:
            constants[MONTH] = TYPED
        if self.cleaned_data.get("payer") == SAME_ON_EVERY_LINE:
            constants[PAYER] = self.cleaned_data.get("payer_code", "")
        return Correspondence(self.columns.headings, fields, constants, kind=self.kind, shape=self.shape)

    @property
    def _places(self) -> dict[str, list[int]]:
        """Our heading → the places of the columns that were given this meaning."""
        places: dict[str, list[int]] = {}
        for place in range(len(self.columns.headings)):
            meaning = self.cleaned_data.get(_column(place), UNUSED)
            if meaning != UNUSED:
                places.setdefault(meaning, []).append(place)
        return places

    def clean(self) -> dict[str, Any]:
        """Everything that is missing or said twice, each at its place."""
        self._refuse_doubled()
        chosen = self.chosen
        for heading, sentence in what_is_missing(chosen, self.columns).items():
            if heading in chosen.constants:
                self._say("payer_code", sentence)
            elif heading in ASKED:
                self._say(
                    ASKED[heading],
                    f"「{heading}」の列を上の表で選ぶか、「{OTHERWISE[heading]}」にしてください。",
                )
            elif heading in chosen.fields:
                self._say(_column(self._places[heading][0]), sentence)
            else:
                self.add_error(None, f"{heading}：{sentence}")
        return self.cleaned_data

    def _refuse_doubled(self) -> None:
        """Two columns of one class are not added up: our own wide layout refuses them, too."""
        for heading, places in self._places.items():
            first = self.columns.headings[places[0]]
            for place in places[1:]:
                what = "区分" if heading in CLASS_OF else "項目"
                words = (
                    f"「{first}」と同じ{what}です。どちらか1列にして、ほかは「使わない」を選んでください。"
                )
                self._say(_column(place), words)
            if heading in ASKED and self.cleaned_data.get(ASKED[heading]) == SAME_ON_EVERY_LINE:
                words = f"下で「{OTHERWISE[heading]}」を選んでいます。どちらか1つにしてください。"
                self._say(_column(places[0]), words)

    def _say(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)


WITHOUT_A_COLUMN = (
    (MONTH, "month", "ファイルを選ぶときに入力する"),
    (PAYER, "payer", "すべての行で同じ"),
)
ASKED = {heading: name for heading, name, _ in WITHOUT_A_COLUMN}
OTHERWISE = {heading: words for heading, _, words in WITHOUT_A_COLUMN}
MEANINGS = [
    CHOOSE,
    (UNUSED, "使わない"),
    (
        "行の項目",
        [
            *((heading, heading) for heading in (NUMBER, MONTH, PAYER, NAME)),
            *((heading, f"{heading}（1か空欄）") for heading in (BRANCH, EMPLOYEE)),
        ],
    ),
    *(
        (certification, [(one.heading, one.words) for one in CLASSES if one.certification == certification])
        for certification in dict.fromkeys(one.certification for one in CLASSES)
    ),
    ("確かめる", [(TOTAL, "区分の合計（合うか確かめるだけ）")]),
]


def _column(place: int) -> str:
    return f"meaning-{place}"


def _meanings(draft: Draft, chosen: Correspondence | None) -> dict[str, str]:
    """Their heading → what is chosen first; nothing for what cannot be told."""
    if chosen is None:
        return {theirs: ours or UNUSED for theirs, ours in proposed_meanings(draft.columns).items()}
    ours = {theirs: heading for heading, theirs in chosen.fields.items()}
    return {theirs: ours.get(theirs, UNUSED) for theirs in draft.columns.headings}


COLUMNS_FORMS: dict[Shape, type[ColumnsForm | WideColumnsForm]] = {
    form.shape: form for form in (ColumnsForm, WideColumnsForm)
}


class CodeRow:
    """One code of the file and the choice of what it means."""

    def __init__(self, code: str, meaning: forms.BoundField) -> None:
        self.code, self.meaning = code, meaning


class ValuesForm(forms.Form):
    """What the codes of the chosen columns mean, and the name of it all."""

    name = forms.CharField(
        label="この対応の名前",
        max_length=LONGEST_NAME,
        error_messages={
            "required": "名前を入力してください。",
            "max_length": f"名前は{LONGEST_NAME}字までで入力してください。",
        },
    )

    def __init__(self, data: Any = None, *, draft: Draft, chosen: Correspondence) -> None:
        super().__init__(data, initial={"name": draft.name})
        self.coded = {
            heading: draft.columns.codes[chosen.fields[heading]]
            for heading in CODED
            if heading in chosen.fields
        }
        self.theirs = chosen.fields
        for heading, codes in self.coded.items():
            known = chosen.values.get(heading, {})
            for place, code in enumerate(codes):
                self.fields[_name_of(heading, place)] = self._meaning(heading, code, known.get(code))

    def _meaning(self, heading: str, code: str, known: str | None) -> forms.Field:
        words = CODED[heading]
        proposed = known if known is not None else proposed_value(heading, code)
        places = {value: str(place) for place, (value, _) in enumerate(words)}
        as_it_is = [(AS_IT_IS, "空欄のまま")] if not code and "" not in places else []
        fallback = AS_IT_IS if as_it_is else ""
        field = forms.ChoiceField(
            choices=[CHOOSE, *as_it_is, *((str(place), label) for place, (_, label) in enumerate(words))],
            label=f"{heading}「{code or '空欄'}」",
            initial=fallback if proposed is None else places.get(proposed, fallback),
            error_messages={
                "required": "意味を選んでください。",
                "invalid_choice": "意味を選んでください。",
            },
        )
        field.widget.attrs["aria-label"] = field.label
        return field

    @property
    def groups(self) -> list[tuple[str, str, list[CodeRow]]]:
        """(our heading, theirs, its codes) in the order of the page."""
        return [
            (
                heading,
                self.theirs[heading],
                [CodeRow(code, self[_name_of(heading, place)]) for place, code in enumerate(codes)],
            )
            for heading, codes in self.coded.items()
        ]

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """Our coded heading → their code → our value."""
        return {
            heading: {
                code: _value(heading, self.cleaned_data[_name_of(heading, place)])
                for place, code in enumerate(codes)
            }
            for heading, codes in self.coded.items()
        }


def _name_of(heading: str, place: int) -> str:
    return f"code-{list(CODED).index(heading)}-{place}"


def _value(heading: str, sent: str) -> str:
    return "" if sent == AS_IT_IS else CODED[heading][int(sent)][0]


class RenameForm(forms.Form):
    """Another name for a mapping."""

    name = forms.CharField(
        label="名前",
        max_length=LONGEST_NAME,
        error_messages={
            "required": "名前を入力してください。",
            "max_length": f"名前は{LONGEST_NAME}字までで入力してください。",
        },
    )

    def __init__(self, data: Any = None, *, mapping: ColumnMapping) -> None:
        super().__init__(data, initial={"name": mapping.name}, auto_id=f"id_{mapping.pk}_%s")


def mapping_choices(saved: list[ColumnMapping]) -> list[tuple[str, str]]:
    """For the upload: by itself, one of them, or none."""
    return [
        (AUTOMATIC, "自動（見出しが同じもの）"),
        *((str(one.pk), one.name) for one in saved),
        (WITHOUT, "使わない"),
    ]
