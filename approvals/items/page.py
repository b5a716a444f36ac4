"""One application under review: what differs first, what strikes, the money, the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from applications.contradicting import Contradiction, contradictions
from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Family, Item, Stage
from applications.models import ApplicationVersion
from applications.rows_read import accepted_in
from applications.states import VersionStatus
from applications.wording import people_in
from approvals.items.amounts import AmountEffect, amount_effect
from approvals.items.comparing import SEALED, before_rows, is_same
from approvals.items.consequences import consequences
from approvals.items.flags import Compared, Flag, flags_of, typed_against
from approvals.items.holding import own_stake
from approvals.items.money import MoneyEffect, money_effect
from approvals.items.noticing import no_words
from approvals.items.prices import prices_of
from approvals.items.registers import comparisons_asked, comparisons_of
from approvals.items.subjects import ItemUnderReview, delegations_on, item_of_version, under_review
from approvals.items.terms import months_of
from approvals.items.values import ComparedField, compared_fields
from approvals.models import ItemDecision, RateCertificate, ReviewRoute
from asking import together
from claims.findings_told import FindingsTold
from claims.models import ChildCount, CountSheet
from claims.queries.kept_findings import findings_asked, findings_of
from claims.states import SheetStatus
from claims.what_if import whole_month
from facilities.actors import Actor
from facilities.models import GrantedItem
from facilities.periods import ServiceMonth
from facilities.queries import colleagues
from pages.wareki import fiscal_year_words, month_words
from person_keys.store import KeyDestroyed
from staff_records.models import RosterSnapshot
from staff_records.permissions import read_in_city
from staff_records.queries.figures import names_of
from staff_records.roster_figures import RosterFigures


@dataclass(frozen=True)
class DecisionShown:
    """A decision with who made it, and for whom, by login id."""

    decision: ItemDecision
    by: str
    in_place_of: str


@dataclass(frozen=True)
class RosterShown:
    """The roster the city has accepted for the year, for comparing."""

    snapshot_id: UUID
    day: Any
    figures: RosterFigures


@dataclass(frozen=True)
class CountsShown:
    """The children of the newest month with counts, for comparing."""

    sheet_id: UUID
    month: ServiceMonth
    children: int


@dataclass(frozen=True)
class ItemView:
    """Everything a reviewer needs on one page."""

    version: ApplicationVersion
    item: Item | None
    subject: ItemUnderReview
    before: ApplicationVersion | None
    fields: list[ComparedField]
    people: list[UUID]
    flags: list[Flag]
    money: MoneyEffect | None
    amount: AmountEffect | None
    granted: list[GrantedItem]
    consequences: list[str]
    roster: RosterShown | None
    decisions: list[DecisionShown]
    versions: list[ApplicationVersion]
    certificate: RateCertificate | None
    counts: CountsShown | None

    @property
    def changed(self) -> list[ComparedField]:
        """What differs from what was approved before; everything where nothing was."""
        return [one for one in self.fields if one.has_changed]

    @property
    def unchanged(self) -> list[ComparedField]:
        """What is as it was."""
        return [one for one in self.fields if not one.has_changed]

    @property
    def contradictions(self) -> list[Contradiction]:
        """Where it says something else than what holds; a change means to, so none of it is told."""
        if self.item is None or self.version.replaces_id is not None or not self.subject.is_waiting:
            return []
        first = months_of(self.version, self.item)[0].first_day
        held = [
            row
            for row in self.granted
            if row.from_month <= first and (row.to_month is None or row.to_month >= first)
        ]
        return contradictions(
            self.item, is_wanted=self.version.is_wanted, options=self.version.options, held=held
        )

    @property
    def no_words(self) -> str:
        """What the facility's «no» is called."""
        return no_words(self.version, self.item)

    @property
    def is_same(self) -> bool:
        """Every answer is that of what was approved before."""
        return is_same(self.version, self.before)

    @property
    def period_words(self) -> str:
        """From when to when it holds; of a «no», from when on it ends."""
        if self.item is None or self.item.stage is Stage.REPORT:
            return ""
        first, last = months_of(self.version, self.item)
        if not self.version.is_wanted:
            return f"{month_words(first.first_day)}から適用しません"
        words = month_words(first.first_day)
        if last == first:
            return f"{words}だけ"
        return f"{words}から{month_words(last.first_day) if last else ''}" + ("まで" if last else "")

    @property
    def kind_words(self) -> str:
        """Family and stage."""
        application = self.version.application
        return f"{FAMILY_LABELS[Family(application.family)]}　{STAGE_LABELS[Stage(application.stage)]}"

    @property
    def year_words(self) -> str:
        """令和8年度."""
        return fiscal_year_words(self.version.application.fiscal_year)

    @property
    def before_words(self) -> str:
        """令和7年度 第2版; empty where there is nothing to compare with."""
        if self.before is None:
            return ""
        return f"{fiscal_year_words(self.before.application.fiscal_year)} 第{self.before.number}版"

    @property
    def amount_difference(self) -> int | None:
        """In yen, of the applications' own amounts; None where there is nothing to compare."""
        if self.before is None or (self.version.amount_yen is None and self.before.amount_yen is None):
            return None
        return (self.version.amount_yen or 0) - (self.before.amount_yen or 0)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        versions = [version.pk for version in self.versions]
        if self.before is not None and self.before.pk not in versions:
            versions.append(self.before.pk)
        return {
            "sheet": [self.counts.sheet_id] if self.counts else [],
            "application_version": versions,
            "staff_member": self.people,
            "decision": [one.decision.pk for one in self.decisions],
            "granted_item": [row.pk for row in self.granted],
            "roster_snapshot": [self.roster.snapshot_id] if self.roster else [],
            "rate_certificate": [self.certificate.pk] if self.certificate else [],
        }


