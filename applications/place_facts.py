"""
Which facts are the place's and not the facility's (級地, 都市部 …), and what the city has said of them (市の設定).

The city says them once a fiscal year, with exceptions for facilities that lie elsewhere. Items know them by the
sources ``city.<fact>``; what nobody has said yet is not known, and no facility is made to guess it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from applications.facts import variants_of
from applications.models import PlaceException, PlaceFact

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class PlaceQuestion:
    """One fact as the city is asked: what a form sends, with its label. Yes and no are kept as such."""

    fact: str
    label: str
    help: str
    choices: Mapping[str, str] = field(default_factory=lambda: {YES: "はい", NO: "いいえ"})

    def kept(self, text: str) -> bool | str | None:
        """
        What a form sent as it is kept; None where nothing was chosen.

        :raises KeyError: none of the choices.
        """
        if not text:
            return None
        self.choices[text]
        return text == YES if YES in self.choices else text

    def text(self, kept: bool | str | None) -> str:
        """What is kept as a form sends it."""
        if isinstance(kept, bool):
            return YES if kept else NO
        return kept or ""

    def words(self, kept: bool | str) -> str:
        """In words."""
        return self.choices.get(self.text(kept), str(kept))


QUESTIONS: Final = (
    PlaceQuestion(
        "climate_zone",
        "冷暖房費の級地",
        "寒冷地でなければ「その他地域」です。",
        variants_of("climate"),
    ),
    PlaceQuestion(
        "rent_area",
        "賃借料の地域",
        "都道府県ごとに通知で決まっています。",
        {key: f"{key.upper()}地域" for key in sorted({name[0] for name in variants_of("rent")})},
    ),
    PlaceQuestion("urban", "都市部にあたる", "賃借料加算と減価償却費加算の単価が変わります。"),
    PlaceQuestion("snow_region", "豪雪地帯にある", "除雪費加算の要件です。"),
    PlaceQuestion("ash_region", "降灰防除地域に指定されている", "降灰除去費加算の要件です。"),
)
BY_FACT: Final[Mapping[str, PlaceQuestion]] = {question.fact: question for question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Told:
    """What the city has said of one facility's place; ``is_own``: of it alone."""

    value: bool | str
    is_own: bool = False


OfPlaces = tuple[QuerySet[PlaceFact], QuerySet[PlaceException]]


def said_of(facility_ids: Collection[UUID], fiscal_year: int) -> OfPlaces:
    """What holds in the year: of the whole city, and of these facilities alone. To be asked in one message."""
    of_city, of_one = said_in(fiscal_year)
    return of_city, of_one.filter(facility__in=list(facility_ids))


def said_in(fiscal_year: int) -> OfPlaces:
    """The same of every facility in scope."""
    return (
        PlaceFact.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True),
        PlaceException.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True),
    )


def told(
    facility_ids: Iterable[UUID], rows: Iterable[PlaceFact], exceptions: Iterable[PlaceException]
) -> dict[UUID, dict[str, Told]]:
    """What holds of each facility's place, by fact; an exception stands before the whole city's."""
    everywhere = {row.fact: Told(row.value) for row in rows if row.fact in BY_FACT}
    found = {facility_id: dict(everywhere) for facility_id in facility_ids}
    for row in exceptions:
        if row.fact in BY_FACT:
            found[row.facility_id][row.fact] = Told(row.value, is_own=True)
    return found


def value_words(fact: str, kept: Any) -> str:
    """A kept value in words; of a fact the product asks no more, as it is."""
    return BY_FACT[fact].words(kept) if fact in BY_FACT else str(kept)
