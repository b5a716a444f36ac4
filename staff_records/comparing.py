"""
What differs between two rosters: who joined, who left, and what changed of whom, in plain values.

A roster is a list of ``Standing``: an accepted snapshot, another one, or the roster as of any day. What was computed
(experience) is not compared: it moves with every month.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from staff_records.columns import MEMBERS, Table
from staff_records.standing import BESIDE, Standing, Values, as_compared, words_of

# What a reader whose task does not need it sees only as «changed».
ADDRESS = frozenset({"postal_code", "address"})
HIDDEN = "（変更あり）"
NOTHING = "なし"


@dataclass(frozen=True)
class FieldChange:
    """One value of a person before and after, in words; ``heading`` says which."""

    code: str
    heading: str
    before: str
    after: str


@dataclass(frozen=True)
class PersonChange:
    """What changed of one person who is on both rosters; ``standing`` is the later."""

    standing: Standing
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Comparison:
    """
    Two rosters side by side, in the order of 職員番号. ``unchanged`` persons are only counted, and so are the
    ``unreadable`` ones of the earlier roster, who were erased since.
    """

    joined: list[Standing] = field(default_factory=list)
    left: list[Standing] = field(default_factory=list)
    changed: list[PersonChange] = field(default_factory=list)
    unchanged: int = 0
    unreadable: int = 0

    @property
    def differs(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.joined or self.left or self.changed)

    @property
    def people(self) -> set[UUID]:
        """Whose values are in it."""
        standings = [*self.joined, *self.left, *(one.standing for one in self.changed)]
        return {one.member_id for one in standings}

    @property
    def counts(self) -> dict[str, int]:
        """How many of each: what may be kept in the open."""
        return {
            "joined": len(self.joined),
            "left": len(self.left),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
        }


def compare(
    before: Iterable[Standing],
    after: Iterable[Standing],
    *,
    unreadable: int = 0,
    hidden: frozenset[str] = frozenset(),
) -> Comparison:
    """Two rosters; ``hidden`` are codes whose values are not said, only that they changed."""
    earlier, later = _by_member(before), _by_member(after)
    changed, unchanged = [], 0
    for member_id, standing in later.items():
        if member_id not in earlier:
            continue
        if fields := changes_of(earlier[member_id], standing, hidden=hidden):
            changed.append(PersonChange(standing, fields))
        else:
            unchanged += 1
    return Comparison(
        joined=[one for member_id, one in later.items() if member_id not in earlier],
        left=[one for member_id, one in earlier.items() if member_id not in later],
        changed=changed,
        unchanged=unchanged,
        unreadable=unreadable,
    )


def changes_of(
    before: Standing, after: Standing, *, hidden: frozenset[str] = frozenset()
) -> tuple[FieldChange, ...]:
    """What changed of one person, in the order of the columns; the other tables row by row."""
    found = []
    for column in MEMBERS.columns:
        old, new = before.values.get(column.code, ""), after.values.get(column.code, "")
        if old == new:
            continue
        words = (HIDDEN, HIDDEN) if column.code in hidden else (words_of(column, old), words_of(column, new))
        found.append(FieldChange(column.code, column.heading, *words))
    for table in BESIDE.values():
        found += _rows_changed(table, before.beside.get(table.code, ()), after.beside.get(table.code, ()))
    return tuple(found)


def row_words(table: Table, row: Values) -> str:
    """One row of another table in words: 看護師　第123号　R2.4.1."""
    words = (words_of(column, row[column.code]) for column in table.columns if column.code in row)
    return "　".join(filter(None, words))


def _rows_changed(table: Table, before: Sequence[Values], after: Sequence[Values]) -> list[FieldChange]:
    known, wanted = [as_compared(row) for row in before], [as_compared(row) for row in after]
    gone = [row for row in before if as_compared(row) not in wanted]
    new = [row for row in after if as_compared(row) not in known]
    return [
        *(FieldChange(table.code, table.title, row_words(table, row), NOTHING) for row in gone),
        *(FieldChange(table.code, table.title, NOTHING, row_words(table, row)) for row in new),
    ]


def _by_member(standings: Iterable[Standing]) -> Mapping[UUID, Standing]:
    return {one.member_id: one for one in sorted(standings, key=lambda one: one.number)}
