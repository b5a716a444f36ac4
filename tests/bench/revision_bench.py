"""Seconds to compare a city's whole year with a revised book: claims read from the database, computed twice."""

import time
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import Claim
from claims.queries.effect import effect_of
from claims.states import ClaimStatus
from facilities.periods import ServiceMonth
from pricing import shipped_books
from rate_books import operations
from tests.bench.city import acting_as, open_city
from tests.bench.pricing_bench import winter_revision
from tests.rate_books.stage import files_of

MAY, JULY = ServiceMonth(2026, 5), ServiceMonth(2026, 7)
MONTHS_FROM_JULY = 9


def measure() -> dict[str, Any]:
    """May's claims stand for July to March, too; the revision raises every base price."""
    with open_city() as city:
        may = Claim.objects.filter(month=MAY.first_day).exclude(status=ClaimStatus.SUPERSEDED)
        Claim.objects.bulk_create(
            [_copy(claim, JULY.plus(later)) for claim in may for later in range(MONTHS_FROM_JULY)]
        )
        sample = next(book for book in shipped_books() if book.status == "sample")
        book = operations.load(
            files_of(winter_revision(sample)), None, by=acting_as(city, "kanri"), at=timezone.now()
        )
        effect_of(book)  # the books' rows are read once a process
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            effect = effect_of(book)
            seconds = time.perf_counter() - began
    return {
        "facilities": len(effect.rows),
        "months": len(effect.months),
        "claims_computed_twice": len(effect.claims),
        "seconds": round(seconds, 2),
        "milliseconds_per_claim": round(1000 * seconds / max(len(effect.claims), 1), 2),
        "queries": len(queries),
    }


def _copy(claim: Claim, month: ServiceMonth) -> Claim:
    values = {
        field.attname: getattr(claim, field.attname)
        for field in Claim._meta.concrete_fields
        if not field.primary_key
    }
    return Claim(**values | {"month": month.first_day, "snapshot": claim.snapshot | {"month": str(month)}})
