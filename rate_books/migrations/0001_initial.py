"""Books of prices and their rows; what was released never changes, whoever tries."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from facilities import row_security

# What is written once, with the book. What is missing here is what releasing and discarding write.
IMMUTABLE = """
CREATE FUNCTION rate_books_refuse_book_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'released_at', 'released_by', 'release_reason', 'discarded_at', 'discarded_by'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'released' THEN
            RAISE EXCEPTION 'a released rate book is immutable' USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'a released or discarded rate book is immutable' USING ERRCODE = 'check_violation';
    END IF;
    IF to_jsonb(OLD) - decision IS DISTINCT FROM to_jsonb(NEW) - decision THEN
        RAISE EXCEPTION 'the content of a rate book is written once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rate_book_is_immutable BEFORE UPDATE OR DELETE ON rate_books_book
    FOR EACH ROW EXECUTE FUNCTION rate_books_refuse_book_change();

CREATE FUNCTION rate_books_refuse_row_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM touched LEFT JOIN rate_books_book AS book ON book.id = touched.book_id
               WHERE book.state IS DISTINCT FROM 'draft') THEN
        RAISE EXCEPTION 'the rows of a released rate book are immutable' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rate_book_rows_come_with_a_draft AFTER INSERT ON rate_books_bookrow
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rate_books_refuse_row_change();
CREATE TRIGGER rate_book_rows_go_with_a_draft AFTER DELETE ON rate_books_bookrow
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rate_books_refuse_row_change();

CREATE FUNCTION rate_books_refuse_row_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the rows of a rate book are written once' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER rate_book_rows_are_written_once BEFORE UPDATE ON rate_books_bookrow
    FOR EACH ROW EXECUTE FUNCTION rate_books_refuse_row_update();
