"""
Whether work for a facility has begun. Rooms above say so: facilities know neither counts nor claims.

A facility's number may be put right until then; afterwards it stands in files, claims and on paper.
"""

from collections.abc import Callable
from uuid import UUID

from facilities.rooms_above import Asked

Question = Callable[[UUID], bool]

# Does its room keep anything of the facility with this id?
asks = Asked[Question]()


def has_begun(facility_id: UUID) -> bool:
    """Whether any room keeps something of the facility."""
    return any(question(facility_id) for question in asks)
