"""
Accounts: opened, addressed, handed over and disabled by the city's administrators only (R14, R15).

An address that one administrator has registered counts when another one has confirmed it; with the first address of
an account its invitation leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import lockout
from accounts.models import TicketPurpose, User
from accounts.operations import passwords, people
from audit.record import record
from facilities import permissions
from facilities.actors import CITY_ROLES, Actor, Role
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership, Municipality, RegistrationStatus
from facilities.operating import operation
from facilities.queries import acting_administrators, leaves_one_administrator
from facilities.rules import NotAllowed, ProblemsFound
from jobs import mail

SLOTS = (1, 2)
BOTH_TAKEN = "この施設のアカウントはすでに2つあります。どちらかの担当を終了するか、引き継いでください。"
PROMISED = "この施設の空いている枠には、確認を待つ担当があります。先にそれを確認するか、取り下げてください。"
AT_ONCE = "ほかの人が同時に登録したため、登録できませんでした。一覧を確認して、もう一度お試しください。"
ID_TAKEN = "このIDはすでに使われています。別のIDを入力してください。"
FUTURE = "届出日が未来の日付です。届出書の日付を確認してください。"
NO_NOTIFICATION = "施設のアカウントには、届出番号と届出日が必要です。届出書を見て入力してください。"
NOT_WAITING = "この登録は、ほかの管理者がすでに処理しました。画面を開き直してください。"
STOPPED = "停止中のアカウントです。先に再開してください。"
NO_ADDRESS = "メールアドレスがまだ確認されていません。先に、ほかの管理者が確認してください。"
OF_THE_CITY = "市の職員のアカウントに、施設の担当は追加できません。施設のアカウントを開いてください。"
SERVES_ALREADY = "この施設はすでに担当しています。ほかの施設を選んでください。"
WAITS_ALREADY = "この施設の担当の追加は、すでに確認を待っています。"
ANOTHER_ADDRESS = (
    "登録のあとに、このアカウントのメールアドレスが変わりました。登録を取り下げて、もう一度登録してください。"
)
ADDRESS_TAKEN = (
    "このアドレスは、{whose}のアカウント（{login_id}）に登録されています。"
    "届出書のアドレスを確認してください。"
)
ADDRESS_SHARED = (
    "このアドレスは、{whose}のアカウント（{login_id}）にも登録されています。"
    "2つ以上の施設を担当する人は、本人だけのアドレスにしてください。"
)
ENDED = "このアカウントの担当はすでに終わっています。一覧から開き直してください。"
ANOTHER_PERSON = "登録した本人は確認できません。ほかの管理者に確認を依頼してください。"
LAST_ADMINISTRATOR = (
    "利用中の管理者がほかにいません。先に、もう1人の管理者を登録して、使い始めてもらってください。"
)
LEAVES_ONE = (
    "利用中の管理者が1人だけになり、メールアドレスを確認できる人がいなくなります。"
    "それでもよいときは、「管理者が1人だけになることを確認しました」にチェックを入れてください。"
)
NO_CITY_ROLE = "施設職員の役割は変えられません。市の職員の役割だけを変えられます。"
SAME_ROLE = "いまと同じ役割です。新しい役割を選んでください。"
OWN_ROLE = "自分の役割は変えられません。ほかの管理者に依頼してください。"
NEW_ADMINISTRATOR = (
    "役割の変更で管理者にはできません。いまの担当を終了し、新しいIDの管理者として登録してください。"
    "登録を、ほかの管理者が確認します。"
)
SERVES_NOW = """はぐくみ請求で、担当する施設が追加されました。

アカウント: {login_id}
施設: {facility}

ログインしたあと、画面の上の「施設を切り替える」から開けます。
{site}

