"""What of this room a facility has still to do: the roster of the year, and that of its predecessor."""

from django.urls import reverse
from django.utils import timezone

from facilities.models import Facility
from facilities.open_tasks import OpenTask, asks
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words
from staff_records.models import RosterSnapshot
from staff_records.operations.rounds import due_of, is_asked
from staff_records.operations.succession import offered
from staff_records.queries.year_start import state_of

WORDS = {"missing": "{}の職員名簿の提出", "returned": "差し戻された{}の職員名簿の修正"}


@asks
def roster_of_the_year(facility: Facility) -> list[OpenTask]:
    """From April until it is sent, and again when it came back, of whom is run on 1 April: two queries."""
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    april = ServiceMonth(year, 4)
    if not is_asked(facility, year):
        return []
    versions = list(RosterSnapshot.objects.filter(facility=facility, fiscal_year=year).order_by("-version"))
    words = WORDS.get(state_of(versions))
    if words is None:
        return []
    returned = versions[0] if versions and versions[0].reason else None
    return [
        OpenTask(
            april,
            words.format(fiscal_year_words(year)),
            due_of(facility.municipality, year),
            reverse("staff:year", args=[facility.number, year]),
            "roster_snapshot" if returned else "facility",
            returned.pk if returned else facility.pk,
        )
    ]


@asks
def roster_of_the_predecessor(facility: Facility) -> list[OpenTask]:
    """
    To take it over, from the first day under the new number until somebody stands on the own roster. No query without
    a predecessor.
    """
    offer = offered(facility, today=timezone.localdate())
    if offer is None or offer.opens is not None:
        return []
    return [
        OpenTask(
            ServiceMonth.of(facility.opened_on),
            f"前の事業所番号（{offer.number}）の職員名簿の引継ぎ",
            None,
            reverse("staff:roster", args=[facility.number]),
            "facility",
            facility.pk,
        )
    ]
