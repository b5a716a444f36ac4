"""
Changes of a manifest, one act each: a cell gets a value, a block gets the rows of a table. Pure; each gives a new one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from documents.dictionary import Vocabulary
from documents.packs.manifest import FormColumn, FormField, FormTable, Manifest, Overflow
from documents.packs.manifest_reading import KEY, PAGE

LONGEST_KEY: Final = 48
NAME: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class NoSuchKey(Exception):
    """The manifest has no field, table or column of this key."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a cell: what stands there and how it is written."""

    source: str
    label: str
    format: str = ""
    words: tuple[str, str] | None = None


def put_field(manifest: Manifest, at: str, said: Said) -> Manifest:
    """
    This cell shows that. A field that stood there alone is changed; one that stands elsewhere, too, keeps the others.

    A helper or a place that was lost is used again where it says the same.
    """
    here = field_at(manifest, at)
    if here is not None and len(here.at) == 1:
        changed = replace(here, source=said.source, label=said.label, format=said.format, words=said.words)
        return _with_fields(manifest, [changed if one is here else one for one in manifest.fields])
    cleared = remove_place(manifest, at) if here is not None else manifest
    for one in cleared.fields:
        if (one.source, one.format, one.words) == (said.source, said.format, said.words):
            return move_place(cleared, one.key, "", at)
    key = free_key(cleared, said.source)
    added = FormField(key, said.label, said.source, said.format, (at,), said.words)
    return _with_fields(cleared, [*cleared.fields, added])


def put_helper(manifest: Manifest, key: str, said: Said) -> Manifest:
    """A field that stands nowhere and helps others; a new one where there is none of the key."""
    if key in manifest.by_key:
        changed = replace(
            manifest.by_key[key], source=said.source, label=said.label, format=said.format, words=said.words
        )
        return _with_fields(manifest, [changed if one.key == key else one for one in manifest.fields])
    return _with_fields(
        manifest,
        [*manifest.fields, FormField(key, said.label, said.source, said.format, (), said.words)],
    )


def move_place(manifest: Manifest, key: str, before: str, now: str) -> Manifest:
    """
    A field stands in ``now`` instead of ``before``; without ``before`` in ``now``, too. Whatever stood there goes.

    :raises NoSuchKey: no such field.
    """
    if key not in manifest.by_key:
        raise NoSuchKey(key)
    there = field_at(manifest, now)
    if there is not None and there.key != key:
        manifest = remove_place(manifest, now)
    kept = tuple(at for at in manifest.by_key[key].at if at not in {before, now})
    return _replaced(manifest, key, (*kept, now))


def remove_place(manifest: Manifest, at: str) -> Manifest:
    """
    Nothing stands in this cell any more. A field that stood nowhere else goes, unless others speak of it.

    :raises NoSuchKey: nothing stands there.
    """
    here = field_at(manifest, at)
    if here is None:
        raise NoSuchKey(at)
    kept = tuple(one for one in here.at if one != at)
    if kept or here.key in spoken_of(manifest):
        return _replaced(manifest, here.key, kept)
    return remove_field(manifest, here.key)


def remove_field(manifest: Manifest, key: str) -> Manifest:
    """The field goes. :raises NoSuchKey: no such field."""
    if key not in manifest.by_key:
        raise NoSuchKey(key)
    return _with_fields(manifest, [one for one in manifest.fields if one.key != key])


def put_table(
    manifest: Manifest,
    key: str,
    *,
    each: str,
    label: str,
    at: str,
    lines: int,
    where: str,
    overflow: Overflow,
) -> Manifest:
    """The block shows the rows of a table; ``key`` names the one that is changed, empty for a new one."""
    changes: dict[str, Any] = {"at": at, "lines": lines, "where": where, "overflow": overflow, "label": label}
    if key:
        own = table_of(manifest, key)
        columns = own.columns if own.each == each else ()
        columns = tuple(replace(one, line=min(one.line, lines - 1)) for one in columns)
        return _with_table(manifest, replace(own, each=each, columns=columns, **changes))
    taken = {one.key for one in manifest.fields} | {one.key for one in manifest.tables} | {PAGE}
    key = _free(f"{each}_rows", taken)
    added = FormTable(key=key, each=each, columns=(), **changes)
    return replace(manifest, tables=(*manifest.tables, added))


