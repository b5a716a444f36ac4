"""What tells that a facility's work has begun: somebody on its roster."""

from uuid import UUID

from facilities.beginnings import asks
from staff_records.models import StaffMember


@asks
def somebody_is_there(facility_id: UUID) -> bool:
    """The roster of the facility is not empty."""
    return StaffMember.objects.filter(facility=facility_id).exists()
