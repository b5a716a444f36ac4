"""Rendering in the worker."""

from uuid import UUID

from audit.record import SYSTEM, Context, context
from documents import operations
from facilities.scope import scope
from jobs.handlers import handles
from jobs.models import Job


@handles(operations.RENDER)
def render(job: Job) -> None:
    """Open the document's own scope and render it."""
    municipality_id, facility_id = UUID(job.args["municipality_id"]), UUID(job.args["facility_id"])
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id, facility_id=facility_id)
    with context(opened), scope(municipality_id, [facility_id]):
        operations.render(UUID(job.args["document_id"]))
