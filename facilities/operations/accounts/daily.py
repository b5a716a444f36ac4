"""What an account needs while somebody has it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts import lockout
from accounts.models import TicketPurpose
from accounts.operations import passwords, people
from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Membership
from facilities.operating import operation
from facilities.operations.accounts.administrators import require_not_the_last
from facilities.operations.accounts.held import held_account, site_of
from facilities.rules import ProblemsFound


@operation(FacilityEvent.PASSWORD_CODE_SENT)
def send_password_code(membership_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Mail a code to choose a password: the invitation again, or after a forgotten password.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: the account is stopped, or has no confirmed address yet.
    """
    membership, user = held_account(membership_id, by)
    if not user.is_active:
        raise ProblemsFound(["停止中のアカウントです。再開してから送ってください。"])
    if not user.address:
        raise ProblemsFound(["メールアドレスがまだ確認されていません。ほかの管理者の確認を待ってください。"])
    purpose = TicketPurpose.RESET if user.has_usable_password() else TicketPurpose.INVITATION
    passwords.send_ticket(user, purpose, site=site_of(membership), by=by)
    record(
        FacilityEvent.PASSWORD_CODE_SENT,
        by=by,
        on=membership,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk), "purpose": purpose.value},
    )


@operation(FacilityEvent.ACCOUNT_UNLOCKED)
def unlock(membership_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Let an account that was locked out after wrong passwords try again at once.

    :raises NotAllowed: only the administrator.
    """
    membership, user = held_account(membership_id, by)
    forgotten = lockout.unlock(user.login_id)
    record(
        FacilityEvent.ACCOUNT_UNLOCKED,
        by=by,
        on=membership,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk), "forgotten": forgotten},
    )


@operation(FacilityEvent.ACCOUNT_DISABLED)
def disable(membership_id: UUID, *, by: Actor, at: datetime, leaves_one: bool = False) -> None:
    """
    Stop an account at once, everywhere. ``leaves_one``: it is known that only one administrator can act then.

    :raises NotAllowed: only the administrator, never oneself, never the last administrator.
    :raises ProblemsFound: it leaves one administrator, and that is not known.
    """
    membership, user = held_account(membership_id, by)
    require_not_the_last(membership, user, by, leaves_one=leaves_one)
    people.disable(user)
    record(
        FacilityEvent.ACCOUNT_DISABLED,
        by=by,
        on=membership,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk)},
    )


@operation(FacilityEvent.ACCOUNT_ENABLED)
def enable(membership_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Let a stopped account log in again.

    :raises NotAllowed: only the administrator.
    """
    membership, user = held_account(membership_id, by)
    people.enable(user)
    record(
        FacilityEvent.ACCOUNT_ENABLED,
        by=by,
        on=membership,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk)},
    )


@operation(FacilityEvent.ACCOUNTS_RECONFIRMED)
def reconfirm(membership_ids: Sequence[UUID], *, by: Actor, at: datetime) -> int:
    """
    Note that these people are still there (年度の在籍確認); how many accounts that were.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nobody was chosen.
    """
    permissions.manage_accounts(by, None)
    chosen = Membership.objects.select_for_update(of=("self",)).filter(
        pk__in=membership_ids, ended_at__isnull=True
    )
    found = [membership.pk for membership in chosen]
    if not found:
        raise ProblemsFound(["在籍を確認したアカウントを、1件以上選んでください。"])
    Membership.objects.filter(pk__in=found).update(reconfirmed_on=at.date())
    record(FacilityEvent.ACCOUNTS_RECONFIRMED, by=by, rows={"membership": found})
    return len(found)
