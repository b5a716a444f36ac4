"""Which additions are granted by application, as the rooms below ask it."""

from applications.packs_in_force import released
from facilities.decided_above import decides
from facilities.models import Facility
from facilities.periods import ServiceMonth


@decides
def is_applied_for(facility: Facility, code: str, month: ServiceMonth) -> bool:
    """A released pack of the year asks this type of facility for it: one query."""
    return any(
        item.grants is not None and item.grants.code == code and item.asks(facility.kind)
        for _, pack in released(month.fiscal_year)
        for item in pack.items
    )
