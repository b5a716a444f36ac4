"""The city sets until when the rosters of a year are due."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from facilities.schedule import CitySchedule
from pages.wareki import fiscal_year_words
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.models import RosterRound
from staff_records.year_roster import first_day_of

USUAL_DAY = 10
MEANWHILE = "画面を開いたあとに提出期限が変わりました。いまの期限を確かめて、もう一度設定してください。"


def is_asked(facility: Facility, fiscal_year: int) -> bool:
    """Whether the facility owes a roster of the year: it is run on 1 April. Who opens later has nobody to name then."""
    day = first_day_of(fiscal_year)
    return facility.opened_on <= day and facility.lives_in(ServiceMonth.of(day))


def due_of(municipality: Municipality, fiscal_year: int) -> date:
    """The day by which the rosters are due: as the city has set it, else the first business day from 10 April on."""
    return due_by(rounds_of(fiscal_year), municipality, fiscal_year)


def rounds_of(fiscal_year: int) -> QuerySet[RosterRound]:
    """The day the city has set for the year, if it has."""
    rows: QuerySet[RosterRound] = RosterRound.objects.filter(fiscal_year=fiscal_year)
    return rows


def due_by(chosen: Iterable[RosterRound], municipality: Municipality, fiscal_year: int) -> date:
    """As ``due_of``, with what ``rounds_of`` has answered."""
    return next((one.due_on for one in chosen), None) or usual_day(municipality, fiscal_year)


def usual_day(municipality: Municipality, fiscal_year: int) -> date:
    """10 April, or the next day the city works."""
    day = first_day_of(fiscal_year).replace(day=USUAL_DAY)
    return CitySchedule.of(municipality).business_day_from(day)


@operation(StaffEvent.ROUND_SET)
def set_due(fiscal_year: int, due_on: date, *, shown_due: date, by: Actor, at: datetime) -> RosterRound:
    """
    Set the day for all facilities of the city.

    :raises NotAllowed: only the operations section.
    :raises ProblemsFound: a day outside of the fiscal year, or the day is no longer the one that was shown.
    """
    permissions.set_round(by, None)
    # Also where the year has no row yet: the city's own row is there to queue at.
    municipality = Municipality.objects.select_for_update(of=("self",)).get(pk=by.municipality_id)
    if due_of(municipality, fiscal_year) != shown_due:
        raise ProblemsFound([MEANWHILE])
    if not first_day_of(fiscal_year) <= due_on < first_day_of(fiscal_year + 1):
        raise ProblemsFound([f"提出期限は、{fiscal_year_words(fiscal_year)}の中の日にしてください。"])
    chosen: RosterRound
    chosen, _ = RosterRound.objects.update_or_create(
        municipality=municipality,
        fiscal_year=fiscal_year,
        defaults={"due_on": due_on, "set_at": at, "set_by": by.user_id},
    )
    record(
        StaffEvent.ROUND_SET,
        by=by,
        on=chosen,
        rows={"roster_round": [chosen.pk]},
        detail={"fiscal_year": fiscal_year, "before": shown_due, "after": due_on},
    )
    return chosen
