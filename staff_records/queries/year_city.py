"""The year start of the whole city: every facility with the state of its roster, without a name of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone

from facilities.models import Facility, FacilityProfile, Municipality
from facilities.periods import ServiceMonth
from facilities.queries import facility_rows
from staff_records.models import RosterSnapshot
from staff_records.operations.rounds import due_of, is_asked
from staff_records.operations.year_start import needs_no_look
from staff_records.queries.year_start import STATES, state_of
from staff_records.roster_figures import RosterFigures
from staff_records.states import SnapshotStatus
from staff_records.year_roster import first_day_of


@dataclass(frozen=True)
class CityQuestion:
    """What is asked of the list."""

    state: str = ""
    words: str = ""

    @classmethod
    def of(cls, sent: QueryDict) -> "CityQuestion":
        """From an address; an unknown state asks for all."""
        state = sent.get("state", "")
        return cls(state if state in STATES else "", sent.get("words", "").strip()[:60])

    @property
    def query(self) -> str:
        """For an address."""
        return urlencode({name: value for name, value in vars(self).items() if value})


@dataclass(frozen=True)
class CityYearRow:
    """One facility: its newest version that was not taken back, what that says, and what it is granted."""

    facility: Facility
    state: str
    snapshot: RosterSnapshot | None
    profile: FacilityProfile | None
    is_late: bool

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return STATES[self.state][0]

    @property
    def label(self) -> str:
        """The state in words."""
        return STATES[self.state][1]

    @property
    def figures(self) -> RosterFigures:
        """As they were sent."""
        return RosterFigures.of_json(self.snapshot.figures) if self.snapshot else RosterFigures()

    @property
    def since(self) -> Mapping[str, int] | None:
        """How many joined, left and changed since the accepted roster of a year before."""
        found: Mapping[str, int] | None = self.snapshot.figures.get("since") if self.snapshot else None
        return found

    @property
    def rates_differ(self) -> bool:
        """Its figures give other rates than are granted."""
        figures = self.figures
        if self.profile is None or figures.base_percent is None:
            return False
        return (figures.base_percent, figures.wage_percent) != (
            self.profile.base_percent,
            self.profile.wage_percent,
        )

    @property
    def may_be_accepted(self) -> bool:
        """Together with others, without a look of its own."""
        return (
            self.state == "submitted"
            and self.snapshot is not None
            and needs_no_look(self.snapshot, self.profile)
        )


@dataclass(frozen=True)
class CityYear:
    """All facilities of a year; ``rows`` those that were asked for."""

    fiscal_year: int
    day: date
    due: date
    rows: list[CityYearRow]
    everything: list[CityYearRow]

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """Every state with its words and how many facilities are in it."""
        return [
            (state, label, sum(row.state == state for row in self.everything))
            for state, (_, label) in STATES.items()
        ]

    @property
    def selectable(self) -> int:
        """How many of the rows may be accepted together."""
        return sum(row.may_be_accepted for row in self.rows)

    @property
    def persons(self) -> int:
        """Members of staff on what was sent."""
        return sum(row.figures.persons for row in self.everything)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """What is shown, for the record."""
        return {
            "facility": [row.facility.pk for row in self.rows],
            "roster_snapshot": [row.snapshot.pk for row in self.rows if row.snapshot],
        }


def city_year(fiscal_year: int, own: Municipality, asked: CityQuestion) -> CityYear:
    """Every facility that is run on 1 April of the year, or has sent its roster: six queries, however many they are."""
    day, due = first_day_of(fiscal_year), due_of(own, fiscal_year)
    month, today = ServiceMonth.of(day), timezone.localdate()
    versions: dict[UUID, list[RosterSnapshot]] = {}
    for snapshot in RosterSnapshot.objects.filter(fiscal_year=fiscal_year).order_by("-version"):
        versions.setdefault(snapshot.facility_id, []).append(snapshot)
    everything = []
    for found in facility_rows(month):
        mine = versions.get(found.facility.pk, [])
        if not found.is_run_in(month) or not (mine or is_asked(found.facility, fiscal_year)):
            continue
        state = state_of(mine)
        everything.append(
            CityYearRow(
                facility=found.facility,
                state=state,
                snapshot=next((one for one in mine if one.status != SnapshotStatus.WITHDRAWN), None),
                profile=found.profile,
                is_late=today > due and state in {"missing", "returned"},
            )
        )
    return CityYear(fiscal_year, day, due, [row for row in everything if _is_asked(row, asked)], everything)


def _is_asked(row: CityYearRow, asked: CityQuestion) -> bool:
    named = not asked.words or asked.words in row.facility.name or asked.words in row.facility.number
    return named and (not asked.state or row.state == asked.state)
