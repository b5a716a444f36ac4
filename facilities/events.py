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
    ADDRESS_REGISTERED = "facilities.address_registered"
    ACCOUNT_DISABLED = "facilities.account_disabled"
    ACCOUNT_ENABLED = "facilities.account_enabled"
    ACCESS_DENIED = "facilities.access_denied"
    FORM_REPEATED = "facilities.form_repeated"
