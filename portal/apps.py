"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "ポータル"

    def ready(self) -> None:
        """Make this room's background work known."""
        import_module("portal.tasks")
