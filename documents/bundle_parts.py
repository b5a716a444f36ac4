"""The file of a bundle, in rows of bounded size: written as a stream, read back whole, forgotten."""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from documents.models import Bundle, BundlePart
from documents.stored import DocumentDamaged, sealed, unsealed
from person_keys import store as person_keys

PART_BYTES: Final = 8 * 1024 * 1024
MOST_BYTES: Final = 400 * 1024 * 1024


class TooLarge(Exception):
    """The bundle would be larger than anybody can handle."""


class PartsFile(io.RawIOBase):
    """
    A file that is written once, from the beginning to the end, and stored in parts as it grows.

    What was written since the last ``settle`` may be written over (a zip entry's heading knows its size afterwards).

    :raises TooLarge: by ``write``, beyond ``MOST_BYTES``.
    """

    def __init__(self, store: Callable[[int, bytes], None]) -> None:
        super().__init__()
        self._store = store
        self._held = bytearray()
        self._start = 0
        self._place = 0
        self._digest = hashlib.sha256()
        self.parts = 0

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._start + len(self._held)

    @property
    def content_hash(self) -> str:
        """Of what was stored."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Back to the last ``settle``."""
        return True

    def tell(self) -> int:
        """Where the next byte goes."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """:raises io.UnsupportedOperation: into what is stored already."""
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if not self._start <= place <= self.size:
            raise io.UnsupportedOperation("stored already")
        self._place = place
        return place

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write at the place."""
        at = self._place - self._start
        self._held[at : at + len(data)] = data
        self._place += len(data)
        if self.size > MOST_BYTES:
            raise TooLarge
        return len(data)

    def settle(self, *, everything: bool = False) -> None:
        """Store the full parts; with ``everything`` the rest, too."""
        while len(self._held) >= PART_BYTES or (everything and self._held):
            part = bytes(self._held[:PART_BYTES])
            del self._held[:PART_BYTES]
            self._start += len(part)
            self._digest.update(part)
            self._store(self.parts, part)
            self.parts += 1
        self._place = max(self._place, self._start)


def store_part(bundle: Bundle, number: int, content: bytes) -> None:
    """One row of the bundle's file."""
    part = BundlePart(
        municipality_id=bundle.municipality_id, facility_id=bundle.facility_id, bundle=bundle, number=number
    )
    part.content_sealed = sealed(
        content, bundle.pk, bundle.municipality_id, bound_to=part.place, own_key=bundle.names_people
    )
    part.save(force_insert=True)


def content_of_parts(bundle: Bundle) -> bytes:
    """
    The whole file, row by row.

    :raises NotAllowed: somebody in it was erased.
    :raises DocumentDamaged: it is not what was put together.
    """
    assert bundle.size_bytes is not None, "whoever asks has looked"
    content = bytearray()
    for number in range(-(-bundle.size_bytes // PART_BYTES)):
        part = BundlePart.objects.filter(bundle=bundle, number=number).first()
        if part is None:
            raise DocumentDamaged(str(bundle.pk))
        content += unsealed(
            part.content_sealed,
            bundle.pk,
            bundle.municipality_id,
            bound_to=part.place,
            own_key=bundle.names_people,
        )
    if hashlib.sha256(content).hexdigest() != bundle.content_hash:
        raise DocumentDamaged(str(bundle.pk))
    return bytes(content)


def forget(bundles: "QuerySet[Bundle]", *, at: datetime) -> int:
    """Bundles with all they hold, those that name people by their keys first; how many there were."""
    found = list(bundles.distinct())
    for bundle in found:
        if bundle.names_people:
            person_keys.destroy([bundle.pk], municipality_id=bundle.municipality_id, at=at)
    Bundle.objects.filter(pk__in=[bundle.pk for bundle in found]).delete()
    return len(found)
