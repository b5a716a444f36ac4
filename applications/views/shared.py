"""What the facility's pages of applications share: years, refusals, the declaration, the path of the page."""

from typing import Final

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import Crumbs, TenantRequest
from pages.wareki import fiscal_year_words

UNDECLARED: Final = "「申請の内容は事実と相違ありません」に印を付けてください。"
FIRST_YEAR, LAST_YEAR = 2015, 2999


def this_year() -> int:
    """The fiscal year of today."""
    return ServiceMonth.of(timezone.localdate()).fiscal_year


def known_year(fiscal_year: int) -> int:
    """:raises Http404: no year of this product."""
    if not FIRST_YEAR <= fiscal_year <= LAST_YEAR:
        raise Http404
    return fiscal_year


def asked_year(request: TenantRequest) -> int:
    """The year of ``?year=``; of today where it asks for none or for nonsense."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else this_year()
    return year if FIRST_YEAR <= year <= LAST_YEAR else this_year()


def crumbs(facility: Facility, fiscal_year: int, *more: tuple[str, str | None]) -> Crumbs:
    """The way to a page of the year."""
    year = reverse("applications:year", args=[facility.number, fiscal_year])
    return [(f"{fiscal_year_words(fiscal_year)}の申請", year if more else None), *more]


def is_declared(request: TenantRequest) -> bool:
    """Whether the box of the declaration was ticked."""
    return request.POST.get("declared") == "on"
