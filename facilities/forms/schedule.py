"""The days of the months (日程)."""

from typing import Any

from django import forms

from facilities.forms.fields import DayField, MonthField
from facilities.schedule import LAST_DAY, CitySchedule, Shift, Step, StepRule


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
