"""
A cell of the count table: one paying municipality, 認定区分, 年齢 and 保育必要量.

The table of a facility shows every cell that its type can have, so that a facility can also say that a child is
missing where the file has none.
"""

from dataclasses import dataclass

from claims.models import Age, Certification, ChildCount, Hours, Movement
from facilities.models import FacilityKind

_KINDERGARTEN = (("1", "3mid"), ("1", "3"), ("1", "4"), ("1", "5"))
_UNDER_3 = (("3", "0"), ("3", "1"), ("3", "2"))
_FROM_3 = (("2", "3"), ("2", "4"), ("2", "5"))

ROWS_OF_KIND: dict[str, tuple[tuple[str, str], ...]] = {
    FacilityKind.KINDERGARTEN: _KINDERGARTEN,
    FacilityKind.NURSERY: _UNDER_3 + _FROM_3,
    FacilityKind.CERTIFIED_KODOMOEN: _KINDERGARTEN + _UNDER_3 + _FROM_3,
}
CERTIFICATION_ORDER = ("1", "3", "2")
AGE_ORDER = tuple(Age.values)
HOURS_OF = {"1": ("education",), "2": ("standard", "short"), "3": ("standard", "short")}


@dataclass(frozen=True)
class Cell:
    """One cell. ``code`` is how forms name it."""

    payer_code: str
    certification: str
    age: str
    hours: str

    @classmethod
    def of(cls, count: ChildCount) -> "Cell":
        """The cell a stored count belongs to."""
        return cls(count.payer_code, count.certification, count.age, count.hours)

    @property
    def code(self) -> str:
        """``129999-3-0-standard``."""
        return f"{self.payer_code}-{self.certification}-{self.age}-{self.hours}"

    @property
    def words(self) -> str:
        """3号 0歳 標準時間."""
        return f"{self.row_words} {Hours(self.hours).label}"

    @property
    def row_words(self) -> str:
        """3号 0歳."""
        return f"{Certification(self.certification).label} {Age(self.age).label}"


@dataclass(frozen=True)
class CountedCell:
    """A cell with the number that came."""

    cell: Cell
    counted: int
    payer_name: str
    outside: bool


@dataclass(frozen=True)
class DisputedCell:
    """A cell as the facility counts it, and why."""

    cell: Cell
    claimed: int
    reason: str


def rows_of_kind(kind: str) -> tuple[tuple[str, str], ...]:
    """The (certification, age) rows a facility of this type can have, in the order of the table."""
    return ROWS_OF_KIND.get(kind, _UNDER_3)


def key_words(key: tuple[str, str, str, str, bool, bool, str, int | None]) -> str:
    """A cell of a file in words: 3号 1歳 標準時間（途中入所 12日）. Without the municipality."""
    _, certification, age, hours, branch, employee, movement, days = key
    words = f"{Certification(certification).label} {Age(age).label} {Hours(hours).label}"
    if branch:
        words += "（分園）"
    if employee:
        words += "（従業員枠）"
    if movement:
        words += f"（{Movement(movement).label} {days}日）"
    return words


def row_order(row: tuple[str, str]) -> tuple[int, int]:
    """1号, then 3号 from the youngest, then 2号."""
    certification, age = row
    youngest_first = AGE_ORDER.index(age)
    return CERTIFICATION_ORDER.index(certification), youngest_first


def is_on_first_day(row: ChildCount) -> bool:
    """
    Whether a cell's children are in N (初日在籍): who left within the month is, who entered is not.

    As in ``composing.children_as_input``, who came or left without a day of care is not there at all.
    """
    return not row.movement or (row.movement == Movement.LEFT and bool(row.days))
