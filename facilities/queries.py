"""Facilities and accounts, as the city's pages show them."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from facilities.models import Facility, FacilityProfile, GrantedItem, Membership, holding_in
from facilities.periods import ServiceMonth


@dataclass
class FacilityRow:
    """One line of the list: the facility with what holds in the month."""

    facility: Facility
    profile: FacilityProfile | None = None
    granted: list[GrantedItem] = field(default_factory=list)


def facility_rows(month: ServiceMonth, *, words: str = "", kind: str = "") -> list[FacilityRow]:
    """All facilities in scope by number, each with its profile and granted items of ``month``: three queries."""
    facilities = Facility.objects.select_related("corporation").order_by("number")
    if words:
        facilities = facilities.filter(
            Q(name__icontains=words) | Q(number__contains=words) | Q(corporation__name__icontains=words)
        )
    if kind:
        facilities = facilities.filter(kind=kind)
    rows = {facility.pk: FacilityRow(facility) for facility in facilities}
    for profile in holding_in(FacilityProfile.objects.all(), month):
        if profile.facility_id in rows:
            rows[profile.facility_id].profile = profile
    for granted in holding_in(GrantedItem.objects.all(), month).order_by("code"):
        if granted.facility_id in rows:
            rows[granted.facility_id].granted.append(granted)
    return list(rows.values())


def accounts(*, words: str = "") -> QuerySet[Membership]:
    """Every lasting membership of the city, facilities first by number, then the city's own people."""
    rows = (
        Membership.objects.filter(ended_at__isnull=True)
        .select_related("user", "facility")
        .order_by("facility__number", "slot", "duty", "user__login_id")
    )
    if words:
        rows = rows.filter(
            Q(facility__name__icontains=words)
            | Q(facility__number__contains=words)
            | Q(user__login_id__icontains=words)
        )
    return rows
