"""Documents that name people have keys, too: they are neither replaced nor swept with those of persons."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("person_keys", "0002_made_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="personkey",
            name="owner",
            field=models.CharField(
                choices=[("member", "職員"), ("document", "帳票")],
                default="member",
                max_length=10,
                verbose_name="種類",
            ),
        ),
    ]
