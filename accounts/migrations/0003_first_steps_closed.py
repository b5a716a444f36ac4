"""Who has put the tour for new clerks away."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_password_tickets"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="first_steps_closed_at",
            field=models.DateTimeField(null=True, verbose_name="はじめての方への案内を閉じた日時"),
        ),
    ]
