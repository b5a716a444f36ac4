"""A person who serves another facility, too (兼務)."""

from datetime import date, datetime
from uuid import UUID

from accounts.models import User
from audit.record import record
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership, RegistrationStatus
from facilities.operating import operation
from facilities.operations.accounts.held import STOPPED, held_account, site_of
from facilities.operations.accounts.mailboxes import ADDRESS_SHARED, sharer_of, words_of
from facilities.operations.accounts.registrations import (
    Notification,
    notification_problems,
    write_registration,
)
from facilities.operations.accounts.slots import free_slot, take_slot
from facilities.rules import ProblemsFound
from jobs import mail

NO_ADDRESS = "メールアドレスがまだ確認されていません。先に、ほかの管理者が確認してください。"
OF_THE_CITY = "市の職員のアカウントに、施設の担当は追加できません。施設のアカウントを開いてください。"
SERVES_ALREADY = "この施設はすでに担当しています。ほかの施設を選んでください。"
WAITS_ALREADY = "この施設の担当の追加は、すでに確認を待っています。"
ANOTHER_ADDRESS = (
    "登録のあとに、このアカウントのメールアドレスが変わりました。登録を取り下げて、もう一度登録してください。"
)
SERVES_NOW = """はぐくみ請求で、担当する施設が追加されました。

アカウント: {login_id}
施設: {facility}

ログインしたあと、画面の上の「施設を切り替える」から開けます。
{site}

心当たりがないときは、すぐに市の担当課へご連絡ください。
"""


@operation(FacilityEvent.SECOND_FACILITY_REGISTERED)
def add_facility(
    membership_id: UUID,
    facility_id: UUID,
    *,
    number: str,
    notified_on: date | None,
    by: Actor,
    at: datetime,
) -> AddressRegistration:
    """
    Register on another facility's notification that this person serves it too (兼務), under the same address.

    It waits like an address: once another administrator has confirmed it (``confirm_address``), the slot is taken.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: the notification is not complete, the account cannot serve another facility, both slots are
        taken or promised, or somebody else reads the account's mailbox too.
    """
    membership, user = held_account(membership_id, by)
    facility = Facility.objects.get(pk=facility_id)
    notified = Notification(user.address, number, notified_on)
    problems = notification_problems(notified, at) + _addition_problems(membership, user, facility)
    if problems:
        raise ProblemsFound(problems)
    registration = write_registration(user, notified, by, at, facility=facility)
    record(
        FacilityEvent.SECOND_FACILITY_REGISTERED,
        by=by,
        on=registration,
        facility_id=facility.pk,
        detail={"account": str(user.pk), "notification_number": number},
    )
    return registration


def serve(
    registration: AddressRegistration, facility: Facility, membership: Membership, user: User, by: Actor
) -> None:
    """
    Confirmed: the person serves the facility from now on, and is told.

    :raises ProblemsFound: she cannot any more.
    """
    problems = _addition_problems(membership, user, facility, confirming=registration.pk)
    if registration.address != user.address:
        problems.append(ANOTHER_ADDRESS)
    if problems:
        raise ProblemsFound(problems)
    opened = take_slot(facility, user.pk, by, confirming=registration.pk)
    mail.send_later(
        to=user.address,
        subject="【はぐくみ請求】担当する施設が追加されました",
        text=SERVES_NOW.format(login_id=user.login_id, facility=facility.name, site=site_of(opened)),
    )


def _addition_problems(
    membership: Membership, user: User, facility: Facility, *, confirming: UUID | None = None
) -> list[str]:
    if membership.facility_id is None:
        return [OF_THE_CITY]
    problems = []
    if not user.is_active:
        problems.append(STOPPED)
    if not user.address:
        problems.append(NO_ADDRESS)
    elif sharer := sharer_of(user, user.address, also=facility):
        problems.append(words_of(sharer, ADDRESS_SHARED))
    waiting = AddressRegistration.objects.filter(
        user=user, facility=facility, status=RegistrationStatus.WAITING
    )
    if Membership.objects.filter(user=user, facility=facility, ended_at__isnull=True).exists():
        problems.append(SERVES_ALREADY)
    elif waiting.exclude(pk=confirming).exists():
        problems.append(WAITS_ALREADY)
    else:
        try:
            free_slot(facility, confirming=confirming)
        except ProblemsFound as full:
            problems += full.problems
    return problems
