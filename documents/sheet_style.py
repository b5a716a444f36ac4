"""How the sheets of our forms look: boxes, heads, one page wide, a foot."""

from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Border, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

THIN = Side(style="thin", color="808080")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="F2F2F2")
FONT = "游ゴシック"
FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass
class FilledWorkbook:
    """
    A workbook and what each of its formulas comes to, by (sheet title, cell).

    A viewer that does not compute (Protected View, a phone, a preview in a mail) shows the kept result.
    """

    book: Workbook
    results: dict[tuple[str, str], int] = field(default_factory=dict)


def keep_text(cell: Any) -> None:
    """A name that begins like a formula stays a name."""
    if isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS):
        cell.data_type = "s"


def set_page(sheet: Worksheet, control_number: str) -> None:
    """One page wide, with the control number, the page and our name at its foot."""
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    foot: Any = sheet.HeaderFooter.oddFooter
    foot.left.text = f"管理番号 {control_number}"
    foot.center.text = "&P / &N"
    foot.right.text = "はぐくみ請求"
