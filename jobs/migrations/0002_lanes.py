"""Jobs in lanes: a bundle of hundreds of papers keeps nobody waiting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="lane",
            field=models.CharField(
                choices=[("celery", "通常"), ("bulk", "まとめて")],
                db_default="celery",
                default="celery",
                max_length=10,
                verbose_name="列",
            ),
        ),
    ]
