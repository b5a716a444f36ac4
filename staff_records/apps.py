"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class StaffRecordsConfig(AppConfig):
    name = "staff_records"
    verbose_name = "職員名簿"

    def ready(self) -> None:
        """Tell documents how rosters are printed and facilities where to go and what is open; make work known."""
        import_module("staff_records.paper").register()
        import_module("staff_records.doors")
        import_module("staff_records.open_tasks")
        import_module("staff_records.tasks")
