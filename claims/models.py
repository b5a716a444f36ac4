"""Child counts, the month's facts, and the claims made from them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.states import CLAIM_TRANSITIONS, ClaimStatus, ImportStatus, SheetStatus
from facilities.periods import ServiceMonth, first_day_only
from facilities.tenancy import FacilityOwned, MunicipalityOwned
from facilities.transitions import check_transition
from vault import seals

PAYER_CODE = r"^[0-9]{6}$"
# The fees of a thousand children in the highest national class: no facility's month comes near.
MOST_CHARGE_YEN = 99_999_999


class FileKind(models.TextChoices):
    """What a file of the core system brings (ファイルの種類)."""

    COUNTS = "counts", "児童数"
    CHARGES = "charges", "利用者負担額"


class Certification(models.TextChoices):
    """認定区分."""

    C1 = "1", "1号"
    C2 = "2", "2号"
    C3 = "3", "3号"


class Age(models.TextChoices):
    """Class age on the day before the fiscal year (年齢区分の元になる年齢); 満3歳 is a class of its own."""

    A0 = "0", "0歳"
    A1 = "1", "1歳"
    A2 = "2", "2歳"
    A3_MID = "3mid", "満3歳"
    A3 = "3", "3歳"
    A4 = "4", "4歳"
    A5 = "5", "5歳"


class Hours(models.TextChoices):
    """保育必要量."""

    EDUCATION = "education", "教育標準時間"
    STANDARD = "standard", "標準時間"
    SHORT = "short", "短時間"


class Movement(models.TextChoices):
    """Entered or left in the middle of the month (途中入退所); such children are priced by days."""

    NONE = "", "なし"
    ENTERED = "in", "途中入所"
    LEFT = "out", "途中退所"


def filled_together(*fields: str) -> Q:
    """Constraint condition: all of ``fields`` are filled, or none is."""
    return Q(**{f"{field}__isnull": True for field in fields}) | Q(
        **{f"{field}__isnull": False for field in fields}
    )


def import_constraints(name: str) -> list[models.BaseConstraint]:
    """The rules of every ``FileImport``, each under the import's own ``name``."""
    return [
        models.UniqueConstraint(fields=["municipality", "id"], name=f"{name}_in_municipality"),
        models.CheckConstraint(
            name=f"{name}_preview_only_while_previewed",
            condition=Q(status=ImportStatus.PREVIEWED) | Q(preview_sealed__isnull=True),
        ),
        models.CheckConstraint(
            name=f"{name}_decision_has_time_and_person",
            condition=Q(
                status__in=[ImportStatus.PREVIEWED, ImportStatus.EXPIRED],
                decided_at__isnull=True,
                decided_by__isnull=True,
            )
            | Q(
                status__in=[ImportStatus.ACCEPTED, ImportStatus.DISCARDED],
                decided_at__isnull=False,
                decided_by__isnull=False,
            ),
        ),
    ]


@seals("preview_sealed", holds_files=True)
class FileImport(MunicipalityOwned):
    """
    One uploaded file of the core system.

    The file itself is never kept: only its hash, and until accepted what it says, sealed, with an expiry.
    """

    kind: ClassVar[FileKind]

    file_hash = models.CharField("ファイルのハッシュ", max_length=64)
    encoding = models.CharField("文字コード", max_length=10)
    # The name it had then: a mapping may be renamed or deleted, what was read by it stays true.
    mapping_name = models.CharField("列の対応", max_length=60, default="", blank=True)
    # Who sent it when no person did: the folder, or the label of an API token.
    sender = models.CharField("届いたところ", max_length=80, default="", blank=True)
    months = models.JSONField("対象年月", default=list)
    status = models.CharField(
        "状態", max_length=10, choices=ImportStatus.choices, default=ImportStatus.PREVIEWED
    )
    summary = models.JSONField("件数", default=dict)
    preview_sealed = models.BinaryField("内容", null=True)
    uploaded_at = models.DateTimeField("アップロード日時")
    uploaded_by = models.UUIDField("アップロードした人")
    expires_at = models.DateTimeField("期限")
    decided_at = models.DateTimeField("取込・取りやめ日時", null=True)
    decided_by = models.UUIDField("取込・取りやめた人", null=True)

    class Meta:
        abstract = True
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        return f"{self.status} {self.uploaded_at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> str:
        """Where the preview is sealed to."""
        return f"{self._meta.db_table}|preview|{self.municipality_id}|{self.pk}"


