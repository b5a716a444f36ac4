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
    SEARCH_SHOWN = "staff.search_shown"
    SEARCHED = "staff.searched"
    LOOKED_UP = "staff.looked_up"
    SHOWN_TO_OTHER_FACILITY = "staff.shown_to_other_facility"
    TAKEN_TO_OTHER_FACILITY = "staff.taken_to_other_facility"
    FIND_SHOWN = "staff.find_shown"
    OVERLAPS_LOOKED_FOR = "staff.overlaps_looked_for"
    OVERLAPS_SHOWN = "staff.overlaps_shown"
    OVERLAP_CLEARED = "staff.overlap_cleared"


class RetentionEvent(StrEnum):
    """Keeping records for as long as they are needed, and no longer."""

    SHOWN = "staff.retention_shown"
    RULE_SET = "staff.retention_rule_set"
    ERASURE_ASKED = "staff.erasure_asked"
    ERASURE_CONFIRMED = "staff.erasure_confirmed"
    ERASURE_WITHDRAWN = "staff.erasure_withdrawn"
    ERASED = "staff.erased"
    KEYS_DESTROYED = "staff.keys_destroyed"
    KEYS_SWEPT = "staff.keys_swept"
    KEYS_REPLACED = "staff.keys_replaced"
    INDEX_REBUILT = "staff.index_rebuilt"
