"""What changes at a facility from a day or a month on (異動)."""

from django import forms

from facilities.forms.fields import CorporateNumberField, DayField, FacilityNumberField, MonthField, PlaceForm
from facilities.models import FacilityKind, Ownership
from facilities.operations.branches import BranchValues
from facilities.operations.changes import DetailValues, SuccessorValues


class DetailForm(PlaceForm):
    """Name, address and 公私 from a day on."""

    from_day = DayField(label="変更日")
    ownership = forms.ChoiceField(
        label="公私区分",
        choices=Ownership.choices,
        error_messages={"required": "公私区分を選んでください。"},
    )

    def values(self) -> DetailValues:
        """What was typed."""
        names = DetailValues.__dataclass_fields__
        return DetailValues(**{name: self.cleaned_data[name] for name in names})


class BranchForm(PlaceForm):
    """A branch from a month on."""

    name = forms.CharField(
        label="分園名", max_length=100, error_messages={"required": "分園名を入力してください。"}
    )
    from_month = MonthField(label="開始月", error_messages={"required": "分園を始める月を入力してください。"})
    capacity = forms.IntegerField(
        label="分園の利用定員",
        min_value=1,
        max_value=999,
        error_messages={
            "required": "分園の利用定員を入力してください。",
            "min_value": "1以上の数を入力してください。",
            "invalid": "1以上の数を入力してください。",
        },
    )

    def values(self) -> BranchValues:
        """The branch without its month."""
        names = BranchValues.__dataclass_fields__
        return BranchValues(**{name: self.cleaned_data[name] for name in names})


class CloseForm(forms.Form):
    """The last day."""

    closed_on = DayField(label="廃止日（最後に運営する日）")


class SuspendForm(forms.Form):
    """Months of rest."""

    from_month = MonthField(
        label="休園開始月", error_messages={"required": "休園を始める月を入力してください。"}
    )
    to_month = MonthField(label="休園終了月（空欄は未定）", required=False)
    reason = forms.CharField(
        label="理由", max_length=200, error_messages={"required": "理由を入力してください。"}
    )


class SuccessorForm(forms.Form):
    """A facility that goes on under a new number."""

    from_month = MonthField(
        label="引き継ぐ月（この月の1日から）", error_messages={"required": "引き継ぐ月を入力してください。"}
    )
    number = FacilityNumberField(label="新しい事業所番号")
    name = forms.CharField(
        label="施設名", max_length=100, error_messages={"required": "施設名を入力してください。"}
    )
    kind = forms.ChoiceField(label="施設類型", choices=FacilityKind.choices)
    corporation = forms.CharField(
        label="設置主体", max_length=100, error_messages={"required": "設置主体を入力してください。"}
    )
    corporate_number = CorporateNumberField()
    carry_accounts = forms.BooleanField(
        label="いまのアカウントを、新しい施設でも使えるようにする", required=False, initial=True
    )

    def values(self) -> SuccessorValues:
        """What was typed."""
        return SuccessorValues(
            **{name: self.cleaned_data[name] for name in SuccessorValues.__dataclass_fields__}
        )
