"""What the staffing rules refuse, in sentences a clerk may read."""

from __future__ import annotations

from collections.abc import Iterable


class StaffingRefused(Exception):
    """Base of everything refused here; ``sentences`` lists all of it at once."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences: tuple[str, ...] = tuple(sentences)
        super().__init__("\n".join(self.sentences))


class NotCountable(StaffingRefused):
    """What was given cannot be so: a negative count, an age the facility type does not take."""


class RuleUnknown(StaffingRefused):
    """The rule or figure that would be needed is not known here; it is never guessed."""
