"""Where rows do not fit, further sheets stand directly behind theirs, whole and valid, with names of their own."""

import io
import re
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from documents.packs.filled import Filled, FilledCell, FilledSheet, Marks
from documents.packs.package import Package
from documents.packs.references import Renaming
from documents.packs.splicing import CannotSplice, spliced
from documents.packs.template_features import features
from documents.packs.template_reading import read_template
from tests.documents.packs.everything import CHOICES, FORM, LIST, R, everything
from tests.documents.packs.recalculated import converted, needs_libreoffice, recalculated
from tests.documents.workbook_files import packed, parts, sheet_xml

MADE_AT = datetime(2026, 11, 26, tzinfo=UTC)
SECOND, THIRD = f"{LIST} (2)", f"{LIST} (3)"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def rows(first: int, count: int) -> dict[tuple[int, int], FilledCell]:
    cells: dict[tuple[int, int], FilledCell] = {}
    for at in range(count):
        number = first + at
        cells[6 + at, 1] = FilledCell(number, str(number))
        cells[6 + at, 2] = FilledCell(f"職員{number}", f"職員{number}")
        cells[6 + at, 3] = FilledCell(date(2026, 4, 1 + at), "その日")
        cells[6 + at, 4] = FilledCell(number * 10, str(number * 10))
    return cells


def three() -> Filled:
    """25 people on three lists, and a form before them with its own sheet."""
    return Filled(
        "名簿",
        [
            FilledSheet(FORM, FORM, {(7, 3): FilledCell(5_000, "5,000")}),
            FilledSheet(LIST, LIST, rows(1, 10)),
            FilledSheet(LIST, SECOND, rows(11, 10)),
            FilledSheet(LIST, THIRD, rows(21, 5)),
        ],
        marks=Marks(band="下書き", control_number="K-1"),
    )


@pytest.fixture(scope="module")
def made() -> bytes:
    return spliced(everything(), three(), made_at=MADE_AT)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        assert len(set(package.namelist())) == len(package.namelist())
        return {name: package.read(name) for name in package.namelist()}


def part_of(content: bytes, title: str) -> str:
    return next(one.part for one in Package(content).sheets if one.title == title)


def sheet_of(content: bytes, title: str) -> str:
    return files(content)[part_of(content, title)].decode()


def test_copies_stand_behind_their_sheet_and_are_read_by_two_libraries(made) -> None:
    book = load_workbook(io.BytesIO(made))
    assert book.sheetnames == [FORM, LIST, SECOND, THIRD, CHOICES]
    assert book[SECOND]["B6"].value == "職員11"
    assert book[THIRD]["B10"].value == "職員25"
    assert book[THIRD]["B11"].value is None
    assert book[SECOND]["C7"].value == datetime(2026, 4, 2)
    assert book[SECOND]["A6"].border.top.style == "thin"
    assert book[CHOICES].sheet_state == "hidden"
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert calamine.sheet_names == [FORM, LIST, SECOND, THIRD, CHOICES]
    assert calamine.get_sheet_by_name(THIRD).to_python(skip_empty_area=False)[5][1] == "職員21"


def test_every_part_is_declared_and_every_relation_leads_somewhere(made) -> None:
    parts_ = files(made)
    types = ElementTree.fromstring(parts_["[Content_Types].xml"])
    overrides = [one.get("PartName").lstrip("/") for one in types if one.tag.endswith("Override")]
    defaults = {one.get("Extension") for one in types if one.tag.endswith("Default")}
    assert len(overrides) == len(set(overrides))
    assert set(overrides) <= parts_.keys()
    for name in parts_:
        if name != "[Content_Types].xml" and not name.startswith("custom/"):
            assert name in overrides or name.rpartition(".")[2] in defaults, name
    for name, content in parts_.items():
        if not name.endswith(".rels"):
            continue
        relations = ElementTree.fromstring(content).findall(RELATIONSHIP)
        assert len({one.get("Id") for one in relations}) == len(relations)
    package = Package(made)
    for name in parts_:
        for one in package.relations_of(name).values():
            assert one.is_external or one.target in parts_, (name, one)
    assert package.root_part("core-properties")


