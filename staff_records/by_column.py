"""Values by the codes of columns: what the forms of one person show, and what a change names as changed."""

from dataclasses import asdict
from typing import Any

from staff_records.models import EarlierEmployment, Training
from staff_records.values import Earlier, Licenced, Terms, Trained

ByColumn = dict[str, Any]


def earlier_of(row: EarlierEmployment) -> Earlier:
    """Earlier work of a row."""
    return Earlier(**{name: getattr(row, name) for name in Earlier.__dataclass_fields__})


def trained_of(row: Training) -> Trained:
    """A training of a row."""
    return Trained(**{name: getattr(row, name) for name in Trained.__dataclass_fields__})


def terms_columns(terms: Terms) -> ByColumn:
    """Terms by column."""
    shown = asdict(terms)
    shown["regular"] = "regular" if shown.pop("is_regular") else "part_time"
    return shown


def licenced_columns(value: Licenced) -> ByColumn:
    """A qualification by column."""
    return {"licence": value.licence, "licence_number": value.number, "obtained_on": value.obtained_on}


def earlier_columns(value: Earlier) -> ByColumn:
    """Earlier work by column."""
    shown = asdict(value)
    shown["long_enough"] = {True: "yes", False: "no", None: ""}[shown.pop("is_long_enough")]
    return shown


def trained_columns(value: Trained) -> ByColumn:
    """A training by column."""
    return {
        "field": value.field,
        "training_title": value.title,
        "organiser": value.organiser,
        "training_hours": value.hours,
        "management_hours": value.management_hours or None,
        "finished_on": value.finished_on,
        "in_house": "in_house" if value.is_in_house else "outside",
    }
