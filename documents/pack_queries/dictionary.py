"""The data dictionary as administrators read it: every name with what it is, where it is used, and an example."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import formulas
from documents.common_values import COMMON, common_values
from documents.contacts import contact_of
from documents.dictionary import (
    KIND_LABELS,
    Entry,
    Group,
    Subject,
    Table,
    Values,
    Vocabulary,
)
from documents.models import FormPack
from documents.pack_content import pack_of
from documents.pack_states import FormPackState
from documents.packs.formatting import NotWritable, written
from documents.packs.labels import plain
from documents.packs.manifest import Manifest
from documents.packs.pack import Pack
from documents.packs.shipped import shipped
from formulas import Value

MOST_PLACES: Final = 12


@dataclass(frozen=True)
class Use:
    """A form that shows a value, and where."""

    title: str
    places: tuple[str, ...]

    @property
    def words(self) -> str:
        """``委託費請求書（請求書!C6）``."""
        shown = "、".join(self.places[:MOST_PLACES])
        more = "ほか" if len(self.places) > MOST_PLACES else ""
        return f"{self.title}（{shown}{more}）" if shown else self.title


@dataclass(frozen=True)
class Line:
    """One value."""

    name: str
    entry: Entry
    uses: tuple[Use, ...] = ()
    example: str = ""

    @property
    def kind_words(self) -> str:
        """What it is."""
        return KIND_LABELS[self.entry.kind]


@dataclass(frozen=True)
class Section:
    """A group or table with its values."""

    name: str
    label: str
    meaning: str
    is_table: bool
    lines: Sequence[Line] = field(default_factory=tuple)


def sections_of(
    subject: Subject | None,
    of: str,
    fiscal_year: int,
    *,
    words: str = "",
    packs: Sequence[Pack] = (),
    example: Values | None = None,
) -> list[Section]:
    """What forms of this subject may show; without a subject what every form may. Pure but for the subject's own."""
    vocabulary = COMMON + (subject.describe(of, fiscal_year) if subject is not None else Vocabulary())
    uses = _uses(packs)
    wanted = [plain(word) for word in words.split()]

    def lines(owner: str, label: str, entries: Sequence[Entry]) -> list[Line]:
        return [
            Line(
                name,
                entry,
                tuple(Use(title, tuple(places)) for title, places in uses.get(name, {}).items()),
                _example(owner, entry, example),
            )
            for entry in entries
            if all(
                word in plain(f"{label}{entry.label}{owner}.{entry.name}{entry.meaning}") for word in wanted
            )
            for name in [f"{owner}.{entry.name}"]
        ]

    found = [
        Section(one.name, one.label, "", False, lines(one.name, one.label, one.entries))
        for one in vocabulary.groups
    ]
    found += [
        Section(one.name, one.label, one.meaning, True, lines(one.name, one.label, one.columns))
        for one in vocabulary.tables
    ]
    return [section for section in found if section.lines]


def packs_of_city(subject: str) -> list[Pack]:
    """The forms that hold or wait, for «where it is used»; shipped ones where the city has none of its own."""
    rows = FormPack.objects.filter(
        state__in=[FormPackState.RELEASED, FormPackState.DRAFT], subject=subject
    ).select_related("workbook")
    own = [pack_of(row) for row in rows]
    codes = {row.manifest.code for row in own}
    return own + [
        pack for pack in shipped() if pack.manifest.subject == subject and pack.manifest.code not in codes
    ]


def example_values(subject: Subject, subject_id: UUID, vocabulary: Vocabulary) -> Values:
    """The values of one subject; personal ones are left out, so that nobody is named."""
    facts = subject.facts(subject_id)
    groups = frozenset(group.name for group in COMMON.groups)
    own = frozenset(
        owner.name
        for owner in _owners(vocabulary)
        if owner.name not in groups and not any(entry.is_personal for entry in _entries(owner))
    )
    common = common_values(facts, title="", wanted=groups, contact=contact_of(facts.facility_id).row)
    return {**common, **(subject.values(subject_id, own) if own else {})}


def _owners(vocabulary: Vocabulary) -> Sequence[Group | Table]:
    return [*vocabulary.groups, *vocabulary.tables]


def _entries(owner: Group | Table) -> Sequence[Entry]:
    return owner.entries if isinstance(owner, Group) else owner.columns


def _uses(packs: Sequence[Pack]) -> Mapping[str, Mapping[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for pack in packs:
        for name, at in _spoken(pack.manifest):
            places = found.setdefault(name, {}).setdefault(pack.manifest.title, [])
            places += [one for one in at if one not in places]
    return found


def _spoken(manifest: Manifest) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name of the dictionary in a pack's formulas, with the cells it is for."""
    for one in manifest.fields:
        for name, member in formulas.read(one.source).columns:
            yield f"{name}.{member}", one.at
    for table in manifest.tables:
        for column in table.columns:
            read = formulas.read(column.source)
            at = (f"{table.at}の{column.at}列",) if table.at and column.at else ()
            for name in read.names - {name for name, _ in read.columns}:
                yield f"{table.each}.{name}", at
            for name, member in read.columns:
                yield f"{name}.{member}", at


def _example(owner: str, entry: Entry, values: Values | None) -> str:
    if values is None or entry.is_personal:
        return ""
    found = values.get(owner)
    if found is None:
        return ""
    value: Value = None
    if isinstance(found, Mapping):
        value = found.get(entry.name)
    elif found:
        value = found[0].get(entry.name)
    try:
        return written(value, "").text
    except NotWritable:
        return ""
