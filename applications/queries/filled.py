"""
Items filled with what the product knows now: for one facility's page, or for many facilities in the same few queries.

Known are, in the order a field names them, what rooms tell (``sources``), what other items of the year and the same
item of last year have said (``item.…``, ``last_year.…``), and each fact of conditions: as rooms tell it, else wherever
it was typed this year, else as the facility has answered it to the conditions themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from applications import sources
from applications.definitions import Field, Item
from applications.facts import ANSWER, FACT
from applications.filling import OF_LAST_YEAR, FilledItem, Given, fill, is_empty
from applications.models import ApplicationVersion
from applications.packs_in_force import pack_of
from applications.rows_read import with_applications
from applications.sources import Asking, Known
from applications.states import VersionStatus
from facilities.keeping import Read
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words

# What one version says others may repeat: as soon as it was sent, the approved one first.
SAID: Final = (VersionStatus.APPROVED, VersionStatus.SUBMITTED)


@dataclass
class Said:
    """What the applications of a facility have said: values by item, of the year and of the year before; facts."""

    this_year: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    last_year: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: dict[str, tuple[str, Any]] = field(default_factory=dict)
    # Of drafts: fact → label of the item, value. Only what is never typed repeats it, so that a round can be sent in
    # one act and no two drafts wait for each other.
    drafted: dict[str, tuple[str, Any]] = field(default_factory=dict)


def fill_for(
    facility: Facility, fiscal_year: int, item: Item, version: ApplicationVersion | None
) -> FilledItem:
    """One item of one facility: what is known now and what its version has typed."""
    return fill_many([(facility, item, version)], fiscal_year)[0]


def fill_many(
    wanted: Sequence[tuple[Facility, Item, ApplicationVersion | None]], fiscal_year: int
) -> list[FilledItem]:
    """Items of facilities, in their order. The rooms are asked once for each month from which items hold."""
    facilities = list({facility.pk: facility for facility, _, _ in wanted}.values())
    said = said_by(facilities, fiscal_year)
    groups: dict[ServiceMonth, list[tuple[Facility, Item, ApplicationVersion | None]]] = {}
    for one in wanted:
        groups.setdefault(_month_of(one[2], fiscal_year), []).append(one)
    told: dict[tuple[UUID, ServiceMonth], Known] = {}
    for month, members in groups.items():
        names = frozenset(name for _, item, _ in members for name in _names_of(item))
        own = {facility.pk: facility for facility, _, _ in members}
        for facility_id, known in sources.known(
            Asking(list(own.values()), fiscal_year, month, names)
        ).items():
            told[facility_id, month] = known
    return [
        fill(
            item,
            fiscal_year=fiscal_year,
            known=_known(
                item, told[facility.pk, _month_of(version, fiscal_year)], said[facility.pk], fiscal_year
            ),
            typed=version.content.get("typed", {}) if version else {},
            reasons=version.content.get("reasons", {}) if version else {},
        )
        for facility, item, version in wanted
    ]


def rows_read(fiscal_year: int) -> list[Read]:
    """Every row that ``fill_many`` reads for items of the year, of whichever facilities (a test looks)."""
    return [*sources.rows_read(fiscal_year), *with_applications(_saying(fiscal_year))]


def said_by(facilities: Sequence[Facility], fiscal_year: int) -> dict[UUID, Said]:
    """What the facilities' applications of the year and the year before have said: one query."""
    found = {facility.pk: Said() for facility in facilities}
    rows = (
        _saying(fiscal_year)
        .filter(facility__in=facilities)
        .select_related("application", "pack")
        .order_by("status", "number")  # approved before submitted: what was sent last is the newest word
    )
    drafts = []
    for version in rows:
        own, application = found[version.facility_id], version.application
        if version.status == VersionStatus.DRAFT:
            drafts.append(version)
            continue
        values = {key: kept["value"] for key, kept in version.content.get("sent", {}).items()}
        if application.fiscal_year < fiscal_year:
            if version.status == VersionStatus.APPROVED:
                own.last_year[application.item_key] = values
            continue
        own.this_year[application.item_key] = values
        own.facts.update({name: (application.item_key, value) for name, value in version.facts.items()})
    for version in drafts:
        if version.application.fiscal_year == fiscal_year and version.is_wanted is not False:
            _read_draft(version, found[version.facility_id])
    return found


def _saying(fiscal_year: int) -> QuerySet[ApplicationVersion]:
    """Whatever applications of the year and the year before say."""
    rows: QuerySet[ApplicationVersion] = ApplicationVersion.objects.filter(
        application__fiscal_year__in=(fiscal_year, fiscal_year - 1), status__in=(*SAID, VersionStatus.DRAFT)
    )
    return rows


def _read_draft(version: ApplicationVersion, said: Said) -> None:
    """What a draft will say of facts: as it was typed, else as it is repeated from last year."""
    item = pack_of(version.pack).by_key.get(version.application.item_key)
    if item is None:  # loaded packs may drop an item; its draft says nothing
        return
    typed, before = version.content.get("typed", {}), said.last_year.get(item.key, {})
    for own in item.fields:
        if not own.fact or not own.is_typed:
            continue
        value = typed.get(own.key)
        for name in own.known_from if is_empty(value) else ():
            if name.startswith(OF_LAST_YEAR):
                value = before.get(name.removeprefix(OF_LAST_YEAR))
        if not is_empty(value):
            said.drafted[own.fact] = (item.label, value)


def _known(item: Item, told: Known, said: Said, fiscal_year: int) -> Known:
    known = dict(told)
    for own in item.all_fields():
        for name in own.known_from:
            kind, _, rest = name.partition(".")
            if kind == "item":
                key, _, column = rest.partition(".")
                _add(known, name, said.this_year.get(key, {}).get(column), "今年度の申請")
            elif kind == "last_year":
                words = f"{fiscal_year_words(fiscal_year - 1)}の申請"
                _add(known, name, said.last_year.get(item.key, {}).get(rest), words)
        for fact in _facts_of(own):
            key, value = said.facts.get(fact, (item.key, None))
            if key != item.key:
                _add(known, f"{FACT}{fact}", value, "今年度の別の申請")
            if own.otherwise and fact in said.drafted:
                label, value = said.drafted[fact]
                _add(known, f"{FACT}{fact}", value, f"「{label}」の入力（提出前）")
            if answered := known.pop(f"{ANSWER}{fact}", None):
                known.setdefault(f"{FACT}{fact}", answered)
    return known


def _add(known: Known, name: str, value: Any, words: str) -> None:
    if value is not None and name not in known:
        known[name] = Given(value, words)


def _names_of(item: Item) -> Iterable[str]:
    for own in item.all_fields():
        yield from own.known_from
        for fact in _facts_of(own):
            yield from (f"{FACT}{fact}", f"{ANSWER}{fact}")


def _facts_of(own: Field) -> set[str]:
    """The facts a field answers or repeats."""
    repeated = {name.removeprefix(FACT) for name in own.known_from if name.startswith(FACT)}
    return repeated | ({own.fact} if own.fact else set())


def _month_of(version: ApplicationVersion | None, fiscal_year: int) -> ServiceMonth:
    """The month from which the item holds; April while nobody has said."""
    if version is None or version.from_month is None:
        return ServiceMonth(fiscal_year, 4)
    return ServiceMonth.of(version.from_month)
