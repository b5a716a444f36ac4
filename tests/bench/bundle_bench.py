"""
A month's claims as PDF and workbook in one bundle, through broker and workers; and one form from click to download.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.test import Client
from django.utils import timezone

from claims.models import Claim
from documents import bundle_operations
from documents.bundle_models import Packing
from documents.bundle_operations import Wish
from documents.models import Bundle, Document, Format
from facilities.periods import ServiceMonth
from facilities.sent_forms import FIELD, new_token
from portal.demo import cast
from tests.bench.city import acting_as, open_city
from tests.bench.pages_bench import signed_in

APRIL = ServiceMonth(2026, 4)
FORMS = ("benefit_claim", "commission_claim", "community_claim")
SINGLES = 7
PATIENCE = timedelta(minutes=30)


class NeverReady(Exception):
    """The workers have not done what was asked of them."""


def measure(workers: tuple[int, ...] = (1, 2)) -> dict[str, Any]:
    """``both_cores``: how much faster two processes of one worker are than one, from the order to the ready file."""
    runs = {count: bundle(count) for count in workers}
    return {
        **{f"workers_{count}": run for count, run in runs.items()},
        "both_cores": round(runs[1]["seconds"] / runs[2]["seconds"], 2) if {1, 2} <= runs.keys() else None,
        **single(),
    }


def bundle(processes: int, forms: tuple[str, ...] = FORMS) -> dict[str, Any]:
    """Every claim of April that may be printed, as PDF and xlsx, as one zip."""
    _forget()
    with _worker(processes) as worker:
        began = time.perf_counter()
        with open_city() as city:
            asked = Wish("bench", Packing.ZIP, forms, tuple(Format), APRIL, APRIL)
            ordered = bundle_operations.order(asked, by=acting_as(city, "kacho"), at=timezone.now())
        ready = _ready(ordered)
        seconds = time.perf_counter() - began
        memory = _largest_child(worker.pid)
    with open_city():
        documents = Document.objects.filter(ready_at__isnull=False).count()
        subjects = Document.objects.filter(ready_at__isnull=False).values("subject_id").distinct().count()
    return {
        "claims": subjects,
        "documents": documents,
        "missing": ready.missing,
        "zip_mb": round((ready.size_bytes or 0) / 1e6, 1),
        "seconds": round(seconds, 1),
        "largest_process_mb": memory,
    }


def single() -> dict[str, Any]:
    """From the POST to the downloaded PDF, with nothing else waiting; the median."""
    _forget()
    with open_city():
        claim = Claim.objects.filter(
            facility__number=cast.KINDERGARTEN, outside=False, approved_at__isnull=False
        ).first()
        assert claim is not None
    base = f"/f/{cast.KINDERGARTEN}/documents"
    client = Client()
    name, _, key = signed_in(cast.PEOPLE[0].login_id).partition("=")
    client.cookies[name] = key
    times = []
    with _worker(2):
        for _ in range(SINGLES + 1):
            began = time.perf_counter()
            sent = {"form": "benefit_claim", FIELD: str(new_token())}
            answer = client.post(f"{base}/order/claim/{claim.pk}/", sent)
            assert answer.status_code == 302, answer.status_code
            document = _first_ready()
            content = client.get(f"{base}/file/{document.pk}/").content
            assert content.startswith(b"%PDF-")
            times.append(time.perf_counter() - began)
            _forget()
    # The first reads fonts and template.
    return {"click_to_download_ms": round(statistics.median(times[1:]) * 1000, 1)}


@contextmanager
def _worker(processes: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as ``manage.py up`` starts it, that answers."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "-c",
        str(processes),
        "-l",
        "WARNING",
    ]
    worker = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle"],
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(120):
            if current_app.control.ping(timeout=0.5):
                break
        else:
            raise NeverReady("worker")
        yield worker
    finally:
        worker.terminate()
        worker.wait(30)


def _ready(ordered: Bundle) -> Bundle:
    end = timezone.now() + PATIENCE
    while timezone.now() < end:
        time.sleep(0.2)
        with open_city():
            found: Bundle = Bundle.objects.get(pk=ordered.pk)
        if found.ready_at is not None:
            return found
    raise NeverReady("bundle")


def _first_ready() -> Document:
    end = timezone.now() + timedelta(minutes=2)
    while timezone.now() < end:
        with open_city():
            found: Document | None = Document.objects.filter(
                format=Format.PDF, ready_at__isnull=False
            ).first()
        if found is not None:
            return found
        time.sleep(0.01)
    raise NeverReady("document")


def _forget() -> None:
    with open_city():
        Bundle.objects.all().delete()
        Document.objects.all().delete()


def _largest_child(parent: int) -> float:
    """Resident megabytes of the largest process of a worker, at this moment."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    page = resource.getpagesize()
    sizes = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) * page for child in children]
    return round(max(sizes) / 1e6, 1)
