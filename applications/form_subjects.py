"""
One version of an application as forms are made of it (帳票の対象「申請」).

Sorts are items: ``price/holiday_care``, the family and the item's key. What was sent is shown as it was frozen, by the
pack it was filled with; a draft with what is known now. Names come from the roster, and whose were opened is recorded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Family, Item, Months, Stage
from applications.differences import as_sent, differences
from applications.events import ApplicationEvent
from applications.filling import FilledItem
from applications.form_values import all_answers, answers_of, changed_fields, changes_of, variant_words
from applications.form_vocabulary import (
    ALL_ANSWERS,
    APPLICATION,
    CHANGES,
    PAPERS,
    WITHOUT_ANSWERS,
    vocabulary_of,
)
from applications.models import ApplicationVersion, Paper
from applications.operations.cases import hash_of
from applications.packs_in_force import item_in_force, item_of, released, vocabulary
from applications.permissions import read_in_city
from applications.queries.filled import fill_for
from applications.reading import read_pack
from applications.shipped import shipped, shipped_years
from applications.states import PaperStatus, VersionStatus
from applications.wording import Names, people_in
from audit.record import record
from documents import dictionary
from documents.dictionary import Example, Facts, Row, Subject, Values, Vocabulary
from facilities.actors import Actor
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.scope import UnscopedQuery, current_scope
from pages.wareki import fiscal_year_words, month_words
from staff_records.models import StaffMember
from staff_records.queries.figures import names_of

SUBJECT = "application"
NOT_FOUND = "この申請は見つかりません。"
NOT_SENT = "提出前の申請を印刷できるのは、その施設だけです。"
# What stands: also a version that a later one replaced was approved once.
DECIDED = frozenset({VersionStatus.APPROVED, VersionStatus.SUPERSEDED})
SENT = (VersionStatus.SUBMITTED, VersionStatus.APPROVED)
MOST_EXAMPLES = 10


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


def sort_of(family: str, item_key: str) -> str:
    """What a pack writes as ``of``."""
    return f"{family}/{item_key}"


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
    the product, and of a year it has none of, those of the nearest year.
    """
    found = dict(_shipped_items(_nearest(fiscal_year)))
    try:
        current_scope()
    except UnscopedQuery:
        return found
    own = [(pack.family.value, pack.items) for _, pack in released(fiscal_year)]
    families = {family for family, _ in own}
    found = {of: item for of, item in found.items() if item.family.value not in families}
    return found | {sort_of(family, item.key): item for family, items in own for item in items}


@cache
def _shipped_items(fiscal_year: int) -> Mapping[str, Item]:
    packs = [read_pack(text, vocabulary(), was_released=True) for text in shipped(fiscal_year).values()]
    return {sort_of(pack.family.value, item.key): item for pack in packs for item in pack.items}


def _nearest(fiscal_year: int) -> int:
    return min(shipped_years(), key=lambda year: (abs(year - fiscal_year), -year))


# ---------------------------------------------------------------- one version


@dataclass(frozen=True)
class Told:
    """One version with what it says: as it was sent, or as it would be sent now."""

    version: ApplicationVersion
    item: Item

    @classmethod
    def of(cls, version_id: UUID) -> "Told":
        """:raises ApplicationVersion.DoesNotExist: no such version in scope."""
        rows = ApplicationVersion.objects.select_related("application", "facility", "pack", "replaces__pack")
        version = rows.get(pk=version_id)
        own = item_of(version.pack, version.application.item_key)
        if version.status != VersionStatus.DRAFT:
            return cls(version, own)
        try:
            return cls(version, item_in_force(version.application))
        except KeyError:  # no pack asks it any more; what was typed can still be read
            return cls(version, own)

    @property
    def is_draft(self) -> bool:
        """Not sent yet."""
        return self.version.status == VersionStatus.DRAFT

    @property
    def fiscal_year(self) -> int:
        """The application's."""
        return int(self.version.application.fiscal_year)

    @cached_property
    def filled(self) -> FilledItem:
        """What it says."""
        if self.is_draft:
            return fill_for(self.version.facility, self.fiscal_year, self.item, self.version)
        return as_sent(self.item, self.version.content)

    @cached_property
    def earlier(self) -> FilledItem | None:
        """What the approved version says that it changes."""
        before = self.version.replaces
        if before is None:
            return None
        return as_sent(item_of(before.pack, self.version.application.item_key), before.content)

    @cached_property
    def member_ids(self) -> list[UUID]:
        """Whom it names, of those who were not erased."""
        both = [one for one in (self.filled, self.earlier) if one is not None]
        named = people_in([(one.field, one.value) for filled in both for one in filled.shown])
        if not named:
            return []
        rows = StaffMember.objects.filter(pk__in=named, erased_at__isnull=True)
        return list(rows.order_by("facility", "number").values_list("pk", flat=True))

    def names(self) -> Names:
        """Their names as of 1 April, opened to be shown."""
        if not self.member_ids:
            return {}
        day = ServiceMonth(self.fiscal_year, 4).first_day
        return {str(pk): name for pk, name in names_of(self.member_ids, day).items()}


def day_of(version: ApplicationVersion) -> date:
    """The day it was sent, or saved: within its own year, also where a report comes after its end."""
    fiscal_year = version.application.fiscal_year
    told = timezone.localdate(version.submitted_at or version.saved_at)
    return min(max(told, date(fiscal_year, 4, 1)), date(fiscal_year + 1, 3, 31))


