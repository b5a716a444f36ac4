"""One item of one facility: the form to type into, or what was sent, with everything the page says about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from applications.blocks import Block, Typed, blocks_of, control_id, read_blocks
from applications.condition_checks import Findings, findings
from applications.contradicting import Contradiction, contradictions
from applications.definitions import Item, Months, Words
from applications.differences import Difference, as_sent, differences
from applications.entering import Entered, sentences_of
from applications.filling import FilledItem, Problem
from applications.models import Application, ApplicationVersion, ItemPack
from applications.operations.cases import Wanted, before_submission, hash_of, unread_in, unread_words
from applications.packs_in_force import item_of, pack_of, released_rows
from applications.queries.filled import fill_for, month_of
from applications.queries.wheel import applies_to, round_of
from applications.rounds import Standing, standings
from applications.states import PackState, VersionStatus
from applications.wording import people_in
from asking import together
from facilities.models import Facility, GrantedItem, Municipality
from facilities.periods import ServiceMonth
from staff_records.models import StaffMember
from staff_records.queries.figures import names_of

WANTED, FROM, TO = "form-wanted", "form-from", "form-to"


class NoSuchItem(Exception):
    """The facility has no such item in the year."""


@dataclass(frozen=True)
class Place:
    """An item of a facility's year with its versions, the newest first; ``pack`` is the one to save it with."""

    municipality: Municipality
    facility: Facility
    fiscal_year: int
    pack: ItemPack
    item: Item
    versions: tuple[ApplicationVersion, ...]
    application: Application | None = None
    granted: tuple[GrantedItem, ...] = ()

    @property
    def current(self) -> ApplicationVersion | None:
        """The version one works on."""
        return next((version for version in self.versions if version.is_open), None)

    @property
    def approved(self) -> ApplicationVersion | None:
        """The version that holds."""
        return next((one for one in self.versions if one.status == VersionStatus.APPROVED), None)

    @property
    def draft(self) -> ApplicationVersion | None:
        """The open version, while it is not sent."""
        current = self.current
        return current if current is not None and current.status == VersionStatus.DRAFT else None

    @property
    def is_asked(self) -> bool:
        """The pack is the one that holds; an item no pack has any more can be read and given up."""
        return self.pack.state == PackState.RELEASED

    @property
    def answered(self) -> ApplicationVersion | None:
        """The returned version that what is typed answers."""
        if self.draft is not None:
            return next((one for one in self.versions if one.pk == self.draft.answers_id), None)
        current = self.current
        return current if current is not None and current.status == VersionStatus.RETURNED else None

    @property
    def is_with_the_city(self) -> bool:
        """The open version waits for its decision."""
        return self.current is not None and self.current.status == VersionStatus.SUBMITTED

    @property
    def is_change(self) -> bool:
        """What is typed changes something approved."""
        return self.approved is not None

    @property
    def words(self) -> Words:
        """How the form asks whether it is applied for."""
        return self.item.change_words if self.is_change else self.item.words

    @property
    def start(self) -> ApplicationVersion | None:
        """What the form begins with."""
        return self.current or self.approved


@dataclass(frozen=True)
class People:
    """Names opened for this page: of whom values name, and of whom may be chosen; by the id of their row."""

    named: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """All of them."""
        return {**self.choices, **self.named}

    @property
    def ids(self) -> list[UUID]:
        """For the record."""
        return [UUID(one) for one in self.names]


