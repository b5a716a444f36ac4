"""
What changes on a roster lead to: the additions of months to come, and the months that were claimed already.

Rooms above say so: the roster knows no additions. Whoever registers answers for one facility at a time.
"""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rooms_above import Asked
from facilities.touching import Months, TouchedMonth, touched
from staff_records.models import StaffChange
from staff_records.queries.coming import ToldChange
from staff_records.queries.risks import TOUCHES_NOTHING


class Consequence(Protocol):
    """One thing that follows from ``first`` on, until it is over again in ``until``; ``why``: its reasons in words."""

    @property
    def sentence(self) -> str: ...
    @property
    def is_bad(self) -> bool: ...
    @property
    def first(self) -> ServiceMonth: ...
    @property
    def until(self) -> ServiceMonth | None: ...
    @property
    def why(self) -> tuple[str, ...]: ...
    @property
    def changes(self) -> tuple[ToldChange, ...]: ...
    @property
    def healing(self) -> tuple[ToldChange, ...]: ...


class Outlook(Protocol):
    """
    What a facility has to expect (見込み): ``months`` were looked at, ``refused`` says why others were not.

    ``basis_words``: with which counts; ``page``: the address of the page that shows a month of it.
    """

    @property
    def items(self) -> Sequence[Consequence]: ...
    @property
    def refused(self) -> Sequence[str]: ...
    @property
    def months(self) -> Sequence[ServiceMonth]: ...
    @property
    def month_words(self) -> str: ...
    @property
    def basis_words(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def member_ids(self) -> Sequence[UUID]: ...

    def about(self, member_id: UUID) -> "Outlook | None":
        """The part that this member's changes bear on; None where none of theirs is to come."""


Answering = Callable[[Facility], Outlook | None]

outlook_by = Asked[Answering]()


def outlook_of(facility: Facility, member_id: UUID) -> Outlook | None:
    """What one person's changes to come lead to; None where there are none."""
    for answer in outlook_by:
        found = answer(facility)
        if found is not None:
            return found.about(member_id)
    return None


def claimed_since(changes: Sequence[StaffChange]) -> list[TouchedMonth]:
    """The months with claims that these changes of one facility reach back into: two queries, none without a change."""
    reaching = [row for row in changes if row.kind not in TOUCHES_NOTHING]
    if not reaching:
        return []
    first = min(ServiceMonth.of(row.from_month) for row in reaching)
    return [one for one in touched(reaching[0].facility_id, Months(first)) if one.has_claims]
