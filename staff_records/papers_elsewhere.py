"""Papers of the rooms above that name people of a roster: those rooms say which when somebody is erased."""

from collections.abc import Callable, Collection, Iterator, Mapping
from uuid import UUID

from facilities.rooms_above import Asked

# Subjects of documents by the code of their kind: everything that names, or could name, one of these members.
Naming = Callable[[Collection[UUID]], Mapping[str, Collection[UUID]]]

papers_by = Asked[Naming]()


def papers_naming(member_ids: Collection[UUID]) -> Iterator[tuple[str, Collection[UUID]]]:
    """Kinds of subjects with the ids of those whose papers go."""
    for naming in papers_by:
        yield from naming(member_ids).items()
