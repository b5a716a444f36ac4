"""Claims, their lines, and months that are closed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.models.counts import PAYER_CODE, CountSheet
from claims.models.imports import filled_together
from claims.states import CLAIM_TRANSITIONS, ClaimStatus
from facilities.periods import ServiceMonth, first_day_only
from facilities.tenancy import FacilityOwned, MunicipalityOwned
from facilities.transitions import check_transition

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
