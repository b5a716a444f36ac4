"""What the administrator types about facilities and accounts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from accounts.forms import LoginIdField
from accounts.models import LOGIN_ID
from facilities import checks
from facilities.actors import CITY_ROLES, Role
from facilities.api_clients import ApiScope
from facilities.imports import (
    FacilityLine,
    LinesRefused,
    check_digit_fits,
    understand,
)
from facilities.models import LONGEST_REASON, Facility, FacilityKind, FacilityProfile, Ownership
from facilities.operations.accounts import Notification
from facilities.operations.api_tokens import LONGEST_LABEL, LONGEST_LIFE
from facilities.operations.branches import BranchValues
from facilities.operations.changes import DetailValues, SuccessorValues
from facilities.operations.profiles import CertifiedRates, ProfileValues
from facilities.periods import ServiceMonth
from facilities.postal_codes import exists
from facilities.schedule import LAST_DAY, CitySchedule, Shift, Step, StepRule
from pricing.month import first_month_met_on
from pricing.rule_sets import AUTOMATIC, claimable_entry, rules_for
from pricing.vocabulary import ITEM_LABELS, SYSTEMS, region_words
from pricing.working import Entry

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
UNCHOSEN = ("", "選んでください")
OPTION_LABELS = {
    "extra_staff": "加配の人数",
    "weekdays": "週の日数",
    "children": "対象の子どもの数",
    "days": "日数",
    "spent_yen": "支出額（円）",
    "headcount": "対象の職員の数",
    "headcount_a": "人数A",
    "headcount_b": "人数B",
}
# The facility gives these every month; the administrator does not set them.
MONTHLY_OPTIONS = frozenset({"weekdays", "days", "spent_yen"})
# Nothing of 公定価格 is older, and months are read up to here.
FIRST_YEAR, LAST_YEAR = 2015, 2098
# Stands in the child counts of every month (うち障害児数).
COUNTED_OPTIONS = frozenset({("disability_care", "children")})
# What a number means for one item, where its name for all of them would mislead.
LABELS_OF_ITEM = {("below_staffing", "headcount"): "不足している職員の数（空欄は1人）"}
# Nobody is granted an item for nobody.
LEAST_OF = {"extra_staff": 1, "headcount": 1}


def option_label(code: str, option: str) -> str:
    """What an option of an item is called."""
    return LABELS_OF_ITEM.get((code, option), OPTION_LABELS[option])


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


@dataclass(frozen=True)
class Grantable:
    """
    An item of a facility type that the administrator can set.

    ``certification`` (1 or 23) only where both tables of a 認定こども園 have it and it is set for each by itself.
    """

    entry: Entry
    certification: str = ""

    @property
    def key(self) -> str:
        """Its value in the form."""
        code = self.entry.item.code
        return f"{code}:{self.certification}" if self.certification else code

    @property
    def label(self) -> str:
        """Its name, with the children it is set for."""
        return item_words(self.entry.label, self.certification)


def item_words(label: str, certification: str) -> str:
    """冷暖房費（1号）: the item's name, and of which children where that is said."""
    return f"{label}（{SYSTEMS[certification]}）" if certification else label


def grantables(kind: str, fiscal_year: int) -> list[Grantable]:
    """What the administrator can set for a facility of this type, in the order of the tables."""
    rules = rules_for(kind, fiscal_year)
    found = []
    for entry in rules.entries:
        systems = rules.systems_of(entry.item.code)
        if entry.item.code in AUTOMATIC:
            continue
        if len(systems) == 1 or entry.whole_facility:
            found.append(Grantable(entry))
        else:
            found += [Grantable(rules.tables[system].by_code[entry.item.code], system) for system in systems]
    return found