def test_copies_have_parts_of_their_own_and_share_pictures(made) -> None:
    package = Package(made)
    kinds: dict[str, list[str]] = {}
    for title in (LIST, SECOND, THIRD):
        for one in package.relations_of(part_of(made, title)).values():
            kinds.setdefault(one.kind, []).append(one.target)

    for kind in ("drawing", "comments", "vmlDrawing", "table"):
        assert len(set(kinds[kind])) == 3, kind
    assert len(set(kinds["image"])) == 1
    charts = {
        one.target
        for drawing in kinds["drawing"]
        for one in package.relations_of(drawing).values()
        if one.kind == "chart"
    }
    assert len(charts) == 3
    said = [re.findall(r"<(?:c:)?f>(.*?)</", package.files[chart].decode()) for chart in sorted(charts)]
    assert sorted(said) == sorted(
        [["'名簿'!$D$6:$D$15"], [f"'{SECOND}'!$D$6:$D$15"], [f"'{THIRD}'!$D$6:$D$15"]]
    )


def test_tables_are_one_of_a_kind(made) -> None:
    about = [
        re.search(r"<table [^>]*>", content.decode())[0]
        for name, content in files(made).items()
        if name.startswith("xl/tables/")
    ]

    assert sorted(re.search(r'displayName="(.*?)"', one)[1] for one in about) == ["職員", "職員_2", "職員_3"]
    assert sorted(re.search(r' name="(.*?)"', one)[1] for one in about) == ["職員", "職員_2", "職員_3"]
    assert len({re.search(r' id="(.*?)"', one)[1] for one in about}) == 3


def test_what_a_copy_says_of_itself_means_the_copy(made) -> None:
    sheet = sheet_of(made, SECOND)

    assert f"<f>SUM('{SECOND}'!D6:D15)</f>" in sheet
    assert "<f>SUM(職員_2[時間])</f>" in sheet
    assert f'''<f>IF('{SECOND}'!D16&gt;0,"{LIST}!のとおり",{FORM}!C9)</f>''' in sheet
    assert f"<formula1>'{SECOND}'!$F$1:$F$2</formula1>" in sheet
    assert f"<formula>'{SECOND}'!$D$4</formula>" in sheet
    assert f"<xm:f>'{SECOND}'!D6:D15</xm:f>" in sheet
    assert f"location=\"'{SECOND}'!A1\"" in sheet
    assert f"<f>SUM({LIST}!D6:D15)</f>" in sheet_of(made, LIST)


def test_names_of_one_sheet_are_copied_and_counted_anew(made) -> None:
    found = {(one.name, one.scope): one.refers_to for one in Package(made).names}

    assert found["_xlnm.Print_Area", 0] == "'請求書'!$A$1:$I$30"
    assert found["_xlnm.Print_Area", 1] == "'名簿'!$A$1:$D$18"
    assert found["_xlnm.Print_Area", 2] == f"'{SECOND}'!$A$1:$D$18"
    assert found["_xlnm.Print_Area", 3] == f"'{THIRD}'!$A$1:$D$18"
    assert found["_xlnm.Print_Titles", 3] == f"'{THIRD}'!$1:$5"
    assert found["_xlnm.Print_Area", 4] == "'選択肢'!$A$1:$A$3"
    assert found["合計時間", 2] == f"'{SECOND}'!$D$16"
    assert found["職員の行", None] == "名簿!$A$6:$D$15"
    assert len(found) == len(Package(made).names)


def test_one_sheet_is_in_front_and_none_is_called_twice(made) -> None:
    sheets = [sheet_of(made, title) for title in (LIST, SECOND, THIRD)]

    assert ["tabSelected" in sheet for sheet in sheets] == [True, False, False]
    assert ["codeName" in sheet for sheet in sheets] == [True, False, False]
    assert ["xr:uid" in sheet for sheet in sheets] == [True, False, False]
    workbook = files(made)["xl/workbook.xml"].decode()
    assert 'activeTab="1"' in workbook
    numbers = re.findall(r'sheetId="(\d+)"', workbook)
    assert len(numbers) == len(set(numbers)) == 5
    assert "TitlesOfParts" not in files(made)["docProps/app.xml"].decode()


def test_a_sheet_behind_the_copies_stays_the_one_in_front() -> None:
    template = files(everything())
    template["xl/workbook.xml"] = template["xl/workbook.xml"].replace(
        b'activeTab="1"', b'activeTab="2" firstSheet="2"', 1
    )
    template["xl/workbook.xml"] = template["xl/workbook.xml"].replace(b'firstSheet="0"', b"", 1)

    workbook = files(spliced(packed(template), three(), made_at=MADE_AT))["xl/workbook.xml"].decode()

    assert 'activeTab="4" firstSheet="4"' in workbook


