"""Where もしもの試算 begins: a facility's newest confirmed month."""

from claims.composing import CannotDraft, gather_terms
from claims.conditions import read_rosters
from claims.models import CountSheet
from claims.states import SheetStatus
from claims.what_if import Standing, standing_of
from facilities.models import Facility
from rate_books.in_force import books_for


class NothingToStartFrom(Exception):
    """There is no month to change; the message is a sentence to read."""


def newest_standing(facility: Facility, *, prices_only: bool = False) -> Standing:
    """
    The newest confirmed month as it is: three queries, and those of a roster.

    ``prices_only``: for whoever asks for amounts alone; neither roster nor answers are read, so what is tried out does
    not know what may not qualify.

    :raises NothingToStartFrom: no month is confirmed, or none can be computed.
    """
    if facility.is_public:
        raise NothingToStartFrom("公立施設は請求対象外です。試算はありません。")
    confirmed = CountSheet.objects.filter(facility=facility, status=SheetStatus.CONFIRMED)
    sheet = confirmed.select_related("facility__municipality").order_by("-month").first()
    if sheet is None:
        raise NothingToStartFrom("確認済みの児童数がまだありません。児童数を確認すると、試算できます。")
    gathered = gather_terms(
        [sheet], sheet.service_month, books=books_for(sheet.service_month), with_answers=not prices_only
    )
    if not prices_only:
        read_rosters(gathered, sheet.service_month)
    try:
        return standing_of(gathered[facility.pk])
    except CannotDraft as refusal:
        raise NothingToStartFrom(refusal.message) from refusal
