"""Which additions the rooms above decide on by application: past it an administrator sets them only for a reason."""

from collections.abc import Callable

from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rooms_above import Asked

Question = Callable[[Facility, str, ServiceMonth], bool]

# Does this facility apply for the addition (its code) in this month's fiscal year?
decides = Asked[Question]()


def is_decided_above(facility: Facility, code: str, month: ServiceMonth) -> bool:
    """Whether somebody above decides on it, by more people than the administrator alone."""
    return any(question(facility, code, month) for question in decides)
