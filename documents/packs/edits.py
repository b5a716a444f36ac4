"""Changes to a part's bytes: pieces of it replaced, everything between them as it was."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from documents.packs.package import Element

_START = re.compile(rb"<[^\s/>]+")


class Edits:
    """Gathers changes of one part; whatever is inserted at the same place stands in the order it came."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._edits: list[tuple[int, int, int, bytes]] = []

    @property
    def has_any(self) -> bool:
        """Whether anything changes."""
        return bool(self._edits)

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Other bytes from ``start`` to ``end``; where both are the same, they are inserted."""
        self._edits.append((start, end, len(self._edits), new))

    def drop(self, element: Element) -> None:
        """Without the element."""
        self.replace(element.start, element.end, b"")

    def insert_into(self, element: Element, new: bytes) -> None:
        """As the element's last content."""
        if not new:
            return
        if element.is_empty_tag:
            opening = self._content[element.start : element.inner]
            found = _START.match(opening)
            assert found is not None
            self.replace(element.end - 2, element.end, b">" + new + b"</" + found[0][1:] + b">")
        else:
            self.replace(element.inner_end, element.inner_end, new)

    def set_attributes(self, element: Element, attributes: Mapping[str, str | None]) -> None:
        """Other values of attributes in its start tag; None takes one away."""
        opening = self._content[element.start : element.inner]
        self.replace(element.start, element.inner, with_attributes(opening, attributes))

    def text(self, element: Element, new: bytes) -> None:
        """Another content of an element that is not an empty tag."""
        self.replace(element.inner, element.inner_end, new)

    def done(self) -> bytes:
        """The part with all of it."""
        pieces: list[bytes] = []
        at, content = 0, self._content
        for start, end, _, new in sorted(self._edits):
            assert start >= at, "two changes of the same bytes"
            pieces += (content[at:start], new)
            at = end
        pieces.append(content[at:])
        return b"".join(pieces)


def with_attributes(opening: bytes, attributes: Mapping[str, str | None]) -> bytes:
    """A start tag with other values of attributes; names are as written, with their prefix."""
    for name, value in attributes.items():
        found = re.search(rb"\s" + re.escape(name.encode()) + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", opening)
        new = b"" if value is None else f" {name}={quoteattr(value)}".encode()
        if found is not None:
            opening = opening[: found.start()] + new + opening[found.end() :]
        elif new:
            at = len(opening) - (2 if opening.endswith(b"/>") else 1)
            said = opening[:at].rstrip()
            opening = said + new + opening[len(said) :]
    return opening
