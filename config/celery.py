"""Celery carries job ids and wakes up on schedule. The truth about work to do is in ``jobs`` (PostgreSQL)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("hagukumi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
