"""The roster as of 1 April, as the city has accepted it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.tenancy import FacilityOwned
from staff_records.person_rows import MemberRow
from staff_records.sealed import sealed_text
from staff_records.states import SnapshotStatus


class RosterSnapshot(FacilityOwned):
    """
    A roster frozen as of a day (年度当初の名簿): sent by the facility, decided by the city, quoted by forms.

    ``figures`` are what was computed of it (persons, months, average, rates), without names. A new version supersedes
    the one before when the city accepts it.
    """

    fiscal_year = models.PositiveSmallIntegerField("年度")
    day = models.DateField("基準日")
    version = models.PositiveSmallIntegerField("版")
    status = models.CharField("状態", max_length=12, choices=SnapshotStatus.choices)
    figures = models.JSONField("算出した値")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    submitted_at = models.DateTimeField("提出日時")
    submitted_by = models.UUIDField("提出した人")
    decided_at = models.DateTimeField("決定日時", null=True)
    decided_by = models.UUIDField("決定した人", null=True)
    reason = models.CharField("理由", max_length=500, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "facility", "id"], name="snapshot_in_facility"),
            models.UniqueConstraint(
                fields=["facility", "fiscal_year", "version"], name="snapshot_version_once"
            ),
            models.UniqueConstraint(
                fields=["facility", "fiscal_year"],
                name="one_snapshot_waits",
                condition=Q(status=SnapshotStatus.SUBMITTED),
            ),
            models.UniqueConstraint(
                fields=["facility", "fiscal_year"],
                name="one_snapshot_is_accepted",
                condition=Q(status=SnapshotStatus.ACCEPTED),
            ),
            models.CheckConstraint(
                name="snapshot_is_decided_by_somebody_else",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decided_by=models.F("submitted_by"))
                ),
            ),
            models.CheckConstraint(
                name="snapshot_decision_and_status_agree",
                condition=Q(
                    status__in=[SnapshotStatus.SUBMITTED, SnapshotStatus.WITHDRAWN], decided_at__isnull=True
                )
                | Q(
                    status__in=[SnapshotStatus.ACCEPTED, SnapshotStatus.SUPERSEDED],
                    decided_at__isnull=False,
                )
                | (Q(status=SnapshotStatus.RETURNED, decided_at__isnull=False) & ~Q(reason="")),
            ),
        ]
        ordering = ("-fiscal_year", "-version")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.fiscal_year} v{self.version}"


class SnapshotLine(MemberRow):
    """One person of a snapshot: everything that was on the roster, as a JSON object, sealed under the person's key."""

    snapshot = models.ForeignKey(RosterSnapshot, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField("順")
    content = sealed_text("内容")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["snapshot", "member"], name="once_on_a_snapshot"),
        ]
        ordering = ("snapshot", "place")

    def __str__(self) -> str:
        return f"{self.place} of {self.snapshot_id}"
