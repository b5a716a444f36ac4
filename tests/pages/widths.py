"""
Pages in a window of some width: ``python -m tests.pages.widths WIDTH SCRIPT FILE…`` opens everything foldable and
prints, as JSON, what the script answers on each.

A process of its own, because playwright keeps an event loop in its thread and Django then refuses the database. With
``HAGUKUMI_SCREENSHOTS`` it leaves pictures.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.pages.browsing import CHROMIUM, QUIET, ROOT

PHONE = 390
OPEN = "document.querySelectorAll('main details').forEach(each => each.open = true)"
WIDER = """Object.fromEntries([...document.querySelectorAll('main .table-scroll')].map(
    box => [box.getAttribute('aria-label'), box.scrollWidth - box.clientWidth]))"""


def overflow(pages: dict[str, str], into: Path) -> dict[str, dict[str, int]]:
    """By page, on a phone: by how many pixels each table is wider than its box. ``pages`` are HTML by a name."""
    found: dict[str, dict[str, int]] = measured(pages, into, WIDER)
    return found


def measured(pages: dict[str, str], into: Path, script: str, *, width: int = PHONE) -> dict[str, Any]:
    """By page: what ``script`` answers in a window of ``width`` pixels. ``pages`` are HTML by a name."""
    for name, page in pages.items():
        (into / f"{name}.html").write_text(page.replace("/static/", f"{(ROOT / 'static').as_uri()}/"))
    files = [str(into / f"{name}.html") for name in pages]
    command = [sys.executable, "-m", "tests.pages.widths", str(width), script, *files]
    environment = {**os.environ, "HAGUKUMI_ENV": "test"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(width: int, script: str, files: list[str]) -> None:
    """Ask each file."""
    pictures = os.environ.get("HAGUKUMI_SCREENSHOTS")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": 844})
        for file in files:
            page.goto(Path(file).as_uri())
            page.evaluate(OPEN)
            found[Path(file).stem] = page.evaluate(script)
            if pictures:
                page.screenshot(path=f"{pictures}/{Path(file).stem}-{width}.png", full_page=True)
        browser.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
