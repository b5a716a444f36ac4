"""What the product notices about a sent application (注意): what a reviewer should look at before it is approved."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from applications.definitions import Item
from applications.filling import FilledItem, Origin, is_empty
from applications.models import ApplicationVersion
from approvals.items.comparing import ends_something
from approvals.items.holding import Stake
from approvals.items.prices import UNPRICED
from claims.findings_told import FindingsTold


class Compared(NamedTuple):
    """
    A version beside the registers: the fields ``typed`` against the register when they were sent, and what is known now
    of those that were from the register and are ``stale``. Both by field key.
    """

    typed: tuple[str, ...] = ()
    stale: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at; ``risk`` weighs in the order of the inbox, 0: worth knowing and no risk."""

    key: str
    words: str
    risk: int
    why: str = ""


def flags_of(
    version: ApplicationVersion,
    before: ApplicationVersion | None,
    item: Item | None,
    told: FindingsTold | None,
    compared: Compared,
    stake: Stake | None = None,
    *,
    is_unpriced: bool = False,
) -> list[Flag]:
    """
    Everything that strikes about a version, the biggest risk first. ``told``: what the conditions say of its facility
    in its newest month with counts; ``stake``: what a «no» gives up; ``is_unpriced``: there is no price for what it
    asks for.
    """
    found: list[Flag] = []
    if compared.stale:
        found.append(_of_fields("stale", "いまの登録と違う値", item, compared.stale))
    if version.is_wanted and before is None:
        found.append(Flag("new", "初めての申請", 3))
    if stake is Stake.HELD or ends_something(version, before):
        found.append(Flag("ends", "取りやめ", 3))
    if stake is Stake.REPORT:
        found.append(Flag("unreported", "適用した項目の報告なし", 3))
    if is_unpriced:
        found.append(Flag("unpriced", "単価なし", 4, UNPRICED))
    if version.is_wanted:
        found += _conditions(item, told)
    if compared.typed:
        found.append(_of_fields("differs", "登録と違う値", item, compared.typed))
    if version.late_reason:
        found.append(Flag("late", "期限後の提出", 1, version.late_reason))
    if version.answers_id is not None:
        found.append(Flag("again", "差し戻し後の再提出", 0))
    if version.replaces_id is not None:
        found.append(Flag("change", "年度途中の変更", 1))
    return sorted(found, key=lambda flag: -flag.risk)


def typed_against(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields somebody typed another value in than was registered. ``sent``: frozen values."""
    return tuple(key for key, kept in sent.items() if kept["origin"] == Origin.DIFFERS)


def stale_fields(item: Item, sent: Mapping[str, Any], filled: FilledItem) -> dict[str, Any]:
    """
    By field key, what is known now of values that were known when they were sent and are known otherwise now: the
    roster was accepted anew, the profile has changed.
    """
    found = {}
    for own in item.fields:
        kept, now = sent.get(own.key), filled.by_key[own.key].known
        if kept is None or kept["origin"] != Origin.KNOWN or own.is_table:
            continue
        if now is not None and not is_empty(now.value) and now.value != kept["value"]:
            found[own.key] = now.value
    return found


def risk_of(flags: Iterable[Flag]) -> int:
    """All risks together."""
    return sum(flag.risk for flag in flags)


def _of_fields(key: str, words: str, item: Item | None, fields: Collection[str]) -> Flag:
    labels = {own.key: own.label for own in item.fields} if item else {}
    return Flag(key, f"{words} {len(fields)}欄", 3, "、".join(labels.get(one, one) for one in fields))


def _conditions(item: Item | None, told: FindingsTold | None) -> list[Flag]:
    """Whether the conditions of the addition fail by what counts, roster and answers say of the newest month."""
    if item is None or item.grants is None or told is None:
        return []
    failing = told.failing(item.grants.code, item.grants.certification)
    if not failing:
        return []
    words = "要件を満たさない可能性" if failing[0].is_claimed else "条件が足りない可能性"
    why = "　".join(sentence for one in failing for reason in one.failing for sentence in reason.sentences)
    return [Flag("lost", words, 4, why)]
