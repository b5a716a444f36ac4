"""The inbox of applications: what waits for whom, what deserves a look first, what is as it was."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from applications.definitions import FAMILY_LABELS, Item
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from approvals import permissions
from approvals.items.comparing import SEALED
from approvals.items.filters import address_of, fits_facility, kind_in, words_in, year_in
from approvals.items.holding import Stake
from approvals.items.noticing import Noticed, eyes_for, items_in, notice_all, packs_of
from approvals.items.subjects import ItemUnderReview, delegations_on, under_review
from approvals.models import Delegation, ItemDecision, ReviewRoute
from asking import together
from claims.queries.kept_findings import newest_months
from facilities.actors import Actor
from facilities.models import Facility
from facilities.periods import ServiceMonth

STATES: Final = {
    "waiting": "審査待ち",
    "second": "審査中",
    "returned": "差し戻し中",
    "approved": "承認済み",
}
TONES: Final = {"waiting": "now", "second": "ok", "returned": "bad", "approved": "ok"}
SORTS: Final = {
    "priority": "注意と金額の順",
    "number": "事業所番号順",
    "submitted": "提出の早い順",
    "amount": "金額の大きい順",
    "item": "項目順",
}
FOLDS: Final = {"item": "項目ごと", "facility": "施設ごと", "none": "まとめない"}
SHOWN: Final = (VersionStatus.SUBMITTED, VersionStatus.RETURNED, VersionStatus.APPROVED)


@dataclass(frozen=True)
class ItemQuestion:
    """The filters of the inbox, as they stand in the address. Nonsense there means «not asked»."""

    year: int | None
    this_year: int
    state: str = ""
    family: str = ""
    item: str = ""
    kind: str = ""
    words: str = ""
    sort: str = "priority"
    mine: bool = False
    fold: str = "item"

    @classmethod
    def of(cls, asked: QueryDict, at: datetime) -> "ItemQuestion":
        """
        Read the address; without a year, what is open of this one and the one before (whose reports come now) and what
        was approved of this one.
        """
        state, sort = asked.get("state", ""), asked.get("sort", "")
        family, fold = asked.get("family", ""), asked.get("fold", "")
        this = ServiceMonth.of(timezone.localdate(at)).fiscal_year
        return cls(
            year=year_in(asked.get("year", "")),
            this_year=this,
            state=state if state in STATES else "",
            family=family if family in FAMILY_LABELS else "",
            item=asked.get("item", "")[:40],
            kind=kind_in(asked),
            words=words_in(asked),
            sort=sort if sort in SORTS else "priority",
            mine=asked.get("mine") == "1",
            fold=fold if fold in FOLDS else "item",
        )

    @property
    def query(self) -> str:
        """Back into an address."""
        named = ("year", "state", "family", "item", "kind", "words", "sort")
        mine, fold = "1" if self.mine else "", "" if self.fold == "item" else self.fold
        return address_of({name: getattr(self, name) for name in named} | {"mine": mine, "fold": fold})

    @property
    def sort_words(self) -> str:
        """The order in words."""
        return SORTS[self.sort]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """For hidden fields beside a button."""
        return [(name, value) for name, value in QueryDict(self.query).items() if isinstance(value, str)]

    @property
    def years(self) -> tuple[int, ...]:
        """The fiscal years that are shown."""
        return (self.this_year, self.this_year - 1) if self.year is None else (self.year,)

    def shows(self, version: ApplicationVersion) -> bool:
        """Whether the version is of what is asked for, before any filter."""
        year = version.application.fiscal_year
        return year in self.years and (
            self.year is not None or year == self.this_year or version.status != VersionStatus.APPROVED
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything hides rows."""
        return bool(self.state or self.family or self.item or self.kind or self.words or self.mine)


@dataclass
class ItemRow:
    """One version of an application in the list."""

    noticed: Noticed
    subject: ItemUnderReview
    can_decide: bool
    in_place_of_somebody: bool = False

    @property
    def version(self) -> ApplicationVersion:
        """What is decided."""
        return self.noticed.version

    @property
    def state(self) -> str:
        """A key of ``STATES``."""
        if self.version.status == VersionStatus.SUBMITTED:
            return "second" if self.subject.decisions else "waiting"
        return str(self.version.status)

    @property
    def state_label(self) -> str:
        """The state in words, with the step while it waits."""
        words = STATES[self.state]
        return f"{words}（{self.subject.step_words}）" if self.subject.is_waiting else words

    @property
    def tone(self) -> str:
        """Of its tag."""
        return TONES[self.state]

    @property
    def goes_together(self) -> bool:
        """May be approved together with others by the reader."""
        return self.can_decide and (self.noticed.is_unchanged or self.noticed.asks_nothing)

    @property
    def why_not_together(self) -> str:
        """What stands against it; empty when nothing does."""
        if not self.can_decide:
            return "ご自分が決定する段階ではありません"
        if self.noticed.risk:
            return "・".join(flag.words for flag in self.noticed.flags)
        if self.noticed.is_unchanged or self.noticed.asks_nothing:
            return ""
        if self.noticed.stake is Stake.DEDUCTION:
            return "減算に当てはまらないという回答です"
        return "前回の承認内容と変わっています"


@dataclass(frozen=True)
class Neighbours:
    """The ``place`` of a row in a list of ``number`` rows, from 1, and those before and after it."""

    place: int
    number: int
    previous: UUID | None
    following: UUID | None


