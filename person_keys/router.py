"""Which rows live in which database: the keys of persons in the key store and nothing else there."""

from typing import Any

from django.db.models import Model

APP, KEY_STORE = "person_keys", "keys"


class KeyStoreRouter:
    """See https://docs.djangoproject.com/en/5.2/topics/db/multi-db/ for what each method answers."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        """The key store for its own rows, no opinion about others."""
        return KEY_STORE if model._meta.app_label == APP else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        """Each table in its own database only."""
        return (db == KEY_STORE) == (app_label == APP)
