"""Three answers a condition can have, and how several become one. What is not known never counts as yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from pricing.conditions.facts import QUESTIONS


class Answer(NamedTuple):
    """
    ``holds``, ``fails`` with the reasons, or ``unknown`` with the questions to ask.

    ``facts`` names what is asked for, where a question is that of a fact.
    """

    verdict: str
    sentences: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


HOLDS: Final = Answer("holds")


def fails(*reasons: str) -> Answer:
    return Answer("fails", reasons)


def unknown(*questions: str) -> Answer:
    return Answer("unknown", questions)


@cache
def ask(*facts: str) -> Answer:
    """Unknown, because these facts are."""
    return Answer("unknown", tuple([QUESTIONS[name] for name in facts]), facts)


def decide(true: bool, otherwise: str) -> Answer:
    return HOLDS if true else fails(otherwise)


def all_hold(answers: Iterable[Answer]) -> Answer:
    """Fails when one fails, whatever the others are; unknown when one is unknown."""
    found = list(answers)
    for verdict in ("fails", "unknown"):
        of_it = [one for one in found if one.verdict == verdict]
        if of_it:
            return _together(verdict, of_it)
    return HOLDS


def so_many_hold(least: int, answers: Iterable[Answer], otherwise: str) -> Answer:
    """Holds when ``least`` of them hold; fails with ``otherwise`` when so many cannot hold any more."""
    found = list(answers)
    holding = sum([one.verdict == "holds" for one in found])
    open_ones = [one for one in found if one.verdict == "unknown"]
    if holding >= least:
        return HOLDS
    if holding + len(open_ones) < least:
        return fails(otherwise)
    return _together("unknown", open_ones)


def _together(verdict: str, answers: list[Answer]) -> Answer:
    sentences = dict.fromkeys([words for one in answers for words in one.sentences])
    return Answer(
        verdict, tuple(sentences), tuple(dict.fromkeys([name for one in answers for name in one.facts]))
    )
