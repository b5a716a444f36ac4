"""The form packs that come with the product: ``documents/shipped/<code>/<first fiscal year>/``."""

from functools import cache
from pathlib import Path
from typing import Final

from documents.packs.manifest_reading import read_manifest
from documents.packs.pack import Pack, content_hash

FOLDER: Final = Path(__file__).resolve().parent.parent / "shipped"
MANIFEST, WORKBOOK, HTML = "manifest.toml", "form.xlsx", "form.html"


@cache
def shipped() -> tuple[Pack, ...]:
    """
    All of them, by code and year; read once for each process.

    :raises ManifestWrong: one of them cannot be read, which a test would have said.
    """
    return tuple(_read(path.parent) for path in sorted(FOLDER.glob(f"*/*/{MANIFEST}")))


def _read(folder: Path) -> Pack:
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    workbook = (folder / WORKBOOK).read_bytes() if (folder / WORKBOOK).exists() else None
    html = (folder / HTML).read_text(encoding="utf-8") if (folder / HTML).exists() else None
    return Pack(read_manifest(text), workbook, html, content_hash(text, workbook, html), is_shipped=True)
