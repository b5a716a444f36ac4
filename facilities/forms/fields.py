"""What more than one form has: a month, a day, numbers of facilities and corporations, a name with its address."""

import re
from typing import Any
from unicodedata import normalize

from django import forms
from django.core.validators import RegexValidator

from facilities.imports import check_digit_fits
from facilities.periods import ServiceMonth
from facilities.postal_codes import exists

UNCHOSEN = ("", "選んでください")


class MonthField(forms.CharField):
    """A month, as the browser's month field sends it (2026-06)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-06"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return ServiceMonth.parse(text)
        except ValueError:
            raise forms.ValidationError("年月を「2026-06」の形で入力してください。") from None


class DayField(forms.DateField):
    """A day, as the browser's date field sends it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={
                "required": "日付を入力してください。",
                "invalid": "日付を「2026-06-01」の形で、ある日にしてください。",
            },
            **kwargs,
        )


class PlaceForm(forms.Form):
    """Name and address."""

    name = forms.CharField(
        label="施設名", max_length=100, error_messages={"required": "施設名を入力してください。"}
    )
    postal_code = forms.CharField(
        label="郵便番号", max_length=10, error_messages={"required": "郵便番号を入力してください。"}
    )
    location = forms.CharField(
        label="所在地", max_length=200, error_messages={"required": "所在地を入力してください。"}
    )

    def clean_postal_code(self) -> str:
        """123-4567, however it is typed."""
        plain = normalize("NFKC", self.cleaned_data["postal_code"])
        found = re.fullmatch(r"〒?\s*([0-9]{3})-?([0-9]{4})", plain.strip())
        if found is None:
            raise forms.ValidationError("郵便番号を「123-4567」の形で入力してください。")
        code = f"{found[1]}-{found[2]}"
        # What is registered already stays as it is: only another code is looked up.
        if code != self.get_initial_for_field(self.fields["postal_code"], "postal_code") and not exists(code):
            raise forms.ValidationError(f"{code}は日本郵便の一覧にない郵便番号です。番号を確認してください。")
        return code


class FacilityNumberField(forms.CharField):
    """事業所番号: thirteen digits."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            label=label,
            max_length=13,
            validators=[RegexValidator(r"^[0-9]{13}$", "事業所番号は13桁の数字です。")],
            error_messages={
                "required": f"{label}を入力してください。",
                "max_length": "事業所番号は13桁の数字です。",
            },
        )


class CorporateNumberField(forms.CharField):
    """法人番号: thirteen digits whose first one fits, or nothing for a sole proprietor."""

    def __init__(self) -> None:
        super().__init__(label="法人番号", max_length=13, required=False)

    def clean(self, value: Any) -> Any:
        """As the list of facilities asks for it."""
        number = super().clean(value)
        if number and not (re.fullmatch(r"[0-9]{13}", number) and check_digit_fits(number)):
            raise forms.ValidationError(
                "法人番号の桁数か検査数字が合いません。国税庁の法人番号公表サイトで確かめてください。"
            )
        return number
