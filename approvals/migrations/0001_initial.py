"""Decisions, never across tenants."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("claims", "0001_initial"),
        ("facilities", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "一次審査（担当）"), (2, "二次審査（係長）")], verbose_name="段階"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approved", "承認"), ("returned", "差し戻し")],
                        max_length=10,
                        verbose_name="決定",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="理由")),
                ("content_hash", models.CharField(max_length=64, verbose_name="見た内容のハッシュ")),
                ("in_bulk", models.BooleanField(default=False, verbose_name="まとめて承認")),
                ("decided_at", models.DateTimeField(verbose_name="決定日時")),
                ("decided_by", models.UUIDField(verbose_name="決定者")),
                ("decided_by_role", models.CharField(max_length=20, verbose_name="決定者の役割")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="claims.claim",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
                    ),
                ),
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
                "ordering": ("claim", "step"),
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "step"), name="each_step_is_decided_once"),
                    models.UniqueConstraint(fields=("claim", "decided_by"), name="four_eyes_on_every_claim"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "approved"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="return_has_a_reason",
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "approvals_decision", "facility_id", "facilities_facility", "decision_facility_same_city"
        ),
        row_security.composite_reference(
            "approvals_decision", "claim_id", "claims_claim", "decision_claim_same_city"
        ),
        row_security.facility_rows("approvals_decision"),
    ]
