"""What the product notices about a sent application (注意): what a reviewer should look at before it is approved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from applications.definitions import Item
from applications.filling import FilledItem, Origin, is_empty
from applications.models import ApplicationVersion
from approvals.items.asides import Aside
from approvals.items.comparing import ends_something
from approvals.items.holding import Stake
from approvals.items.prices import UNPRICED
from claims.queries.additions import Checked

NO_ASIDE: Final = Aside()


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
    checked: Checked | None,
    sent: dict[str, Any],
    aside: Aside = NO_ASIDE,
) -> list[Flag]:
    """
    Everything that strikes about a version, the biggest risk first. ``sent``: its frozen values, ``{}`` unopened;
    ``aside``: what a «no» gives up, and whether there is a price.
    """
    found: list[Flag] = []
    if version.is_wanted and before is None:
        found.append(Flag("new", "初めての申請", 3))
    if aside.stake is Stake.HELD or ends_something(version, before):
        found.append(Flag("ends", "取りやめ", 3))
    if aside.stake is Stake.REPORT:
        found.append(Flag("unreported", "適用した項目の報告なし", 3))
    if aside.is_unpriced:
        found.append(Flag("unpriced", "単価なし", 4, UNPRICED))
    if version.is_wanted:
        found += _conditions(item, checked)
    differing = [key for key, kept in sent.items() if kept["origin"] == Origin.DIFFERS]
    if differing:
        found.append(Flag("differs", f"登録と違う値 {len(differing)}欄", 3))
    if version.late_reason:
        found.append(Flag("late", "期限後の提出", 1, version.late_reason))
    if version.answers_id is not None:
        found.append(Flag("again", "差し戻し後の再提出", 0))
    if version.replaces_id is not None:
        found.append(Flag("change", "年度途中の変更", 1))
    return sorted(found, key=lambda flag: -flag.risk)


def stale_fields(item: Item, sent: dict[str, Any], filled: FilledItem) -> list[tuple[str, Any, Any]]:
    """
    (field key, as sent, as known now) of values that were known when it was sent and are known otherwise now: the
    roster was accepted anew, the profile has changed.
    """
    found = []
    for own in item.fields:
        kept, now = sent.get(own.key), filled.by_key[own.key].known
        if kept is None or kept["origin"] != Origin.KNOWN or own.is_table:
            continue
        if now is not None and not is_empty(now.value) and now.value != kept["value"]:
            found.append((own.key, kept["value"], now.value))
    return found


def risk_of(flags: Iterable[Flag]) -> int:
    """All risks together."""
    return sum(flag.risk for flag in flags)


def _conditions(item: Item | None, checked: Checked | None) -> list[Flag]:
    """Whether the conditions of the addition fail by what counts, roster and answers say of the newest month."""
    if item is None or item.grants is None or checked is None:
        return []
    findings = (*checked.findings.claimed, *checked.findings.unclaimed)
    failing = [
        one
        for one in findings
        if one.code == item.grants.code
        and one.system in {"", item.grants.certification or one.system}
        and one.verdict == "fails"
        and one.section != "deduction"
    ]
    if not failing:
        return []
    words = "要件を満たさない可能性" if failing[0].is_claimed else "条件が足りない可能性"
    why = "　".join(sentence for one in failing for reason in one.failing for sentence in reason.sentences)
    return [Flag("lost", words, 4, why)]
