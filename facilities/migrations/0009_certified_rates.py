"""The certificate of the 加算率, and 利用定員 that lies within 認可定員."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0008_api_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="facilityprofile",
            name="certificate_number",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="認定番号"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="facilityprofile",
            name="certified_on",
            field=models.DateField(blank=True, null=True, verbose_name="認定日"),
        ),
        migrations.AddConstraint(
            model_name="facilityprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_capacity__gte", models.F("capacity_1")), ("capacity_23__isnull", True)
                )
                | models.Q(("approved_capacity__gte", models.F("capacity_23")), ("capacity_1__isnull", True))
                | models.Q(
                    ("approved_capacity__gte", models.F("capacity_1") + models.F("capacity_23")),
                    ("capacity_1__isnull", False),
                    ("capacity_23__isnull", False),
                ),
                name="profile_capacity_lies_within_the_approved_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="facilityprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("certificate_number", ""), ("certified_on__isnull", True))
                | models.Q(("base_percent__isnull", False), ("rates_are_provisional", False)),
                name="profile_certificate_is_of_certified_rates",
            ),
        ),
    ]
