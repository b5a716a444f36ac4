"""
The columns of a file of user charges and what they mean (contracts: «User charges»), and whose fee an amount reveals.

A row is a facility, a month and the municipality where the children live. Nothing here touches the database.
"""

from dataclasses import astuple, dataclass
from typing import Any

from claims.imports import (
    MONTH,
    MOST_PROBLEMS,
    NAME,
    NUMBER,
    PAYER,
    KnownFacility,
    LineReader,
    by_name,
    require_headings,
    said_once,
    several_months,
)
from claims.models import MOST_CHARGE_YEN
from documents.personal_data import suspicions
from documents.reading import FileRefused, Problem, Row, Table

CHARGE, NATIONAL = "利用者負担額合計", "国基準利用者負担額合計"
EXEMPT_2, EXEMPT_1 = "副食費免除人数2号", "副食費免除人数1号"
REQUIRED = (MONTH, NUMBER, PAYER, CHARGE, NATIONAL, EXEMPT_2, EXEMPT_1)
# Some exports carry it. It is compared and not kept.
OPTIONAL = (NAME,)
EXAMPLE = ",".join(REQUIRED)
# Fewer children than this, and an amount tells what one family pays.
FEWEST_CHILDREN = 3
ABOVE_CEILING = "国基準の額を超えています。金額を確認してください。"


@dataclass(frozen=True, slots=True)
class Amounts:
    """The figures of a row: two sums in yen, and children without a side-dish fee in 2号 and 1号."""

    charge_yen: int = 0
    national_charge_yen: int = 0
    exempt_2: int = 0
    exempt_1: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Children:
    """
    The children an amount is about, as the current counts have them.

    ``charged``: those whose families can have a fee at all, 3号 and the 2号 children who turned three this year. All
    others have paid nothing since October 2019 (無償化), so that an amount tells about the charged ones alone.
    """

    total: int = 0
    first: int = 0
    second: int = 0
    charged: int = 0

    def __add__(self, other: "Children") -> "Children":
        return Children(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def reveals_a_family(amounts: Amounts, children: Children) -> bool:
    """Whether these figures could tell somebody what a single family pays, or that it is exempt."""
    if children.total < FEWEST_CHILDREN:
        return True
    if not children.charged and (amounts.charge_yen or amounts.national_charge_yen):
        return True  # somebody is charged, and the counts do not know how many
    groups = (children.charged, children.first, children.second)
    return any(0 < group < FEWEST_CHILDREN for group in groups)


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One line of the file: whose, when, and its figures."""

    line: int
    month: str
    number: str
    payer_code: str
    amounts: Amounts

    @property
    def key(self) -> tuple[str, str, str]:
        """Month, facility and municipality: once in a file."""
        return self.month, self.number, self.payer_code

    def as_json(self) -> list[Any]:
        """For the sealed preview."""
        return [self.line, *self.key, *astuple(self.amounts)]

    @classmethod
    def from_json(cls, values: list[Any]) -> "ChargeRow":
        """What ``as_json`` gave."""
        line, month, number, payer_code, *amounts = values
        return cls(line, month, number, payer_code, Amounts(*amounts))


@dataclass(frozen=True)
class ChargeMeaning:
    """What a file says: its rows, its months (2026-06), and remarks that refuse nothing."""

    rows: list[ChargeRow]
    months: list[str]
    remarks: list[Problem]


def understand(table: Table, facilities: dict[str, KnownFacility]) -> ChargeMeaning:
    """
    The user charges of a table, all problems at once.

    ``facilities``: those of the city by number. Another city's facility is as unknown as one that does not exist.

    :raises HeadingsUnknown: the headings are others than ours.
    :raises FileRefused: anything that would not be stored exactly as meant, or looks like children's personal data.
    """
    expected = frozenset({*REQUIRED, *OPTIONAL})
    if personal := suspicions(table, expected, by_name(facilities)):
        raise FileRefused(personal, len(table.rows))
    require_headings(table, REQUIRED, expected, EXAMPLE)
    reader = _ChargeReader(facilities, table)
    rows: list[ChargeRow] = []
    for row in table.rows:
        rows += reader.charges(row)
        if len(reader.problems) > MOST_PROBLEMS:
            break
    if problems := reader.problems + _doubled(rows):
        raise FileRefused(sorted(problems, key=lambda problem: problem.line), len(table.rows))
    months = sorted({row.month for row in rows})
    return ChargeMeaning(
        rows, months, [*several_months(months), *said_once(reader.remarks), *_above_ceiling(rows)]
    )


class _ChargeReader(LineReader):
    """Gives lines of charges their meaning."""

    # A problem may be kept or sent on; of a row of one child the amount is a family's fee.
    quotes_numbers = False

    def charges(self, row: Row) -> list[ChargeRow]:
        """The line's row, or none when something is wrong with it."""
        if row.line in self.ragged:
            return []
        before = len(self.noted)
        place = self.place(row)
        charge = self.number(row, CHARGE, most=MOST_CHARGE_YEN)
        national = self.number(row, NATIONAL, most=MOST_CHARGE_YEN)
        exempt_2, exempt_1 = self.number(row, EXEMPT_2), self.number(row, EXEMPT_1)
        if place is None or charge is None or national is None or exempt_2 is None or exempt_1 is None:
            return []
        if len(self.noted) > before:
            return []
        return [ChargeRow(row.line, *place, Amounts(charge, national, exempt_2, exempt_1))]


def _doubled(rows: list[ChargeRow]) -> list[Problem]:
    first: dict[tuple[str, str, str], int] = {}
    problems = []
    for row in rows:
        earlier = first.setdefault(row.key, row.line)
        if earlier != row.line:
            words = f"{earlier}行目と同じ施設・市区町村です。1行にまとめてください。"
            problems.append(Problem(words, row.line))
    return problems


def _above_ceiling(rows: list[ChargeRow]) -> list[Problem]:
    """The national amount is the most a city may charge (支援法); a slip is likelier than a breach of the law."""
    return [
        Problem(ABOVE_CEILING, row.line, CHARGE)
        for row in rows
        if row.amounts.charge_yen > row.amounts.national_charge_yen
    ]
