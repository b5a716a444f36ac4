"""
The help texts (使い方): one TOML file a page, one a guide, the first steps, and the chapters of the user guide.

Read once, when the process starts: a page costs no query and no file for its help. A text with a wrong or missing key
stops the start.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facilities.actors import Role
from facilities.schedule import Step

FOLDER = Path(__file__).resolve().parent


class HelpTwice(Exception):
    """Two files want to be the help of the same page, or the guide of the same role."""


@dataclass(frozen=True)
class Question:
    """One of the troubles people have (こまったとき), and what to do."""

    ask: str
    answer: str


@dataclass(frozen=True)
class PageHelp:
    """
    The help of one page.

    ``views`` are its address and those of its buttons, which show the same page again when something is wrong.
    ``picture``: the user guide shows the page.
    """

    title: str
    views: tuple[str, ...]
    purpose: str
    who: str
    task: str
    steps: tuple[str, ...]
    questions: tuple[Question, ...]
    picture: bool = False

    @property
    def name(self) -> str:
        """The page's own address."""
        return self.views[0]

    @property
    def image_name(self) -> str:
        """The file of its picture in the user guide."""
        return f"{self.name.replace(':', '-')}.png"


@dataclass(frozen=True)
class GuideStep:
    """One step of somebody's month; ``step`` names the day of the city's schedule that belongs to it."""

    step: Step | None
    title: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where something is found: what one wants, the entry of the main menu, and what to do there."""

    want: str
    place: str
    text: str


@dataclass(frozen=True)
class Contact:
    """Whom to ask about what."""

    about: str
    whom: str


@dataclass(frozen=True)
class Guide:
    """The one-page guide of some roles, for printing."""

    title: str
    roles: tuple[Role, ...]
    chapter: str
    lead: str
    steps: tuple[GuideStep, ...]
    places: tuple[Place, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class StepText:
    """The words of one of the first steps; ``view`` is the page it leads to, ``done`` what stands there afterwards."""

    name: str
    title: str
    text: str
    view: str
    link: str
    done: str


@dataclass(frozen=True)
class FirstStepsText:
    """The words of the tour for a new clerk (はじめての方へ)."""

    title: str
    lead: str
    steps: tuple[StepText, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter of the user guide: the pages one kind of person uses, in reading order."""

    name: str
    title: str
    lead: str
    pages: tuple[str, ...]


def help_of(view_name: str) -> PageHelp | None:
    """The help of the page at an address; None where there is no page."""
    return PAGES.get(view_name)


def guide_of(role: Role) -> Guide:
    """The guide of a role. Every role has one."""
    return GUIDES[role]


def _pages() -> dict[str, PageHelp]:
    found: dict[str, PageHelp] = {}
    for values in _read_all("pages"):
        values["questions"] = tuple(Question(**question) for question in values["questions"])
        page = PageHelp(**_with_tuples(values, "views", "steps"))
        for view in page.views:
            if view in found:
                raise HelpTwice(view)
            found[view] = page
    return found


def _guides() -> dict[Role, Guide]:
    found: dict[Role, Guide] = {}
    for values in _read_all("guides"):
        values["roles"] = tuple(Role(role) for role in values["roles"])
        values["steps"] = tuple(
            GuideStep(Step(step["step"]) if step["step"] else None, step["title"], step["text"])
            for step in values["steps"]
        )
        values["places"] = tuple(Place(**place) for place in values["places"])
        values["contacts"] = tuple(Contact(**contact) for contact in values["contacts"])
        guide = Guide(**values)
        for role in guide.roles:
            if role in found:
                raise HelpTwice(role)
            found[role] = guide
    return found


def _first_steps() -> FirstStepsText:
    values = _read(FOLDER / "first_steps.toml")
    values["steps"] = tuple(StepText(**step) for step in values["steps"])
    return FirstStepsText(**values)


def _chapters() -> tuple[Chapter, ...]:
    values = _read(FOLDER / "chapters.toml")
    return tuple(Chapter(**_with_tuples(chapter, "pages")) for chapter in values["chapters"])


def _read_all(folder: str) -> Iterator[dict[str, Any]]:
    for file in sorted((FOLDER / folder).glob("*.toml")):
        yield _read(file)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _with_tuples(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**values, **{name: tuple(values[name]) for name in names}}


PAGES = _pages()
GUIDES = _guides()
FIRST_STEPS = _first_steps()
CHAPTERS = _chapters()
