"""Documents say which subject, edition and pack they are of; what they failed at; and whose a control number is."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security

# What was printed before there were packs: a form of each of these subjects.
NAMED = """
UPDATE documents_document
SET subject = CASE form WHEN 'paper_cover' THEN 'paper' ELSE form END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_form_pack_walls"),
        ("facilities", "0014_grants_say_why"),
    ]

    operations = [
        migrations.CreateModel(
            name="ControlNumber",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.CharField(max_length=60, verbose_name="管理番号")),
                ("subject", models.CharField(max_length=40, verbose_name="対象の種類")),
                ("subject_id", models.UUIDField(verbose_name="対象")),
                ("given_at", models.DateTimeField(verbose_name="付番日時")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="document_once_a_subject",
        ),
        migrations.AddField(
            model_name="document",
            name="control_number",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="管理番号"),
        ),
        migrations.AddField(
            model_name="document",
            name="edition",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="内容の版"),
        ),
        migrations.AddField(
            model_name="document",
            name="failed_at",
            field=models.DateTimeField(null=True, verbose_name="作成できなかった日時"),
        ),
        migrations.AddField(
            model_name="document",
            name="is_draft",
            field=models.BooleanField(default=False, verbose_name="下書き"),
        ),
        migrations.AddField(
            model_name="document",
            name="pack_hash",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="様式のハッシュ"),
        ),
        migrations.AddField(
            model_name="document",
            name="problems_sealed",
            field=models.BinaryField(null=True, verbose_name="作成できない理由"),
        ),
        migrations.AddField(
            model_name="document",
            name="subject",
            field=models.CharField(default="", max_length=40, verbose_name="対象の種類"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["municipality", "month", "form"], name="document_of_a_month"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("subject_id", "form", "format", "edition", "pack_hash"),
                name="document_once_an_edition",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_draft", False), ("control_number", ""), _connector="OR"),
                name="document_draft_has_no_control_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failed_at__isnull", True), ("problems_sealed__isnull", True)),
                    models.Q(
                        ("failed_at__isnull", False),
                        ("problems_sealed__isnull", False),
                        ("ready_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="document_failed_says_why",
            ),
        ),
        migrations.AddField(
            model_name="controlnumber",
            name="facility",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.facility"
            ),
        ),
        migrations.AddField(
            model_name="controlnumber",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.AddConstraint(
            model_name="controlnumber",
            constraint=models.UniqueConstraint(
                fields=("municipality", "number"), name="control_number_once_a_city"
            ),
        ),
        migrations.AddConstraint(
            model_name="controlnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True), name="control_number_is_there"
            ),
        ),
        # The owner's migrations see no tenant's rows while row security is forced: it is let go for one statement.
        migrations.RunSQL(
            [
                "ALTER TABLE documents_document NO FORCE ROW LEVEL SECURITY",
                NAMED,
                "ALTER TABLE documents_document FORCE ROW LEVEL SECURITY",
            ],
            migrations.RunSQL.noop,
        ),
        row_security.composite_reference(
            "documents_controlnumber",
            "facility_id",
            "facilities_facility",
            "control_number_facility_same_city",
        ),
        row_security.facility_rows("documents_controlnumber"),
    ]
