"""Bundles of documents, and what a facility enters once for all forms: never across tenants."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security

TABLES = ("documents_bundle", "documents_bundleitem", "documents_bundlepart", "documents_formcontact")


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_documents_of_packs"),
        ("facilities", "0014_grants_say_why"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="bundle_id",
            field=models.UUIDField(null=True, verbose_name="束"),
        ),
        migrations.CreateModel(
            name="Bundle",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.CharField(max_length=120, verbose_name="名前")),
                (
                    "packing",
                    models.CharField(
                        choices=[("zip", "ZIP（施設ごとのフォルダー）"), ("pdf", "1つのPDF（しおり付き）")],
                        max_length=4,
                        verbose_name="まとめ方",
                    ),
                ),
                ("forms", models.JSONField(default=list, verbose_name="様式")),
                ("formats", models.JSONField(default=list, verbose_name="形式")),
                ("first_month", models.DateField(verbose_name="最初の月")),
                ("last_month", models.DateField(verbose_name="最後の月")),
                ("ordered_at", models.DateTimeField(verbose_name="依頼日時")),
                ("ordered_by", models.UUIDField(verbose_name="依頼者")),
                ("job_id", models.UUIDField(null=True, verbose_name="処理")),
                (
                    "ordered_as",
                    models.CharField(
                        choices=[
                            ("facility", "施設職員"),
                            ("enrolment", "こども施設入園課"),
                            ("officer", "こども施設運営課 担当"),
                            ("chief", "こども施設運営課 係長"),
                            ("manager", "こども施設運営課 課長"),
                            ("administrator", "市の管理者"),
                            ("auditor", "監査"),
                        ],
                        max_length=20,
                        verbose_name="依頼者の役割",
                    ),
                ),
                ("round", models.PositiveIntegerField(default=1, verbose_name="回")),
                ("names_people", models.BooleanField(default=False, verbose_name="氏名がある")),
                ("listed_at", models.DateTimeField(null=True, verbose_name="中身が決まった日時")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="取りやめた日時")),
                ("ready_at", models.DateTimeField(null=True, verbose_name="完成日時")),
                (
                    "refusal",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="作れない理由"),
                ),
                ("missing", models.PositiveIntegerField(default=0, verbose_name="入っていない帳票")),
                (
                    "content_hash",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="内容のハッシュ"),
                ),
                ("size_bytes", models.PositiveBigIntegerField(null=True, verbose_name="大きさ")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
                        verbose_name="施設",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        null=True,
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
                "ordering": ("-ordered_at",),
            },
        ),
        migrations.CreateModel(
            name="BundleItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveIntegerField(verbose_name="順")),
                ("about_id", models.UUIDField(verbose_name="施設")),
                ("about_number", models.CharField(max_length=13, verbose_name="事業所番号")),
                ("about_name", models.CharField(max_length=100, verbose_name="施設名")),
                ("subject", models.CharField(max_length=40, verbose_name="対象の種類")),
                ("subject_id", models.UUIDField(verbose_name="対象")),
                ("form", models.CharField(max_length=40, verbose_name="様式")),
                ("title", models.CharField(max_length=60, verbose_name="様式の名前")),
                ("format", models.CharField(max_length=4, verbose_name="形式")),
                ("document_id", models.UUIDField(null=True, verbose_name="帳票")),
                (
                    "refusal",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="入らない理由"),
                ),
                (
                    "bundle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="documents.bundle",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        null=True,
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
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="BundlePart",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField(verbose_name="番号")),
                ("content_sealed", models.BinaryField(verbose_name="内容")),
                (
                    "bundle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="documents.bundle",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        null=True,
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
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="FormContact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(verbose_name="版")),
                ("details_sealed", models.BinaryField(verbose_name="内容")),
                ("saved_at", models.DateTimeField(verbose_name="保存日時")),
                ("saved_by", models.UUIDField(verbose_name="保存した人")),
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
                "ordering": ("-version",),
            },
        ),
        migrations.AddConstraint(
            model_name="bundle",
            constraint=models.UniqueConstraint(fields=("municipality", "id"), name="bundle_in_municipality"),
        ),
        migrations.AddConstraint(
            model_name="bundle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content_hash", ""), ("ready_at__isnull", True), ("size_bytes__isnull", True)),
                    models.Q(
                        ("ready_at__isnull", False),
                        ("refusal", ""),
                        ("size_bytes__isnull", False),
                        models.Q(("content_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="bundle_is_ready_when_it_has_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ready_at__isnull", True), ("cancelled_at__isnull", True), _connector="OR"
                ),
                name="bundle_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundle",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_month__lte", models.F("last_month"))),
                name="bundle_months_are_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="bundleitem",
            index=models.Index(fields=["document_id"], name="bundle_item_document"),
        ),
        migrations.AddConstraint(
            model_name="bundleitem",
            constraint=models.UniqueConstraint(fields=("bundle", "position"), name="bundle_item_once"),
        ),
        migrations.AddConstraint(
            model_name="bundleitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_id__isnull", True), ("refusal", ""), _connector="OR"),
                name="bundle_item_is_ordered_or_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundlepart",
            constraint=models.UniqueConstraint(fields=("bundle", "number"), name="bundle_part_once"),
        ),
        migrations.AddConstraint(
            model_name="formcontact",
            constraint=models.UniqueConstraint(
                fields=("facility", "version"), name="form_contact_version_once"
            ),
        ),
        *(
            row_security.composite_reference(
                table, "facility_id", "facilities_facility", f"{table}_facility_same_city"
            )
            for table in TABLES
        ),
        row_security.composite_reference(
            "documents_bundle", "about_id", "facilities_facility", "bundle_about_same_city"
        ),
        row_security.composite_reference(
            "documents_bundleitem", "about_id", "facilities_facility", "bundle_item_about_same_city"
        ),
        row_security.composite_reference(
            "documents_bundleitem", "bundle_id", "documents_bundle", "bundle_item_same_city"
        ),
        row_security.composite_reference(
            "documents_bundlepart", "bundle_id", "documents_bundle", "bundle_part_same_city"
        ),
        # A bundle of the city has no facility: facilities do not see it.
        *(row_security.facility_rows(table) for table in TABLES),
    ]
