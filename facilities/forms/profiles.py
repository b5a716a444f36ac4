"""What holds of a facility from a month on: its profile and certified rates."""

from typing import Any

from django import forms

from facilities import checks
from facilities.forms.fields import MonthField
from facilities.models import FacilityProfile
from facilities.operations.profiles import CertifiedRates, ProfileValues

REGIONS = (
    (20, "20/100"),
    (16, "16/100"),
    (15, "15/100"),
    (12, "12/100"),
    (10, "10/100"),
    (6, "6/100"),
    (3, "3/100"),
    (0, "その他"),
)


def rate_field(label: str, percents: range, *, required: bool = False) -> forms.IntegerField:
    """One 加算率 in percent."""
    return forms.IntegerField(
        label=label,
        min_value=percents[0],
        max_value=percents[-1],
        required=required,
        error_messages={"required": "認定された率を入力してください。"},
    )


class ProfileForm(forms.Form):
    """A new profile from a month on, for a facility of this type."""

    from_month = MonthField(label="適用開始月")
    approved_capacity = forms.IntegerField(label="認可定員", min_value=1, max_value=999)
    capacity_1 = forms.IntegerField(label="1号 利用定員", min_value=1, max_value=999, required=False)
    capacity_23 = forms.IntegerField(label="2・3号 利用定員", min_value=1, max_value=999, required=False)
    region_percent = forms.TypedChoiceField(label="地域区分", choices=REGIONS, coerce=int)
    base_percent = rate_field("区分1 基礎分（%）", checks.BASE_PERCENTS)
    wage_percent = rate_field("区分2 賃金改善分（%）", checks.WAGE_PERCENTS)
    rates_are_provisional = forms.BooleanField(label="加算率は仮（まだ認定されていない）", required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if {"approved_capacity", "capacity_1", "capacity_23"} <= set(values):
            unfit = checks.capacities_fit(
                self.kind,
                approved=values["approved_capacity"],
                capacity_1=values["capacity_1"],
                capacity_23=values["capacity_23"],
            )
            for field, words in unfit.items():
                self.add_error(field, words)
        rates = [values[name] for name in ("base_percent", "wage_percent") if name in values]
        if len(rates) == 2 and (rates[0] is None) != (rates[1] is None):
            self.add_error("wage_percent", "区分1と区分2の率は、両方入力するか、両方空にしてください。")
        if values.get("rates_are_provisional") and rates and rates[0] is None:
            self.add_error("base_percent", "仮の加算率を入力するか、「加算率は仮」を外してください。")
        return values

    def values(self) -> ProfileValues:
        """The profile's values without the month."""
        typed = {name: self.cleaned_data[name] for name in ProfileValues.__dataclass_fields__}
        return ProfileValues(**typed)

    @staticmethod
    def initial_from(profile: FacilityProfile | None) -> dict[str, Any]:
        """What holds, so that only the change is typed."""
        if profile is None:
            return {"region_percent": 10}
        return {name: getattr(profile, name) for name in ProfileValues.__dataclass_fields__}


class CertifyForm(forms.Form):
    """The 加算率 of a certificate."""

    from_month = MonthField(
        label="認定の適用開始月",
        error_messages={"required": "認定が適用される最初の月を入力してください。"},
    )
    base_percent = rate_field("区分1 基礎分（%）", checks.BASE_PERCENTS, required=True)
    wage_percent = rate_field("区分2 賃金改善分（%）", checks.WAGE_PERCENTS, required=True)
    certificate_number = forms.CharField(
        label="認定番号",
        max_length=40,
        required=False,
        error_messages={"max_length": "認定番号は40字までで入力してください。"},
    )
    certified_on = forms.DateField(
        label="認定日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日付を「2026-06-01」の形で、ある日にしてください。"},
    )

    def rates(self) -> CertifiedRates:
        """What was typed, without the month."""
        return CertifiedRates(
            **{name: self.cleaned_data[name] for name in CertifiedRates.__dataclass_fields__}
        )
