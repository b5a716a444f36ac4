"""Who is on a facility's roster."""

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q

from facilities.periods import first_day_only
from facilities.tenancy import FacilityOwned, FacilityOwnedManager
from staff_records.person_rows import MemberRow, PersonRow
from staff_records.sealed import optional_day, optional_text, sealed_day, sealed_text


class ReadableMembers(FacilityOwnedManager[Any]):
    """Members who were not erased: an erased one is found by no page."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(erased_at__isnull=True)


class KeptMembers(ReadableMembers):
    """Members who are on a roster, or were: not those whose whole entry was a mistake and was withdrawn."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(withdrawn_at__isnull=True)


class StaffMember(PersonRow):
    """
    A member of staff of one facility (職員).

    Whoever works at two facilities of a corporation is on two rosters under one ``person_id``. ``number`` is the
    facility's own (職員番号): what other sheets of a workbook refer to. ``left_year`` is the fiscal year of the last
    day of work, also of one that is only announced; empty while none is. ``version`` grows with every change.

    Whoever was entered by mistake is withdrawn as a whole: on no roster and in no figure any more, but readable with
    the reason until the retention period after that year ends the record.
    """

    number = models.PositiveIntegerField("職員番号")
    person_id = models.UUIDField("人", default=uuid4)
    birth_date = sealed_day("生年月日")
    sex = optional_text("性別")
    left_year = models.SmallIntegerField("退職年度", null=True)
    version = models.PositiveIntegerField("版", default=1)
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")
    changed_at = models.DateTimeField("更新日時")
    changed_by = models.UUIDField("更新した人")
    withdrawn_at = models.DateTimeField("取消日時", null=True)
    withdrawn_by = models.UUIDField("取り消した人", null=True)
    withdrawal_reason = optional_text("取り消した理由")
    # After the retention period the key is destroyed; the row stays, so that figures of old years keep their number.
    erased_at = models.DateTimeField("消去日時", null=True)

    objects: ClassVar[KeptMembers] = KeptMembers()
    with_withdrawn: ClassVar[ReadableMembers] = ReadableMembers()
    with_erased: ClassVar[FacilityOwnedManager[Any]] = FacilityOwnedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "facility", "id"], name="member_in_facility"),
            models.UniqueConstraint(fields=["facility", "number"], name="staff_number_once_a_facility"),
            models.UniqueConstraint(fields=["facility", "person_id"], name="person_once_on_a_roster"),
            models.CheckConstraint(name="staff_number_is_positive", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="only_who_has_left_is_erased",
                condition=Q(erased_at__isnull=True) | Q(left_year__isnull=False),
            ),
            models.CheckConstraint(
                name="withdrawn_member_by_somebody_and_for_a_reason",
                condition=Q(
                    withdrawn_at__isnull=True,
                    withdrawn_by__isnull=True,
                    withdrawal_reason_sealed__isnull=True,
                )
                | Q(
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                    withdrawal_reason_sealed__isnull=False,
                    left_year__isnull=False,
                ),
            ),
        ]
        ordering = ("facility", "number")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.number}"

    @property
    def key_id(self) -> UUID:
        """The person's key."""
        return self.pk

    @classmethod
    def every(cls) -> models.QuerySet[Any]:
        """Also whose entry was withdrawn."""
        rows: models.QuerySet[Any] = cls.with_withdrawn.all()
        return rows

    @classmethod
    def under_keys(cls, key_ids: Collection[UUID]) -> Q:
        """The members themselves."""
        return Q(pk__in=key_ids)


class StaffDetail(MemberRow):
    """
    Name and address from a day on (氏名・住所); without a day, from the beginning.

    A change (改姓, 転居) is a new row, a mistake is put right in its row. What was taken back stays, withdrawn.
    """

    from_day = optional_day("変更日")
    name = sealed_text("氏名")
    former_name = optional_text("旧姓")
    kana = sealed_text("ふりがな")
    postal_code = optional_text("郵便番号")
    address = optional_text("住所")
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ("member", "entered_at")

    def __str__(self) -> str:
        return f"detail of {self.member_id}"


class SearchToken(FacilityOwned):
    """
    What a member is found by without being read: keyed hashes of normal forms (検索用の索引).

    ``kind``: see ``staff_records.finding``. ``index_key`` is the id of the key it was made with.
    """

    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("種類", max_length=12)
    token = models.BinaryField("索引")
    index_key = models.CharField("索引の鍵", max_length=16)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "kind", "token", "index_key"], name="search_token_once_a_member"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "kind", "token"], name="member_by_search_token"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"


class WorkRules(FacilityOwned):
    """The hours a month that the facility's rules set for 常勤, from a month on (常勤の所定労働時間)."""

    from_month = models.DateField("適用開始月")
    full_time_hours = models.DecimalField("常勤の月の所定時間", max_digits=5, decimal_places=2)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "from_month"], name="one_work_rule_a_month"),
            models.CheckConstraint(
                name="work_rule_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="full_time_hours_are_of_a_month",
                condition=Q(full_time_hours__gt=0, full_time_hours__lte=744),
            ),
        ]
        ordering = ("facility", "from_month")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.from_month:%Y-%m}"
