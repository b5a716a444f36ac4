"""
Making, renaming and deleting column mappings (列の対応).

A draft holds of the file only its headings and the codes of coded columns, sealed, until the mapping is saved or the
draft expires. Whether a column may be kept at all is judged by ``claims.mapping.columns_of``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.record import record
from claims import permissions
from claims.events import MappingEvent
from claims.mapping import (
    CODED,
    LAYOUTS,
    Columns,
    Correspondence,
    Shape,
    columns_of,
    proposed_shape,
    what_is_missing,
)
from claims.models import ColumnMapping, FileKind, MappingDraft
from claims.queries.mappings import city_facilities, correspondence_of
from documents.reading import read_csv
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import current_scope
from vault import seal, unseal

LONGEST_NAME = 60
MOST_MAPPINGS = 50
GONE = "預かっていた見出しの期限が過ぎました。取込の画面で、もう一度ファイルを選んでください。"
TAKEN = "この名前の対応がすでにあります。別の名前にしてください。"


@dataclass(frozen=True)
class Draft:
    """What waits sealed: the file's columns, what was chosen so far, and the mapping it will replace."""

    columns: Columns
    chosen: Correspondence | None = None
    replaces: UUID | None = None
    name: str = ""
    kind: str = FileKind.COUNTS

    @property
    def shape(self) -> Shape:
        """What was chosen; before that, what the headings look like."""
        return self.chosen.shape if self.chosen else proposed_shape(self.kind, self.columns.headings)

    def as_json(self) -> dict[str, Any]:
        """For sealing."""
        chosen = self.chosen
        return {
            "columns": self.columns.as_json(),
            "chosen": chosen
            and {
                "fields": dict(chosen.fields),
                "constants": dict(chosen.constants),
                "values": {heading: dict(codes) for heading, codes in chosen.values.items()},
                "shape": chosen.shape,
            },
            "replaces": str(self.replaces) if self.replaces else "",
            "name": self.name,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], kind: str) -> "Draft":
        """What was sealed, for this kind of file."""
        columns, chosen = Columns.from_json(kept["columns"]), kept["chosen"]
        return cls(
            columns,
            chosen
            and Correspondence(
                columns.headings,
                chosen["fields"],
                chosen["constants"],
                chosen["values"],
                kind,
                # A draft that was sealed before there were two shapes says nothing of it.
                Shape(chosen.get("shape", Shape.LONG)),
            ),
            UUID(kept["replaces"]) if kept["replaces"] else None,
            kept["name"],
            kind,
        )


@operation(MappingEvent.DRAFT_MADE)
def begin(
    content: bytes, *, kind: FileKind, by: Actor, at: datetime, replaces: UUID | None = None
) -> MappingDraft:
    """
    Keep of a file of this kind what is needed to map it. An earlier draft of the same person falls away.

    ``replaces``: the mapping this one will take the place of, because it does not know all codes.

    :raises NotAllowed: only the enrolment section.
    :raises documents.reading.FileRefused: it may hold personal data, or has no headings.
    """
    permissions.BRINGING_IN[kind](by, None)
    draft = Draft(columns_of(read_csv(content), LAYOUTS[kind], city_facilities()), kind=kind)
    before = ColumnMapping.objects.filter(pk=replaces, kind=kind).first() if replaces else None
    if before is not None:
        draft = replace(draft, chosen=correspondence_of(before), replaces=before.pk, name=before.name)
    MappingDraft.objects.filter(made_by=by.user_id).delete()
    row = MappingDraft(
        municipality_id=current_scope().municipality_id,
        kind=kind,
        made_at=at,
        made_by=by.user_id,
        expires_at=at + settings.COUNT_PREVIEW_LIFETIME,
    )
    _keep(row, draft)
    record(MappingEvent.DRAFT_MADE, by=by, on=row, rows={"draft": [row.pk]})
    return row


@operation(MappingEvent.COLUMNS_CHOSEN)
def choose_columns(
    draft_id: UUID,
    *,
    fields: Mapping[str, str],
    constants: Mapping[str, str],
    shape: Shape = Shape.LONG,
    by: Actor,
    at: datetime,
) -> Draft:
    """
    Say which of the file's columns is which of ours. What codes mean is said afterwards.

    :raises MappingDraft.DoesNotExist: not a draft of the open scope.
    :raises NotAllowed: only the enrolment section; or the draft has expired.
    :raises ProblemsFound: a column is missing or does not fit.
    """
    row, draft = _opened(draft_id, by=by, at=at)
    known = draft.chosen.values if draft.chosen else {}
    chosen = Correspondence(draft.columns.headings, dict(fields), dict(constants), known, draft.kind, shape)
    if missing := what_is_missing(chosen, draft.columns):
        raise ProblemsFound([f"{heading}：{sentence}" for heading, sentence in missing.items()])
    changed = replace(draft, chosen=chosen)
    _keep(row, changed)
    record(MappingEvent.COLUMNS_CHOSEN, by=by, on=row, rows={"draft": [row.pk]})
    return changed


