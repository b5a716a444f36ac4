"""Weekly order in the key store: keys that nothing is kept under go, and who was erased stays erased."""

from datetime import datetime, timedelta

from audit.record import SYSTEM, record
from facilities.models import Municipality
from person_keys import store
from staff_records.events import RetentionEvent
from staff_records.models import EntryRow, StaffMember
from staff_records.operations.erasing import erase_again

# A key is made in a transaction before its rows: a younger one may belong to rows that are not committed yet.
LEAST_AGE = timedelta(days=1)


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
