"""What tells that a facility's work has begun: its first counts or user charges. Claims and facts come after them."""

from uuid import UUID

from claims.models import CountSheet, UserCharge
from facilities.beginnings import asks


@asks
def something_arrived(facility_id: UUID) -> bool:
    """Counts or user charges of the facility are here."""
    return (
        CountSheet.objects.filter(facility=facility_id).exists()
        or UserCharge.objects.filter(facility=facility_id).exists()
    )
