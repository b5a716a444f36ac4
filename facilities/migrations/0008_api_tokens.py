"""Tokens with which other systems of a city call the API."""

import datetime
import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0007_years_and_branches"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("label", models.CharField(max_length=60, verbose_name="名前")),
                (
                    "token_hash",
                    models.BinaryField(max_length=32, unique=True, verbose_name="トークンのハッシュ"),
                ),
                ("scopes", models.JSONField(verbose_name="できること")),
                ("made_at", models.DateTimeField(verbose_name="作成日時")),
                ("made_by", models.UUIDField(verbose_name="作成者")),
                ("expires_at", models.DateTimeField(verbose_name="有効期限")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="取消日時")),
                ("revoked_by", models.UUIDField(null=True, verbose_name="取り消した人")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="最後に使った日時")),
                ("window_began_at", models.DateTimeField(null=True, verbose_name="数え始めた日時")),
                ("window_calls", models.PositiveIntegerField(default=0, verbose_name="呼び出しの数")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.municipality",
                    ),
                ),
            ],
            options={
                "ordering": ("-made_at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True), name="api_token_has_a_label"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__gt", models.F("made_at")),
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("made_at"), "+", models.Value(datetime.timedelta(days=366))
                                ),
                            ),
                        ),
                        name="api_token_lives_a_year_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="api_token_revocation_has_time_and_person",
                    ),
                ],
            },
        ),
        row_security.city_rows("facilities_apitoken"),
    ]
