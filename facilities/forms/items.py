"""Granted items and their options."""

from dataclasses import dataclass
from typing import Any

from django import forms

from facilities.forms.fields import UNCHOSEN, MonthField
from facilities.models import LONGEST_REASON
from facilities.periods import ServiceMonth
from pricing.month import first_month_met_on
from pricing.rule_sets import AUTOMATIC, claimable_entry, rules_for
from pricing.vocabulary import ITEM_LABELS, SYSTEMS
from pricing.working import Entry

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


def reason_field(label: str) -> forms.CharField:
    """Why something is set or ended; whether it is needed the operation says."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_REASON,
        required=False,
        error_messages={"max_length": f"理由は{LONGEST_REASON}字までです。"},
    )


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
        self.fields["reason"] = reason_field("理由（施設が申請する項目を、申請によらないで設定するとき）")

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

    reason = reason_field("理由")
