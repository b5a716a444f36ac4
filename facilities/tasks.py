"""Work of this room that comes back on schedule."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from facilities import sent_forms
from facilities.models import Municipality
from facilities.operations import changes, facility_import, keeping_ready
from facilities.unattended import whole_city
from jobs.handlers import handles
from jobs.models import Job


@shared_task(name="facilities.empty_expired_imports")
def empty_expired_imports() -> None:
    """Lists nobody accepted are emptied, city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            facility_import.empty_expired(at=timezone.now())


@shared_task(name="facilities.forget_sent_forms")
def forget_sent_forms() -> None:
    """Tokens of forms that were sent long ago."""
    sent_forms.forget_old(at=timezone.now())


@shared_task(name="facilities.hold_details")
def hold_details() -> None:
    """Names and addresses registered ahead begin to hold on their day, city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            changes.hold_details(on=timezone.localdate())


@shared_task(name="facilities.keep_ready")
def keep_ready() -> None:
    """What lists of whole cities show is computed before somebody looks, city by city, each once a day."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            keeping_ready.ask_to_keep_ready(municipality.pk, on=timezone.localdate())


@handles(keeping_ready.KEEP_READY)
def keep_some_ready(job: Job) -> None:
    """The next facilities of a city; asks for the ones after them."""
    municipality_id = UUID(job.args["municipality_id"])
    with whole_city(municipality_id):
        keeping_ready.keep_ready(municipality_id, after=job.args["after"])
