"""What other systems and browsers are known by."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from facilities.tenancy import MunicipalityOwned


class ApiToken(MunicipalityOwned):
    """
    The key of another system of the city (APIトークン), for what it was made for and for a year at most.

    Only a keyed hash of the token is here. ``window_…`` counts the calls of the current minute.
    """

    label = models.CharField("名前", max_length=60)
    token_hash = models.BinaryField("トークンのハッシュ", max_length=32, unique=True)
    scopes = models.JSONField("できること")
    made_at = models.DateTimeField("作成日時")
    made_by = models.UUIDField("作成者")
    expires_at = models.DateTimeField("有効期限")
    revoked_at = models.DateTimeField("取消日時", null=True)
    revoked_by = models.UUIDField("取り消した人", null=True)
    last_used_at = models.DateTimeField("最後に使った日時", null=True)
    window_began_at = models.DateTimeField("数え始めた日時", null=True)
    window_calls = models.PositiveIntegerField("呼び出しの数", default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="api_token_has_a_label", condition=~Q(label="")),
            models.CheckConstraint(
                name="api_token_lives_a_year_at_most",
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + timedelta(days=366)),
            ),
            models.CheckConstraint(
                name="api_token_revocation_has_time_and_person",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return self.label


class SentForm(models.Model):
    """
    One form that was sent and answered with a redirect: sending it again repeats nothing, it leads to the same page.

    The same token with another content is another act, judged by its operation.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    token = models.UUIDField()
    user_id = models.UUIDField()
    content_hash = models.BinaryField()
    location = models.TextField(default="")
    sent_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager["SentForm"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user_id", "token", "content_hash"], name="form_is_sent_once")
        ]

    def __str__(self) -> str:
        return str(self.token)
