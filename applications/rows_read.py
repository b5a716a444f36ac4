"""
The rows that sources read for the items of a fiscal year, whichever facilities and month of it are asked for.

An answer made of what sources tell is kept until one of them changes (``facilities.keeping``); a test looks that
sources read nothing else.
"""

from django.db.models import QuerySet

from applications.models import Application, ApplicationVersion
from applications.place_facts import said_in
from facilities.keeping import EVERYBODY, Read
from facilities.models import Facility, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from staff_records import keeping
from staff_records.models import RosterSnapshot, SnapshotLine, Wage
from staff_records.states import SnapshotStatus


def facilities_read(_: int) -> list[Read]:
    """Facilities, with the name of their corporation."""
    return [Read(Facility.objects.all(), owner="pk", beside=("corporation__name",))]


def profiles_read(_: int) -> list[Read]:
    """Their profiles."""
    return [Read(FacilityProfile.objects.all())]


def grants_read(_: int) -> list[Read]:
    """What holds of additions and deductions."""
    return [Read(GrantedItem.objects.all())]


def places_read(fiscal_year: int) -> list[Read]:
    """What the city has said of its facilities' places: of all, and of one alone."""
    of_city, of_one = said_in(fiscal_year)
    return [Read(of_city, owner=EVERYBODY), Read(of_one)]


def accepted_read(fiscal_year: int) -> list[Read]:
    """The rosters the city has accepted, with their lines."""
    accepted = accepted_in(fiscal_year)
    return [Read(accepted), Read(SnapshotLine.objects.filter(snapshot__in=accepted))]


def rosters_read(_: int) -> list[Read]:
    """Everybody on a roster."""
    return keeping.rosters_read()


def wages_read(fiscal_year: int) -> list[Read]:
    """What was paid."""
    return [Read(wages_of(fiscal_year))]


def with_applications(versions: QuerySet[ApplicationVersion]) -> list[Read]:
    """Versions and what they are versions of. What their packs say is written once: the version names its own."""
    applications = Application.objects.filter(pk__in=versions.order_by().values("application"))
    return [Read(versions), Read(applications)]


def accepted_in(fiscal_year: int) -> QuerySet[RosterSnapshot]:
    """The rosters of the year that the city has accepted."""
    rows: QuerySet[RosterSnapshot] = RosterSnapshot.objects.filter(
        fiscal_year=fiscal_year, status=SnapshotStatus.ACCEPTED
    )
    return rows


def wages_of(fiscal_year: int) -> QuerySet[Wage]:
    """Wages of the year and the year before."""
    first, last = ServiceMonth(fiscal_year - 1, 4).first_day, ServiceMonth(fiscal_year + 1, 3).first_day
    rows: QuerySet[Wage] = Wage.objects.filter(month__range=(first, last))
    return rows
