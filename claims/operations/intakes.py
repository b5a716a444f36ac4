"""The kinds of files that come in, and what bringing in each of them is: the doors are the same for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit.record import Who
from claims.events import ChargeEvent, ImportEvent
from claims.models import ChargeImport, CountImport, FileImport, FileKind
from claims.operations import charges_import, counts_import
from claims.queries.mappings import HowToRead


class Preview(Protocol):
    """
    Reading a file and keeping what it would do.

    :raises NotAllowed: whoever sends it may not.
    :raises documents.reading.FileRefused: with every problem.
    """

    def __call__(
        self, content: bytes, *, by: Who, at: datetime, how: HowToRead = ..., sender: str = ...
    ) -> FileImport: ...


@dataclass(frozen=True)
class Intake:
    """One kind: its imports, its act, who may send, and the names of its events."""

    model: type[FileImport]
    preview: Preview
    may_send: Callable[[Who], None]
    too_large: str
    refused: str
    arrived: str


INTAKES: Mapping[str, Intake] = {
    FileKind.COUNTS: Intake(
        CountImport,
        counts_import.preview,
        counts_import.may_send,
        counts_import.TOO_LARGE,
        ImportEvent.REFUSED,
        ImportEvent.ARRIVED,
    ),
    FileKind.CHARGES: Intake(
        ChargeImport,
        charges_import.preview,
        charges_import.may_send,
        charges_import.TOO_LARGE,
        ChargeEvent.REFUSED,
        ChargeEvent.ARRIVED,
    ),
}
