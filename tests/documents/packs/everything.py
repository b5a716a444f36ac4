"""
A form with everything that official workbooks have: what openpyxl can write, and by hand what only Excel writes.

Text boxes, a check box, sparklines, a data bar and a validation of newer versions, rich text, a background picture,
printer settings, shared and array formulas, an order of computing.
"""

import io
import re
import zipfile
from functools import cache

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule
from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table, TableStyleInfo
from PIL import Image as Picture

FORM, LIST, CHOICES = "請求書", "名簿", "選択肢"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


@cache
def everything() -> bytes:
    """The form; ``LIST`` has rows 6 to 15 to fill, columns A to D, and its total in D16."""
    files = _parts(_by_openpyxl())
    _add_to_form(files)
    _add_to_list(files)
    _add_around(files)
    return packed(files)


def packed(files: dict[str, bytes]) -> bytes:
    """A zip of the parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _picture() -> Image:
    file = io.BytesIO()
    Picture.new("RGB", (8, 8), "red").save(file, "png")
    file.seek(0)
    return Image(file)


def _by_openpyxl() -> bytes:
    book = Workbook()
    form = book.active
    form.title = FORM
    thin, medium = Side(style="thin"), Side(style="medium", color=Color(theme=4))
    form["A1"] = "施設型給付費請求書"
    form["A1"].font = Font(name="ＭＳ Ｐ明朝", size=16, bold=True)
    form["A1"].alignment = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)
    form.merge_cells("A1:H1")
    form.merge_cells("C4:F5")
    for row in form["C4:F5"]:
        for cell in row:
            cell.border = Border(top=thin, bottom=medium, left=thin, right=medium)
            cell.fill = PatternFill("solid", fgColor=Color(theme=5, tint=0.8))
    form["B4"] = "施設名"
    form["B6"] = "請求日"
    form["C6"].number_format = '[$-411]ggge"年"m"月"d"日";@'
    form["B7"], form["C7"] = "金額", 1000
    form["C7"].number_format = "#,##0"
    form["B8"], form["C8"] = "消費税", "=C7/10"
    form["B9"], form["C9"] = "合計", "=C7+C8"
    form["B10"], form["C10"] = "文", '="計"&C9&"円"'
    form["B11"], form["C11"] = "大きい", "=C9>1000"
    form["A3"].alignment = Alignment(textRotation=255)
    form["A3"] = "縦書き"
    form["H9"].border = Border(diagonal=thin, diagonalUp=True)
    form["C12"] = f"={LIST}!D16"
    for row in range(20, 26):
        form.cell(row, 1, row)
        form.cell(row, 2, f"=A{row}*2")
    form["D20"] = ArrayFormula("D20:D22", "=A20:A22*3")
    form["E20"] = ArrayFormula("E20", "=SUM(A20:A25*2)")
    validation = DataValidation("list", formula1=f"{CHOICES}!$A$1:$A$3")
    form.add_data_validation(validation)
    validation.add("G4")
    form.conditional_formatting.add(
        "C7:C9", CellIsRule(operator="lessThan", formula=["0"], font=Font(color="FF0000"))
    )
    form.conditional_formatting.add(
        "A20:A25", ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="FF0000")
    )
    form["B4"].comment = Comment("正式な名称", "市")
    form.add_image(_picture(), "H2")
    chart = BarChart()
    chart.add_data(Reference(form, min_col=2, min_row=20, max_row=25))
    form.add_chart(chart, "J2")
    form.freeze_panes = "A2"
    form.protection.sheet = True
    form["C7"].protection = Protection(locked=False)
    form.print_area = "A1:I30"
    form.page_setup.paperSize, form.page_setup.orientation = 9, "portrait"
    form.sheet_properties.pageSetUpPr.fitToPage = True
    form.row_breaks.append(Break(18))
    form.oddFooter.center.text = "&P / &N"
    form.column_dimensions["A"].width = 4.5
    form.column_dimensions["H"].hidden = True
    form.row_dimensions[1].height = 30
    form.row_dimensions[13].hidden = True
    form["K4"].hyperlink = f"#{FORM}!A1"

    people = book.create_sheet(LIST)
    people["A1"] = "職員名簿"
    for column, words in enumerate(("番号", "氏名", "採用日", "時間"), 1):
        people.cell(5, column, words)
    for row in range(6, 16):
        people.cell(row, 3).number_format = "yyyy/m/d"
        for column in range(1, 5):
            people.cell(row, column).border = Border(top=thin, bottom=thin, left=thin, right=thin)
    people["C16"], people["D16"] = "計", f"=SUM({LIST}!D6:D15)"
    people["D17"] = "=SUM(職員[時間])"
    people["D18"] = f'=IF({LIST}!D16>0,"{LIST}!のとおり",{FORM}!C9)'
    people.add_table(
        Table(displayName="職員", ref="A5:D15", tableStyleInfo=TableStyleInfo(name="TableStyleLight1"))
    )
    choice = DataValidation("list", formula1=f"{LIST}!$F$1:$F$2")
    people.add_data_validation(choice)
    choice.add("A6:A15")
    people.conditional_formatting.add("D6:D15", CellIsRule(operator="greaterThan", formula=[f"{LIST}!$D$4"]))
    people["B5"].comment = Comment("漢字で", "市")
    bars = BarChart()
    bars.add_data(Reference(people, min_col=4, min_row=6, max_row=15))
    people.add_chart(bars, "H2")
    people.add_image(_picture(), "H20")
    people["F3"].hyperlink = Hyperlink(ref="F3", location=f"{LIST}!A1")
    people["F4"].hyperlink = "https://example.jp/"
    people.print_area = "A1:D18"
    people.print_title_rows = "1:5"

    choices = book.create_sheet(CHOICES)
    for row, words in enumerate(("保育所", "幼稚園", "認定こども園"), 1):
        choices.cell(row, 1, words)
    choices.print_area = "A1:A3"
    choices.sheet_state = "hidden"
    book.defined_names["施設名"] = DefinedName("施設名", attr_text=f"{FORM}!$C$4")
    book.defined_names["職員の行"] = DefinedName("職員の行", attr_text=f"{LIST}!$A$6:$D$15")
    people.defined_names["合計時間"] = DefinedName("合計時間", attr_text=f"{LIST}!$D$16")
    book.active = 1
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _add_to_form(files: dict[str, bytes]) -> None:
    """Text box, check box, sparklines, newer data bar and validation, shared formulas, rich text, kept results."""
    part = "xl/worksheets/sheet1.xml"
    sheet = files[part].decode()
    for row in range(20, 26):
        said = 'ref="B20:B25" si="0">A20*2</f>' if row == 20 else 'si="0"/>'
        sheet = re.sub(
            rf'(<c r="B{row}"[^>]*>)<f>A{row}\*2</f><v ?/?>(</v>)?',
            rf'\g<1><f t="shared" {said}<v>{row * 2}</v>',
            sheet,
        )
    sheet = re.sub(r'(<c r="C10"[^>]*?)(><f>[^<]*</f>)<v ?/?>(</v>)?', r'\1 t="str"\2<v>計1100円</v>', sheet)
    sheet = sheet.replace("<f>C7/10</f><v />", "<f>C7/10</f><v>100</v>").replace(
        "<f>C7/10</f><v></v>", "<f>C7/10</f><v>100</v>"
    )
    rich = '<r><rPr><b/></rPr><t>太い</t></r><r><t xml:space="preserve"> 細い</t></r>'
    reading = '<rPh sb="0" eb="1"><t>フト</t></rPh>'
    files["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}"><si>{rich}{reading}</si></sst>'.encode()
    cells = f'<c r="B40" t="inlineStr"><is>{rich}</is></c><c r="C40" t="s"><v>0</v></c>'
    sheet = sheet.replace("</sheetData>", f'<row r="40" spans="2:3">{cells}</row></sheetData>')
    control = (
        f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x14"><controls>'
        f'<control shapeId="1025" r:id="rIdCtl" name="Check 1" xmlns:r="{R}"/></controls>'
        "</mc:Choice></mc:AlternateContent>"
    )
    extensions = (
        f'<extLst><ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" xmlns:x14="{X14}">'
        '<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="%s"><x14:cfRule type="dataBar" '
        'id="{11111111-2222-3333-4444-555555555555}"><x14:dataBar minLength="0" maxLength="100"/></x14:cfRule>'
        "<xm:sqref>A20:A25</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" xmlns:x14="{X14}">'
        '<x14:sparklineGroups xmlns:xm="%s"><x14:sparklineGroup><x14:sparklines><x14:sparkline>'
        f"<xm:f>{FORM}!A20:A25</xm:f><xm:sqref>I20</xm:sqref></x14:sparkline></x14:sparklines>"
        "</x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
    ) % (XM, XM)
    sheet = sheet.replace("</worksheet>", f"{control}{extensions}</worksheet>")
    files[part] = sheet.encode()
    box = (
        "<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row>"
        '<xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="99" name="box"/>'
        '<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr/><xdr:txBody><a:bodyPr/><a:p>'
        "<a:r><a:t>記入上の注意</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
    )
    drawing = files["xl/drawings/drawing1.xml"].decode()
    end = drawing.rindex("</")
    prefixed = re.sub(r"<(/?)xdr:", rf"<\1{_prefix(drawing)}", box).replace("<a:", "<a:", 1)
    spaced = prefixed.replace("<a:bodyPr/>", f'<a:bodyPr xmlns:a="{A}"/>').replace(
        "<a:p>", f'<a:p xmlns:a="{A}">'
    )
    files["xl/drawings/drawing1.xml"] = (drawing[:end] + spaced + drawing[end:]).encode()
    files["xl/ctrlProps/ctrlProp1.xml"] = (
        f'<formControlPr xmlns="{X14}" objectType="CheckBox" fmlaLink="{FORM}!$M$1" noThreeD="1"/>'
    ).encode()
    files["xl/printerSettings/printerSettings1.bin"] = bytes(range(256))
    _relate(files, "xl/workbook.xml", "rIdTexts", f"{R}/sharedStrings", "sharedStrings.xml")
    _declare(
        files,
        "/xl/sharedStrings.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
    )
    _relate(files, part, "rIdCtl", f"{R}/ctrlProp", "../ctrlProps/ctrlProp1.xml")
    _relate(files, part, "rIdPrinter", f"{R}/printerSettings", "../printerSettings/printerSettings1.bin")
    _declare(files, "/xl/ctrlProps/ctrlProp1.xml", "application/vnd.ms-excel.controlproperties+xml")


def _prefix(drawing: str) -> str:
    found = re.search(r"<(\w+:)?wsDr", drawing)
    assert found is not None
    return found[1] or ""


def _add_to_list(files: dict[str, bytes]) -> None:
    """A background picture, sparklines of its own rows, and marks that only one sheet may have."""
    part = "xl/worksheets/sheet2.xml"
    sheet = files[part].decode()
    guid = "{AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE}"
    revision = "http://schemas.microsoft.com/office/spreadsheetml/2014/revision"
    sheet = sheet.replace("<worksheet ", f'<worksheet xmlns:xr="{revision}" xr:uid="{guid}" ', 1)
    sheet = sheet.replace("<sheetView ", '<sheetView tabSelected="1" ', 1)
    sheet = sheet.replace("<sheetPr>", '<sheetPr codeName="Sheet2">', 1)
    picture = f'<picture r:id="rIdPicture" xmlns:r="{R}"/>'
    place = sheet.index("<tableParts")
    lines = (
        f'<extLst><ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" xmlns:x14="{X14}"><x14:sparklineGroups '
        f'xmlns:xm="{XM}"><x14:sparklineGroup><x14:sparklines><x14:sparkline><xm:f>{LIST}!D6:D15</xm:f>'
        "<xm:sqref>F6</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
    )
    sheet = sheet[:place] + picture + sheet[place:].replace("</worksheet>", f"{lines}</worksheet>")
    files[part] = sheet.encode()
    _relate(files, part, "rIdPicture", f"{R}/image", "../media/image1.png")


def _add_around(files: dict[str, bytes]) -> None:
    """The order of computing, and what programs note about themselves."""
    files["xl/workbook.xml"] = files["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    files["xl/calcChain.xml"] = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="C8" i="1"/></calcChain>'
    )
    _relate(files, "xl/workbook.xml", "rIdChain", f"{R}/calcChain", "calcChain.xml")
    _declare(
        files,
        "/xl/calcChain.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml",
    )
    if b'Extension="bin"' not in files["[Content_Types].xml"]:
        files["[Content_Types].xml"] = files["[Content_Types].xml"].replace(
            b"<Override", b'<Default Extension="bin" ContentType="application/octet-stream"/><Override', 1
        )
    files["docProps/app.xml"] = files["docProps/app.xml"].replace(
        b"</Properties>",
        b"<HeadingPairs>3</HeadingPairs><TitlesOfParts>a b c</TitlesOfParts><Company>C</Company></Properties>",
    )
    files["custom/注記.xml"] = "<note>そのまま</note>".encode()


def _relate(files: dict[str, bytes], part: str, identity: str, kind: str, target: str) -> None:
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    line = f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/></Relationships>'
    files[relations] = files[relations].replace(b"</Relationships>", line.encode())


def _declare(files: dict[str, bytes], part: str, kind: str) -> None:
    line = f'<Override PartName="{part}" ContentType="{kind}"/></Types>'
    files["[Content_Types].xml"] = files["[Content_Types].xml"].replace(b"</Types>", line.encode())
