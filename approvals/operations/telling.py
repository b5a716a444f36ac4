"""
Telling facilities what was decided about their applications: returns at once, approvals once a day. No mail carries a
reason.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from applications.models import ApplicationVersion
from applications.states import VersionStatus
from facilities.queries import mailboxes
from jobs import mail, outbox
from pages.wareki import date_words, fiscal_year_words

TELL_OF_APPROVALS: Final = "approvals.tell_of_approvals"
# When the day's approvals are told: after the office has closed, so that one mail holds all of them.
TOLD_AT: Final = time(19)


def tell_of_return(version: ApplicationVersion) -> None:
    """A mail to each of the facility's accounts: something is to be put right."""
    application = version.application
    words = f"{fiscal_year_words(application.fiscal_year)}　{application.label}"
    page = f"{application.fiscal_year}/{application.family}/{application.item_key}"
    for account in mailboxes([version.facility_id]):
        assert account.facility is not None, "a facility account has a facility"
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】申請が差し戻されました（{application.label}）",
            text=(
                f"{account.facility.name}　{words}\n\n申請が差し戻されました。"
                "理由を確認し、直して提出してください。\n"
                f"ログインしてご確認ください。\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/applications/{page}/\n"
            ),
        )


def tell_of_approval_later(version: ApplicationVersion, *, at: datetime) -> None:
    """The facility reads of it in the evening, with whatever else is approved until then: one mail a day."""
    day = timezone.localdate(at)
    if at >= _told_on(day):
        day += timedelta(days=1)
    outbox.add(
        TELL_OF_APPROVALS,
        key=f"approved|{version.facility_id}|{day}",
        due_at=_told_on(day),
        municipality_id=version.municipality_id,
        facility_id=version.facility_id,
        day=day.isoformat(),
    )


def tell_of_approvals(facility_id: UUID, day: date) -> int:
    """
    A mail to each of the facility's accounts: how many were approved in the day that ended at ``TOLD_AT``. Answers how
    many mails were asked for. The scope is the whole city.
    """
    until = _told_on(day)
    # One that was approved and replaced by another approval on the same day counts, too; one that was returned never.
    approved = ApplicationVersion.objects.filter(
        facility=facility_id,
        status__in=(VersionStatus.APPROVED, VersionStatus.SUPERSEDED),
        return_reason="",
        decided_at__gte=until - timedelta(days=1),
        decided_at__lt=until,
    ).count()
    accounts = mailboxes([facility_id]) if approved else []
    for account in accounts:
        assert account.facility is not None, "a facility account has a facility"
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】申請が承認されました（{approved}件）",
            text=(
                f"{account.facility.name}\n\n{date_words(day)}{TOLD_AT.hour}時までの1日に、"
                f"{approved}件の申請が承認されました。\nログインしてご確認ください。\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/applications/\n"
            ),
            key=f"approved|{account.pk}|{day}",
        )
    return len(accounts)


def _told_on(day: date) -> datetime:
    return datetime.combine(day, TOLD_AT, tzinfo=mail.JAPAN)
