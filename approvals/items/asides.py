"""What is asked of a version besides conditions and registers: what a «no» gives up, whether there is a price."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from applications.definitions import Item
from applications.models import ApplicationVersion
from applications.packs_in_force import pack_of
from applications.states import VersionStatus
from approvals.items.holding import Holdings, Stake, holdings_of, stake_of
from approvals.items.prices import Prices, prices_of

ItemsByPack = Mapping[tuple[UUID, str], Item]


@dataclass(frozen=True, slots=True)
class Aside:
    """``stake``: what a «no» gives up; ``is_unpriced``: no book has a price for what is asked."""

    stake: Stake | None = None
    is_unpriced: bool = False


@dataclass(frozen=True)
class Asides:
    """Of many versions at once."""

    items: ItemsByPack
    holdings: Holdings
    prices: Prices

    def of(self, version: ApplicationVersion) -> Aside:
        """One of them."""
        item = self.items.get((version.pack_id, version.application.item_key))
        if item is None:
            return Aside()
        reported = self.items.get((version.pack_id, item.reports_on))
        return Aside(stake_of(version, item, reported, self.holdings), self.prices.lacks(version, item))


def asides_of(
    versions: Iterable[ApplicationVersion], items: ItemsByPack, *, with_prices: bool = True
) -> Asides:
    """Three queries for all that wait; one each where nobody says «no», nothing is priced, or no 認定こども園 asks."""
    waiting = [version for version in versions if version.status == VersionStatus.SUBMITTED]
    pairs = [(version, items.get((version.pack_id, version.application.item_key))) for version in waiting]
    return Asides(
        items,
        holdings_of(version for version in waiting if version.is_wanted is False),
        prices_of(pairs) if with_prices else Prices(),
    )


def aside_of(version: ApplicationVersion, *, with_prices: bool = True) -> Aside:
    """Of one version, with its pack."""
    items = {(version.pack_id, key): item for key, item in pack_of(version.pack).by_key.items()}
    return asides_of([version], items, with_prices=with_prices).of(version)
