"""Who may do what with applications: facilities keep their own, the operations section reads."""

from typing import Protocol
from uuid import UUID

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.rules import NotAllowed, rule


class OfFacility(Protocol):
    """Anything that belongs to one facility."""

    @property
    def facility_id(self) -> UUID: ...


@rule
def keep(actor: Actor, row: OfFacility) -> None:
    """Type, send and take back: the facility itself."""
    if actor.facility_id is None or actor.facility_id != row.facility_id:
        raise NotAllowed("申請を入力・提出できるのは、その施設の担当者だけです。")


@rule
def read_in_city(actor: Actor, _: None) -> None:
    """Read applications in the city: the operations section (R15)."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("申請を見られるのは、こども施設運営課の担当者だけです。")


@rule
def set_rounds(actor: Actor, _: None) -> None:
    """Set the days of entry rounds, open one again: the operations section."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("入力の回の日程を決められるのは、こども施設運営課の担当者だけです。")


@rule
def keep_packs(actor: Actor, _: None) -> None:
    """Load and release packs: administrators, to release one two of them."""
    if actor.duty != Role.ADMINISTRATOR:
        raise NotAllowed("申請様式を読み込み、公開できるのは、市の管理者だけです。")


@rule
def say_places(actor: Actor, _: None) -> None:
    """Say what holds of the places of facilities: administrators."""
    if actor.duty != Role.ADMINISTRATOR:
        raise NotAllowed("地域の設定を登録できるのは、市の管理者だけです。")


@rule
def keep_papers(actor: Actor, _: None) -> None:
    """Receive, check and file what comes on paper: the operations section."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("紙の書類を受け付けられるのは、こども施設運営課の担当者だけです。")


@rule
def talk(actor: Actor, row: OfFacility) -> None:
    """Ask and answer about an application: the facility itself, and the operations section."""
    if actor.duty not in OPERATIONS_ROLES and actor.facility_id != row.facility_id:
        raise NotAllowed("申請について書けるのは、その施設と、こども施設運営課の担当者だけです。")
