"""
How the money changes if an application is approved: the newest confirmed month, computed with and without it.

The same engine as もしもの試算 (``claims.what_if``). Reads and computes, stores nothing. What holds in March alone is
in no month of the engine; there, and for what city and prefecture pay beside the price, the application's own amount
is all there is.
"""

from dataclasses import dataclass, replace
from typing import Any

from applications.definitions import Item, Months, Stage
from applications.models import ApplicationVersion
from approvals.items.terms import applied_rates, months_in_year, months_of
from claims.obstacles import for_city
from claims.queries.what_if import NothingToStartFrom, newest_standing
from claims.what_if import CannotCompute, Outcome, Scenario, Standing, try_out
from facilities.periods import ServiceMonth


@dataclass(frozen=True)
class MoneyEffect:
    """
    ``outcome``: both sides of the newest confirmed month; None with ``barred`` saying why there is none. ``months`` of
    the fiscal year it holds for, from ``first`` on.
    """

    first: ServiceMonth
    months: int
    outcome: Outcome | None = None
    month: ServiceMonth | None = None
    barred: str = ""
    is_sample_priced: bool = False

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
    months = months_in_year(version, item)
    if item.months is Months.MARCH:
        return MoneyEffect(first, months, barred="3月だけの加算は、月額の試算に含まれません。")
    try:
        standing = newest_standing(version.facility, prices_only=True)
        changed, scenario = _changed(standing, version, item)
        outcome = try_out(changed, scenario)
    except (NothingToStartFrom, CannotCompute) as refusal:
        return MoneyEffect(first, months, barred=for_city(str(refusal)).sentence)
    return MoneyEffect(first, months, outcome, standing.month, is_sample_priced=standing.is_sample_priced)


def _changed(standing: Standing, version: ApplicationVersion, item: Item) -> tuple[Standing, Scenario]:
    """The month with the item as it would be granted, and with the rates as they were applied for."""
    scenario = standing.now
    if item.grants is not None:
        scenario = Scenario(scenario.children, _items(standing, version, item))
    base, wage = applied_rates(version) if item.certifies_rates else (None, None)
    if base is None or wage is None:
        return standing, scenario
    # The quote as it is stays on the side of «now»; only what is tried out takes the new rates. Nothing is saved.
    profile = type(standing.profile)(
        **{
            field.attname: getattr(standing.profile, field.attname)
            for field in standing.profile._meta.concrete_fields
        }
    )
    profile.base_percent, profile.wage_percent = base, wage
    return replace(standing, profile=profile), scenario


def _items(standing: Standing, version: ApplicationVersion, item: Item) -> tuple[dict[str, Any], ...]:
    """The granted items without this one, and with it where it is wanted; a month's facts stay with it."""
    assert item.grants is not None, "only items that grant something come here"
    code, certification = item.grants.code, item.grants.certification
    others, own = [], {}
    for one in standing.now.items:
        same = not certification or one.get("certification", "") in {"", certification}
        if one["code"] == code and same:
            own = dict(one)
        else:
            others.append(dict(one))
    if version.is_wanted:
        wanted = {**own, "code": code, **version.options}
        if certification:
            wanted["certification"] = certification
        others.append(wanted)
    return tuple(others)
