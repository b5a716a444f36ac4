"""
A person who also serves another facility: registered on that facility's notification, confirmed like an address.

The address that is registered for the other facility is the one the account has; the row says for which facility.
"""

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0010_corporations"),
    ]

    operations = [
        migrations.AddField(
            model_name="addressregistration",
            name="facility",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="facilities.facility",
                verbose_name="追加する施設",
            ),
        ),
        migrations.RemoveConstraint(model_name="addressregistration", name="one_waiting_address"),
        migrations.AddConstraint(
            model_name="addressregistration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("facility__isnull", True), ("status", "waiting")),
                fields=("user",),
                name="one_waiting_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="addressregistration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "waiting")),
                fields=("user", "facility"),
                name="another_facility_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="addressregistration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("facility__isnull", True),
                    models.Q(
                        models.Q(("notification_number", ""), _negated=True),
                        ("is_sole", False),
                        ("notified_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="another_facility_has_its_notification_and_two_people",
            ),
        ),
        row_security.composite_reference(
            "facilities_addressregistration",
            "facility_id",
            "facilities_facility",
            "registration_facility_same_city",
        ),
    ]
