"""A comparison with NULL is unknown, and a CHECK lets the unknown pass: say that the value is given."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="facilityprofile",
            name="profile_rates_are_given_together",
        ),
        migrations.RemoveConstraint(
            model_name="facilityprofile",
            name="profile_has_a_capacity",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_facility_role_has_facility_and_slot",
        ),
        migrations.AddConstraint(
            model_name="facilityprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("base_percent__isnull", True), ("wage_percent__isnull", True)),
                    models.Q(
                        ("base_percent__isnull", False),
                        ("base_percent__range", (2, 12)),
                        ("wage_percent__isnull", False),
                        ("wage_percent__range", (4, 7)),
                    ),
                    _connector="OR",
                ),
                name="profile_rates_are_given_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="facilityprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("capacity_1__gte", 1), ("capacity_1__isnull", False)),
                    models.Q(("capacity_23__gte", 1), ("capacity_23__isnull", False)),
                    _connector="OR",
                ),
                name="profile_has_a_capacity",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("duty", "facility"),
                        ("facility__isnull", False),
                        ("slot__in", [1, 2]),
                        ("slot__isnull", False),
                    ),
                    models.Q(
                        models.Q(("duty", "facility"), _negated=True),
                        ("facility__isnull", True),
                        ("slot__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="membership_facility_role_has_facility_and_slot",
            ),
        ),
    ]