def remove_table(manifest: Manifest, key: str) -> Manifest:
    """The table goes. :raises NoSuchKey: no such table."""
    own = table_of(manifest, key)
    return replace(manifest, tables=tuple(one for one in manifest.tables if one is not own))


def put_column(manifest: Manifest, table: str, at: str, line: int, said: Said) -> Manifest:
    """A column of the block shows that, in this line of each row. :raises NoSuchKey: no such table."""
    own = table_of(manifest, table)
    here = next((one for one in own.columns if one.at == at and one.line == line), None)
    if here is not None:
        changed = replace(here, source=said.source, label=said.label, format=said.format, words=said.words)
        columns = tuple(changed if one is here else one for one in own.columns)
    else:
        key = _free(_key_of(said.source), {one.key for one in own.columns})
        columns = (
            *own.columns,
            FormColumn(key, said.label, said.source, said.format, at, line, said.words),
        )
    return _with_table(manifest, replace(own, columns=columns))


def remove_column(manifest: Manifest, table: str, key: str) -> Manifest:
    """A column of the block stays empty. :raises NoSuchKey: no such table or column."""
    own = table_of(manifest, table)
    kept = tuple(one for one in own.columns if one.key != key)
    if len(kept) == len(own.columns):
        raise NoSuchKey(key)
    return _with_table(manifest, replace(own, columns=kept))


def field_at(manifest: Manifest, at: str) -> FormField | None:
    """The field that stands in this cell."""
    return next((one for one in manifest.fields if at in one.at), None)


def table_of(manifest: Manifest, key: str) -> FormTable:
    """:raises NoSuchKey: no table of this key."""
    for one in manifest.tables:
        if one.key == key:
            return one
    raise NoSuchKey(key)


def spoken_of(manifest: Manifest) -> frozenset[str]:
    """The names that formulas of the manifest use."""
    words: set[str] = set()
    for _, text in manifest.sources():
        words.update(re.findall(r"[a-z][a-z0-9_]*", text))
    return frozenset(words)


def is_plain_name(source: str) -> bool:
    """Whether it is one name of the dictionary and no calculation."""
    return NAME.fullmatch(source.strip()) is not None


def usual_label(source: str, vocabulary: Vocabulary) -> str:
    """What a field of this name is called where nobody says otherwise; empty for a calculation."""
    entry = vocabulary.entry(source.strip()) if is_plain_name(source) else None
    return entry.label if entry else ""


def free_key(manifest: Manifest, source: str) -> str:
    """A key of its own for a field that shows this."""
    taken = {one.key for one in manifest.fields} | {one.key for one in manifest.tables} | {PAGE}
    return _free(_key_of(source), taken | set(re.findall(r"[a-z][a-z0-9_]*", source)))


def _key_of(source: str) -> str:
    name = re.sub(r"[^a-z0-9_]+", "_", source.strip().lower()).strip("_") if len(source) < LONGEST_KEY else ""
    return name if KEY.fullmatch(name) else "value"


def _free(wish: str, taken: Iterable[str]) -> str:
    used = set(taken)
    key, number = wish[:LONGEST_KEY], 1
    while key in used:
        number += 1
        key = f"{wish[: LONGEST_KEY - len(str(number)) - 1]}_{number}"
    return key


def _replaced(manifest: Manifest, key: str, places: tuple[str, ...]) -> Manifest:
    return _with_fields(
        manifest, [replace(one, at=places) if one.key == key else one for one in manifest.fields]
    )


def _with_fields(manifest: Manifest, fields: Iterable[FormField]) -> Manifest:
    return replace(manifest, fields=tuple(fields))


def _with_table(manifest: Manifest, own: FormTable) -> Manifest:
    return replace(manifest, tables=tuple(own if one.key == own.key else one for one in manifest.tables))
