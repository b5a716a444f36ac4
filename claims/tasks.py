"""Work of this room that waits in the outbox or comes back on schedule."""

import logging
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from audit.record import SYSTEM
from claims import drops
from claims.operations import (
    charges_import,
    counts_import,
    drafting,
    drop_folder,
    mapping,
    reminding,
    telling,
)
from claims.operations.later import REDRAFT_MONTH
from facilities.models import Municipality
from facilities.operations import profiles
from facilities.periods import ServiceMonth
from facilities.unattended import whole_city
from jobs.handlers import handles
from jobs.models import Job
from rate_books.operations import BOOK_RELEASED

logger = logging.getLogger(__name__)


@handles(counts_import.TELL_FACILITIES)
def tell_facilities(job: Job) -> None:
    """Mails to the facilities whose counts an import has brought. The same mail is asked for only once."""
    municipality_id = UUID(job.args["municipality_id"])
    with whole_city(municipality_id):
        telling.tell_facilities(UUID(job.args["import_id"]))


@handles(profiles.PROFILE_CHANGED)
def redraft(job: Job) -> None:
    """A facility's profile or granted items have changed from a month on: its drafts and corrections follow."""
    municipality_id, facility_id = UUID(job.args["municipality_id"]), UUID(job.args["facility_id"])
    from_month = ServiceMonth.parse(job.args["from_month"])
    with whole_city(municipality_id, facility_id=facility_id):  # its people's mailboxes are the city's rows
        drafting.redraft_from(facility_id, from_month, by=SYSTEM, at=timezone.now())


@handles(REDRAFT_MONTH)
def redraft_month(job: Job) -> None:
    """Something had changed under a claim that was approved, or in a month that was closed: its correction follows."""
    municipality_id, facility_id = UUID(job.args["municipality_id"]), UUID(job.args["facility_id"])
    month = ServiceMonth.parse(job.args["month"])
    with whole_city(municipality_id, facility_id=facility_id):
        drafting.redraft_month(facility_id, month, by=SYSTEM, at=timezone.now())


@handles(BOOK_RELEASED)
def redraft_with_book(job: Job) -> None:
    """A rate book was released: the drafts of the months it is in force in follow. Others are not touched."""
    municipality_id = UUID(job.args["municipality_id"])
    with whole_city(municipality_id):
        drafting.redraft_priced_by(UUID(job.args["book_id"]), by=SYSTEM, at=timezone.now())


@shared_task(name="claims.empty_expired_previews")
def empty_expired_previews() -> None:
    """Previews nobody accepted and mappings nobody finished are emptied, city by city."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            counts_import.empty_expired(at=timezone.now())
            charges_import.empty_expired(at=timezone.now())
            mapping.empty_expired_drafts(at=timezone.now())
            drop_folder.empty_expired_refusals(at=timezone.now())


@shared_task(name="claims.read_drops")
def read_drops() -> None:
    """Files that lie finished in the folders of the cities; each is a transaction of its own, deleted after it."""
    if settings.COUNT_DROP_FOLDER is None:
        return
    for municipality in Municipality.objects.all():
        with drops.drop_folder(settings.COUNT_DROP_FOLDER, municipality.code) as folder:
            if folder is not None:
                _read_drops_of(municipality, folder)


def _read_drops_of(municipality: Municipality, folder: drops.DropFolder) -> None:
    now = timezone.now()
    try:
        names = folder.finished(now.timestamp())
    except drops.CannotTakeAway:
        logger.error("drop folder of %s: files cannot be deleted, none was read", municipality.code)
        return
    for name in names:
        try:
            _read_drop(municipality, folder, name, now)
        except Exception as problem:  # noqa: BLE001  one file that breaks us must not keep the others waiting
            # Neither name nor content nor message: they may hold what belongs in no log.
            logger.error("drop folder of %s: %s in a file", municipality.code, type(problem).__name__)


def _read_drop(municipality: Municipality, folder: drops.DropFolder, name: str, now: datetime) -> None:
    with whole_city(municipality.pk, entrance="folder"):
        drop = folder.read(name, limit=settings.UPLOAD_LIMIT_BYTES, now=now.timestamp())
        if drop is not None:
            drop_folder.take_in(drop, at=now)
    if drop is not None:
        folder.take_away(drop)


@shared_task(name="claims.remind")
def remind() -> None:
    """Reminders of the day, city by city. Runs every hour of the morning: what was sent is not sent again."""
    for municipality in Municipality.objects.all():
        with whole_city(municipality.pk):
            reminding.remind(municipality, today=timezone.localdate())