class CountImport(FileImport):
    """One uploaded file of child counts (児童数の取込)."""

    kind = FileKind.COUNTS

    layout = models.CharField("形式", max_length=4, choices=[("long", "縦型"), ("wide", "横型")])

    class Meta(FileImport.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = import_constraints("count_import")


class DropRefusal(MunicipalityOwned):
    """
    A file of the folder that was refused (受け付けられなかったファイル), with its first problems.

    The file itself is gone. No problem quotes what could be a person's; after a month the notice is deleted.
    """

    # Empty: nobody could tell from its headings.
    kind = models.CharField(
        "ファイルの種類", max_length=8, choices=FileKind.choices, default=FileKind.COUNTS, blank=True
    )
    file_hash = models.CharField("ファイルのハッシュ", max_length=64, blank=True)
    arrived_at = models.DateTimeField("読み込んだ日時")
    problem_count = models.PositiveIntegerField("直すところ（件）")
    problems = models.JSONField("直すところ")
    expires_at = models.DateTimeField("期限")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "file_hash"], name="drop_refusal_once_a_file"),
            models.CheckConstraint(name="drop_refusal_says_why", condition=Q(problem_count__gte=1)),
            models.CheckConstraint(
                name="drop_refusal_kind_is_known", condition=Q(kind__in=["", *FileKind.values])
            ),
        ]
        ordering = ("-arrived_at",)

    def __str__(self) -> str:
        return f"{self.arrived_at:%Y-%m-%d %H:%M}"


class ColumnMapping(MunicipalityOwned):
    """
    How a file with other headings is read (列の対応): see ``claims.mapping.Correspondence``.

    ``headings`` are all headings of the file it was made from; a file with the same ones is read by it.
    """

    kind = models.CharField("ファイルの種類", max_length=8, choices=FileKind.choices, default=FileKind.COUNTS)
    name = models.CharField("名前", max_length=60)
    headings = models.JSONField("見出し")
    fields = models.JSONField("列")
    constants = models.JSONField("決まった値", default=dict, blank=True)
    values = models.JSONField("コードの意味", default=dict, blank=True)
    made_at = models.DateTimeField("作成日時")
    made_by = models.UUIDField("作成者")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "name"], name="column_mapping_name_once_a_city"),
            models.CheckConstraint(name="column_mapping_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="column_mapping_kind_is_known", condition=Q(kind__in=FileKind.values)
            ),
        ]
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


@seals("content_sealed")
class MappingDraft(MunicipalityOwned):
    """
    A column mapping that is being made (作成中の列の対応).

    Of the file only its headings and the codes of coded columns wait here, sealed and for a while; never a count.
    """

    kind = models.CharField("ファイルの種類", max_length=8, choices=FileKind.choices, default=FileKind.COUNTS)
    content_sealed = models.BinaryField("見出しとコード")
    made_at = models.DateTimeField("作成日時")
    made_by = models.UUIDField("作成者")
    expires_at = models.DateTimeField("期限")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="mapping_draft_expires_after_it_is_made",
                condition=Q(expires_at__gt=models.F("made_at")),
            ),
            models.CheckConstraint(name="mapping_draft_kind_is_known", condition=Q(kind__in=FileKind.values)),
        ]
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"claims_mappingdraft|content|{self.municipality_id}|{self.pk}"


