"""
What an application's own amount comes to, beside what was approved before: for what city and prefecture pay next to the
price, and for annual reports (実績報告).

Read from what was sent: the pack computed it. Who bears how much of it is the item's ``share``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from applications.definitions import Item, Kind, Stage
from applications.models import ApplicationVersion
from formulas import read

BEARERS: Final = ("国", "県", "市")


@dataclass(frozen=True)
class Borne:
    """What one of nation, prefecture and city bears, in yen: before and now."""

    by: str
    before_yen: int
    now_yen: int

    @property
    def difference_yen(self) -> int:
        """Now less before."""
        return self.now_yen - self.before_yen


@dataclass(frozen=True)
class AmountEffect:
    """
    The amount in yen that was approved before and that is applied for now; ``label`` of its field.

    Of a report ``told`` are the amounts it is made of (received, spent), by label, as they were sent.
    """

    label: str
    before_yen: int
    now_yen: int
    borne: tuple[Borne, ...] = ()
    told: tuple[tuple[str, int], ...] = ()

    @property
    def difference_yen(self) -> int:
        """Now less before."""
        return self.now_yen - self.before_yen


def amount_effect(
    version: ApplicationVersion,
    before: ApplicationVersion | None,
    item: Item,
    sent: Mapping[str, Mapping[str, Any]],
) -> AmountEffect | None:
    """
    None where the item has no amount, or where the price engine tells more (``money``).

    ``sent`` as it was frozen. A «no» is of 0 yen; so is what nobody has approved before. An application of another
    fiscal year is beside it, too; of a report nothing is: last year's rest is no measure of this year's.
    """
    is_report = item.stage is Stage.REPORT
    if not item.amount or (not is_report and (item.grants is not None or item.certifies_rates)):
        return None
    now = version.amount_yen or 0
    then = 0 if is_report or before is None else before.amount_yen or 0
    own = item.field_named(item.amount)
    borne: tuple[Borne, ...] = ()
    if item.share is not None:
        pairs = zip(BEARERS, item.share.split(then), item.share.split(now), strict=True)
        parts = (item.share.nation, item.share.prefecture, item.share.city)
        borne = tuple(Borne(*pair) for pair, part in zip(pairs, parts, strict=True) if part)
    return AmountEffect(own.label, then, now, borne, _told(item, sent) if is_report else ())


def _told(item: Item, sent: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    """The yen fields the amount is computed from, in the item's order."""
    formula = item.field_named(item.amount).formula
    names = read(formula).names if formula else frozenset()
    return tuple(
        (own.label, sent[own.key]["value"])
        for own in item.fields
        if own.key in names and own.kind is Kind.YEN and isinstance(sent.get(own.key, {}).get("value"), int)
    )
