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
    # Whoever is hired is compared with those born on the same day.
    COMPARED = "staff.compared"
    NEW_SHOWN = "staff.new_shown"
    WAGES_SHOWN = "staff.wages_shown"
    CHANGES_LISTED = "staff.changes_listed"
    CHANGE_SHOWN = "staff.change_shown"
    CHANGES_SEEN = "staff.changes_seen"
    CHANGES_EXPORTED = "staff.changes_exported"
    CITY_TOLD = "staff.city_told"
    COPY_CHECKED = "staff.copy_checked"
    PROOF_CHECKED = "staff.proof_checked"
