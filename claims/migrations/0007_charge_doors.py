"""Files of user charges come by the same doors: what kind of file a mapping, its draft or a refusal is about."""

from django.db import migrations, models

KINDS = [("counts", "児童数"), ("charges", "利用者負担額")]


def kind(**options: object) -> models.CharField:  # type: ignore[type-arg]
    """The field under the three models."""
    return models.CharField(
        choices=KINDS, default="counts", max_length=8, verbose_name="ファイルの種類", **options
    )


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_drop_folder")]

    operations = [
        migrations.AddField(
            model_name="chargeimport",
            name="mapping_name",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="列の対応"),
        ),
        migrations.AddField(
            model_name="chargeimport",
            name="sender",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="届いたところ"),
        ),
        migrations.AddField(model_name="columnmapping", name="kind", field=kind()),
        migrations.AddField(model_name="mappingdraft", name="kind", field=kind()),
        migrations.AddField(model_name="droprefusal", name="kind", field=kind(blank=True)),
        migrations.AddConstraint(
            model_name="columnmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["counts", "charges"])), name="column_mapping_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="mappingdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["counts", "charges"])), name="mapping_draft_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="droprefusal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["", "counts", "charges"])), name="drop_refusal_kind_is_known"
            ),
        ),
    ]
