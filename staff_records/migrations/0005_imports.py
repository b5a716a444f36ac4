"""Files of rosters on their way into an entry sheet, and what facilities' own files call our columns."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0013_item_endings"),
        ("staff_records", "0004_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="RosterImport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField(verbose_name="基準日")),
                ("file_hash", models.CharField(max_length=64, verbose_name="ファイルのハッシュ")),
                ("file_sealed", models.BinaryField(null=True, verbose_name="ファイル")),
                ("told_sealed", models.BinaryField(verbose_name="読み取り方")),
                ("made_at", models.DateTimeField(verbose_name="選んだ日時")),
                ("made_by", models.UUIDField(verbose_name="選んだ人")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.municipality",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff_records.entrysheet",
                    ),
                ),
            ],
            options={
                "ordering": ("-made_at",),
                "constraints": [
                    models.UniqueConstraint(fields=("sheet",), name="one_import_an_entry_sheet"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file_sealed__isnull", False), ("sheet__isnull", True)),
                            models.Q(("file_sealed__isnull", True), ("sheet__isnull", False)),
                            _connector="OR",
                        ),
                        name="roster_file_waits_or_is_in_a_sheet",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("table", models.CharField(max_length=20, verbose_name="表")),
                ("columns", models.JSONField(verbose_name="列")),
                ("meanings", models.JSONField(blank=True, default=dict, verbose_name="言葉の意味")),
                ("headings_hash", models.CharField(max_length=64, verbose_name="見出しのハッシュ")),
                ("made_at", models.DateTimeField(verbose_name="保存日時")),
                ("made_by", models.UUIDField(verbose_name="保存した人")),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.municipality",
                    ),
                ),
            ],
            options={
                "ordering": ("-made_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "headings_hash"), name="roster_mapping_once_a_layout"
                    )
                ],
            },
        ),
        *[
            row_security.composite_reference(
                f"staff_records_{table}", "facility_id", "facilities_facility", f"staff_{table}_same_city"
            )
            for table in ("rosterimport", "rostermapping")
        ],
        migrations.RunSQL(
            [
                "ALTER TABLE staff_records_rosterimport ADD CONSTRAINT rosterimport_sheet_id_same_facility "
                "FOREIGN KEY (municipality_id, facility_id, sheet_id) REFERENCES staff_records_entrysheet "
                "(municipality_id, facility_id, id) DEFERRABLE INITIALLY IMMEDIATE"
            ],
            ["ALTER TABLE staff_records_rosterimport DROP CONSTRAINT rosterimport_sheet_id_same_facility"],
        ),
        *[
            row_security.facility_rows(f"staff_records_{table}")
            for table in ("rosterimport", "rostermapping")
        ],
    ]
