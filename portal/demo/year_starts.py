"""The rosters of 1 April on their way: accepted, waiting, sent back, not sent."""

from collections.abc import Mapping
from uuid import UUID

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from portal.demo.scene import acting, moment
from staff_records.events import StaffEvent
from staff_records.models import RosterSnapshot
from staff_records.operations import year_start
from staff_records.year_roster import gather

YEAR = 2026
ACCEPTED = (
    "1299900000001",
    "1299900000007",
    "1299900000014",
    "1299900000105",
    "1299900000151",
    "1299900000160",
)
WAITING = ("1299900000002", "1299900000084", "1299900000152")
RETURNED = "1299900000003"
REASON = "職員番号2の方の在職証明の写しがまだ届いていません。届いたら、もう一度提出してください。"


def play(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """A few facilities send their roster; the city accepts most of them and sends one back. The others have not yet."""
    with acting(city, officer):
        facilities = list(
            Facility.objects.filter(number__in=[*ACCEPTED, *WAITING, RETURNED]).order_by("number")
        )
    for facility in facilities:
        sent = _send(city, facility, clerks[facility.pk])
        if facility.number in WAITING:
            continue
        with acting(city, officer):
            at = moment(4, 14, 10)
            if facility.number == RETURNED:
                year_start.return_to_facility(
                    sent.pk, shown_hash=sent.content_hash, reason=REASON, by=officer, at=at
                )
            else:
                year_start.accept(sent.pk, shown_hash=sent.content_hash, by=officer, at=at)


def _send(city: Municipality, facility: Facility, clerk: Actor) -> RosterSnapshot:
    with acting(city, clerk):
        roster = gather(facility, YEAR)
        record(StaffEvent.YEAR_SHOWN, on=facility, rows={"staff_member": roster.people})
        return year_start.submit(
            facility, YEAR, shown_hash=roster.content_hash, declared=True, by=clerk, at=moment(4, 7, 15)
        )
