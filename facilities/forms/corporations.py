"""A corporation's name and number."""

from typing import Any

from django import forms

from facilities.forms.fields import CorporateNumberField, DayField


class CorporationNameForm(forms.Form):
    """A corporation's name from a day on."""

    name = forms.CharField(
        label="新しい名称", max_length=100, error_messages={"required": "新しい名称を入力してください。"}
    )
    from_day = DayField(label="変更日（空欄は、登録の誤りを直すとき）", required=False)


class CorporateNumberForm(forms.Form):
    """A 法人番号, put right. An empty field says that there is none; a missing one says nothing."""

    corporate_number = CorporateNumberField()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if "corporate_number" not in self.data:
            self.add_error("corporate_number", "法人番号を入力してください。")
        return values
