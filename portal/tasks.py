"""Work of this room that waits in the outbox or comes back on schedule."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from facilities.models import Municipality
from facilities.unattended import whole_city
from jobs.handlers import handles
from jobs.models import Job
from portal.operations import notices, telling


@handles(notices.TELL_AT_ONCE)
def tell_of_notice(job: Job) -> None:
    """Mails about an urgent notice. The same mail is asked for only once."""
    municipality_id = UUID(job.args["municipality_id"])
    with whole_city(municipality_id):
        telling.tell_at_once(UUID(job.args["notice_id"]))


@shared_task(name="portal.tell_of_new_notices")
def tell_of_new_notices() -> None:
    """The mail of the day about new notices, city by city. Runs every hour of the morning: nothing is told twice."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            telling.tell_of_new(municipality, today=timezone.localdate())
