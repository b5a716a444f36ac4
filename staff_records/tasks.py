"""Work of this room that comes back on schedule."""

from celery import shared_task
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from facilities.models import Municipality
from facilities.scope import scope
from staff_records.operations import telling


@shared_task(name="staff_records.tell_city")
def tell_city() -> None:
    """The digest of the day, city by city. Runs every hour of the morning: what was sent is not sent again."""
    for municipality in Municipality.objects.all():
        opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality.pk)
        with context(opened), scope(municipality.pk, None):
            telling.tell_city(municipality, today=timezone.localdate())