"""
MUTABLE = """
DROP TRIGGER rate_book_rows_are_written_once ON rate_books_bookrow;
DROP TRIGGER rate_book_rows_go_with_a_draft ON rate_books_bookrow;
DROP TRIGGER rate_book_rows_come_with_a_draft ON rate_books_bookrow;
DROP TRIGGER rate_book_is_immutable ON rate_books_book;
DROP FUNCTION rate_books_refuse_row_update();
DROP FUNCTION rate_books_refuse_row_change();
DROP FUNCTION rate_books_refuse_book_change();
"""
RELEASED = (
    "EXISTS (SELECT 1 FROM rate_books_book AS book "
    "WHERE book.id = rate_books_bookrow.book_id AND book.state = 'released')"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("facilities", "0009_certified_rates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("book_id", models.CharField(max_length=40, verbose_name="単価表の番号")),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("effective_from", models.DateField(verbose_name="適用開始日")),
                ("announced_on", models.DateField(blank=True, null=True, verbose_name="告示日")),
                (
                    "status",
                    models.CharField(
                        choices=[("official", "正式"), ("provisional", "暫定"), ("sample", "見本・支払不可")],
                        max_length=12,
                        verbose_name="区分",
                    ),
                ),
                ("source", models.CharField(max_length=200, verbose_name="出典")),
                ("notes", models.CharField(blank=True, default="", max_length=500, verbose_name="メモ")),
                ("facility_types", models.JSONField(verbose_name="施設類型")),
                ("row_count", models.PositiveIntegerField(verbose_name="行数")),
                ("content_hash", models.CharField(max_length=64, verbose_name="内容のハッシュ")),
                ("file_hashes", models.JSONField(verbose_name="ファイルのハッシュ")),
                ("warnings", models.JSONField(blank=True, default=list, verbose_name="確かめるところ")),
                ("warning_count", models.PositiveIntegerField(default=0, verbose_name="確かめるところの数")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "公開待ち"), ("released", "公開済み"), ("discarded", "取りやめ")],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("prepared_at", models.DateTimeField(verbose_name="読み込んだ日時")),
                ("prepared_by", models.UUIDField(verbose_name="読み込んだ人")),
                ("released_at", models.DateTimeField(null=True, verbose_name="公開した日時")),
                ("released_by", models.UUIDField(null=True, verbose_name="公開した人")),
                (
                    "release_reason",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="公開してよい理由"),
                ),
                ("discarded_at", models.DateTimeField(null=True, verbose_name="取りやめた日時")),
                ("discarded_by", models.UUIDField(null=True, verbose_name="取りやめた人")),
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
                "ordering": ("-effective_from", "-prepared_at"),
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "id"), name="rate_book_in_municipality"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "released"])),
                        fields=("municipality", "book_id"),
                        name="rate_book_id_once_a_city",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("book_id__regex", "^[0-9A-Za-z][0-9A-Za-z._-]*$")),
                        name="rate_book_id_is_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["official", "provisional", "sample"])),
                        name="rate_book_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="rate_book_has_a_source"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("row_count__gte", 1)), name="rate_book_has_rows"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fiscal_year__gte", 2015), ("fiscal_year__lte", 2999)),
                        name="rate_book_year_is_one_of_the_table",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")),
                        name="rate_book_hash_is_a_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("discarded_at__isnull", True),
                                ("discarded_by__isnull", True),
                                ("released_at__isnull", True),
                                ("released_by__isnull", True),
                                ("state", "draft"),
                            ),
                            models.Q(
                                ("discarded_at__isnull", True),
                                ("discarded_by__isnull", True),
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                                ("state", "released"),
                            ),
                            models.Q(
                                ("discarded_at__isnull", False),
                                ("discarded_by__isnull", False),
                                ("released_at__isnull", True),
                                ("released_by__isnull", True),
                                ("state", "discarded"),
                            ),
                            _connector="OR",
                        ),
                        name="rate_book_state_and_times_agree",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("released_by__isnull", True),
                            models.Q(("released_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="rate_book_is_released_by_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "released"), _negated=True),
                            ("warning_count", 0),
                            models.Q(("release_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="rate_book_with_warnings_is_released_with_a_reason",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["municipality", "state", "effective_from"], name="rate_book_in_force"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookRow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveIntegerField(verbose_name="順")),
                (
                    "facility_type",
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
                ("region_percent", models.PositiveSmallIntegerField(null=True, verbose_name="地域区分")),
                ("capacity_min", models.PositiveIntegerField(null=True, verbose_name="定員から")),
                ("capacity_max", models.PositiveIntegerField(null=True, verbose_name="定員まで")),
                ("certification", models.CharField(blank=True, max_length=2, verbose_name="認定区分")),
                ("age_class", models.CharField(blank=True, max_length=5, verbose_name="年齢")),
                ("hours", models.CharField(blank=True, max_length=10, verbose_name="保育必要量")),
                ("item", models.CharField(max_length=40, verbose_name="項目")),
                ("variant", models.CharField(blank=True, max_length=40, verbose_name="種別")),
                ("unit", models.CharField(max_length=30, verbose_name="単位")),
                ("amount", models.PositiveIntegerField(verbose_name="単価")),
                ("treatment_yen", models.PositiveIntegerField(null=True, verbose_name="処遇改善")),
                ("c_tenths", models.PositiveIntegerField(null=True, verbose_name="c（0.1%）")),
                ("enrolled_min", models.PositiveIntegerField(null=True, verbose_name="初日在籍から")),
                ("enrolled_max", models.PositiveIntegerField(null=True, verbose_name="初日在籍まで")),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rate_books.book"
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
                "ordering": ("book", "position"),
                "constraints": [
                    models.UniqueConstraint(fields=("book", "position"), name="rate_book_row_position_once"),
                    models.UniqueConstraint(
                        fields=(
                            "book",
                            "facility_type",
                            "region_percent",
                            "capacity_min",
                            "capacity_max",
                            "certification",
                            "age_class",
                            "hours",
                            "item",
                            "variant",
                            "enrolled_min",
                            "enrolled_max",
                        ),
                        name="rate_book_answers_a_question_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit", "percent"), _negated=True),
                            ("amount__lte", 100),
                            _connector="OR",
                        ),
                        name="rate_book_percent_is_a_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("region_percent__isnull", True),
                            ("region_percent__in", [20, 16, 15, 12, 10, 6, 3, 0]),
                            _connector="OR",
                        ),
                        name="rate_book_region_is_a_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__lte", 99999999)), name="rate_book_price_is_plausible"
                    ),
                ],
            },
        ),
        row_security.composite_reference(
            "rate_books_bookrow", "book_id", "rate_books_book", "rate_book_row_in_municipality"
        ),
        row_security.city_rows_shown_when("rate_books_book", "state = 'released'"),
        row_security.city_rows_shown_when("rate_books_bookrow", RELEASED),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
    ]
