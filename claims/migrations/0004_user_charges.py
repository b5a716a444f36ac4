"""User charges, and the files they come in."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0003_months_bend"),
        ("facilities", "0006_city_schedule"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChargeImport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("file_hash", models.CharField(max_length=64, verbose_name="ファイルのハッシュ")),
                ("encoding", models.CharField(max_length=10, verbose_name="文字コード")),
                ("months", models.JSONField(default=list, verbose_name="対象年月")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("previewed", "確認待ち"),
                            ("accepted", "取込済み"),
                            ("discarded", "取りやめ"),
                            ("expired", "期限切れ"),
                        ],
                        default="previewed",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("summary", models.JSONField(default=dict, verbose_name="件数")),
                ("preview_sealed", models.BinaryField(null=True, verbose_name="内容")),
                ("uploaded_at", models.DateTimeField(verbose_name="アップロード日時")),
                ("uploaded_by", models.UUIDField(verbose_name="アップロードした人")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="取込・取りやめ日時")),
                ("decided_by", models.UUIDField(null=True, verbose_name="取込・取りやめた人")),
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
                "ordering": ("-uploaded_at",),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "id"), name="charge_import_in_municipality"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "previewed"), ("preview_sealed__isnull", True), _connector="OR"
                        ),
                        name="charge_import_preview_only_while_previewed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("status__in", ["previewed", "expired"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status__in", ["accepted", "discarded"]),
                            ),
                            _connector="OR",
                        ),
                        name="charge_import_decision_has_time_and_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UserCharge",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="対象年月")),
                ("payer_code", models.CharField(max_length=6, verbose_name="居住市区町村コード")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版")),
                ("charge_yen", models.PositiveIntegerField(verbose_name="利用者負担額合計")),
                ("national_charge_yen", models.PositiveIntegerField(verbose_name="国基準利用者負担額合計")),
                ("exempt_2", models.PositiveSmallIntegerField(verbose_name="副食費免除人数2号")),
                ("exempt_1", models.PositiveSmallIntegerField(verbose_name="副食費免除人数1号")),
                ("arrived_at", models.DateTimeField(verbose_name="届いた日時")),
                ("superseded_at", models.DateTimeField(null=True, verbose_name="差し替え日時")),
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
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="claims.chargeimport",
                    ),
                ),
                (
                    "superseded_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded",
                        to="claims.chargeimport",
                    ),
                ),
            ],
            options={
                "ordering": ("-month", "payer_code", "-version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "month", "payer_code", "version"), name="user_charge_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("facility", "month", "payer_code"),
                        name="one_current_user_charge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="user_charge_month_is_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer_code__regex", "^[0-9]{6}$")),
                        name="user_charge_payer_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="user_charge_version_begins_at_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("charge_yen__gte", 0), ("charge_yen__lte", 99999999)),
                        name="user_charge_is_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("national_charge_yen__gte", 0), ("national_charge_yen__lte", 99999999)
                        ),
                        name="user_charge_ceiling_is_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("exempt_1__gte", 0),
                            ("exempt_1__lte", 999),
                            ("exempt_2__gte", 0),
                            ("exempt_2__lte", 999),
                        ),
                        name="user_charge_exemptions_are_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("superseded_at__isnull", True), ("superseded_in__isnull", True)),
                            models.Q(("superseded_at__isnull", False), ("superseded_in__isnull", False)),
                            _connector="OR",
                        ),
                        name="user_charge_superseded_by_an_import",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["municipality", "month"], name="user_charge_month"),
                ],
            },
        ),
        row_security.composite_reference(
            "claims_usercharge", "facility_id", "facilities_facility", "charge_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_usercharge", "source_id", "claims_chargeimport", "charge_source_same_city"
        ),
        row_security.composite_reference(
            "claims_usercharge", "superseded_in_id", "claims_chargeimport", "charge_superseded_same_city"
        ),
        row_security.city_rows("claims_chargeimport"),
        row_security.facility_rows("claims_usercharge"),
    ]
