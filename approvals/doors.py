"""The pages of a facility's claims, for the facility's own page."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from approvals.permissions import look
from claims.models import Claim
from facilities.actors import Actor
from facilities.doors import Door, leads
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages.wareki import month_words


@leads
def claims_and_additions(actor: Actor, facility: Facility) -> Sequence[Door]:
    """The newest claim in the inbox, what the conditions say, and the what-if. A public facility claims nothing."""
    if not look.allows(actor, None) or facility.is_public:
        return []
    doors = [
        Door("加算の確認", reverse("approvals:additions_page", args=[facility.number])),
        Door("もしもの試算", reverse("approvals:what_if", args=[facility.number])),
    ]
    doors.append(
        Door("申請の審査", f"{reverse('item_review:inbox')}?{urlencode({'words': facility.number})}")
    )
    newest = Claim.objects.filter(facility=facility, outside=False).order_by("-month").first()
    if newest is None:
        return doors
    month = ServiceMonth.of(newest.month)
    asked = urlencode({"month": str(month), "words": facility.number})
    return [
        Door(f"請求（{month_words(month.first_day)}分）", f"{reverse('approvals:inbox')}?{asked}"),
        *doors,
    ]
