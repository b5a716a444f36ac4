"""
Accounts: opened, addressed, handed over and disabled by the city's administrators only (R14, R15).

An address that one administrator has registered counts when another one has confirmed it; with the first address of
an account its invitation leaves.
"""

from facilities.operations.accounts.addresses import confirm_address, register_address, withdraw_address
from facilities.operations.accounts.administrators import (
    LAST_ADMINISTRATOR,
    LEAVES_ONE,
    founds_the_four_eyes,
    has_colleague,
)
from facilities.operations.accounts.daily import disable, enable, reconfirm, send_password_code, unlock
from facilities.operations.accounts.people import (
    change_role,
    create_account,
    end_account,
    hand_over,
    open_account,
)
from facilities.operations.accounts.registrations import Notification
from facilities.operations.accounts.second_facility import add_facility
from facilities.operations.accounts.slots import BOTH_TAKEN

__all__ = [
    "BOTH_TAKEN",
    "LAST_ADMINISTRATOR",
    "LEAVES_ONE",
    "Notification",
    "add_facility",
    "change_role",
    "confirm_address",
    "create_account",
    "disable",
    "enable",
    "end_account",
    "founds_the_four_eyes",
    "hand_over",
    "has_colleague",
    "open_account",
    "reconfirm",
    "register_address",
    "send_password_code",
    "unlock",
    "withdraw_address",
]
