"""
What of a template stays in the workbook and is not on the PDF: the drawing shows cells, not what lies over them.

Each is told with its sheet, so that whoever uploads a form sees it before anybody misses it on paper.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pyexpat import ExpatError

from documents.inspection import NO_WORKBOOK
from documents.packs.package import Element, NotSpliceable, Package, SheetEntry, Walker
from documents.packs.sheet_xml import MARKS, SheetXml, is_true, read_sheet
from documents.reading import FileRefused, Problem
from documents.xlsx.parts import MAIN, Refused

ONLY_IN_EXCEL = "Excelには残りますが、PDFには描かれません。"
CONTROLS = {
    "checkbox": "チェックボックス",
    "radio": "オプションボタン",
    "drop": "ドロップダウンリスト",
    "list": "リストボックス",
    "button": "ボタン",
}
_CHART = "/chart"
_NUMBER = re.compile(rb"<[^>]*>|\s")


def features(content: bytes) -> list[str]:
    """
    Sentences about what the PDF of a template will not show, from the first sheet to the last.

    :param content: a workbook that ``template_reading.read_template`` reads.
    :raises FileRefused: it is damaged.
    """
    try:
        package = Package(content)
        rich, crossed = _rich_texts(package), _crossed_styles(package)
        return [
            remark
            for place, entry in enumerate(package.sheets)
            for remark in _of_sheet(package, entry, place, rich, crossed)
        ]
    except (ExpatError, NotSpliceable, Refused, ValueError, LookupError) as damaged:
        raise FileRefused([Problem(NO_WORKBOOK)]) from damaged


def _of_sheet(
    package: Package, entry: SheetEntry, place: int, rich: frozenset[int], crossed: frozenset[int]
) -> Iterator[str]:
    if not entry.part:
        yield f"「{entry.title}」はグラフだけのシートです。{ONLY_IN_EXCEL}"
        return
    xml = read_sheet(package.files[entry.part])
    counted = _hanging(package, entry.part) + _in_sheet(xml, rich, crossed)
    for thing, count in counted.items():
        number = f"{count}つ" if count > 1 else ""
        yield f"シート「{entry.title}」：{thing}が{number}あります。{ONLY_IN_EXCEL}"
    areas = [one for one in package.names if one.scope == place and one.name == "_xlnm.Print_Area"]
    if any("," in one.refers_to for one in areas):
        yield (
            f"シート「{entry.title}」：印刷範囲が2つ以上あります。"
            "PDFには、それらを囲む1つの範囲が描かれます。"
        )


def _hanging(package: Package, part: str) -> Counter[str]:
    """What lies over the cells: drawings and controls."""
    counted: Counter[str] = Counter()
    for one in package.relations_of(part).values():
        if one.is_external or one.target not in package.files:
            continue
        if one.kind == "drawing":
            counted += _drawn(package.files[one.target])
        elif one.kind == "ctrlProp":
            counted[_control(package.files[one.target])] += 1
        elif one.kind == "image":
            counted["背景の画像"] += 1
    return counted


def _drawn(content: bytes) -> Counter[str]:
    counted: Counter[str] = Counter()

    def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
        tag = element.tag.rpartition(" ")[2]
        # What stands here for programs that know no controls is a control, and counted as one.
        if any(one.endswith(" AlternateContent") for one in path):
            return
        if tag in ("sp", "cxnSp"):
            counted["テキストボックス・図形"] += 1
        elif tag == "pic":
            counted["画像"] += 1
        elif tag == "graphicData":
            counted["グラフ" if element.about.get("uri", "").endswith(_CHART) else "図（SmartArtなど）"] += 1

    Walker(content, closed=closed).walk()
    return counted


def _control(content: bytes) -> str:
    kind = ""

    def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
        nonlocal kind
        if not path:
            kind = element.about.get("objectType", "")

    Walker(content, closed=closed).walk()
    return CONTROLS.get(kind.lower(), "フォームの部品")


def _in_sheet(xml: SheetXml, rich: frozenset[int], crossed: frozenset[int]) -> Counter[str]:
    """What the sheet's own XML has besides cells that look alike all over."""
    counted: Counter[str] = Counter()
    inside: set[int] = set()

    def closed(element: Element, text: str, path: tuple[str, ...]) -> None:
        tag = element.tag.rpartition(" ")[2]
        if tag == "sparkline":
            counted["スパークライン"] += 1
        elif tag == "legacyDrawingHF":
            counted["ヘッダー・フッターの画像"] += 1
        elif tag == "rPr" and path[-1].endswith(" r"):
            inside.add(element.start)
        elif tag in MARKS and text:
            counted["ヘッダー・フッターの文字"] = 1
        elif tag in ("conditionalFormatting", "tablePart"):
            counted["条件付き書式" if tag == "conditionalFormatting" else "テーブルのスタイル"] = 1

    Walker(xml.content, closed=closed).walk()
    texts = (xml.content[slice(*cell.value)] for cell in xml.cells() if cell.kind == "s" and cell.value)
    mixed = sum(int(_NUMBER.sub(b"", text)) in rich for text in texts) if rich else 0
    mixed += (
        sum(any(cell.start < place < cell.end for place in inside) for cell in xml.cells()) if inside else 0
    )
    if mixed:
        counted["文字の一部だけ書式を変えたセル"] = mixed
    if count := sum(int(cell.style or "0") in crossed for cell in xml.cells()):
        counted["斜めの罫線のあるセル"] = count
    return counted


def _crossed_styles(package: Package) -> frozenset[int]:
    """Cell styles with a line from corner to corner."""
    part = package.part_of_kind("styles")
    has_line = False
    borders: list[bool] = []
    found: set[int] = set()
    count = 0

    def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
        nonlocal has_line, count
        tag, parent = element.tag.rpartition(" ")[2], path[-1].rpartition(" ")[2] if path else ""
        if tag == "diagonal" and parent == "border":
            has_line = element.about.get("style", "none") != "none"
        elif tag == "border" and parent == "borders":
            ways = (element.about.get(way) for way in ("diagonalUp", "diagonalDown"))
            borders.append(has_line and any(is_true(way) for way in ways))
            has_line = False
        elif tag == "xf" and parent == "cellXfs":
            number = int(element.about.get("borderId", "0"))
            if number < len(borders) and borders[number]:
                found.add(count)
            count += 1

    if part:
        Walker(package.files[part], closed=closed).walk()
    return frozenset(found)


def _rich_texts(package: Package) -> frozenset[int]:
    """Shared texts of which some letters look different from the others."""
    part = package.part_of_kind("sharedStrings")
    found: set[int] = set()
    count = 0

    def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
        nonlocal count
        space, _, tag = element.tag.rpartition(" ")
        if space not in MAIN:
            return
        if tag == "rPr":
            found.add(count)
        elif tag == "si":
            count += 1

    if part:
        Walker(package.files[part], closed=closed).walk()
    return frozenset(found)
