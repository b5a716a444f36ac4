"""Which cells an address of a manifest means: ``請求書!C6``, ``'請求 書'!C6:L6``, or a defined name of the workbook."""

import re
from typing import Final

from openpyxl.utils import range_boundaries

from documents.packs.template import Area, Place, Template, TemplateSheet

ADDRESS: Final = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!(?P<cells>\$?[A-Z]{1,3}\$?[0-9]+.*)"
)
CELLS: Final = re.compile(r"\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}(?::\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6})?")


class NoSuchPlace(Exception):
    """The workbook has no such cells. The message says what to do."""


def area_of(at: str, template: Template) -> tuple[TemplateSheet, Area]:
    """
    The sheet and block of an address.

    :raises NoSuchPlace: no address, no such sheet or name in the workbook, or outside of what is printed.
    """
    named = template.names.get(at)
    if named is not None:
        title, area = named
    else:
        found = ADDRESS.fullmatch(at.strip())
        if found is None or not CELLS.fullmatch(found["cells"]):
            raise NoSuchPlace(
                f"「{at}」は、シート名!セル番地（請求書!C6）でも、ブックにある名前でもありません。"
            )
        title = (found["quoted"] or found["plain"]).replace("''", "'")
        left, top, right, bottom = range_boundaries(found["cells"].replace("$", ""))
        area = Area(int(top or 1), int(left or 1), int(bottom or 1), int(right or 1))
    sheet = template.sheet(title)
    if sheet is None:
        raise NoSuchPlace(f"ブックに「{title}」というシートがありません。")
    if not (sheet.area.holds(area.top, area.left) and sheet.area.holds(area.bottom, area.right)):
        raise NoSuchPlace(f"{title}!{area.address}は、印刷範囲（{sheet.area.address}）の外にあります。")
    return sheet, area


def address_of(place: Place) -> str:
    """How a manifest writes a cell."""
    plain = re.fullmatch(r"\w+", place.sheet)
    title = place.sheet if plain else "'" + place.sheet.replace("'", "''") + "'"
    return f"{title}!{place.address}"
