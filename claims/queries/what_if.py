"""Where もしもの試算 begins: a facility's newest confirmed month."""

from claims.composing import CannotDraft, gather_terms
from claims.conditions import read_rosters
from claims.models import CountSheet
from claims.states import SheetStatus
from claims.what_if import Standing, standing_of
from facilities.models import Facility
from facilities.periods import ServiceMonth
from rate_books.in_force import books_for


class NothingToStartFrom(Exception):
    """There is no month to change; the message is a sentence to read."""


def newest_standing(facility: Facility) -> Standing:
    """
    The newest confirmed month as it is: three queries, and those of a roster.

    :raises NothingToStartFrom: no month is confirmed, or none can be computed.
    """
    return _standing(facility, _newest_sheet(facility), None)


def standing_from(facility: Facility, first: ServiceMonth) -> Standing:
    """
    The newest confirmed month from ``first`` on; where there is none yet, ``first`` as it is expected (見込み): with
    the newest confirmed counts, and everything else as it is registered for that month. For amounts alone: neither
    roster nor answers are read, so what is tried out does not know what may not qualify. Three queries.

    :raises NothingToStartFrom: as ``newest_standing``.
    """
    sheet = _newest_sheet(facility)
    return _standing(facility, sheet, first if sheet.service_month < first else None, prices_only=True)


def standing_in_march(facility: Facility, march: ServiceMonth) -> Standing:
    """
    That March with everything that holds in March alone; as it is expected, while nobody has confirmed its counts. For
    amounts alone, as ``standing_from``.

    :raises NothingToStartFrom: as ``newest_standing``.
    """
    sheet = _newest_sheet(facility, until=march)
    expected = march if sheet.service_month < march else None
    return _standing(facility, sheet, expected, with_march=True, prices_only=True)


def _newest_sheet(facility: Facility, until: ServiceMonth | None = None) -> CountSheet:
    if facility.is_public:
        raise NothingToStartFrom("公立施設は請求対象外です。試算はありません。")
    confirmed = CountSheet.objects.filter(facility=facility, status=SheetStatus.CONFIRMED)
    if until is not None:
        confirmed = confirmed.filter(month__lte=until.first_day)
    sheet: CountSheet | None = confirmed.select_related("facility__municipality").order_by("-month").first()
    if sheet is None:
        raise NothingToStartFrom("確認済みの児童数がまだありません。児童数を確認すると、試算できます。")
    return sheet


def _standing(
    facility: Facility,
    sheet: CountSheet,
    expected_in: ServiceMonth | None,
    *,
    with_march: bool = False,
    prices_only: bool = False,
) -> Standing:
    month = expected_in or sheet.service_month
    gathered = gather_terms([sheet], month, books=books_for(month), with_answers=not prices_only)
    own = gathered[facility.pk]
    own.expected_in = expected_in
    if not prices_only:
        read_rosters(gathered, month)
    try:
        return standing_of(own, with_march=with_march)
    except CannotDraft as refusal:
        raise NothingToStartFrom(refusal.message) from refusal
