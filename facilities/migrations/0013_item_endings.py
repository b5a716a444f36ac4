"""Who set the last month of a granted item, when and why: kept without the item, which may be taken away."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0012_every_city_has_its_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemEnding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("granted_item", models.UUIDField(verbose_name="加算・減算の設定")),
                ("code", models.CharField(max_length=40, verbose_name="加算コード")),
                (
                    "certification",
                    models.CharField(blank=True, default="", max_length=2, verbose_name="認定"),
                ),
                ("from_month", models.DateField(verbose_name="適用開始月")),
                ("before", models.DateField(null=True, verbose_name="前の適用終了月")),
                ("after", models.DateField(null=True, verbose_name="新しい適用終了月")),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="理由")),
                ("ended_by", models.UUIDField(verbose_name="登録した人")),
                ("ended_at", models.DateTimeField(verbose_name="登録日時")),
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
                "ordering": ("-ended_at",),
            },
        ),
        row_security.composite_reference(
            "facilities_itemending", "facility_id", "facilities_facility", "item_ending_facility_same_city"
        ),
        row_security.facility_rows("facilities_itemending"),
    ]
