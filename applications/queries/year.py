"""
A facility's year of applications: every item it may apply for, where each stands, and what can be sent with its round.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Family, Item, Months, Stage
from applications.filling import FilledItem
from applications.models import ApplicationVersion, ItemPack
from applications.models.cases import CURRENT
from applications.operations.cases import before_submission
from applications.packs_in_force import item_of, pack_of, released_rows
from applications.queries.filled import fill_many
from applications.queries.wheel import applies_to, is_asked, round_of
from applications.rounds import Standing, standing_rows, standings_by
from applications.states import VersionStatus
from asking import together
from facilities.models import Facility, Municipality
from pages.wareki import month_words


class State(StrEnum):
    """Where an item stands for its facility."""

    EMPTY = "empty"
    DRAFT = "draft"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DECLINED = "declined"


STATE_LABELS: Final[Mapping[State, str]] = {
    State.EMPTY: "未入力",
    State.DRAFT: "入力中",
    State.RETURNED: "差し戻し",
    State.SUBMITTED: "提出済み",
    State.APPROVED: "承認済み",
    State.DECLINED: "申請しない・該当しない",
}
STATE_TONES: Final[Mapping[State, str]] = {
    State.EMPTY: "off",
    State.DRAFT: "warn",
    State.RETURNED: "bad",
    State.SUBMITTED: "now",
    State.APPROVED: "ok",
    State.DECLINED: "off",
}
OF_STATUS: Final = {
    VersionStatus.DRAFT: State.DRAFT,
    VersionStatus.RETURNED: State.RETURNED,
    VersionStatus.SUBMITTED: State.SUBMITTED,
    VersionStatus.APPROVED: State.APPROVED,
}


@dataclass(frozen=True)
class Line:
    """
    One item of the year. ``current`` is the version one works on, ``approved`` the one that holds; ``filled`` and
    ``problems`` are those of what is still to be sent.
    """

    pack: ItemPack
    item: Item
    standing: Standing
    current: ApplicationVersion | None
    approved: ApplicationVersion | None
    filled: FilledItem | None = None
    problems: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The family's key, as it stands in addresses."""
        return self.pack.family

    @property
    def shown(self) -> ApplicationVersion | None:
        """The version the line tells of."""
        return self.current or self.approved

    @property
    def state(self) -> State:
        """Where it stands; what is sent and says no is «not applied for»."""
        version = self.shown
        if version is None:
            return State.EMPTY
        state = OF_STATUS[VersionStatus(version.status)]
        says_no = version.is_wanted is False and version.replaces_id is None
        return State.DECLINED if says_no and state in {State.SUBMITTED, State.APPROVED} else state

    @property
    def tone(self) -> str:
        """Of its tag."""
        return STATE_TONES[self.state]

    @property
    def state_words(self) -> str:
        """What the tag says."""
        version = self.current
        if self.state is State.DRAFT and version is not None:
            if version.replaces_id is not None:
                return "変更を入力中"
            if version.is_wanted is False:
                return f"{self.item.words.no}（提出前）"
        if self.state is State.SUBMITTED and version is not None and version.replaces_id is not None:
            return "変更を提出済み"
        return self.item.words.no if self.state is State.DECLINED else STATE_LABELS[self.state]

    @property
    def no_words(self) -> str:
        """What a «no» is called: of a change, that it ends."""
        is_change = self.shown is not None and self.shown.replaces_id is not None
        return (self.item.change_words if is_change else self.item.words).no

    @property
    def stage_words(self) -> str:
        """申請 or 実績報告."""
        return STAGE_LABELS[self.item.stage]

    @property
    def months_words(self) -> str:
        """From which month to which it holds."""
        version = self.shown
        if version is None or version.is_wanted is False:
            return ""
        if self.item.months is Months.MARCH:
            return "3月"
        if self.item.months is Months.YEAR or version.from_month is None:
            return "年度" if self.item.months is Months.YEAR else ""
        end = f"{month_words(version.to_month)}まで" if version.to_month else ""
        return f"{month_words(version.from_month)}から{end}"

    @property
    def amount_yen(self) -> int | None:
        """The item's amount: as it was sent, or as it is filled in now."""
        version = self.shown
        if version is not None and version.is_wanted is False:
            return None
        if self.filled is not None:
            return self.filled.amount_yen
        return version.amount_yen if version else None

    @property
    def is_to_be_sent(self) -> bool:
        """A draft."""
        return self.state is State.DRAFT

    @property
    def is_ready(self) -> bool:
        """A draft nothing is missing in."""
        return self.is_to_be_sent and not self.problems

    @property
    def may_be_declined(self) -> bool:
        """Nobody has said yet that it is applied for."""
        if self.item.stage is not Stage.APPLICATION or self.item.is_for_all or self.approved is not None:
            return False
        version = self.current
        return version is None or (version.status == VersionStatus.DRAFT and version.is_wanted is None)

    @property
    def place(self) -> str:
        """What a tick of this line sends: the pack and the item it was shown with."""
        return f"{self.pack.pk}.{self.item.key}"


