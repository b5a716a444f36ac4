"""Rows as plain values, and values by the codes of columns: what forms show, and what a change names as changed."""

from dataclasses import asdict
from typing import Any

from staff_records.models import EarlierEmployment, Employment, Qualification, StaffDetail, Training
from staff_records.values import Detail, Earlier, Licenced, Terms, Trained

ByColumn = dict[str, Any]


def terms_of(span: Employment) -> Terms:
    """The terms of a span of work."""
    return Terms(**{name: getattr(span, name) for name in Terms.__dataclass_fields__})


def detail_of(row: StaffDetail) -> Detail:
    """Name and address of a row."""
    return Detail(**{name: getattr(row, name) for name in Detail.__dataclass_fields__})


def licenced_of(row: Qualification) -> Licenced:
    """A qualification of a row."""
    return Licenced(row.licence, row.number, row.obtained_on)


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
