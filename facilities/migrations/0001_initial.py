"""Tenancy from the first migration: composite references, forced row-level security, periods that cannot overlap."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from facilities import row_security


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Corporation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("corporate_number", models.CharField(blank=True, max_length=13, verbose_name="法人番号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("corporate_number__regex", "^([0-9]{13})?$")),
                        name="corporate_number_is_13_digits_or_none",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=6, unique=True, verbose_name="市区町村コード")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("claim_due_day", models.PositiveSmallIntegerField(default=10, verbose_name="請求の締切日")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{6}$")),
                        name="municipality_code_is_six_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claim_due_day__gte", 1), ("claim_due_day__lte", 28)),
                        name="claim_due_day_exists_in_every_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Facility",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.CharField(max_length=13, verbose_name="事業所番号")),
                ("name", models.CharField(max_length=100, verbose_name="施設名")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("kindergarten", "幼稚園"),
                            ("nursery", "保育所"),
                            ("certified_kodomoen", "認定こども園"),
                            ("small_a", "小規模保育事業A型"),
                            ("small_b", "小規模保育事業B型"),
                            ("small_c", "小規模保育事業C型"),
                            ("home_based", "家庭的保育事業"),
                            ("workplace", "事業所内保育事業"),
                            ("home_visiting", "居宅訪問型保育事業"),
                        ],
                        max_length=20,
                        verbose_name="施設類型",
                    ),
                ),
                (
                    "ownership",
                    models.CharField(
                        choices=[("private", "私立"), ("public", "公立")],
                        max_length=10,
                        verbose_name="公私区分",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="認可年月日")),
                ("postal_code", models.CharField(max_length=8, verbose_name="郵便番号")),
                ("location", models.CharField(max_length=200, verbose_name="所在地")),
                (
                    "corporation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.corporation",
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
                    models.UniqueConstraint(fields=("municipality", "id"), name="facility_in_municipality"),
                    models.UniqueConstraint(
                        fields=("municipality", "number"), name="facility_number_once_a_city"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^[0-9]{13}$")),
                        name="facility_number_is_13_digits",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="corporation",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="facilities.municipality"
            ),
        ),
        migrations.CreateModel(
            name="AddressRegistration",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("notification_number", models.CharField(max_length=40, verbose_name="届出番号")),
                ("notified_on", models.DateField(verbose_name="届出日")),
                ("registered_at", models.DateTimeField(verbose_name="登録日時")),
                ("registered_by", models.UUIDField(verbose_name="登録者")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ("-registered_at",),
            },
        ),
        migrations.CreateModel(
            name="SentForm",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("token", models.UUIDField()),
                ("user_id", models.UUIDField()),
                ("content_hash", models.BinaryField()),
                ("location", models.TextField(default="")),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "token", "content_hash"), name="form_is_sent_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "duty",
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
                        verbose_name="役割",
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="枠")),
                (
                    "began_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="開始"
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="終了")),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
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
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("duty", "facility"), ("facility__isnull", False), ("slot__in", [1, 2])),
                            models.Q(
                                models.Q(("duty", "facility"), _negated=True),
                                ("facility__isnull", True),
                                ("slot__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="membership_facility_role_has_facility_and_slot",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("facility", "slot"),
                        name="at_most_two_accounts_per_facility",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("facility", "user"),
                        name="one_slot_per_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("facility__isnull", True)),
                        fields=("municipality", "user"),
                        name="one_city_role_per_account",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantedItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=40, verbose_name="加算コード")),
                (
                    "certification",
                    models.CharField(blank=True, default="", max_length=2, verbose_name="認定"),
                ),
                ("options", models.JSONField(blank=True, default=dict, verbose_name="条件")),
                ("from_month", models.DateField(verbose_name="適用開始月")),
                ("to_month", models.DateField(blank=True, null=True, verbose_name="適用終了月")),
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
                "ordering": ("facility", "code", "from_month"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_month__day", 1)), name="grant_begins_on_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_month__isnull", True),
                            models.Q(("to_month__day", 1), ("to_month__gte", models.F("from_month"))),
                            _connector="OR",
                        ),
                        name="grant_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FacilityProfile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("from_month", models.DateField(verbose_name="適用開始月")),
                ("to_month", models.DateField(blank=True, null=True, verbose_name="適用終了月")),
                ("approved_capacity", models.PositiveSmallIntegerField(verbose_name="認可定員")),
                (
                    "capacity_1",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="1号利用定員"),
                ),
                (
                    "capacity_23",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="2・3号利用定員"),
                ),
                ("region_percent", models.PositiveSmallIntegerField(verbose_name="地域区分(%)")),
                (
                    "base_percent",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="区分1 基礎分(%)"),
                ),
                (
                    "wage_percent",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="区分2 賃金改善分(%)"
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
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.municipality",
                    ),
                ),
            ],
            options={
                "ordering": ("facility", "from_month"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_month__day", 1)), name="profile_begins_on_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_month__isnull", True),
                            models.Q(("to_month__day", 1), ("to_month__gte", models.F("from_month"))),
                            _connector="OR",
                        ),
                        name="profile_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_percent__in", [0, 3, 6, 10, 12, 15, 16, 20])),
                        name="profile_region_is_a_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("base_percent__isnull", True), ("wage_percent__isnull", True)),
                            models.Q(
                                ("base_percent__gte", 2),
                                ("base_percent__lte", 12),
                                ("wage_percent__gte", 4),
                                ("wage_percent__lte", 7),
                            ),
                            _connector="OR",
                        ),
                        name="profile_rates_are_given_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity_1__gte", 1), ("capacity_23__gte", 1), _connector="OR"),
                        name="profile_has_a_capacity",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="corporation",
            constraint=models.UniqueConstraint(
                fields=("municipality", "id"), name="corporation_in_municipality"
            ),
        ),
        migrations.AddConstraint(
            model_name="corporation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corporate_number", ""), _negated=True),
                fields=("municipality", "corporate_number"),
                name="corporate_number_once_a_city",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE facilities_facilityprofile ADD CONSTRAINT one_profile_at_a_time EXCLUDE USING gist "
            "(facility_id WITH =, daterange(from_month, to_month, '[]') WITH &&)",
            "ALTER TABLE facilities_facilityprofile DROP CONSTRAINT one_profile_at_a_time",
        ),
        migrations.RunSQL(
            "ALTER TABLE facilities_granteditem ADD CONSTRAINT one_grant_of_an_item_at_a_time EXCLUDE USING gist "
            "(facility_id WITH =, code WITH =, certification WITH =, daterange(from_month, to_month, '[]') WITH &&)",
            "ALTER TABLE facilities_granteditem DROP CONSTRAINT one_grant_of_an_item_at_a_time",
        ),
        row_security.composite_reference(
            "facilities_facility",
            "corporation_id",
            "facilities_corporation",
            "facility_corporation_same_city",
        ),
        row_security.composite_reference(
            "facilities_facilityprofile", "facility_id", "facilities_facility", "profile_facility_same_city"
        ),
        row_security.composite_reference(
            "facilities_granteditem", "facility_id", "facilities_facility", "grant_facility_same_city"
        ),
        row_security.composite_reference(
            "facilities_membership", "facility_id", "facilities_facility", "membership_facility_same_city"
        ),
        row_security.shared_city_rows("facilities_corporation"),
        row_security.own_memberships("facilities_membership"),
        row_security.facility_rows("facilities_facility", "id"),
        row_security.facilities_of_own_memberships("facilities_facility"),
        row_security.facility_rows("facilities_facilityprofile"),
        row_security.facility_rows("facilities_granteditem"),
        row_security.city_rows("facilities_addressregistration"),
        row_security.own_user_rows("facilities_sentform"),
    ]
