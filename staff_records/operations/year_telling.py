"""Telling the city that rosters have come, and a facility what became of its own. No mail names a member of staff."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from audit.record import record
from facilities.actors import OPERATIONS_ROLES
from facilities.models import Membership
from facilities.queries import mailboxes
from jobs import mail, outbox
from pages.wareki import fiscal_year_words
from staff_records.events import StaffEvent
from staff_records.models import RosterSnapshot
from staff_records.states import SnapshotStatus

TELL_CITY = "staff_records.tell_city_of_rosters"
SENTENCES = {
    SnapshotStatus.ACCEPTED: ("職員名簿が受理されました", "市が職員名簿を受理しました。"),
    SnapshotStatus.RETURNED: (
        "職員名簿が差し戻されました",
        "市が職員名簿を差し戻しました。ログインして理由を確認し、直してからもう一度提出してください。",
    ),
}


def tell_city_later(snapshot: RosterSnapshot, *, at: datetime) -> None:
    """Once a day, however many facilities send theirs: whose mailboxes they are, a facility may not see."""
    day = timezone.localdate(at)
    outbox.add(
        TELL_CITY,
        key=f"rosters submitted|{snapshot.municipality_id}|{snapshot.fiscal_year}|{day}",
        municipality_id=snapshot.municipality_id,
        fiscal_year=snapshot.fiscal_year,
    )


def tell_city(fiscal_year: int) -> None:
    """One mail to each of the operations section: rosters have come. Called by the worker in the city's scope."""
    words = fiscal_year_words(fiscal_year)
    told = Membership.objects.filter(duty__in=OPERATIONS_ROLES, ended_at__isnull=True, user__is_active=True)
    for membership in told.select_related("user"):
        if membership.user.address:
            mail.send_later(
                to=membership.user.address,
                subject=f"【はぐくみ請求】職員名簿が提出されました（{words}）",
                text=(
                    f"{words}の職員名簿が、施設から提出されました。ログインして内容を確認し、受理してください。\n"
                    f"{settings.CITY_SITE_URL}/c/staff/year/{fiscal_year}/\n\n"
                    "同じ日にほかの施設が提出したときは、メールは送りません。\n"
                ),
            )
    record(StaffEvent.CITY_TOLD, detail={"fiscal_year": fiscal_year})


def tell_facility(snapshot: RosterSnapshot) -> None:
    """The facility's accounts learn that theirs was accepted or came back."""
    subject, sentence = SENTENCES[SnapshotStatus(snapshot.status)]
    words = fiscal_year_words(snapshot.fiscal_year)
    accounts = mailboxes([snapshot.facility_id])
    for account in accounts:
        assert account.facility is not None, "a facility account has a facility"
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{subject}（{words}）",
            text=(
                f"{account.facility.name}　{words}\n\n{sentence}\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/staff/year/{snapshot.fiscal_year}/\n"
            ),
        )
    if accounts:
        record(
            StaffEvent.SNAPSHOT_TOLD,
            on=snapshot,
            rows={"roster_snapshot": [snapshot.pk]},
            detail={"fiscal_year": snapshot.fiscal_year},
        )
