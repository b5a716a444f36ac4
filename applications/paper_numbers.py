"""
Numbers of papers (受付番号): thirteen digits that tell nothing, the last one a check digit.

The check digit is Damm's (2004): it finds every wrong digit and every two neighbours that were swapped. Pure, but for
the randomness of ``new``.
"""

import re
import secrets
import unicodedata
from typing import Final

LENGTH: Final = 13
# The totally anti-symmetric quasigroup of order 10 of H. M. Damm's thesis.
TABLE: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
BETWEEN: Final = re.compile(r"[\s,、;；]+")
INSIDE: Final = re.compile(r"[-‐−ー–—]")


def new() -> str:
    """A number nobody can guess from another one. Whoever keeps it sees to it that it is not there yet."""
    digits = "".join(secrets.choice("0123456789") for _ in range(LENGTH - 1))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Of plain digits 0–9."""
    state = 0
    for digit in digits:
        state = int(TABLE[state][int(digit)])
    return str(state)


def is_number(number: str) -> bool:
    """Thirteen digits, whatever they are."""
    return len(number) == LENGTH and number.isascii() and number.isdecimal()


def is_right(number: str) -> bool:
    """Thirteen digits, the last of which fits the others."""
    return is_number(number) and check_digit(number[:-1]) == number[-1]


def numbers_in(text: str) -> list[str]:
    """What was scanned or typed, one after the other; full width and hyphens are the same number; each once."""
    plain = INSIDE.sub("", unicodedata.normalize("NFKC", text))
    return list(dict.fromkeys(part for part in BETWEEN.split(plain) if part))


def in_groups(number: str) -> str:
    """As people read it: 1234-5678-90123."""
    return f"{number[:4]}-{number[4:8]}-{number[8:]}"
