"""When the demo plays, and who acts in it: scope and record of one person at a time, as the door would open them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from audit.record import SYSTEM, Context, context
from claims.models import Claim, CountSheet
from claims.operations import drafting
from claims.operations.later import REDRAFT_MONTH
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.operations.profiles import PROFILE_CHANGED
from facilities.periods import ServiceMonth
from facilities.scope import scope
from facilities.unattended import whole_city
from jobs.models import Job

JAPAN = ZoneInfo("Asia/Tokyo")
APRIL, MAY, JUNE = ServiceMonth(2026, 4), ServiceMonth(2026, 5), ServiceMonth(2026, 6)


def moment(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2026, in Japan."""
    return datetime(2026, month, day, hour, minute, tzinfo=JAPAN)


@contextmanager
def acting(city: Municipality, actor: Actor) -> Iterator[None]:
    """Scope and record of one acting person."""
    facilities = None if actor.facility_id is None else [actor.facility_id]
    entrance = "internet" if actor.is_facility else "lgwan"
    opened = Context(
        who=actor,
        address="192.0.2.10",
        entrance=entrance,
        municipality_id=city.pk,
        facility_id=actor.facility_id,
    )
    with context(opened), scope(city.pk, facilities):
        yield


def work_off(city: Municipality, at: datetime) -> None:
    """Let drafts and corrections follow what has changed, as the worker would have done then, and not today."""
    waiting = Job.objects.filter(kind__in=[PROFILE_CHANGED, REDRAFT_MONTH], done_at__isnull=True)
    jobs = list(waiting.order_by("created_at"))
    with whole_city(city.pk):
        confirmed = set(
            CountSheet.objects.filter(status=SheetStatus.CONFIRMED).values_list("facility_id", flat=True)
        )
        for job in jobs:
            facility_id = UUID(job.args["facility_id"])
            if facility_id not in confirmed:
                continue
            if job.kind == REDRAFT_MONTH:
                month = ServiceMonth.parse(job.args["month"])
                drafting.redraft_month(facility_id, month, by=SYSTEM, at=at)
            else:
                first = ServiceMonth.parse(job.args["from_month"])
                drafting.redraft_from(facility_id, first, by=SYSTEM, at=at)
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(done_at=at)


def facility_of(city: Municipality, by: Actor, number: str) -> Facility:
    """The facility of this number."""
    with acting(city, by):
        return Facility.objects.get(number=number)


def sheet_of(facility: Facility, month: ServiceMonth) -> CountSheet:
    """Its current counts of the month; the scope is open."""
    sheets = CountSheet.objects.filter(facility=facility, month=month.first_day)
    found: CountSheet = sheets.exclude(status=SheetStatus.SUPERSEDED).get()
    return found


def claim_of(facility: Facility, month: ServiceMonth, status: ClaimStatus) -> Claim:
    """Its claim to the own city in this status; the scope is open."""
    claims = Claim.objects.filter(facility=facility, month=month.first_day, outside=False)
    found: Claim = claims.get(status=status)
    return found
