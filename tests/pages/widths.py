"""
Pages on a phone: ``python -m tests.pages.widths FILE…`` opens everything foldable at 390 px and prints, as JSON, by
how many pixels what is in each table's box is wider than the box.

A process of its own, because playwright keeps an event loop in its thread and Django then refuses the database. With
``HAGUKUMI_SCREENSHOTS`` it leaves pictures.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pages.browsing import CHROMIUM, QUIET, ROOT

WIDTH = 390
OPEN = "document.querySelectorAll('main details').forEach(each => each.open = true)"
WIDER = """Object.fromEntries([...document.querySelectorAll('main .table-scroll')].map(
    box => [box.getAttribute('aria-label'), box.scrollWidth - box.clientWidth]))"""


def overflow(pages: dict[str, str], into: Path) -> dict[str, dict[str, int]]:
    """By page: how much wider than its box each table is. ``pages`` are HTML by a name."""
    for name, page in pages.items():
        (into / f"{name}.html").write_text(page.replace("/static/", f"{(ROOT / 'static').as_uri()}/"))
    files = [str(into / f"{name}.html") for name in pages]
    command = [sys.executable, "-m", "tests.pages.widths", *files]
    environment = {**os.environ, "HAGUKUMI_ENV": "test"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


def main(files: list[str]) -> None:
    """Measure each file."""
    pictures = os.environ.get("HAGUKUMI_SCREENSHOTS")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": WIDTH, "height": 844})
        for file in files:
            page.goto(Path(file).as_uri())
            page.evaluate(OPEN)
            found[Path(file).stem] = page.evaluate(WIDER)
            if pictures:
                page.screenshot(path=f"{pictures}/{Path(file).stem}-{WIDTH}.png", full_page=True)
        browser.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
