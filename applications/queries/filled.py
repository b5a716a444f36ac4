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
from applications.definitions import Field, Item, Months
from applications.facts import ANSWER, FACT
from applications.filling import Filled, FilledItem, Given, Origin, fill, needs_of
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


# An item of a year: family and key.
Place = tuple[str, str]
# Of drafts: fact → label of the item, value.
Drafted = dict[str, tuple[str, Any]]


@dataclass
class Said:
    """
    What the applications of a facility have said: values by item, of the year and of the year before; facts with the
    item that says them. Items are told apart by family and key: two families may give one key to two items.
    """

    this_year: dict[Place, Mapping[str, Any]] = field(default_factory=dict)
    last_year: dict[Place, Mapping[str, Any]] = field(default_factory=dict)
    facts: dict[str, tuple[Place, Any]] = field(default_factory=dict)
    # Of what drafts will say only fields that are never typed repeat a fact, so that a round can be sent in one act and
    # no two drafts wait for each other.
    drafts: list[tuple[Item, ApplicationVersion]] = field(default_factory=list)


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
        groups.setdefault(month_of(one[1], one[2], fiscal_year), []).append(one)
    told: dict[tuple[UUID, ServiceMonth], Known] = {}
    drafted: dict[tuple[UUID, ServiceMonth], Drafted] = {}
    for month, members in groups.items():
        own = {facility.pk: facility for facility, _, _ in members}
        repeated = {fact for _, item, _ in members for fact in _repeated_facts(item)}
        drafts = {key: [one for one in said[key].drafts if _says(one[0], repeated)] for key in own}
        fields = [field for _, item, _ in members for field in item.all_fields()]
        fields += [field for found in drafts.values() for item, _ in found for field in _deciding(item)]
        asking = Asking(list(own.values()), fiscal_year, month, frozenset(_names_of(fields)))
        for facility_id, known in sources.known(asking).items():
            told[facility_id, month] = known
            drafted[facility_id, month] = _drafted(drafts[facility_id], known, said[facility_id], fiscal_year)
    filled = []
    for facility, item, version in wanted:
        key = facility.pk, month_of(item, version, fiscal_year)
        filled.append(
            fill(
                item,
                fiscal_year=fiscal_year,
                known=_known(item, told[key], said[facility.pk], drafted[key], fiscal_year),
                typed=version.content.get("typed", {}) if version else {},
                reasons=version.content.get("reasons", {}) if version else {},
            )
        )
    return filled


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
        place = application.family, application.item_key
        if version.status == VersionStatus.DRAFT:
            drafts.append(version)
            continue
        values = {key: kept["value"] for key, kept in version.content.get("sent", {}).items()}
        if application.fiscal_year < fiscal_year:
            if version.status == VersionStatus.APPROVED:
                own.last_year[place] = values
            continue
        own.this_year[place] = values
        own.facts.update({name: (place, value) for name, value in version.facts.items()})
    for version in drafts:
        if version.application.fiscal_year != fiscal_year or version.is_wanted is False:
            continue
        item = pack_of(version.pack).by_key.get(version.application.item_key)
        if item is not None:  # loaded packs may drop an item
            found[version.facility_id].drafts.append((item, version))
    return found


def _saying(fiscal_year: int) -> QuerySet[ApplicationVersion]:
    """Whatever applications of the year and the year before say."""
    rows: QuerySet[ApplicationVersion] = ApplicationVersion.objects.filter(
        application__fiscal_year__in=(fiscal_year, fiscal_year - 1), status__in=(*SAID, VersionStatus.DRAFT)
    )
    return rows


def _says_fact(own: Field) -> bool:
    return bool(own.fact) and own.is_typed


def _says(item: Item, facts: set[str]) -> bool:
    return any(_says_fact(own) and own.fact in facts for own in item.fields)


def _repeated_facts(item: Item) -> set[str]:
    """The facts the item repeats and never asks."""
    return {fact for own in item.fields if own.otherwise for fact in _facts_of(own)}


def _deciding(item: Item) -> list[Field]:
    """The fields that decide, by whatever way, which fields of a draft hold and say their facts."""
    by_key = {own.key: own for own in item.fields}
    found: dict[str, Field] = {}
    waiting = [name for own in item.fields if _says_fact(own) for name in needs_of(own)]
    while waiting:
        own = by_key.get(waiting.pop())
        if own is not None and own.key not in found:
            found[own.key] = own
            waiting += needs_of(own)
    return list(found.values())


def _drafted(
    drafts: Sequence[tuple[Item, ApplicationVersion]], told: Known, said: Said, fiscal_year: int
) -> Drafted:
    """What drafts will say of facts in fields that hold: as it was typed, else as it is repeated from last year."""
    found: Drafted = {}
    for item, version in drafts:
        filled = fill(
            item,
            fiscal_year=fiscal_year,
            known=_known(item, told, said, {}, fiscal_year),
            typed=version.content.get("typed", {}),
        )
        typed = [one for one in filled.shown if _says_fact(one.field)]
        found.update(
            {one.field.fact: (item.label, value) for one in typed if (value := _own_word(one)) is not None}
        )
    return found


def _own_word(one: Filled) -> Any:
    is_own = one.origin in {Origin.TYPED, Origin.DIFFERS} or one.is_of_last_year
    return one.value if is_own and not one.is_empty else None


def _known(item: Item, told: Known, said: Said, drafted: Drafted, fiscal_year: int) -> Known:
    known = dict(told)
    for own in item.all_fields():
        for name in own.known_from:
            kind, _, rest = name.partition(".")
            if kind == "item":
                key, _, column = rest.partition(".")
                before = said.this_year.get((item.family.value, key), {})
                _add(known, name, before.get(column), "今年度の申請")
            elif kind == "last_year":
                words = f"{fiscal_year_words(fiscal_year - 1)}の申請"
                _add(known, name, said.last_year.get(item.place, {}).get(rest), words)
        for fact in _facts_of(own):
            place, value = said.facts.get(fact, (item.place, None))
            if place != item.place:
                _add(known, f"{FACT}{fact}", value, "今年度の別の申請")
            if own.otherwise and fact in drafted:
                label, value = drafted[fact]
                _add(known, f"{FACT}{fact}", value, f"「{label}」の入力（提出前）")
            if answered := known.pop(f"{ANSWER}{fact}", None):
                known.setdefault(f"{FACT}{fact}", answered)
    return known


def _add(known: Known, name: str, value: Any, words: str) -> None:
    if value is not None and name not in known:
        known[name] = Given(value, words)


def _names_of(fields: Iterable[Field]) -> Iterable[str]:
    for own in fields:
        yield from own.known_from
        for fact in _facts_of(own):
            yield from (f"{FACT}{fact}", f"{ANSWER}{fact}")


def _facts_of(own: Field) -> set[str]:
    """The facts a field answers or repeats."""
    repeated = {name.removeprefix(FACT) for name in own.known_from if name.startswith(FACT)}
    return repeated | ({own.fact} if own.fact else set())


def month_of(item: Item, version: ApplicationVersion | None, fiscal_year: int) -> ServiceMonth:
    """The month from which the item holds and by which the rooms answer; April while nobody has said."""
    if item.months is Months.MARCH:
        return ServiceMonth(fiscal_year + 1, 3)
    if version is None or version.from_month is None:
        return ServiceMonth(fiscal_year, 4)
    return ServiceMonth.of(version.from_month)
