"""Work of this room that waits in the outbox."""

from uuid import UUID

from django.utils import timezone

from audit.record import SYSTEM, Context, context
from facilities.scope import scope
from jobs.handlers import handles
from jobs.models import Job
from jobs.running import payload_of
from person_keys import store
from staff_records.operations import overlaps, year_telling
from staff_records.operations.entries import FORGET_ROWS
from staff_records.overlapping import LOOK_FOR_OVERLAPS


@handles(FORGET_ROWS)
def forget_rows(job: Job) -> None:
    """Destroy the keys of rows of an entry sheet that are gone."""
    rows = [UUID(row) for row in payload_of(job)["rows"]]
    store.destroy(rows, municipality_id=UUID(job.args["municipality_id"]), at=timezone.now())


@handles(LOOK_FOR_OVERLAPS)
def look_for_overlaps(job: Job) -> None:
    """A roster was written: does somebody on it work elsewhere at the same time? Only the whole city can tell."""
    municipality_id, facility_id = UUID(job.args["municipality_id"]), UUID(job.args["facility_id"])
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id)
    with context(opened), scope(municipality_id, None):
        overlaps.look(facility_id, at=timezone.now())


@handles(year_telling.TELL_CITY)
def tell_city(job: Job) -> None:
    """Mails to the operations section: rosters have come."""
    municipality_id = UUID(job.args["municipality_id"])
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id)
    with context(opened), scope(municipality_id, None):
        year_telling.tell_city(int(job.args["fiscal_year"]))
