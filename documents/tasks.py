"""Rendering and bundling in the worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from documents import bundle_operations, operations
from facilities.models import Municipality
from facilities.scope import scope
from facilities.unattended import whole_city
from jobs.handlers import handles
from jobs.models import Job


@contextmanager
def _opened(job: Job) -> Iterator[None]:
    """The scope of whom the job is for: one facility, or the whole city."""
    municipality_id = UUID(job.args["municipality_id"])
    facility_id = UUID(job.args["facility_id"]) if "facility_id" in job.args else None
    opened = Context(who=SYSTEM, entrance="worker", municipality_id=municipality_id, facility_id=facility_id)
    with context(opened), scope(municipality_id, None if facility_id is None else [facility_id]):
        yield


@handles(operations.RENDER)
def render(job: Job) -> None:
    """Open the document's own scope and render it; then see whether a bundle has waited for it."""
    document_id = UUID(job.args["document_id"])
    with _opened(job):
        operations.render(document_id)
    with whole_city(UUID(job.args["municipality_id"])):
        bundle_operations.settle_all_with(document_id)


@handles(bundle_operations.LIST)
def list_bundle(job: Job) -> None:
    """What a bundle shall hold."""
    with _opened(job):
        bundle_operations.list_items(UUID(job.args["bundle_id"]))


@handles(bundle_operations.ORDER_ITEM)
def order_bundle_items(job: Job) -> None:
    """One form of a bundle."""
    with _opened(job):
        bundle_operations.order_items(UUID(job.args["item_id"]))


@handles(bundle_operations.ASSEMBLE)
def assemble_bundle(job: Job) -> None:
    """The file of a bundle."""
    with _opened(job):
        bundle_operations.assemble(UUID(job.args["bundle_id"]))


@shared_task(name="documents.settle_bundles")
def settle_bundles() -> None:
    """Bundles whose last document was given up, city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            bundle_operations.settle_all()


@shared_task(name="documents.forget_bundles")
def forget_bundles() -> None:
    """Bundles whose days are over, city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            bundle_operations.forget_expired(at=timezone.now())
