"""
One version of an application as forms are made of it (帳票の対象「申請」).

Sorts are items: ``price/holiday_care``, the family and the item's key. What was sent is shown as it was frozen, by the
pack it was filled with; a draft with what is known now. Names come from the roster, and whose were opened is recorded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from applications.definitions import FAMILY_LABELS, Item, Pack, Stage
from applications.events import ApplicationEvent
from applications.form_told import Told, application_row, control_number, day_of, is_final, paper_rows
from applications.form_values import all_answers, answers_of, changes_of
from applications.form_vocabulary import (
    ALL_ANSWERS,
    APPLICATION,
    CHANGES,
    PAPERS,
    WITHOUT_ANSWERS,
    vocabulary_of,
)
from applications.models import ApplicationVersion
from applications.operations.cases import hash_of
from applications.packs_in_force import released, vocabulary
from applications.permissions import read_in_city
from applications.reading import read_pack
from applications.shipped import shipped, shipped_years
from applications.states import VersionStatus
from audit.record import record
from documents import dictionary
from documents.dictionary import Example, Facts, Row, Subject, Values, Vocabulary
from facilities.actors import Actor
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.scope import UnscopedQuery, current_scope
from pages.wareki import fiscal_year_words

SUBJECT = "application"
NOT_FOUND = "この申請は見つかりません。"
NOT_SENT = "提出前の申請を印刷できるのは、その施設だけです。"
SENT = (VersionStatus.SUBMITTED, VersionStatus.APPROVED)
MOST_EXAMPLES = 10
REPORTS = "report/"


def register() -> None:
    """Make the subject known to documents."""
    dictionary.register(
        Subject(
            code=SUBJECT,
            label="申請（1つの項目）",
            describe=describe,
            facts=facts,
            values=values,
            may_order=may_order,
            find=find,
            examples=examples,
            page=page,
            people=people,
            names_people=True,
            sorts=sorts,
        )
    )


def sort_of(family: str, stage: str, item_key: str) -> str:
    """What a pack writes as ``of``: ``price/rent``, of reports ``price/report/team_childcare_report``."""
    return f"{family}/{REPORTS if stage == Stage.REPORT else ''}{item_key}"


# ---------------------------------------------------------------- what there is


def describe(of: str, fiscal_year: int) -> Vocabulary:
    """Of an item as the year's packs have it; without one, what holds for every item."""
    return vocabulary_of(items_of(fiscal_year).get(of) if of else None)


def sorts(fiscal_year: int) -> Mapping[str, str]:
    """The year's items by sort."""
    return {of: f"{FAMILY_LABELS[item.family]}　{item.label}" for of, item in items_of(fiscal_year).items()}


def items_of(fiscal_year: int) -> dict[str, Item]:
    """
    The items of a year by sort: those the city in scope has released, of families without any those that come with
    the product, and where it has none of the year, those of the nearest year.
    """
    found = dict(_shipped_items(fiscal_year))
    try:
        current_scope()
    except UnscopedQuery:
        return found
    own = [(pack.family.value, pack.items) for _, pack in released(fiscal_year)]
    families = {family for family, _ in own}
    found = {of: item for of, item in found.items() if item.family.value not in families}
    return found | {sort_of(family, item.stage, item.key): item for family, items in own for item in items}


@cache
def _shipped_items(fiscal_year: int) -> Mapping[str, Item]:
    """Of each family from the nearest year that has it; of two as near from the later one."""
    nearest: dict[str, tuple[Pack, ...]] = {}
    for year in sorted(shipped_years(), key=lambda year: (abs(year - fiscal_year), -year)):
        of_year: dict[str, tuple[Pack, ...]] = {}
        for pack in _shipped_packs(year):
            of_year[pack.family.value] = (*of_year.get(pack.family.value, ()), pack)
        nearest = of_year | nearest
    return {
        sort_of(family, item.stage, item.key): item
        for family, packs in nearest.items()
        for pack in packs
        for item in pack.items
    }


@cache
def _shipped_packs(fiscal_year: int) -> tuple[Pack, ...]:
    return tuple(read_pack(text, vocabulary(), was_released=True) for text in shipped(fiscal_year).values())


# ---------------------------------------------------------------- one version


def facts(version_id: UUID) -> Facts:
    """The version's; of a draft the edition is of what would be sent now."""
    told = Told.of(version_id)
    version, application = told.version, told.version.application
    content = hash_of(version, told.filled) if told.is_draft else version.content_hash
    return Facts(
        facility_id=version.facility_id,
        day=day_of(version),
        edition=f"{content[:48]}-{version.status}",
        is_final=is_final(version),
        control_number=control_number(version) if is_final(version) else "",
        made_at=version.decided_at or version.submitted_at or version.saved_at,
        of=sort_of(application.family, application.stage, application.item_key),
        period_words=fiscal_year_words(application.fiscal_year),
        suffix=f"_{application.label}_第{version.number}版",
    )


