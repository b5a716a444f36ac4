"""
The roster's workbook: a sheet for each table, a guide, and a hidden sheet of choices. No macros, no formulas.

Days stand as texts (R7.4.1) in cells of text: Excel and LibreOffice show the same, turn nothing into a number, and give
back what was written. Figures (hours, days, yen, 職員番号) are numbers.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Final
from unicodedata import east_asian_width

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pages.wareki import day_words
from staff_records.columns import TABLES, Column, Kind, Table
from staff_records.workbook.ours import (
    CHOICES,
    DAY_LABEL,
    EXPORTED_FORMAT,
    EXPORTED_LABEL,
    GUIDE,
    NUMBER_LABEL,
)

FONT: Final = "游ゴシック"
NUMBERS: Final = frozenset({Kind.NUMBER, Kind.HOURS_A_DAY, Kind.DAYS_A_MONTH, Kind.HOURS, Kind.YEN})
TEXT_FORMAT, YEN_FORMAT, NUMBER_FORMAT = "@", "#,##0", "General"
# Rows to type into below what stands, and how far choices are offered.
EMPTY_ROWS, OFFERED_ROWS = 20, 1000
LINE_HEIGHT = 15
# In characters: what an A4 sheet on its side holds at about four fifths of the size.
WIDEST_ON_A4 = 170
LINE = Side(style="thin", color="FF949494")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEAD, NEEDED = PatternFill("solid", fgColor="FFE8F1FE"), PatternFill("solid", fgColor="FFFFF0C2")
GREY = "FF595959"
HOW: Final[Mapping[Kind, str]] = {
    Kind.NUMBER: "数字。新しい職員は空欄にします（取り込むときに番号が付きます）",
    Kind.NAME: "姓と名の間に空白を入れます",
    Kind.KANA: "ひらがな・カタカナのどちらでも書けます",
    Kind.BIRTH: "和暦（H2.4.1、平成2年4月1日）でも西暦（1990/4/1）でも書けます",
    Kind.DAY: "和暦（R7.4.1、令和7年4月1日）でも西暦（2025/4/1）でも書けます",
    Kind.MONTH: "R7.4、令和7年4月、2025/4 のように書きます",
    Kind.CHOICE: "一覧から選びます",
    Kind.POSTAL: "123-4567",
    Kind.ADDRESS: "都道府県から書きます",
    Kind.TEXT: "文字",
    Kind.REGISTRATION: "登録証・免許状のとおりに書きます。はじめの0も残ります",
    Kind.HOURS_A_DAY: "7.75 または 7:45",
    Kind.DAYS_A_MONTH: "20 または 20.5",
    Kind.HOURS: "160 または 160:30",
    Kind.YEN: "円。数字だけ",
}


@dataclass(frozen=True)
class Head:
    """Whose roster it is, of which day, and when it was written; None: a form with nobody in it."""

    number: str
    name: str
    day: date
    exported_at: datetime | None = None


def roster_workbook(head: Head, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """An .xlsx with a sheet for each table of ``rows`` (table → texts of its rows), in their order."""
    workbook = Workbook()
    guide = workbook.worksheets[0]
    guide.title = GUIDE
    sheets = [
        (TABLES[code], workbook.create_sheet(TABLES[code].title), texts) for code, texts in rows.items()
    ]
    choices = workbook.create_sheet(CHOICES)
    choices.sheet_state = "hidden"
    ranges = _write_choices(choices, [table for table, _, _ in sheets])
    _write_guide(guide, head, [table for table, _, _ in sheets])
    for table, sheet, texts in sheets:
        _write_table(sheet, table, texts, ranges)
        _set_page(sheet, head, table.title, _paper(table))
    workbook.active = 1
    workbook.properties.creator = "はぐくみ請求"
    workbook.properties.title = "職員名簿"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _write_table(
    sheet: Worksheet, table: Table, rows: Sequence[Mapping[str, str]], ranges: Mapping[str, str]
) -> None:
    for place, column in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        whole = sheet.column_dimensions[letter]
        whole.width = _width(column)
        # Of the column, so that what is typed below is text, too.
        whole.number_format = _format(column)
        whole.font = Font(name=FONT, size=10)
        head = sheet.cell(1, place)
        _put_text(head, column.heading)
        head.font = Font(name=FONT, size=10, bold=True)
        head.fill = NEEDED if column.required else HEAD
        head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        head.border = BOX
        if column.choices:
            _offer(sheet, letter, ranges[_key(table, column)])
    sheet.row_dimensions[1].height = 42
    for line in range(2, len(rows) + EMPTY_ROWS + 2):
        texts = rows[line - 2] if line - 2 < len(rows) else {}
        for place, column in enumerate(table.columns, start=1):
            cell = sheet.cell(line, place)
            _put(cell, column, texts.get(column.code, ""))
            cell.font, cell.border = Font(name=FONT, size=10), BOX
            wraps = column.kind not in NUMBERS
            cell.alignment = Alignment(
                horizontal="right" if column.kind in NUMBERS else "left", vertical="center", wrap_text=wraps
            )
        sheet.row_dimensions[line].height = LINE_HEIGHT * _lines(table, texts)
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    sheet.print_title_cols = "A:B"


def _lines(table: Table, texts: Mapping[str, str]) -> int:
    """Into how many lines the longest text of a row breaks: not every program makes rows high enough by itself."""
    return max(
        ceil(
            sum(1 + (east_asian_width(each) in "WFA") for each in texts.get(column.code, "")) / _width(column)
        )
        if texts.get(column.code)
        else 1
        for column in table.columns
    )


def _put(cell: Cell | MergedCell, column: Column, text: str) -> None:
    cell.number_format = _format(column)
    if not text:
        return
    if column.kind in NUMBERS:
        number = Decimal(text.replace(",", ""))
        cell.value = int(number) if number == number.to_integral_value() else number
    else:
        _put_text(cell, text)


def _put_text(cell: Cell | MergedCell, text: str) -> None:
    cell.value = text
    # Whatever it begins with: a text is never a formula.
    cell.data_type = "s"


def _format(column: Column) -> str:
    if column.kind is Kind.YEN:
        return YEN_FORMAT
    return NUMBER_FORMAT if column.kind in NUMBERS else TEXT_FORMAT


def _width(column: Column) -> float:
    """In characters: headings stand in two lines, long texts in several, so that all columns fit a sheet of paper."""
    if column.kind is Kind.REGISTRATION:
        return column.width
    if column.kind in {Kind.ADDRESS, Kind.TEXT, Kind.CHOICE}:
        return max(column.width * 0.75, 6.5)
    return max(column.width * 0.85, len(column.heading) * 1.1, 6.5)


def _offer(sheet: Worksheet, letter: str, source: str) -> None:
    offer = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    # Other words for a choice are read, too: Excel asks, and does not forbid.
    offer.errorStyle = "warning"
    offer.errorTitle = "一覧にない言葉です"
    offer.error = "一覧から選んでください。このまま入力すると、取り込むときに確認することがあります。"
    offer.add(f"{letter}2:{letter}{OFFERED_ROWS}")
    sheet.add_data_validation(offer)


def _key(table: Table, column: Column) -> str:
    return f"{table.code}.{column.code}"


def _write_choices(sheet: Worksheet, tables: Sequence[Table]) -> dict[str, str]:
    """A column for each list of choices; (table, column) → where its words stand."""
    ranges = {}
    place = 0
    for table in tables:
        for column in [one for one in table.columns if one.choices]:
            place += 1
            letter = get_column_letter(place)
            _put_text(sheet.cell(1, place), column.heading)
            for line, label in enumerate(column.choices.values(), start=2):
                _put_text(sheet.cell(line, place), label)
            ranges[_key(table, column)] = f"'{CHOICES}'!${letter}$2:${letter}${len(column.choices) + 1}"
    return ranges


def _write_guide(sheet: Worksheet, head: Head, tables: Sequence[Table]) -> None:
    bold, plain, grey = (
        Font(name=FONT, size=10, bold=True),
        Font(name=FONT, size=10),
        Font(name=FONT, size=10, color=GREY),
    )
    lines: list[tuple[Sequence[str], Font]] = [
        (("職員名簿の様式",), Font(name=FONT, size=14, bold=True)),
        ((NUMBER_LABEL, head.number), plain),
        (("施設名", head.name), plain),
        ((DAY_LABEL, day_words(head.day)), plain),
        *(
            [((EXPORTED_LABEL, f"{timezone.localtime(head.exported_at):{EXPORTED_FORMAT}}"), plain)]
            if head.exported_at is not None
            else []
        ),
        ((), plain),
        (("使い方",), bold),
        *(
            ((f"{step}", words), plain)
            for step, words in enumerate(
                (
                    "表ごとにシートが分かれています。1行に1人（1件）ずつ入力します。",
                    "黄色の見出しは必ず入力します。見出しは変えないでください。列の順番は変えてもかまいません。",
                    "「職員名簿」以外の表は、職員番号でだれの行かを示します。新しい職員は氏名で示します。",
                    "職員を辞めた人は、行を消さずに退職日を入力します。行を消しても、名簿からは消えません。",
                    "空欄にした項目は、名簿でも空欄になります。",
                    "入力したら、ポータルの「名簿の取込」でこのファイルを選びます。確認してから名簿に反映します。",
                    "個人情報のファイルです。用が済んだら削除してください。",
                ),
                start=1,
            )
        ),
        ((), plain),
        (("表", "項目", "必須", "書き方", "例"), bold),
    ]
    lines += [
        (
            (
                table.title,
                column.heading,
                "必須" if column.required else "",
                HOW[column.kind],
                column.example,
            ),
            plain if column.required else grey,
        )
        for table in tables
        for column in table.columns
    ]
    for line, (texts, font) in enumerate(lines, start=1):
        for place, text in enumerate(texts, start=1):
            cell = sheet.cell(line, place)
            cell.number_format = TEXT_FORMAT
            _put_text(cell, text)
            cell.font = font
            cell.alignment = Alignment(vertical="top", wrap_text=place == 4)
    sheet.row_dimensions[1].height = 24
    for letter, width in zip("ABCDE", (14, 28, 6, 60, 18), strict=True):
        sheet.column_dimensions[letter].width = width
    _set_page(sheet, head, "使い方")


def _paper(table: Table) -> str:
    """As small as it can be read on: all columns stand beside each other on one sheet, so a wide table needs A3."""
    is_wide = sum(map(_width, table.columns)) > WIDEST_ON_A4
    return Worksheet.PAPERSIZE_A3 if is_wide else Worksheet.PAPERSIZE_A4


def _set_page(sheet: Worksheet, head: Head, title: str, paper: str = Worksheet.PAPERSIZE_A4) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = paper
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_margins.top, sheet.page_margins.bottom = 0.7, 0.5
    # An ampersand begins a code in headers.
    whose = f"{head.number}　{head.name}".replace("&", "&&")
    sheet.HeaderFooter.oddHeader = HeaderFooterItem(
        left=_HeaderFooterPart(whose),
        center=_HeaderFooterPart(title),
        right=_HeaderFooterPart(f"{day_words(head.day)}現在"),
    )
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(right=_HeaderFooterPart("&P / &N ページ"))