class CountSheet(FacilityOwned):
    """
    The child counts of one facility and month, in one version (児童数表).

    A corrected file makes a new version; the old one is kept as superseded, so that old / new / difference shows.
    """

    month = models.DateField("対象年月")
    version = models.PositiveSmallIntegerField("版")
    status = models.CharField("状態", max_length=10, choices=SheetStatus.choices, default=SheetStatus.WAITING)
    # None: the enrolment section entered the counts by hand and nothing had come before.
    source = models.ForeignKey(CountImport, on_delete=models.PROTECT, related_name="sheets", null=True)
    arrived_at = models.DateTimeField("届いた日時")
    entered_by = models.UUIDField("訂正した人", null=True)
    entered_reason = models.CharField("訂正の理由", max_length=500, default="", blank=True)
    confirmed_at = models.DateTimeField("確認日時", null=True)
    confirmed_by = models.UUIDField("確認者", null=True)
    # Filled when the city has confirmed for a facility that did not answer.
    on_behalf_reason = models.CharField("代わりに確認した理由", max_length=500, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="count_sheet_in_municipality"),
            models.UniqueConstraint(fields=["facility", "month", "version"], name="count_sheet_version_once"),
            models.UniqueConstraint(
                fields=["facility", "month"],
                name="one_current_count_sheet",
                condition=~Q(status=SheetStatus.SUPERSEDED),
            ),
            models.CheckConstraint(
                name="count_sheet_month_is_a_first_day", condition=first_day_only("month")
            ),
            models.CheckConstraint(
                name="count_sheet_confirmation_has_time_and_person",
                condition=filled_together("confirmed_at", "confirmed_by"),
            ),
            models.CheckConstraint(
                name="count_sheet_confirmed_when_it_says_so",
                condition=(Q(status=SheetStatus.CONFIRMED) & Q(confirmed_at__isnull=False))
                | (Q(status__in=[SheetStatus.WAITING, SheetStatus.DISPUTED]) & Q(confirmed_at__isnull=True))
                | Q(status=SheetStatus.SUPERSEDED),
            ),
            models.CheckConstraint(
                name="count_sheet_by_hand_has_person_and_reason",
                condition=(Q(entered_by__isnull=True, entered_reason="") & Q(source__isnull=False))
                | (Q(entered_by__isnull=False) & ~Q(entered_reason="")),
            ),
            models.CheckConstraint(
                name="count_sheet_on_behalf_is_confirmed",
                condition=Q(on_behalf_reason="") | Q(confirmed_at__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "month"], name="count_sheet_month")
        ]
        ordering = ("-month", "-version")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m} v{self.version}"

    @property
    def service_month(self) -> ServiceMonth:
        """The month as the field counts it."""
        return ServiceMonth.of(self.month)


class ChildCount(FacilityOwned):
    """How many children of one cell were there on the first day (初日在籍数). Never a child's name (R12)."""

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="counts")
    payer_code = models.CharField("居住市区町村コード", max_length=6)
    certification = models.CharField("認定区分", max_length=1, choices=Certification.choices)
    age = models.CharField("年齢", max_length=4, choices=Age.choices)
    hours = models.CharField("保育必要量", max_length=10, choices=Hours.choices)
    branch = models.BooleanField("分園", default=False)
    employee_slot = models.BooleanField("従業員枠", default=False)
    movement = models.CharField("途中入退所", max_length=3, choices=Movement.choices, default="", blank=True)
    days = models.PositiveSmallIntegerField("日数", null=True, blank=True)
    count = models.PositiveSmallIntegerField("初日在籍数")
    disabled_count = models.PositiveSmallIntegerField("うち障害児数", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=[
                    "sheet",
                    "payer_code",
                    "certification",
                    "age",
                    "hours",
                    "branch",
                    "employee_slot",
                    "movement",
                    "days",
                ],
                name="child_count_cell_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="child_count_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)
            ),
            models.CheckConstraint(
                name="child_count_is_plausible", condition=Q(count__gte=0, count__lte=999)
            ),
            models.CheckConstraint(
                name="child_count_certification_and_hours_agree",
                condition=Q(certification="1", hours="education")
                | Q(certification__in=["2", "3"], hours__in=["standard", "short"]),
            ),
            models.CheckConstraint(
                name="child_count_movement_has_days",
                condition=Q(movement="", days__isnull=True)
                | (~Q(movement="") & Q(days__gte=0, days__lte=31)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification}号 {self.age} {self.hours}: {self.count}"


class CountDispute(FacilityOwned):
    """A cell the facility marked as different (相違の申し出), and the enrolment section's answer."""

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="disputes")
    payer_code = models.CharField("居住市区町村コード", max_length=6)
    certification = models.CharField("認定区分", max_length=1, choices=Certification.choices)
    age = models.CharField("年齢", max_length=4, choices=Age.choices)
    hours = models.CharField("保育必要量", max_length=10, choices=Hours.choices)
    counted = models.PositiveSmallIntegerField("届いた人数")
    claimed = models.PositiveSmallIntegerField("施設の人数")
    reason = models.TextField("理由")
    raised_at = models.DateTimeField("申し出日時")
    raised_by = models.UUIDField("申し出た人")
    outcome = models.CharField(
        "回答の区分",
        max_length=10,
        default="",
        blank=True,
        choices=[("stands", "届いた人数が正しい"), ("corrected", "人数を訂正する")],
    )
    answer = models.TextField("回答", default="", blank=True)
    answered_at = models.DateTimeField("回答日時", null=True)
    answered_by = models.UUIDField("回答者", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="dispute_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="dispute_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)),
            models.CheckConstraint(
                name="dispute_certification_and_hours_agree",
                condition=Q(certification="1", hours="education")
                | Q(certification__in=["2", "3"], hours__in=["standard", "short"]),
            ),
            models.CheckConstraint(
                name="dispute_answer_is_whole",
                condition=Q(outcome="", answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (
                    Q(
                        outcome__in=["stands", "corrected"],
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                    )
                    & ~Q(answer="")
                ),
            ),
            models.UniqueConstraint(
                fields=["sheet", "payer_code", "certification", "age", "hours"],
                name="one_open_dispute_a_cell",
                condition=Q(outcome=""),
            ),
        ]
        ordering = ("raised_at",)

    def __str__(self) -> str:
        return f"{self.certification}号 {self.age} {self.hours}: {self.counted} → {self.claimed}"


