"""The demo's mailbox: one RFC 822 file a message under ``var/mail/``, readable with any mail program."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class FolderBackend(BaseEmailBackend):
    """Writes each message to its own file; the name sorts by time."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write ``email_messages``; a reader never sees half a file, since a finished one is moved into place."""
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{uuid4().hex[:8]}.eml"
            unfinished = folder / f".{name}"
            # Django's own message classes take the line separator; the types only know the standard library's.
            unfinished.write_bytes(message.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]
            unfinished.rename(folder / name)
        return len(email_messages)
