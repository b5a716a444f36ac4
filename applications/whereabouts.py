"""
Where a sent application is in the city (審査の段階). The room above that reviews says so: applications know no
reviewer.

A page asks for all its versions at once; without an answer, it says nothing about steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from applications.models import ApplicationVersion
from facilities.rooms_above import Asked


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """
    Step ``step`` of ``steps`` is open and waits for ``waits_for`` (担当, 係長 …); 0 when nothing waits.

    ``words`` tell it as one sentence. ``remarks``: what the city wants put right, by field key, of a returned version.
    """

    step: int
    steps: int
    waits_for: str
    words: str
    remarks: Mapping[str, str] = field(default_factory=dict)


Teller = Callable[[Sequence[ApplicationVersion]], Mapping[UUID, Whereabouts]]

# Where are these versions, with their applications at hand? By id; what was never sent is nowhere.
tells = Asked[Teller]()


def where_are(versions: Sequence[ApplicationVersion]) -> dict[UUID, Whereabouts]:
    """Where each of the versions is: a few queries, however many."""
    return {version_id: told for teller in tells for version_id, told in teller(versions).items()}


def where_is(version: ApplicationVersion) -> Whereabouts | None:
    """The same for one; None where it was never sent."""
    return where_are([version]).get(version.pk)
