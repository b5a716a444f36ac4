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


class ItemEvent(StrEnum):
    """What the operations section does with applications, and who decides in whose place."""

    INBOX_SHOWN = "item_review.inbox_shown"
    INBOX_EXPORTED = "item_review.inbox_exported"
    OVERVIEW_SHOWN = "item_review.overview_shown"
    SHOWN = "item_review.shown"
    DECIDED = "item_review.decided"
    BULK_SHOWN = "item_review.bulk_shown"
    BULK_DECIDED = "item_review.bulk_decided"
    RATES_FORWARDED = "item_review.rates_forwarded"
    RATES_CERTIFIED = "item_review.rates_certified"
    RATES_CONFIRMED = "item_review.rates_confirmed"
    RATES_LISTED = "item_review.rates_listed"
    RATES_EXPORTED = "item_review.rates_exported"
    ROUTES_SHOWN = "item_review.routes_shown"
    ROUTE_SET = "item_review.route_set"
    ROUTE_REMOVED = "item_review.route_removed"
    DELEGATIONS_SHOWN = "item_review.delegations_shown"
    DELEGATED = "item_review.delegated"
    DELEGATION_ENDED = "item_review.delegation_ended"
