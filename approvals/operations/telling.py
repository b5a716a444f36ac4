"""Telling facilities what was decided about their applications, and what is missing. No mail carries a reason."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from applications.models import ApplicationVersion
from applications.permissions import set_rounds
from approvals.events import ItemEvent
from approvals.items.overview import OverviewRow
from audit.record import record
from facilities.actors import Actor
from facilities.operating import operation
from facilities.queries import mailboxes
from facilities.rules import ProblemsFound
from jobs import mail
from pages.wareki import fiscal_year_words


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


@operation(ItemEvent.REMINDED)
def remind(rows: Sequence[OverviewRow], *, by: Actor, at: datetime) -> int:
    """
    A mail to the accounts of the facilities from which something of the round has still to come, once a day at most.
    Answers how many facilities were written to.

    :raises NotAllowed: not the operations section.
    :raises ProblemsFound: nothing is missing from any of them.
    """
    set_rounds(by, None)
    wanted = {row.facility.pk: row for row in rows if row.needs_reminding}
    if not wanted:
        raise ProblemsFound(["催促する施設を1件以上選んでください。未提出か差し戻し中の施設だけが対象です。"])
    day, told = timezone.localdate(at).isoformat(), set()
    for account in mailboxes(wanted):
        assert account.facility is not None, "a facility account has a facility"
        row = wanted[account.facility.pk]
        listed = "\n".join(f"・{label}" for label in row.open_labels)
        standing = row.standing
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】申請の提出をお願いします（{standing.name}）",
            text=(
                f"{account.facility.name}　{fiscal_year_words(standing.round.fiscal_year)}　{standing.name}\n\n"
                f"次の申請の提出をお待ちしています（締切 {standing.closes_words}）。\n{listed}\n"
                f"ログインしてご確認ください。\n{settings.SITE_URL}/f/{account.facility.number}/applications/\n"
            ),
            key=f"items wanted|{standing.round.fiscal_year}|{standing.round.number}|{account.pk}|{day}",
        )
        told.add(account.facility.pk)
    record(
        ItemEvent.REMINDED,
        by=by,
        rows={"facility": sorted(told)},
        detail={"fiscal_year": rows[0].standing.round.fiscal_year, "round": rows[0].standing.round.number},
    )
    return len(told)