心当たりがないときは、すぐに市の担当課へご連絡ください。
"""


@dataclass(frozen=True)
class Notification:
    """A notified address (届出). City accounts have no notification: number and day are empty."""

    address: str
    number: str = ""
    notified_on: date | None = None


# ---------------------------------------------------------------- opening


@operation(FacilityEvent.ACCOUNT_OPENED)
def open_account(facility_id: UUID, user_id: UUID, *, by: Actor, at: datetime) -> Membership:
    """
    Give a new facility's free slot to an account of the number it had before. This chooses which of the two.

    Any other facility is added by two administrators: ``add_facility``.

    :raises NotAllowed: only the administrator opens accounts.
    :raises ProblemsFound: both slots are taken, or the account has one already.
    """
    facility = Facility.objects.get(pk=facility_id)
    permissions.manage_accounts(by, facility)
    return _take_slot(facility, user_id, by)


@operation(FacilityEvent.ACCOUNT_OPENED)
def create_account(
    duty: Role,
    facility_id: UUID | None,
    *,
    login_id: str,
    name: str,
    notified: Notification,
    by: Actor,
    at: datetime,
) -> Membership:
    """
    Register a new person of the city (a role) or of a facility (a slot). The invitation waits for the confirmation.

    :raises NotAllowed: only the administrator opens accounts.
    :raises ProblemsFound: the id is taken, both slots are taken, or the notification is not complete.
    """
    facility = Facility.objects.get(pk=facility_id) if facility_id is not None else None
    permissions.manage_accounts(by, facility)
    _one_after_the_other(by)
    if (duty is Role.FACILITY) != (facility is not None):
        raise ProblemsFound(["施設職員には施設を、市の職員には役割を選んでください。"])
    return _create(duty, facility, login_id, name, notified, by, at)


@operation(FacilityEvent.ACCOUNT_HANDED_OVER)
def hand_over(
    membership_id: UUID,
    *,
    login_id: str,
    name: str,
    notified: Notification,
    by: Actor,
    at: datetime,
    leaves_one: bool = False,
) -> Membership:
    """
    A successor takes the slot or role (引継ぎ): the former account ends at once, what it did keeps its name.

    ``leaves_one``: it is known that only one administrator can act then, until the successor begins.

    :raises NotAllowed: only the administrator, never for oneself, never the last administrator.
    :raises ProblemsFound: see ``create_account``; or it leaves one administrator, and that is not known.
    """
    membership, user = _account(membership_id, by)
    _end(membership, user, by, at, leaves_one=leaves_one)
    successor = _create(Role(membership.duty), membership.facility, login_id, name, notified, by, at)
    record(
        FacilityEvent.ACCOUNT_HANDED_OVER,
        by=by,
        on=successor,
        facility_id=membership.facility_id,
        rows={"membership": [membership.pk, successor.pk]},
        detail={"account": str(user.pk), "successor": str(successor.user_id)},
    )
    return successor


@operation(FacilityEvent.ACCOUNT_ENDED)
def end_account(membership_id: UUID, *, by: Actor, at: datetime, leaves_one: bool = False) -> None:
    """
    End a membership: its slot is free again. The account itself is stopped when nothing else is left to it.

    ``leaves_one``: it is known that only one administrator can act then.

    :raises NotAllowed: only the administrator, never oneself, never the last administrator.
    :raises ProblemsFound: it leaves one administrator, and that is not known.
    """
    membership, user = _account(membership_id, by)
    _end(membership, user, by, at, leaves_one=leaves_one)
    record(
        FacilityEvent.ACCOUNT_ENDED,
        by=by,
        on=membership,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk)},
    )


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
    membership, user = _account(membership_id, by)
    facility = Facility.objects.get(pk=facility_id)
    notified = Notification(user.address, number, notified_on)
    problems = _notification_problems(notified, at) + _addition_problems(membership, user, facility)
    if problems:
        raise ProblemsFound(problems)
    registration = _write_registration(user, notified, by, at, facility=facility)
    record(
        FacilityEvent.SECOND_FACILITY_REGISTERED,
        by=by,
        on=registration,
        facility_id=facility.pk,
        detail={"account": str(user.pk), "notification_number": number},
    )
    return registration


@operation(FacilityEvent.ROLE_CHANGED)
def change_role(
    membership_id: UUID, duty: Role, *, by: Actor, at: datetime, leaves_one: bool = False
) -> Membership:
    """
    Give a person of the city another role (人事異動): the same account and ID, every login ends.

    The former role ends and stays in the record. Whoever decides on a claim twice is one person in both roles.
    ``leaves_one``: it is known that only one administrator can act then.

    :raises NotAllowed: only the administrator, never for oneself, never the last administrator, and nobody becomes an
        administrator this way: one alone would choose who confirms what she registers.
    :raises ProblemsFound: a facility's account, no role of the city, or the role the person has already; or it leaves
        one administrator, and that is not known.
    """
    membership, user = _account(membership_id, by)
    if user.pk == by.user_id:
        raise NotAllowed(OWN_ROLE)
    if membership.facility_id is not None or duty not in CITY_ROLES:
        raise ProblemsFound([NO_CITY_ROLE])
    if membership.duty == duty:
        raise ProblemsFound([SAME_ROLE])
    if duty is Role.ADMINISTRATOR:
        raise NotAllowed(NEW_ADMINISTRATOR)
    _require_not_the_last(membership, user, by, leaves_one=leaves_one)
    membership.ended_at = at
    membership.save(update_fields=["ended_at"])
    changed: Membership = Membership.objects.create(
        municipality_id=membership.municipality_id, user=user, duty=duty
    )
    if user.has_usable_password():
        people.end_sessions(user)
    record(
        FacilityEvent.ROLE_CHANGED,
        by=by,
        on=changed,
        rows={"membership": [membership.pk, changed.pk]},
        detail={"account": str(user.pk), "former_duty": membership.duty, "duty": duty.value},
    )
    return changed


# ---------------------------------------------------------------- addresses


@operation(FacilityEvent.ADDRESS_REGISTERED)
def register_address(
    membership_id: UUID, notified: Notification, *, by: Actor, at: datetime
) -> AddressRegistration:
    """
    Register a notified address; it counts once another administrator has confirmed it.

    :raises NotAllowed: only the administrator registers addresses.
    :raises ProblemsFound: the notification is not complete, its date lies in the future, another registration waits,
        or the address belongs to another facility's account.
    """
    membership, user = _account(membership_id, by)
    waiting = AddressRegistration.objects.filter(user=user, status=RegistrationStatus.WAITING)
    if waiting.filter(facility__isnull=True).exists():
        raise ProblemsFound(
            ["確認を待っているアドレスがあります。先にそれを確認するか、取り下げてください。"]
        )
    return _register(membership, user, notified, by, at)


@operation(FacilityEvent.ADDRESS_CONFIRMED)
def confirm_address(registration_id: UUID, *, by: Actor, at: datetime) -> AddressRegistration:
    """
    Another administrator confirms: the address counts from now on.

    A new account gets its invitation. Otherwise every login ends, and the old and the new address are told. When the
    account's own address was registered for another facility, its person serves that one too from now on.

    :raises NotAllowed: not an administrator, or the one who registered it; unless the city has just one administrator
        and registers its second one.
    :raises ProblemsFound: it was decided already, the account is stopped before it was ever used, the address has
        become another facility's meanwhile, or the facility cannot be added any more.
    """
    _one_after_the_other(by)
    registration: AddressRegistration = AddressRegistration.objects.select_for_update(of=("self",)).get(
        pk=registration_id
    )
    permissions.manage_accounts(by, registration)
    if registration.status != RegistrationStatus.WAITING:
        raise ProblemsFound([NOT_WAITING])
    membership = Membership.objects.filter(user=registration.user_id, ended_at__isnull=True).first()
    if membership is None:
        raise ProblemsFound([ENDED])
    alone = registration.registered_by == by.user_id
    if alone and not founds_the_four_eyes(membership, by):
        raise NotAllowed(ANOTHER_PERSON)
    user = User.objects.select_for_update(of=("self",)).get(pk=registration.user_id)
    if registration.facility is not None:
        _serve(registration, registration.facility, membership, user, by)
    else:
        _let_count(registration, membership, user, by)
    registration.is_sole = alone
    _decide(registration, RegistrationStatus.CONFIRMED, by, at)
    record(
        FacilityEvent.ADDRESS_CONFIRMED,
        by=by,
        on=registration,
        facility_id=registration.facility_id or membership.facility_id,
        detail={"account": str(user.pk), "notification_number": registration.notification_number},
    )
    return registration


@operation(FacilityEvent.ADDRESS_WITHDRAWN)
def withdraw_address(registration_id: UUID, *, by: Actor, at: datetime) -> AddressRegistration:
    """
    Take a waiting registration back, e.g. after a slip of typing.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it was decided already.
    """
    registration: AddressRegistration = AddressRegistration.objects.select_for_update(of=("self",)).get(
        pk=registration_id
    )
    permissions.manage_accounts(by, registration)
    if registration.status != RegistrationStatus.WAITING:
        raise ProblemsFound([NOT_WAITING])
    _decide(registration, RegistrationStatus.WITHDRAWN, by, at)
    record(
        FacilityEvent.ADDRESS_WITHDRAWN,
        by=by,
        on=registration,
        facility_id=registration.facility_id,
        detail={"account": str(registration.user_id)},
    )
    return registration


# ---------------------------------------------------------------- living with an account


@operation(FacilityEvent.PASSWORD_CODE_SENT)
def send_password_code(membership_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Mail a code to choose a password: the invitation again, or after a forgotten password.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: the account is stopped, or has no confirmed address yet.
    """
    membership, user = _account(membership_id, by)
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
    membership, user = _account(membership_id, by)
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
    membership, user = _account(membership_id, by)
    _require_not_the_last(membership, user, by, leaves_one=leaves_one)
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
    membership, user = _account(membership_id, by)
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