def may_order(actor: Actor, version_id: UUID) -> None:
    """
    Locks the version. The facility may print its own, drafts too; the operations section what was sent.

    :raises NotAllowed: nothing of it may be printed by this person.
    """
    rows = ApplicationVersion.objects.select_for_update(of=("self",)).filter(pk=version_id)
    version = rows.exclude(status=VersionStatus.DISCARDED).first()
    if version is not None and actor.facility_id == version.facility_id:
        return
    if version is None or actor.is_facility or not read_in_city.allows(actor, None):
        raise NotAllowed(NOT_FOUND)
    if version.status == VersionStatus.DRAFT:
        raise NotAllowed(NOT_SENT)


def find(
    of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
) -> Sequence[tuple[UUID, UUID]]:
    """What is applied for or reported, was sent and holds or is being reviewed, filed in these months: one query."""
    years = range(first.fiscal_year, last.fiscal_year + 1)
    rows = _of_sort(of).filter(status__in=SENT, is_wanted=True, application__fiscal_year__in=years)
    if facility_ids is not None:
        rows = rows.filter(facility__in=facility_ids)
    order = ("facility__number", "application__family", "application__item_key", "number")
    return [
        (version.facility_id, version.pk)
        for version in rows.select_related("application").defer("content_sealed").order_by(*order)
        if first <= ServiceMonth.of(day_of(version)) <= last
    ]


def examples(of: str, fiscal_year: int) -> Sequence[Example]:
    """The newest few that were sent: one query."""
    rows = _of_sort(of).filter(status__in=SENT, application__fiscal_year=fiscal_year)
    found = rows.select_related("application", "facility").defer("content_sealed").order_by("-submitted_at")
    return [
        Example(
            one.pk,
            f"{one.facility.name}　{one.application.label}（第{one.number}版、{one.get_status_display()}）",
        )
        for one in found[:MOST_EXAMPLES]
    ]


def page(actor: Actor, version_id: UUID) -> str:
    """The facility's page of the version, or where the city reviews it."""
    rows = ApplicationVersion.objects.select_related("application", "facility").defer("content_sealed")
    version = rows.filter(pk=version_id).first()
    if version is None:
        return ""
    if actor.facility_id == version.facility_id:
        application = version.application
        place = [version.facility.number, application.fiscal_year, application.family, application.item_key]
        if version.status == VersionStatus.DRAFT:
            return reverse("applications:item", args=place)
        return reverse("applications:version", args=[*place, version.pk])
    if version.status == VersionStatus.DRAFT or not read_in_city.allows(actor, None):
        return ""
    return reverse("item_review:review_page", args=[version.pk])


def people(version_id: UUID) -> Mapping[str, Iterable[UUID]]:
    """Whose names stand in its forms."""
    return {"staff_member": Told.of(version_id).member_ids}


def values(version_id: UUID, wanted: frozenset[str]) -> Values:
    """What is asked of the version; whoever is named in it stands in an event of its own."""
    told = Told.of(version_id)
    own = _own_names(told.item)
    asks_answers = bool(wanted & (own - WITHOUT_ANSWERS))
    named = told.names() if asks_answers else {}
    found: dict[str, Row | Sequence[Row]] = {APPLICATION: application_row(told)}
    if asks_answers:
        found |= answers_of(told.filled, told.fiscal_year, named)
        found[ALL_ANSWERS] = all_answers(told.filled, named)
        found[CHANGES] = changes_of(told.changes(named))
    if PAPERS in wanted:
        found[PAPERS] = paper_rows(told)
    if named:
        record(
            ApplicationEvent.PRINTED,
            on=told.version,
            rows={"application_version": [told.version.pk], "staff_member": list(map(UUID, named))},
            detail={"fiscal_year": told.fiscal_year, "item": told.item.key, "version": told.version.number},
        )
    return found


def _own_names(item: Item) -> frozenset[str]:
    own = vocabulary_of(item)
    return frozenset([*(group.name for group in own.groups), *(table.name for table in own.tables)])


def _of_sort(of: str) -> QuerySet[ApplicationVersion]:
    rows: QuerySet[ApplicationVersion] = ApplicationVersion.objects.all()
    family, _, key = of.partition("/")
    key = key.removeprefix(REPORTS)
    return rows.filter(application__family=family, application__item_key=key) if of else rows
