"""
What a facility that answers «申請しない» gives up: something it holds, a report it owes, or nothing at all.

In a facility's first year most of its items were never granted and are not applied for. Such a «no» changes nothing,
and is the one answer without anything before it that may be approved together with others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from applications.definitions import Item, Stage
from applications.models import ApplicationVersion
from applications.packs_in_force import pack_of
from applications.states import VersionStatus
from approvals.items.terms import months_of
from asking import together
from facilities.models import Facility, GrantedItem
from facilities.periods import ServiceMonth
from pricing.rule_sets import claimable_entries, is_of_two_tables

# What was replaced counts, too: an addition that ended in September owes a report on the months before.
SENT = (VersionStatus.SUBMITTED, VersionStatus.RETURNED, VersionStatus.APPROVED, VersionStatus.SUPERSEDED)


class Stake(StrEnum):
    """What a «no» is about."""

    NOTHING = "nothing"
    HELD = "held"
    REPORT = "report"
    DEDUCTION = "deduction"
    OTHER = "other"


Applied = frozenset[tuple[UUID, int, str, str]]


@dataclass(frozen=True)
class Holdings:
    """What facilities are granted, by facility and code; and (facility, fiscal year, family, item) they apply for."""

    granted: Mapping[tuple[UUID, str], tuple[GrantedItem, ...]]
    applied: Applied

    def stake_of(self, version: ApplicationVersion, item: Item, reported: Item | None) -> Stake:
        """
        What a version that says «no» gives up. ``reported``: the item it would report on, where it is a report.

        A deduction that is not reported is a claim that it does not apply; a report nobody owes, and an addition
        nobody holds, are nothing. Of whatever else an item may be for, somebody looks.
        """
        facility, application = version.facility, version.application
        if item.stage is Stage.REPORT:
            if reported is None:
                return Stake.OTHER
            place = (facility.pk, application.fiscal_year, application.family, reported.key)
            year = ServiceMonth(application.fiscal_year, 4)
            owed = place in self.applied or self._is_held(facility, reported, year, year.plus(11))
            return Stake.REPORT if owed else Stake.NOTHING
        if item.certifies_rates or any(one.fact for one in item.all_fields() if item.grants is None):
            return Stake.OTHER
        if item.grants is None:
            return Stake.NOTHING if item.amount else Stake.OTHER
        first, _ = months_of(version, item)
        if self._is_held(facility, item, first, ServiceMonth(first.fiscal_year + 1, 3)):
            return Stake.HELD
        entries = claimable_entries(facility.kind, item.grants.code).values()
        if any(entry.item.section == "deduction" for entry in entries):
            return Stake.DEDUCTION
        return Stake.NOTHING

    def _is_held(self, facility: Facility, item: Item, first: ServiceMonth, last: ServiceMonth) -> bool:
        """Whether what the item grants holds in any of the months, for any of its children."""
        if item.grants is None:
            return False
        code, asked = item.grants.code, item.grants.certification
        by_grade = bool(asked) and is_of_two_tables(facility.kind, code)
        return any(
            row.from_month <= last.first_day
            and (row.to_month or date.max) >= first.first_day
            and (not by_grade or row.certification in {"", asked})
            for row in self.granted.get((facility.pk, code), ())
        )


def stake_of(
    version: ApplicationVersion, item: Item | None, reported: Item | None, holdings: Holdings
) -> Stake | None:
    """What a «no» that waits gives up; None where nobody has said «no», or it is decided."""
    if version.is_wanted is not False or item is None or version.status != VersionStatus.SUBMITTED:
        return None
    return holdings.stake_of(version, item, reported)


def own_stake(version: ApplicationVersion) -> Stake | None:
    """The same of one version with its pack: one query, none where nobody has said «no»."""
    items = pack_of(version.pack).by_key
    item = items.get(version.application.item_key)
    reported = items.get(item.reports_on) if item is not None else None
    asked = [version] if version.is_wanted is False else []
    return stake_of(version, item, reported, holdings_of(asked))


def holdings_of(versions: Iterable[ApplicationVersion]) -> Holdings:
    """Of the facilities and years of these versions: one query, none where there are no versions."""
    own = list(versions)
    if not own:
        return Holdings({}, frozenset())
    facilities = {version.facility_id for version in own}
    granted_rows, applied_rows = together(
        GrantedItem.objects.filter(facility__in=facilities),
        ApplicationVersion.objects.filter(
            facility__in=facilities,
            application__fiscal_year__in={version.application.fiscal_year for version in own},
            is_wanted=True,
            status__in=SENT,
        )
        .select_related("application")
        .only("facility_id", "application__fiscal_year", "application__family", "application__item_key"),
    )
    granted: dict[tuple[UUID, str], list[GrantedItem]] = defaultdict(list)
    for row in granted_rows:
        granted[row.facility_id, row.code].append(row)
    applied = {
        (one.facility_id, one.application.fiscal_year, one.application.family, one.application.item_key)
        for one in applied_rows
    }
    return Holdings({place: tuple(rows) for place, rows in granted.items()}, frozenset(applied))
