"""Names of the events of this room."""

from enum import StrEnum


class PortalEvent(StrEnum):
    """Home pages, help on paper, and the auditors' own reading."""

    HOME_SHOWN = "portal.home_shown"
    FIRST_STEPS_SHOWN = "portal.first_steps_shown"
    FIRST_STEPS_CLOSED = "portal.first_steps_closed"
    GUIDE_SHOWN = "portal.guide_shown"
    AUDIT_LISTED = "portal.audit_listed"
    AUDIT_SHOWN = "portal.audit_shown"
    AUDIT_EXPORTED = "portal.audit_exported"


class NoticeEvent(StrEnum):
    """What happens to the city's notices."""

    LISTED = "notices.listed"
    SHOWN = "notices.shown"
    FORM_SHOWN = "notices.form_shown"
    DRAFTED = "notices.drafted"
    CHANGED = "notices.changed"
    DELETED = "notices.deleted"
    ATTACHED = "notices.attached"
    DETACHED = "notices.detached"
    SENT = "notices.sent"
    WITHDRAWN = "notices.withdrawn"
    READ = "notices.read"
    TOLD = "notices.told"
    ATTACHMENT_TAKEN = "notices.attachment_taken"
    RECEIPTS_EXPORTED = "notices.receipts_exported"


class KeyEvent(StrEnum):
    """What happens to the keys of the installation and of persons."""

    RESEALED = "keys.resealed"
    REPLACEMENT_BEGUN = "keys.replacement_begun"
    REPLACED = "keys.replaced"
