"""Who reads which mailbox: who reads it, reads the codes."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from facilities.models import AddressRegistration, Facility, Membership, RegistrationStatus
from facilities.rules import ProblemsFound

ADDRESS_TAKEN = (
    "このアドレスは、{whose}のアカウント（{login_id}）に登録されています。"
    "届出書のアドレスを確認してください。"
)
ADDRESS_SHARED = (
    "このアドレスは、{whose}のアカウント（{login_id}）にも登録されています。"
    "2つ以上の施設を担当する人は、本人だけのアドレスにしてください。"
)


def require_own_address(user: User, address: str) -> None:
    """:raises ProblemsFound: somebody else reads this mailbox and may not."""
    sharer = sharer_of(user, address)
    if sharer is not None:
        several = Membership.objects.filter(user=user, facility__isnull=False, ended_at__isnull=True)
        raise ProblemsFound([words_of(sharer, ADDRESS_SHARED if several.count() > 1 else ADDRESS_TAKEN)])


def sharer_of(user: User, address: str, *, also: Facility | None = None) -> Membership | None:
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


def words_of(sharer: Membership, sentence: str) -> str:
    """The sentence, with whose account it is."""
    whose = sharer.facility.name if sharer.facility else "市の職員"
    return sentence.format(whose=whose, login_id=sharer.user.login_id)
