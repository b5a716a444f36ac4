"""The whole system as ``make run`` starts it, in a folder of its own, and people who look at it with a real browser."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as modern
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from portal.demo import cast
from portal.help.texts import help_of

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Pictures of the user guide: small enough to keep beside it.
PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_BYTES = 1000, 700, 60 * 1024
DRAWN: set[str] = set()
CODE = re.compile(r"確認コード： (\d{6})\b")
PICTURE = "#form-sheet"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEST_SETTINGS = {
    "HAGUKUMI_ENV",
    "HAGUKUMI_VAR",
    "SECRET_KEY",
    "VAULT_KEYS",
    "CODE_KEY",
    "INDEX_KEYS",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "KEY_STORE_URL",
    "KEY_STORE_OWNER_URL",
    "REDIS_URL",
    "SITE_URL",
    "CITY_SITE_URL",
    "PORT",
}


AGE_SESSIONS = """
import django
django.setup()
from django.contrib.sessions.models import Session
from django.contrib.sessions.backends.db import SessionStore
for key in Session.objects.values_list("session_key", flat=True):
    session = SessionStore(key)
    if "last_seen" in session:
        session["last_seen"] -= 3600
        session.save()
"""


class NotYet(Exception):
    """What was waited for did not come."""


T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, *, patience: float = 60.0) -> T:
    """Ask again until there is an answer."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise NotYet(what)


@dataclass
class Stack:
    """A running system: its address and its folder."""

    url: str
    var: Path
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, var: Path, *options: str) -> "Stack":
        """``manage.py up`` on a free port, answering; with the demo city unless ``--empty``."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if name not in TEST_SETTINGS}
        environment = {**kept, "HAGUKUMI_ENV": "development", "HAGUKUMI_VAR": str(var)}
        var.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (var / "up.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(port), *options],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        stack = cls(f"http://127.0.0.1:{port}", var, process)
        wait_for(stack.is_ready, f"{var / 'up.log'}: ready", patience=300)
        return stack

    def is_ready(self) -> bool:
        """Whether it answers; raises when it has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise NotYet((self.var / "up.log").read_text())
        return self.health() == "ok"

    def health(self) -> str:
        """The word of /healthz/ready, or nothing."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz/ready", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def pid_of(self, name: str) -> int:
        """The process id of ``valkey`` or of the ``worker``."""
        if name == "valkey":
            return int((self.var / "valkey" / "valkey.pid").read_text())
        found = subprocess.run(["pgrep", "-f", "celery -A config worker"], capture_output=True, text=True)
        for pid in map(int, found.stdout.split()):
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if f"HAGUKUMI_VAR={self.var}".encode() in variables:
                return pid
        raise NotYet(f"no {name} is running")

    def age_sessions(self) -> None:
        """Everybody's login was idle for an hour."""
        self.run("-c", AGE_SESSIONS)

    def run(self, *arguments: str) -> None:
        """Python in this system's own environment, as its administrator would run it."""
        secrets = dict(
            line.split("=", 1) for line in (self.var / "secrets.env").read_text().splitlines() if "=" in line
        )
        kept = {name: value for name, value in os.environ.items() if name not in TEST_SETTINGS}
        environment = {
            **kept,
            **secrets,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HAGUKUMI_VAR": str(self.var),
            "DATABASE_URL": f"postgresql://portal_app@/portal?host={self.var / 'run'}",
            "KEY_STORE_URL": f"postgresql://portal_app@/portal_keys?host={self.var / 'run'}",
            "REDIS_URL": (self.var / "valkey" / "address").read_text(),
        }
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True)

    def command(self, *arguments: str) -> None:
        """``manage.py`` in another terminal beside this house: it finds everything by the house's folder."""
        kept = {name: value for name, value in os.environ.items() if name not in TEST_SETTINGS}
        environment = {**kept, "HAGUKUMI_VAR": str(self.var)}
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)

    def mails(self, login_id: str) -> list[Any]:
        """The mails to an account, oldest first."""
        folder = self.var / "mail"
        read = (message_from_bytes(path.read_bytes(), policy=modern) for path in sorted(folder.glob("*.eml")))
        return [mail for mail in read if mail["To"] == cast.address_of(login_id)]

    def wait_for_mail(self, login_id: str, *, after: int, patience: float = 60.0) -> str:
        """The text of the newest mail to an account that already had ``after`` mails."""

        def newest() -> Any:
            found = self.mails(login_id)
            return found[-1] if len(found) > after else None

        return str(wait_for(newest, f"a mail to {login_id}", patience=patience).get_content())

    def wait_for_code(self, login_id: str, *, after: int) -> str:
        """The code mailed to an account that already had ``after`` mails; other news may arrive before or behind it."""

        def newest() -> str | None:
            codes = (CODE.search(mail.get_content()) for mail in reversed(self.mails(login_id)[after:]))
            return next((code[1] for code in codes if code), None)

        return wait_for(newest, f"a code for {login_id}")


