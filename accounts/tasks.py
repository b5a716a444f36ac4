"""Scheduled tidying of the door."""

from datetime import timedelta

from axes.models import AccessAttempt
from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.models import LoginCode

KEPT_FOR = timedelta(days=1)


@shared_task(name="accounts.clear_expired")
def clear_expired() -> None:
    """Delete expired sessions, and codes and counted failures of more than a day ago. Harmless to repeat."""
    SessionStore.clear_expired()
    long_ago = timezone.now() - KEPT_FOR
    LoginCode.objects.filter(created_at__lt=long_ago).delete()
    AccessAttempt.objects.filter(attempt_time__lt=long_ago).delete()
