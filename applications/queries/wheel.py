"""
The year of a facility (年間の予定): its six rounds, and what of each is done, due, returned.

Asked for one facility's home and for all facilities of a city in the same few queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from applications.definitions import Item, Pack, Stage
from applications.models import ApplicationVersion, ItemPack
from applications.packs_in_force import pack_of, released_rows
from applications.rounds import Standing, standing_rows, standings_by
from applications.states import VersionStatus
from asking import together
from facilities.models import Facility, Municipality

Place = tuple[str, str]  # family, item key


class Spoke(StrEnum):
    """How a round stands for a facility."""

    DONE = "done"
    RETURNED = "returned"
    LATE = "late"
    DUE = "due"
    AHEAD = "ahead"
    NOTHING = "nothing"


SPOKE_LABELS: Mapping[Spoke, str] = {
    Spoke.DONE: "提出済み",
    Spoke.RETURNED: "差し戻しあり",
    Spoke.LATE: "締切を過ぎています",
    Spoke.DUE: "受付中",
    Spoke.AHEAD: "これから",
    Spoke.NOTHING: "申請する項目はありません",
}

TONES: Mapping[Spoke, str] = {
    Spoke.DONE: "ok",
    Spoke.RETURNED: "bad",
    Spoke.LATE: "warn",
    Spoke.DUE: "now",
    Spoke.AHEAD: "off",
    Spoke.NOTHING: "off",
}


@dataclass(frozen=True, slots=True)
class RoundState:
    """A round of one facility: how many items it has, how many of them were sent, came back or are approved."""

    standing: Standing
    items: int
    sent: int
    returned: int
    approved: int

    @property
    def left(self) -> int:
        """Items nobody has sent yet."""
        return self.items - self.sent - self.returned

    @property
    def spoke(self) -> Spoke:
        """The one word for it: what came back first, then what is late."""
        if not self.items:
            return Spoke.NOTHING
        if self.returned:
            return Spoke.RETURNED
        if not self.left:
            return Spoke.DONE
        if self.standing.is_ahead:
            return Spoke.AHEAD
        return Spoke.LATE if self.standing.is_over else Spoke.DUE

    @property
    def label(self) -> str:
        """The word in Japanese."""
        return SPOKE_LABELS[self.spoke]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return TONES[self.spoke]


def wheels(
    municipality: Municipality, facilities: Sequence[Facility], fiscal_year: int, at: datetime
) -> dict[UUID, list[RoundState]]:
    """Each facility's six rounds: one query, however many facilities and items."""
    pack_rows, versions, rounds, again = together(
        released_rows(fiscal_year),
        _versions(facilities, fiscal_year),
        *standing_rows(facilities, fiscal_year),
    )
    packs = [(row, pack_of(row)) for row in pack_rows]
    standing = standings_by(municipality, facilities, fiscal_year, at, rounds, again)
    newest = _newest(versions)
    return {
        facility.pk: _states(packs, facility, standing[facility.pk], newest.get(facility.pk, {}))
        for facility in facilities
    }


def _states(
    packs: Iterable[tuple[ItemPack, Pack]],
    facility: Facility,
    own: Sequence[Standing],
    newest: Mapping[Place, ApplicationVersion],
) -> list[RoundState]:
    """A change stands in the round it was made in, as on the page of the year; what nobody has begun in its first."""
    by_number = {standing.round.number: standing for standing in own}
    of_round: dict[int, list[str | None]] = {}
    for row, pack in packs:
        for item in pack.items:
            version = newest.get((row.family, item.key))
            number = round_of(item, version)
            if is_asked(item, facility, by_number[number]):
                of_round.setdefault(number, []).append(version.status if version else None)
    return [_state(standing, of_round.get(standing.round.number, [])) for standing in own]


def applies_to(item: Item, facility: Facility, fiscal_year: int) -> bool:
    """Whether the item is one of this facility in a year it is run in; public ones apply only for what says so."""
    first, last = date(fiscal_year, 4, 1), date(fiscal_year + 1, 3, 31)
    is_run = facility.opened_on <= last and (facility.closed_on is None or facility.closed_on >= first)
    return is_run and item.asks(facility.kind) and (item.public_too or not facility.is_public)


def is_asked(item: Item, facility: Facility, standing: Standing) -> bool:
    """Whether a round asks for the item: who has closed before it begins applies for nothing, but still reports."""
    if not applies_to(item, facility, standing.round.fiscal_year):
        return False
    is_closed = facility.closed_on is not None and facility.closed_on < standing.opens
    return item.stage is Stage.REPORT or not is_closed


def round_of(item: Item, version: ApplicationVersion | None) -> int:
    """The round a version belongs to; of what nobody has begun, the item's first."""
    return version.round_number if version is not None else item.rounds[0]


def _versions(facilities: Sequence[Facility], fiscal_year: int) -> QuerySet[ApplicationVersion]:
    """The versions of the year that still count."""
    return (
        ApplicationVersion.objects.filter(facility__in=facilities, application__fiscal_year=fiscal_year)
        .exclude(status__in=[VersionStatus.DISCARDED, VersionStatus.SUPERSEDED])
        .select_related("application")
        .only("facility_id", "status", "round_number", "application__family", "application__item_key")
        .order_by("number")
    )


def _newest(versions: Iterable[ApplicationVersion]) -> dict[UUID, dict[Place, ApplicationVersion]]:
    """Each application's newest version."""
    found: dict[UUID, dict[Place, ApplicationVersion]] = {}
    for version in versions:
        place = (version.application.family, version.application.item_key)
        own = found.setdefault(version.facility_id, {})
        # A change that is only being drafted takes nothing away from what was sent before it.
        if version.status != VersionStatus.DRAFT or place not in own:
            own[place] = version
    return found


def _state(standing: Standing, statuses: Sequence[str | None]) -> RoundState:
    return RoundState(
        standing,
        items=len(statuses),
        sent=sum(status in {VersionStatus.SUBMITTED, VersionStatus.APPROVED} for status in statuses),
        returned=sum(status == VersionStatus.RETURNED for status in statuses),
        approved=sum(status == VersionStatus.APPROVED for status in statuses),
    )
