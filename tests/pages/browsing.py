"""
The gallery in a real browser: ``python -m tests.pages.browsing`` prints what was seen as JSON.

A process of its own, because playwright keeps an event loop in its thread and Django then refuses the database.
"""

import json
import mimetypes
import os
import sys
from pathlib import Path
from typing import Any

import django
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.pages import gallery

ROOT = Path(__file__).resolve().parent.parent.parent
ORIGIN = "http://gallery.test"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = (("facility", 1280), ("city", 390), ("audit", 1280))
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'"
AT = "document.querySelector('tr[data-at] a').textContent"


def answer(route: Route) -> None:
    """Serve the gallery and the static files with the product's policy; nothing else exists."""
    path = route.request.url.removeprefix(ORIGIN).split("?")[0]
    if path.startswith("/static/"):
        file = ROOT / path.removeprefix("/")
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0] or "font/woff2")
    elif path in {"/keep-alive", "/logout"}:
        route.fulfill(status=204)
    else:
        side, _, wish = path.strip("/").partition("-")
        page = gallery.rendered(side, idle_seconds=110 if wish == "idle" else 1800)
        route.fulfill(
            body=page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
        )


def opened(browser: Browser, side: str, width: int, complaints: list[str]) -> Page:
    """A page of the gallery with everything loaded; console and script errors go to ``complaints``."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/{side}")
    page.wait_for_load_state("networkidle")
    return page


def looks(browser: Browser) -> dict[str, Any]:
    """Accessibility findings, pages wider than the window, and complaints, per side and width."""
    complaints: list[str] = []
    violations: list[str] = []
    too_wide: list[str] = []
    for side, width in VIEWS:
        page = opened(browser, side, width, complaints)
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
        violations += [f"{side} {width} {one['id']} {one['nodes'][0]['target']}" for one in found]
        for narrower in (width, 320):
            page.set_viewport_size({"width": narrower, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > narrower:
                too_wide.append(f"{side} {narrower}")
        page.close()
    return {"complaints": complaints, "violations": violations, "too_wide": too_wide}


def keys(browser: Browser) -> dict[str, Any]:
    """What the keyboard does on a table."""
    page = opened(browser, "city", 1280, [])
    seen: dict[str, Any] = {"first": page.evaluate("document.activeElement.className")}
    page.keyboard.press("j")
    page.keyboard.press("j")
    seen["jj"] = page.evaluate(AT)
    seen["before x"] = page.inner_text("[data-count]")
    page.keyboard.press("x")
    seen["after x"] = page.inner_text("[data-count]")
    page.keyboard.press("k")
    seen["k"] = page.evaluate(AT)
    page.keyboard.press("?")
    seen["?"] = page.inner_text("dialog[open] h2")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    seen["/"] = page.evaluate("document.activeElement.type")
    page.keyboard.type("jx")
    seen["typed"] = page.input_value("input[type=search]")
    page.locator("[data-all]").check()
    seen["all"] = page.inner_text("[data-count]")
    page.close()
    return seen


def typing(browser: Browser) -> dict[str, Any]:
    """What is typed, left, and found again; and what the next person finds after a logout."""
    page = opened(browser, "facility", 1280, [])
    page.fill("#id_reason", "人数が違います")
    seen = {"kept": page.inner_text("[data-kept]")}
    page.goto(f"{ORIGIN}/facility")
    seen["found again"] = page.input_value("#id_reason")
    page.click("form.logout button")
    page.goto(f"{ORIGIN}/facility")
    seen["after logout"] = page.input_value("#id_reason")
    page.close()
    return seen


def idling(browser: Browser) -> dict[str, Any]:
    """The warning before the idle logout."""
    page = opened(browser, "facility-idle", 1280, [])
    page.wait_for_selector("#idle-dialog[open]")
    seen: dict[str, Any] = {"warned": page.inner_text("[data-idle-left]")}
    with page.expect_request("**/keep-alive") as asked:
        page.click("[data-idle-continue]")
    seen["asked by"] = asked.value.method
    page.close()
    return seen


def main() -> None:
    """Look at everything and print it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        seen = {
            "looks": looks(browser),
            "keys": keys(browser),
            "typing": typing(browser),
            "idling": idling(browser),
        }
        browser.close()
    json.dump(seen, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["HAGUKUMI_ENV"] = "test"
    django.setup()
    main()