@dataclass(frozen=True)
class FormView:
    """The form: what stands in it, what is missing, what the conditions say."""

    place: Place
    version: ApplicationVersion
    filled: FilledItem
    typed: Typed
    standing: Standing
    people: People
    findings: Findings | None
    remarks: Mapping[str, str] = field(default_factory=dict)
    held: Sequence[GrantedItem] = ()

    @cached_property
    def blocks(self) -> list[Block]:
        """All fields, with what the city wants put right at them."""
        blocks = blocks_of(self.filled, self.typed, self.people.names, self.people.choices)
        differing = {one.at: one.sentence for one in self.contradictions}
        return [
            replace(
                block,
                city_remark=self.remarks.get(block.field.key, ""),
                remark=block.remark or differing.get(block.field.key, ""),
            )
            for block in blocks
        ]

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """Where it says something else than what holds; a change means to, so none of it is told."""
        if self.place.is_change:
            return []
        return contradictions(
            self.place.item,
            is_wanted=self.version.is_wanted,
            options=self.filled.options,
            held=self.held,
        )

    @property
    def asked(self) -> list[Block]:
        """What stands in the form: asked, computed, and what differs from what is known."""
        return [block for block in self.blocks if block.state != "known"]

    @property
    def known(self) -> list[Block]:
        """What nobody has to type."""
        return [block for block in self.blocks if block.state == "known"]

    @property
    def known_shown(self) -> int:
        """How many of them hold for these values."""
        return sum(block.is_shown for block in self.known)

    @property
    def revision(self) -> int:
        """Of the draft the form stands on; 0 before there is one."""
        return self.place.draft.revision if self.place.draft else 0

    @property
    def shown_hash(self) -> str:
        """Everything that would be sent."""
        return hash_of(self.version, self.filled)

    @cached_property
    def missing(self) -> list[tuple[str, str]]:
        """What must be done before it can be sent: sentences with the id each leads to."""
        if self.version.is_wanted is None:
            return [(sentence, f"{control_id(WANTED)}-0") for sentence in self._sentences]
        places = {problem.sentence: self._target(problem) for problem in self.filled.problems}
        for name in reversed(unread_in(self.version, self.filled)):
            places[unread_words(self.filled, name)] = control_id(name)
        return [
            (sentence, places.get(sentence) or (control_id(FROM) if "月" in sentence else ""))
            for sentence in self._sentences
        ]

    @property
    def wanted_words(self) -> str:
        """Whether it is applied for, in words."""
        return self.place.words.answer(self.version.is_wanted)

    @property
    def amount_label(self) -> str:
        """What the item's amount is called."""
        item = self.place.item
        return item.field_named(item.amount).label if item.amount else ""

    @property
    def months(self) -> list[tuple[str, date]]:
        """The months of the year, for the choice of the first and last."""
        april = ServiceMonth(self.place.fiscal_year, 4)
        return [(str(april.plus(number)), april.plus(number).first_day) for number in range(12)]

    @property
    def has_months(self) -> bool:
        """It holds from a month that is chosen."""
        return self.place.item.months is Months.FROM

    @property
    def from_text(self) -> str:
        """The chosen first month, as the control has it."""
        return _month_text(self.version.from_month)

    @property
    def to_text(self) -> str:
        """The chosen last month."""
        return _month_text(self.version.to_month)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """What the page shows, for the record."""
        versions = [version.pk for version in self.place.versions]
        return {"application_version": versions, "staff_member": self.people.ids}

    @property
    def _sentences(self) -> list[str]:
        return before_submission(self.version, self.place.item, self.filled, self.place.fiscal_year)

    def _target(self, problem: Problem) -> str:
        block = next((one for one in self.blocks if one.field.key == problem.at), None)
        if block is None:
            return ""
        if problem.row is not None and problem.row < len(block.rows):
            return control_id(f"{problem.at}.{block.rows[problem.row].key}.{problem.column}")
        return block.target


@dataclass(frozen=True)
class ReadView:
    """What was sent, in words; ``changed`` is how it differs from what was approved before."""

    place: Place
    version: ApplicationVersion
    filled: FilledItem
    standing: Standing
    people: People
    before: ApplicationVersion | None
    changed: Sequence[Difference]

    @property
    def words(self) -> Words:
        """How it was asked whether it is applied for."""
        return self.place.item.change_words if self.before else self.place.item.words

    @property
    def wanted_words(self) -> str:
        """Whether it is applied for, in words."""
        return self.words.answer(self.version.is_wanted)

    @cached_property
    def blocks(self) -> list[Block]:
        """All fields that were sent."""
        return read_blocks(self.filled, self.people.names)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """What the page shows, for the record."""
        versions = [version.pk for version in self.place.versions]
        return {"application_version": versions, "staff_member": self.people.ids}


def find_place(
    municipality: Municipality, facility: Facility, fiscal_year: int, family: str, item_key: str
) -> Place:
    """
    The item with the facility's versions: one message.

    :raises NoSuchItem: nothing the facility may apply for, or ever has.
    """
    own = Application.objects.filter(
        facility=facility, fiscal_year=fiscal_year, family=family, item_key=item_key
    )
    rows = ApplicationVersion.objects.filter(application__in=own)
    kept = rows.exclude(status=VersionStatus.DISCARDED).select_related("application", "pack", "replaces")
    granted = GrantedItem.objects.filter(
        facility=facility, from_month__lte=ServiceMonth(fiscal_year + 1, 3).first_day
    ).exclude(to_month__lt=ServiceMonth(fiscal_year, 4).first_day)
    packs, found, begun, grants = together(released_rows(fiscal_year), kept.order_by("-number"), own, granted)
    versions = tuple(found)
    place = partial(
        Place,
        municipality,
        facility,
        fiscal_year,
        versions=versions,
        application=next(iter(begun), None),
        granted=tuple(grants),
    )
    for row in packs:
        item = pack_of(row).by_key.get(item_key)
        if row.family == family and item is not None and applies_to(item, facility, fiscal_year):
            return place(pack=row, item=item)
    if not versions:
        raise NoSuchItem(item_key)
    left = versions[0].pack
    return place(pack=left, item=item_of(left, item_key))


