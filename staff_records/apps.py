"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class StaffRecordsConfig(AppConfig):
    name = "staff_records"
    verbose_name = "職員名簿"

    def ready(self) -> None:
        """Tell documents what forms may show of a roster, facilities what has begun, where to go and what is open."""
        import_module("staff_records.form_subjects").register_subject()
        for name in ("beginnings", "doors", "open_tasks", "tasks"):
            import_module(f"staff_records.{name}")
