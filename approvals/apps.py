"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "審査"

    def ready(self) -> None:
        """Tell facilities which pages there are about one, and applications where each of them is."""
        import_module("approvals.doors")
        import_module("approvals.whereabouts")
        import_module("approvals.items.registers")
