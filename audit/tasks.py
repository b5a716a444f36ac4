"""Scheduled care of the record."""

from celery import shared_task
from django.db import connection
from django.utils import timezone

MONTHS_AHEAD = 14


@shared_task(name="audit.make_partitions")
def make_partitions() -> None:
    """Make the partitions of the coming months; harmless when they are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_make_partitions(%s, %s)", [timezone.localdate().replace(day=1), MONTHS_AHEAD]
        )
