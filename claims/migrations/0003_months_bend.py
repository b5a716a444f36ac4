"""Corrections after approval, months that close, counts entered by hand or confirmed by the city, remarks."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security

# As in 0001, and: which version a claim corrects, and why, cannot change either once it is submitted.
GUARD = """
CREATE OR REPLACE FUNCTION claims_refuse_content_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (OLD.snapshot, OLD.total_yen, OLD.content_hash, OLD.rate_book, OLD.sheet_id, OLD.month,
                                  OLD.payer_code, OLD.version, OLD.facility_id, OLD.child_total{columns_old})
       IS DISTINCT FROM (NEW.snapshot, NEW.total_yen, NEW.content_hash, NEW.rate_book, NEW.sheet_id, NEW.month,
                         NEW.payer_code, NEW.version, NEW.facility_id, NEW.child_total{columns_new}) THEN
        RAISE EXCEPTION 'a submitted claim is immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
IMMUTABLE = GUARD.format(
    columns_old=", OLD.corrects_id, OLD.correction_reason",
    columns_new=", NEW.corrects_id, NEW.correction_reason",
)
AS_BEFORE = GUARD.format(columns_old="", columns_new="")


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_first_decision"),
        ("facilities", "0006_city_schedule"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimRemark",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("by_city", models.BooleanField(verbose_name="市から")),
                ("text", models.TextField(verbose_name="内容")),
                ("said_at", models.DateTimeField(verbose_name="日時")),
                ("said_by", models.UUIDField(verbose_name="書いた人")),
            ],
            options={
                "ordering": ("said_at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="remark_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthClosing",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="対象年月")),
                ("note", models.CharField(blank=True, default="", max_length=500, verbose_name="締めのメモ")),
                ("closed_at", models.DateTimeField(verbose_name="締めた日時")),
                ("closed_by", models.UUIDField(verbose_name="締めた人")),
                ("reopened_at", models.DateTimeField(null=True, verbose_name="解除した日時")),
                ("reopened_by", models.UUIDField(null=True, verbose_name="解除した人")),
                (
                    "reopen_reason",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="解除の理由"),
                ),
            ],
            options={
                "ordering": ("-month", "-closed_at"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="closing_month_is_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reopen_reason", ""),
                                ("reopened_at__isnull", True),
                                ("reopened_by__isnull", True),
                            ),
                            models.Q(
                                ("reopened_at__isnull", False),
                                ("reopened_by__isnull", False),
                                models.Q(("reopen_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="reopening_has_time_person_and_reason",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="claim",
            name="one_current_claim",
        ),
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_status_and_times_agree",
        ),
        migrations.AddField(
            model_name="claim",
            name="correction_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="過誤調整の理由"),
        ),
        migrations.AddField(
            model_name="claim",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="claims.claim",
            ),
        ),
        migrations.AddField(
            model_name="countsheet",
            name="entered_by",
            field=models.UUIDField(null=True, verbose_name="訂正した人"),
        ),
        migrations.AddField(
            model_name="countsheet",
            name="entered_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="訂正の理由"),
        ),
        migrations.AddField(
            model_name="countsheet",
            name="on_behalf_reason",
            field=models.CharField(
                blank=True, default="", max_length=500, verbose_name="代わりに確認した理由"
            ),
        ),
        migrations.AlterField(
            model_name="countsheet",
            name="source",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sheets",
                to="claims.countimport",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["draft", "submitted", "returned"])),
                fields=("facility", "month", "payer_code"),
                name="one_open_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "approved")),
                fields=("facility", "month", "payer_code"),
                name="one_approved_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("correction_reason", ""), ("corrects__isnull", False), _connector="OR"),
                name="claim_reason_of_a_correction_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_at__isnull", True),
                        ("returned_at__isnull", True),
                        ("status", "draft"),
                        ("submitted_at__isnull", True),
                    ),
                    models.Q(
                        ("approved_at__isnull", True),
                        ("returned_at__isnull", True),
                        ("status", "submitted"),
                        ("submitted_at__isnull", False),
                    ),
                    models.Q(
                        ("approved_at__isnull", True),
                        ("returned_at__isnull", False),
                        ("status", "returned"),
                        ("submitted_at__isnull", False),
                    ),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("returned_at__isnull", True),
                        ("status", "approved"),
                        ("submitted_at__isnull", False),
                    ),
                    models.Q(("approved_at__isnull", True), ("status", "superseded")),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("first_decided_at__isnull", False),
                        ("returned_at__isnull", True),
                        ("status", "superseded"),
                    ),
                    _connector="OR",
                ),
                name="claim_status_and_times_agree",
            ),
        ),
        migrations.AddConstraint(
            model_name="countsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entered_by__isnull", True), ("entered_reason", ""), ("source__isnull", False)),
                    models.Q(("entered_by__isnull", False), models.Q(("entered_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="count_sheet_by_hand_has_person_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="countsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("on_behalf_reason", ""), ("confirmed_at__isnull", False), _connector="OR"
                ),
                name="count_sheet_on_behalf_is_confirmed",
            ),
        ),
        migrations.AddField(
            model_name="claimremark",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="claims.claim"
            ),
        ),
        migrations.AddField(
            model_name="claimremark",
            name="facility",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.facility"
            ),
        ),
        migrations.AddField(
            model_name="claimremark",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.AddField(
            model_name="monthclosing",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclosing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reopened_at__isnull", True)),
                fields=("municipality", "month"),
                name="a_month_is_closed_once",
            ),
        ),
        row_security.composite_reference(
            "claims_claim", "corrects_id", "claims_claim", "claim_corrects_same_city"
        ),
        row_security.composite_reference(
            "claims_claimremark", "facility_id", "facilities_facility", "remark_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_claimremark", "claim_id", "claims_claim", "remark_claim_same_city"
        ),
        row_security.facility_rows("claims_claimremark"),
        row_security.shared_city_rows("claims_monthclosing"),
        migrations.RunSQL(IMMUTABLE, AS_BEFORE),
    ]
