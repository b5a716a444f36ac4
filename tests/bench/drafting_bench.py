"""Seconds to draft a month for 172 facilities from the database, saved with lines."""

import time
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import SYSTEM
from claims.models import Claim, ClaimLine, CountSheet
from claims.operations import drafting
from claims.states import SheetStatus
from facilities.periods import ServiceMonth
from tests.bench.city import open_city

JUNE = ServiceMonth(2026, 6)


def measure() -> dict[str, Any]:
    """All of June's counts are taken as confirmed; then everything is drafted, and drafted again unchanged."""
    with open_city() as city:
        now = timezone.now()
        CountSheet.objects.filter(month=JUNE.first_day).exclude(status=SheetStatus.SUPERSEDED).update(
            status=SheetStatus.CONFIRMED, confirmed_at=now, confirmed_by=city.pk
        )
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            drafting.draft_month(city, JUNE, by=SYSTEM, at=now)
            seconds = time.perf_counter() - began
        claims = Claim.objects.filter(month=JUNE.first_day).count()
        lines = ClaimLine.objects.filter(claim__month=JUNE.first_day).count()
        began = time.perf_counter()
        drafting.draft_month(city, JUNE, by=SYSTEM, at=now)
        again = time.perf_counter() - began
    return {
        "facilities": 172,
        "claims": claims,
        "lines": lines,
        "seconds": round(seconds, 3),
        "seconds_unchanged": round(again, 3),
        "queries": len(queries),
        "queries_per_claim": round(len(queries) / max(claims, 1), 2),
    }
