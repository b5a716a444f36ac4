"""Seconds to preview and accept a month of the core system."""

import time
from typing import Any

from django.utils import timezone

from audit.record import SYSTEM
from claims.operations import counts_import
from portal.demo.facilities import FOLDER
from portal.demo.months import JUNE_FILE
from tests.bench.city import open_city


def measure() -> dict[str, Any]:
    """June's file: 172 facilities."""
    content = (FOLDER / JUNE_FILE).read_bytes()
    with open_city():
        began = time.perf_counter()
        previewed = counts_import.preview(content, by=SYSTEM, at=timezone.now())
        seen = time.perf_counter()
        counts_import.accept(previewed.pk, by=SYSTEM, at=timezone.now())
        done = time.perf_counter()
    return {
        "preview_seconds": round(seen - began, 3),
        "accept_seconds": round(done - seen, 3),
        "facilities": previewed.summary["facilities"],
    }
