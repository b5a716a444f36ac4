"""What must be put right, each sentence with the field it stands at."""

from collections.abc import Iterable
from dataclasses import dataclass

from facilities.rules import ProblemsFound


@dataclass(frozen=True)
class FieldProblem:
    """A sentence that says what to do; ``field`` is a column's code, empty for the whole."""

    field: str
    message: str


class FieldProblems(ProblemsFound):
    """All problems at once, by field."""

    def __init__(self, found: Iterable[FieldProblem]) -> None:
        self.found = list(found)
        super().__init__([one.message for one in self.found])


def require_none(found: Iterable[FieldProblem]) -> None:
    """:raises FieldProblems: there is at least one."""
    if problems := list(found):
        raise FieldProblems(problems)
