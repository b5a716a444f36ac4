"""Notices: read only by those they were given to, and unchangeable once sent."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from facilities import row_security

KEEP = """
CREATE FUNCTION portal_keep_sent_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    end_of_it text[] := ARRAY['status', 'withdrawn_at', 'withdrawn_by', 'withdrawal_reason'];
BEGIN
    IF OLD.status <> 'draft' AND (TG_OP = 'DELETE' OR NEW.status = 'draft' OR OLD.status = 'withdrawn'
                                  OR to_jsonb(OLD) - end_of_it <> to_jsonb(NEW) - end_of_it) THEN
        RAISE EXCEPTION 'a sent notice is immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER notice_is_immutable_once_sent BEFORE UPDATE OR DELETE ON portal_notice
    FOR EACH ROW EXECUTE FUNCTION portal_keep_sent_notice();

CREATE FUNCTION portal_keep_parts_of_sent_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    notice_status text;
BEGIN
    -- Only the day on which a facility was told by mail is filled in afterwards.
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'portal_noticetarget'
       AND to_jsonb(OLD) - 'told_on' = to_jsonb(NEW) - 'told_on' THEN
        RETURN NEW;
    END IF;
    SELECT status INTO notice_status FROM portal_notice WHERE id = coalesce(NEW.notice_id, OLD.notice_id);
    IF notice_status IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'the files and targets of a sent notice are immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER notice_files_are_immutable_once_sent BEFORE INSERT OR UPDATE OR DELETE ON portal_noticeattachment
    FOR EACH ROW EXECUTE FUNCTION portal_keep_parts_of_sent_notice();
CREATE TRIGGER notice_targets_are_immutable_once_sent BEFORE INSERT OR UPDATE OR DELETE ON portal_noticetarget
    FOR EACH ROW EXECUTE FUNCTION portal_keep_parts_of_sent_notice();

CREATE FUNCTION portal_keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a read receipt stays as it is' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER notice_receipt_stays BEFORE UPDATE OR DELETE ON portal_noticereading
    FOR EACH ROW EXECUTE FUNCTION portal_keep_receipt();
"""
DROP_KEEP = """
DROP TRIGGER notice_receipt_stays ON portal_noticereading;
DROP TRIGGER notice_targets_are_immutable_once_sent ON portal_noticetarget;
DROP TRIGGER notice_files_are_immutable_once_sent ON portal_noticeattachment;
DROP TRIGGER notice_is_immutable_once_sent ON portal_notice;
DROP FUNCTION portal_keep_receipt();
DROP FUNCTION portal_keep_parts_of_sent_notice();
DROP FUNCTION portal_keep_sent_notice();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("facilities", "0006_city_schedule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.CharField(max_length=100, verbose_name="件名")),
                ("text", models.CharField(max_length=4000, verbose_name="本文")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("all", "すべての施設"),
                            ("kinds", "施設類型を選ぶ"),
                            ("facilities", "施設を選ぶ"),
                        ],
                        max_length=10,
                        verbose_name="対象",
                    ),
                ),
                ("kinds", models.JSONField(blank=True, default=list, verbose_name="施設類型")),
                ("chosen", models.JSONField(blank=True, default=list, verbose_name="施設")),
                ("is_urgent", models.BooleanField(default=False, verbose_name="すぐにメールで知らせる")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "下書き"), ("sent", "送信済み"), ("withdrawn", "取り下げ")],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                ("saved_at", models.DateTimeField(verbose_name="保存日時")),
                ("saved_by", models.UUIDField(verbose_name="保存した人")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="送信日時")),
                ("sent_by", models.UUIDField(null=True, verbose_name="送信した人")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="取り下げ日時")),
                ("withdrawn_by", models.UUIDField(null=True, verbose_name="取り下げた人")),
                (
                    "withdrawal_reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="取り下げの理由"),
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
                "ordering": ("-saved_at",),
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "id"), name="notice_in_municipality"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("text", ""), _negated=True)
                        ),
                        name="notice_has_title_and_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("audience", "all"), ("chosen", []), ("kinds", [])),
                            models.Q(
                                ("audience", "kinds"), ("chosen", []), models.Q(("kinds", []), _negated=True)
                            ),
                            models.Q(
                                ("audience", "facilities"),
                                ("kinds", []),
                                models.Q(("chosen", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notice_is_for_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sent_at__isnull", True), ("sent_by__isnull", True), ("status", "draft")
                            ),
                            models.Q(
                                ("sent_at__isnull", False),
                                ("sent_by__isnull", False),
                                ("status__in", ["sent", "withdrawn"]),
                            ),
                            _connector="OR",
                        ),
                        name="notice_is_sent_at_a_time_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["draft", "sent"]),
                                ("withdrawal_reason", ""),
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_by__isnull", True),
                            ),
                            models.Q(
                                ("status", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawal_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notice_is_withdrawn_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeAttachment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("png", "PNG画像"),
                            ("jpg", "JPEG画像"),
                            ("xlsx", "Excelブック"),
                        ],
                        max_length=4,
                        verbose_name="種類",
                    ),
                ),
                ("file_name", models.CharField(max_length=120, verbose_name="ファイル名")),
                ("size_bytes", models.PositiveIntegerField(verbose_name="大きさ")),
                ("content_hash", models.CharField(max_length=64, verbose_name="内容のハッシュ")),
                ("content_sealed", models.BinaryField(verbose_name="内容")),
                ("added_at", models.DateTimeField(verbose_name="添付日時")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.municipality",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="portal.notice",
                    ),
                ),
            ],
            options={
                "ordering": ("added_at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size_bytes__gte", 1)), name="notice_attachment_holds_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeReading",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("first_read_at", models.DateTimeField(verbose_name="最初に読んだ日時")),
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
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="portal.notice",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("notice", "facility", "user"), name="notice_is_read_once_a_person"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeTarget",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("told_on", models.DateField(null=True, verbose_name="メールで知らせた日")),
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
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="portal.notice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "facility"), name="notice_once_a_facility"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_on__isnull", True)),
                        fields=["facility"],
                        name="notice_not_told_yet",
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "portal_noticetarget", "notice_id", "portal_notice", "notice_target_notice_same_city"
        ),
        row_security.composite_reference(
            "portal_noticetarget", "facility_id", "facilities_facility", "notice_target_facility_same_city"
        ),
        row_security.composite_reference(
            "portal_noticereading", "notice_id", "portal_notice", "notice_reading_notice_same_city"
        ),
        row_security.composite_reference(
            "portal_noticereading", "facility_id", "facilities_facility", "notice_reading_facility_same_city"
        ),
        row_security.composite_reference(
            "portal_noticeattachment", "notice_id", "portal_notice", "notice_attachment_notice_same_city"
        ),
        migrations.RunSQL(
            "ALTER TABLE portal_noticereading ADD CONSTRAINT notice_is_read_by_those_it_went_to "
            "FOREIGN KEY (notice_id, facility_id) REFERENCES portal_noticetarget (notice_id, facility_id)",
            "ALTER TABLE portal_noticereading DROP CONSTRAINT notice_is_read_by_those_it_went_to",
        ),
        row_security.city_rows_for_facilities("portal_noticetarget"),
        row_security.facility_rows("portal_noticereading"),
        row_security.rows_given_to_facilities("portal_notice", "id", "portal_noticetarget", "notice_id"),
        row_security.rows_given_to_facilities(
            "portal_noticeattachment", "notice_id", "portal_noticetarget", "notice_id"
        ),
        migrations.RunSQL(KEEP, DROP_KEEP),
    ]
