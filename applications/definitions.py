"""
What an application item is (申請項目): its fields, months, papers and reviewers, as plain values read from a pack.

Pure: no Django, no database. A pack (申請様式) is data of one fiscal year and family; a new year's item needs no code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


class Family(StrEnum):
    """Whose additions a pack is about (R4)."""

    TREATMENT = "treatment"
    PRICE = "price"
    PREFECTURE = "prefecture"
    CITY = "city"


FAMILY_LABELS: Mapping[Family, str] = {
    Family.TREATMENT: "処遇改善等加算",
    Family.PRICE: "公定価格の加算・調整",
    Family.PREFECTURE: "県の加算",
    Family.CITY: "市の加算",
}


class Stage(StrEnum):
    """What an item is for: to apply (a change during the year is its next version), or to report afterwards."""

    APPLICATION = "application"
    REPORT = "report"


STAGE_LABELS: Mapping[Stage, str] = {Stage.APPLICATION: "申請", Stage.REPORT: "実績報告"}


class Months(StrEnum):
    """Which months an item holds for: from one of the year to its end, the whole year, or March alone (3月加算)."""

    FROM = "from"
    YEAR = "year"
    MARCH = "march"


class Kind(StrEnum):
    """What a field holds. Numbers are whole, except ``TENTHS`` (tenths of its unit) and ``YEN``, which is whole yen."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    WHOLE = "whole"
    DECIMAL = "decimal"
    YEN = "yen"
    DATE = "date"
    MONTH = "month"
    TEXT = "text"
    LONG_TEXT = "long_text"
    MONTHLY = "monthly"
    PERSON = "person"
    ROWS = "rows"
    PEOPLE = "people"
    CLASSES = "classes"


NUMBERS = frozenset({Kind.WHOLE, Kind.DECIMAL, Kind.YEN})
TABLES = frozenset({Kind.ROWS, Kind.PEOPLE, Kind.CLASSES})


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of an item (項目の欄).

    ``known_from`` names sources in the order in which they are asked (``sources``); what one knows is not asked.
    ``fact`` is a fact of ``pricing.conditions``: the answer goes to the conditions and is asked once a year, by
    whichever item asks first. ``otherwise``: the field is never typed; the sentence says what to do while no source
    knows it. ``formula`` makes the value (``formulas``). ``option`` is the pricing option an
    approval sets. ``shown_if`` is a formula over the other fields; while it does not hold the field is neither asked
    nor sent. ``may_differ``: a known value may be typed over, with a reason; what was said last year always, and
    without one. ``columns`` are those of a table.
    """

    key: str
    label: str
    kind: Kind
    help: str = ""
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    least: int | None = None
    most: int | None = None
    longest: int = 0
    known_from: tuple[str, ...] = ()
    fact: str = ""
    formula: str = ""
    option: str = ""
    shown_if: str = ""
    may_differ: bool = False
    otherwise: str = ""
    columns: tuple["Field", ...] = ()

    @property
    def is_computed(self) -> bool:
        """Made by its formula; never typed."""
        return bool(self.formula)

    @property
    def is_typed(self) -> bool:
        """Somebody may type it, where no source knows it."""
        return not self.formula and not self.otherwise

    @property
    def is_table(self) -> bool:
        """Holds rows of columns."""
        return self.kind in TABLES


@dataclass(frozen=True, slots=True)
class Check:
    """What must hold between fields, and the sentence when it does not, at the field ``at``. A remark stops nobody."""

    formula: str
    sentence: str
    at: str = ""
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """
    A sheet that comes on paper (R11): stamped, or with children's names, which never enter.

    ``business_days`` after the round's last day it is due; ``needed_if`` is a formula over the fields.
    """

    key: str
    title: str
    why: str
    business_days: int = 0
    needed_if: str = ""
    has_children: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What an approval sets (適用中の加算): a code of ``pricing``, its variant by a field, its certification."""

    code: str
    certification: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """Who pays how much of it: fractions of one as whole parts of ``of`` (2/4 nation, 1/4 prefecture, 1/4 city)."""

    nation: int
    prefecture: int
    city: int

    @property
    def of(self) -> int:
        """The whole."""
        return self.nation + self.prefecture + self.city

    def split(self, yen: int) -> tuple[int, int, int]:
        """
        What nation, prefecture and city bear of an amount in yen: the first two are rounded down to whole yen
        (円未満切捨て), the city bears what is left. Of less than nothing the same, with the sign.
        """
        size = abs(yen)
        nation, prefecture = size * self.nation // self.of, size * self.prefecture // self.of
        sign = -1 if yen < 0 else 1
        return sign * nation, sign * prefecture, sign * (size - nation - prefecture)


