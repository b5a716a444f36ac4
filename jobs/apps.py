"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "処理待ち"

    def ready(self) -> None:
        # Importing registers the mail handler, as every room's tasks module registers its own.
        from jobs import mail  # noqa: F401, PLC0415
