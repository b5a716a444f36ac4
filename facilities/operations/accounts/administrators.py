"""Administrators: one cannot act alone, and the last one stays."""

from uuid import UUID

from accounts.models import User
from facilities.actors import Actor, Role
from facilities.models import Membership
from facilities.queries import acting_administrators, leaves_one_administrator
from facilities.rules import NotAllowed, ProblemsFound

LAST_ADMINISTRATOR = (
    "利用中の管理者がほかにいません。先に、もう1人の管理者を登録して、使い始めてもらってください。"
)
LEAVES_ONE = (
    "利用中の管理者が1人だけになり、メールアドレスを確認できる人がいなくなります。"
    "それでもよいときは、「管理者が1人だけになることを確認しました」にチェックを入れてください。"
)


def founds_the_four_eyes(membership: Membership, by: Actor) -> bool:
    """Whether this is the city's second administrator, and ``by`` the only one: she may confirm what she registered."""
    return membership.duty == Role.ADMINISTRATOR and not has_colleague(by)


def has_colleague(by: Actor) -> bool:
    """Whether another administrator can act."""
    return bool(_other_administrators(by.user_id))


def _other_administrators(user_id: UUID) -> list[UUID]:
    """The accounts of the administrators who can act besides this one."""
    return [one for one in acting_administrators() if one != user_id]


def require_not_the_last(membership: Membership, user: User, by: Actor, *, leaves_one: bool) -> None:
    """
    Nobody stops oneself, and somebody can act afterwards.

    :raises NotAllowed: oneself, or the last administrator.
    :raises ProblemsFound: it leaves one administrator, and that is not known (``leaves_one``).
    """
    if user.pk == by.user_id:
        raise NotAllowed("自分のアカウントは停止できません。ほかの管理者に依頼してください。")
    if membership.duty != Role.ADMINISTRATOR:
        return
    acting = acting_administrators()
    if not set(acting) - {user.pk}:
        raise NotAllowed(LAST_ADMINISTRATOR)
    if leaves_one_administrator(user.pk, acting) and not leaves_one:
        raise ProblemsFound([LEAVES_ONE])