@dataclass(frozen=True, slots=True)
class Words:
    """How an item asks whether it is applied for, and what yes and no are called (聞き方)."""

    question: str
    yes: str
    no: str

    def answer(self, is_wanted: bool | None) -> str:
        """The answer in words; empty where nobody has given one."""
        return "" if is_wanted is None else self.yes if is_wanted else self.no


APPLYING = Words("この項目を申請しますか", "申請する", "申請しない")
REPORTING = Words("実績を報告しますか", "報告する", "報告することがない")
DEDUCTED = Words("この減算に該当しますか", "該当する", "該当しない")
CHANGING = Words("変更の内容", "内容を変更して続ける", "やめる")
REPORTING_AGAIN = Words("変更の内容", "報告を直す", "報告を取り消す")
DEDUCTED_AGAIN = Words("変更の内容", "内容を変更して続ける", "該当しなくなった")


@dataclass(frozen=True, slots=True)
class Item:
    """
    One application item (申請項目) of a pack.

    ``is_for_all``: everybody sends it, so that nobody is asked whether (必ず提出). ``is_deduction``: what it grants is
    a 減算. ``own_words`` are the pack's instead of the usual ones.
    """

    key: str
    label: str
    family: Family
    stage: Stage
    months: Months
    rounds: tuple[int, ...]
    types: tuple[str, ...]
    fields: tuple[Field, ...]
    help: str = ""
    source: str = ""
    grants: Grant | None = None
    certifies_rates: bool = False
    reports_on: str = ""
    amount: str = ""
    share: Share | None = None
    checks: tuple[Check, ...] = ()
    papers: tuple[Paper, ...] = ()
    tables: Mapping[str, tuple[Mapping[str, int], ...]] = field(default_factory=dict)
    public_too: bool = False
    is_for_all: bool = False
    is_deduction: bool = False
    own_words: Words | None = None

    @property
    def words(self) -> Words:
        """How it is asked, and what the answers are called."""
        usual = DEDUCTED if self.is_deduction else REPORTING if self.stage is Stage.REPORT else APPLYING
        return self.own_words or usual

    @property
    def change_words(self) -> Words:
        """The same of a change of what was approved."""
        if self.is_deduction:
            return DEDUCTED_AGAIN
        return REPORTING_AGAIN if self.stage is Stage.REPORT else CHANGING

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from every other item of its year: a key is its family's."""
        return self.family.value, self.key

    def field_named(self, key: str) -> Field:
        """:raises KeyError: no such field."""
        for own in self.fields:
            if own.key == key:
                return own
        raise KeyError(key)

    def all_fields(self) -> Iterator[Field]:
        """Fields and the columns of tables."""
        for own in self.fields:
            yield own
            yield from own.columns

    def asks(self, facility_type: str) -> bool:
        """Whether the type may apply."""
        return facility_type in self.types


@dataclass(frozen=True)
class Pack:
    """The items of one family and fiscal year (申請様式), in the order in which they are shown."""

    id: str
    fiscal_year: int
    family: Family
    title: str
    source: str
    items: tuple[Item, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """The items by their keys."""
        return {item.key: item for item in self.items}

    @property
    def full_title(self) -> str:
        """Family and title."""
        return f"{FAMILY_LABELS[self.family]}　{self.title}"


Values = Mapping[str, Any]