def facts(version_id: UUID) -> Facts:
    """The version's; of a draft the edition is of what would be sent now."""
    told = Told.of(version_id)
    version, application = told.version, told.version.application
    content = hash_of(version, told.filled) if told.is_draft else version.content_hash
    return Facts(
        facility_id=version.facility_id,
        day=day_of(version),
        edition=f"{content[:48]}-{version.status}",
        is_final=_is_final(version),
        control_number=_control_number(version) if _is_final(version) else "",
        made_at=version.decided_at or version.submitted_at or version.saved_at,
        of=sort_of(application.family, application.item_key),
        period_words=fiscal_year_words(application.fiscal_year),
        suffix=f"_{application.label}_第{version.number}版",
    )


def _is_final(version: ApplicationVersion) -> bool:
    return version.status in DECIDED and not version.return_reason


def _control_number(version: ApplicationVersion) -> str:
    """事業所番号-年度-項目-版-内容: the item by the first letters of its key's words."""
    application = version.application
    short = "".join(word[0] for word in application.item_key.split("_") if word).upper()
    parts = (
        version.facility.number,
        application.fiscal_year,
        short,
        version.number,
        version.content_hash[:8],
    )
    return "-".join(map(str, parts))


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
    """What was sent and holds or is being reviewed, filed in these months: one query."""
    years = range(first.fiscal_year, last.fiscal_year + 1)
    rows = _of_sort(of).filter(status__in=SENT, application__fiscal_year__in=years)
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
    changed = differences(told.earlier, told.filled, named) if told.earlier is not None else []
    found: dict[str, Row | Sequence[Row]] = {APPLICATION: _application(told, changed_fields(changed))}
    if asks_answers:
        found |= answers_of(told.filled, told.fiscal_year, named)
        found[ALL_ANSWERS] = all_answers(told.filled, named)
        found[CHANGES] = changes_of(changed)
    if PAPERS in wanted:
        found[PAPERS] = _papers(told)
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


def _application(told: Told, changed: str | None) -> Row:
    version, application, item = told.version, told.version.application, told.item
    words = item.change_words if version.replaces_id else item.words
    amount = (
        told.filled.amount_yen if told.is_draft and version.is_wanted is not False else version.amount_yen
    )
    before = version.replaces
    shares = item.share.split(amount) if item.share is not None and amount is not None else (None,) * 3
    approved = version.decided_at if _is_final(version) else None
    return {
        "item": application.label,
        "item_key": application.item_key,
        "family": FAMILY_LABELS[Family(application.family)],
        "family_key": application.family,
        "stage": STAGE_LABELS[Stage(application.stage)],
        "is_report": application.stage == Stage.REPORT,
        "is_deduction": item.is_deduction,
        "fiscal_year": fiscal_year_words(application.fiscal_year),
        "version": version.number,
        "is_change": before is not None,
        "kind_words": "当初" if before is None else "変更",
        "question": words.question,
        "wanted": version.is_wanted,
        "wanted_words": words.answer(version.is_wanted) or None,
        "from_month": version.from_month,
        "to_month": version.to_month,
        "months_words": months_words(version, item),
        "change_month": version.from_month if before is not None else None,
        "changed_fields": changed,
        "variant": variant_words(item, told.filled.values),
        "amount_label": item.field_named(item.amount).label if item.amount else None,
        "amount_yen": amount,
        "before_yen": before.amount_yen if before is not None else None,
        "nation_yen": shares[0],
        "prefecture_yen": shares[1],
        "city_yen": shares[2],
        "state": version.get_status_display(),
        "submitted_on": timezone.localdate(version.submitted_at) if version.submitted_at else None,
        "approved_on": timezone.localdate(approved) if approved else None,
        "late_reason": version.late_reason or None,
        "help": item.help or None,
        "source": item.source or None,
    }


def months_words(version: ApplicationVersion, item: Item) -> str | None:
    """From which month to which it holds; nothing where it is not applied for."""
    if version.is_wanted is False and version.replaces_id is None:
        return None
    if item.months is not Months.FROM:
        return "3月" if item.months is Months.MARCH else "年度"
    if version.from_month is None:
        return None
    end = f"{month_words(version.to_month)}まで" if version.to_month else ""
    return f"{month_words(version.from_month)}から{end}"


def _papers(told: Told) -> list[Row]:
    """The expected papers with their numbers; of a draft, what would be expected."""
    if told.is_draft:
        return [
            {
                "title": one.title,
                "due_on": None,
                "number": None,
                "state": PaperStatus.DUE.label,
                "needed": True,
                "has_children": one.has_children,
            }
            for one in (told.filled.papers if told.version.is_wanted is not False else ())
        ]
    rows = Paper.objects.filter(version=told.version).order_by("due_on", "number")
    return [
        {
            "title": one.title,
            "due_on": one.due_on,
            "number": one.number_words,
            "state": one.get_status_display(),
            "needed": one.status != PaperStatus.NOT_NEEDED,
            "has_children": one.has_children,
        }
        for one in rows
    ]


def _of_sort(of: str) -> QuerySet[ApplicationVersion]:
    rows: QuerySet[ApplicationVersion] = ApplicationVersion.objects.all()
    family, _, key = of.partition("/")
    return rows.filter(application__family=family, application__item_key=key) if of else rows
