"""
What a form pack says (様式の定義): its fields and tables, what stands in them and where, as plain values.

Pure: no Django, no workbook. ``checking`` looks whether names and cells it speaks of exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Family(StrEnum):
    """The families of forms (R4), and what the city itself gives out."""

    MONTHLY = "monthly"
    TREATMENT = "treatment"
    PRICE = "price"
    PREFECTURE = "prefecture"
    CITY = "city"
    ROSTER = "roster"
    NOTICE = "notice"


FAMILY_LABELS: Mapping[Family, str] = {
    Family.MONTHLY: "毎月の請求",
    Family.TREATMENT: "処遇改善等加算",
    Family.PRICE: "公定価格の加算・調整",
    Family.PREFECTURE: "県の加算",
    Family.CITY: "市の加算",
    Family.ROSTER: "職員名簿・表紙",
    Family.NOTICE: "市からの通知",
}


class Issuer(StrEnum):
    """Who gives the paper out: the facility, or the city (通知)."""

    FACILITY = "facility"
    CITY = "city"


class Overflow(StrEnum):
    """What happens to rows beyond the table's block: they go on on a further sheet, or the form is refused."""

    CONTINUE = "continue"
    REFUSE = "refuse"


class Direction(StrEnum):
    """Whether each row of a table is a row of cells, or a column of them (月ごとの欄)."""

    DOWN = "down"
    ACROSS = "across"


@dataclass(frozen=True, slots=True)
class FormField:
    """
    One field (欄): ``source`` is a formula over the dictionary and other fields' keys, ``format`` how it is written
    (``formatting.FORMATS``; empty for what its kind is usually written like), ``at`` the cells it stands in
    (``請求書!C6``, or a defined name of the workbook); without any it helps others, or stands in the HTML template
    only. ``words`` are the texts for yes and no.
    """

    key: str
    label: str
    source: str
    format: str = ""
    at: tuple[str, ...] = ()
    words: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FormColumn:
    """
    One column of a table: ``source`` over the row's own values, the other columns' keys and the groups.

    ``at`` is the letter of its column (or, across, the number of its row), ``line`` which of the rows of one entry it
    stands in, from 0.
    """

    key: str
    label: str
    source: str
    format: str = ""
    at: str = ""
    line: int = 0
    words: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FormTable:
    """
    Rows (繰り返し): those of the dictionary's table ``each`` for which ``where`` holds, in the block ``at``.

    ``lines`` cells are taken by each row. Fields of its sheet may speak of ``<key>`` (all rows, by column keys) and
    ``<key>_page`` (those of this sheet), of ``page.number`` and ``page.count``.
    """

    key: str
    label: str
    each: str
    columns: tuple[FormColumn, ...]
    at: str = ""
    where: str = ""
    lines: int = 1
    direction: Direction = Direction.DOWN
    overflow: Overflow = Overflow.CONTINUE


@dataclass(frozen=True)
class Manifest:
    """
    A form pack (様式) for facility types and fiscal years: none named means all, ``to_year`` 0 until further notice.

    ``of`` names the sorts of subject it is for: empty for every one, else sorts (``price/rent``) or all of a kind
    (``price/*``), several with ``|`` between. Where a form of the very sort holds, those for all of its kind do not.
    ``when``: a condition over the dictionary; while it does not hold there is no such form. ``official``: the layout
    is the official one; ``source`` says which, or what is imitated. ``embeds_workbook``: the PDF carries the workbook
    inside (PDF/A-3). ``prints_drafts``: may be printed before its content is final, marked 「下書き」.
    """

    code: str
    title: str
    family: Family
    subject: str
    from_year: int
    source: str
    official: bool
    fields: tuple[FormField, ...]
    tables: tuple[FormTable, ...] = ()
    to_year: int = 0
    of: str = ""
    facility_types: tuple[str, ...] = ()
    issuer: Issuer = Issuer.FACILITY
    when: str = ""
    embeds_workbook: bool = False
    prints_drafts: bool = False
    tables_of_numbers: Mapping[str, tuple[Mapping[str, int], ...]] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> Mapping[str, FormField]:
        """Its fields by their keys."""
        return {one.key: one for one in self.fields}

    @property
    def one_sort(self) -> str:
        """The sort it is for where it is one alone, else empty: what its vocabulary is asked with."""
        return "" if set(self.of) & {"*", "|"} else self.of

    def closeness(self, sort: str) -> int | None:
        """How closely it is meant for subjects of this sort: 2 for the very sort, 1 for its kind, 0 for all; or not."""
        if not self.of:
            return 0
        kind = f"{sort.rpartition('/')[0]}/*"
        named = self.of.split("|")
        return 2 if sort in named else 1 if kind in named else None

    def holds_for(self, fiscal_year: int, facility_kind: str) -> bool:
        """Whether it is a form of this year and facility type."""
        in_years = self.from_year <= fiscal_year and (not self.to_year or fiscal_year <= self.to_year)
        return in_years and (not self.facility_types or facility_kind in self.facility_types)

    def sources(self) -> Iterator[tuple[str, str]]:
        """Every formula with the path at which it stands."""
        if self.when:
            yield "when", self.when
        for number, one in enumerate(self.fields):
            yield f"field[{number}].source", one.source
        for number, table in enumerate(self.tables):
            if table.where:
                yield f"table[{number}].where", table.where
            for place, column in enumerate(table.columns):
                yield f"table[{number}].column[{place}].source", column.source
