"""What the administrator types about accounts."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from accounts.forms import LoginIdField
from accounts.models import LOGIN_ID
from facilities.actors import CITY_ROLES, Role
from facilities.forms.fields import UNCHOSEN
from facilities.models import Facility
from facilities.operations.accounts import Notification

NO_NUMBER, NO_DAY = "届出番号を入力してください。", "届出日を入力してください。"


class NotificationForm(forms.Form):
    """A notified mail address. The city's own people have no notification."""

    notification_number = forms.CharField(
        label="届出番号",
        max_length=40,
        error_messages={"required": NO_NUMBER, "max_length": "届出番号は40字までで入力してください。"},
    )
    notified_on = forms.DateField(
        label="届出日",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": NO_DAY,
            "invalid": "届出日を「2026-06-01」の形で入力してください。",
        },
    )
    address = forms.EmailField(
        label="メールアドレス",
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "メールアドレスを入力してください。",
            "invalid": "メールアドレスを1つだけ、「name@example.jp」の形で入力してください。",
        },
    )

    def __init__(self, *args: Any, is_facility: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_facility = is_facility
        for name in ("notification_number", "notified_on"):
            self.fields[name].required = is_facility

    def notification(self) -> Notification:
        """What was typed."""
        typed = self.cleaned_data
        return Notification(typed["address"], typed["notification_number"].strip(), typed["notified_on"])


class AddressForm(NotificationForm):
    """Another address for an account that exists."""

    @staticmethod
    def initial_for(today: date) -> dict[str, Any]:
        """Most notifications are registered on the day they arrive."""
        return {"notified_on": today}


class PersonForm(NotificationForm):
    """A person who gets an account: for a successor this is all."""

    field_order: tuple[str, ...] = ("login_id", "name", "notification_number", "notified_on", "address")

    login_id = LoginIdField(
        label="ID",
        max_length=32,
        validators=[
            RegexValidator(
                LOGIN_ID,
                "IDは半角の英小文字・数字・「.」「_」「-」で、3文字以上32文字までにしてください。",
            )
        ],
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "IDを入力してください。"},
    )
    name = forms.CharField(
        label="氏名",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "氏名を入力してください。", "max_length": "氏名は60字までです。"},
    )


def facility_choices(facilities: Sequence[Facility]) -> list[tuple[str, str]]:
    """Facilities to choose from by number and name; one that is closed says so: its last months may still be open."""
    today = timezone.localdate()
    return [
        (
            str(row.pk),
            f"{row.number}　{row.name}{'（廃止）' if row.closed_on and row.closed_on < today else ''}",
        )
        for row in facilities
    ]


class FacilitySearch(forms.TextInput):
    """A field that proposes facilities by number and name. Each says which row it is, for the page's record."""

    template_name = "facilities/widgets/facility_search.html"
    facilities: Sequence[tuple[str, str]] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With the proposals."""
        context = super().get_context(name, value, {**(attrs or {}), "list": f"{name}-choices"})
        context["widget"]["facilities"] = self.facilities
        return context


class FacilityField(forms.CharField):
    """One of many facilities, by what was proposed, by its number or by its whole name; cleaned, it is its id."""

    widget = FacilitySearch

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="施設",
            max_length=200,
            error_messages={"required": "施設を入力してください。"},
            widget=FacilitySearch(attrs={"autocomplete": "off"}),
            **kwargs,
        )
        self.facilities: list[tuple[str, str]] = []

    def offer(self, facilities: Sequence[Facility]) -> None:
        """Those that may be chosen."""
        self.facilities = facility_choices(facilities)
        self.names = {str(row.pk): (row.number, row.name) for row in facilities}
        self.widget.facilities = self.facilities

    def prepare_value(self, value: Any) -> Any:
        """An id is shown as number and name."""
        return dict(self.facilities).get(str(value), value)

    def clean(self, value: Any) -> Any:
        """The id of the one facility that is meant; several of a name, or a part of one, are named back."""
        typed = _plain(str(super().clean(value)))
        if not typed:
            return ""
        whole = [
            key
            for key, label in self.facilities
            if typed in {key, _plain(label), *map(_plain, self.names[key])}
        ]
        if len(whole) == 1:
            return whole[0]
        labels = [label for key, label in self.facilities if key in whole or typed in _plain(label)]
        if not labels:
            raise forms.ValidationError("当てはまる施設がありません。事業所番号か施設名を確かめてください。")
        more = f" ほか{len(labels) - MOST_NAMED}施設" if len(labels) > MOST_NAMED else ""
        raise forms.ValidationError(
            f"施設を1つに決められません。事業所番号を入力してください。候補: {'、'.join(labels[:MOST_NAMED])}{more}"
        )


MOST_NAMED = 5


def _plain(text: str) -> str:
    return "".join(normalize("NFKC", text).casefold().split())


class SecondFacilityForm(forms.Form):
    """Another facility that an account's person serves too, on its notification."""

    facility = FacilityField()
    notification_number = forms.CharField(
        label="届出番号", max_length=40, error_messages={"required": NO_NUMBER}
    )
    notified_on = forms.DateField(
        label="届出日",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": NO_DAY,
            "invalid": "届出日を「2026-06-01」の形で入力してください。",
        },
    )

    def __init__(self, *args: Any, facilities: Sequence[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["facility"]
        assert isinstance(choice, FacilityField)
        choice.offer(facilities)

    def facility_id(self) -> UUID:
        """The chosen facility."""
        return UUID(self.cleaned_data["facility"])


class ClerkForm(PersonForm):
    """A new account for somebody of a facility."""

    field_order = ("facility", "login_id", "name", "notification_number", "notified_on", "address")

    facility = FacilityField()

    def __init__(self, *args: Any, facilities: Sequence[Facility], **kwargs: Any) -> None:
        super().__init__(*args, is_facility=True, **kwargs)
        choice = self.fields["facility"]
        assert isinstance(choice, FacilityField)
        choice.offer(facilities)

    def chosen_duty(self) -> Role:
        """There is one role at a facility."""
        return Role.FACILITY

    def facility_id(self) -> UUID:
        """The chosen facility."""
        return UUID(self.cleaned_data["facility"])


class OfficialForm(PersonForm):
    """A new account for somebody of the city: no facility and no notification."""

    field_order = ("duty", "login_id", "name", "address")

    duty = forms.ChoiceField(
        label="役割",
        choices=[UNCHOSEN, *((role.value, role.label) for role in Role if role in CITY_ROLES)],
        error_messages={"required": "役割を選んでください。", "invalid_choice": "役割を選んでください。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, is_facility=False, **kwargs)
        for name in ("notification_number", "notified_on"):
            del self.fields[name]

    def chosen_duty(self) -> Role:
        """The chosen role."""
        return Role(self.cleaned_data["duty"])

    def facility_id(self) -> None:
        """None."""

    def notification(self) -> Notification:
        """The address alone."""
        return Notification(self.cleaned_data["address"], "", None)


class RoleForm(forms.Form):
    """Another role for a person of the city. Administrators are registered, not made of others."""

    new_duty = forms.ChoiceField(
        label="新しい役割",
        error_messages={"required": "役割を選んでください。", "invalid_choice": "役割を選んでください。"},
    )

    def __init__(self, *args: Any, duty: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["new_duty"]
        assert isinstance(choices, forms.ChoiceField)
        offered = [role for role in Role if role in CITY_ROLES - {Role.ADMINISTRATOR} and role != duty]
        choices.choices = [("", "選んでください"), *((role.value, role.label) for role in offered)]

    def duty(self) -> Role:
        """The chosen role."""
        return Role(self.cleaned_data["new_duty"])
