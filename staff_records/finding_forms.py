"""What is typed to find somebody, to take somebody over from another roster, and to clear a flag."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from facilities.models import LONGEST_REASON
from pages.wareki import day_words
from pricing.staffing.jobs import JOBS
from staff_records.columns import REGULAR
from staff_records.dossiers import Dossier
from staff_records.operations.same_person import Arrival
from staff_records.typed import Unreadable
from staff_records.typed.names import read_kana
from staff_records.typed.values import read_birth_date, read_day, read_days_a_month, read_hours_a_day
from staff_records.values import Terms

MOVES, GOES_ON = "moves", "goes_on"
HOW = ((GOES_ON, "兼務（元の施設でも続けて働く）"), (MOVES, "異動（元の施設から移ってくる）"))
HOW_AFTER_LEAVING = ((GOES_ON, "採用（元の施設は退職している）"), HOW[1])


class ReadField(forms.CharField):
    """A text that one of the roster's readers understands; its sentence is the field's."""

    def __init__(self, reader: Callable[[str], Any], **options: Any) -> None:
        self.reader = reader
        super().__init__(max_length=100, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.reader(text)
        except Unreadable as refused:
            raise forms.ValidationError(str(refused)) from None


def kana_field() -> ReadField:
    """ふりがな, of either kind and width."""
    return ReadField(
        read_kana,
        label="ふりがな",
        error_messages={"required": "ふりがなを入力してください。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def birth_field(today: date, *, required: bool) -> ReadField:
    """生年月日 in 和暦 or 西暦."""
    return ReadField(
        lambda text: read_birth_date(text, today, sure=True),
        label="生年月日",
        required=required,
        error_messages={"required": "生年月日を入力してください。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "H2.4.1"}),
    )


class SearchForm(forms.Form):
    """Whom the city looks for."""

    def __init__(self, *args: Any, today: date, needs_birth_date: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kana"] = kana_field()
        self.fields["birth_date"] = birth_field(today, required=needs_birth_date)


class ArrivalForm(forms.Form):
    """How somebody found at another facility begins here."""

    member = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label="この施設での勤務",
        choices=HOW,
        widget=forms.RadioSelect,
        error_messages={"required": "兼務か異動かを選んでください。"},
    )
    first_day = ReadField(
        read_day,
        label="この施設での開始日",
        error_messages={"required": "開始日を入力してください。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "R8.4.1"}),
    )
    job = forms.ChoiceField(label="職種", choices=[(code, job.label) for code, job in JOBS.items()])
    regular = forms.ChoiceField(label="常勤・非常勤", choices=list(REGULAR.items()))
    hours_a_day = ReadField(read_hours_a_day, label="1日の勤務時間")
    days_a_month = ReadField(read_days_a_month, label="月の勤務日数")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in (("kana", kana_field()), ("birth_date", birth_field(today, required=True))):
            field.widget = forms.HiddenInput()
            self.fields[name] = field

    def arrival(self) -> Arrival:
        """The values of a valid form."""
        given = self.cleaned_data
        return Arrival(
            member_id=given["member"],
            kana=given["kana"],
            birth_date=given["birth_date"],
            first_day=given["first_day"],
            terms=Terms(
                job=given["job"],
                is_regular=given["regular"] == "regular",
                hours_a_day=given["hours_a_day"],
                days_a_month=given["days_a_month"],
            ),
            moves=given["how"] == MOVES,
        )


def arrival_form(
    found: Dossier, kana: str, birth_date: date, *, today: date, refused: ArrivalForm | None = None
) -> ArrivalForm:
    """The form beside somebody who was found, filled with the terms of the other facility; or as it was refused."""
    member, span = found.member, found.employment_on(today) or found.spans[-1]
    initial = {
        "member": member.pk,
        "kana": kana,
        "birth_date": day_words(birth_date),
        "job": span.job,
        "regular": "regular" if span.is_regular else "part_time",
        "hours_a_day": _plain(span.hours_a_day),
        "days_a_month": _plain(span.days_a_month),
    }
    form = ArrivalForm(today=today, initial=initial) if refused is None else refused
    # Several forms stand on one page: the ids of their fields tell them apart.
    form.auto_id = f"p{member.pk.hex[:12]}_%s"
    if found.left_on(today) is not None and not found.is_there_on(today):
        how = form.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        how.choices = HOW_AFTER_LEAVING
    return form


class TakeOverForm(forms.Form):
    """Which two rows are one person."""

    member = forms.UUIDField()
    other = forms.UUIDField()


class ClearForm(forms.Form):
    """Why an overlap is in order."""

    reason = forms.CharField(
        label="確認した内容",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "確認した内容を入力してください。",
            "max_length": f"確認した内容は{LONGEST_REASON}文字までで入力してください。",
        },
    )


def _plain(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
