"""Fiscal years that begin, provisional 加算率, branches."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0006_city_schedule"),
    ]

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100, verbose_name="分園の名称")),
                ("postal_code", models.CharField(max_length=8, verbose_name="郵便番号")),
                ("location", models.CharField(max_length=200, verbose_name="所在地")),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="分園の利用定員")),
                ("from_month", models.DateField(verbose_name="開始月")),
                ("to_month", models.DateField(blank=True, null=True, verbose_name="終了月")),
            ],
            options={
                "ordering": ("facility", "from_month"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_month__day", 1)), name="branch_begins_on_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_month__isnull", True),
                            models.Q(("to_month__day", 1), ("to_month__gte", models.F("from_month"))),
                            _connector="OR",
                        ),
                        name="branch_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1)), name="branch_has_a_capacity"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearRoll",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("carried", models.PositiveSmallIntegerField(verbose_name="引き継いだ施設")),
                ("keeps_rates", models.BooleanField(verbose_name="加算率を仮の率として引き継ぐ")),
                ("rolled_at", models.DateTimeField(verbose_name="実行日時")),
                ("rolled_by", models.UUIDField(verbose_name="実行した人")),
            ],
            options={
                "ordering": ("-rolled_at",),
            },
        ),
        migrations.AddField(
            model_name="facilityprofile",
            name="rates_are_provisional",
            field=models.BooleanField(default=False, verbose_name="加算率は仮"),
        ),
        migrations.AddConstraint(
            model_name="facilityprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rates_are_provisional", False), ("base_percent__isnull", False), _connector="OR"
                ),
                name="profile_provisional_rates_are_given",
            ),
        ),
        migrations.AddField(
            model_name="branch",
            name="facility",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.facility"
            ),
        ),
        migrations.AddField(
            model_name="branch",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.AddField(
            model_name="yearroll",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        row_security.composite_reference(
            "facilities_branch", "facility_id", "facilities_facility", "branch_facility_same_city"
        ),
        row_security.facility_rows("facilities_branch"),
        row_security.city_rows("facilities_yearroll"),
    ]
