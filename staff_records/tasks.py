"""Work of this room that waits in the outbox."""

from uuid import UUID

from audit.record import SYSTEM, Context, context
from facilities.scope import scope
from jobs.handlers import handles
from jobs.models import Job
from staff_records.operations import year_telling


@handles(year_telling.TELL_CITY)
def tell_city(job: Job) -> None:
    """Mails to the operations section: rosters have come."""
    municipality_id = UUID(job.args["municipality_id"])
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id)
    with context(opened), scope(municipality_id, None):
        year_telling.tell_city(int(job.args["fiscal_year"]))
