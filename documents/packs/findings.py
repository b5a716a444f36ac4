"""What a form pack is judged by, and what was found. Plain values."""

from collections.abc import Collection
from dataclasses import dataclass

from documents.dictionary import Vocabulary
from documents.packs.filled import FormProblem


@dataclass(frozen=True, slots=True)
class Findings:
    """``problems`` keep a pack from being released; ``remarks`` are for whoever releases it to look at."""

    problems: tuple[FormProblem, ...]
    remarks: tuple[FormProblem, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """
    What a pack is judged by: ``own`` is what its subject tells, ``common`` what documents tell of every subject.

    ``own`` is None where nobody registered the subject; ``subjects`` are those there are, for the hint.
    """

    common: Vocabulary
    own: Vocabulary | None
    subjects: Collection[str]
    facility_types: Collection[str]
    names_people: bool = False
    sorts: Collection[str] = ()

    @property
    def vocabulary(self) -> Vocabulary:
        """All names a pack may speak of."""
        return self.common + (self.own or Vocabulary())
