"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "帳票"

    def ready(self) -> None:
        """Make the rendering job known to whoever runs the outbox."""
        import_module("documents.tasks")
