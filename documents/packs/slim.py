"""
A template as openpyxl shall see it: cells, styles and the page; nothing that hangs on a sheet.

Pictures, charts, comments and tables of official workbooks are what libraries stumble over, and what a hostile one
would bring; merged blocks are left out because openpyxl would forget the borders of the cells they cover.
"""

import io
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_STORED, ZipFile

from openpyxl import Workbook, load_workbook

from documents.packs.package import Package
from documents.packs.sheet_xml import SheetXml
from documents.xlsx.parts import CONTENT_TYPES, DOCUMENT, MAIN, RELATIONSHIPS

_KEPT = frozenset(
    (
        "sheetPr",
        "sheetFormatPr",
        "sheetData",
        "printOptions",
        "pageMargins",
        "pageSetup",
        "rowBreaks",
        "colBreaks",
    )
)
_BEHIND = ("styles", "theme", "sharedStrings")
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = {
    "styles": f"{_SPREADSHEET}.styles+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "sharedStrings": f"{_SPREADSHEET}.sharedStrings+xml",
}


def loaded(package: Package, sheets: Sequence[SheetXml]) -> Workbook:
    """The sheets as openpyxl reads them, titled by their place."""
    parts: dict[str, bytes] = {}
    for kind in _BEHIND:
        if part := package.part_of_kind(kind):
            parts[f"xl/{kind}.xml"] = package.files[part]
    found = [kind for kind in _BEHIND if f"xl/{kind}.xml" in parts]
    listed = "".join(f'<sheet name="{at}" sheetId="{at + 1}" r:id="s{at}"/>' for at in range(len(sheets)))
    relations = [(f"s{at}", "worksheet", f"worksheets/{at}.xml") for at in range(len(sheets))]
    relations += [(kind, kind, f"{kind}.xml") for kind in found]
    types = [
        ("workbook.xml", "sheet.main"),
        *((f"worksheets/{at}.xml", "worksheet") for at in range(len(sheets))),
    ]
    overrides = [(part, f"{_SPREADSHEET}.{kind}+xml") for part, kind in types]
    overrides += [(f"{kind}.xml", _TYPES[kind]) for kind in found]
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{CONTENT_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f"<Override PartName={quoteattr(f'/xl/{part}')} ContentType={quoteattr(kind)}/>"
            for part, kind in overrides
        )
        + "</Types>",
        "_rels/.rels": _relations([("r", "officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(relations),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN[0]}" xmlns:r="{DOCUMENT[0]}">'
        f'<workbookPr date1904="{int(package.is_1904)}"/><sheets>{listed}</sheets></workbook>',
    }
    parts |= {name: text.encode() for name, text in texts.items()}
    parts |= {f"xl/worksheets/{at}.xml": _slim(sheet) for at, sheet in enumerate(sheets)}
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return load_workbook(file)


def _slim(sheet: SheetXml) -> bytes:
    """The sheet without what hangs on it."""
    dropped = [one for one in sheet.around if one.tag.partition(" ")[2] not in _KEPT]
    pieces, at = [], 0
    for one in dropped:
        pieces.append(sheet.content[at : one.start])
        at = one.end
    return b"".join([*pieces, sheet.content[at:]])


def _relations(listed: list[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{id_}" Type="{DOCUMENT[0]}/{kind}" Target={quoteattr(target)}/>'
        for id_, kind, target in listed
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{inner}</Relationships>'
