"""Finding somebody in the whole city by kana (and birth date)."""

from dataclasses import dataclass
from datetime import date

from facilities.models import Facility
from pricing.staffing.jobs import JOBS
from staff_records import finding
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.opening import open_to_compute
from staff_records.words import Ending

MOST_SHOWN = 50


@dataclass(frozen=True)
class Person:
    """Somebody who was found: the minimum to tell who it is. Who neither is there nor will come has left."""

    dossier: Dossier
    facility: Facility
    name: str
    job: str
    is_there: bool
    is_to_come: bool = False
    gone_words: str = ""


@dataclass(frozen=True)
class Findings:
    """Who was found, by facility and number; ``has_more``: not all are shown. ``opened`` is for the record."""

    people: list[Person]
    has_more: bool
    opened: list[Dossier]


def people_named(kana: str, birth_date: date | None, *, today: date) -> Findings:
    """
    Who has ever been called so: by the whole kana, the family part or its beginning. Opened to be shown.

    A day of birth is compared first, so that nobody is opened by name who was born on another day.
    """
    rows = finding.perhaps_named(kana).select_related("facility").order_by("facility__number", "number")
    members = list(rows)
    if birth_date is not None:
        open_to_compute(members)
        members = [member for member in members if member.birth_date == birth_date]
    opened = dossiers(members[:MOST_SHOWN], Purpose.SHOW)
    people = [person(one, today) for one in opened if finding.is_named(one, kana)]
    return Findings(people, len(members) > MOST_SHOWN, opened)


def person(found: Dossier, today: date) -> Person:
    """One person with the words of a list; there is a span of work, and ``found.member.facility`` is loaded."""
    span = found.employment_on(today) or found.spans[-1]
    return Person(
        found,
        found.member.facility,
        found.detail_on(today).name,
        JOBS[span.job].label if span.job in JOBS else span.job,
        found.is_there_on(today),
        found.spans[-1].first_day > today and not found.is_there_on(today),
        Ending(found.spans[-1].ending or Ending.LEFT).state,
    )