def test_the_first_sheet_is_as_if_it_were_alone(made) -> None:
    alone = Filled("名簿", three().sheets[:2], marks=three().marks)

    before = files(spliced(everything(), alone, made_at=MADE_AT))
    after = files(made)
    changed = {name for name, content in before.items() if after[name] != content}
    assert changed == {
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "docProps/app.xml",
    }


def test_a_copy_differs_from_its_sheet_only_where_it_must(made) -> None:
    """As many elements, in the same order, but for the cells that are filled."""
    first, second = (ElementTree.fromstring(sheet_of(made, title)) for title in (LIST, SECOND))

    assert [one.tag for one in second.iter()] == [one.tag for one in first.iter()]
    for tag in ("cols", "mergeCells", "pageSetup", "headerFooter", "sheetProtection"):
        pair = [
            ElementTree.tostring(part) for root in (first, second) for part in root if part.tag.endswith(tag)
        ]
        assert pair[: len(pair) // 2] == pair[len(pair) // 2 :]


def test_marks_and_features_are_on_the_copies_too(made) -> None:
    told = features(made)

    for title in (SECOND, THIRD):
        assert "管理番号 K-1" in sheet_of(made, title)
        assert [one.replace(title, LIST) for one in told if f"「{title}」" in one] == [
            one for one in told if f"「{LIST}」" in one
        ]
    template = read_template(made)
    assert [sheet.title_rows for sheet in template.sheets] == [None, (1, 5), (1, 5), (1, 5), None]
    assert template.sheet(THIRD).area == template.sheet(LIST).area


@needs_libreoffice
def test_a_spreadsheet_program_opens_it_and_computes_each_sheet_by_itself(made) -> None:
    values = recalculated(made)

    assert values[LIST, "D16"] == sum(range(10, 101, 10))
    assert values[SECOND, "D16"] == sum(range(110, 201, 10))
    assert values[THIRD, "D16"] == sum(range(210, 251, 10))
    assert values[SECOND, "D17"] == values[SECOND, "D16"]
    assert values[THIRD, "D17"] == values[THIRD, "D16"]
    assert values[SECOND, "D18"] == f"{LIST}!のとおり"
    assert values[FORM, "C12"] == values[LIST, "D16"]
    assert converted(made, "pdf").startswith(b"%PDF-")


@needs_libreoffice
def test_a_template_that_libreoffice_saved_is_filled_and_copied_too() -> None:
    template = converted(everything())
    before = read_template(template)

    made = spliced(template, three(), made_at=MADE_AT)

    assert [sheet.title for sheet in before.sheets] == [FORM, LIST, CHOICES]
    assert before.sheet(FORM).cells[4, 3].area.address == "C4:F5"
    values = recalculated(made)
    assert values[FORM, "C9"] == 5_500
    assert [values[title, "D16"] for title in (LIST, SECOND, THIRD)] == [550, 1_550, 1_150]
    assert values[THIRD, "B10"] == "職員25"
    assert load_workbook(io.BytesIO(made)).sheetnames == [FORM, LIST, SECOND, THIRD, CHOICES]


def test_the_same_copies_are_the_same_bytes(made) -> None:
    assert spliced(everything(), three(), made_at=MADE_AT) == made


def test_a_sheet_with_a_check_box_is_copied_with_its_link() -> None:
    cells = {(7, 3): FilledCell(1, "1")}
    title = f"{FORM} (2)"
    filled = Filled("", [FilledSheet(FORM, FORM, {}), FilledSheet(FORM, title, cells)])

    made = spliced(everything(), filled, made_at=MADE_AT)

    controls = [content.decode() for name, content in files(made).items() if "ctrlProps" in name]
    assert sorted(re.search('fmlaLink="(.*?)"', one)[1] for one in controls) == [
        f"'{title}'!$M$1",
        f"{FORM}!$M$1",
    ]
    printers = {name for name in files(made) if name.startswith("xl/printerSettings")}
    assert printers == {"xl/printerSettings/printerSettings1.bin", "xl/printerSettings/printerSettings2.bin"}
    assert load_workbook(io.BytesIO(made)).sheetnames == [FORM, title, LIST, CHOICES]


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("あ" * 32, "呼べません"),
        ("名簿[2]", "呼べません"),
        ("名簿/2", "呼べません"),
        ("'名簿", "呼べません"),
        ("  ", "呼べません"),
        ("𠮷" * 16, "呼べません"),
        (FORM, "二つになります"),
        (LIST, "二つになります"),
        (CHOICES, "二つになります"),
    ],
)
def test_titles_that_no_workbook_has_are_told(title: str, sentence: str) -> None:
    filled = Filled("", [FilledSheet(LIST, LIST, {}), FilledSheet(LIST, title, {})])

    with pytest.raises(CannotSplice, match=sentence):
        spliced(everything(), filled, made_at=MADE_AT)


