"""
The days of a city's months are its own from its first day on, so that other defaults move none of them.

What a city has not set is written down as it is seen today. These are the defaults of November 2026; the product's
own may be others by the time this runs.
"""

from typing import Any

from django.db import migrations, models

import facilities.schedule

SEEN = {
    "import": [0, 3, "later"],
    "confirm": [0, 10, "later"],
    "claim": [0, 15, "later"],
    "review": [0, 23, "earlier"],
    "pay": [0, 31, "earlier"],
}


def write_down(apps: Any, schema_editor: Any) -> None:
    for city in apps.get_model("facilities", "Municipality").objects.all():
        city.schedule = whole(city.schedule)
        city.save(update_fields=["schedule"])


def whole(kept: dict[str, Any]) -> dict[str, Any]:
    """The same schedule with a rule for every step, in all its months."""
    return {
        "closing_days": {},
        "exceptions": {},
        **kept,
        "rules": {**SEEN, **kept.get("rules", {})},
        "earlier": [[last, {**SEEN, **rules}] for last, rules in kept.get("earlier", [])],
    }


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0011_second_facility"),
    ]

    operations = [
        migrations.RunPython(write_down, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="municipality",
            name="schedule",
            field=models.JSONField(default=facilities.schedule.first_schedule, verbose_name="月の日程"),
        ),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("schedule__has_key", "rules"),
                    ("schedule__rules__has_keys", ["import", "confirm", "claim", "review", "pay"]),
                ),
                name="municipality_has_a_rule_for_every_step",
            ),
        ),
    ]