def founds_the_four_eyes(membership: Membership, by: Actor) -> bool:
    """Whether this is the city's second administrator, and ``by`` the only one: she may confirm what she registered."""
    return membership.duty == Role.ADMINISTRATOR and not has_colleague(by)


def has_colleague(by: Actor) -> bool:
    """Whether another administrator can act."""
    return bool(_other_administrators(by.user_id))


def site_of(membership: Membership) -> str:
    """The entrance this person uses: facilities come over the Internet, the city over LGWAN (R15)."""
    site: str = settings.CITY_SITE_URL if membership.duty in CITY_ROLES else settings.SITE_URL
    return site


# ---------------------------------------------------------------- steps


def _one_after_the_other(by: Actor) -> None:
    """
    One administrator's act after the other in a city.

    Two who stop each other at once must not both succeed, nor two who register the same address at once.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)


def _account(membership_id: UUID, by: Actor) -> tuple[Membership, User]:
    _one_after_the_other(by)
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("facility").get(pk=membership_id)
    )
    permissions.manage_accounts(by, membership)
    if membership.ended_at is not None:
        raise ProblemsFound([ENDED])
    return membership, User.objects.select_for_update(of=("self",)).get(pk=membership.user_id)


def _free_slot(facility: Facility, *, confirming: UUID | None = None) -> int:
    """
    The slot the next account takes. One that was promised to somebody (``confirming`` excepted) is not free.

    :raises ProblemsFound: there is none.
    """
    taken = set(
        Membership.objects.filter(facility=facility, ended_at__isnull=True).values_list("slot", flat=True)
    )
    free = [slot for slot in SLOTS if slot not in taken]
    if not free:
        raise ProblemsFound([BOTH_TAKEN])
    waiting = AddressRegistration.objects.filter(facility=facility, status=RegistrationStatus.WAITING)
    if waiting.exclude(pk=confirming).count() >= len(free):
        raise ProblemsFound([PROMISED])
    return free[0]


def _take_slot(facility: Facility, user_id: UUID, by: Actor, *, confirming: UUID | None = None) -> Membership:
    slot = _free_slot(facility, confirming=confirming)
    try:
        with transaction.atomic():
            membership: Membership = Membership.objects.create(
                municipality_id=facility.municipality_id,
                user_id=user_id,
                duty=Role.FACILITY,
                facility=facility,
                slot=slot,
            )
    except IntegrityError as taken_meanwhile:
        raise ProblemsFound([AT_ONCE]) from taken_meanwhile
    record(
        FacilityEvent.ACCOUNT_OPENED,
        by=by,
        on=membership,
        facility_id=facility.pk,
        detail={"slot": membership.slot},
    )
    return membership


def _create(
    duty: Role,
    facility: Facility | None,
    login_id: str,
    name: str,
    notified: Notification,
    by: Actor,
    at: datetime,
) -> Membership:
    try:
        with transaction.atomic():
            user = people.create_user(
                login_id=login_id, name=name, address="", password=None, realm_id=by.municipality_id
            )
    except IntegrityError as taken:
        raise ProblemsFound([ID_TAKEN]) from taken
    if facility is not None:
        membership = _take_slot(facility, user.pk, by)
    else:
        membership = Membership.objects.create(municipality_id=by.municipality_id, user=user, duty=duty)
        record(FacilityEvent.ACCOUNT_OPENED, by=by, on=membership, detail={"duty": duty.value})
    _register(membership, user, notified, by, at)
    return membership


def _register(
    membership: Membership, user: User, notified: Notification, by: Actor, at: datetime
) -> AddressRegistration:
    problems = _notification_problems(notified, at, is_facility=membership.facility_id is not None)
    if problems:
        raise ProblemsFound(problems)
    _require_own_address(user, notified.address)
    registration = _write_registration(user, notified, by, at)
    record(
        FacilityEvent.ADDRESS_REGISTERED,
        by=by,
        on=registration,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk), "notification_number": notified.number},
    )
    return registration


def _notification_problems(notified: Notification, at: datetime, *, is_facility: bool = True) -> list[str]:
    if is_facility and not (notified.number and notified.notified_on):
        return [NO_NOTIFICATION]
    if notified.notified_on is not None and notified.notified_on > at.date():
        return [FUTURE]
    return []


def _write_registration(
    user: User, notified: Notification, by: Actor, at: datetime, *, facility: Facility | None = None
) -> AddressRegistration:
    registration = AddressRegistration(
        municipality_id=by.municipality_id,
        user=user,
        facility=facility,
        notification_number=notified.number,
        notified_on=notified.notified_on,
        registered_at=at,
        registered_by=by.user_id,
    )
    registration.address = notified.address
    registration.save()
    return registration


def _let_count(registration: AddressRegistration, membership: Membership, user: User, by: Actor) -> None:
    if not (user.is_active or user.has_usable_password()):
        raise ProblemsFound([STOPPED])
    address = registration.address
    _require_own_address(user, address)
    if user.has_usable_password():
        people.set_address(user, address)
    else:
        people.set_first_address(user, address)
        passwords.send_ticket(user, TicketPurpose.INVITATION, site=site_of(membership), by=by)


def _serve(
    registration: AddressRegistration, facility: Facility, membership: Membership, user: User, by: Actor
) -> None:
    problems = _addition_problems(membership, user, facility, confirming=registration.pk)
    if registration.address != user.address:
        problems.append(ANOTHER_ADDRESS)
    if problems:
        raise ProblemsFound(problems)
    opened = _take_slot(facility, user.pk, by, confirming=registration.pk)
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
    elif sharer := _sharer(user, user.address, also=facility):
        problems.append(_words_of(sharer, ADDRESS_SHARED))
    waiting = AddressRegistration.objects.filter(
        user=user, facility=facility, status=RegistrationStatus.WAITING
    )
    if Membership.objects.filter(user=user, facility=facility, ended_at__isnull=True).exists():
        problems.append(SERVES_ALREADY)
    elif waiting.exclude(pk=confirming).exists():
        problems.append(WAITS_ALREADY)
    else:
        try:
            _free_slot(facility, confirming=confirming)
        except ProblemsFound as full:
            problems += full.problems
    return problems


def _require_own_address(user: User, address: str) -> None:
    sharer = _sharer(user, address)
    if sharer is not None:
        several = Membership.objects.filter(user=user, facility__isnull=False, ended_at__isnull=True)
        raise ProblemsFound([_words_of(sharer, ADDRESS_SHARED if several.count() > 1 else ADDRESS_TAKEN)])


def _sharer(user: User, address: str, *, also: Facility | None = None) -> Membership | None:
    """
    Somebody else who reads this mailbox and may not: who reads it, reads the codes.

    A mailbox belongs to one person, for whatever facilities she serves, or to the two people of one facility. The
    addresses are sealed: the city's few hundred are opened and compared.
    """
    lasting: dict[UUID, list[Membership]] = {}
    rows = Membership.objects.filter(ended_at__isnull=True).select_related("user", "facility")
    for row in rows.order_by("facility__number"):
        lasting.setdefault(row.user_id, []).append(row)
    waiting: dict[UUID, set[str]] = {}
    for registration in AddressRegistration.objects.filter(status=RegistrationStatus.WAITING):
        waiting.setdefault(registration.user_id, set()).add(registration.address.casefold())
    own = lasting.pop(user.pk, [])
    mine = [*(row.facility for row in own), *([also] if also else [])]
    wanted = address.casefold()
    for user_id, theirs in lasting.items():
        reads = {theirs[0].user.address.casefold(), *waiting.get(user_id, ())}
        if wanted in reads and not _is_one_place([*mine, *(row.facility for row in theirs)]):
            elsewhere = [row for row in theirs if row.facility not in mine]
            return [*elsewhere, *theirs][0]
    return None


def _is_one_place(facilities: Sequence[Facility | None]) -> bool:
    """Whether these are one facility, with the numbers it had before. The city (None) is no facility."""
    known = {facility.pk for facility in facilities if facility is not None}
    newest = {facility.pk for facility in facilities if facility and facility.predecessor_id not in known}
    return None not in facilities and len(newest) == 1


def _words_of(sharer: Membership, sentence: str) -> str:
    whose = sharer.facility.name if sharer.facility else "市の職員"
    return sentence.format(whose=whose, login_id=sharer.user.login_id)


def _decide(registration: AddressRegistration, status: RegistrationStatus, by: Actor, at: datetime) -> None:
    registration.status = status
    registration.address_sealed = None
    registration.decided_at, registration.decided_by = at, by.user_id
    registration.save(update_fields=["status", "address_sealed", "decided_at", "decided_by", "is_sole"])


def _other_administrators(user_id: UUID) -> list[UUID]:
    """The accounts of the administrators who can act besides this one."""
    return [one for one in acting_administrators() if one != user_id]


def _require_not_the_last(membership: Membership, user: User, by: Actor, *, leaves_one: bool) -> None:
    if user.pk == by.user_id:
        raise NotAllowed("自分のアカウントは停止できません。ほかの管理者に依頼してください。")
    if membership.duty != Role.ADMINISTRATOR:
        return
    acting = acting_administrators()
    if not set(acting) - {user.pk}:
        raise NotAllowed(LAST_ADMINISTRATOR)
    if leaves_one_administrator(user.pk, acting) and not leaves_one:
        raise ProblemsFound([LEAVES_ONE])


def _end(membership: Membership, user: User, by: Actor, at: datetime, *, leaves_one: bool) -> None:
    _require_not_the_last(membership, user, by, leaves_one=leaves_one)
    membership.ended_at = at
    membership.save(update_fields=["ended_at"])
    for waiting in AddressRegistration.objects.filter(user=user, status=RegistrationStatus.WAITING):
        _decide(waiting, RegistrationStatus.WITHDRAWN, by, at)
    if not Membership.objects.filter(user=user, ended_at__isnull=True).exists():
        people.disable(user)
    else:
        people.end_sessions(user)
