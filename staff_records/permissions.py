"""Who may do what with the roster. A facility keeps its own; the city reads, asks and accepts, and never writes one."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.rules import NotAllowed, rule


class OfFacility(Protocol):
    """Anything that belongs to one facility."""

    @property
    def facility_id(self) -> UUID: ...


@dataclass(frozen=True)
class RosterOf:
    """The roster of one facility, where there is no row of it to ask about."""

    facility_id: UUID


@rule
def keep(actor: Actor, row: OfFacility) -> None:
    """Write the roster: the facility itself."""
    if actor.facility_id is None or actor.facility_id != row.facility_id:
        raise NotAllowed("職員名簿を登録・変更できるのは、その施設の担当者だけです。")


@rule
def read_in_city(actor: Actor, _: None) -> None:
    """Read rosters in the city: the operations section (R15). No other section has a task that needs it."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("職員名簿を見られるのは、こども施設運営課の担当者だけです。")


@rule
def decide(actor: Actor, _: None) -> None:
    """Accept, return, acknowledge and check in the city: the operations section."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("職員名簿を受理・確認できるのは、こども施設運営課の担当者だけです。")


@rule
def erase(actor: Actor, _: None) -> None:
    """Set the retention period, erase people after it: administrators, to erase two of them."""
    if actor.duty != Role.ADMINISTRATOR:
        raise NotAllowed("職員の記録の保存期間を決め、過ぎた記録を消去できるのは、市の管理者だけです。")


@rule
def set_round(actor: Actor, _: None) -> None:
    """Set until when the rosters are due: the operations section."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("職員名簿の提出期限を決められるのは、こども施設運営課の担当者だけです。")
