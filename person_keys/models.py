"""The wrapped keys of persons: in a database of their own, so that they can be forgotten in backups, too."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from vault import seals


class Owner(models.TextChoices):
    """Whose key it is, that is, who knows which rows hang on it."""

    MEMBER = "member", "職員"
    DOCUMENT = "document", "帳票"


@seals("wrapped")
class PersonKey(models.Model):
    """
    One key (32 bytes) under which one person's values are sealed, itself sealed by the installation.

    ``person_id`` is the id of the row that stands for the person, or of a document that names people and goes with
    them (``owner``). While a key is being replaced a person has two; the one of the highest ``generation`` seals.
    Destroyed, the row stays without its key: no path makes another one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    municipality_id = models.UUIDField("市区町村")
    person_id = models.UUIDField("人")
    owner = models.CharField("種類", max_length=10, choices=Owner.choices, default=Owner.MEMBER)
    generation = models.PositiveSmallIntegerField("世代", default=1)
    wrapped = models.BinaryField("封をした鍵", null=True)
    made_at = models.DateTimeField("作成日時", db_default=Now())
    destroyed_at = models.DateTimeField("破棄日時", null=True)

    objects: ClassVar[models.Manager["PersonKey"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person_id", "generation"], name="one_key_a_generation"),
            models.CheckConstraint(
                name="a_key_is_there_or_destroyed",
                condition=Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | Q(wrapped__isnull=True, destroyed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.generation}"

    @property
    def place(self) -> str:
        """Where the wrapped key is bound to."""
        return f"person_keys_personkey|wrapped|{self.municipality_id}|{self.person_id}|{self.generation}"