def item_view(version_id: UUID, reader: Actor) -> ItemView:
    """
    One version beside what was approved before.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope that was ever sent.
    """
    version = (
        ApplicationVersion.objects.exclude(status__in=(VersionStatus.DRAFT, VersionStatus.DISCARDED))
        .select_related("application", "facility__municipality", "pack")
        .get(pk=version_id)
    )
    item = item_of_version(version)
    year, own_facility = version.application.fiscal_year, [version.facility_id]
    waits = version.status == VersionStatus.SUBMITTED
    all_versions = ApplicationVersion.objects.filter(application=version.application_id).exclude(
        status__in=(VersionStatus.DRAFT, VersionStatus.DISCARDED)
    )
    newest = CountSheet.objects.filter(facility=version.facility_id).exclude(status=SheetStatus.SUPERSEDED)
    newest = newest.order_by("-month")[:1]
    (
        befores,
        versions,
        made,
        routes,
        delegations,
        granted,
        accepted,
        certificates,
        sheets,
        counts,
        *beside,
    ) = together(
        before_rows(version),
        all_versions.defer(*SEALED).order_by("-number"),
        ItemDecision.objects.filter(version__in=all_versions.values("pk")).order_by(
            "version__number", "step"
        ),
        ReviewRoute.objects.all(),
        delegations_on(timezone.localdate()),
        _granted(version, item),
        accepted_in(year).filter(facility=version.facility_id),
        RateCertificate.objects.filter(version=version),
        newest,
        ChildCount.objects.filter(sheet__in=newest.values("pk")),
        *(comparisons_asked(year, own_facility) if waits else ()),
    )
    for one in versions:
        one.application = version.application
    before, decisions = next(iter(befores), None), list(made)
    subject = under_review(
        version,
        item,
        own=routes,
        decisions=[one for one in decisions if one.version_id == version.pk],
        delegations=delegations,
    )
    sent = version.content.get("sent", {})
    compared = Compared(typed_against(sent))
    if waits:
        compared = comparisons_of(own_facility, year, *beside).get(version.pk, compared)
    told = _told(version, item, sheets[0].service_month if sheets else None)
    earlier = before.content.get("sent", {}) if before else None
    names = _names(version, item, (sent, earlier or {}), reader)
    claims = item is not None and item.grants is not None and not version.facility.is_public
    is_unpriced = item is not None and prices_of([(version, item)]).lacks(version, item)
    flags = flags_of(version, before, item, told, compared, own_stake(version), is_unpriced=is_unpriced)
    money = money_effect(version, item) if item is not None and subject.is_waiting else None
    return ItemView(
        version=version,
        item=item,
        subject=subject,
        before=before,
        fields=compared_fields(item, sent, earlier, compared.stale, names) if item is not None else [],
        people=[UUID(one) for one in names],
        flags=flags,
        money=money,
        amount=amount_effect(version, before, item, sent) if item is not None else None,
        granted=granted,
        consequences=consequences(
            version,
            item,
            granted,
            changes_claims=money is not None and (money.outcome is None or money.month_yen != 0),
        )
        if item is not None and subject.is_waiting
        else [],
        roster=next((_roster(row) for row in accepted), None),
        decisions=_shown(decisions, reader),
        versions=versions,
        certificate=next(iter(certificates), None),
        counts=_counts(sheets[0], counts) if claims and sheets else None,
    )


