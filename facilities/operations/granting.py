"""
What an approved application sets: additions that hold or cease from a month on (適用中の加算・減算).

Only approvals may import this module (an import contract). Plain functions for a facility that the caller has locked,
inside the caller's transaction. What held is split at the month, every moved or removed ending is kept
(``ItemEnding``), and the rooms above hear from which month on something differs; where nothing would, nothing is
written and nobody is told.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from audit.record import record
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Facility, GrantedItem, ItemEnding
from facilities.operations.dated import OVERLAPPING_ITEM, month_of, never_twice, tell_rooms_above
from facilities.periods import ServiceMonth
from pricing.rule_sets import is_of_two_tables

# For which children of a 認定こども園 an item holds; an item of all of them is of both.
SYSTEMS = ("1", "23")


def hold_from(
    facility: Facility,
    code: str,
    certification: str,
    options: dict[str, Any],
    *,
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> list[GrantedItem]:
    """
    Let the addition hold with ``options`` from one month to another, or until further notice.

    ``certification`` counts only where both tables of a 認定こども園 have it and not for the whole facility, as on the
    administrator's form.
    It takes the place of what was set for these children from ``from_month`` on, until the end of that fiscal year and
    beyond; what begins in a later fiscal year was decided for that year and stays. Returns the rows that begin now:
    none where everything holds already.
    """
    rows, two_tables = _held(facility, code, from_month), is_of_two_tables(facility.kind, code)
    if not two_tables:
        certification = ""
    own = [row for row in rows if _same_children(row, certification)]
    later = _of_later_years(own, from_month)
    if later:
        last = ServiceMonth.of(later[0].from_month).plus(-1)
        to_month = last if to_month is None or to_month > last else to_month
    taken = [row for row in own if row not in later]
    if len(taken) == 1:
        same = certification if two_tables else taken[0].certification
        if _is_it(taken[0], same, options, from_month, to_month):
            return []
    with never_twice(OVERLAPPING_ITEM):
        for row in taken:
            _end(row, certification, from_month, reason, by, at)
        granted: GrantedItem = GrantedItem.objects.create(
            municipality_id=facility.municipality_id,
            facility=facility,
            code=code,
            certification=certification,
            options=options,
            from_month=from_month.first_day,
            to_month=to_month.first_day if to_month else None,
            reason=reason,
        )
    record(
        FacilityEvent.ITEM_GRANTED,
        by=by,
        on=granted,
        detail={
            "code": code,
            "certification": certification,
            "options": options,
            "from_month": str(from_month),
            "to_month": str(to_month or ""),
        },
    )
    tell_rooms_above(granted, from_month)
    return [granted]


def cease_from(
    facility: Facility,
    code: str,
    certification: str,
    *,
    from_month: ServiceMonth,
    reason: str,
    by: Actor,
    at: datetime,
) -> list[GrantedItem]:
    """
    Let the addition hold for the last time in the month before ``from_month``; what begins in a later fiscal year
    stays. Returns the rows that held: none where it did not hold anyway.
    """
    if not is_of_two_tables(facility.kind, code):
        certification = ""
    own = [row for row in _held(facility, code, from_month) if _same_children(row, certification)]
    later = _of_later_years(own, from_month)
    taken = [row for row in own if row not in later]
    with never_twice(OVERLAPPING_ITEM):
        for row in taken:
            tell_rooms_above(row, from_month)
            _end(row, certification, from_month, reason, by, at)
    return taken


def _held(facility: Facility, code: str, from_month: ServiceMonth) -> list[GrantedItem]:
    rows = GrantedItem.objects.select_for_update(of=("self",)).filter(facility=facility, code=code)
    return list(rows.exclude(to_month__lt=from_month.first_day).order_by("from_month", "certification"))


def _same_children(row: GrantedItem, certification: str) -> bool:
    return not certification or not row.certification or row.certification == certification


def _of_later_years(rows: Sequence[GrantedItem], from_month: ServiceMonth) -> list[GrantedItem]:
    year = from_month.fiscal_year
    return [row for row in rows if ServiceMonth.of(row.from_month).fiscal_year > year]


def _is_it(
    row: GrantedItem,
    certification: str,
    options: dict[str, Any],
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
) -> bool:
    """Whether the row says just this already; from an earlier month on, too."""
    return (
        row.from_month <= from_month.first_day
        and row.to_month == (to_month.first_day if to_month else None)
        and row.certification == certification
        and row.options == options
    )


def _end(
    row: GrantedItem, certification: str, from_month: ServiceMonth, reason: str, by: Actor, at: datetime
) -> None:
    """The row holds no more from the month on; the other children of a row that was of all go on as they did."""
    last, ended = from_month.plus(-1), row.to_month
    never_held = row.from_month >= from_month.first_day
    record(
        FacilityEvent.ITEM_ENDED,
        by=by,
        on=row,
        detail={"code": row.code, "last_month": str(last), "options": row.options},
    )
    ItemEnding.objects.create(
        municipality_id=row.municipality_id,
        facility_id=row.facility_id,
        granted_item=row.pk,
        code=row.code,
        certification=row.certification,
        from_month=row.from_month,
        before=ended,
        after=None if never_held else last.first_day,
        reason=reason,
        ended_by=by.user_id,
        ended_at=at,
    )
    begins = max(ServiceMonth.of(row.from_month), from_month)
    if never_held:
        row.delete()
    else:
        row.to_month = last.first_day
        row.save(update_fields=["to_month"])
    if certification and not row.certification:
        _go_on_for_others(row, certification, begins, ended, by)


def _go_on_for_others(
    row: GrantedItem, certification: str, begins: ServiceMonth, ended: date | None, by: Actor
) -> None:
    (others,) = (system for system in SYSTEMS if system != certification)
    kept: GrantedItem = GrantedItem.objects.create(
        municipality_id=row.municipality_id,
        facility_id=row.facility_id,
        code=row.code,
        certification=others,
        options=row.options,
        from_month=begins.first_day,
        to_month=ended,
        reason=row.reason,
    )
    record(
        FacilityEvent.ITEM_GRANTED,
        by=by,
        on=kept,
        detail={
            "code": row.code,
            "certification": others,
            "options": row.options,
            "from_month": str(begins),
            "to_month": month_of(ended),
        },
    )
