"""One function, two uses: ``submit(actor, claim)`` raises, ``submit.allows(actor, claim)`` is for the button."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar

from facilities.actors import Actor

Subject = TypeVar("Subject", contravariant=True)


class NotAllowed(Exception):
    """The act is not allowed. The message is a sentence the user may read."""


class ProblemsFound(Exception):
    """Something must be put right first. Each problem is a sentence that says what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def sentences(refusal: NotAllowed | ProblemsFound) -> list[str]:
    """What a refusal says."""
    return refusal.problems if isinstance(refusal, ProblemsFound) else [str(refusal)]


class Rule(Generic[Subject]):
    """A check that raises ``NotAllowed``, with ``.allows`` answering yes or no."""

    def __init__(self, check: Callable[[Actor, Subject], None]) -> None:
        self._check = check
        update_wrapper(self, check)

    def __call__(self, actor: Actor, subject: Subject) -> None:
        self._check(actor, subject)

    def allows(self, actor: Actor, subject: Subject) -> bool:
        """Whether the check passes, for showing or hiding a button."""
        try:
            self._check(actor, subject)
        except NotAllowed:
            return False
        return True


def rule(check: Callable[[Actor, Subject], None]) -> Rule[Subject]:
    """Let one check serve both the operation (raise) and the page (``.allows``)."""
    return Rule(check)
