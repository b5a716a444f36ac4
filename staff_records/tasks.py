"""Work of this room that waits in the outbox or comes back on schedule."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from facilities.models import Municipality
from facilities.unattended import whole_city
from jobs.handlers import handles
from jobs.models import Job
from jobs.running import payload_of
from staff_records.operations import (
    entries,
    erasing,
    erasure_telling,
    overlaps,
    sweeping,
    telling,
    year_telling,
)
from staff_records.operations.importing import forget_expired
from staff_records.overlapping import LOOK_FOR_OVERLAPS


@handles(entries.FORGET_ROWS)
def forget_rows(job: Job) -> None:
    """Destroy the keys of rows of an entry sheet that are gone."""
    rows = [UUID(row) for row in payload_of(job)["rows"]]
    with _city(job):
        entries.forget_rows(UUID(job.args["sheet_id"]), rows, at=timezone.now())


@handles(LOOK_FOR_OVERLAPS)
def look_for_overlaps(job: Job) -> None:
    """A roster was written: does somebody on it work elsewhere at the same time? Only the whole city can tell."""
    with _city(job):
        overlaps.look(UUID(job.args["facility_id"]), at=timezone.now())


@handles(year_telling.TELL_CITY)
def tell_city_of_rosters(job: Job) -> None:
    """Mails to the operations section: rosters have come."""
    with _city(job):
        year_telling.tell_city(int(job.args["fiscal_year"]))


@handles(erasure_telling.TELL_ADMINISTRATORS)
def tell_of_erasure(job: Job) -> None:
    """Mails to the administrators who may confirm an erasure."""
    with _city(job):
        erasure_telling.tell(UUID(job.args["erasure_id"]))


@handles(erasing.EMPTY_ROWS)
def empty_rows(job: Job) -> None:
    """The next members of an erasure; asks for the ones after them."""
    with _city(job):
        erasing.empty_rows(UUID(job.args["erasure_id"]), at=timezone.now())


@handles(erasing.DESTROY_KEYS)
def destroy_keys(job: Job) -> None:
    """The keys of everybody in an erasure. Destroying twice is destroying once."""
    with _city(job):
        erasing.destroy_keys(UUID(job.args["erasure_id"]), at=timezone.now())


@shared_task(name="staff_records.tell_city")
def tell_city() -> None:
    """The digest of the day, city by city. Runs every hour of the morning: what was sent is not sent again."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            telling.tell_city(municipality, today=timezone.localdate())


@shared_task(name="staff_records.sweep_keys")
def sweep_keys() -> None:
    """Once a week, city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            sweeping.sweep(municipality, at=timezone.now())
            sweeping.discard_idle(at=timezone.now())
            sweeping.forget_old_numbers(today=timezone.localdate())


@shared_task(name="staff_records.forget_expired_files")
def forget_expired_files() -> None:
    """Files of rosters that nobody finished mapping, and addresses of closed sheets, are deleted city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            forget_expired(at=timezone.now())


@contextmanager
def _city(job: Job) -> Iterator[None]:
    """The city that a job names, and the worker on its record."""
    with whole_city(UUID(job.args["municipality_id"])):
        yield
