"""How applications that wait compare with what is known by now, kept until that changes."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0013_item_endings"),
        ("approvals", "0005_confirmed_certificates"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptComparisons",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="月")),
                ("stamp", models.CharField(max_length=64, verbose_name="何から計算したか")),
                ("content_sealed", models.BinaryField(verbose_name="集計")),
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
                "ordering": ("facility", "month"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "month"), name="comparisons_kept_once_a_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="comparisons_of_a_first_day"
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "approvals_keptcomparisons",
            "facility_id",
            "facilities_facility",
            "approvals_keptcomparisons_same",
        ),
        row_security.facility_rows("approvals_keptcomparisons"),
    ]