@dataclass
class Visitor:
    """One person at a browser."""

    stack: Stack
    page: Page
    complaints: list[str] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        self.page.set_default_timeout(20_000)

    def _listen(self, message: Any) -> None:
        # A refused form answers 422 and a test of being away 5xx: Chromium reports both as errors of loading.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        """Go to an address of the product."""
        self.page.goto(f"{self.stack.url}{path}")

    def sign_in(self, login_id: str) -> None:
        """ID, password, and the code from the mail."""
        self.open("/login/")
        self.sign_in_here(login_id)
        self.page.wait_for_url(re.compile(r"/(f|c|a)/"))

    def sign_in_here(self, login_id: str, *, password: str = cast.PASSWORD) -> None:
        """On the login page already, wherever it leads afterwards."""
        before = len(self.stack.mails(login_id))
        self.page.fill("input[name=login_id]", login_id)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_selector("input[name=code]")
        self.page.fill("input[name=code]", self.stack.wait_for_code(login_id, after=before))
        self.page.click("main button[type=submit] >> nth=0")
        self.page.wait_for_selector("form.logout")

    def see(self, name: str) -> None:
        """At both widths, nothing for axe, the console or a sideways scroll to complain about."""
        pictures = os.environ.get("HAGUKUMI_SCREENSHOTS")
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            if (
                pictures
            ):  # of whole pages, some as long as a city's list of facilities: for whoever wants to look
                Path(pictures).mkdir(parents=True, exist_ok=True)
                self.page.screenshot(path=Path(pictures) / f"{name}-{width}.png", full_page=True)
            too_wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert too_wide <= 0, f"{name} scrolls sideways by {too_wide}px at {width}"
            self.require_accessible(f"{name} at {width}")
        assert self.complaints == [], name
        if guide := os.environ.get("HAGUKUMI_GUIDE_PICTURES"):
            self.draw_for_the_guide(Path(guide))

    def draw_for_the_guide(self, folder: Path) -> None:
        """A small picture of the page for the user guide, where its help wants one: the first look of a run counts."""
        page = help_of(resolve(urlsplit(self.page.url).path).view_name)
        drawer = self.page.locator("#help")
        # An error page stands at a page's address, but has no help.
        if page is None or not page.picture or not drawer.count():
            return
        if page.name in DRAWN or drawer.is_visible():
            return
        DRAWN.add(page.name)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.set_viewport_size({"width": PICTURE_WIDTH, "height": PICTURE_HEIGHT})
        shot = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        for colours in (128, 64, 32, 16):
            shot.quantize(colours, dither=Image.Dither.NONE).save(folder / page.image_name, optimize=True)
            if (folder / page.image_name).stat().st_size <= PICTURE_BYTES:
                break
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def require_accessible(self, name: str) -> None:
        """axe finds nothing."""
        # What passed would be told at length, too, and takes longer to tell than to find.
        options: dict[str, Any] = {"runOnly": RULES, "resultTypes": ["violations"]}
        if self.page.locator(PICTURE).count():
            # The cells of a form's picture are as small as on the form; beside it they are chosen by their address
            # (2.5.8, equivalent control). Everything else is asked of them, too.
            without_sizes = {**options, "rules": {"target-size": {"enabled": False}}}
            axe = Axe()
            found = axe.run(self.page, options=without_sizes).response["violations"]
            around = {"exclude": [[PICTURE]]}
            found += axe.run(self.page, context=around, options=options).response["violations"]
        else:
            found = Axe().run(self.page, options=options).response["violations"]
        complaints = [
            f"{one['id']} {[node['target'] for node in one['nodes']][:3]} {one['nodes'][0].get('failureSummary')}"
            for one in found
        ]
        assert not complaints, "\n".join([name, *complaints])

    def words(self) -> str:
        """The text of the page's main part."""
        return self.page.inner_text("main")


@contextmanager
def visiting(stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """People come with a browser of their own each; all are gone at the end, and with them playwright's event loop."""
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)

        def come(*, javascript: bool = True) -> Visitor:
            window = browser.new_context(
                locale="ja-JP", viewport={"width": 1280, "height": 900}, java_script_enabled=javascript
            )
            return Visitor(stack, window.new_page())

        yield come
        browser.close()
