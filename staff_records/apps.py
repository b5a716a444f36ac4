"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class StaffRecordsConfig(AppConfig):
    name = "staff_records"
    verbose_name = "職員名簿"

    def ready(self) -> None:
        """Tell facilities what has begun and which pages they have; make work known."""
        import_module("staff_records.beginnings")
        import_module("staff_records.doors")
        import_module("staff_records.tasks")
