"""The record, as auditors search it."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from audit.models import Event
from facilities.models import Facility
from facilities.scope import current_scope

JAPAN = ZoneInfo("Asia/Tokyo")
PAGE = 100


@dataclass(frozen=True)
class Filters:
    """What an auditor asks for; empty values do not filter. ``before`` is the number of the last event shown."""

    first_day: date | None = None
    last_day: date | None = None
    actor: str = ""
    event: str = ""
    outcome: str = ""
    facility: str = ""
    object_id: str = ""
    request_id: UUID | None = None
    before: int | None = None


def events(filters: Filters) -> QuerySet[Event]:
    """The city's events, newest first. Row-level security shows no other city's."""
    found = Event.objects.filter(municipality_id=current_scope().municipality_id)
    if filters.first_day:
        found = found.filter(at__gte=_midnight(filters.first_day))
    if filters.last_day:
        found = found.filter(at__lt=_midnight(filters.last_day + timedelta(days=1)))
    if filters.actor:
        found = found.filter(Q(actor_label__icontains=filters.actor) | Q(actor_role__icontains=filters.actor))
    if filters.event:
        found = found.filter(event__startswith=filters.event)
    if filters.outcome:
        found = found.filter(outcome=filters.outcome)
    if filters.facility:
        named = Facility.objects.filter(Q(number=filters.facility) | Q(name__icontains=filters.facility))
        found = found.filter(facility_id__in=list(named.values_list("pk", flat=True)))
    if filters.object_id:
        found = found.filter(Q(object_id=filters.object_id) | Q(_names(filters.object_id)))
    if filters.request_id:
        found = found.filter(request_id=filters.request_id)
    if filters.before is not None:
        found = found.filter(number__lt=filters.before)
    return found.order_by("-number")


def _names(row_id: str) -> RawSQL:
    """
    Whether an event's rows contain this id, whatever their kind: a decision names its claim, a page what it showed.

    No index serves it: under row-level security PostgreSQL asks an index only with operators it trusts not to leak.
    It reads the city's rows of the days asked for.
    """
    path = f"$.*[*] ? (@ == {json.dumps(row_id)})"
    return RawSQL("rows @? %s::jsonpath", [path], output_field=BooleanField())


def facility_names(rows: list[Event]) -> dict[UUID, str]:
    """Names of the facilities the events belong to, in one query."""
    ids = {row.facility_id for row in rows if row.facility_id}
    return dict(Facility.objects.filter(pk__in=ids).values_list("pk", "name"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=JAPAN).astimezone(UTC)