def test_a_title_of_31_with_signs_of_xml_is_kept() -> None:
    title = '<名簿> & "続き"\'の ' + "あ" * 16
    filled = Filled("", [FilledSheet(LIST, LIST, {}), FilledSheet(LIST, title, {})])

    made = spliced(everything(), filled, made_at=MADE_AT)

    assert load_workbook(io.BytesIO(made)).sheetnames[2] == title
    assert f"SUM({quoted(title)}!D6:D15)" in sheet_formula(made, title)


def sheet_formula(content: bytes, title: str) -> str:
    return load_workbook(io.BytesIO(content))[title]["D16"].value


def quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"


def test_a_sheet_on_which_hangs_what_cannot_be_twice_is_told() -> None:
    template = parts(sheet_xml('<row r="1"/>'), titles=(LIST,))
    template["xl/slicers/slicer1.xml"] = "<slicers/>"
    template["xl/worksheets/_rels/sheet1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="x/slicer" Target="../slicers/slicer1.xml"/></Relationships>'
    )
    filled = Filled("", [FilledSheet(LIST, LIST, {}), FilledSheet(LIST, SECOND, {})])

    with pytest.raises(CannotSplice, match="スライサー"):
        spliced(packed(template), filled, made_at=MADE_AT)
    assert spliced(packed(template), Filled("", filled.sheets[:1]), made_at=MADE_AT)


def test_parts_that_point_to_each_other_are_copied_once() -> None:
    template = files(everything())
    relations = "xl/drawings/_rels/drawing2.xml.rels"
    line = f'<Relationship Id="rIdLoop" Type="{R}/drawing" Target="drawing2.xml"/></Relationships>'
    template[relations] = template[relations].replace(b"</Relationships>", line.encode())

    made = spliced(packed(template), three(), made_at=MADE_AT)

    drawings = [name for name in files(made) if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)]
    assert len(drawings) == 4
    assert f'Target="/{drawings[2]}"'.encode() in files(made)[f"xl/drawings/_rels/{drawings[2][12:]}.rels"]


def test_problems_of_all_sheets_are_told_at_once_with_the_copy_named() -> None:
    bad = {(6, 2): FilledCell("\0", "")}
    filled = Filled("", [FilledSheet(LIST, LIST, bad), FilledSheet(LIST, SECOND, bad)])

    with pytest.raises(CannotSplice) as refused:
        spliced(everything(), filled, made_at=MADE_AT)

    assert [str(one.place) for one in refused.value.problems] == [f"{LIST}!B6", f"{SECOND}!B6"]


@pytest.mark.parametrize(
    ("formula", "renamed"),
    [
        ("A1+B2", "A1+B2"),
        ("名簿!A1+'名簿'!$B$2", "'名簿 (2)'!A1+'名簿 (2)'!$B$2"),
        ("旧名簿!A1+名簿_2!A1+名簿.x!A1", "旧名簿!A1+名簿_2!A1+名簿.x!A1"),
        ('"名簿!A1"&名簿!A1', "\"名簿!A1\"&'名簿 (2)'!A1"),
        ('"a""名簿!A1"', '"a""名簿!A1"'),
        ("SUM(名簿!A1:名簿!B2)", "SUM('名簿 (2)'!A1:'名簿 (2)'!B2)"),
        ("'表 名簿'!A1", "'表 名簿'!A1"),
        ("SUM(請求書:名簿!A1)", "SUM(請求書:名簿!A1)"),
        ("SUM(職員[時間])+職員割(1)", "SUM(職員_2[時間])+職員割(1)"),
        ("ROWS(職員)", "ROWS(職員_2)"),
        ('職員!A1+"職員"', '職員!A1+"職員"'),
    ],
)
def test_sheets_and_tables_are_renamed_in_formulas(formula: str, renamed: str) -> None:
    assert Renaming("名簿", "名簿 (2)", {"職員": "職員_2"}).formula(formula) == renamed
