"""What is typed at the door. Paste and password managers are welcome (WCAG 3.3.8)."""

import re

from django import forms

from accounts.lockout import normalise
from accounts.operations.codes import plain_digits


class LoginIdField(forms.CharField):
    """An id in any spelling; see ``accounts.lockout.normalise``."""

    def to_python(self, value: object) -> str:
        """The one spelling of what was typed."""
        return normalise(str(value or ""))


class LoginForm(forms.Form):
    """First step."""

    login_id = LoginIdField(
        label="ID",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "IDを入力してください。"},
    )
    password = forms.CharField(
        label="パスワード",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": "パスワードを入力してください。",
            "max_length": "パスワードが長すぎます。もう一度入力してください。",
        },
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """Second step: six digits, full-width and with spaces if need be."""

    code = forms.CharField(
        label="確認コード（6桁の数字）",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-input"}
        ),
        error_messages={
            "required": "メールで届いた6桁の確認コードを入力してください。",
            "max_length": "確認コードは6桁の数字です。メールのコードを入力してください。",
        },
    )

    def clean_code(self) -> str:
        """The six digits. Anything else is a slip of typing and does not count as a try."""
        digits = plain_digits(self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise forms.ValidationError("確認コードは6桁の数字です。メールのコードを入力してください。")
        return digits


class NewPasswordForm(forms.Form):
    """A password typed twice. How good it is, the validators say in the operation."""

    password = forms.CharField(
        label="新しいパスワード",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "新しいパスワードを入力してください。",
            "max_length": "パスワードが長すぎます。1000字までで入力してください。",
        },
    )
    again = forms.CharField(
        label="新しいパスワード（もう一度）",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "確認のため、新しいパスワードをもう一度入力してください。",
            "max_length": "パスワードが長すぎます。1000字までで入力してください。",
        },
    )

    def clean_again(self) -> str:
        """Both are the same."""
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError("1回目と違います。同じパスワードをもう一度入力してください。")
        return again


class ChoosePasswordForm(NewPasswordForm):
    """With the code from the mail."""

    field_order = ("login_id", "code", "password", "again")

    login_id = LoginIdField(
        label="ID",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "IDを入力してください。"},
    )
    code = forms.CharField(
        label="設定コード",
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": "メールで届いた設定コードを入力してください。",
            "max_length": "設定コードは12文字です。メールの設定コードを入力してください。",
        },
    )


class ChangePasswordForm(NewPasswordForm):
    """Knowing the present one."""

    field_order = ("current", "password", "again")

    current = forms.CharField(
        label="いまのパスワード",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": "いまのパスワードを入力してください。",
            "max_length": "パスワードが長すぎます。もう一度入力してください。",
        },
    )
