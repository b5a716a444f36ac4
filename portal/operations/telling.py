"""
Mail about notices: one a day to each facility account that has new unread ones, and one at once for the urgent.

A mail carries titles and a link, never the text. However often the tasks run, nothing is mailed twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.conf import settings

from audit.record import record
from facilities.models import Membership, Municipality
from facilities.queries import mailboxes
from facilities.schedule import CitySchedule
from facilities.scope import current_scope
from jobs import mail
from portal.events import NoticeEvent
from portal.models import Notice, NoticeReading, NoticeTarget
from portal.states import NoticeStatus

TITLES = 10


def tell_of_new(city: Municipality, *, today: date) -> int:
    """
    The mail of the day about notices that facilities were not told of yet; how many mails were asked for.

    The scope is the whole city. Nothing happens on a day off. What an account has read already is not counted. A
    facility that had its turn today hears of later notices on the next business day; one without a mailbox, once it
    has one.
    """
    if CitySchedule.of(city).day_off(today):
        return 0
    waiting = _not_told(today)
    accounts = mailboxes(waiting)
    targets = {target.pk: target for account in accounts for target in waiting[_facility_of(account)]}
    read = set(
        NoticeReading.objects.filter(
            notice__in={target.notice_id for target in targets.values()}
        ).values_list("notice_id", "facility_id", "user_id")
    )
    mailed: list[NoticeTarget] = []
    sent = 0
    for account in accounts:
        facility_id = _facility_of(account)
        unread = [
            target
            for target in waiting[facility_id]
            if (target.notice_id, facility_id, account.user_id) not in read
        ]
        if unread:
            _mail_of_the_day(account, [target.notice for target in unread], today)
            mailed += unread
            sent += 1
    NoticeTarget.objects.filter(pk__in=list(targets)).update(told_on=today)
    _record(mailed)
    return sent


def tell_at_once(notice_id: UUID) -> int:
    """The mail about an urgent notice, to every account it went to; none when it was withdrawn meanwhile."""
    notice: Notice = Notice.objects.get(pk=notice_id)
    if not notice.is_sent:
        return 0
    targets = list(NoticeTarget.objects.filter(notice=notice))
    accounts = mailboxes([target.facility_id for target in targets])
    for account in accounts:
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】至急のお知らせ：{notice.title}",
            text=(
                f"{_name_of(account)}\n\n市から至急のお知らせが届きました。ログインしてお読みください。\n\n"
                f"・{notice.title}\n\n{_address(account)}{notice.pk}/\n"
            ),
            key=f"notice|{notice.pk}|{account.pk}",
        )
    _record(targets)
    return len(accounts)


def _not_told(today: date) -> dict[UUID, list[NoticeTarget]]:
    """By facility, oldest first, locked: two runs at once do not both find them."""
    had_their_turn = NoticeTarget.objects.filter(told_on=today).values("facility")
    waiting: dict[UUID, list[NoticeTarget]] = defaultdict(list)
    for target in (
        NoticeTarget.objects.select_for_update(of=("self",))
        .filter(told_on__isnull=True, notice__status=NoticeStatus.SENT, notice__is_urgent=False)
        .exclude(facility__in=had_their_turn)
        .select_related("notice")
        .order_by("notice__sent_at", "pk")
    ):
        waiting[target.facility_id].append(target)
    return waiting


def _mail_of_the_day(account: Membership, unread: Sequence[Notice], today: date) -> None:
    titles = "".join(f"・{notice.title}\n" for notice in unread[:TITLES])
    more = f"ほか{len(unread) - TITLES}件\n" if len(unread) > TITLES else ""
    mail.send_later(
        to=account.user.address,
        subject=f"【はぐくみ請求】新しいお知らせが{len(unread)}件あります",
        text=(
            f"{_name_of(account)}\n\n市から新しいお知らせが{len(unread)}件届いています。"
            f"ログインしてお読みください。\n\n{titles}{more}\n{_address(account)}\n"
        ),
        key=f"notices|{today}|{account.pk}",
    )


def _record(targets: Sequence[NoticeTarget]) -> None:
    if targets:
        record(
            NoticeEvent.TOLD,
            rows={
                "notice": {target.notice_id for target in targets},
                "facility": {target.facility_id for target in targets},
            },
            municipality_id=current_scope().municipality_id,
        )


def _facility_of(account: Membership) -> UUID:
    assert account.facility_id is not None, "a facility account has a facility"
    return account.facility_id


def _name_of(account: Membership) -> str:
    assert account.facility is not None, "a facility account has a facility"
    return account.facility.name


def _address(account: Membership) -> str:
    """The facility's list of notices."""
    assert account.facility is not None, "a facility account has a facility"
    return f"{settings.SITE_URL}/f/{account.facility.number}/notices/"
