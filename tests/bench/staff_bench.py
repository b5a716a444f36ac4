"""
Seconds to make every search token of 3,500 people anew, and to look for all who work in two places: they come beside
whoever the demo has.
"""

import time
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import record
from facilities.models import Facility
from staff_records import finding
from staff_records.models import OverlapFlag, SearchToken, StaffMember
from staff_records.operations import overlaps
from staff_records.queries.overlaps import waiting_pairs
from staff_records.queries.search import people_named
from staff_records.writing import locked
from tests.bench.city import open_city
from tests.bench.invented_rosters import FAMILIES, fill_rosters, ids_of


def measure() -> dict[str, Any]:
    """Rosters of the whole city, which are taken back afterwards."""
    with open_city(), transaction.atomic():
        found = _measure()
        transaction.set_rollback(True)
    return found


def _measure() -> dict[str, Any]:
    today = timezone.localdate()
    others = StaffMember.objects.count()
    members = ids_of(fill_rosters(list(Facility.objects.order_by("number"))))
    acts = {
        "open": lambda: locked(members),
        "tokens": lambda: finding.refresh(locked(members)),
        "tokens_unchanged": lambda: finding.refresh(locked(members)),
        "overlaps": lambda: overlaps.look(at=timezone.now()),
        "overlaps_unchanged": lambda: overlaps.look(at=timezone.now()),
        "search": lambda: people_named(FAMILIES[0], None, today=today),
        "overlaps_page": lambda: waiting_pairs(today),
    }
    found: dict[str, Any] = {"people": len(members), "people_of_the_demo": others}
    for name, act in acts.items():
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            act()
            found[name] = {"seconds": round(time.perf_counter() - began, 3), "queries": len(queries)}
    everybody = list(
        StaffMember.objects.values_list("pk", flat=True)
    )  # the demo has people at two places, too
    record("staff.shown", rows={"staff_member": everybody})
    return {**found, "token_rows": SearchToken.objects.count(), "flags": OverlapFlag.objects.count()}
