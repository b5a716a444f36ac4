"""
Weekly order: keys that nothing is kept under go, who was erased stays erased, and entry sheets nobody goes on with are
thrown away, so that no name lives on in one longer than on the roster. So do numbers of years nobody looks at.
"""

from datetime import date, datetime, timedelta

from audit.record import SYSTEM, record
from facilities.keeping import forget_kept
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from person_keys import store
from staff_records.events import RetentionEvent, StaffEvent
from staff_records.models import EntryRow, EntrySheet, StaffMember
from staff_records.operations.entries import close
from staff_records.operations.erasing import erase_again
from staff_records.states import EntryStatus

# A key is made in a transaction before its rows: a younger one may belong to rows that are not committed yet.
LEAST_AGE = timedelta(days=1)
IDLE = timedelta(days=60)


def sweep(city: Municipality, *, at: datetime) -> int:
    """
    Remove the keys of rows that never came or are gone (typed rows, a hiring that was rolled back); returns how many.

    Tombstones stay. A portal without any person beside a key store that has some is not this store's portal, but one
    that is being restored: then nothing is removed. The scope of the city is open.
    """
    erase_again(city.pk, at=at)
    made_before = at - LEAST_AGE
    keys = store.person_ids(municipality_id=city.pk, destroyed=False, made_before=made_before)
    used = set(StaffMember.with_erased.values_list("pk", flat=True))
    used |= set(EntryRow.objects.filter(member__isnull=True).values_list("pk", flat=True))
    orphans = keys - used
    if not orphans or not used:
        return 0
    removed = store.remove(orphans, municipality_id=city.pk, made_before=made_before)
    record(RetentionEvent.KEYS_SWEPT, by=SYSTEM, municipality_id=city.pk, detail={"keys": removed})
    return removed


def discard_idle(*, at: datetime) -> int:
    """
    Throw away open entry sheets in which nothing was saved for 60 days; returns how many.

    The scope of the city is open. One that somebody holds at this moment is left.
    """
    idle = EntrySheet.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        status=EntryStatus.OPEN, saved_at__lt=at - IDLE
    )
    sheets = list(idle)
    for sheet in sheets:
        close(sheet, EntryStatus.DISCARDED, at=at)
        record(StaffEvent.ENTRY_DISCARDED, by=SYSTEM, on=sheet, detail={"idle_days": IDLE.days})
    return len(sheets)


def forget_old_numbers(*, today: date) -> int:
    """What is kept of months before the last fiscal year; returns how many rows. The scope of the city is open."""
    this_year = ServiceMonth.of(today).fiscal_year
    gone = forget_kept(before=ServiceMonth(this_year - 1, 4))
    if gone:
        record(RetentionEvent.NUMBERS_FORGOTTEN, by=SYSTEM, detail={"rows": gone})
    return gone