@operation(MappingEvent.SAVED)
def save(
    draft_id: UUID, *, name: str, values: Mapping[str, Mapping[str, str]], by: Actor, at: datetime
) -> ColumnMapping:
    """
    Save the mapping under its name; the draft is gone then.

    :raises MappingDraft.DoesNotExist: not a draft of the open scope.
    :raises NotAllowed: only the enrolment section; or the draft has expired.
    :raises ProblemsFound: a code has no meaning, or the name is missing or taken.
    """
    row, draft = _opened(draft_id, by=by, at=at)
    chosen = draft.chosen
    if chosen is None or what_is_missing(chosen, draft.columns):
        raise ProblemsFound(["先に、列を選んでください。"])
    problems = _code_problems(chosen, draft.columns, values)
    plain = _plain_name(name, problems)
    if draft.replaces is None and ColumnMapping.objects.count() >= MOST_MAPPINGS:
        problems.append(f"列の対応は{MOST_MAPPINGS}件までです。使わないものを削除してください。")
    if problems:
        raise ProblemsFound(problems)
    before = ColumnMapping.objects.select_for_update().filter(pk=draft.replaces).first()
    mapping = before or ColumnMapping(municipality_id=row.municipality_id, kind=row.kind)
    mapping.name, mapping.headings = plain, list(draft.columns.headings)
    mapping.fields, mapping.constants = dict(chosen.fields), dict(chosen.constants)
    mapping.values = {
        heading: {**before_values(before, heading), **dict(values[heading])}
        for heading in CODED
        if heading in chosen.fields
    }
    mapping.made_at, mapping.made_by = at, by.user_id
    _write(mapping)
    row.delete()
    record(
        MappingEvent.SAVED,
        by=by,
        on=mapping,
        rows={"mapping": [mapping.pk]},
        detail={
            "kind": mapping.kind,
            "fields": mapping.fields,
            "constants": mapping.constants,
            "values": mapping.values,
        },
    )
    return mapping


def before_values(before: ColumnMapping | None, heading: str) -> Mapping[str, str]:
    """Codes the replaced mapping knew already: a later file need not hold all of them."""
    known: dict[str, str] = before.values.get(heading, {}) if before else {}
    return known


@operation(MappingEvent.RENAMED)
def rename(mapping_id: UUID, *, name: str, by: Actor) -> ColumnMapping:
    """
    Give it another name.

    :raises ColumnMapping.DoesNotExist: not a mapping of the open scope.
    :raises NotAllowed: only the enrolment section.
    :raises ProblemsFound: the name is missing or taken.
    """
    mapping: ColumnMapping = ColumnMapping.objects.select_for_update().get(pk=mapping_id)
    permissions.BRINGING_IN[mapping.kind](by, None)
    problems: list[str] = []
    mapping.name = _plain_name(name, problems)
    if problems:
        raise ProblemsFound(problems)
    _write(mapping)
    record(MappingEvent.RENAMED, by=by, on=mapping, rows={"mapping": [mapping.pk]})
    return mapping


@operation(MappingEvent.DELETED)
def delete(mapping_id: UUID, *, by: Actor) -> None:
    """
    Delete it. What was read by it stays as it is.

    :raises ColumnMapping.DoesNotExist: not a mapping of the open scope.
    :raises NotAllowed: only the enrolment section.
    """
    mapping: ColumnMapping = ColumnMapping.objects.select_for_update().get(pk=mapping_id)
    permissions.BRINGING_IN[mapping.kind](by, None)
    record(MappingEvent.DELETED, by=by, on=mapping, rows={"mapping": [mapping.pk]})
    mapping.delete()


def empty_expired_drafts(*, at: datetime) -> int:
    """Delete the scope's drafts whose time is over; returns how many. Harmless to repeat."""
    ended = list(MappingDraft.objects.select_for_update(skip_locked=True).filter(expires_at__lte=at))
    if ended:
        record(MappingEvent.DRAFTS_EXPIRED, rows={"draft": [row.pk for row in ended]})
        MappingDraft.objects.filter(pk__in=[row.pk for row in ended]).delete()
    return len(ended)


def draft_of(row: MappingDraft) -> Draft:
    """What the row keeps."""
    return Draft.from_json(json.loads(unseal(row.content_sealed, bound_to=row.place)), row.kind)


def _opened(draft_id: UUID, *, by: Actor, at: datetime) -> tuple[MappingDraft, Draft]:
    row: MappingDraft = MappingDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    permissions.BRINGING_IN[row.kind](by, None)
    if row.expires_at <= at:
        raise NotAllowed(GONE)
    return row, draft_of(row)


def _keep(row: MappingDraft, draft: Draft) -> None:
    row.content_sealed = seal(json.dumps(draft.as_json()).encode(), bound_to=row.place)
    row.save()


def _plain_name(name: str, problems: list[str]) -> str:
    plain = " ".join(name.split())
    if not plain:
        problems.append("名前を入力してください。")
    elif len(plain) > LONGEST_NAME:
        problems.append(f"名前は{LONGEST_NAME}字までで入力してください。")
    return plain


def _code_problems(
    chosen: Correspondence, columns: Columns, values: Mapping[str, Mapping[str, str]]
) -> list[str]:
    problems = []
    for heading, words in CODED.items():
        if heading not in chosen.fields:
            continue
        allowed = {value for value, _ in words} | {""}
        meant = values.get(heading, {})
        problems += [
            f"{heading}「{code or '空欄'}」の意味を選んでください。"
            for code in columns.codes[chosen.fields[heading]]
            if meant.get(code) not in allowed or (code and not meant[code] and ("", "なし") not in words)
        ]
    return problems


def _write(mapping: ColumnMapping) -> None:
    """:raises ProblemsFound: the name is taken. The database is the judge."""
    try:
        with transaction.atomic():
            mapping.save()
    except IntegrityError:
        raise ProblemsFound([TAKEN]) from None
