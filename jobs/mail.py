"""Mail through the outbox: address, subject and text are sealed until the moment of sending."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage

from jobs import outbox
from jobs.handlers import handles
from jobs.models import Job
from jobs.running import payload_of

KIND = "jobs.mail"
JAPAN = ZoneInfo("Asia/Tokyo")


def send_later(
    *, to: str, subject: str, text: str, expires_at: datetime | None = None, key: str | None = None
) -> Job:
    """
    Send one mail after the current transaction commits. After ``expires_at`` it is never sent.

    :raises jobs.outbox.OutsideTransaction: no transaction is open.
    """
    payload = {"to": to, "subject": " ".join(subject.split()), "text": text}
    return outbox.add(KIND, key=key, payload=payload, expires_at=expires_at)


def end_of(day: date) -> datetime:
    """
    When ``day`` ends in Japan. A reminder of yesterday is no reminder: it is not sent when the mail server comes back
    too late.
    """
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=JAPAN)


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
