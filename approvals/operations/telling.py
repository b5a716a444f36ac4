"""Telling facilities what was decided about their applications. No mail carries an amount, a reason or a name."""

from django.conf import settings

from applications.models import ApplicationVersion
from facilities.queries import mailboxes
from jobs import mail
from pages.wareki import fiscal_year_words


def tell_of_return(version: ApplicationVersion) -> None:
    """A mail to each of the facility's accounts: something is to be put right."""
    application = version.application
    words = f"{fiscal_year_words(application.fiscal_year)}　{application.label}"
    for account in mailboxes([version.facility_id]):
        assert account.facility is not None, "a facility account has a facility"
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】申請が差し戻されました（{application.label}）",
            text=(
                f"{account.facility.name}　{words}\n\n申請が差し戻されました。"
                "理由を確認し、直して提出してください。\n"
                f"ログインしてご確認ください。\n{settings.SITE_URL}/f/{account.facility.number}/\n"
            ),
        )
