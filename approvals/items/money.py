"""
How the money changes if an application is approved: a month of claims, computed with and without it.

The same engine as もしもの試算 (``claims.what_if``): the newest confirmed month the application holds in; where there
is none yet, its first month as it is expected (見込み). What holds in March alone is computed for that March. Reads and
computes, stores nothing. What city and prefecture pay beside the price, and reports, are in ``amounts``.
"""

from dataclasses import dataclass, replace
from typing import Any

from applications.definitions import Item, Months, Stage
from applications.models import ApplicationVersion
from approvals.items.terms import applied_rates, months_in_year, months_of
from claims import facts
from claims.obstacles import for_city
from claims.queries.what_if import NothingToStartFrom, standing_from, standing_in_march
from claims.what_if import CannotCompute, Outcome, Scenario, Standing, try_out
from facilities.periods import ServiceMonth
from pricing.rule_sets import is_of_two_tables
from pricing.vocabulary import SYSTEMS


@dataclass(frozen=True)
class MoneyEffect:
    """
    ``outcome``: both sides of ``month``; None with ``barred`` saying why there is none, or ``breaks`` saying that the
    month is computed today and could not be any more. ``months`` of the fiscal year it holds for, from ``first`` on.

    ``counted_in``: the month of the counts where ``month`` is only expected. ``assumed``: what the facility will tell
    only with the month, in words.
    """

    first: ServiceMonth
    months: int
    outcome: Outcome | None = None
    month: ServiceMonth | None = None
    counted_in: ServiceMonth | None = None
    barred: str = ""
    breaks: str = ""
    is_sample_priced: bool = False
    assumed: tuple[str, ...] = ()

    @property
    def is_march(self) -> bool:
        """It is about one March's claim."""
        return self.month is not None and self.month.is_march and self.months == 1

    @property
    def month_yen(self) -> int:
        """A month's difference."""
        return self.outcome.delta_yen if self.outcome else 0

    @property
    def year_yen(self) -> int:
        """The difference of all its months in the fiscal year."""
        return self.month_yen * self.months


def money_effect(version: ApplicationVersion, item: Item) -> MoneyEffect | None:
    """None where an approval changes no price: reports, and additions of city and prefecture."""
    if item.stage is Stage.REPORT or (item.grants is None and not item.certifies_rates):
        return None
    first, _ = months_of(version, item)
    effect = MoneyEffect(first, months_in_year(version, item))
    try:
        in_march = item.months is Months.MARCH
        ask = standing_in_march if in_march else standing_from
        standing = ask(version.facility, first)
    except NothingToStartFrom as refusal:
        return replace(effect, barred=for_city(str(refusal)).sentence)
    effect = replace(
        effect,
        month=standing.month,
        counted_in=standing.counted_in if standing.is_expected else None,
        is_sample_priced=standing.is_sample_priced,
    )
    changed, scenario, assumed = _changed(standing, version, item)
    try:
        outcome = try_out(changed, scenario)
    except CannotCompute as refusal:
        return replace(effect, breaks="\n".join(sentence for _, sentence in refusal.problems))
    return replace(effect, outcome=outcome, assumed=assumed)


def _changed(
    standing: Standing, version: ApplicationVersion, item: Item
) -> tuple[Standing, Scenario, tuple[str, ...]]:
    """The month with the item as it would be granted, and with the rates as they were applied for."""
    scenario, assumed = standing.now, tuple[str, ...]()
    if item.grants is not None:
        items, assumed = _items(standing, version, item)
        scenario = Scenario(scenario.children, items)
    base, wage = applied_rates(version) if item.certifies_rates else (None, None)
    if base is None or wage is None:
        return standing, scenario, assumed
    # The quote as it is stays on the side of «now»; only what is tried out takes the new rates. Nothing is saved.
    profile = type(standing.profile)(
        **{
            field.attname: getattr(standing.profile, field.attname)
            for field in standing.profile._meta.concrete_fields
        }
    )
    profile.base_percent, profile.wage_percent = base, wage
    return replace(standing, profile=profile), scenario, assumed


def _items(
    standing: Standing, version: ApplicationVersion, item: Item
) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:
    """
    The granted items without this one, and with it where it is wanted; a month's facts stay with it, and those nobody
    has told yet are assumed.
    """
    assert item.grants is not None, "only items that grant something come here"
    kind, code, certification = version.facility.kind, item.grants.code, item.grants.certification
    if not is_of_two_tables(kind, code):  # as it will be granted
        certification = ""
    others, own = [], {}
    for one in standing.now.items:
        held = one.get("certification", "")
        if one["code"] != code or (certification and held not in {"", certification}):
            others.append(dict(one))
            continue
        own = dict(one)
        if certification and not held:
            others += [{**one, "certification": system} for system in SYSTEMS if system != certification]
    if not version.is_wanted:
        return tuple(others), ()
    wanted = {**own, "code": code, **version.options}
    wanted.pop("certification", None)
    if certification:
        wanted["certification"] = certification
    assumed = []
    for option, fact in facts.facts_of_item(kind, code, certification).items():
        if option not in wanted:
            wanted[option] = version.amount_yen or 0 if fact is facts.SPENT else fact.most
            assumed.append(f"{fact.label} {wanted[option]:,}{fact.unit}")
    return (*others, wanted), tuple(assumed)
