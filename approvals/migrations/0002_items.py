"""Decisions on applications, routes, delegations and certificates of 加算率."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_walls"),
        ("approvals", "0001_initial"),
        ("facilities", "0013_item_endings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("from_user", models.UUIDField(verbose_name="任せる人")),
                ("to_user", models.UUIDField(verbose_name="代わりに決定する人")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("officer", "こども施設運営課 担当"),
                            ("chief", "こども施設運営課 係長"),
                            ("manager", "こども施設運営課 課長"),
                        ],
                        max_length=20,
                        verbose_name="役割",
                    ),
                ),
                ("from_day", models.DateField(verbose_name="始まる日")),
                ("to_day", models.DateField(verbose_name="終わる日")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("set_at", models.DateTimeField(verbose_name="設定日時")),
                ("set_by", models.UUIDField(verbose_name="設定した人")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終わらせた日時")),
                ("ended_by", models.UUIDField(null=True, verbose_name="終わらせた人")),
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
                "ordering": ("-from_day", "-set_at"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_day__gte", models.F("from_day"))),
                        name="delegation_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_user", models.F("from_user")), _negated=True),
                        name="nobody_delegates_to_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="delegation_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="delegation_ending_says_when_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("step", models.PositiveSmallIntegerField(verbose_name="段階")),
                (
                    "route",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None, verbose_name="経路"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("officer", "こども施設運営課 担当"),
                            ("chief", "こども施設運営課 係長"),
                            ("manager", "こども施設運営課 課長"),
                        ],
                        max_length=20,
                        verbose_name="段階の役割",
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
                ("remarks", models.JSONField(blank=True, default=dict, verbose_name="欄ごとの指摘")),
                ("content_hash", models.CharField(max_length=64, verbose_name="見た内容のハッシュ")),
                ("in_bulk", models.BooleanField(default=False, verbose_name="まとめて承認")),
                ("decided_at", models.DateTimeField(verbose_name="決定日時")),
                ("decided_by", models.UUIDField(verbose_name="決定者")),
                ("decided_by_role", models.CharField(max_length=20, verbose_name="決定者の役割")),
                ("on_behalf_of", models.UUIDField(null=True, verbose_name="代わりに決定した相手")),
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
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="applications.applicationversion",
                    ),
                ),
            ],
            options={
                "ordering": ("version", "step"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "step"), name="each_item_step_is_decided_once"
                    ),
                    models.UniqueConstraint(fields=("version", "decided_by"), name="four_eyes_on_every_item"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "approved"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="item_return_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("route__len__gte", models.F("step")), ("step__gte", 1)),
                        name="item_decision_follows_its_route",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_behalf_of__isnull", True),
                            models.Q(("on_behalf_of", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="item_is_not_decided_on_ones_own_behalf",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["approved", "returned"])),
                        name="item_verdict_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RateCertificate",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "certifier",
                    models.CharField(
                        choices=[("prefecture", "県へ進達し、県が認定する"), ("city", "市が認定する")],
                        max_length=12,
                        verbose_name="認定する者",
                    ),
                ),
                ("forwarded_on", models.DateField(null=True, verbose_name="進達日")),
                ("forwarded_by", models.UUIDField(null=True, verbose_name="進達を記録した人")),
                ("base_percent", models.PositiveSmallIntegerField(null=True, verbose_name="区分1 基礎分(%)")),
                (
                    "wage_percent",
                    models.PositiveSmallIntegerField(null=True, verbose_name="区分2 賃金改善分(%)"),
                ),
                (
                    "certificate_number",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="認定番号"),
                ),
                ("certified_on", models.DateField(null=True, verbose_name="認定日")),
                ("certified_at", models.DateTimeField(null=True, verbose_name="認定を記録した日時")),
                ("certified_by", models.UUIDField(null=True, verbose_name="認定を記録した人")),
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
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificate",
                        to="applications.applicationversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("base_percent__isnull", True),
                                ("certificate_number", ""),
                                ("certified_at__isnull", True),
                                ("certified_by__isnull", True),
                                ("certified_on__isnull", True),
                                ("wage_percent__isnull", True),
                            ),
                            models.Q(
                                ("base_percent__isnull", False),
                                ("certified_on__isnull", False),
                                ("wage_percent__isnull", False),
                                ("certified_at__isnull", False),
                                ("certified_by__isnull", False),
                                models.Q(("certificate_number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rate_certificate_is_whole_or_awaited",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("forwarded_by__isnull", True), ("forwarded_on__isnull", True)),
                            models.Q(("forwarded_by__isnull", False), ("forwarded_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="rate_forwarding_says_when_and_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewRoute",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "family",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("treatment", "処遇改善等加算"),
                            ("price", "公定価格の加算・調整"),
                            ("prefecture", "県の加算"),
                            ("city", "市の加算"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="区分",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[("application", "申請"), ("report", "実績報告")],
                        default="",
                        max_length=12,
                        verbose_name="種類",
                    ),
                ),
                ("item_key", models.CharField(blank=True, default="", max_length=40, verbose_name="項目")),
                ("least_yen", models.PositiveBigIntegerField(default=0, verbose_name="金額（円以上）")),
                (
                    "steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("officer", "こども施設運営課 担当"),
                                ("chief", "こども施設運営課 係長"),
                                ("manager", "こども施設運営課 課長"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="決定する役割",
                    ),
                ),
                (
                    "certifier",
                    models.CharField(
                        choices=[("prefecture", "県へ進達し、県が認定する"), ("city", "市が認定する")],
                        default="prefecture",
                        max_length=12,
                        verbose_name="加算率の認定",
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="設定日時")),
                ("set_by", models.UUIDField(verbose_name="設定した人")),
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
                "ordering": ("family", "stage", "item_key", "least_yen"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "family", "stage", "item_key", "least_yen"),
                        name="one_review_route_for_a_kind_and_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("steps__len__gte", 2), ("steps__len__lte", 3)),
                        name="review_route_has_two_steps_at_least",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("steps__contained_by", ["officer", "chief", "manager"])),
                        name="review_route_names_roles_of_the_operations_section",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("certifier__in", ["prefecture", "city"])),
                        name="review_certifier_is_known",
                    ),
                ],
            },
        ),
    ]
