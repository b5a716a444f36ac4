"""What has changed and will change in the demo's facilities: a branch, a new name, a rest, a successor at the desk."""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q

from facilities.actors import Actor
from facilities.models import AddressRegistration, Facility, Membership, Municipality, RegistrationStatus
from facilities.operations.accounts import Notification, confirm_address, hand_over, reconfirm
from facilities.operations.branches import BranchValues, open_branch
from facilities.operations.changes import DetailValues, change_details, suspend
from facilities.periods import ServiceMonth
from portal.demo.months import JAPAN, acting

WITH_BRANCH, RENAMED, RESTING, HANDED_OVER = (
    "1299900000003",
    "1299900000004",
    "1299900000172",
    "1299900000020",
)
# The city has made sure of its own people and of these facilities' people that they are still there.
RECONFIRMED_BEFORE = "1299900000121"
AT = datetime(2026, 5, 20, 10, 0, tzinfo=JAPAN)


def began_at(facility: Facility | None = None) -> datetime:
    """When somebody began: most people last year, each tenth facility's this April, nobody before her facility."""
    is_new = facility is not None and facility.number.endswith("5")
    began = date(2026, 4, 1) if is_new else date(2025, 4, 1)
    if facility is not None:
        began = max(began, facility.opened_on)
    return datetime.combine(began, time(9), JAPAN)


def make(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """By one administrator; the address of the successor is confirmed by the other."""
    administrator, other = actors["kanri"], actors["kanri2"]
    with acting(city, administrator):
        facilities = {facility.number: facility for facility in Facility.objects.all()}
        parent, renamed = facilities[WITH_BRANCH], facilities[RENAMED]
        open_branch(
            parent.pk,
            BranchValues(f"{parent.name} 分園", parent.postal_code, f"{parent.location}（分園）", 12),
            from_month=ServiceMonth(2026, 7),
            by=administrator,
            at=AT,
        )
        change_details(
            renamed.pk,
            DetailValues(
                f"{renamed.name} あおぞら園", renamed.postal_code, renamed.location, renamed.ownership
            ),
            from_day=date(2027, 4, 1),
            by=administrator,
            at=AT,
        )
        suspend(
            facilities[RESTING].pk,
            from_month=ServiceMonth(2026, 7),
            to_month=ServiceMonth(2026, 9),
            reason="園舎の改修工事のため",
            by=administrator,
            at=AT,
        )
        certain = Membership.objects.filter(
            Q(facility__isnull=True) | Q(facility__number__lt=RECONFIRMED_BEFORE),
            began_at__lt=datetime(2026, 4, 1, tzinfo=JAPAN),
        )
        asked_at = datetime(2026, 4, 20, 10, 0, tzinfo=JAPAN)
        reconfirm([row.pk for row in certain], by=administrator, at=asked_at)
        clerk = clerks[facilities[HANDED_OVER].pk]
        left = Membership.objects.get(user=clerk.user_id, facility=facilities[HANDED_OVER])
        successor = hand_over(
            left.pk,
            login_id=f"f{HANDED_OVER}-2",
            name="見本 後任",
            notified=Notification(f"f{HANDED_OVER}-2@demo.hagukumi.example", "令8-18", date(2026, 5, 18)),
            by=administrator,
            at=AT,
        )
    with acting(city, other):
        waiting = AddressRegistration.objects.get(user=successor.user_id, status=RegistrationStatus.WAITING)
        confirm_address(waiting.pk, by=other, at=AT.replace(hour=14))
