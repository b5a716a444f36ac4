"""
A roster as it was sent, as plain values for figures: one span a person, with the terms of the day it is frozen as of.

The months of experience are those that were computed when it was frozen; careers are not counted again.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pricing.staffing import EarlierService, Training, WorkingTime
from staff_records.columns import EARLIER, QUALIFICATIONS, TRAININGS
from staff_records.figures.people import Person, Roster, Span
from staff_records.models import WorkRules
from staff_records.standing import Standing
from staff_records.words import PROVED, Licence


def roster_of(standings: Iterable[Standing], rules: Iterable[WorkRules]) -> Roster:
    """Everybody of a snapshot, with the hours the facility's rules set for 常勤."""
    return Roster(
        tuple(map(person_of, standings)),
        tuple(sorted((rule.from_month, rule.full_time_hours) for rule in rules)),
    )


def span_of(one: Standing) -> Span:
    """The terms of work that stood on the day, as if they had held since 採用."""
    values = one.values
    hours, days = Decimal(values["hours_a_day"]), Decimal(values["days_a_month"])
    regular = values["regular"] == "regular"
    return Span(
        first=date.fromisoformat(values["hired_on"]),
        last=None,
        working_time=WorkingTime(hours, days, all_set_hours=regular),
        hours_a_month=Decimal(values["hours_a_month"]) if values["hours_a_month"] else hours * days,
        job=values["job"],
        post=values["post"],
        is_regular=regular,
        on_leave=bool(values["leave"]),
        concurrence=values["concurrence"],
    )


def person_of(one: Standing) -> Person:
    """The person with everything figures need that was frozen."""
    values, beside = one.values, one.beside
    licences = [
        (row["licence"], _day(row["obtained_on"])) for row in beside[QUALIFICATIONS.code] if row["licence"]
    ]
    if values["nursery_number"] or values["nursery_date"]:
        licences.append((Licence.NURSERY_TEACHER, _day(values["nursery_date"])))
    if values["kindergarten_licence"]:
        licences.append((values["kindergarten_licence"], _day(values["kindergarten_date"])))
    return Person(
        member_id=one.member_id,
        number=one.number,
        spans=(span_of(one),),
        licences=tuple(licences),
        earlier=tuple(
            EarlierService(
                date.fromisoformat(row["first_day"]),
                _day(row["last_day"]),
                row["workplace"],
                {"yes": True, "no": False}.get(row["long_enough"]),
                row["proof"] in PROVED,
            )
            for row in beside[EARLIER.code]
        ),
        trainings=tuple(
            Training(
                row["field"],
                Decimal(row["training_hours"]),
                Decimal(row["management_hours"] or 0),
                date.fromisoformat(row["finished_on"]),
                row["in_house"] == "in_house",
            )
            for row in beside[TRAININGS.code]
        ),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
