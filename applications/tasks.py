"""Work of this room that comes back on schedule."""

from celery import shared_task
from django.utils import timezone

from applications.operations import reminding
from facilities.models import Municipality
from facilities.unattended import whole_city


@shared_task(name="applications.remind")
def remind() -> None:
    """Reminders of the day, city by city. Runs every hour of the morning: what was sent is not sent again."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            reminding.remind(municipality, today=timezone.localdate())
