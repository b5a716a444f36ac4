"""Work of this room that nobody waits for."""

from datetime import date
from uuid import UUID

from approvals.operations import telling
from facilities.unattended import whole_city
from jobs.handlers import handles
from jobs.models import Job


@handles(telling.TELL_OF_APPROVALS)
def tell_of_approvals(job: Job) -> None:
    """One mail a facility and day. The same mail is asked for only once."""
    facility_id = UUID(job.args["facility_id"])
    with whole_city(UUID(job.args["municipality_id"]), facility_id=facility_id):
        telling.tell_of_approvals(facility_id, date.fromisoformat(job.args["day"]))
