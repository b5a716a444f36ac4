"""Names and addresses with their days, closing, resting, and the number a facility had before."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0004_facility_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="FacilityDetail",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("from_day", models.DateField(verbose_name="変更日")),
                ("name", models.CharField(max_length=100, verbose_name="施設名")),
                ("postal_code", models.CharField(max_length=8, verbose_name="郵便番号")),
                ("location", models.CharField(max_length=200, verbose_name="所在地")),
            ],
            options={
                "ordering": ("facility", "from_day"),
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("from_month", models.DateField(verbose_name="休園開始月")),
                ("to_month", models.DateField(blank=True, null=True, verbose_name="休園終了月")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
            ],
            options={
                "ordering": ("facility", "from_month"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_month__day", 1)), name="suspension_begins_on_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_month__isnull", True),
                            models.Q(("to_month__day", 1), ("to_month__gte", models.F("from_month"))),
                            _connector="OR",
                        ),
                        name="suspension_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="facility",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="廃止日"),
        ),
        migrations.AddField(
            model_name="facility",
            name="predecessor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="facilities.facility",
            ),
        ),
        migrations.AddConstraint(
            model_name="facility",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                ),
                name="facility_closes_after_it_opens",
            ),
        ),
        migrations.AddField(
            model_name="facilitydetail",
            name="facility",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.facility"
            ),
        ),
        migrations.AddField(
            model_name="facilitydetail",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="facility",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.facility"
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.AddConstraint(
            model_name="facilitydetail",
            constraint=models.UniqueConstraint(
                fields=("facility", "from_day"), name="one_change_of_details_a_day"
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE facilities_suspension ADD CONSTRAINT one_rest_at_a_time EXCLUDE USING gist "
            "(facility_id WITH =, daterange(from_month, to_month, '[]') WITH &&)",
            "ALTER TABLE facilities_suspension DROP CONSTRAINT one_rest_at_a_time",
        ),
        row_security.composite_reference(
            "facilities_facility", "predecessor_id", "facilities_facility", "facility_predecessor_same_city"
        ),
        row_security.composite_reference(
            "facilities_facilitydetail", "facility_id", "facilities_facility", "detail_facility_same_city"
        ),
        row_security.composite_reference(
            "facilities_suspension", "facility_id", "facilities_facility", "suspension_facility_same_city"
        ),
        row_security.facility_rows("facilities_facilitydetail"),
        row_security.facility_rows("facilities_suspension"),
    ]