class MonthlyFacts(FacilityOwned):
    """The month's few facts that only the facility knows (月の実績). Empty means not entered yet or not asked."""

    month = models.DateField("対象年月")
    meal_days_a_week = models.PositiveSmallIntegerField("給食の実施日数（週）", null=True, blank=True)
    side_dish_days = models.PositiveSmallIntegerField("副食費免除の日数", null=True, blank=True)
    saturday_closures = models.PositiveSmallIntegerField("土曜日の閉所日数", null=True, blank=True)
    strengthening_spent_yen = models.PositiveIntegerField("施設機能強化推進費の支出額", null=True, blank=True)
    version = models.PositiveSmallIntegerField("版", default=1)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存者")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="facts_once_a_month"),
            models.CheckConstraint(name="facts_month_is_a_first_day", condition=first_day_only("month")),
            models.CheckConstraint(
                name="facts_meal_days_fit_a_week",
                condition=Q(meal_days_a_week__isnull=True)
                | Q(meal_days_a_week__gte=0, meal_days_a_week__lte=5),
            ),
            models.CheckConstraint(
                name="facts_side_dish_days_have_a_ceiling",
                condition=Q(side_dish_days__isnull=True) | Q(side_dish_days__lte=20),
            ),
            models.CheckConstraint(
                name="facts_saturdays_fit_a_month",
                condition=Q(saturday_closures__isnull=True) | Q(saturday_closures__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m}"


class ConditionAnswers(FacilityOwned):
    """
    What a facility has answered of the conditions for one fiscal year (加算の条件への回答).

    It advises; nothing is paid by it. ``answers`` maps names of ``pricing.conditions.facts`` to what was answered
    (``claims.answers``). What was answered before is on record.
    """

    fiscal_year = models.PositiveSmallIntegerField("年度")
    answers = models.JSONField("回答", default=dict)
    version = models.PositiveSmallIntegerField("版", default=1)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存者")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="condition_answers_in_municipality"),
            models.UniqueConstraint(fields=["facility", "fiscal_year"], name="condition_answers_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.fiscal_year}"


# What stands beside amounts of books that are not official; in exports, official ones are named, too.
OFFICIAL_WORDS = "正式"
PRICE_MARKS = {"sample": "見本・支払不可", "provisional": "暫定"}


class Claim(FacilityOwned):
    """
    A monthly claim (請求) of one facility, month and paying municipality, in one version.

    ``snapshot`` is the whole pricing input under the quote contract's names; with ``rate_book`` it reproduces every
    yen. ``content_hash`` covers snapshot and lines: an approval carries the hash that was shown. Once submitted the
    content never changes; a correction is a new version. After approval it is a 過誤調整: ``corrects`` is the approved
    version, which stays as it is until the correction is approved in its place.
    """

    month = models.DateField("対象年月")
    payer_code = models.CharField("請求先市区町村コード", max_length=6)
    outside = models.BooleanField("管外", default=False)
    version = models.PositiveSmallIntegerField("版")
    status = models.CharField("状態", max_length=10, choices=ClaimStatus.choices, default=ClaimStatus.DRAFT)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="corrections", null=True, blank=True
    )
    # Empty for a correction that corrected counts or changed terms have brought about.
    correction_reason = models.CharField("過誤調整の理由", max_length=500, default="", blank=True)
    sheet = models.ForeignKey(CountSheet, on_delete=models.PROTECT, related_name="claims")
    snapshot = models.JSONField("計算の入力")
    missing = models.JSONField("未入力の項目", default=list, blank=True)
    rate_book = models.CharField("単価表", max_length=40)
    # Of the book's prices: two books of one name are told apart. Empty for claims older than the column.
    rate_book_hash = models.CharField("単価表のハッシュ", max_length=64, default="", blank=True)
    rate_book_status = models.CharField("単価表の区分", max_length=12)
    child_total = models.PositiveSmallIntegerField("児童数")
    total_yen = models.BigIntegerField("請求額")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    # The month's facts it was computed with, by name; what is saved for the month may have changed since.
    facts = models.JSONField("月の実績", default=dict, blank=True)
    counts_corrected_at = models.DateTimeField("児童数の訂正日時", null=True)
    # Profile or granted items have changed to another amount since it was sent (登録内容の変更).
    terms_changed_at = models.DateTimeField("登録内容の変更日時", null=True)
    drafted_at = models.DateTimeField("作成日時")
    submitted_at = models.DateTimeField("提出日時", null=True)
    submitted_by = models.UUIDField("提出者", null=True)
    first_decided_at = models.DateTimeField("最初の審査日時", null=True)
    approved_at = models.DateTimeField("承認日時", null=True)
    approved_by = models.UUIDField("承認者", null=True)
    returned_at = models.DateTimeField("差し戻し日時", null=True)
    returned_by = models.UUIDField("差し戻した人", null=True)
    return_reason = models.TextField("差し戻しの理由", default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="claim_in_municipality"),
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code", "version"], name="claim_version_once"
            ),
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code"],
                name="one_open_claim",
                condition=Q(status__in=[ClaimStatus.DRAFT, ClaimStatus.SUBMITTED, ClaimStatus.RETURNED]),
            ),
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code"],
                name="one_approved_claim",
                condition=Q(status=ClaimStatus.APPROVED),
            ),
            models.CheckConstraint(
                name="claim_reason_of_a_correction_only",
                condition=Q(correction_reason="") | Q(corrects__isnull=False),
            ),
            models.CheckConstraint(name="claim_month_is_a_first_day", condition=first_day_only("month")),
            models.CheckConstraint(name="claim_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)),
            models.CheckConstraint(
                name="claim_submission_has_time_and_person",
                condition=filled_together("submitted_at", "submitted_by"),
            ),
            models.CheckConstraint(
                name="claim_is_decided_after_submission",
                condition=Q(first_decided_at__isnull=True) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_terms_change_under_a_sent_claim",
                condition=Q(terms_changed_at__isnull=True) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_verdict_is_a_decision",
                condition=Q(
                    status__in=[ClaimStatus.RETURNED, ClaimStatus.APPROVED], first_decided_at__isnull=False
                )
                | Q(status__in=[ClaimStatus.DRAFT, ClaimStatus.SUBMITTED, ClaimStatus.SUPERSEDED]),
            ),
            models.CheckConstraint(
                name="claim_approval_has_time_and_person",
                condition=filled_together("approved_at", "approved_by"),
            ),
            models.CheckConstraint(
                name="claim_return_has_time_person_and_reason",
                condition=Q(returned_at__isnull=True, returned_by__isnull=True, return_reason="")
                | (Q(returned_at__isnull=False, returned_by__isnull=False) & ~Q(return_reason="")),
            ),
            models.CheckConstraint(
                name="claim_status_and_times_agree",
                condition=Q(
                    status=ClaimStatus.DRAFT,
                    submitted_at__isnull=True,
                    approved_at__isnull=True,
                    returned_at__isnull=True,
                )
                | Q(
                    status=ClaimStatus.SUBMITTED,
                    submitted_at__isnull=False,
                    approved_at__isnull=True,
                    returned_at__isnull=True,
                )
                | Q(
                    status=ClaimStatus.RETURNED,
                    submitted_at__isnull=False,
                    approved_at__isnull=True,
                    returned_at__isnull=False,
                )
                | Q(
                    status=ClaimStatus.APPROVED,
                    submitted_at__isnull=False,
                    approved_at__isnull=False,
                    returned_at__isnull=True,
                )
                # A superseded version was returned, or fell away as a draft, or was approved until its correction was.
                | Q(status=ClaimStatus.SUPERSEDED, approved_at__isnull=True)
                | Q(
                    status=ClaimStatus.SUPERSEDED,
                    first_decided_at__isnull=False,
                    approved_at__isnull=False,
                    returned_at__isnull=True,
                ),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "month", "status"], name="claim_month_status")
        ]
        ordering = ("-month", "payer_code", "-version")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m} {self.payer_code} v{self.version}"

    @property
    def service_month(self) -> ServiceMonth:
        """The month as the field counts it."""
        return ServiceMonth.of(self.month)

    def move_to(self, status: ClaimStatus) -> None:
        """
        Set the status; the caller sets the times that go with it and saves.

        :raises TransitionNotAllowed: it does not follow the present one.
        """
        check_transition(CLAIM_TRANSITIONS, self.status, status)
        self.status = status

    @property
    def is_open(self) -> bool:
        """In somebody's hands: a draft, submitted or returned."""
        return self.status in {ClaimStatus.DRAFT, ClaimStatus.SUBMITTED, ClaimStatus.RETURNED}

    @property
    def is_fixed_outside(self) -> bool:
        """To another municipality, and fixed by the facility: its paper can be made, nobody here reviews it."""
        return self.outside and self.status == ClaimStatus.SUBMITTED

    @property
    def status_words(self) -> str:
        """下書き, 提出済み; a claim to another municipality is not sent from here: 確定済み."""
        return "確定済み" if self.is_fixed_outside else ClaimStatus(self.status).label

    @property
    def is_correction(self) -> bool:
        """過誤調整: corrects a claim that was approved already."""
        return self.corrects_id is not None

    @property
    def is_draft(self) -> bool:
        """Still the facility's own; recomputed whenever its inputs change."""
        return self.status == ClaimStatus.DRAFT

    @property
    def is_sample_priced(self) -> bool:
        """Computed with a book that is not official: 「見本・支払不可」."""
        return self.rate_book_status == "sample"

    @property
    def is_provisionally_priced(self) -> bool:
        """Computed with prices the city has entered before the official ones: 「暫定」."""
        return self.rate_book_status == "provisional"

    @property
    def price_mark(self) -> str:
        """What stands beside an amount that is not official; empty for official prices."""
        return PRICE_MARKS.get(self.rate_book_status, "")


