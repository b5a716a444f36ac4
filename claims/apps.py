"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "児童数と請求"

    def ready(self) -> None:
        """Tell the rooms below what claims know: printing, what is touched, who is needed, what conditions say."""
        import_module("claims.form_subjects").register()
        import_module("claims.beginnings")
        import_module("claims.open_tasks")
        import_module("claims.doors")
        import_module("claims.touching")
        import_module("claims.required_teachers")
        import_module("claims.queries.expected")
        import_module("claims.queries.kept_findings")
        import_module("claims.application_conditions")
        import_module("claims.application_sources")
        import_module("claims.tasks")
