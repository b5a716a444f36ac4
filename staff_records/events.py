"""Names of the events of this room."""

from enum import StrEnum


class StaffEvent(StrEnum):
    """What happens to staff records, and who looked at whose."""

    LISTED = "staff.listed"
    SHOWN = "staff.shown"
    FIGURES_SHOWN = "staff.figures_shown"
    HIRED = "staff.hired"
    TERMS_CHANGED = "staff.terms_changed"
    LEFT = "staff.left"
    LEAVE_BEGAN = "staff.leave_began"
    RETURNED = "staff.returned"
    MOVED = "staff.moved"
    DETAILS_CHANGED = "staff.details_changed"
    CORRECTED = "staff.corrected"
    QUALIFIED = "staff.qualified"
    EARLIER_SET = "staff.earlier_set"
    TRAINED = "staff.trained"
    HOURS_SET = "staff.hours_set"
    WAGES_SET = "staff.wages_set"
    WORK_RULES_SET = "staff.work_rules_set"
    UNDONE = "staff.undone"
    ENTRY_STARTED = "staff.entry_started"
    ENTRY_SHOWN = "staff.entry_shown"
    ENTRY_SAVED = "staff.entry_saved"
    ENTRY_CHECKED = "staff.entry_checked"
    ENTRY_APPLIED = "staff.entry_applied"
    ENTRY_DISCARDED = "staff.entry_discarded"
