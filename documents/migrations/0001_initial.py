"""Documents, never across tenants."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("facilities", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("form", models.CharField(max_length=40, verbose_name="様式")),
                (
                    "format",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("xlsx", "Excel")], max_length=4, verbose_name="形式"
                    ),
                ),
                ("subject_id", models.UUIDField(verbose_name="対象")),
                ("month", models.DateField(verbose_name="対象年月")),
                ("title", models.CharField(max_length=120, verbose_name="表題")),
                ("file_name", models.CharField(max_length=120, verbose_name="ファイル名")),
                ("ordered_at", models.DateTimeField(verbose_name="依頼日時")),
                ("ordered_by", models.UUIDField(verbose_name="依頼者")),
                ("job_id", models.UUIDField(verbose_name="処理")),
                ("ready_at", models.DateTimeField(null=True, verbose_name="完成日時")),
                ("content_sealed", models.BinaryField(null=True, verbose_name="内容")),
                (
                    "content_hash",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="内容のハッシュ"),
                ),
                ("size_bytes", models.PositiveIntegerField(null=True, verbose_name="大きさ")),
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
                "ordering": ("-month", "form", "format"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_id", "form", "format"), name="document_once_a_subject"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content_hash", ""),
                                ("content_sealed__isnull", True),
                                ("ready_at__isnull", True),
                                ("size_bytes__isnull", True),
                            ),
                            models.Q(
                                ("content_sealed__isnull", False),
                                ("ready_at__isnull", False),
                                ("size_bytes__isnull", False),
                                models.Q(("content_hash", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="document_is_ready_when_it_has_content",
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "documents_document", "facility_id", "facilities_facility", "document_facility_same_city"
        ),
        row_security.facility_rows("documents_document"),
    ]
