"""Corporations with former names; 公私 with a day; corrected and cancelled details stay, withdrawn."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from facilities import row_security

# The owner's migrations see no tenant's rows while row security is forced: it is let go for one statement.
TABLES = ("facilities_facility", "facilities_facilitydetail")
GIVE_OWNERSHIP = [
    *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in TABLES),
    "UPDATE facilities_facilitydetail SET ownership = facility.ownership FROM facilities_facility AS facility "
    "WHERE facility.id = facilities_facilitydetail.facility_id",
    *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in TABLES),
]


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0009_certified_rates"),
    ]

    operations = [
        migrations.CreateModel(
            name="CorporationName",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("from_day", models.DateField(blank=True, null=True, verbose_name="変更日")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="取消日時")),
                (
                    "corporation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.corporation",
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
                "ordering": (
                    django.db.models.expressions.OrderBy(
                        django.db.models.expressions.F("from_day"), nulls_first=True
                    ),
                ),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("corporation", "from_day"),
                        name="one_name_of_a_corporation_a_day",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "facilities_corporationname",
            "corporation_id",
            "facilities_corporation",
            "corporation_name_same_city",
        ),
        row_security.shared_city_rows("facilities_corporationname"),
        migrations.AddField(
            model_name="facilitydetail",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="取消日時"),
        ),
        migrations.AddField(
            model_name="facilitydetail",
            name="ownership",
            field=models.CharField(
                choices=[("private", "私立"), ("public", "公立")],
                default="private",
                max_length=10,
                verbose_name="公私区分",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(GIVE_OWNERSHIP, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="facilitydetail", name="one_change_of_details_a_day"),
        migrations.AddConstraint(
            model_name="facilitydetail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("facility", "from_day"),
                name="one_change_of_details_a_day",
            ),
        ),
    ]
