"""What came from elsewhere is what we took, is all there, is licensed, and is small enough for a slow line."""

import gzip
import hashlib
import re
from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
VENDOR = STATIC / "vendor"
FIRST_VISIT = 350_000


def css_addresses(sheet: Path) -> set[Path]:
    """The files a style sheet names; data: addresses are in the sheet itself."""
    found = re.findall(r"""url\(["']?([^"')]+)["']?\)""", sheet.read_text(encoding="utf-8"))
    return {(sheet.parent / address).resolve() for address in found if not address.startswith("data:")}


def compressed(path: Path) -> int:
    """Bytes on the wire; fonts are compressed already."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content))


def test_every_vendored_file_is_the_one_we_took() -> None:
    listed = dict(
        reversed(line.split(maxsplit=1))
        for line in (VENDOR / "hashes.txt").read_text(encoding="utf-8").splitlines()
    )
    present = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name not in {"hashes.txt", "README.md"}
    }

    assert present == listed


def test_every_vendored_folder_carries_its_licence() -> None:
    assert [
        folder.name for folder in VENDOR.iterdir() if folder.is_dir() and not (folder / "LICENSE").is_file()
    ] == []


def test_style_sheets_name_only_files_that_exist_here() -> None:
    for sheet in STATIC.rglob("*.css"):
        assert {path for path in css_addresses(sheet) if not path.is_file()} == set(), sheet
        assert "@import" not in sheet.read_text(encoding="utf-8")


def test_every_font_file_is_named_by_the_style_sheet() -> None:
    fonts = VENDOR / "noto-sans-jp"

    assert css_addresses(fonts / "noto-sans-jp.css") == set((fonts / "files").glob("*.woff2"))


def test_nothing_is_loaded_from_elsewhere() -> None:
    own = [
        *STATIC.glob("css/*.css"),
        *STATIC.glob("js/*.js"),
        *(Path(settings.BASE_DIR) / "templates").rglob("*.html"),
    ]

    for path in own:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//cdn" not in text
        assert not re.search(r"https?://", text), path


def test_what_every_page_loads_leaves_room_within_the_first_visits_budget() -> None:
    shared = [
        *STATIC.glob("css/*.css"),
        *STATIC.glob("js/*.js"),
        VENDOR / "design-tokens/tokens.css",
        VENDOR / "htmx/htmx.min.js",
        VENDOR / "noto-sans-jp/noto-sans-jp.css",
        *(VENDOR / "noto-sans-jp/files").glob("core-*.woff2"),
    ]

    assert sum(compressed(path) for path in shared) < FIRST_VISIT - 20_000
