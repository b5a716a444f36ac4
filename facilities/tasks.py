"""Work of this room that comes back on schedule."""

from celery import shared_task
from django.utils import timezone

from facilities import sent_forms
from facilities.models import Municipality
from facilities.operations import changes, facility_import
from facilities.unattended import whole_city


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
