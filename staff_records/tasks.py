"""Work of this room that waits in the outbox."""

from uuid import UUID

from django.utils import timezone

from jobs.handlers import handles
from jobs.models import Job
from jobs.running import payload_of
from person_keys import store
from staff_records.operations.entries import FORGET_ROWS


@handles(FORGET_ROWS)
def forget_rows(job: Job) -> None:
    """Destroy the keys of rows of an entry sheet that are gone."""
    rows = [UUID(row) for row in payload_of(job)["rows"]]
    store.destroy(rows, municipality_id=UUID(job.args["municipality_id"]), at=timezone.now())
