"""The page of a facility's counts, for the facility's own page."""

from collections.abc import Sequence

from django.urls import reverse

from claims.models import CountSheet
from claims.permissions import see_counts
from claims.states import SheetStatus
from facilities.actors import Actor
from facilities.doors import Door, leads
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages.wareki import month_words


@leads
def newest_counts(actor: Actor, facility: Facility) -> Sequence[Door]:
    """The newest month that has counts."""
    if not see_counts.allows(actor, None):
        return []
    sheets = CountSheet.objects.filter(facility=facility).exclude(status=SheetStatus.SUPERSEDED)
    newest = sheets.order_by("-month").first()
    if newest is None:
        return []
    month = ServiceMonth.of(newest.month)
    url = reverse("counts:facility", args=[month, facility.number])
    return [Door(f"児童数（{month_words(month.first_day)}分）", url)]
