"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "加算の申請"

    def ready(self) -> None:
        """Register what this room and those below know of a facility, and where its page leads to."""
        import_module("applications.own_sources")
        import_module("applications.calendar_days")
        import_module("applications.decided_here")
        import_module("applications.doors")
        import_module("applications.people_sources")
        import_module("applications.open_tasks")
        import_module("applications.form_papers").register()
        import_module("applications.form_subjects").register()
        import_module("applications.erased_people")
        import_module("applications.form_years").register()
