"""The form of the hours a month of a 常勤."""

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from facilities.forms.fields import MonthField


class HoursField(forms.CharField):
    """Hours of a month with at most two decimals, as people type them."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "number", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 20, **options})

    def clean(self, value: Any) -> Any:
        """
        ``１６０．５`` → 160.5.

        :raises forms.ValidationError: no such number.
        """
        plain = unicodedata.normalize("NFKC", super().clean(value)).strip().removesuffix("時間")
        try:
            hours = Decimal(plain) if plain.isascii() and plain.replace(".", "", 1).isdigit() else None
        except InvalidOperation:
            hours = None
        if hours is None or hours != round(hours, 2) or not 0 < hours <= 744:
            raise forms.ValidationError("0より大きく744以下の数を、小数第2位までで入力してください。例：160")
        return hours


class WorkRulesForm(forms.Form):
    """From which month on how many hours."""

    from_month = MonthField(label="適用開始月")
    full_time_hours = HoursField(label="常勤の月の所定時間（時間）")
