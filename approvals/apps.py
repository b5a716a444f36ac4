"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "審査"

    def ready(self) -> None:
        """Tell facilities which pages there are about one, applications where each is, jobs who tells of approvals."""
        import_module("approvals.doors")
        import_module("approvals.whereabouts")
        import_module("approvals.items.registers")
        import_module("approvals.tasks")