class ClaimRemark(FacilityOwned):
    """
    What facility and city say to each other about a claim (やりとり), besides the reason of a return.

    It belongs to the version that was talked about; the page shows it with all versions of the month.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="remarks")
    by_city = models.BooleanField("市から")
    text = models.TextField("内容")
    said_at = models.DateTimeField("日時")
    said_by = models.UUIDField("書いた人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="remark_says_something", condition=~Q(text="")),
        ]
        ordering = ("said_at",)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.said_at:%Y-%m-%d %H:%M}"


class MonthClosing(MunicipalityOwned):
    """
    A month the city has closed (締め): nothing in it changes until it is opened again, with a reason.

    One row for each closing; a month that was opened and closed again has two.
    """

    month = models.DateField("対象年月")
    note = models.CharField("締めのメモ", max_length=500, default="", blank=True)
    closed_at = models.DateTimeField("締めた日時")
    closed_by = models.UUIDField("締めた人")
    reopened_at = models.DateTimeField("解除した日時", null=True)
    reopened_by = models.UUIDField("解除した人", null=True)
    reopen_reason = models.CharField("解除の理由", max_length=500, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "month"],
                name="a_month_is_closed_once",
                condition=Q(reopened_at__isnull=True),
            ),
            models.CheckConstraint(name="closing_month_is_a_first_day", condition=first_day_only("month")),
            models.CheckConstraint(
                name="reopening_has_time_person_and_reason",
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reopen_reason="")
                | (Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopen_reason="")),
            ),
        ]
        ordering = ("-month", "-closed_at")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def service_month(self) -> ServiceMonth:
        """The month as the field counts it."""
        return ServiceMonth.of(self.month)


class ClaimLine(FacilityOwned):
    """One line of a claim (明細), with the reason for its amount: price row, rule, input."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField("順")
    code = models.CharField("項目コード", max_length=40)
    certification = models.CharField("認定", max_length=2, default="", blank=True)
    number = models.CharField("番号", max_length=4, default="", blank=True)
    label = models.CharField("項目", max_length=100)
    summary = models.CharField("要点", max_length=200, default="", blank=True)
    section = models.CharField("区分", max_length=10)
    amount_yen = models.BigIntegerField("金額")
    parts = models.JSONField("内訳", default=list)
    steps = models.JSONField("計算", default=list)
    reason = models.TextField("理由")
    source = models.TextField("根拠")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["claim", "position"], name="claim_line_position_once"),
            models.UniqueConstraint(fields=["claim", "code", "certification"], name="claim_line_item_once"),
        ]
        ordering = ("claim", "position")

    def __str__(self) -> str:
        return f"{self.code} {self.amount_yen}"


