"""What the city has said of the places of facilities in a year, by whom and when."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from accounts.models import User
from applications.models import PlaceException, PlaceFact
from applications.place_facts import QUESTIONS, PlaceQuestion, value_words
from facilities.models import Facility

MOST_TOLD: Final = 50


@dataclass(frozen=True)
class Asked:
    """One question with what holds; ``text`` as the control has it."""

    question: PlaceQuestion
    text: str
    words: str


@dataclass(frozen=True)
class Exceptional:
    """One facility of which something else holds."""

    row: PlaceException
    label: str
    words: str


@dataclass(frozen=True)
class Event:
    """One thing that was said or ended, in words."""

    at: datetime
    by: str
    sentence: str


@dataclass(frozen=True)
class PlacesView:
    """A year: what holds, for whom otherwise, and what was said when."""

    asked: tuple[Asked, ...]
    exceptions: tuple[Exceptional, ...]
    history: tuple[Event, ...]
    shown: str
    may_carry: bool
    rows: tuple[PlaceFact | PlaceException, ...]

    @property
    def unsaid(self) -> list[str]:
        """What nobody has said yet."""
        return [one.question.label for one in self.asked if not one.text]


def fingerprint(rows: Iterable[PlaceFact]) -> str:
    """What a page shows of the whole city, to be compared when it is sent."""
    held = sorted((row.fact, json.dumps(row.value)) for row in rows)
    return sha256(json.dumps(held).encode()).hexdigest()


def places_of(fiscal_year: int) -> PlacesView:
    """Four queries."""
    rows = list(PlaceFact.objects.filter(fiscal_year=fiscal_year))
    exceptions = list(
        PlaceException.objects.filter(fiscal_year=fiscal_year)
        .select_related("facility")
        .order_by("facility__number", "fact")
    )
    every = [*rows, *exceptions]
    people = {person for row in every for person in (row.said_by, row.ended_by) if person}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "login_id"))
    held = {row.fact: row for row in rows if row.ended_at is None}
    history = [
        Event(at, names.get(person, "") if person else "", sentence)
        for row in every
        for at, person, sentence in _told(row, row.facility if isinstance(row, PlaceException) else None)
    ]
    before = PlaceFact.objects.filter(fiscal_year=fiscal_year - 1, ended_at__isnull=True)
    return PlacesView(
        asked=tuple(_asked(question, held.get(question.fact)) for question in QUESTIONS),
        exceptions=tuple(
            Exceptional(row, _label(row.fact), value_words(row.fact, row.value))
            for row in exceptions
            if row.ended_at is None
        ),
        history=tuple(sorted(history, key=lambda event: event.at, reverse=True)[:MOST_TOLD]),
        shown=fingerprint(held.values()),
        may_carry=before.exclude(fact__in=held).exists(),
        rows=tuple(every),
    )


def unsaid_in(fiscal_year: int) -> list[str]:
    """The labels of what the city has not said of the year: one query."""
    said = set(
        PlaceFact.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True).values_list(
            "fact", flat=True
        )
    )
    return [question.label for question in QUESTIONS if question.fact not in said]


def _asked(question: PlaceQuestion, row: PlaceFact | None) -> Asked:
    if row is None:
        return Asked(question, "", "")
    return Asked(question, question.text(row.value), question.words(row.value))


def _label(fact: str) -> str:
    return next((question.label for question in QUESTIONS if question.fact == fact), fact)


def _told(
    row: PlaceFact | PlaceException, facility: Facility | None
) -> Iterable[tuple[datetime, UUID | None, str]]:
    what = f"{_label(row.fact)}：{value_words(row.fact, row.value)}"
    whose = f"{facility.name}の例外　" if facility else ""
    yield row.said_at, row.said_by, f"{whose}{what}{'（前年度から引き継ぎ）' if row.is_carried else ''}"
    if row.ended_at is not None:
        yield row.ended_at, row.ended_by, f"{whose}{what} を終えた"
