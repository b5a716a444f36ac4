"""Names of the events of this room."""

from enum import StrEnum


class ReviewEvent(StrEnum):
    """What the operations section does with claims."""

    INBOX_SHOWN = "approvals.inbox_shown"
    INBOX_EXPORTED = "approvals.inbox_exported"
    DIFFERENCES_SHOWN = "approvals.differences_shown"
    DIFFERENCES_EXPORTED = "approvals.differences_exported"
    ADDITIONS_LISTED = "approvals.additions_listed"
    ADDITIONS_EXPORTED = "approvals.additions_exported"
    ADDITIONS_SHOWN = "approvals.additions_shown"
    WHAT_IF_SHOWN = "approvals.what_if_shown"
    BUDGET_SHOWN = "approvals.budget_shown"
    BUDGET_EXPORTED = "approvals.budget_exported"
    CLAIM_SHOWN = "approvals.claim_shown"
    DECIDED = "approvals.decided"
    BULK_SHOWN = "approvals.bulk_shown"
    BULK_DECIDED = "approvals.bulk_decided"
