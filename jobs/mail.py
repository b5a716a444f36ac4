"""Mail through the outbox: address, subject and text are sealed until the moment of sending."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from jobs import outbox
from jobs.handlers import handles
from jobs.models import Job
from jobs.running import payload_of

KIND = "jobs.mail"


def send_later(
    *, to: str, subject: str, text: str, expires_at: datetime | None = None, key: str | None = None
) -> Job:
    """
    Send one mail after the current transaction commits. After ``expires_at`` it is never sent.

    :raises jobs.outbox.OutsideTransaction: no transaction is open.
    """
    payload = {"to": to, "subject": " ".join(subject.split()), "text": text}
    return outbox.add(KIND, key=key, payload=payload, expires_at=expires_at)


@handles(KIND)
def send(job: Job) -> None:
    """Send now. A worker killed between sending and commit sends the same mail again, with the same Message-ID."""
    mail: dict[str, Any] = payload_of(job)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    EmailMessage(
        subject=mail["subject"],
        body=mail["text"],
        to=[mail["to"]],
        headers={"Message-ID": f"<{job.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    ).send()
