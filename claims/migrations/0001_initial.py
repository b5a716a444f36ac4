"""Counts and claims, with row-level security and claims that cannot change once submitted."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security

IMMUTABLE = """
CREATE FUNCTION claims_refuse_content_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (OLD.snapshot, OLD.total_yen, OLD.content_hash, OLD.rate_book, OLD.sheet_id, OLD.month,
                                  OLD.payer_code, OLD.version, OLD.facility_id, OLD.child_total)
       IS DISTINCT FROM (NEW.snapshot, NEW.total_yen, NEW.content_hash, NEW.rate_book, NEW.sheet_id, NEW.month,
                         NEW.payer_code, NEW.version, NEW.facility_id, NEW.child_total) THEN
        RAISE EXCEPTION 'a submitted claim is immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_is_immutable_once_submitted BEFORE UPDATE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_content_change();

CREATE FUNCTION claims_refuse_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    claim_status text;
BEGIN
    SELECT status INTO claim_status FROM claims_claim WHERE id = coalesce(NEW.claim_id, OLD.claim_id);
    IF claim_status IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'the lines of a submitted claim are immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER claim_lines_are_immutable_once_submitted BEFORE INSERT OR UPDATE OR DELETE ON claims_claimline
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_line_change();
"""
DROP_IMMUTABLE = """
DROP TRIGGER claim_lines_are_immutable_once_submitted ON claims_claimline;
DROP TRIGGER claim_is_immutable_once_submitted ON claims_claim;
DROP FUNCTION claims_refuse_line_change();
DROP FUNCTION claims_refuse_content_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("facilities", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountImport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("file_hash", models.CharField(max_length=64, verbose_name="ファイルのハッシュ")),
                (
                    "layout",
                    models.CharField(
                        choices=[("long", "縦型"), ("wide", "横型")], max_length=4, verbose_name="形式"
                    ),
                ),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "id"), name="count_import_in_municipality"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "previewed"), ("preview_sealed__isnull", True), _connector="OR"
                        ),
                        name="count_import_preview_only_while_previewed",
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
                        name="count_import_decision_has_time_and_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountSheet",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="対象年月")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "確認待ち"),
                            ("disputed", "相違の回答待ち"),
                            ("confirmed", "確認済み"),
                            ("superseded", "差し替え済み"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("arrived_at", models.DateTimeField(verbose_name="届いた日時")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="確認日時")),
                ("confirmed_by", models.UUIDField(null=True, verbose_name="確認者")),
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
                        related_name="sheets",
                        to="claims.countimport",
                    ),
                ),
            ],
            options={
                "ordering": ("-month", "-version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "id"), name="count_sheet_in_municipality"
                    ),
                    models.UniqueConstraint(
                        fields=("facility", "month", "version"), name="count_sheet_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "superseded"), _negated=True),
                        fields=("facility", "month"),
                        name="one_current_count_sheet",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="count_sheet_month_is_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="count_sheet_confirmation_has_time_and_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "confirmed"), ("confirmed_at__isnull", False)),
                            models.Q(("status__in", ["waiting", "disputed"]), ("confirmed_at__isnull", True)),
                            ("status", "superseded"),
                            _connector="OR",
                        ),
                        name="count_sheet_confirmed_when_it_says_so",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["municipality", "month"], name="count_sheet_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountDispute",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("payer_code", models.CharField(max_length=6, verbose_name="居住市区町村コード")),
                (
                    "certification",
                    models.CharField(
                        choices=[("1", "1号"), ("2", "2号"), ("3", "3号")],
                        max_length=1,
                        verbose_name="認定区分",
                    ),
                ),
                (
                    "age",
                    models.CharField(
                        choices=[
                            ("0", "0歳"),
                            ("1", "1歳"),
                            ("2", "2歳"),
                            ("3mid", "満3歳"),
                            ("3", "3歳"),
                            ("4", "4歳"),
                            ("5", "5歳"),
                        ],
                        max_length=4,
                        verbose_name="年齢",
                    ),
                ),
                (
                    "hours",
                    models.CharField(
                        choices=[
                            ("education", "教育標準時間"),
                            ("standard", "標準時間"),
                            ("short", "短時間"),
                        ],
                        max_length=10,
                        verbose_name="保育必要量",
                    ),
                ),
                ("counted", models.PositiveSmallIntegerField(verbose_name="届いた人数")),
                ("claimed", models.PositiveSmallIntegerField(verbose_name="施設の人数")),
                ("reason", models.TextField(verbose_name="理由")),
                ("raised_at", models.DateTimeField(verbose_name="申し出日時")),
                ("raised_by", models.UUIDField(verbose_name="申し出た人")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("stands", "届いた人数が正しい"), ("corrected", "人数を訂正する")],
                        default="",
                        max_length=10,
                        verbose_name="回答の区分",
                    ),
                ),
                ("answer", models.TextField(blank=True, default="", verbose_name="回答")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="回答日時")),
                ("answered_by", models.UUIDField(null=True, verbose_name="回答者")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disputes",
                        to="claims.countsheet",
                    ),
                ),
            ],
            options={
                "ordering": ("raised_at",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="dispute_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("outcome", ""),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("outcome__in", ["stands", "corrected"]),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dispute_answer_is_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("sheet", "payer_code", "certification", "age", "hours"),
                        name="one_open_dispute_a_cell",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="対象年月")),
                ("payer_code", models.CharField(max_length=6, verbose_name="請求先市区町村コード")),
                ("outside", models.BooleanField(default=False, verbose_name="管外")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "下書き"),
                            ("submitted", "提出済み"),
                            ("returned", "差し戻し"),
                            ("approved", "承認済み"),
                            ("superseded", "旧版"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("snapshot", models.JSONField(verbose_name="計算の入力")),
                ("missing", models.JSONField(blank=True, default=list, verbose_name="未入力の項目")),
                ("rate_book", models.CharField(max_length=40, verbose_name="単価表")),
                ("rate_book_status", models.CharField(max_length=12, verbose_name="単価表の区分")),
                ("child_total", models.PositiveSmallIntegerField(verbose_name="児童数")),
                ("total_yen", models.BigIntegerField(verbose_name="請求額")),
                ("content_hash", models.CharField(max_length=64, verbose_name="内容のハッシュ")),
                ("counts_corrected_at", models.DateTimeField(null=True, verbose_name="児童数の訂正日時")),
                ("drafted_at", models.DateTimeField(verbose_name="作成日時")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="提出日時")),
                ("submitted_by", models.UUIDField(null=True, verbose_name="提出者")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="承認日時")),
                ("approved_by", models.UUIDField(null=True, verbose_name="承認者")),
                ("returned_at", models.DateTimeField(null=True, verbose_name="差し戻し日時")),
                ("returned_by", models.UUIDField(null=True, verbose_name="差し戻した人")),
                ("return_reason", models.TextField(blank=True, default="", verbose_name="差し戻しの理由")),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="claims.countsheet",
                    ),
                ),
            ],
            options={
                "ordering": ("-month", "payer_code", "-version"),
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "id"), name="claim_in_municipality"),
                    models.UniqueConstraint(
                        fields=("facility", "month", "payer_code", "version"), name="claim_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "superseded"), _negated=True),
                        fields=("facility", "month", "payer_code"),
                        name="one_current_claim",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="claim_month_is_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer_code__regex", "^[0-9]{6}$")), name="claim_payer_is_a_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("submitted_at__isnull", True), ("submitted_by__isnull", True)),
                            models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_submission_has_time_and_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_approval_has_time_and_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("return_reason", ""),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                            ),
                            models.Q(
                                ("returned_at__isnull", False),
                                ("returned_by__isnull", False),
                                models.Q(("return_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="claim_return_has_time_person_and_reason",
                    ),
                    models.CheckConstraint(
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
                            _connector="OR",
                        ),
                        name="claim_status_and_times_agree",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["municipality", "month", "status"], name="claim_month_status"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChildCount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("payer_code", models.CharField(max_length=6, verbose_name="居住市区町村コード")),
                (
                    "certification",
                    models.CharField(
                        choices=[("1", "1号"), ("2", "2号"), ("3", "3号")],
                        max_length=1,
                        verbose_name="認定区分",
                    ),
                ),
                (
                    "age",
                    models.CharField(
                        choices=[
                            ("0", "0歳"),
                            ("1", "1歳"),
                            ("2", "2歳"),
                            ("3mid", "満3歳"),
                            ("3", "3歳"),
                            ("4", "4歳"),
                            ("5", "5歳"),
                        ],
                        max_length=4,
                        verbose_name="年齢",
                    ),
                ),
                (
                    "hours",
                    models.CharField(
                        choices=[
                            ("education", "教育標準時間"),
                            ("standard", "標準時間"),
                            ("short", "短時間"),
                        ],
                        max_length=10,
                        verbose_name="保育必要量",
                    ),
                ),
                ("branch", models.BooleanField(default=False, verbose_name="分園")),
                ("employee_slot", models.BooleanField(default=False, verbose_name="従業員枠")),
                (
                    "movement",
                    models.CharField(
                        blank=True,
                        choices=[("", "なし"), ("in", "途中入所"), ("out", "途中退所")],
                        default="",
                        max_length=3,
                        verbose_name="途中入退所",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="日数")),
                ("count", models.PositiveSmallIntegerField(verbose_name="初日在籍数")),
                (
                    "disabled_count",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="うち障害児数"),
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
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="claims.countsheet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "sheet",
                            "payer_code",
                            "certification",
                            "age",
                            "hours",
                            "branch",
                            "employee_slot",
                            "movement",
                            "days",
                        ),
                        name="child_count_cell_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer_code__regex", "^[0-9]{6}$")),
                        name="child_count_payer_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 0), ("count__lte", 999)),
                        name="child_count_is_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("certification", "1"), ("hours", "education")),
                            models.Q(("certification__in", ["2", "3"]), ("hours__in", ["standard", "short"])),
                            _connector="OR",
                        ),
                        name="child_count_certification_and_hours_agree",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days__isnull", True), ("movement", "")),
                            models.Q(
                                models.Q(("movement", ""), _negated=True), ("days__gte", 0), ("days__lte", 31)
                            ),
                            _connector="OR",
                        ),
                        name="child_count_movement_has_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyFacts",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="対象年月")),
                (
                    "meal_days_a_week",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="給食の実施日数（週）"
                    ),
                ),
                (
                    "side_dish_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="副食費免除の日数"),
                ),
                (
                    "saturday_closures",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="土曜日の閉所日数"),
                ),
                (
                    "strengthening_spent_yen",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="施設機能強化推進費の支出額"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版")),
                ("saved_at", models.DateTimeField(verbose_name="保存日時")),
                ("saved_by", models.UUIDField(verbose_name="保存者")),
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
                "constraints": [
                    models.UniqueConstraint(fields=("facility", "month"), name="facts_once_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="facts_month_is_a_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("meal_days_a_week__isnull", True),
                            models.Q(("meal_days_a_week__gte", 0), ("meal_days_a_week__lte", 5)),
                            _connector="OR",
                        ),
                        name="facts_meal_days_fit_a_week",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("side_dish_days__isnull", True), ("side_dish_days__lte", 20), _connector="OR"
                        ),
                        name="facts_side_dish_days_have_a_ceiling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("saturday_closures__isnull", True),
                            ("saturday_closures__lte", 5),
                            _connector="OR",
                        ),
                        name="facts_saturdays_fit_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Obstacle",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField(verbose_name="対象年月")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("no_price", "単価なし"),
                            ("no_profile", "年度プロフィールなし"),
                            ("not_computable", "計算できない内容"),
                        ],
                        max_length=20,
                        verbose_name="種類",
                    ),
                ),
                ("message", models.TextField(verbose_name="説明")),
                ("found_at", models.DateTimeField(verbose_name="判明日時")),
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
                "constraints": [
                    models.UniqueConstraint(fields=("facility", "month"), name="one_obstacle_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="obstacle_month_is_a_first_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="順")),
                ("code", models.CharField(max_length=40, verbose_name="項目コード")),
                (
                    "certification",
                    models.CharField(blank=True, default="", max_length=2, verbose_name="認定"),
                ),
                ("label", models.CharField(max_length=100, verbose_name="項目")),
                ("section", models.CharField(max_length=10, verbose_name="区分")),
                ("amount_yen", models.BigIntegerField(verbose_name="金額")),
                ("parts", models.JSONField(default=list, verbose_name="内訳")),
                ("steps", models.JSONField(default=list, verbose_name="計算")),
                ("reason", models.TextField(verbose_name="理由")),
                ("source", models.TextField(verbose_name="根拠")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="claims.claim"
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
                "ordering": ("claim", "position"),
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "position"), name="claim_line_position_once"),
                    models.UniqueConstraint(
                        fields=("claim", "code", "certification"), name="claim_line_item_once"
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "claims_countsheet", "facility_id", "facilities_facility", "count_sheet_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_childcount", "facility_id", "facilities_facility", "child_count_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_countdispute", "facility_id", "facilities_facility", "dispute_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_monthlyfacts", "facility_id", "facilities_facility", "facts_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_claim", "facility_id", "facilities_facility", "claim_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_claimline", "facility_id", "facilities_facility", "claim_line_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_obstacle", "facility_id", "facilities_facility", "obstacle_facility_same_city"
        ),
        row_security.composite_reference(
            "claims_countsheet", "source_id", "claims_countimport", "count_sheet_source_same_city"
        ),
        row_security.composite_reference(
            "claims_childcount", "sheet_id", "claims_countsheet", "child_count_sheet_same_city"
        ),
        row_security.composite_reference(
            "claims_countdispute", "sheet_id", "claims_countsheet", "dispute_sheet_same_city"
        ),
        row_security.composite_reference(
            "claims_claim", "sheet_id", "claims_countsheet", "claim_sheet_same_city"
        ),
        row_security.composite_reference(
            "claims_claimline", "claim_id", "claims_claim", "claim_line_claim_same_city"
        ),
        row_security.city_rows("claims_countimport"),
        row_security.facility_rows("claims_countsheet"),
        row_security.facility_rows("claims_childcount"),
        row_security.facility_rows("claims_countdispute"),
        row_security.facility_rows("claims_monthlyfacts"),
        row_security.facility_rows("claims_claim"),
        row_security.facility_rows("claims_claimline"),
        row_security.facility_rows("claims_obstacle"),
        migrations.RunSQL(IMMUTABLE, DROP_IMMUTABLE),
    ]
