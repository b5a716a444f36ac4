"""Work of this room that waits in the outbox or comes back on schedule."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from facilities.models import Municipality
from facilities.scope import scope
from jobs.handlers import handles
from jobs.models import Job
from staff_records.operations import erasing, overlaps, sweeping
from staff_records.overlapping import LOOK_FOR_OVERLAPS


@handles(erasing.EMPTY_ROWS)
def empty_rows(job: Job) -> None:
    """The next members of an erasure; asks for the ones after them."""
    with _city(UUID(job.args["municipality_id"])):
        erasing.empty_rows(UUID(job.args["erasure_id"]), at=timezone.now())


@handles(erasing.DESTROY_KEYS)
def destroy_keys(job: Job) -> None:
    """The keys of everybody in an erasure. Destroying twice is destroying once."""
    with _city(UUID(job.args["municipality_id"])):
        erasing.destroy_keys(UUID(job.args["erasure_id"]), at=timezone.now())


@handles(LOOK_FOR_OVERLAPS)
def look_for_overlaps(job: Job) -> None:
    """A roster was written: does somebody on it work elsewhere at the same time? Only the whole city can tell."""
    with _city(UUID(job.args["municipality_id"])):
        overlaps.look(UUID(job.args["facility_id"]), at=timezone.now())


@shared_task(name="staff_records.sweep_keys")
def sweep_keys() -> None:
    """Once a week, city by city."""
    for municipality in Municipality.objects.all():
        with _city(municipality.pk):
            sweeping.sweep(municipality, at=timezone.now())


@contextmanager
def _city(municipality_id: UUID) -> Iterator[None]:
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id)
    with context(opened), scope(municipality_id, None):
        yield
