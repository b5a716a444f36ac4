"""What somebody has on paper: 資格, 前歴と在職証明, 研修, 月の勤務時間, 賃金."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from staff_records.columns import EARLIER, MONTHLY_HOURS, QUALIFICATIONS, TRAININGS, WAGES
from staff_records.forms.cells import ColumnsForm
from staff_records.models import EarlierEmployment, Qualification, Training
from staff_records.values import Earlier, Licenced, Trained
from staff_records.words import Proof

# Whose row it is, the page knows.
WHO = frozenset({"number", "name"})
TYPED_PROOFS = frozenset({Proof.NONE, Proof.REQUESTED, Proof.RECEIVED})


class QualificationForm(ColumnsForm):
    """A qualification (資格の取得)."""

    columns = tuple(column for column in QUALIFICATIONS.columns if column.code not in WHO)
    hints: ClassVar = {"licence_number": "登録証・免許状のとおりに入力してください。例：千葉県-012345"}

    def value(self) -> Licenced:
        """What was typed."""
        typed = self.cleaned_data
        return Licenced(typed["licence"], typed["licence_number"] or "", typed["obtained_on"])

    @staticmethod
    def shown(row: Qualification) -> dict[str, Any]:
        """A row by the codes of columns."""
        return {"licence": row.licence, "licence_number": row.number, "obtained_on": row.obtained_on}


class EarlierForm(ColumnsForm):
    """Work elsewhere before, and how far it is proved (前歴・在職証明)."""

    columns = tuple(
        replace(column, required=True) if column.code == "proof" else column
        for column in EARLIER.columns
        if column.code not in WHO
    )
    hints: ClassVar = {
        "long_enough": "在職証明を見て選んでください。わからないときは「なし」のままにします。",
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

    @staticmethod
    def shown(row: EarlierEmployment) -> dict[str, Any]:
        """A row by the codes of columns."""
        long_enough = {True: "yes", False: "no", None: ""}[row.is_long_enough]
        return {
            "workplace": row.workplace,
            "employer": row.employer,
            "first_day": row.first_day,
            "last_day": row.last_day,
            "long_enough": long_enough,
            # What the city has checked is looked at again after a correction.
            "proof": row.proof if row.proof in TYPED_PROOFS else Proof.RECEIVED,
        }


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

    @staticmethod
    def shown(row: Training) -> dict[str, Any]:
        """A row by the codes of columns."""
        return {
            "field": row.field,
            "training_title": row.title,
            "organiser": row.organiser,
            "training_hours": row.hours,
            "management_hours": row.management_hours or None,
            "finished_on": row.finished_on,
            "in_house": "in_house" if row.is_in_house else "outside",
        }


class HoursForm(ColumnsForm):
    """Hours worked in a month (月の勤務時間)."""

    columns = tuple(column for column in MONTHLY_HOURS.columns if column.code not in WHO)
    hints: ClassVar = {"month": "例：令和8年6月、R8.6。同じ月をもう一度入力すると、書き直します。"}


class WagesForm(ColumnsForm):
    """What was paid for a month (賃金)."""

    columns = tuple(column for column in WAGES.columns if column.code not in WHO)
    hints: ClassVar = {"month": "例：令和8年6月、R8.6。同じ月をもう一度入力すると、書き直します。"}
