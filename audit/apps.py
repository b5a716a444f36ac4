"""App configuration: before any migration runs, the owner lets the application role use what it will make."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import pre_migrate


def grant_future_tables(using: str, **_: Any) -> None:
    """
    Tables made by the owner are usable, but not ownable, by the application role.

    Default privileges belong to one database, so this runs before every migrate rather than once at set-up.
    """
    role = settings.APPLICATION_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user = %s", [role])
        (is_application_role,) = cursor.fetchone()
        if is_application_role:
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
        )
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}"
        )


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "記録"

    def ready(self) -> None:
        pre_migrate.connect(grant_future_tables, sender=self, dispatch_uid="audit.grant_future_tables")
