"""
What one administrator prepares and another one releases (rate books, packs, fonts): the database's part of it.

For models with ``state``, ``prepared_by``, and times and people of release and discarding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import CheckConstraint, F, Q


def released_by_another_person(name: str) -> CheckConstraint:
    """Nobody releases what they have prepared."""
    return CheckConstraint(
        name=name, condition=Q(released_by__isnull=True) | ~Q(released_by=F("prepared_by"))
    )


def state_and_times_agree(
    name: str, *, draft: str, released: Sequence[str], discarded: str
) -> CheckConstraint:
    """A draft has neither time; what is ``released`` (or was, until replaced) has that one, what is discarded that."""
    was_released: dict[str, Any] = (
        {"state": released[0]} if len(released) == 1 else {"state__in": list(released)}
    )
    return CheckConstraint(
        name=name,
        condition=_standing({"state": draft}, is_released=False, is_discarded=False)
        | _standing(was_released, is_released=True, is_discarded=False)
        | _standing({"state": discarded}, is_released=False, is_discarded=True),
    )


def _standing(state: Mapping[str, Any], *, is_released: bool, is_discarded: bool) -> Q:
    return Q(
        **state,
        released_at__isnull=not is_released,
        released_by__isnull=not is_released,
        discarded_at__isnull=not is_discarded,
        discarded_by__isnull=not is_discarded,
    )
