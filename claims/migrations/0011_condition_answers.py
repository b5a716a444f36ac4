"""What facilities have answered of the conditions."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0010_books_by_content"),
        ("facilities", "0012_every_city_has_its_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConditionAnswers",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("answers", models.JSONField(default=dict, verbose_name="回答")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版")),
                ("saved_at", models.DateTimeField(verbose_name="保存日時")),
                ("saved_by", models.UUIDField(verbose_name="保存者")),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "id"), name="condition_answers_in_municipality"
                    ),
                    models.UniqueConstraint(
                        fields=("facility", "fiscal_year"), name="condition_answers_once_a_year"
                    ),
                ],
            },
        ),
        row_security.facility_rows("claims_conditionanswers"),
    ]
