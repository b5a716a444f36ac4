"""Names of the events of this room."""

from enum import StrEnum


class ClaimEvent(StrEnum):
    """What happens to the month's facts and to claims."""

    FACTS_SHOWN = "facts.shown"
    FACTS_SAVED = "facts.saved"
    LISTED = "claims.listed"
    SHOWN = "claims.shown"
    DRAFTED = "claims.drafted"
    COUNTS_CORRECTED = "claims.counts_corrected"
    TERMS_CHANGED = "claims.terms_changed"
    CORRECTIONS_TOLD = "claims.corrections_told"
    SUBMITTED = "claims.submitted"
    WITHDRAWN = "claims.withdrawn"
    CORRECTED = "claims.corrected"
    FIRST_DECIDED = "claims.first_decided"
    APPROVED = "claims.approved"
    RETURNED = "claims.returned"
    REMINDED = "claims.reminded"
    CORRECTION_OPENED = "claims.correction_opened"
    CORRECTION_DROPPED = "claims.correction_dropped"
    REPLACED = "claims.replaced"
    EFFECT_SHOWN = "claims.effect_shown"
    EFFECT_EXPORTED = "claims.effect_exported"
    REMARKED = "claims.remarked"
    READ_BY_SYSTEM = "claims.read_by_system"
    ADDITIONS_SHOWN = "claims.additions_shown"
    ANSWERS_SHOWN = "claims.condition_answers_shown"
    ANSWERS_SAVED = "claims.condition_answers_saved"
    WHAT_IF_SHOWN = "claims.what_if_shown"


class ClosingEvent(StrEnum):
    """The city closes a month and opens it again."""

    SHOWN = "months.closing_shown"
    CLOSED = "months.closed"
    REOPENED = "months.reopened"


class ConfirmationEvent(StrEnum):
    """What a facility does with its month's child counts."""

    LISTED = "counts.listed_by_facility"
    SHOWN = "counts.shown_to_facility"
    CONFIRMED = "counts.confirmed"
    CONFIRMED_ON_BEHALF = "counts.confirmed_on_behalf"
    DISPUTED = "counts.disputed"


class MappingEvent(StrEnum):
    """How files of other layouts are read."""

    LISTED = "counts.mappings_listed"
    DRAFT_MADE = "counts.mapping_draft_made"
    DRAFT_SHOWN = "counts.mapping_draft_shown"
    COLUMNS_CHOSEN = "counts.mapping_columns_chosen"
    DRAFTS_EXPIRED = "counts.mapping_drafts_expired"
    SAVED = "counts.mapping_saved"
    RENAMED = "counts.mapping_renamed"
    DELETED = "counts.mapping_deleted"


class ImportEvent(StrEnum):
    """What the enrolment section does with the core system's files and with disputes."""

    LISTED = "counts.listed"
    PREVIEWED = "counts.previewed"
    REFUSED = "counts.refused"
    PREVIEW_SHOWN = "counts.preview_shown"
    ACCEPTED = "counts.accepted"
    DISCARDED = "counts.discarded"
    EXPIRED = "counts.expired"
    FACILITIES_TOLD = "counts.facilities_told"
    MONTH_SHOWN = "counts.month_shown"
    FACILITY_SHOWN = "counts.facility_shown"
    DISPUTES_LISTED = "counts.disputes_listed"
    ANSWERED = "counts.answered"
    CORRECTION_SHOWN = "counts.correction_shown"
    ARRIVED = "counts.arrived"
    DROP_REFUSED = "counts.drop_refused"
    DROP_REFUSAL_SEEN = "counts.drop_refusal_seen"
    DROP_REFUSALS_EXPIRED = "counts.drop_refusals_expired"
    CORRECTED_BY_HAND = "counts.corrected_by_hand"


class ChargeEvent(StrEnum):
    """User charges: brought in by the enrolment section, looked at by city and facility."""

    LISTED = "charges.listed"
    PREVIEWED = "charges.previewed"
    REFUSED = "charges.refused"
    PREVIEW_SHOWN = "charges.preview_shown"
    ACCEPTED = "charges.accepted"
    DISCARDED = "charges.discarded"
    EXPIRED = "charges.expired"
    MONTH_SHOWN = "charges.month_shown"
    TOTALS_SHOWN = "charges.totals_shown"
    EXPORTED = "charges.exported"
    TOTALS_EXPORTED = "charges.totals_exported"
    SHOWN_TO_FACILITY = "charges.shown_to_facility"
    ARRIVED = "charges.arrived"
