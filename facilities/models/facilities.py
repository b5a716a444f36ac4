"""A facility, and what of it changes from a day or a month on."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce

from facilities.models.municipalities import Corporation, Municipality
from facilities.periods import ServiceMonth, first_day_only
from facilities.scope import current_scope
from facilities.tenancy import FacilityOwned


class FacilityKind(models.TextChoices):
    """Facility types (施設類型) under the codes of the pricing contract."""

    KINDERGARTEN = "kindergarten", "幼稚園"
    NURSERY = "nursery", "保育所"
    CERTIFIED_KODOMOEN = "certified_kodomoen", "認定こども園"
    SMALL_A = "small_a", "小規模保育事業A型"
    SMALL_B = "small_b", "小規模保育事業B型"
    SMALL_C = "small_c", "小規模保育事業C型"
    HOME_BASED = "home_based", "家庭的保育事業"
    WORKPLACE = "workplace", "事業所内保育事業"
    HOME_VISITING = "home_visiting", "居宅訪問型保育事業"


class Ownership(models.TextChoices):
    """Public facilities have their amount set by the city itself (告示第16条) and do not claim by the table."""

    PRIVATE = "private", "私立"
    PUBLIC = "public", "公立"


class FacilityManager(models.Manager["Facility"]):
    """The facilities in scope."""

    def get_queryset(self) -> models.QuerySet["Facility"]:
        opened = current_scope()
        rows = super().get_queryset().filter(municipality=opened.municipality_id)
        return rows if opened.facility_ids is None else rows.filter(pk__in=opened.facility_ids)


class Facility(models.Model):
    """A childcare facility (施設・事業所)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    number = models.CharField("事業所番号", max_length=13)
    name = models.CharField("施設名", max_length=100)
    kind = models.CharField("施設類型", max_length=20, choices=FacilityKind.choices)
    ownership = models.CharField("公私区分", max_length=10, choices=Ownership.choices)
    corporation = models.ForeignKey(Corporation, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField("認可年月日")
    # The last day it is run (廃止日); with a change of type or corporation, the day before its successor opens.
    closed_on = models.DateField("廃止日", null=True, blank=True)
    predecessor = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8)
    location = models.CharField("所在地", max_length=200)

    objects: ClassVar[FacilityManager] = FacilityManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="facility_in_municipality"),
            models.UniqueConstraint(fields=["municipality", "number"], name="facility_number_once_a_city"),
            models.CheckConstraint(
                name="facility_number_is_13_digits", condition=Q(number__regex=r"^[0-9]{13}$")
            ),
            models.CheckConstraint(
                name="facility_closes_after_it_opens",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def lives_in(self, month: ServiceMonth) -> bool:
        """Whether it is run on any day of the month."""
        has_opened = ServiceMonth.of(self.opened_on) <= month
        return has_opened and (self.closed_on is None or self.closed_on >= month.first_day)

    @property
    def is_public(self) -> bool:
        """Counts are kept, but nothing is claimed by the table."""
        return self.ownership == Ownership.PUBLIC


class FacilityDetail(FacilityOwned):
    """
    Name, address and 公私 from a day on (名称・所在地の変更). The facility's own row holds what is true today.

    A facility whose details never changed has none of these. A row that was corrected or cancelled stays, withdrawn:
    the record names the rows, and the rows keep the values.
    """

    from_day = models.DateField("変更日")
    name = models.CharField("施設名", max_length=100)
    postal_code = models.CharField("郵便番号", max_length=8)
    location = models.CharField("所在地", max_length=200)
    ownership = models.CharField("公私区分", max_length=10, choices=Ownership.choices)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["facility", "from_day"],
                name="one_change_of_details_a_day",
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
        ordering = ("facility", "from_day")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.from_day:%Y-%m-%d}"


class Suspension(FacilityOwned):
    """Months in which a facility rests (休園): nothing is expected of it. Periods of one facility never overlap."""

    from_month = models.DateField("休園開始月")
    to_month = models.DateField("休園終了月", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="suspension_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="suspension_ends_after_it_begins",
                condition=Q(to_month__isnull=True)
                | (first_day_only("to_month") & Q(to_month__gte=F("from_month"))),
            ),
        ]
        ordering = ("facility", "from_month")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.from_month:%Y-%m}–"


class Branch(FacilityOwned):
    """A branch (分園) of a facility from one month to another. Its capacity is part of the facility's."""

    name = models.CharField("分園の名称", max_length=100)
    postal_code = models.CharField("郵便番号", max_length=8)
    location = models.CharField("所在地", max_length=200)
    capacity = models.PositiveSmallIntegerField("分園の利用定員")
    from_month = models.DateField("開始月")
    to_month = models.DateField("終了月", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="branch_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="branch_ends_after_it_begins",
                condition=Q(to_month__isnull=True)
                | (first_day_only("to_month") & Q(to_month__gte=F("from_month"))),
            ),
            models.CheckConstraint(name="branch_has_a_capacity", condition=Q(capacity__gte=1)),
        ]
        ordering = ("facility", "from_month")

    def __str__(self) -> str:
        return self.name


def standing_details() -> models.QuerySet[FacilityDetail]:
    """The details that were neither corrected nor cancelled, oldest first."""
    return FacilityDetail.objects.filter(withdrawn_at__isnull=True).order_by("from_day")


def details_on(facility: Facility, day: date) -> FacilityDetail | Facility:
    """The name, address and 公私 that held on ``day``; of a facility whose details never changed, its own."""
    return holding_on(list(standing_details().filter(facility=facility)), day) or facility


def holding_on(details: Sequence[FacilityDetail], day: date) -> FacilityDetail | None:
    """Which of a facility's ``details``, oldest first, held on ``day``; before all of them, the first."""
    before = [row for row in details if row.from_day <= day]
    return before[-1] if before else (details[0] if details else None)


def name_on(day: Any, *, facility: str = "pk") -> Coalesce:
    """
    For a query: the name that ``details_on`` gives, of the facility in the column ``facility``, on ``day``.

    ``day``: a date, or ``OuterRef`` of a column.
    """
    details = FacilityDetail.objects.filter(facility=OuterRef(facility), withdrawn_at__isnull=True)
    before = details.filter(from_day__lte=day).order_by("-from_day").values("name")[:1]
    first = details.order_by("from_day").values("name")[:1]
    own = "name" if facility == "pk" else f"{facility}__name"
    return Coalesce(models.Subquery(before), models.Subquery(first), F(own))


def is_public_in(facility: Facility, month: ServiceMonth) -> bool:
    """Whether nothing was claimed by the table in ``month``: who owned it on the first day counts, as with children."""
    return details_on(facility, month.first_day).ownership == Ownership.PUBLIC


def public_in(month: ServiceMonth) -> set[UUID]:
    """The scope's facilities of which nothing was claimed in ``month``: two queries."""
    details: dict[UUID, list[FacilityDetail]] = {}
    for row in standing_details():
        details.setdefault(row.facility_id, []).append(row)
    return {
        facility.pk
        for facility in Facility.objects.all()
        if (holding_on(details.get(facility.pk, []), month.first_day) or facility).ownership
        == Ownership.PUBLIC
    }