def form_view(place: Place, at: datetime, *, entered: Entered | None = None, **options: Any) -> FormView:
    """
    The form as it stands, or with what was just typed and could not be saved (``entered``, with ``wanted`` and
    ``reasons``).

    ``more_of`` is the table that is to have more empty rows; ``may_choose``: people can be chosen; ``remarks`` are the
    city's, by field key.
    """
    version = _to_fill(place, entered, options.get("wanted"), options.get("reasons", {}), at)
    filled = fill_for(place.facility, place.fiscal_year, place.item, version)
    unread: Mapping[str, str] = version.content.get("unread", {})
    typed = Typed(unread, sentences_of(place.item, unread), options.get("more_of", ""))
    month = month_of(place.item, version, place.fiscal_year)
    return FormView(
        place=place,
        version=version,
        filled=filled,
        typed=typed,
        standing=_standing(place, _round(place), at),
        people=_people(place, filled, may_choose=options.get("may_choose", True)),
        remarks=options.get("remarks", {}),
        held=_held(place, month),
        findings=findings(place.facility, month, filled) if version.is_wanted is not False else None,
    )


def _held(place: Place, month: ServiceMonth) -> list[GrantedItem]:
    """What is granted in the month the item begins."""
    first = month.first_day
    return [
        row
        for row in place.granted
        if row.from_month <= first and (row.to_month is None or row.to_month >= first)
    ]


def read_view(place: Place, version: ApplicationVersion, at: datetime) -> ReadView:
    """One version as it was sent, beside the approved one it replaced."""
    item = item_of(version.pack, place.item.key)
    filled = as_sent(item, version.content)
    before = version.replaces
    earlier = as_sent(item_of(before.pack, place.item.key), before.content) if before else None
    people = _people(place, filled, earlier, may_choose=False)
    return ReadView(
        place=place,
        version=version,
        filled=filled,
        standing=_standing(place, version.round_number, at),
        people=people,
        before=before,
        changed=differences(earlier, filled, people.names) if earlier else (),
    )


def _to_fill(
    place: Place,
    entered: Entered | None,
    wanted: Wanted | None,
    reasons: Mapping[str, str],
    at: datetime,
) -> ApplicationVersion:
    """The version the form shows; where there is no draft yet, one that is not kept."""
    start = place.start
    if start is not None and start.status == VersionStatus.DRAFT and entered is None:
        return start
    content = start.content if start is not None else {}
    shown = ApplicationVersion(
        municipality_id=place.facility.municipality_id,
        facility=place.facility,
        pack=place.pack,
        is_wanted=place.item.is_for_all or (start.is_wanted if start is not None else None),
        from_month=_first_month(place, start),
        to_month=start.to_month if start is not None and not _begins_change(place) else None,
        replaces=place.approved,
        saved_at=at,
    )
    typed = dict(content.get("typed", {}))
    kept: dict[str, Any] = {"typed": typed, "reasons": dict(content.get("reasons", {})), "unread": {}}
    if entered is not None:
        typed |= entered.values
        kept["unread"] = dict(entered.unread)
        kept["reasons"] |= dict(reasons)
    if wanted is not None:
        shown.is_wanted = place.item.is_for_all or wanted.is_wanted
        shown.from_month = wanted.from_month.first_day if wanted.from_month else None
        shown.to_month = wanted.to_month.first_day if wanted.to_month else None
    shown.content = kept
    return shown


def _begins_change(place: Place) -> bool:
    return place.current is None and place.approved is not None


def _first_month(place: Place, start: ApplicationVersion | None) -> date | None:
    """April for what begins with the year; whoever changes something says from when."""
    if place.item.months is not Months.FROM or _begins_change(place):
        return None
    return start.from_month if start is not None else ServiceMonth(place.fiscal_year, 4).first_day


def _round(place: Place) -> int:
    if _begins_change(place):
        return place.item.rounds[-1]
    return round_of(place.item, place.current)


def _standing(place: Place, number: int, at: datetime) -> Standing:
    own = standings(place.municipality, [place.facility], place.fiscal_year, at)[place.facility.pk]
    return next(standing for standing in own if standing.round.number == number)


def _people(place: Place, *filled: FilledItem | None, may_choose: bool) -> People:
    """Names of whom the page shows, and of nobody else; no query where it shows nobody."""
    values = [(one.field, one.value) for item in filled if item is not None for one in item.shown]
    named = people_in(values)
    chosen: set[str] = set()
    if may_choose and any("person" in own.kind for own in place.item.all_fields()):
        members = StaffMember.objects.filter(facility=place.facility, left_year__isnull=True)
        chosen = {str(pk) for pk in members.values_list("pk", flat=True)}
    if not named | chosen:
        return People()
    found = {str(pk): name for pk, name in names_of(map(UUID, named | chosen), _day(place)).items()}
    return People(
        {one: found[one] for one in named if one in found},
        {one: name for one, name in found.items() if one in chosen},
    )


def _day(place: Place) -> date:
    return ServiceMonth(place.fiscal_year, 4).first_day


def _month_text(month: date | None) -> str:
    return str(ServiceMonth.of(month)) if month else ""
