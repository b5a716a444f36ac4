"""Who has sent what (提出の状況): every facility and family of items in one round, from the applications themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone

from applications.definitions import FAMILY_LABELS, Family, Item
from applications.models import ApplicationVersion
from applications.packs_in_force import released
from applications.queries.wheel import is_asked
from applications.rounds import Standing, standings
from applications.states import VersionStatus
from approvals.items.filters import address_of, fits_facility, kind_in, words_in, year_in
from facilities.models import Facility, Municipality
from facilities.periods import ServiceMonth

# Of a family the state that deserves a look first stands in its cell.
STATES: Final = {
    "returned": "差し戻し中",
    "overdue": "未提出（締切を過ぎています）",
    "missing": "未提出",
    "draft": "入力中",
    "submitted": "審査中",
    "approved": "承認済み",
    "none": "対象なし",
}
TONES: Final = {
    "returned": "bad",
    "overdue": "bad",
    "missing": "warn",
    "draft": "warn",
    "submitted": "now",
    "approved": "ok",
    "none": "off",
}
# The heat map's colours are those of the month's.
HEAT: Final = {
    "returned": "returned",
    "overdue": "disputed",
    "missing": "waiting",
    "draft": "draft",
    "submitted": "submitted",
    "approved": "approved",
    "none": "none",
}
TO_REMIND: Final = frozenset({"returned", "overdue", "missing", "draft"})
OPEN_STATUS: Final = {
    VersionStatus.DRAFT: "draft",
    VersionStatus.SUBMITTED: "submitted",
    VersionStatus.RETURNED: "returned",
}


@dataclass(frozen=True)
class OverviewQuestion:
    """Which year and round, and which facilities."""

    year: int
    round: int
    kind: str = ""
    state: str = ""
    words: str = ""

    @classmethod
    def of(cls, asked: QueryDict, at: datetime) -> "OverviewQuestion":
        """Read the address; without a year and round, those of the day."""
        today = timezone.localdate(at)
        number = asked.get("round", "")
        state = asked.get("state", "")
        return cls(
            year=year_in(asked.get("year", "")) or ServiceMonth.of(today).fiscal_year,
            round=int(number) if number in {"1", "2", "3", "4", "5", "6"} else 0,
            kind=kind_in(asked),
            state=state if state in STATES else "",
            words=words_in(asked),
        )

    @property
    def query(self) -> str:
        """Back into an address."""
        return address_of({name: getattr(self, name) for name in ("year", "round", "kind", "state", "words")})


@dataclass(frozen=True)
class Cell:
    """One facility's items of one family in the round: how many there are, and how many reached the city."""

    family: str
    state: str
    sent: int
    all: int

    @property
    def words(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """Of its tag."""
        return TONES[self.state]

    @property
    def heat(self) -> str:
        """Of the map's square."""
        return HEAT[self.state]


@dataclass(frozen=True)
class OverviewRow:
    """One facility with where it stands in the round."""

    facility: Facility
    standing: Standing
    cells: tuple[Cell, ...]

    @property
    def needs_reminding(self) -> bool:
        """Something of the round has still to come."""
        return not self.standing.is_ahead and any(cell.state in TO_REMIND for cell in self.cells)


@dataclass(frozen=True)
class Overview:
    """The round of the year: the rows asked for, and all."""

    asked: OverviewQuestion
    rounds: tuple[Standing, ...]
    families: tuple[tuple[str, str], ...]
    rows: list[OverviewRow]
    everything: list[OverviewRow]

    @property
    def counts(self) -> list[tuple[str, str, str, int]]:
        """(state, in words, heat, how many cells)."""
        found = dict.fromkeys(STATES, 0)
        for row in self.everything:
            for cell in row.cells:
                found[cell.state] += 1
        return [(state, words, HEAT[state], found[state]) for state, words in STATES.items() if found[state]]

    @property
    def to_remind(self) -> list[OverviewRow]:
        """Of the rows shown, those from which something has still to come."""
        return [row for row in self.rows if row.needs_reminding]

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """What is shown, for the record."""
        return {"facility": [row.facility.pk for row in self.rows]}


def overview(asked: OverviewQuestion, municipality: Municipality, at: datetime) -> Overview:
    """Every facility that is asked for anything in the round: as many queries for a whole city as for one."""
    facilities = list(Facility.objects.order_by("number"))
    april = ServiceMonth(asked.year, 4)
    living = [one for one in facilities if one.lives_in(april) or one.lives_in(april.plus(11))]
    own = standings(municipality, living, asked.year, at)
    items = [(pack.family.value, item) for _, pack in released(asked.year) for item in pack.items]
    number = asked.round or _round_of_the_day(own, living, {item.rounds[0] for _, item in items})
    in_round = [(family, item) for family, item in items if number in item.rounds]
    families = tuple(
        (family.value, FAMILY_LABELS[family])
        for family in Family
        if any(one == family.value for one, _ in in_round)
    )
    by_place = _current(asked.year)
    everything = []
    for facility in living:
        standing = own[facility.pk][number - 1]
        cells = tuple(_cell(facility, family, in_round, by_place, standing) for family, _ in families)
        if any(cell.all for cell in cells):
            everything.append(OverviewRow(facility, standing, cells))
    rows = [row for row in everything if _fits(row, asked)]
    rounds = tuple(own[living[0].pk]) if living else ()
    return Overview(
        OverviewQuestion(asked.year, number, asked.kind, asked.state, asked.words),
        rounds,
        families,
        rows,
        everything,
    )


@dataclass(frozen=True)
class _Stand:
    """Where one application is, and the round its version was made in."""

    state: str
    round_number: int


Places = dict[tuple[UUID, str, str], _Stand]


def _current(year: int) -> Places:
    """Each application's state: the open version's, else approved."""
    found: Places = {}
    rows = ApplicationVersion.objects.filter(
        application__fiscal_year=year, status__in=(*OPEN_STATUS, VersionStatus.APPROVED)
    ).values_list(
        "facility_id", "application__family", "application__item_key", "status", "replaces_id", "round_number"
    )
    for facility_id, family, key, status, replaces, number in rows:
        place = (facility_id, family, key)
        if status == VersionStatus.APPROVED:
            found.setdefault(place, _Stand("approved", number))
        elif not (
            replaces and status == VersionStatus.DRAFT
        ):  # a change one is still writing takes nothing away
            found[place] = _Stand(OPEN_STATUS[VersionStatus(status)], number)
    return found


def _cell(
    facility: Facility,
    family: str,
    items: Sequence[tuple[str, Item]],
    by_place: Places,
    standing: Standing,
) -> Cell:
    own, states = [], []
    for one, item in items:
        if one != family or not is_asked(item, facility, standing):
            continue
        stand = by_place.get((facility.pk, family, item.key))
        # As on the facility's own pages: a change stands in the round it was made in, the rest in the item's first.
        if (stand.round_number if stand else item.rounds[0]) != standing.round.number:
            continue
        state = stand.state if stand else "missing"
        own.append(item)
        states.append("overdue" if state in {"missing", "draft"} and standing.is_over else state)
    if not own:
        return Cell(family, "none", 0, 0)
    order = list(STATES)
    worst = min(states, key=order.index)
    sent = sum(state in {"submitted", "approved"} for state in states)
    return Cell(family, worst, sent, len(own))


def _round_of_the_day(
    own: dict[UUID, list[Standing]], facilities: Sequence[Facility], asking: Collection[int]
) -> int:
    """The latest round that has begun and asks for something anew; before the first one, the first."""
    if not facilities:
        return 1
    begun = [one.round.number for one in own[facilities[0].pk] if one.round.opens_on <= one.today]
    return max((number for number in begun if number in asking), default=1)


def _fits(row: OverviewRow, asked: OverviewQuestion) -> bool:
    return fits_facility(row.facility, kind=asked.kind, words=asked.words) and (
        not asked.state or any(cell.state == asked.state for cell in row.cells)
    )
