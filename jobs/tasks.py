"""The Celery side: ids in, nothing out."""

from uuid import UUID

from celery import shared_task

from jobs import running


@shared_task(name="jobs.run")
def run(*, job_id: str) -> None:
    """Do one job."""
    running.run(UUID(job_id))


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """End what expired, hand over again what waits."""
    running.empty_expired()
    running.sweep()
