"""How long records are kept, and erasures: rows of the city that no facility reads."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0013_item_endings"),
        ("staff_records", "0003_roster_rounds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("through_year", models.SmallIntegerField(verbose_name="退職年度（この年度まで）")),
                ("persons", models.PositiveIntegerField(verbose_name="人数")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "確認待ち"),
                            ("withdrawn", "取りやめ"),
                            ("confirmed", "消去中"),
                            ("done", "消去済み"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="依頼日時")),
                ("requested_by", models.UUIDField(verbose_name="依頼した人")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="確認日時")),
                ("confirmed_by", models.UUIDField(null=True, verbose_name="確認した人")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終了日時")),
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
                "ordering": ("-requested_at",),
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "id"), name="erasure_in_city"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "confirmed"])),
                        fields=("municipality",),
                        name="one_erasure_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("persons__gte", 1)), name="erasure_is_of_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="erasure_is_confirmed_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("ended_at__isnull", True),
                                ("status", "waiting"),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("ended_at__isnull", False),
                                ("status", "withdrawn"),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("ended_at__isnull", True),
                                ("status", "confirmed"),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("ended_at__isnull", False),
                                ("status", "done"),
                            ),
                            _connector="OR",
                        ),
                        name="erasure_status_and_times_agree",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="処理日時")),
                ("was_kept", models.BooleanField(default=False, verbose_name="消去しなかった")),
                (
                    "erasure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="staff_records.erasure",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff_records.staffmember",
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
                "constraints": [
                    models.UniqueConstraint(fields=("erasure", "member"), name="once_in_an_erasure"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("years", models.PositiveSmallIntegerField(default=5, verbose_name="保存する年度数")),
                ("changed_at", models.DateTimeField(verbose_name="変更日時")),
                ("changed_by", models.UUIDField(verbose_name="変更した人")),
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
                "constraints": [
                    models.UniqueConstraint(fields=("municipality",), name="one_retention_rule_a_city"),
                    models.CheckConstraint(
                        condition=models.Q(("years__gte", 1), ("years__lte", 30)),
                        name="records_are_kept_for_years",
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "staff_records_erasureline", "facility_id", "facilities_facility", "staff_erasureline_same_city"
        ),
        row_security.composite_reference(
            "staff_records_erasureline",
            "erasure_id",
            "staff_records_erasure",
            "erasureline_erasure_same_city",
        ),
        migrations.RunSQL(
            "ALTER TABLE staff_records_erasureline ADD CONSTRAINT erasureline_member_same_facility "
            "FOREIGN KEY (municipality_id, facility_id, member_id) "
            "REFERENCES staff_records_staffmember (municipality_id, facility_id, id) DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE staff_records_erasureline DROP CONSTRAINT erasureline_member_same_facility",
        ),
        row_security.city_rows("staff_records_retentionrule"),
        row_security.city_rows("staff_records_erasure"),
        row_security.city_rows("staff_records_erasureline"),
    ]