class GrantForm(forms.Form):
    """
    One 加算 or 減算 with its options: first which one, then only what that one has.

    ``asked`` is the item's key; a form that was sent says it itself. While none is known there is only the choice.
    """

    code = forms.ChoiceField(
        label="加算・減算",
        widget=forms.HiddenInput,
        error_messages={
            "required": "加算・減算の項目を選んでください。",
            "invalid_choice": "この項目は選択できません。一覧から選んでください。",
        },
    )

    def __init__(self, *args: Any, kind: str, fiscal_year: int, asked: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grantables = {one.key: one for one in grantables(kind, fiscal_year)}
        code_field = self.fields["code"]
        assert isinstance(code_field, forms.ChoiceField)
        code_field.choices = [(key, one.label) for key, one in self.grantables.items()]
        self.asked = self.grantables.get(str(self.data.get("code", "")) if self.is_bound else asked)
        if self.asked is None:
            return
        code_field.initial = self.asked.key
        self._add_variant(self.asked.entry)
        self.fields["met_on"] = forms.DateField(
            label="要件を満たした日（1日ならその月、2日以後なら翌月から適用）",
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"invalid": "日付を「2026-06-01」の形で、ある日にしてください。"},
        )
        self.fields["from_month"] = MonthField(
            label="適用開始月（空欄は要件を満たした日から決まる月）", required=False
        )
        self.fields["to_month"] = MonthField(label="適用終了月（空欄は期限なし）", required=False)
        item = self.asked.entry.item
        for option in (*item.options, *item.optional):
            if option not in MONTHLY_OPTIONS and (item.code, option) not in COUNTED_OPTIONS:
                label = option_label(item.code, option)
                self.fields[option] = forms.IntegerField(
                    label=label,
                    min_value=LEAST_OF.get(option, 0),
                    max_value=999,
                    required=option in item.options,
                    error_messages={"required": f"「{self.asked.entry.label}」には{label}が必要です。"},
                )

    def _add_variant(self, entry: Entry) -> None:
        variants = entry.item.variants
        if not variants or entry.item.chosen_variant:
            return
        optional = entry.item.code == "saturday_closure"
        self.fields["variant"] = forms.ChoiceField(
            label="区分",
            required=not optional,
            choices=[("", "なし") if optional else UNCHOSEN, *variants.items()],
            error_messages={
                "required": f"区分を選んでください（{'・'.join(variants.values())}）。",
                "invalid_choice": f"「{entry.label}」にこの区分はありません。",
            },
        )

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Every item that can be set, for the first step."""
        return [(key, one.label) for key, one in self.grantables.items()]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.asked is not None:
            self._find_from_month(values)
            for name, label in {**OPTION_LABELS, "variant": "区分"}.items():
                if self.data.get(name) and name not in self.fields:
                    self.add_error(None, f"「{self.asked.entry.label}」では使いません（{label}）。")
        return values

    def _find_from_month(self, values: dict[str, Any]) -> None:
        """The month from the day the condition was met (pricing.md §5); said together they agree."""
        met_on, from_month = values.get("met_on"), values.get("from_month")
        if {"met_on", "from_month"} & set(self.errors):
            return
        if met_on is None:
            if from_month is None:
                self.add_error("from_month", "適用開始月か、要件を満たした日を入力してください。")
            return
        if not FIRST_YEAR <= met_on.year <= LAST_YEAR:
            self.add_error("met_on", f"{FIRST_YEAR}年から{LAST_YEAR}年までの日付を入力してください。")
            return
        first = first_month_met_on(met_on)
        if from_month is None:
            values["from_month"] = ServiceMonth(first.year, first.month)
        elif (from_month.year, from_month.month) < (first.year, first.month):
            message = (
                f"この日に要件を満たすと、{first.words}分からです。適用開始月を直すか、空欄にしてください。"
            )
            self.add_error("from_month", message)

    @property
    def chosen(self) -> Grantable:
        """The item; the form is valid."""
        return self.grantables[self.cleaned_data["code"]]

    def options(self) -> dict[str, Any]:
        """The options under the pricing contract's names."""
        chosen = {
            name: self.cleaned_data[name] for name in OPTION_LABELS if self.cleaned_data.get(name) is not None
        }
        if self.cleaned_data.get("variant"):
            chosen["variant"] = self.cleaned_data["variant"]
        return chosen


def option_words(code: str, kind: str, options: dict[str, Any]) -> list[tuple[str, str]]:
    """A granted item's options as the administrator reads them: 区分 その他地域, 人数A 3."""
    entry = claimable_entry(kind, code)
    words = []
    for name, value in options.items():
        if name == "variant":
            words.append(("区分", entry.item.variants.get(value, value) if entry else str(value)))
        else:
            label = option_label(code, name) if name in OPTION_LABELS else name
            words.append(
                (label.partition("（空欄")[0], f"{value:,}" if isinstance(value, int) else str(value))
            )
    return words


def item_label(code: str, kind: str, certification: str = "") -> str:
    """The item's name as the facility type's table prints it."""
    entry = claimable_entry(kind, code, certification)
    return item_words(entry.label if entry else ITEM_LABELS.get(code, code), certification)


class EndItemForm(forms.Form):
    """The last month of a granted item."""

    last_month = MonthField(label="最後に適用する月")


class EndGrantForm(EndItemForm):
    """The last month of a granted 加算 or 減算, and why."""

    reason = forms.CharField(
        label="理由",
        max_length=LONGEST_REASON,
        required=False,
        error_messages={"max_length": f"理由は{LONGEST_REASON}字までです。"},
    )


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


class NumberForm(forms.Form):
    """A mistyped 事業所番号, put right."""

    number = FacilityNumberField(label="正しい事業所番号")


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


@dataclass(frozen=True)
class TypedLine:
    """A form as a line of the list of facilities."""

    cells: dict[str, str]
    line: int = 1

    def get(self, heading: str) -> str:
        """The cell, or nothing when the form does not ask for it."""
        return self.cells.get(heading, "")


# The columns of the list of facilities, by the fields that ask for them.
OPENING_COLUMNS = {
    "number": "事業所番号",
    "name": "施設名",
    "kind": "施設類型",
    "corporation": "設置主体",
    "corporate_number": "法人番号",
    "ownership": "公私区分",
    "approved_capacity": "認可定員",
    "capacity_1": "1号利用定員",
    "capacity_23": "2・3号利用定員",
    "region_percent": "地域区分",
    "opened_on": "認可年月日",
    "postal_code": "郵便番号",
    "location": "所在地",
}
OPENING_WORDS: dict[str, dict[Any, str]] = {
    "kind": {value: str(label) for value, label in FacilityKind.choices},
    "ownership": {value: str(label) for value, label in Ownership.choices},
    "region_percent": {percent: region_words(percent) for percent, _ in REGIONS},
}


