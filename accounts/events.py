"""Names of the events of this room."""

from enum import StrEnum


class AccountEvent(StrEnum):
    """What happens at the door and to accounts."""

    PASSWORD_ACCEPTED = "accounts.password_accepted"  # noqa: S105  names of events, not secrets
    PASSWORD_REFUSED = "accounts.password_refused"  # noqa: S105
    LOCKED_OUT = "accounts.locked_out"
    CODE_SENT = "accounts.code_sent"
    CODE_NOT_SENT = "accounts.code_not_sent"
    CODE_REFUSED = "accounts.code_refused"
    LOGGED_IN = "accounts.logged_in"
    LOGGED_OUT = "accounts.logged_out"
    SESSION_EXPIRED = "accounts.session_expired"
    TICKET_SENT = "accounts.ticket_sent"
    PASSWORD_CHOSEN = "accounts.password_chosen"  # noqa: S105
    PASSWORD_CODE_REFUSED = "accounts.password_code_refused"  # noqa: S105
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105
    PASSWORD_CHANGE_REFUSED = "accounts.password_change_refused"  # noqa: S105
