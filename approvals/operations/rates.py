"""加算率 of approved applications on their way: sent on to the prefecture (進達), certified by it (認定)."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.subjects import item_of_version
from approvals.models import RateCertificate
from approvals.operations.effects import NO_ITEM, Certificate, first_month_of_rates, write_certificate
from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

LATER_CERTIFIED = "この申請のあとの版の認定が、すでに記録されています。前の版の認定は記録できません。"
CERTIFIED = "この加算率の認定は、すでに記録されています。"


@operation(ItemEvent.RATES_FORWARDED)
def forward(version_id: UUID, *, forwarded_on: date | None, by: Actor, at: datetime) -> RateCertificate:
    """
    Note the day on which the application went on to the prefecture; a later word takes the place of an earlier one.

    :raises RateCertificate.DoesNotExist: nothing of the open scope awaits a certificate by this id.
    :raises NotAllowed: not this person, or certified already.
    :raises ProblemsFound: no day, or one that is still to come.
    """
    row = _locked(version_id, by)
    if forwarded_on is None or forwarded_on > timezone.localdate(at):
        raise ProblemsFound(["進達した日を、今日までの日付で入力してください。"])
    row.forwarded_on, row.forwarded_by = forwarded_on, by.user_id
    row.save(update_fields=["forwarded_on", "forwarded_by"])
    record(
        ItemEvent.RATES_FORWARDED,
        by=by,
        on=row,
        rows={"application_version": [version_id]},
        detail={"day": forwarded_on.isoformat()},
    )
    return row


@operation(ItemEvent.RATES_CERTIFIED)
def certify(version_id: UUID, certificate: Certificate, *, by: Actor, at: datetime) -> RateCertificate:
    """
    Write down the certificate that has come; its rates hold from the application's first month on.

    :raises RateCertificate.DoesNotExist: nothing of the open scope awaits a certificate by this id.
    :raises NotAllowed: not this person, or certified already.
    :raises ProblemsFound: it is not whole, or no profile holds in the month.
    """
    row = _locked(version_id, by)
    item = item_of_version(row.version)
    if item is None:
        raise NotAllowed(NO_ITEM)
    _require_newest(row)
    write_certificate(row, certificate, first_month_of_rates(row.version, item), by=by, at=at)
    return row


def _require_newest(row: RateCertificate) -> None:
    """:raises NotAllowed: a later version's rates are certified: an earlier certificate would take them away."""
    later = RateCertificate.objects.filter(
        version__application=row.version.application_id,
        version__number__gt=row.version.number,
        certified_at__isnull=False,
    )
    if later.exists():
        raise NotAllowed(LATER_CERTIFIED)


def _locked(version_id: UUID, by: Actor) -> RateCertificate:
    permissions.certify_rates(by, None)
    facility_id = RateCertificate.objects.values_list("facility_id", flat=True).get(version=version_id)
    Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    row: RateCertificate = (
        RateCertificate.objects.select_for_update(of=("self",))
        .select_related("version__application", "version__pack", "facility")
        .get(version=version_id)
    )
    if row.certified_at is not None:
        raise NotAllowed(CERTIFIED)
    return row
