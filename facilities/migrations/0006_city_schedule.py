"""A city's schedule instead of one day; a day that was set goes on as the rule of the claim."""

from typing import Any

from django.db import migrations, models


def carry_over(apps: Any, schema_editor: Any) -> None:
    for city in apps.get_model("facilities", "Municipality").objects.exclude(claim_due_day=10):
        city.schedule = {"rules": {"claim": [0, city.claim_due_day, "later"]}}
        city.save(update_fields=["schedule"])


def carry_back(apps: Any, schema_editor: Any) -> None:
    for city in apps.get_model("facilities", "Municipality").objects.exclude(schedule={}):
        rule = city.schedule.get("rules", {}).get("claim", [0, 10, "later"])
        city.claim_due_day = min(rule[1], 28)
        city.save(update_fields=["claim_due_day"])


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0005_facilities_change"),
    ]

    operations = [
        migrations.AddField(
            model_name="municipality",
            name="schedule",
            field=models.JSONField(blank=True, default=dict, verbose_name="月の日程"),
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.RemoveConstraint(
            model_name="municipality",
            name="claim_due_day_exists_in_every_month",
        ),
        migrations.RemoveField(
            model_name="municipality",
            name="claim_due_day",
        ),
    ]
