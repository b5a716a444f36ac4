"""The entrance of the house: settings, URLs, Celery, WSGI. Knows every room, owns nothing."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
