"""What a facility types of 様式に載せる事項."""

import re
import unicodedata
from typing import Any

from django import forms

from documents.contacts import ENTERED
from facilities.postal_codes import exists

POSTAL = re.compile(r"(\d{3})-?(\d{4})")
PHONE = re.compile(r"0\d{1,4}-?\d{1,4}-?\d{3,4}(?:（内線\d{1,6}）)?")
WRONG_POSTAL = "郵便番号は、279-0001のように7桁で入力してください。"
NO_POSTAL = "この郵便番号はありません。確認して、入力し直してください。"
WRONG_PHONE = "電話番号は、市外局番から入力してください。内線は「（内線12）」と続けます。"
TOO_LONG = "%(limit_value)d字までで入力してください（いま%(show_value)d字）。"
LENGTHS = {
    "representative_title": 30,
    "representative": 40,
    "corporation_postal_code": 8,
    "corporation_location": 80,
    "department": 40,
    "person": 40,
    "phone": 30,
}
HINTS = {
    "representative_title": "例：理事長、代表取締役",
    "corporation_postal_code": "例：279-0001",
    "phone": "例：047-000-0000",
}


class ContactForm(forms.Form):
    """All of it may be left out: a form then has a line to write on."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for entry in ENTERED:
            self.fields[entry.name] = forms.CharField(
                label=entry.label,
                required=False,
                max_length=LENGTHS[entry.name],
                error_messages={"max_length": TOO_LONG},
            )

    def clean_corporation_postal_code(self) -> str:
        """:raises ValidationError: no postal code of Japan."""
        typed = _plain(self.cleaned_data["corporation_postal_code"])
        if not typed:
            return ""
        found = POSTAL.fullmatch(typed)
        if found is None:
            raise forms.ValidationError(WRONG_POSTAL)
        code = f"{found[1]}-{found[2]}"
        if not exists(code):
            raise forms.ValidationError(NO_POSTAL)
        return code

    def clean_phone(self) -> str:
        """:raises ValidationError: no number one could call."""
        typed = _plain(self.cleaned_data["phone"]).replace("(", "（").replace(")", "）")
        if typed and not PHONE.fullmatch(typed):
            raise forms.ValidationError(WRONG_PHONE)
        return typed

    def details(self) -> dict[str, str]:
        """The values by their names."""
        return {entry.name: self.cleaned_data[entry.name].strip() for entry in ENTERED}


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).replace("‐", "-").replace("−", "-").replace("ー", "-").strip()
