"""The outbox."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField(verbose_name="種類")),
                ("key", models.TextField(null=True, unique=True, verbose_name="重複防止")),
                ("args", models.JSONField(default=dict, verbose_name="引数")),
                ("payload_sealed", models.BinaryField(null=True, verbose_name="中身")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="受付")),
                ("due_at", models.DateTimeField(verbose_name="開始予定")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="期限")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="試行")),
                ("started_at", models.DateTimeField(null=True, verbose_name="開始")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完了")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="断念")),
                ("last_error", models.TextField(blank=True, default="", verbose_name="最後の誤り")),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("done_at__isnull", True), ("failed_at__isnull", True)),
                        name="job_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True), ("failed_at__isnull", True), _connector="OR"
                        ),
                        name="job_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("payload_sealed__isnull", True),
                            models.Q(("done_at__isnull", True), ("failed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="job_payload_is_emptied_at_the_end",
                    ),
                ],
            },
        ),
    ]
