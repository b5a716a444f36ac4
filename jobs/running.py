"""
Doing the work of the outbox.

The job's row stays locked while its handler runs, and is marked done in the handler's own transaction. A killed
worker drops its connection, PostgreSQL drops the lock, and the sweeper hands the job to the next worker: nothing
is lost, nothing is half-stored, and no lease has to run out first.
"""

import json
import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from jobs import outbox
from jobs.handlers import handler_for
from jobs.models import Job, Lane
from vault import unseal

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
LONGEST_PAUSE = timedelta(minutes=10)
SWEEP_AFTER = timedelta(seconds=5)
SWEEP_BULK_AFTER = timedelta(seconds=60)
SWEEP_AT_ONCE = 200


class Result(StrEnum):
    """What became of one delivery."""

    DONE = "done"
    NOT_WAITING = "not waiting"
    EXPIRED = "expired"
    FAILED = "failed"


def payload_of(job: Job) -> dict[str, Any]:
    """The sealed part of a job; empty when it has none."""
    if job.payload_sealed is None:
        return {}
    payload: dict[str, Any] = json.loads(unseal(job.payload_sealed, bound_to=job.place))
    return payload


def run(job_id: UUID) -> Result:
    """Do one job if it waits and nobody else is doing it. Never raises for a failing handler: it tries again later."""
    if not _begin(job_id):
        return Result.NOT_WAITING
    try:
        with transaction.atomic(), context(Context(who=SYSTEM, entrance="worker")):
            job = _locked(job_id)
            if job is None:
                return Result.NOT_WAITING
            if job.expires_at is not None and job.expires_at <= timezone.now():
                _end(job, failed=True, error="expired")
                return Result.EXPIRED
            handler_for(job.kind)(job)
            _end(job)
            return Result.DONE
    except Exception as problem:  # noqa: BLE001  a handler may fail in any way; the job must survive it
        _put_back(job_id, problem)
        return Result.FAILED


def run_due(limit: int = 1000) -> int:
    """Do everything that is due, in order, in this process; returns how many jobs were done."""
    done = 0
    for job_id in _due().values_list("pk", flat=True)[:limit]:
        done += run(job_id) is Result.DONE
    return done


def sweep() -> int:
    """
    Hand over again what is due and was not taken; returns how many ids were handed over.

    Work of ``Lane.BULK`` waits its turn for long: it is handed over once a minute, not at every sweep.
    """
    now = timezone.now()
    carried: list[UUID] = []
    for job_id, lane in _left(now).values_list("pk", "lane")[:SWEEP_AT_ONCE]:
        if not outbox.carry(job_id, lane):
            break
        carried.append(job_id)
    with transaction.atomic():
        # Whoever does one of them by now holds its row: the sweeper waits for nobody.
        waiting = Job.objects.select_for_update(of=("self",), skip_locked=True).filter(
            pk__in=carried, lane=Lane.BULK, done_at__isnull=True, failed_at__isnull=True
        )
        Job.objects.filter(pk__in=[job.pk for job in waiting]).update(due_at=now)
    return len(carried)


def _left(now: datetime) -> Any:
    usual, bulk = now - SWEEP_AFTER, now - SWEEP_BULK_AFTER
    return _due().filter(
        Q(lane=Lane.USUAL, due_at__lt=usual) & (Q(started_at__isnull=True) | Q(started_at__lt=usual))
        | Q(lane=Lane.BULK, due_at__lt=bulk) & (Q(started_at__isnull=True) | Q(started_at__lt=bulk))
    )


def empty_expired() -> int:
    """End what expired before it could be done, and empty it."""
    expired = Job.objects.filter(done_at__isnull=True, failed_at__isnull=True, expires_at__lte=timezone.now())
    return expired.update(failed_at=timezone.now(), payload_sealed=None, last_error="expired")


def _due() -> Any:
    return Job.objects.filter(
        done_at__isnull=True, failed_at__isnull=True, due_at__lte=timezone.now()
    ).order_by("due_at")


def _begin(job_id: UUID) -> bool:
    """Count the attempt in a transaction of its own, so that a job that kills its worker does not try for ever."""
    with transaction.atomic():
        job = _locked(job_id)
        if job is None:
            return False
        if job.attempts >= MOST_ATTEMPTS:
            _end(job, failed=True, error=job.last_error or "worker lost")
            return False
        Job.objects.filter(pk=job_id).update(attempts=F("attempts") + 1, started_at=timezone.now())
        return True


def _locked(job_id: UUID) -> Job | None:
    return (
        Job.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=job_id, done_at__isnull=True, failed_at__isnull=True, due_at__lte=timezone.now())
        .first()
    )


def _end(job: Job, *, failed: bool = False, error: str = "") -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(
        done_at=None if failed else now,
        failed_at=now if failed else None,
        payload_sealed=None,
        last_error=error,
    )


def _put_back(job_id: UUID, problem: Exception) -> None:
    # The class name only: messages may quote personal data.
    error = type(problem).__name__
    logger.warning("job %s failed: %s", job_id, error)
    with transaction.atomic():
        job = _locked(job_id)
        if job is None:
            return
        if job.attempts >= MOST_ATTEMPTS:
            _end(job, failed=True, error=error)
            return
        pause = min(timedelta(seconds=2**job.attempts), LONGEST_PAUSE)
        Job.objects.filter(pk=job_id).update(due_at=timezone.now() + pause, last_error=error)
