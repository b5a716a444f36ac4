"""
What a change of terms means for the spans after it: pure.

A span says only what it changes against the one before it; everything else it has because that stood when it was
entered. So what is entered later for an earlier day goes on into the spans after it, each part of the terms up to the
span that says that part itself. Entered in whatever order, facts about different parts come to the same record.
"""

from collections.abc import Iterable
from dataclasses import replace

from staff_records.values import Terms
from staff_records.words import Beginning

# What is said together. Hours of a day, days and hours of a month are one contract: half of one and half of another
# would be hours that nobody has agreed on.
PARTS: tuple[tuple[str, ...], ...] = (
    ("job",),
    ("title",),
    ("post",),
    ("is_regular", "hours_a_day", "days_a_month", "hours_a_month"),
    ("leave",),
    ("concurrence",),
)
LEAVE = ("leave",)
# Terms that stay the same person at work: the span after one of these goes on with the one before.
GOES_ON = frozenset({Beginning.CHANGED, Beginning.LEAVE, Beginning.RETURNED})
# What these say of a leave they say also where it is what stood.
OF_LEAVE = frozenset({Beginning.LEAVE, Beginning.RETURNED})


def carried(before: Terms, after: Terms, later: Iterable[tuple[Beginning, Terms]]) -> list[Terms]:
    """
    The terms of the ``later`` spans, in the order of their days, once ``before`` has become ``after``.

    Nothing goes on into another employment, nor past it.
    """
    open_parts = _differing(before, after)
    found = []
    goes_on = True
    for beginning, terms in later:
        goes_on = goes_on and beginning in GOES_ON
        said = _differing(before, terms) | ({LEAVE} if beginning in OF_LEAVE else set())
        open_parts = open_parts - said if goes_on else set()
        found.append(replace(terms, **{name: getattr(after, name) for part in open_parts for name in part}))
        before = terms
    return found


def said_together(one: Beginning, other: Beginning) -> Beginning:
    """
    How a span begins on whose first day two things are entered: an employment says the most, a leave or a return (the
    ``other`` one, entered later, before the first) more than other terms.
    """
    if one not in GOES_ON or other == Beginning.CHANGED:
        return one
    return other


def _differing(one: Terms, other: Terms) -> set[tuple[str, ...]]:
    return {part for part in PARTS if any(getattr(one, name) != getattr(other, name) for name in part)}
