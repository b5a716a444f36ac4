"""Workbooks written by hand, part by part: what no library would write, and what only Excel writes."""

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from xml.sax.saxutils import quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(
    *sheets: str,
    titles: tuple[str, ...] = ("職員名簿", "二枚目", "三枚目"),
    states: tuple[str, ...] = (),
    is_1904: bool = False,
    texts: str = "",
    formats: Mapping[int, str] | None = None,
    styles: tuple[int, ...] = (0,),
    kind: str = SHEET_TYPE,
) -> dict[str, str]:
    """The parts of a workbook: XML of its sheets, number formats of its own, the format of each cell style."""
    listed = "".join(
        f'<sheet name="{title}" sheetId="{at}" r:id="r{at}" state="{state}"/>'
        for at, (title, state) in enumerate(
            zip(titles[: len(sheets)], [*states, *["visible"] * len(sheets)], strict=False), 1
        )
    )
    links = "".join(
        f'<Relationship Id="r{at}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    own = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        for number, code in (formats or {}).items()
    )
    cell_styles = "".join(f'<xf numFmtId="{number}"/>' for number in styles)
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r1" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">'
        f'<workbookPr date1904="{int(is_1904)}"/><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONSHIPS}">{links}'
        f'<Relationship Id="rs" Type="{DOCUMENT}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="rt" Type="{DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{cell_styles}</cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{at}.xml": xml for at, xml in enumerate(sheets, 1)},
    }


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of the parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def number_cell(place: str, number: object, style: int = 0) -> str:
    return f'<c r="{place}" s="{style}"><v>{number}</v></c>'


def simple(rows: int = 1) -> bytes:
    """A workbook of so many rows of one name and one number."""
    return packed(
        parts(
            sheet_xml(
                "".join(
                    f'<row r="{row}">{text_cell(f"A{row}", "名前")}{number_cell(f"B{row}", row)}</row>'
                    for row in range(1, rows + 1)
                )
            )
        )
    )


def phantom() -> bytes:
    """1.7 KB that say they have 900 million rows."""
    row = '<row r="900000000"><c r="A900000000"><v>1</v></c></row>'
    return packed(parts(sheet_xml(f'<row r="1">{number_cell("A1", 1)}</row>{row}')))


@cache
def swelling(megabytes: int = 200, columns: int = 1000) -> bytes:
    """A few hundred KB that unpack to so many megabytes of cells."""
    row = "<row>" + "<c><v>1</v></c>" * columns + "</row>"
    files = {**parts(""), "xl/worksheets/sheet1.xml": sheet_xml(row * (megabytes * 1_000_000 // len(row)))}
    return packed(files)
