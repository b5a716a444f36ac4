"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class StaffRecordsConfig(AppConfig):
    name = "staff_records"
    verbose_name = "職員名簿"

    def ready(self) -> None:
        # Importing registers the room's jobs.
        import_module("staff_records.tasks")
