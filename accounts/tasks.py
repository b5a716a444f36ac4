"""Scheduled tidying at the door."""

from datetime import timedelta

from axes.models import AccessAttempt
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import LoginCode

KEPT = timedelta(days=1)


@shared_task(name="accounts.clear_expired")
def clear_expired() -> None:
    """Forget sessions that are over, codes of yesterday, and failed attempts of yesterday."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    LoginCode.objects.filter(created_at__lt=now - KEPT).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - KEPT).delete()