@dataclass(frozen=True)
class RoundOfYear:
    """One round with its items."""

    standing: Standing
    lines: tuple[Line, ...]

    @property
    def ready(self) -> tuple[Line, ...]:
        """Complete drafts."""
        return tuple(line for line in self.lines if line.is_ready)

    @property
    def unready(self) -> tuple[Line, ...]:
        """Drafts with something missing or wrong."""
        return tuple(line for line in self.lines if line.is_to_be_sent and line.problems)

    @property
    def returned(self) -> tuple[Line, ...]:
        """What the city has sent back."""
        return tuple(line for line in self.lines if line.state is State.RETURNED)

    @property
    def empty(self) -> tuple[Line, ...]:
        """What nobody has begun."""
        return tuple(line for line in self.lines if line.state is State.EMPTY)

    @property
    def done(self) -> int:
        """How many are with the city or through."""
        return len(self.lines) - len(self.ready) - len(self.unready) - len(self.returned) - len(self.empty)

    @property
    def number(self) -> int:
        """1 to 6."""
        return self.standing.round.number

    @property
    def is_done(self) -> bool:
        """Everything is with the city or through."""
        return self.done == len(self.lines)


@dataclass(frozen=True)
class Year:
    """Everything of the year; ``lines`` in the order of packs."""

    fiscal_year: int
    lines: tuple[Line, ...]
    standings: tuple[Standing, ...]

    @cached_property
    def rounds(self) -> tuple[RoundOfYear, ...]:
        """The rounds in which the facility has anything to do."""
        made = [
            RoundOfYear(
                standing,
                tuple(line for line in self.lines if line.standing.round.number == standing.round.number),
            )
            for standing in self.standings
        ]
        return tuple(one for one in made if one.lines)

    def round(self, number: int) -> RoundOfYear | None:
        """The round of this number, where it has items."""
        return next((one for one in self.rounds if one.number == number), None)

    @property
    def families(self) -> list[tuple[str, str]]:
        """The families that have items, as (key, label)."""
        keys = dict.fromkeys(line.family for line in self.lines)
        return [(key, FAMILY_LABELS[Family(key)]) for key in keys]

    @property
    def version_ids(self) -> list[UUID]:
        """The versions the year shows, for the record."""
        return [line.shown.pk for line in self.lines if line.shown is not None]


def year_of(municipality: Municipality, facility: Facility, fiscal_year: int, at: datetime) -> Year:
    """
    The facility's year: one message, and what the rooms are asked, however many items; drafts that begin in other
    months than April ask the rooms once more for each such month.
    """
    rounds, again, packs, versions = together(
        *standing_rows([facility], fiscal_year), released_rows(fiscal_year), _versions(facility, fiscal_year)
    )
    own = standings_by(municipality, [facility], fiscal_year, at, rounds, again)[facility.pk]
    by_item: dict[tuple[str, str], list[ApplicationVersion]] = {}
    for version in versions:
        place = version.application.family, version.application.item_key
        by_item.setdefault(place, []).append(version)
    lines = [
        line
        for row in packs
        for item in pack_of(row).items
        if applies_to(item, facility, fiscal_year)
        and _is_shown(line := _line(row, item, own, by_item.pop((row.family, item.key), [])), facility)
    ]
    # What was applied for by a pack that asks it no more is still the facility's.
    lines += [_line(left[0].pack, item, own, left) for left, item in _left_over(by_item)]
    return Year(fiscal_year, tuple(_filled(facility, fiscal_year, lines)), tuple(own))


def years_with_packs() -> list[int]:
    """The fiscal years that have released packs, newest first: one query."""
    rows = ItemPack.objects.filter(state="released").values_list("fiscal_year", flat=True)
    return sorted(set(rows), reverse=True)


def _versions(facility: Facility, fiscal_year: int) -> QuerySet[ApplicationVersion]:
    return ApplicationVersion.objects.filter(
        facility=facility,
        application__fiscal_year=fiscal_year,
        status__in=(*CURRENT, VersionStatus.APPROVED),
    ).select_related("application", "pack")


def _left_over(
    by_item: Mapping[tuple[str, str], list[ApplicationVersion]],
) -> Iterable[tuple[list[ApplicationVersion], Item]]:
    for (_, key), versions in by_item.items():
        yield versions, item_of(versions[0].pack, key)


def _line(
    pack: ItemPack, item: Item, own: Sequence[Standing], versions: Sequence[ApplicationVersion]
) -> Line:
    current = next((version for version in versions if version.is_open), None)
    approved = next((one for one in versions if one.status == VersionStatus.APPROVED), None)
    number = round_of(item, current or approved)
    standing = next(one for one in own if one.round.number == number)
    return Line(pack, item, standing, current, approved)


def _is_shown(line: Line, facility: Facility) -> bool:
    """What was begun, and what the round asks for."""
    return line.shown is not None or is_asked(line.item, facility, line.standing)


def _filled(facility: Facility, fiscal_year: int, lines: Sequence[Line]) -> list[Line]:
    """The drafts with what is known now and what is missing in them."""
    drafts = [line for line in lines if line.is_to_be_sent and line.current is not None]
    filled = fill_many([(facility, line.item, line.current) for line in drafts], fiscal_year)
    made = {}
    for line, one in zip(drafts, filled, strict=True):
        assert line.current is not None
        problems = tuple(before_submission(line.current, line.item, one, fiscal_year))
        made[line.item.key, line.family] = Line(
            line.pack, line.item, line.standing, line.current, line.approved, one, problems
        )
    return [made.get((line.item.key, line.family), line) for line in lines]
