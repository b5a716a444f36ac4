"""
Which roles decide an application, one after the other (審査の経路): the city's own route, else the usual one.

Pure but for the rows it is given. A city sets its own on the page of routes; the usual ones stand here as data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from applications.definitions import Item
from applications.models import Application
from approvals.models import Certifier, ReviewRoute
from facilities.actors import Role

OFFICER, CHIEF, MANAGER = Role.OFFICER.value, Role.CHIEF.value, Role.MANAGER.value
SHORT: Final = (OFFICER, CHIEF)
LONG: Final = (OFFICER, CHIEF, MANAGER)
# Ours: no notice gives an amount. Each city sets the one of its rules on delegated decisions (専決規程).
MANAGER_FROM_YEN: Final = 3_000_000


@dataclass(frozen=True, slots=True)
class Route:
    """The roles of the steps in order, and who certifies 加算率 where the item is about them."""

    steps: tuple[str, ...]
    certifier: Certifier = Certifier.PREFECTURE
    is_usual: bool = True

    @property
    def words(self) -> str:
        """担当 → 係長 → 課長."""
        return " → ".join(step_words(role) for role in self.steps)


def step_words(role: str) -> str:
    """The role of a step without its section: 担当, 係長, 課長."""
    return Role(role).label.rpartition(" ")[2]


def route_for(
    application: Application, item: Item | None, amount_yen: int | None, own: Iterable[ReviewRoute]
) -> Route:
    """
    The route of an application with this amount: of the city's ``own`` the one that names most, else the usual one.

    An application of no amount is one of 0 yen.
    """
    yen = amount_yen or 0
    fitting = [row for row in own if _fits(row, application, yen)]
    if fitting:
        row = max(
            fitting, key=lambda row: (bool(row.item_key), bool(row.family), bool(row.stage), row.least_yen)
        )
        return Route(tuple(row.steps), Certifier(row.certifier), is_usual=False)
    if (item is not None and item.certifies_rates) or yen >= MANAGER_FROM_YEN:
        return Route(LONG)
    return Route(SHORT)


def usual_words() -> Sequence[tuple[str, str]]:
    """(for what, the route) of the usual ones, for the page of routes."""
    return (
        ("ふつうの申請", Route(SHORT).words),
        (f"{MANAGER_FROM_YEN:,}円以上の申請", Route(LONG).words),
        ("加算率の認定を受ける申請", f"{Route(LONG).words} → {Certifier.PREFECTURE.label}"),
    )


def _fits(row: ReviewRoute, application: Application, yen: int) -> bool:
    return (
        row.family in {"", application.family}
        and row.stage in {"", application.stage}
        and row.item_key in {"", application.item_key}
        and row.least_yen <= yen
    )
