"""A token for another system."""

from datetime import date, timedelta
from typing import Any

from django import forms

from facilities.api_clients import ApiScope
from facilities.operations.api_tokens import LONGEST_LABEL, LONGEST_LIFE


class ApiTokenForm(forms.Form):
    """A new API token."""

    label = forms.CharField(
        label="名前",
        max_length=LONGEST_LABEL,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "名前を入力してください。",
            "max_length": f"名前は{LONGEST_LABEL}字までで入力してください。",
        },
    )
    scopes = forms.MultipleChoiceField(
        label="できること",
        choices=ApiScope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "1つ以上選んでください。", "invalid_choice": "選び直してください。"},
    )
    expires_on = forms.DateField(
        label="有効期限",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "有効期限を入力してください。", "invalid": "日付を入力してください。"},
    )

    @staticmethod
    def initial_for(today: date) -> dict[str, Any]:
        """As long as is allowed, for what is most asked for."""
        last = today + LONGEST_LIFE - timedelta(days=1)
        return {"expires_on": last, "scopes": [ApiScope.CHILD_COUNTS_WRITE]}
