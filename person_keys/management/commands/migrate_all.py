"""``manage.py migrate_all``: both databases, as the owner role (``HAGUKUMI_DB_ROLE=owner``)."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    help = "Migrate the portal's database and the key store."

    def handle(self, *args: Any, **options: Any) -> None:
        for database in connections:
            call_command("migrate", database=database, interactive=False, verbosity=0)