@dataclass
class ItemInbox:
    """The rows that were asked for, and all of the year."""

    asked: ItemQuestion
    rows: list[ItemRow]
    everything: list[ItemRow]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def mine(self) -> int:
        """How many wait for the reader."""
        return sum(row.can_decide for row in self.everything)

    @property
    def preselected(self) -> list[ItemRow]:
        """Those the reader may approve together."""
        return [row for row in self.rows if row.goes_together]

    def neighbours_of(self, version_id: UUID) -> "Neighbours | None":
        """Where a row of the list stands in it; None where it is not (any more) in the list."""
        ids = [row.version.pk for row in self.rows]
        if version_id not in ids:
            return None
        place = ids.index(version_id)
        return Neighbours(
            place + 1,
            len(ids),
            ids[place - 1] if place else None,
            ids[place + 1] if place + 1 < len(ids) else None,
        )

    def next_for_reader(self, version_id: UUID) -> UUID | None:
        """
        The next row of the list, after this one, that waits for the reader; after the last one from the top again.
        Asked before this one is decided: a decision moves it.
        """
        ids = [row.version.pk for row in self.rows]
        begin = ids.index(version_id) + 1 if version_id in ids else 0
        return next(
            (
                row.version.pk
                for row in (*self.rows[begin:], *self.rows[:begin])
                if row.can_decide and row.version.pk != version_id
            ),
            None,
        )

    @property
    def items(self) -> list[tuple[str, str]]:
        """(key, label) of the items there are, for the filter."""
        return sorted(
            {(row.version.application.item_key, row.version.application.label) for row in self.everything},
            key=lambda pair: pair[1],
        )

    def row_ids(self, rows: list[ItemRow] | None = None) -> dict[str, list[UUID]]:
        """What is shown, for the record."""
        return {"application_version": [row.version.pk for row in (self.rows if rows is None else rows)]}


def item_inbox(asked: ItemQuestion, *, by: Actor, at: datetime) -> ItemInbox:
    """
    What was sent: two queries for a whole city as for one, and those of the rooms where rows have changed since
    somebody looked.
    """
    years = {*asked.years, *(year - 1 for year in asked.years)}
    rows = ApplicationVersion.objects.filter(application__fiscal_year__in=years, status__in=SHOWN)
    found, packs, months, facilities, *ways = together(
        rows.select_related("application").defer(*SEALED),
        packs_of(rows),
        newest_months(),
        Facility.objects.all(),
        *_ways(rows, at),
    )
    by_id = {facility.pk: facility for facility in facilities}
    for version in found:
        version.facility = by_id[version.facility_id]
    found.sort(key=lambda one: (one.facility.number, one.application.family, one.application.item_key))
    approved = [version for version in found if version.status == VersionStatus.APPROVED]
    shown = [version for version in found if asked.shows(version)]
    eyes = eyes_for(shown, packs, months)
    everything = []
    subjects = _subjects(shown, eyes.items, *ways)
    for one, subject in zip(notice_all(shown, approved, eyes), subjects, strict=True):
        can = permissions.decide_item.allows(by, subject)
        everything.append(ItemRow(one, subject, can, can and by.duty != subject.role))
    wanted = [row for row in everything if _fits(row, asked)]
    return ItemInbox(asked, _sorted(wanted, asked.sort), everything, Counter(row.state for row in everything))


def waiting_for(*, by: Actor, at: datetime) -> int:
    """How many applications wait for this person, of whatever year: one query."""
    sent = ApplicationVersion.objects.filter(status=VersionStatus.SUBMITTED)
    versions, packs, *ways = together(
        sent.select_related("application").defer(*SEALED), packs_of(sent), *_ways(sent, at)
    )
    subjects = _subjects(versions, items_in(packs), *ways)
    return sum(permissions.decide_item.allows(by, subject) for subject in subjects)


def _ways(versions: QuerySet[ApplicationVersion], at: datetime) -> tuple[QuerySet[Any], ...]:
    """Decisions on the versions, the city's routes and today's delegations, for one message."""
    decisions = ItemDecision.objects.filter(version__in=versions.order_by().values("pk"))
    return decisions.order_by("step"), ReviewRoute.objects.all(), delegations_on(timezone.localdate(at))


def _subjects(
    versions: Sequence[ApplicationVersion],
    items: Mapping[tuple[UUID, str], Item],
    made: Iterable[ItemDecision],
    routes: Sequence[ReviewRoute],
    delegations: Sequence[Delegation],
) -> list[ItemUnderReview]:
    """The versions with their routes and decisions; the last three as ``_ways`` were answered."""
    decisions: dict[UUID, list[ItemDecision]] = defaultdict(list)
    for decision in made:
        decisions[decision.version_id].append(decision)
    return [
        under_review(
            version,
            items.get((version.pack_id, version.application.item_key)),
            own=routes,
            decisions=decisions[version.pk],
            delegations=delegations,
        )
        for version in versions
    ]


def _fits(row: ItemRow, asked: ItemQuestion) -> bool:
    application, facility = row.version.application, row.version.facility
    return (
        (not asked.state or row.state == asked.state)
        and (not asked.family or application.family == asked.family)
        and (not asked.item or application.item_key == asked.item)
        and fits_facility(facility, kind=asked.kind, words=asked.words)
        and (not asked.mine or row.can_decide)
    )


def _sorted(rows: list[ItemRow], sort: str) -> list[ItemRow]:
    keys = {
        "priority": lambda row: (
            not row.can_decide,
            not row.subject.is_waiting,
            *row.noticed.weight,
            row.version.facility.number,
        ),
        "submitted": lambda row: (row.version.submitted_at, row.version.facility.number),
        "amount": lambda row: (-(row.version.amount_yen or 0), row.version.facility.number),
        "item": lambda row: (row.version.application.label, row.version.facility.number),
    }
    return sorted(rows, key=keys[sort]) if sort in keys else rows
