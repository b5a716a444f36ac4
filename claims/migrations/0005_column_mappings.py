"""Column mappings for files of other vendors, and the drafts they are made from."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0004_user_charges"),
        ("facilities", "0006_city_schedule"),
    ]

    operations = [
        migrations.AddField(
            model_name="countimport",
            name="mapping_name",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="列の対応"),
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名前")),
                ("headings", models.JSONField(verbose_name="見出し")),
                ("fields", models.JSONField(verbose_name="列")),
                ("constants", models.JSONField(blank=True, default=dict, verbose_name="決まった値")),
                ("values", models.JSONField(blank=True, default=dict, verbose_name="コードの意味")),
                ("made_at", models.DateTimeField(verbose_name="作成日時")),
                ("made_by", models.UUIDField(verbose_name="作成者")),
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
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "name"), name="column_mapping_name_once_a_city"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="column_mapping_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MappingDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("content_sealed", models.BinaryField(verbose_name="見出しとコード")),
                ("made_at", models.DateTimeField(verbose_name="作成日時")),
                ("made_by", models.UUIDField(verbose_name="作成者")),
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
                "ordering": ("-made_at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="mapping_draft_expires_after_it_is_made",
                    )
                ],
            },
        ),
        row_security.city_rows("claims_columnmapping"),
        row_security.city_rows("claims_mappingdraft"),
    ]
