"""
A form with its values: what stands in which cell of which sheet, and every field as a text. Plain values.

``filling`` makes it, ``splicing`` writes it as a workbook, ``drawing`` as HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from documents.packs.template import Place

CellContent = str | int | Fraction | bool | date | None


@dataclass(frozen=True, slots=True)
class FilledCell:
    """
    What is put into a cell: ``content`` as the workbook keeps it, ``text`` as paper shows it.

    Where the template has a formula and ``keeps_formula`` is set, it stays and ``content`` is what it comes to.
    ``shrinks``: the type may become smaller so that the text fits (縮小して全体を表示).
    """

    content: CellContent
    text: str
    keeps_formula: bool = False
    shrinks: bool = True


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """
    One sheet of the form: ``template`` is the title of the sheet it is made from. Where the rows of a table do not fit
    onto one, further sheets are made from the same one, titled ``名簿 (2)``. ``cells`` by (row, column).
    """

    template: str
    title: str
    cells: Mapping[tuple[int, int], FilledCell]


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Why a form cannot be made as it is: the cell or field, and a sentence that says what to do."""

    place: Place | None
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}：{self.sentence}" if self.place else self.sentence


@dataclass(frozen=True, slots=True)
class Marks:
    """
    What stands on every page besides the form. ``band`` is 「下書き」 or 「見本・支払不可」, empty on final papers;
    ``control_number`` and ``check_address`` (what the QR code says) are empty on drafts.
    """

    band: str = ""
    control_number: str = ""
    check_address: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """
    A filled form. ``texts`` are its fields by key, ``tables`` the rows of each table as texts by key, for HTML
    templates. ``problems`` make it unfit to be handed out.
    """

    title: str
    sheets: Sequence[FilledSheet]
    texts: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    marks: Marks = Marks()
    problems: Sequence[FormProblem] = ()
