"""Who may order papers. What of a subject may be printed is its room's to say (``Subject.may_order``)."""

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.rules import NotAllowed, rule

ORDERING = OPERATIONS_ROLES | {Role.FACILITY, Role.ADMINISTRATOR}


@rule
def order(actor: Actor, subject: None) -> None:
    """Facilities their own; of the city the operations section and administrators."""
    if actor.duty not in ORDERING:
        raise NotAllowed("帳票を作れるのは、施設、運営課と市の管理者です。")


@rule
def keep_fonts(actor: Actor, _: None) -> None:
    """Bring in and release fonts of 外字: administrators, to release one two of them."""
    if actor.duty != Role.ADMINISTRATOR:
        raise NotAllowed("外字フォントを読み込み、公開できるのは、市の管理者だけです。")
