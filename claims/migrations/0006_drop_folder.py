"""Files of counts that come by a folder: who sent an import, and what was refused."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0005_column_mappings"),
        ("facilities", "0006_city_schedule"),
    ]

    operations = [
        migrations.AddField(
            model_name="countimport",
            name="sender",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="届いたところ"),
        ),
        migrations.CreateModel(
            name="DropRefusal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("file_hash", models.CharField(blank=True, max_length=64, verbose_name="ファイルのハッシュ")),
                ("arrived_at", models.DateTimeField(verbose_name="読み込んだ日時")),
                ("problem_count", models.PositiveIntegerField(verbose_name="直すところ（件）")),
                ("problems", models.JSONField(verbose_name="直すところ")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
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
                "ordering": ("-arrived_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "file_hash"), name="drop_refusal_once_a_file"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("problem_count__gte", 1)), name="drop_refusal_says_why"
                    ),
                ],
            },
        ),
        row_security.city_rows("claims_droprefusal"),
    ]
