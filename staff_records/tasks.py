"""Work of this room that waits in the outbox."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from facilities.models import Municipality
from facilities.scope import scope
from jobs.handlers import handles
from jobs.models import Job
from jobs.running import payload_of
from person_keys import store
from staff_records.operations.entries import FORGET_ROWS
from staff_records.operations.importing import forget_expired


@handles(FORGET_ROWS)
def forget_rows(job: Job) -> None:
    """Destroy the keys of rows of an entry sheet that are gone."""
    rows = [UUID(row) for row in payload_of(job)["rows"]]
    store.destroy(rows, municipality_id=UUID(job.args["municipality_id"]), at=timezone.now())


@shared_task(name="staff_records.forget_expired_files")
def forget_expired_files() -> None:
    """Files of rosters that nobody finished mapping, and addresses of closed sheets, are deleted city by city."""
    for municipality in Municipality.objects.all():
        opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality.pk)
        with context(opened), scope(municipality.pk, None):
            forget_expired(at=timezone.now())
