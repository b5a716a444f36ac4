"""Putting work into the outbox, and handing its id to Celery after the commit."""

import json
import logging
import time
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from jobs.models import Job, Lane
from vault import seal

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 3.0
_away_until = 0.0


class OutsideTransaction(Exception):
    """A job belongs to the transaction of the act that asks for it."""


def add(
    kind: str,
    *,
    key: str | None = None,
    payload: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    lane: Lane = Lane.USUAL,
    **ids: UUID | str | int,
) -> Job:
    """
    Ask for work of ``kind`` in the current transaction.

    ``ids`` are the only plain arguments. ``payload`` is sealed. With ``key`` the same work is asked for only once:
    the row that is already there is returned. After ``expires_at`` the work is never done. Work of ``Lane.BULK`` lets
    other work pass.

    :raises OutsideTransaction: no transaction is open.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind)
    job = Job(
        kind=kind,
        key=key,
        args={name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()},
        due_at=due_at or timezone.now(),
        expires_at=expires_at,
        lane=lane,
    )
    if payload is not None:
        job.payload_sealed = seal(json.dumps(payload, ensure_ascii=False).encode(), bound_to=job.place)
    if key is None:
        job.save(force_insert=True)
    else:
        Job.objects.bulk_create([job], ignore_conflicts=True)
        job = Job.objects.get(key=key)
    transaction.on_commit(partial(carry, job.pk, job.lane))
    return job


def asked(keys: Collection[str]) -> set[str]:
    """Which of these keys were asked for before, done or not."""
    found = Job.objects.filter(key__in=keys).values_list("key", flat=True)
    return {key for key in found if key is not None}


def cancel(keys: Collection[str]) -> None:
    """The jobs of these keys that are still waiting expire now: they are never done, and their payload is emptied."""
    Job.objects.filter(key__in=keys, done_at__isnull=True, failed_at__isnull=True).update(
        expires_at=timezone.now()
    )


def carry(job_id: UUID, lane: str = Lane.USUAL) -> bool:
    """
    Hand the id to Celery. False when the broker is away: then the sweeper carries it later, nothing is lost.

    After a failure the broker is left alone for a moment, so that an act with two hundred jobs waits for one timeout
    and not for two hundred.
    """
    global _away_until
    if time.monotonic() < _away_until:
        return False
    try:
        current_app.send_task("jobs.run", kwargs={"job_id": str(job_id)}, queue=str(lane), retry=False)
    except (BrokerAway, OSError) as problem:
        _away_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("broker away (%s): job %s waits in the outbox", type(problem).__name__, job_id)
        return False
    return True