class OpenFacilityForm(PlaceForm):
    """One new facility. What is typed is read and checked as a line of the list of facilities."""

    field_order = ("number", "name", "kind", "corporation", "corporate_number", "ownership", "opened_on")

    number = FacilityNumberField(label="事業所番号")
    # Nothing is chosen beforehand: what was overlooked could not be changed later, or would price every child.
    kind = forms.ChoiceField(
        label="施設類型",
        choices=[UNCHOSEN, *FacilityKind.choices],
        error_messages={"required": "施設類型を選んでください。"},
    )
    corporation = forms.CharField(
        label="設置主体", max_length=100, error_messages={"required": "設置主体を入力してください。"}
    )
    corporate_number = CorporateNumberField()
    ownership = forms.ChoiceField(
        label="公私区分",
        choices=[UNCHOSEN, *Ownership.choices],
        error_messages={"required": "公私区分を選んでください。"},
    )
    opened_on = DayField(label="認可年月日")
    approved_capacity = forms.IntegerField(
        label="認可定員",
        min_value=1,
        max_value=999,
        error_messages={"required": "認可定員を入力してください。"},
    )
    capacity_1 = forms.IntegerField(label="1号 利用定員", min_value=1, max_value=999, required=False)
    capacity_23 = forms.IntegerField(label="2・3号 利用定員", min_value=1, max_value=999, required=False)
    region_percent = forms.TypedChoiceField(
        label="地域区分",
        choices=[UNCHOSEN, *REGIONS],
        coerce=int,
        error_messages={"required": "地域区分を選んでください。"},
    )
    from_month = MonthField(
        label="適用開始月",
        error_messages={"required": "定員と地域区分の適用を始める月を入力してください。"},
    )

    def clean(self) -> dict[str, Any]:
        """Every problem at once: what the fields say themselves, and what the list would say."""
        values: dict[str, Any] = super().clean() or {}
        typed = TypedLine({column: _cell(name, values) for name, column in OPENING_COLUMNS.items()})
        try:
            (self._line,) = understand(list(OPENING_COLUMNS.values()), [typed])
        except LinesRefused as refused:
            fields = {column: name for name, column in OPENING_COLUMNS.items()}
            for problem in refused.problems:
                if (name := fields[problem.column]) not in self.errors:
                    self.add_error(name, problem.message)
        return values

    def line(self) -> FacilityLine:
        """What was typed, as a line of the list."""
        return self._line


def _cell(name: str, values: dict[str, Any]) -> str:
    value = values.get(name)
    if value is None or value == "":
        return ""
    return OPENING_WORDS[name][value] if name in OPENING_WORDS else str(value)


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


class RulesForm(forms.Form):
    """The day of every step."""

    def __init__(self, *args: Any, schedule: CitySchedule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in Step:
            rule = schedule.rules[step]
            self.fields[f"{step}_months"] = forms.TypedChoiceField(
                label=f"{step.label}の月",
                choices=[(0, "その月"), (1, "翌月"), (2, "2か月後"), (3, "3か月後")],
                coerce=int,
                initial=rule.months_later,
            )
            self.fields[f"{step}_day"] = forms.IntegerField(
                label=f"{step.label}の日", min_value=1, max_value=LAST_DAY, initial=rule.day
            )
            self.fields[f"{step}_shift"] = forms.ChoiceField(
                label=f"{step.label}が休みの日のとき", choices=Shift.choices, initial=rule.shift
            )
        for placed in self.fields.values():
            # In a table the heading of the column is not the label of the control.
            placed.widget.attrs["aria-label"] = str(placed.label)

    @property
    def rows(self) -> list[tuple[Step, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The table of the form."""
        return [(step, self[f"{step}_months"], self[f"{step}_day"], self[f"{step}_shift"]) for step in Step]

    def rules(self) -> dict[str, StepRule]:
        """What was typed."""
        typed = self.cleaned_data
        return {
            str(step): StepRule(typed[f"{step}_months"], typed[f"{step}_day"], typed[f"{step}_shift"])
            for step in Step
        }


class ClosingDayForm(forms.Form):
    """A day on which the city's offices rest."""

    day = DayField(label="閉庁日")
    name = forms.CharField(
        label="理由", max_length=40, error_messages={"required": "理由を入力してください。"}
    )


class ExceptionForm(forms.Form):
    """Another day for one step of one month."""

    month = MonthField(label="対象月", error_messages={"required": "対象月を入力してください。"})
    step = forms.ChoiceField(label="段階", choices=Step.choices)
    day = DayField(label="この月だけの日")
    reason = forms.CharField(
        label="理由（施設にも表示されます）",
        max_length=60,
        error_messages={"required": "理由を入力してください。"},
    )


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
