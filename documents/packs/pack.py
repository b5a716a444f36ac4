"""A form pack as it is used: its manifest, its workbook, its HTML template."""

import hashlib
from dataclasses import dataclass

from documents.packs.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Pack:
    """
    A pack (様式). Without ``html`` its PDF is drawn from the sheets of its workbook; without ``workbook`` there is no
    xlsx of it. ``content_hash`` names what it is made of; ``is_shipped``: came with the product.
    """

    manifest: Manifest
    workbook: bytes | None
    html: str | None
    content_hash: str
    is_shipped: bool


def content_hash(manifest_text: str, workbook: bytes | None, html: str | None) -> str:
    """SHA-256 over its parts, each with its length in front, so that two packs never read the same."""
    digest = hashlib.sha256()
    for part in (manifest_text.encode(), workbook or b"", (html or "").encode()):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
