"""
Rotation of ``INDEX_KEYS``: whoever is not found under the newest key yet gets tokens of it.

Search looks under every key that is there, so people are found all the while; stopped anywhere, the rest waits for the
next run. An older key may go when nobody is found under it alone.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from audit.record import record
from facilities.models import Municipality
from facilities.scope import scope
from person_keys import store
from staff_records import finding
from staff_records.events import RetentionEvent
from staff_records.models import SearchToken, StaffMember
from staff_records.writing import locked

AT_ONCE = 100
FIRST = UUID(int=0)


def rebuild_in(city: Municipality, tell: Callable[[str], None]) -> int:
    """Make the tokens of everybody in a city anew who has none of the newest key; returns how many persons."""
    done, last = 0, FIRST
    while True:
        with scope(city.pk, None):
            rows = _not_under_newest().filter(pk__gt=last).order_by("pk")
            batch = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            if not batch:
                return done
            readable = set(batch) - store.destroyed_among(batch, municipality_id=city.pk)
            found = locked(readable)
            finding.refresh(found)
            if found:
                record(
                    RetentionEvent.INDEX_REBUILT,
                    municipality_id=city.pk,
                    rows={"staff_member": [one.member.pk for one in found]},
                    detail={"persons": len(found), "key": next(iter(settings.INDEX_KEYS))},
                )
            done, last = done + len(found), batch[-1]
        tell(f"{city.code}: {done}")


def count_old(city: Municipality) -> int:
    """How many persons of a city are found under older keys only, or under one that is not there any more."""
    with scope(city.pk, None):
        found_somehow = Exists(SearchToken.objects.filter(member=OuterRef("pk")))
        return _not_under_newest().filter(found_somehow).count()


def _not_under_newest() -> QuerySet[StaffMember]:
    tokens = SearchToken.objects.filter(member=OuterRef("pk"))
    newest, *_ = settings.INDEX_KEYS
    rows: QuerySet[StaffMember] = StaffMember.objects.filter(
        ~Exists(tokens.filter(index_key=newest)) | Exists(tokens.exclude(index_key__in=settings.INDEX_KEYS))
    )
    return rows