def _told(version: ApplicationVersion, item: Item | None, month: ServiceMonth | None) -> FindingsTold | None:
    """What the conditions say of the facility in its newest month with counts, as the list of all asks them."""
    if month is None or item is None or item.grants is None:
        return None
    facility_ids = [version.facility_id]
    return findings_of(month, *together(*findings_asked(month, facility_ids))).get(version.facility_id)


def _names(
    version: ApplicationVersion, item: Item | None, sent: Sequence[Mapping[str, Any]], reader: Actor
) -> dict[str, str]:
    """Whom the values name, as of 1 April of the year, for who may read rosters; of erased people nobody is named."""
    if item is None or not read_in_city.allows(reader, None):
        return {}
    values = [
        (own, kept["value"]) for one in sent for own in item.fields if (kept := one.get(own.key)) is not None
    ]
    named = people_in(values)
    if not named:
        return {}
    try:
        day = ServiceMonth(version.application.fiscal_year, 4).first_day
        return {str(pk): name for pk, name in names_of(map(UUID, named), day).items()}
    except KeyDestroyed:
        return {}


def _granted(version: ApplicationVersion, item: Item | None) -> QuerySet[GrantedItem]:
    """What the product claims now of what the application is about, this fiscal year and later."""
    rows: QuerySet[GrantedItem] = GrantedItem.objects.none()
    if item is not None and item.grants is not None:
        rows = GrantedItem.objects.filter(facility=version.facility_id, code=item.grants.code)
    april = ServiceMonth(version.application.fiscal_year, 4)
    return rows.exclude(to_month__lt=april.first_day).order_by("from_month")


def _roster(row: RosterSnapshot) -> RosterShown:
    return RosterShown(row.pk, row.day, RosterFigures.of_json(row.figures))


def _counts(sheet: CountSheet, counts: Iterable[ChildCount]) -> CountsShown:
    return CountsShown(sheet.pk, sheet.service_month, sum(row.count for row in whole_month(counts)))


def _shown(decisions: list[ItemDecision], reader: Actor) -> list[DecisionShown]:
    people = [one.decided_by for one in decisions] + [
        one.on_behalf_of for one in decisions if one.on_behalf_of
    ]
    names = colleagues(people, reader) if people else {}
    return [
        DecisionShown(
            one, names.get(one.decided_by, ""), names.get(one.on_behalf_of, "") if one.on_behalf_of else ""
        )
        for one in decisions
    ]
