"""What documents hold: sealed to their row, and where they name people under a key of their own as well."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from documents.dictionary import subject_of
from documents.models import Document
from documents.packs.filled import FormProblem
from facilities.rules import NotAllowed
from person_keys import store as person_keys
from person_keys.models import Owner
from vault import seal, unseal

ERASED = "保存期間が過ぎたため、この帳票は消去されました。"


class DocumentDamaged(Exception):
    """The stored content is not what was rendered. Never handed out."""


def names_people(subject_code: str) -> bool:
    """Whether documents of this kind of subject are sealed under keys of their own."""
    return subject_of(subject_code).names_people


def rows_of(document: Document) -> dict[str, Iterable[UUID]]:
    """What an event of this document names: it, its subject, and whose personal values stand in it."""
    people = subject_of(document.subject).people(document.subject_id)
    return {"document": [document.pk], "subject": [document.subject_id], **people}


def hold(document: Document, content: bytes) -> None:
    """Put the content into the row, sealed, with its hash."""
    document.content_sealed = sealed(
        content,
        document.pk,
        document.municipality_id,
        bound_to=document.place,
        own_key=names_people(document.subject),
    )
    document.content_hash = hashlib.sha256(content).hexdigest()
    document.size_bytes = len(content)


def opened(document: Document) -> bytes:
    """
    The content of a document that is ready.

    :raises NotAllowed: somebody in it was erased.
    :raises DocumentDamaged: it is not what was rendered.
    """
    assert document.content_sealed is not None, "whoever asks has looked"
    content = unsealed(
        document.content_sealed,
        document.pk,
        document.municipality_id,
        bound_to=document.place,
        own_key=names_people(document.subject),
    )
    if hashlib.sha256(content).hexdigest() != document.content_hash:
        raise DocumentDamaged(str(document.pk))
    return content


def hold_problems(document: Document, problems: Sequence[FormProblem]) -> None:
    """Put into the row why it could not be made. Sentences may quote values, so they are sealed like the content."""
    said = [
        {"place": str(one.place) if one.place else "", "key": one.key, "sentence": one.sentence}
        for one in problems
    ]
    document.problems_sealed = sealed(
        json.dumps(said, ensure_ascii=False).encode(),
        document.pk,
        document.municipality_id,
        bound_to=document.problems_place,
        own_key=names_people(document.subject),
    )


def problems_of(document: Document) -> list[str]:
    """Why it could not be made: every problem at its place, with what to do."""
    if document.problems_sealed is None:
        return []
    content = unsealed(
        document.problems_sealed,
        document.pk,
        document.municipality_id,
        bound_to=document.problems_place,
        own_key=names_people(document.subject),
    )
    return [
        f"{one['place']}：{one['sentence']}" if one["place"] else one["sentence"]
        for one in json.loads(content)
    ]


def sealed(content: bytes, row_id: UUID, municipality_id: UUID, *, bound_to: str, own_key: bool) -> bytes:
    """Within the seal of the installation one of the row's own key: whoever has lost either key reads nothing."""
    if own_key:
        keys = person_keys.make([row_id], municipality_id=municipality_id, owner=Owner.DOCUMENT)
        content = keys[row_id].seal(content, bound_to=bound_to)
    return seal(content, bound_to=bound_to)


def unsealed(
    token: bytes | memoryview, row_id: UUID, municipality_id: UUID, *, bound_to: str, own_key: bool
) -> bytes:
    """:raises NotAllowed: the row's own key was destroyed."""
    content = unseal(token, bound_to=bound_to)
    if not own_key:
        return content
    try:
        keys = person_keys.rings([row_id], municipality_id=municipality_id)
    except person_keys.KeyDestroyed as gone:
        raise NotAllowed(ERASED) from gone
    return keys[row_id].unseal(content, bound_to=bound_to)
