"""What is typed at the door."""

import re
import unicodedata
from typing import Any

from django import forms


class LoginForm(forms.Form):
    """ID and password."""

    login_id = forms.CharField(
        label="ID",
        max_length=64,
        error_messages={"required": "IDを入力してください。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label="パスワード",
        max_length=200,
        strip=False,
        error_messages={"required": "パスワードを入力してください。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """The six digits of the mail; full-width digits and blanks are understood."""

    code = forms.CharField(
        label="確認コード（6桁の数字）",
        max_length=20,
        error_messages={"required": "メールに書かれた6桁の数字を入力してください。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-input"}
        ),
    )

    def clean_code(self) -> Any:
        """Six digits, or a sentence."""
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", self.cleaned_data["code"]))
        if not re.fullmatch(r"[0-9]{6}", plain):
            raise forms.ValidationError("メールに書かれた6桁の数字を入力してください。")
        return plain
