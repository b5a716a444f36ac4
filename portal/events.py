"""Names of the events of this room."""

from enum import StrEnum


class PortalEvent(StrEnum):
    """Home pages and the auditors' own reading."""

    HOME_SHOWN = "portal.home_shown"
    AUDIT_LISTED = "portal.audit_listed"
    AUDIT_SHOWN = "portal.audit_shown"
    AUDIT_EXPORTED = "portal.audit_exported"
