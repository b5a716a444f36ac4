"""
The people of the roster the city has accepted, as rows of a table: their job, terms, years, licences and wages.

Opened for computing, so names stay closed: a page that shows them opens them itself. Whoever is read stands in an
event.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from applications.filling import Given
from applications.rows_read import accepted_in, accepted_read, rosters_read, wages_of, wages_read
from applications.sources import Asking, Known, tells
from audit.record import record
from facilities.periods import ServiceMonth
from pages.wareki import date_words, fiscal_year_words
from pricing.staffing import JOBS, NotCountable
from staff_records.events import StaffEvent
from staff_records.figures.experience import career_of
from staff_records.figures.people import Person, Roster, Span
from staff_records.models import SnapshotLine
from staff_records.opening import open_to_show
from staff_records.queries.rosters import rosters
from staff_records.words import Licence

PEOPLE: Final = "roster.people"
PEOPLE_OF_YEAR: Final = "roster.people_of_year"
WAGES: Final = ("base_yen", "allowance_yen", "post_allowance_yen", "bonus_yen")
PERSON: Final = (
    "number",
    "job",
    "job_code",
    "post",
    "is_regular",
    "hours_a_month",
    "is_nursery_teacher",
    "licence",
    "service_years",
    "service_months",
    "experience_years",
    "experience_months",
    "counts",
    "months",
    *WAGES,
    *(f"last_{name}" for name in WAGES),
)
NURSERY_TEACHER: Final = frozenset({Licence.NURSERY_TEACHER, Licence.REGIONAL_NURSERY_TEACHER})
MONTHS: Final = 12
WagesOfPerson = Mapping[tuple[int, str], Mapping[date, int]]


@tells(
    PEOPLE,
    PEOPLE_OF_YEAR,
    reads=[accepted_read, rosters_read, wages_read],
    person=[f"person.{name}" for name in PERSON],
)
def of_people(asking: Asking) -> Mapping[UUID, Known]:
    """
    Everybody of the accepted roster as of 1 April, in its order, and for reports everybody who has worked in the year.

    Who was erased meanwhile is left out. Nine queries and an event, however many facilities and people; one where no
    roster was accepted.
    """
    day = date(asking.fiscal_year, 4, 1)
    year = _months_of(asking.fiscal_year)
    accepted = {row.pk: row for row in accepted_in(asking.fiscal_year).filter(facility__in=asking.facilities)}
    if not accepted:
        return {}
    lines = SnapshotLine.objects.filter(snapshot__in=accepted).order_by("snapshot", "place")
    places: dict[UUID, list[UUID]] = {}
    for snapshot_id, member_id in lines.values_list("snapshot_id", "member_id"):
        places.setdefault(accepted[snapshot_id].facility_id, []).append(member_id)
    found: dict[UUID, Roster] = {}
    if places:
        found = rosters(asking.fiscal_year, *places, trainings=False, months=year[:1])
    quoted: dict[UUID, tuple[list[Person], list[Person]]] = {}
    for facility_id in {row.facility_id for row in accepted.values()}:
        here = {person.member_id: person for person in found.get(facility_id, Roster()).people}
        standing = [here[member_id] for member_id in places.get(facility_id, ()) if member_id in here]
        there = [person for person in standing if person.span_on(day)]
        quoted[facility_id] = there, [person for person in here.values() if _begins_in(person, year)]
    read = {person.member_id for groups in quoted.values() for people in groups for person in people}
    wages = _wages(read, asking.fiscal_year)
    told: dict[UUID, Known] = {}
    for row in accepted.values():
        rows, more = (
            [_row(person, day, wages.get(person.member_id, {})) for person in people]
            for people in quoted[row.facility_id]
        )
        words = f"受理された職員名簿（{date_words(row.day)}現在）"
        of_year = f"職員名簿（{fiscal_year_words(asking.fiscal_year)}に在籍した職員）"
        told[row.facility_id] = {PEOPLE: Given(rows, words), PEOPLE_OF_YEAR: Given([*rows, *more], of_year)}
    record(
        StaffEvent.SNAPSHOT_QUOTED,
        rows={"roster_snapshot": list(accepted), "staff_member": read},
        detail={"fiscal_year": asking.fiscal_year, "facilities": len(accepted)},
    )
    return told


def _row(person: Person, day: date, wages: WagesOfPerson) -> dict[str, Any]:
    """As of 1 April; who came later, as of the first day."""
    span = person.span_on(day) or next(span for span in person.spans if span.first >= day)
    day = max(day, span.first)
    licences = [licence for licence, since in person.licences if since is None or since <= day]
    row: dict[str, Any] = {
        "member": str(person.member_id),
        "person.number": person.number,
        "person.job": JOBS[span.job].label if span.job in JOBS else span.job,
        "person.job_code": span.job,
        "person.post": span.post or None,
        "person.is_regular": span.is_regular,
        "person.months": sum(
            _works_in(person.spans, month) for month in _months_of(ServiceMonth.of(day).fiscal_year)
        ),
        "person.hours_a_month": f"{span.hours_a_month.normalize():f}",
        "person.is_nursery_teacher": person.holds_licence(NURSERY_TEACHER, day),
        "person.licence": "、".join(Licence(licence).label for licence in licences) or "なし",
    }
    try:
        career = career_of(person, day)
    except NotCountable:  # a span without its days: the roster's own page says so
        pass
    else:
        row |= {
            "person.service_months": career.months_here,
            "person.service_years": career.months_here // MONTHS,
            "person.experience_months": career.months,
            "person.experience_years": career.months // MONTHS,
            "person.counts": span.working_time.long_enough,
        }
    paid = _paid(person, ServiceMonth.of(day).fiscal_year, wages)
    return row | {f"person.{name}": value for name, value in paid.items()}


def _wages(
    member_ids: Iterable[UUID], fiscal_year: int
) -> dict[UUID, dict[tuple[int, str], dict[date, int]]]:
    """
    What is registered of the year and the year before: by member, year and kind, the months.

    Opened to be shown: whoever asks names these members in an event. One query, and one to the key store.
    """
    rows = list(wages_of(fiscal_year).filter(member__in=list(member_ids)))
    open_to_show(rows)
    found: dict[UUID, dict[tuple[int, str], dict[date, int]]] = {}
    for row in rows:
        year = ServiceMonth.of(row.month).fiscal_year
        for name in WAGES:
            if (value := getattr(row, name)) is not None:
                found.setdefault(row.member_id, {}).setdefault((year, name), {})[row.month] = value
    return found


def _paid(person: Person, fiscal_year: int, wages: WagesOfPerson) -> dict[str, int]:
    """Yearly sums of wages; of a month that is not registered nothing is made, and so of the year neither."""
    told = {}
    for year, prefix in ((fiscal_year, ""), (fiscal_year - 1, "last_")):
        worked = [month.first_day for month in _months_of(year) if _works_in(person.spans, month)]
        for name in WAGES:
            paid = wages.get((year, name), {})
            if worked and paid.keys() >= set(worked):
                told[f"{prefix}{name}"] = sum(paid.values())
    return told


def _months_of(fiscal_year: int) -> list[ServiceMonth]:
    return [ServiceMonth(fiscal_year, 4).plus(place) for place in range(MONTHS)]


def _begins_in(person: Person, year: Sequence[ServiceMonth]) -> bool:
    """Not there on 1 April, but later in the year."""
    first, last = year[0].first_day, year[-1].plus(1).first_day
    return not person.span_on(first) and any(first < span.first < last for span in person.spans)


def _works_in(spans: Sequence[Span], month: ServiceMonth) -> bool:
    next_month = month.plus(1).first_day
    return any(
        span.first < next_month and (span.last is None or span.last >= month.first_day) for span in spans
    )
