"""
加算の確認 of the whole city: which facilities claim what they may not, and what they could claim.

What the conditions have said is kept until anything they ask of has changed (``claims.queries.kept_findings``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict

from approvals.queries import counted_months
from asking import together
from claims.findings_told import FindingsTold, FindingTold
from claims.queries.additions import ASK, COULD, FAILS, MAYBE, MUST, REACH
from claims.queries.kept_findings import findings_asked, findings_of
from facilities.models import Facility, FacilityKind
from facilities.periods import ServiceMonth
from pricing.vocabulary import ITEM_LABELS

# As tags and filters: shorter than the headings of one facility's page, in the order of what deserves a look.
STATES: Final = {
    FAILS: "要件を満たさない可能性",
    MUST: "減算が必要な可能性",
    ASK: "請求中で要確認",
    MAYBE: "減算の確認",
    COULD: "請求できる可能性",
    REACH: "条件が足りない",
}
SHOWN_AS_NUMBERS: Final = (ASK, COULD, REACH)


@dataclass(frozen=True)
class AdditionsQuestion:
    """The filters, as they stand in the address. Nonsense there means «not asked»."""

    month: ServiceMonth | None
    state: str = ""
    kind: str = ""
    code: str = ""
    words: str = ""

    @classmethod
    def of(cls, asked: QueryDict) -> "AdditionsQuestion":
        """Read the address; without a month, the newest one is meant."""
        try:
            month: ServiceMonth | None = ServiceMonth.parse(asked.get("month", ""))
        except ValueError:
            month = None
        state, kind, code = asked.get("state", ""), asked.get("kind", ""), asked.get("item", "")
        return cls(
            month=month,
            state=state if state in STATES else "",
            kind=kind if kind in FacilityKind.values else "",
            code=code if code in ITEM_LABELS else "",
            words=asked.get("words", "").strip()[:60],
        )

    @property
    def query(self) -> str:
        """Back into an address."""
        values = QueryDict(mutable=True)
        named = (("state", self.state), ("kind", self.kind), ("item", self.code), ("words", self.words))
        for name, value in (("month", str(self.month or "")), *named):
            if value:
                values[name] = value
        return values.urlencode()

    def wants(self, row: "AdditionsRow") -> bool:
        """Whether the row passes every filter."""
        if self.kind and row.facility.kind != self.kind:
            return False
        if self.words and self.words not in row.facility.name and self.words not in row.facility.number:
            return False
        return not (self.state or self.code) or any(row.has(state, self.code) for state in self._states)

    @property
    def _states(self) -> tuple[str, ...]:
        return (self.state,) if self.state else tuple(STATES)

    def found_in(self, row: "AdditionsRow") -> Iterator[FindingTold]:
        """The findings of a row that the filters ask for."""
        for state in self._states if row.told else ():
            for one in row.of_state(state):
                if not self.code or one.code == self.code:
                    yield one


@dataclass(frozen=True)
class AdditionsRow:
    """One facility; ``told`` None: its counts of the month have not come."""

    facility: Facility
    told: FindingsTold | None

    def has(self, state: str, code: str = "") -> bool:
        """Whether anything, or this item, is found in the state."""
        if self.told is None:
            return False
        codes = self.told.codes.get(state, frozenset())
        return code in codes if code else bool(codes)

    def of_state(self, state: str) -> tuple[FindingTold, ...]:
        """The findings of the state."""
        return self.told.of_state(state) if self.told else ()

    def number_of(self, state: str) -> int:
        """How many findings of the state there are."""
        return len(self.of_state(state))

    @property
    def failing(self) -> tuple[FindingTold, ...]:
        """Claimed, and a condition fails."""
        return self.of_state(FAILS)

    @property
    def demanded(self) -> tuple[FindingTold, ...]:
        """Deductions the facts demand."""
        return self.of_state(MUST)

    @property
    def numbers(self) -> tuple[tuple[str, int], ...]:
        """(state in words, how many) of the other states that have any."""
        found = ((STATES[state], self.number_of(state)) for state in SHOWN_AS_NUMBERS)
        return tuple([(words, number) for words, number in found if number])


@dataclass(frozen=True)
class CityAdditions:
    """The month's facilities that were asked for, failing ones first."""

    month: ServiceMonth | None
    months: list[ServiceMonth]
    rows: list[AdditionsRow]
    everything: list[AdditionsRow]

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        return {"facility": [row.facility.pk for row in self.rows]}

    @property
    def numbers(self) -> list[tuple[str, str, int]]:
        """(state, in words, how many facilities) over the whole city."""
        return [
            (state, words, sum(row.has(state) for row in self.everything)) for state, words in STATES.items()
        ]

    @property
    def items(self) -> list[tuple[str, str]]:
        """The items that are found anywhere, for the filter."""
        found = {
            code
            for row in self.everything
            if row.told
            for state in STATES
            for code in row.told.codes.get(state, ())
        }
        return [(code, label) for code, label in ITEM_LABELS.items() if code in found]


def city_additions(asked: AdditionsQuestion) -> CityAdditions:
    """
    All facilities that claim in the month: two queries where nothing has changed since the last look; else those of
    ``additions_in`` besides.
    """
    found, facilities = together(counted_months(), Facility.objects.order_by("number"))
    months = [ServiceMonth.of(month) for month in found]
    month = asked.month if asked.month in months else next(iter(months), None)
    if month is None:
        return CityAdditions(None, months, [], [])
    told = findings_of(month, *together(*findings_asked(month)))
    everything = [
        AdditionsRow(facility, told.get(facility.pk))
        for facility in facilities
        if not facility.is_public and (facility.pk in told or facility.lives_in(month))
    ]
    rows = [row for row in everything if asked.wants(row)]
    rows.sort(key=lambda row: (-row.number_of(FAILS), -row.number_of(MUST), row.facility.number))
    return CityAdditions(month, months, rows, everything)
