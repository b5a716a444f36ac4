"""Work of this room that an act asks for and the worker does afterwards."""

from uuid import UUID

from facilities.periods import ServiceMonth
from facilities.scope import current_scope
from jobs import outbox

REDRAFT_MONTH = "claims.redraft_month"


def redraft_later(facility_id: UUID, month: ServiceMonth) -> None:
    """The month's drafts, and corrections of approved claims that something has changed under, in a job."""
    outbox.add(
        REDRAFT_MONTH,
        municipality_id=current_scope().municipality_id,
        facility_id=facility_id,
        month=str(month),
    )
