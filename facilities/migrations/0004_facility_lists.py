"""Lists of facilities that wait to be accepted: rows of the city alone."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0003_addresses_with_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FacilityImport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("previewed", "確認待ち"),
                            ("accepted", "取込済み"),
                            ("discarded", "取りやめ"),
                            ("expired", "期限切れ"),
                        ],
                        default="previewed",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("from_month", models.DateField(verbose_name="適用開始月")),
                ("file_hash", models.CharField(max_length=64, verbose_name="ファイルのハッシュ")),
                ("summary", models.JSONField(default=dict, verbose_name="件数")),
                ("lines_sealed", models.BinaryField(null=True, verbose_name="内容")),
                ("uploaded_at", models.DateTimeField(verbose_name="アップロード日時")),
                ("uploaded_by", models.UUIDField(verbose_name="アップロードした人")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="取込・取りやめ日時")),
                ("decided_by", models.UUIDField(null=True, verbose_name="取込・取りやめた人")),
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
                "ordering": ("-uploaded_at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_month__day", 1)),
                        name="facility_import_begins_on_a_first_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "previewed"), ("lines_sealed__isnull", True), _connector="OR"
                        ),
                        name="facility_import_lines_only_while_previewed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("status__in", ["previewed", "expired"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status__in", ["accepted", "discarded"]),
                            ),
                            _connector="OR",
                        ),
                        name="facility_import_decision_has_time_and_person",
                    ),
                ],
            },
        ),
        row_security.city_rows("facilities_facilityimport"),
    ]
