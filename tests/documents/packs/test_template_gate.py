"""Workbooks that may be no form: each is refused with a sentence that says what to do, quickly, before it is loaded."""

import time

import pytest

from documents import inspection
from documents.packs import package, template_gate
from documents.packs.template_features import features
from documents.packs.template_reading import read_template
from documents.reading import FileRefused
from tests.documents.workbook_files import (
    DOCUMENT,
    MACRO_TYPE,
    RELATIONSHIPS,
    number_cell,
    packed,
    parts,
    phantom,
    sheet_xml,
    simple,
    swelling,
    text_cell,
)

ROW = f'<row r="1">{text_cell("A1", "あ")}</row>'


def told(content: bytes) -> str:
    begun = time.perf_counter()
    with pytest.raises(FileRefused) as refused:
        read_template(content)
    assert time.perf_counter() - begun < 5
    return str(refused.value)


def form(rows: str = ROW, *, after: str = "", **more: str | bytes) -> dict[str, str | bytes]:
    return {**parts(sheet_xml(rows, after=after), titles=("様式",)), **more}


def relations(kind: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return (
        f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r1" Type="{DOCUMENT}/{kind}" '
        f'Target="{target}"{mode}/></Relationships>'
    )


def with_names(names: str) -> bytes:
    files = form()
    files["xl/workbook.xml"] = str(files["xl/workbook.xml"]).replace(
        "</sheets>", f"</sheets><definedNames>{names}</definedNames>"
    )
    return packed(files)


def test_the_gates_of_every_workbook_come_first() -> None:
    old = inspection.OLD_CONTAINER + b"\0" * 600
    assert told(packed(form(**{"xl/vbaProject.bin": b"x"}))) == inspection.MACROS
    assert told(packed(parts(sheet_xml(ROW), kind=MACRO_TYPE))) == inspection.MACROS
    assert "xls → xlsx で保存" in told(old + "Workbook".encode("utf-16-le"))
    assert told(old + "EncryptedPackage".encode("utf-16-le")) == inspection.LOCKED
    assert told(packed({"xl/workbook.bin": b"x"})) == inspection.BINARY
    assert told(phantom()) == inspection.NO_WORKBOOK
    assert told(swelling(30, 100)) == inspection.TOO_LARGE_INSIDE
    assert told(b"%PDF-1.7") == inspection.NO_WORKBOOK
    assert told(b"") == inspection.NO_WORKBOOK
    assert told(simple()[:-200]) == inspection.NO_WORKBOOK


@pytest.mark.parametrize(
    "link",
    [
        {"xl/externalLinks/externalLink1.xml": "<externalLink><externalBook/></externalLink>"},
        {"xl/externalLinks/externalLink1.xml": "<externalLink><ddeLink ddeService='cmd'/></externalLink>"},
        {"xl/worksheets/_rels/sheet1.xml.rels": relations("image", "http://example.jp/x.png", outside=True)},
        {"xl/worksheets/_rels/sheet1.xml.rels": relations("oleObject", "file:///x", outside=True)},
        {"xl/drawings/_rels/drawing1.xml.rels": relations("image", "\\\\host\\x.png", outside=True)},
    ],
)
def test_links_to_other_files_are_refused(link: dict[str, str]) -> None:
    assert template_gate.LINKS in told(packed(form(**link)))


def test_a_link_that_somebody_has_to_click_is_harmless() -> None:
    link = relations("hyperlink", "https://example.jp/", outside=True)

    assert read_template(packed(form(**{"xl/worksheets/_rels/sheet1.xml.rels": link}))).sheets


def test_objects_and_connections_are_refused_and_check_boxes_are_not() -> None:
    assert told(packed(form(**{"xl/embeddings/oleObject1.bin": b"x"}))) == template_gate.OBJECTS
    assert told(packed(form(**{"xl/activeX/activeX1.xml": "<x/>"}))) == template_gate.OBJECTS
    assert told(packed(form(**{"xl/connections.xml": "<x/>"}))) == template_gate.CONNECTIONS
    assert told(packed(form(**{"xl/queryTables/queryTable1.xml": "<x/>"}))) == template_gate.CONNECTIONS
    assert read_template(packed(form(**{"xl/ctrlProps/ctrlProp1.xml": "<x/>"}))).sheets


@pytest.mark.parametrize(
    ("formula", "function"),
    [
        ('_xlfn.WEBSERVICE("http://x")', "WEBSERVICE"),
        ('1+rtd("a",,"b")', "RTD"),
        ("cmd|' /C calc'!A0", "DDE"),
        ('_xlfn.IMAGE("http://x")', "IMAGE"),
        ('CUBEVALUE("a")', "CUBEVALUE"),
    ],
)
def test_formulas_that_ask_others_are_refused_at_their_cell(formula: str, function: str) -> None:
    rows = f'<row r="3"><c r="B3"><f>{formula}</f></c></row>'

    sentence = told(packed(form(rows)))

    assert sentence.startswith("シート「様式」B3：")
    assert function in sentence
    rule = f'<dataValidation sqref="A1"><formula1>{formula}</formula1></dataValidation>'
    assert "入力規則" in told(packed(form(after=f"<dataValidations>{rule}</dataValidations>")))
    assert "名前「元」" in told(with_names(f'<definedName name="元">{formula}</definedName>'))


@pytest.mark.parametrize(
    "formula", ['"WEBSERVICE(1)|x"&A1', "MYWEBSERVICE(1)", 'IF(A1="a|b",1,2)', "A1&amp;RTDX", "画像!IMAGE1"]
)
def test_formulas_that_only_look_so_are_fine(formula: str) -> None:
    formula = formula.replace("&A1", "&amp;A1")
    assert read_template(packed(form(f'<row r="3"><c r="B3"><f>{formula}</f></c></row>'))).sheets


def test_names_defined_twice_are_told_by_name() -> None:
    twice = '<definedName name="園名">様式!$A$1</definedName><definedName name="園名">様式!$B$1</definedName>'
    assert told(with_names(twice)).startswith("名前「園名」が2つ以上")
    small = '<definedName name="ab">様式!$A$1</definedName><definedName name="AB">様式!$B$1</definedName>'
    assert "が2つ以上定義されています" in told(with_names(small))
    own = '<definedName name="x" localSheetId="0">様式!$B$1</definedName>'
    apart = f'<definedName name="x">様式!$A$1</definedName>{own}'
    assert set(read_template(with_names(apart)).names) == {"x", "様式!x"}


def test_sheets_called_alike_and_sheets_of_one_part_are_refused() -> None:
    alike = packed(parts(sheet_xml(ROW), sheet_xml(ROW), titles=("ab", "AB")))
    assert told(alike) == "シート「ab」が2つ以上あります。シートの名前を変えてください。"
    files = parts(sheet_xml(ROW), sheet_xml(ROW), titles=("一", "二"))
    files["xl/_rels/workbook.xml.rels"] = files["xl/_rels/workbook.xml.rels"].replace(
        "sheet2.xml", "sheet1.xml"
    )
    assert told(packed(files)) == inspection.NO_WORKBOOK


def test_all_that_is_wrong_is_told_at_once() -> None:
    files = form('<row r="3"><c r="B3"><f>WEBSERVICE(1)</f></c></row>', **{"xl/connections.xml": "<x/>"})
    files["xl/embeddings/x.bin"] = b"x"

    assert told(packed(files)).splitlines() == [template_gate.OBJECTS, template_gate.CONNECTIONS]


@pytest.mark.parametrize(
    "damage",
    [
        {"xl/worksheets/sheet1.xml": "<worksheet><sheetData>"},
        {"xl/worksheets/sheet1.xml": ""},
        {"xl/worksheets/sheet1.xml": "<worksheet/>"},
        {"xl/worksheets/sheet1.xml": f'<!DOCTYPE x [<!ENTITY a "b">]>{sheet_xml(ROW)}'},
        {"xl/workbook.xml": "<workbook"},
        {"xl/workbook.xml": "<workbook/>"},
        {"xl/_rels/workbook.xml.rels": "<Relationships>"},
        {"xl/styles.xml": "<styleSheet"},
        {"xl/sharedStrings.xml": "<sst><si>"},
        {"[Content_Types].xml": "<Types"},
        {"xl/worksheets/_rels/sheet1.xml.rels": "<Relationships"},
        {
            "xl/worksheets/sheet1.xml": sheet_xml(
                ROW, after='<mergeCells><mergeCell ref="A0:B2"/></mergeCells>'
            )
        },
        {"xl/worksheets/sheet1.xml": sheet_xml(ROW, after='<mergeCells><mergeCell ref="x"/></mergeCells>')},
        {"xl/worksheets/sheet1.xml": sheet_xml(ROW, before='<cols><col min="a" max="b"/></cols>')},
        {"xl/worksheets/sheet1.xml": sheet_xml(ROW, after='<pageSetup paperSize="many"/>')},
        {"xl/worksheets/sheet1.xml": sheet_xml('<row r="1"><c r="A1" s="99"><v>1</v></c></row>')},
        {"xl/worksheets/sheet1.xml": sheet_xml('<row r="1" ht="high"><c r="A1"><v>1</v></c></row>')},
    ],
)
def test_damaged_parts_are_no_workbook(damage: dict[str, str]) -> None:
    assert told(packed(form(**damage))) == inspection.NO_WORKBOOK


@pytest.mark.parametrize(
    "table", ["", 'ref="A1:A2"', 'ref="A" displayName="x" id="1"', 'ref="A1:A2" displayName="x" id="a"']
)
def test_a_table_that_no_copy_could_be_made_of_is_no_workbook(table: str) -> None:
    files = form(
        **{
            "xl/worksheets/_rels/sheet1.xml.rels": relations("table", "../tables/table1.xml"),
            "xl/tables/table1.xml": f"<table {table}/>",
        }
    )

    assert told(packed(files)) == inspection.NO_WORKBOOK


def test_a_sheet_whose_part_is_missing_is_no_workbook() -> None:
    files = form()
    del files["xl/worksheets/sheet1.xml"]

    assert told(packed(files)) == inspection.NO_WORKBOOK


def test_a_sheet_in_another_encoding_is_no_workbook_for_us() -> None:
    xml = f'<?xml version="1.0" encoding="UTF-16"?>{sheet_xml(ROW)}'.encode("utf-16")

    assert told(packed(form(**{"xl/worksheets/sheet1.xml": xml}))) == inspection.NO_WORKBOOK


def test_sizes_beyond_any_form_are_told_with_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    far = f'<row r="6000">{number_cell("A6000", 1)}</row>'
    assert told(packed(form(far))).startswith("シート「様式」は大きすぎます（5,000行500列")
    wide = f'<row r="1">{number_cell("ZZ1", 1)}</row>'
    assert told(packed(form(wide))).startswith("シート「様式」は大きすぎます")
    area = '<definedName name="_xlnm.Print_Area" localSheetId="0">様式!$A$1:$XFD$1048576</definedName>'
    assert told(with_names(area)).startswith("シート「様式」は印刷する範囲が大きすぎます（2,000行200列まで）")
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert told(packed(form(after=merged))).startswith("シート「様式」は結合されたセルが多すぎます")
    many = packed(parts(*[sheet_xml(ROW)] * 31, titles=tuple(f"表{at}" for at in range(31))))
    assert told(many) == "シートが多すぎます（30枚まで）。要らないシートを消してください。"
    monkeypatch.setattr(template_gate, "MOST_BYTES_INSIDE", 1_000)
    assert told(packed(form())) == inspection.TOO_LARGE_INSIDE


def test_half_a_million_empty_cells_that_only_look_are_refused_before_they_are_objects() -> None:
    row = "<row>" + "<c s='0'/>" * 300 + "</row>"

    assert told(packed(form(row * 2_500))) == inspection.TOO_LARGE_INSIDE


def test_parts_deeper_and_longer_than_any_program_writes_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deep = sheet_xml(ROW, after="<a>" * 100_000 + "</a>" * 100_000)
    assert told(packed(form(**{"xl/worksheets/sheet1.xml": deep}))) == inspection.NO_WORKBOOK
    drawing = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations("drawing", "../drawings/drawing1.xml"),
        "xl/drawings/drawing1.xml": f"<a>{'<sp/>' * 2_000}</a>",
    }
    assert features(packed(form(**drawing)))
    monkeypatch.setattr(package, "MOST_ELEMENTS", 1_000)
    with pytest.raises(FileRefused):
        features(packed(form(**drawing)))


def test_a_workbook_that_shows_no_sheet_is_told() -> None:
    hidden = packed(parts(sheet_xml(ROW), titles=("様式",), states=("hidden",)))

    assert told(hidden).startswith("表のシートがありません")
