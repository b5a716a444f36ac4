"""
The data dictionary (データ項目): every value a form may show, under one stable name, with kind, unit and meaning.

Rooms above register what they can tell as a ``Subject`` (a claim, an application, a roster) in their
``AppConfig.ready``; documents import none of them. ``facility``, ``corporation``, ``city``, ``contact`` and ``form``
are told by documents themselves, for every subject. Packs touch nothing else.

A name is a group's member (``claim.total_yen``) or a table (``claim_lines``) with columns (``amount_yen``). Values are
plain: ``str``, ``int``, ``Fraction``, ``bool``, ``date`` or None where it is not known; a month is its first day.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from facilities.actors import Actor
from facilities.periods import ServiceMonth
from formulas import Value

Row = Mapping[str, Value]
Values = Mapping[str, "Row | Sequence[Row]"]


class NoSuchSubject(Exception):
    """Nobody registered this kind of subject."""


class Kind(StrEnum):
    """What a value is. ``NUMBER`` may have a fraction; ``YEN`` is whole yen; ``MONTH`` is a first day."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    YEN = "yen"
    DATE = "date"
    MONTH = "month"
    YES_NO = "yes_no"


KIND_LABELS: Mapping[Kind, str] = {
    Kind.TEXT: "文字",
    Kind.WHOLE: "整数",
    Kind.NUMBER: "数（小数あり）",
    Kind.YEN: "金額",
    Kind.DATE: "日付",
    Kind.MONTH: "年月",
    Kind.YES_NO: "はい・いいえ",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One value: ``name`` within its group or table, ``meaning`` what it is and where it comes from, in a sentence.

    ``is_personal``: names a person or tells something of one.
    """

    name: str
    label: str
    kind: Kind
    meaning: str = ""
    unit: str = ""
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Values that belong together; asked for as ``name.member``."""

    name: str
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of the same columns: lines of a claim, people of a roster."""

    name: str
    label: str
    columns: tuple[Entry, ...]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that forms of one subject may show. :raises ValueError: two things of one name."""

    groups: tuple[Group, ...] = ()
    tables: tuple[Table, ...] = ()

    def __post_init__(self) -> None:
        owners = [group.name for group in self.groups] + [table.name for table in self.tables]
        members = [name for name, _ in self.full_names()]
        if len(set(owners)) != len(owners) or len(set(members)) != len(members):
            raise ValueError(f"two of one name among {sorted(owners)}")

    def __add__(self, other: "Vocabulary") -> "Vocabulary":
        return Vocabulary(self.groups + other.groups, self.tables + other.tables)

    def group(self, name: str) -> Group | None:
        """The group of this name."""
        return next((group for group in self.groups if group.name == name), None)

    def table(self, name: str) -> Table | None:
        """The table of this name."""
        return next((table for table in self.tables if table.name == name), None)

    def entry(self, name: str) -> Entry | None:
        """The entry of a full name: ``claim.total_yen``, ``claim_lines.amount_yen``."""
        owner, _, member = name.partition(".")
        group, table = self.group(owner), self.table(owner)
        entries = group.entries if group else table.columns if table else ()
        return next((entry for entry in entries if entry.name == member), None)

    def full_names(self) -> Iterator[tuple[str, Entry]]:
        """Every value with its full name, groups first."""
        for group in self.groups:
            for entry in group.entries:
                yield f"{group.name}.{entry.name}", entry
        for table in self.tables:
            for entry in table.columns:
                yield f"{table.name}.{entry.name}", entry


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What documents must know of one subject before anything of it is printed.

    ``day``: as of which facility, corporation and contact are shown. ``edition``: changes whenever what a form would
    show changes (a version's hash, its state); at most 64 characters. ``is_final``: no 「下書き」 stands on it, and it
    has a ``control_number``. ``price_mark``: 「見本・支払不可」, 「暫定」 or empty. ``suffix`` tells papers of the same
    form, facility and month apart in their file names (``_第2版``). ``of``: which sort of the subject it is (an item's
    key), for packs that are of one sort only. ``made_at``: the moment that stands in the files, so that the same
    content gives the same bytes.
    """

    facility_id: UUID
    day: date
    edition: str
    is_final: bool
    control_number: str
    made_at: datetime
    of: str = ""
    price_mark: str = ""
    period_words: str = ""
    suffix: str = ""

    @property
    def month(self) -> ServiceMonth:
        """The month it is filed under."""
        return ServiceMonth.of(self.day)


@dataclass(frozen=True, slots=True)
class Example:
    """A subject that a preview may show: its id and what it is called."""

    subject_id: UUID
    words: str


def nobody(subject_id: UUID) -> Mapping[str, Iterable[UUID]]:
    """The people of a subject that names none."""
    return {}


class Describing(Protocol):
    """``describe(of, fiscal_year)``: what is told of subjects of this sort and year."""

    def __call__(self, of: str, fiscal_year: int) -> Vocabulary:
        """The vocabulary, without what documents tell themselves."""


class Finding(Protocol):
    """
    ``find(of, facility_ids, first, last)``: the subjects of a sort (empty: of all) filed in these months, of these
    facilities (None: of every facility in scope), in a steady order: those that have something to be printed, drafts
    not among them.
    """

    def __call__(
        self, of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
    ) -> Sequence[tuple[UUID, UUID]]:
        """Pairs of facility and subject."""


@dataclass(frozen=True)
class Subject:
    """
    What forms are about (帳票の対象).

    ``values`` gives the values of one subject, at least of the asked groups and tables; it records what it reads where
    that names people. ``may_order`` locks the subject, so that orders of it queue, and raises ``NotAllowed`` when
    nothing of it may be printed by this person. ``people``: whose personal values stand in its forms, as rows of an
    event; with ``names_people`` its documents are sealed under keys of their own, so that they can be made unreadable
    everywhere when somebody in them is erased. ``examples`` are the newest few for a preview. ``page`` is where a
    person reads it, empty where they may not (``Actor``, subject). ``sorts``: the sorts there are, with their labels.
    """

    code: str
    label: str
    describe: Describing
    facts: Callable[[UUID], Facts]
    values: Callable[[UUID, frozenset[str]], Values]
    may_order: Callable[[Actor, UUID], None]
    find: Finding
    examples: Callable[[str, int], Sequence[Example]]
    page: Callable[[Actor, UUID], str]
    people: Callable[[UUID], Mapping[str, Iterable[UUID]]] = nobody
    names_people: bool = False
    sorts: Callable[[int], Mapping[str, str]] = lambda fiscal_year: {}


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Make a subject known; called by each room when Django is ready."""
    _subjects[subject.code] = subject


def subject_of(code: str) -> Subject:
    """
    The registered subject.

    :raises NoSuchSubject: nobody registered it.
    """
    try:
        return _subjects[code]
    except KeyError:
        raise NoSuchSubject(code) from None


def subjects() -> tuple[Subject, ...]:
    """All of them, in the order of their codes."""
    return tuple(_subjects[code] for code in sorted(_subjects))