class Obstacle(FacilityOwned):
    """
    Why no claim could be drafted (請求を作成できない理由): no price, no profile, an item that does not fit.

    Replaced at every drafting. A public facility is no obstacle: it is not asked to claim.
    """

    month = models.DateField("対象年月")
    kind = models.CharField(
        "種類",
        max_length=20,
        choices=[
            ("no_price", "単価なし"),
            ("no_profile", "年度プロフィールなし"),
            ("not_computable", "計算できない内容"),
        ],
    )
    message = models.TextField("説明")
    found_at = models.DateTimeField("判明日時")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="one_obstacle_a_month"),
            models.CheckConstraint(name="obstacle_month_is_a_first_day", condition=first_day_only("month")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.facility_id}"


class ChargeImport(FileImport):
    """One uploaded file of user charges (利用者負担額の取込)."""

    kind = FileKind.CHARGES

    class Meta(FileImport.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = import_constraints("charge_import")


class UserCharge(FacilityOwned):
    """
    What families of one municipality are charged for a month at a facility (利用者負担額), together, in one version.

    ``charge_yen`` is what that city has set, ``national_charge_yen`` the national ceiling (国基準), with which the city
    claims from prefecture and state. ``exempt_2`` and ``exempt_1`` are children without a side-dish fee (副食費免除).
    A corrected file supersedes the row and keeps it. A row of one or two children reveals a family's fee: see
    ``permissions.see_charges`` before showing one.
    """

    month = models.DateField("対象年月")
    payer_code = models.CharField("居住市区町村コード", max_length=6)
    version = models.PositiveSmallIntegerField("版")
    charge_yen = models.PositiveIntegerField("利用者負担額合計")
    national_charge_yen = models.PositiveIntegerField("国基準利用者負担額合計")
    exempt_2 = models.PositiveSmallIntegerField("副食費免除人数2号")
    exempt_1 = models.PositiveSmallIntegerField("副食費免除人数1号")
    source = models.ForeignKey(ChargeImport, on_delete=models.PROTECT, related_name="charges")
    arrived_at = models.DateTimeField("届いた日時")
    # Both empty: the row stands. The import may have brought a new version, or a file without this row.
    superseded_at = models.DateTimeField("差し替え日時", null=True)
    superseded_in = models.ForeignKey(
        ChargeImport, on_delete=models.PROTECT, related_name="superseded", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code", "version"], name="user_charge_version_once"
            ),
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code"],
                name="one_current_user_charge",
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="user_charge_month_is_a_first_day", condition=first_day_only("month")
            ),
            models.CheckConstraint(
                name="user_charge_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)
            ),
            models.CheckConstraint(name="user_charge_version_begins_at_one", condition=Q(version__gte=1)),
            models.CheckConstraint(
                name="user_charge_is_plausible",
                condition=Q(charge_yen__gte=0, charge_yen__lte=MOST_CHARGE_YEN),
            ),
            models.CheckConstraint(
                name="user_charge_ceiling_is_plausible",
                condition=Q(national_charge_yen__gte=0, national_charge_yen__lte=MOST_CHARGE_YEN),
            ),
            models.CheckConstraint(
                name="user_charge_exemptions_are_plausible",
                condition=Q(exempt_2__gte=0, exempt_2__lte=999, exempt_1__gte=0, exempt_1__lte=999),
            ),
            models.CheckConstraint(
                name="user_charge_superseded_by_an_import",
                condition=filled_together("superseded_at", "superseded_in"),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "month"], name="user_charge_month")
        ]
        ordering = ("-month", "payer_code", "-version")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m} {self.payer_code} v{self.version}"

    @property
    def service_month(self) -> ServiceMonth:
        """The month as the field counts it."""
        return ServiceMonth.of(self.month)
