"""Names of the events of this room."""

from enum import StrEnum


class FacilityEvent(StrEnum):
    """What happens to facilities, accounts and access."""

    LISTED = "facilities.listed"
    SHOWN = "facilities.shown"
    CHOICE_SHOWN = "facilities.choice_shown"
    PROFILE_SET = "facilities.profile_set"
    ITEM_GRANTED = "facilities.item_granted"
    ITEM_ENDED = "facilities.item_ended"
    ACCOUNTS_LISTED = "facilities.accounts_listed"
    ACCOUNT_SHOWN = "facilities.account_shown"
    ACCOUNT_OPENED = "facilities.account_opened"
    ACCOUNT_ENDED = "facilities.account_ended"
    ACCOUNT_HANDED_OVER = "facilities.account_handed_over"
    ACCOUNT_UNLOCKED = "facilities.account_unlocked"
    ACCOUNTS_RECONFIRMED = "facilities.accounts_reconfirmed"
    NEW_ACCOUNT_SHOWN = "facilities.new_account_shown"
    PASSWORD_CODE_SENT = "facilities.password_code_sent"  # noqa: S105  names of events, not secrets
    ADDRESS_CONFIRMED = "facilities.address_confirmed"
    ADDRESS_WITHDRAWN = "facilities.address_withdrawn"
    ADDRESS_REGISTERED = "facilities.address_registered"
    ACCOUNT_DISABLED = "facilities.account_disabled"
    ACCOUNT_ENABLED = "facilities.account_enabled"
    ACCESS_DENIED = "facilities.access_denied"
    FORM_REPEATED = "facilities.form_repeated"
    IMPORTS_LISTED = "facilities.imports_listed"
    IMPORT_PREVIEWED = "facilities.import_previewed"
    IMPORT_SHOWN = "facilities.import_shown"
    IMPORT_ACCEPTED = "facilities.import_accepted"
    IMPORT_DISCARDED = "facilities.import_discarded"
    IMPORT_REFUSED = "facilities.import_refused"
    IMPORT_EXPIRED = "facilities.import_expired"
    EXPORTED = "facilities.exported"
    CITY_FOUNDED = "facilities.city_founded"
