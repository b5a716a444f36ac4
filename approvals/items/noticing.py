"""
What strikes about many sent versions at once: beside what was approved before, the conditions, the registered values.

As many queries for a whole city as for one application.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from applications.definitions import APPLYING, Item
from applications.models import ApplicationVersion, ItemPack
from applications.packs_in_force import pack_of
from applications.queries.filled import fill_many
from applications.states import VersionStatus
from approvals.items.asides import Aside, Asides, asides_of
from approvals.items.comparing import SEALED, befores_of, is_same
from approvals.items.flags import Flag, flags_of, risk_of, stale_fields
from approvals.items.holding import Stake
from approvals.queries import latest_month
from claims.queries.additions import Checked, additions_in

STALE = "いまの登録と違う値"


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
    checked: Mapping[UUID, Checked] = field(default_factory=dict)
    sent: Mapping[UUID, dict[str, Any]] = field(default_factory=dict)
    asides: Asides | None = None

    def item_of(self, version: ApplicationVersion) -> Item | None:
        """None where the pack has it no more."""
        return self.items.get((version.pack_id, version.application.item_key))

    def notice(self, version: ApplicationVersion, before: ApplicationVersion | None) -> Noticed:
        """One version."""
        item = self.item_of(version)
        aside = self.asides.of(version) if self.asides is not None else Aside()
        checked, sent = self.checked.get(version.facility_id), self.sent.get(version.pk, {})
        flags = flags_of(version, before, item, checked, sent, aside)
        return Noticed(version, item, before, tuple(flags), is_same(version, before), aside.stake)


def items_of(versions: Sequence[ApplicationVersion]) -> dict[tuple[UUID, str], Item]:
    """The items of the versions' packs, by pack and key: one query."""
    packs = ItemPack.objects.filter(pk__in={version.pack_id for version in versions})
    return {(row.pk, item.key): item for row in packs for item in pack_of(row).items}


def eyes_for(versions: Sequence[ApplicationVersion], *, with_conditions: bool = True) -> Eyes:
    """
    Items, sent values and conditions of versions that wait for the city. The conditions of a whole city, which read
    every roster, are what takes long: whoever only needs a neighbour in the list leaves them out.
    """
    items = items_of(versions)
    waiting = [version for version in versions if version.status == VersionStatus.SUBMITTED]
    granting = with_conditions and any(
        version.is_wanted
        and (item := items.get((version.pack_id, version.application.item_key))) is not None
        and item.grants is not None
        for version in waiting
    )
    month = latest_month() if granting else None
    contents = ApplicationVersion.objects.filter(pk__in=[version.pk for version in waiting])
    return Eyes(
        items,
        additions_in(month) if month else {},
        {version.pk: version.content.get("sent", {}) for version in contents},
        asides_of(waiting, items, with_prices=with_conditions),
    )


def noticed(
    versions: Sequence[ApplicationVersion],
    approved: Iterable[ApplicationVersion],
    *,
    with_conditions: bool = True,
) -> list[Noticed]:
    """What strikes about each of the versions, in their order; ``approved`` as for ``befores_of``."""
    eyes = eyes_for(versions, with_conditions=with_conditions)
    befores = befores_of(versions, approved)
    return [eyes.notice(version, befores.get(version.pk)) for version in versions]


def with_stale_values(found: Sequence[Noticed], sent: Mapping[UUID, dict[str, Any]]) -> list[Noticed]:
    """
    The same, where values that were known when they were sent are known otherwise now: the rooms are asked once more,
    a few queries for all.
    """
    fresh: dict[UUID, list[Any]] = {}
    wanted = [one for one in found if one.item is not None and one.version.is_wanted]
    for year in {one.version.application.fiscal_year for one in wanted}:
        own = [one for one in wanted if one.version.application.fiscal_year == year]
        asked = [(one.version.facility, one.item, one.version) for one in own if one.item is not None]
        for one, filled in zip(own, fill_many(asked, year), strict=True):
            fresh[one.version.pk] = stale_fields(filled.item, sent.get(one.version.pk, {}), filled)
    return [
        replace(one, flags=(Flag("stale", f"{STALE} {len(stale)}欄", 3), *one.flags))
        if (stale := fresh.get(one.version.pk))
        else one
        for one in found
    ]


def approved_versions(fiscal_years: Iterable[int]) -> list[ApplicationVersion]:
    """The approved versions of the years with their applications: one query, contents left sealed."""
    rows = ApplicationVersion.objects.filter(
        application__fiscal_year__in=set(fiscal_years), status=VersionStatus.APPROVED
    )
    return list(rows.select_related("application").defer(*SEALED))
