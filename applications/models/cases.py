"""Applications and their versions."""

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from applications.definitions import STAGE_LABELS
from applications.models.packs import ItemPack
from applications.states import VERSION_TRANSITIONS, VersionStatus
from facilities.periods import first_day_only
from facilities.tenancy import FacilityOwned
from facilities.transitions import check_transition
from vault import seal, unseal
from vault.columns import seals

LONGEST_REASON = 500
CURRENT = (VersionStatus.DRAFT, VersionStatus.SUBMITTED, VersionStatus.RETURNED)


class Application(FacilityOwned):
    """
    What one facility applies for or reports in one fiscal year by one item (申請). Its content stands in its versions.

    ``label`` and ``stage`` are the item's, so that lists need no pack.
    """

    fiscal_year = models.PositiveSmallIntegerField("年度")
    family = models.CharField("区分", max_length=12)
    item_key = models.CharField("項目", max_length=40)
    label = models.CharField("名前", max_length=60)
    stage = models.CharField(
        "種類", max_length=12, choices=[(stage.value, label) for stage, label in STAGE_LABELS.items()]
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "facility", "id"], name="application_in_facility"
            ),
            models.UniqueConstraint(
                fields=["facility", "fiscal_year", "family", "item_key"], name="one_application_an_item"
            ),
        ]
        ordering = ("fiscal_year", "family", "item_key")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.fiscal_year} {self.item_key}"


@seals("content_sealed")
class ApplicationVersion(FacilityOwned):
    """
    One version of an application (申請の版): drafted, sent, decided; a change during the year is the next one.

    ``is_wanted``: applied for; else the facility says that it does not, or that it stops from ``from_month`` on. What
    was typed and, once sent, every value with its words lie sealed in ``content`` (free text may name people).
    ``options``, ``facts`` and ``amount_yen`` are those of the sent values. ``replaces`` is the approved version the
    facility started from, ``answers`` the returned one. ``values_hash`` is keyed and tells an unchanged version from
    a changed one.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版")
    pack = models.ForeignKey(ItemPack, on_delete=models.PROTECT, related_name="+")
    round_number = models.PositiveSmallIntegerField("入力の回")
    status = models.CharField(
        "状態", max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT
    )
    is_wanted = models.BooleanField("申請する", null=True)
    from_month = models.DateField("適用開始月", null=True)
    to_month = models.DateField("適用終了月", null=True)
    content_sealed = models.BinaryField("内容")
    options = models.JSONField("条件", default=dict, blank=True)
    facts = models.JSONField("条件の事実", default=dict, blank=True)
    amount_yen = models.BigIntegerField("金額", null=True)
    content_hash = models.CharField("内容のハッシュ", max_length=64, default="", blank=True)
    values_hash = models.CharField("値のハッシュ", max_length=64, default="", blank=True)
    revision = models.PositiveIntegerField("保存の回数", default=0)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存した人")
    submitted_at = models.DateTimeField("提出日時", null=True)
    submitted_by = models.UUIDField("提出した人", null=True)
    late_reason = models.CharField("遅れた理由", max_length=LONGEST_REASON, default="", blank=True)
    first_decided_at = models.DateTimeField("最初の決定日時", null=True)
    decided_at = models.DateTimeField("決定日時", null=True)
    decided_by = models.UUIDField("決定した人", null=True)
    return_reason = models.TextField("差し戻しの理由", default="", blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "facility", "id"], name="application_version_in_facility"
            ),
            models.UniqueConstraint(fields=["application", "number"], name="application_version_once"),
            models.UniqueConstraint(
                fields=["application"],
                name="one_application_version_is_open",
                condition=Q(status__in=CURRENT),
            ),
            models.UniqueConstraint(
                fields=["application"],
                name="one_application_version_is_approved",
                condition=Q(status=VersionStatus.APPROVED),
            ),
            models.CheckConstraint(
                name="application_status_is_known", condition=Q(status__in=VersionStatus.values)
            ),
            models.CheckConstraint(
                name="sent_application_says_when_by_whom_and_what",
                condition=Q(status__in=[VersionStatus.DRAFT, VersionStatus.DISCARDED])
                | (
                    Q(submitted_at__isnull=False, submitted_by__isnull=False, is_wanted__isnull=False)
                    & Q(content_hash__regex=r"^[0-9a-f]{64}$", values_hash__regex=r"^[0-9a-f]{64}$")
                ),
            ),
            models.CheckConstraint(
                name="application_draft_is_not_sent",
                condition=~Q(status=VersionStatus.DRAFT)
                | Q(submitted_at__isnull=True, submitted_by__isnull=True, first_decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="application_decision_and_status_agree",
                condition=Q(
                    status__in=[VersionStatus.DRAFT, VersionStatus.SUBMITTED, VersionStatus.DISCARDED],
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | Q(
                    status__in=[VersionStatus.APPROVED, VersionStatus.RETURNED, VersionStatus.SUPERSEDED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="returned_application_has_a_reason",
                condition=~Q(status=VersionStatus.RETURNED) | ~Q(return_reason=""),
            ),
            models.CheckConstraint(
                name="application_is_decided_by_somebody_else",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="application_months_are_in_order",
                condition=(Q(from_month__isnull=True) | first_day_only("from_month"))
                & (
                    Q(to_month__isnull=True)
                    | (
                        first_day_only("to_month")
                        & Q(from_month__isnull=False, to_month__gte=F("from_month"))
                    )
                ),
            ),
        ]
        ordering = ("application", "number")

    def __str__(self) -> str:
        return f"{self.application_id} v{self.number} {self.status}"

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"applications_applicationversion|content|{self.municipality_id}|{self.facility_id}|{self.pk}"

    @property
    def content(self) -> dict[str, Any]:
        """
        What was typed and sent: ``typed`` values and ``reasons`` by field; once sent, ``sent`` has each shown field's
        value with ``origin`` and ``words``.
        """
        read: dict[str, Any] = json.loads(unseal(self.content_sealed, bound_to=self.place))
        return read

    @content.setter
    def content(self, value: dict[str, Any]) -> None:
        plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self.content_sealed = seal(plain.encode(), bound_to=self.place)

    @property
    def is_open(self) -> bool:
        """The version one works on: drafted, sent or returned."""
        return self.status in CURRENT

    def move_to(self, status: VersionStatus) -> None:
        """:raises TransitionNotAllowed: it does not follow the present one."""
        check_transition(VERSION_TRANSITIONS, self.status, status)
        self.status = status


class TypedField(FacilityOwned):
    """
    That somebody typed one field of one version (入力した欄): what the product counts for R3, never the value.

    ``field_key`` is the field's key; of a table ``key.row.column``, of twelve months ``key.number``: each cell is one.
    ``knew``: the product knew it already (a source or an earlier field of the year), so it was typed again.
    """

    fiscal_year = models.PositiveSmallIntegerField("年度")
    round_number = models.PositiveSmallIntegerField("入力の回")
    version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="typed_fields")
    field_key = models.CharField("欄", max_length=100)
    knew = models.BooleanField("すでに分かっていた", default=False)
    typed_at = models.DateTimeField("入力日時")
    typed_by = models.UUIDField("入力した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "field_key"], name="typed_field_is_counted_once"),
        ]
        ordering = ("version", "field_key")

    def __str__(self) -> str:
        return f"{self.version_id} {self.field_key}"
