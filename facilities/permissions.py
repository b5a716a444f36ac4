"""Who may look at and set up facilities and accounts."""

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.rules import NotAllowed, rule


@rule
def see_facilities(actor: Actor, subject: object) -> None:
    """The operations section and the administrator see the facilities' profiles."""
    if actor.duty not in OPERATIONS_ROLES | {Role.ADMINISTRATOR}:
        raise NotAllowed("施設の情報を見ることができるのは、こども施設運営課と市の管理者です。")


@rule
def set_up_facilities(actor: Actor, subject: object) -> None:
    """Profiles and granted items are set by the administrator."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("年度プロフィールと加算を設定できるのは、市の管理者だけです。")


@rule
def manage_accounts(actor: Actor, subject: object) -> None:
    """Only the city's administrator opens accounts and registers mail addresses (R14)."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("アカウントとメールアドレスを登録できるのは、市の管理者だけです。")


@rule
def manage_api_tokens(actor: Actor, subject: object) -> None:
    """Only the city's administrator lets other systems in."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("APIトークンを作成・取消できるのは、市の管理者だけです。")
