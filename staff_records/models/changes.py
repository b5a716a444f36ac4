"""What happens on a roster, as the city is told of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.periods import first_day_only
from facilities.tenancy import FacilityOwned
from staff_records.person_rows import MemberRow
from staff_records.sealed import sealed_day
from staff_records.words import ChangeKind


class StaffChange(MemberRow):
    """
    Something that happened to a member of staff, from a day on (異動の届出).

    ``from_month`` is the first month whose claims it can change (a first day); it stands open, because claims and homes
    ask for it, and a month alone says little. ``fields`` names what changed, never with which value.
    """

    kind = models.CharField("種類", max_length=12, choices=ChangeKind.choices)
    day = sealed_day("異動日")
    from_month = models.DateField("影響の始まる月")
    fields = models.JSONField("変わった項目", default=list)
    reported_at = models.DateTimeField("届出日時")
    reported_by = models.UUIDField("届け出た人")
    seen_at = models.DateTimeField("市の確認日時", null=True)
    seen_by = models.UUIDField("市で確認した人", null=True)
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="staff_change_from_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="staff_change_seen_by_somebody",
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "seen_at", "reported_at"], name="staff_changes_not_seen"),
        ]
        ordering = ("-reported_at",)

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"


class OverlapFlag(FacilityOwned):
    """
    Somebody on this roster seems to work elsewhere at the same time (二重の雇用の疑い).

    Each of the two facilities has its own flag; ``pair_id`` joins them for the city. A facility learns that there is
    another place and whether its own corporation runs it, nothing else.
    """

    member = models.ForeignKey("staff_records.StaffMember", on_delete=models.PROTECT, related_name="+")
    pair_id = models.UUIDField("組")
    same_corporation = models.BooleanField("同じ法人")
    both_regular = models.BooleanField("どちらも常勤")
    found_at = models.DateTimeField("見つけた日時")
    ended_at = models.DateTimeField("解消した日時", null=True)
    # The city has asked and found it in order.
    cleared_at = models.DateTimeField("確認日時", null=True)
    cleared_by = models.UUIDField("確認した人", null=True)
    cleared_reason = models.CharField("確認の内容", max_length=200, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "pair_id"], name="overlap_once_a_pair"),
            models.CheckConstraint(
                name="overlap_is_cleared_with_a_reason",
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True, cleared_reason="")
                | (Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(cleared_reason="")),
            ),
        ]
        ordering = ("-found_at",)

    def __str__(self) -> str:
        return f"overlap of {self.member_id}"
