"""What somebody has on paper: 資格, 前歴と在職証明, 研修, 月の勤務時間, 賃金."""

from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from staff_records.columns import EARLIER, MONTHLY_HOURS, QUALIFICATIONS, TRAININGS, WAGES
from staff_records.forms.cells import ColumnsForm
from staff_records.values import Earlier, Licenced, Trained

# Whose row it is, the page knows.
WHO = frozenset({"number", "name"})


class QualificationForm(ColumnsForm):
    """A qualification (資格の取得)."""

    columns = tuple(column for column in QUALIFICATIONS.columns if column.code not in WHO)
    hints: ClassVar = {"licence_number": "登録証・免許状のとおりに入力してください。例：千葉県-012345"}

    def value(self) -> Licenced:
        """What was typed."""
        typed = self.cleaned_data
        return Licenced(typed["licence"], typed["licence_number"] or "", typed["obtained_on"])


class EarlierForm(ColumnsForm):
    """Work elsewhere before, and how far it is proved (前歴・在職証明)."""

    columns = tuple(
        replace(column, required=True) if column.code == "proof" else column
        for column in EARLIER.columns
        if column.code not in WHO
    )
    hints: ClassVar = {
        "long_enough": "在職証明を見て選んでください。",
    }

    def value(self) -> Earlier:
        """What was typed."""
        typed = self.cleaned_data
        return Earlier(
            workplace=typed["workplace"],
            first_day=typed["first_day"],
            last_day=typed["last_day"],
            employer=typed["employer"] or "",
            is_long_enough={"yes": True, "no": False}.get(typed["long_enough"]),
            proof=typed["proof"],
        )


class TrainingForm(ColumnsForm):
    """A finished training (研修の修了)."""

    columns = tuple(
        replace(column, required=True) if column.code == "in_house" else column
        for column in TRAININGS.columns
        if column.code not in WHO
    )

    def value(self) -> Trained:
        """What was typed."""
        typed = self.cleaned_data
        return Trained(
            field=typed["field"],
            hours=typed["training_hours"],
            finished_on=typed["finished_on"],
            management_hours=typed["management_hours"] or Decimal(0),
            title=typed["training_title"] or "",
            organiser=typed["organiser"] or "",
            is_in_house=typed["in_house"] == "in_house",
        )


class HoursForm(ColumnsForm):
    """Hours worked in a month (月の勤務時間)."""

    columns = tuple(column for column in MONTHLY_HOURS.columns if column.code not in WHO)
    hints: ClassVar = {"month": "例：令和8年6月、R8.6。同じ月をもう一度入力すると、書き直します。"}


class WagesForm(ColumnsForm):
    """What was paid for a month (賃金)."""

    columns = tuple(column for column in WAGES.columns if column.code not in WHO)
    hints: ClassVar = {"month": "例：令和8年6月、R8.6。同じ月をもう一度入力すると、書き直します。"}
