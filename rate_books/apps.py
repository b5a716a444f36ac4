"""App configuration."""

from django.apps import AppConfig


class RateBooksConfig(AppConfig):
    name = "rate_books"
    verbose_name = "単価表"
