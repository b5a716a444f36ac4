"""Who somebody is, and what they do: 採用, 退職, 勤務条件, 休業, 氏名・住所."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django import forms

from facilities.postal_codes import exists
from staff_records.columns import MEMBERS, Column, Kind
from staff_records.forms.cells import CellField, ColumnsForm, as_typed
from staff_records.typed import Doubtful, Unreadable
from staff_records.typed.values import read_birth_date
from staff_records.values import Detail, Identity, Terms
from staff_records.words import Beginning, Ending, Leave

IDENTITY = tuple(MEMBERS.column(code) for code in ("birth_date", "sex"))
DETAIL = tuple(MEMBERS.column(code) for code in ("name", "kana", "former_name", "postal_code", "address"))
TERMS = tuple(
    MEMBERS.column(code)
    for code in (
        "job",
        "title",
        "post",
        "regular",
        "hours_a_day",
        "days_a_month",
        "hours_a_month",
        "concurrence",
    )
)
HIRED_ON = MEMBERS.column("hired_on")
FROM_DAY = Column("from_day", "変更日", Kind.DAY, required=True)
LAST_DAY = Column("left_on", "最後の勤務日", Kind.DAY, required=True)
BEGINNING = Column(
    "beginning",
    "採用か異動か",
    Kind.CHOICE,
    required=True,
    choices={code: Beginning(code).label for code in (Beginning.HIRED, Beginning.TRANSFERRED)},
)
ENDING = Column("ending", "退職か異動か", Kind.CHOICE, required=True, choices=dict(Ending.choices))
LEAVE = Column("leave", "休業の種類", Kind.CHOICE, required=True, choices=dict(Leave.choices))
SURE, SURE_WORDS = "sure_birth", "念のため確かめました。この生年月日で正しいです。"
REASON = Column("reason", "取り消す理由", Kind.TEXT, required=True, width=40)
UNKNOWN_CODE = "この郵便番号はありません。番号を確かめるか、空欄にしてください。"
FULL_TIME_HINT = "空欄のときは、1日の勤務時間 × 月の勤務日数とします。"
NAME_HINT = "姓と名の間を1字あけてください。"


class TermsPart(ColumnsForm):
    """A form that has the terms of work."""

    def terms(self, *, leave: str = "") -> Terms:
        """What was typed."""
        typed = self.cleaned_data
        return Terms(
            job=typed["job"],
            is_regular=typed["regular"] == "regular",
            hours_a_day=typed["hours_a_day"] or Decimal(0),
            days_a_month=typed["days_a_month"] or Decimal(0),
            hours_a_month=typed["hours_a_month"],
            title=typed["title"] or "",
            post=typed["post"],
            leave=leave,
            concurrence=typed["concurrence"],
        )


class DetailPart(ColumnsForm):
    """A form that has name and address. A postal code Japan Post does not have is refused, unless it stood there."""

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        code = typed.get("postal_code")
        if code and code != self.initial.get("postal_code") and not exists(code):
            self.add_error("postal_code", UNKNOWN_CODE)
        return typed

    def detail(self) -> Detail:
        """What was typed."""
        return Detail(**{name: self.cleaned_data[name] or "" for name in Detail.__dataclass_fields__})


class IdentityPart(ColumnsForm):
    """
    A form that has birth date and sex.

    An age that hardly anybody at work has is asked about, and confirmed with a tick. What stood there was confirmed.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date, **options: Any) -> None:
        super().__init__(data, today=today, **options)
        self.doubt = ""
        typed = str((data or {}).get("birth_date", ""))
        try:
            born = read_birth_date(typed, today)
        except Doubtful as doubt:
            born = read_birth_date(typed, today, sure=True)
            self._ask(str(doubt), is_sure=as_typed(born, Kind.BIRTH) == self.initial["birth_date"])
        except Unreadable:
            pass  # the field says so

    def _ask(self, doubt: str, *, is_sure: bool) -> None:
        birth = self.fields["birth_date"]
        assert isinstance(birth, CellField)
        if not is_sure:
            self.fields[SURE] = forms.BooleanField(label=SURE_WORDS, required=False)
            self.doubt = doubt
            is_sure = SURE in self.data
        birth.reads = partial(read_birth_date, today=birth.today, sure=is_sure)

    @property
    def parts(self) -> list[tuple[forms.BoundField, str, str]]:
        """The tick stands below the birth date it is about."""
        found = super().parts
        if SURE in self.fields:
            place = next(place for place, part in enumerate(found) if part[0].name == "birth_date")
            found.insert(place + 1, (self[SURE], self.doubt, ""))
        return found

    def identity(self) -> Identity:
        """What was typed."""
        return Identity(self.cleaned_data["birth_date"], self.cleaned_data["sex"])


class HireForm(DetailPart, IdentityPart, TermsPart):
    """Somebody new."""

    columns = (*DETAIL, *IDENTITY, BEGINNING, HIRED_ON, *TERMS)
    hints: ClassVar = {"name": NAME_HINT, "hours_a_month": FULL_TIME_HINT}


class IdentityForm(IdentityPart):
    """Birth date and sex put right."""

    columns = IDENTITY
    places: ClassVar = {"hired_on": "birth_date", "left_on": "birth_date"}


class LeavingForm(ColumnsForm):
    """Somebody leaves."""

    columns = (ENDING, LAST_DAY)
    places: ClassVar = {"hired_on": "left_on"}


class ComingBackForm(TermsPart):
    """Somebody who had left is employed again."""

    columns = (BEGINNING, HIRED_ON, *TERMS)
    hints: ClassVar = {"hours_a_month": FULL_TIME_HINT}


class TermsForm(TermsPart):
    """Other terms from a day on."""

    columns = (FROM_DAY, *TERMS)
    places: ClassVar = {"hired_on": "from_day", "left_on": "from_day"}
    hints: ClassVar = {"hours_a_month": FULL_TIME_HINT}


class SpanForm(TermsPart):
    """A span of work put right: its first day and its terms."""

    columns = (HIRED_ON, *TERMS)
    places: ClassVar = {"left_on": "hired_on"}
    hints: ClassVar = {
        "hired_on": "この期間の始まりの日です。",
        "hours_a_month": FULL_TIME_HINT,
    }


class AbsenceForm(ColumnsForm):
    """A leave begins."""

    columns = (FROM_DAY, LEAVE)
    places: ClassVar = {"hired_on": "from_day", "left_on": "from_day"}
    hints: ClassVar = {"from_day": "休業の初日です。"}


class ReturnForm(ColumnsForm):
    """Back at work."""

    columns = (FROM_DAY,)
    places: ClassVar = {"hired_on": "from_day", "left_on": "from_day"}
    hints: ClassVar = {"from_day": "復帰して最初に勤務する日です。"}


class DetailsForm(DetailPart):
    """Another name or address from a day on."""

    columns = (FROM_DAY, *DETAIL)
    hints: ClassVar = {"name": NAME_HINT}

    def from_day(self) -> date:
        """The day of the change."""
        day: date = self.cleaned_data["from_day"]
        return day


class DetailCorrectionForm(DetailPart):
    """A name or an address put right."""

    columns = DETAIL
    hints: ClassVar = {"name": NAME_HINT}


class WithdrawalForm(ColumnsForm):
    """Somebody should never have been entered."""

    columns = (REASON,)
    hints: ClassVar = {
        "reason": "市も読みます。例：同じ人を2回登録した、ほかの施設の職員を登録した、採用を取りやめた"
    }


class ConfirmForm(ColumnsForm):
    """Nothing to type: something is taken back."""
