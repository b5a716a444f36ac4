"""A dispute can name a class that did not come: what a facility types is held by the same rules as what a file says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0008_terms_of_claims"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="countdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer_code__regex", "^[0-9]{6}$")), name="dispute_payer_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="countdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("certification", "1"), ("hours", "education")),
                    models.Q(("certification__in", ["2", "3"]), ("hours__in", ["standard", "short"])),
                    _connector="OR",
                ),
                name="dispute_certification_and_hours_agree",
            ),
        ),
    ]
