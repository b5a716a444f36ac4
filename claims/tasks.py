"""Work of this room that waits in the outbox or comes back on schedule."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from claims.operations import charges_import, counts_import, drafting, mapping, reminding, telling
from facilities.models import Municipality
from facilities.operations import profiles
from facilities.periods import ServiceMonth
from facilities.scope import scope
from jobs.handlers import handles
from jobs.models import Job


@handles(counts_import.TELL_FACILITIES)
def tell_facilities(job: Job) -> None:
    """Mails to the facilities whose counts an import has brought. The same mail is asked for only once."""
    municipality_id = UUID(job.args["municipality_id"])
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id)
    with context(opened), scope(municipality_id, None):
        telling.tell_facilities(UUID(job.args["import_id"]))


@handles(profiles.PROFILE_CHANGED)
def redraft(job: Job) -> None:
    """A facility's profile or granted items have changed from a month on: its drafts follow. Others are not touched."""
    municipality_id, facility_id = UUID(job.args["municipality_id"]), UUID(job.args["facility_id"])
    from_month = ServiceMonth.parse(job.args["from_month"])
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id, facility_id=facility_id)
    with context(opened), scope(municipality_id, [facility_id]):
        drafting.redraft_from(facility_id, from_month, by=SYSTEM, at=timezone.now())


@shared_task(name="claims.empty_expired_previews")
def empty_expired_previews() -> None:
    """Previews nobody accepted and mappings nobody finished are emptied, city by city."""
    for municipality in Municipality.objects.all():
        opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality.pk)
        with context(opened), scope(municipality.pk, None):
            counts_import.empty_expired(at=timezone.now())
            charges_import.empty_expired(at=timezone.now())
            mapping.empty_expired_drafts(at=timezone.now())


@shared_task(name="claims.remind")
def remind() -> None:
    """Reminders of the day, city by city. Runs every hour of the morning: what was sent is not sent again."""
    for municipality in Municipality.objects.all():
        opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality.pk)
        with context(opened), scope(municipality.pk, None):
            reminding.remind(municipality, today=timezone.localdate())
