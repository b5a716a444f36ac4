"""
What strikes about many sent versions at once: beside what was approved before, the conditions, the registered values.

As many queries for a whole city as for one application.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from django.db.models import QuerySet

from applications.definitions import APPLYING, Item
from applications.models import ApplicationVersion, ItemPack
from applications.packs_in_force import pack_of
from applications.states import VersionStatus
from approvals.items.comparing import SEALED, befores_of, is_same
from approvals.items.flags import Compared, Flag, flags_of, risk_of
from approvals.items.holding import Holdings, Stake, holdings_of, stake_of
from approvals.items.prices import Prices, prices_of
from approvals.items.registers import comparisons_asked, comparisons_of
from asking import together
from claims.findings_told import FindingsTold
from claims.queries.kept_findings import Newest


@dataclass(frozen=True)
class Noticed:
    """One version with what it is compared with, its item, and what strikes."""

    version: ApplicationVersion
    item: Item | None
    before: ApplicationVersion | None
    flags: tuple[Flag, ...] = ()
    is_same: bool = False
    stake: Stake | None = None

    @property
    def no_words(self) -> str:
        """What a «no» to the item is called."""
        return no_words(self.version, self.item)

    @property
    def risk(self) -> int:
        """All risks together."""
        return risk_of(self.flags)

    @property
    def is_unchanged(self) -> bool:
        """As it was approved before, and nothing to warn of: may be approved together with others."""
        return self.is_same and self.risk == 0

    @property
    def asks_nothing(self) -> bool:
        """A «no» to what was never held: nothing is lost, no deduction avoided, and nothing to warn of."""
        return self.stake is Stake.NOTHING and self.risk == 0

    @property
    def difference_yen(self) -> int | None:
        """The amount less the one approved before, in yen; None where neither has one."""
        now, then = self.version.amount_yen, self.before.amount_yen if self.before else None
        return None if now is None and then is None else (now or 0) - (then or 0)

    @property
    def weight(self) -> tuple[int, int]:
        """The order of the inbox: money and risk, the heaviest first."""
        return -self.risk, -abs(self.difference_yen or 0)


def no_words(version: ApplicationVersion, item: Item | None) -> str:
    """What a «no» is called where the facility has said so: 申請しない, 該当しない; of a change, that it ends."""
    if item is None:
        return APPLYING.no
    return (item.change_words if version.replaces_id is not None else item.words).no


@dataclass
class Eyes:
    """What is looked at besides the versions: read once for all of them."""

    items: Mapping[tuple[UUID, str], Item]
    told: Mapping[UUID, FindingsTold]
    compared: Mapping[UUID, Compared]
    holdings: Holdings
    prices: Prices

    def notice(self, version: ApplicationVersion, before: ApplicationVersion | None) -> Noticed:
        """One version."""
        item = self.items.get((version.pack_id, version.application.item_key))
        told, beside = self.told.get(version.facility_id), self.compared.get(version.pk, Compared())
        reported = self.items.get((version.pack_id, item.reports_on)) if item and item.reports_on else None
        stake = stake_of(version, item, reported, self.holdings)
        is_unpriced = item is not None and self.prices.lacks(version, item)
        flags = flags_of(version, before, item, told, beside, stake, is_unpriced=is_unpriced)
        return Noticed(version, item, before, tuple(flags), is_same(version, before), stake)


def items_in(packs: Iterable[ItemPack]) -> dict[tuple[UUID, str], Item]:
    """The items of these packs, by pack and key."""
    return {(row.pk, item.key): item for row in packs for item in pack_of(row).items}


def grants(version: ApplicationVersion, items: Mapping[tuple[UUID, str], Item]) -> bool:
    """Whether it is about an addition, which has conditions."""
    item = items.get((version.pack_id, version.application.item_key))
    return item is not None and item.grants is not None


def packs_of(versions: QuerySet[ApplicationVersion]) -> QuerySet[ItemPack]:
    """The packs of the versions, for one message with them."""
    rows: QuerySet[ItemPack] = ItemPack.objects.filter(pk__in=versions.order_by().values("pack"))
    return rows


def eyes_for(
    versions: Sequence[ApplicationVersion], packs: Iterable[ItemPack], months: Iterable[tuple[UUID, date]]
) -> Eyes:
    """
    What strikes: the conditions of each facility's newest month with counts (``months`` as ``newest_months`` was
    answered), and what waits beside the registers of today.

    One message for a whole city, one for what a «no» gives up and one for the books; where rows have changed since the
    last look, those of the rooms that are asked anew.
    """
    items = items_in(packs)
    waiting: dict[int, set[UUID]] = {}
    for version in versions:
        if version.status == VersionStatus.SUBMITTED:
            waiting.setdefault(version.application.fiscal_year, set()).add(version.facility_id)
    applying = {one.facility_id for one in versions if one.is_wanted and grants(one, items)}
    newest = Newest(row for row in months if row[0] in applying)
    of_conditions = newest.asked
    asked = [comparisons_asked(year) for year in waiting]
    answers = together(*of_conditions, *chain.from_iterable(asked))
    told = newest.told(answers)
    beside = answers[len(of_conditions) :]
    compared: dict[UUID, Compared] = {}
    for place, (year, facility_ids) in enumerate(waiting.items()):
        compared |= comparisons_of(facility_ids, year, *beside[2 * place : 2 * place + 2])
    sent = [one for one in versions if one.status == VersionStatus.SUBMITTED]
    return Eyes(
        items,
        told,
        compared,
        holdings_of(one for one in sent if one.is_wanted is False),
        prices_of((one, items.get((one.pack_id, one.application.item_key))) for one in sent),
    )


def notice_all(
    versions: Sequence[ApplicationVersion], approved: Iterable[ApplicationVersion], eyes: Eyes
) -> list[Noticed]:
    """What strikes about each of the versions, in their order; ``approved`` as for ``befores_of``."""
    befores = befores_of(versions, approved)
    return [eyes.notice(version, befores.get(version.pk)) for version in versions]


def approved_versions(fiscal_years: Iterable[int]) -> QuerySet[ApplicationVersion]:
    """The approved versions of the years with their applications, contents left sealed."""
    rows = ApplicationVersion.objects.filter(
        application__fiscal_year__in=set(fiscal_years), status=VersionStatus.APPROVED
    )
    return rows.select_related("application").defer(*SEALED)
