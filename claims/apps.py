"""App configuration."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "児童数と請求"

    def ready(self) -> None:
        # Importing registers what this room does in the background.
        from claims import tasks  # noqa: F401, PLC0415
