"""
Every address opened (GET) and pressed (POST) once by everybody; what the tests ask about stands in the answers.

Six thousand pages are rendered for this, a quarter of what the whole suite does: once, and not once for each question.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from audit.models import Event
from facilities.scope import scope
from tests.access.addresses import ADDRESSES
from tests.access.world import PEOPLE, World, undone

ROW = re.compile(r'data-row="([^"]+)"')
TITLE = re.compile(r"<h2>([^<]*)</h2>")


@dataclass(frozen=True)
class Answer:
    """What a person got; of a page, what it shows; of a page that opened (GET, 200), what was recorded meanwhile."""

    status: int
    headers: dict[str, str]
    is_page: bool
    has_main: bool
    rows: frozenset[str]
    helps: int
    titles: frozenset[str]
    leads_to_help: bool
    events: tuple[Event, ...]


@dataclass
class Sweep:
    """The answers, asked for when a test wants them and kept for the next one."""

    world: World
    _before: int = field(init=False)
    _known: dict[tuple[str, str], dict[str, Answer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Everything asked is taken back, events included: what is newer than this is of the question just asked.
        self._before = max(event.number for event in self._events_since(0))

    def opened(self, view_name: str) -> dict[str, Answer]:
        """Who got what for GET, in the order of ``PEOPLE``."""
        return self._answers("get", view_name)

    def pressed(self, view_name: str) -> dict[str, Answer]:
        """Who got what for a POST without any field, in the order of ``PEOPLE``."""
        return self._answers("post", view_name)

    def _answers(self, method: str, view_name: str) -> dict[str, Answer]:
        if (method, view_name) not in self._known:
            address = reverse(view_name, kwargs=self.world.arguments(view_name, ADDRESSES[view_name]))
            self._known[method, view_name] = {
                person: self._answer(method, address, person) for person in PEOPLE
            }
        return self._known[method, view_name]

    def _answer(self, method: str, address: str, person: str) -> Answer:
        browser = self.world.browser(person)
        browser.reads_help = True
        with undone():
            got = getattr(browser, method)(address)
            opened = method == "get" and got.status_code == 200
            events = self._events_since(self._before) if opened else []
        headers: dict[str, Any] = dict(got.headers)
        is_page = headers.get("Content-Type", "").startswith("text/html")
        body = got.content.decode(errors="replace") if is_page or opened else ""
        return Answer(
            status=got.status_code,
            headers=headers,
            is_page=is_page,
            has_main="<main" in body,
            rows=frozenset(ROW.findall(body)),
            helps=body.count('class="page-help"'),
            titles=frozenset(TITLE.findall(body)),
            leads_to_help='href="#help"' in body.split("</header>")[0],
            events=tuple(events),
        )

    def _events_since(self, number: int) -> list[Event]:
        found: list[Event] = []
        for city in (self.world.city, self.world.other):
            with scope(city.municipality.pk, None):
                found += Event.objects.filter(number__gt=number)
        return found
