"""The administrators' acts on the city's own characters: one brings a font in, another one releases it."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from audit.record import record
from documents import permissions
from documents.events import CityFontEvent
from documents.font_files import FontRefused, read_characters
from documents.models import CityFont
from documents.pack_states import FORM_PACK_TRANSITIONS, FormPackState
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition

LONGEST_TITLE: Final = 60
NO_TITLE: Final = "フォントの名前を入力してください（例：外字 2026年4月）。"
LONG_TITLE: Final = f"フォントの名前は{LONGEST_TITLE}字までにしてください。"
WAITS: Final = "公開待ちの外字フォントがあります。それを公開するか取りやめてから読み込んでください。"
SAME: Final = "同じ内容の外字フォントが、すでに公開されています。"
SAME_PERSON: Final = "読み込んだ人とは別の管理者が公開してください。"
NOT_WAITING: Final = "この外字フォントは公開待ちではありません。画面を開き直してください。"


@operation(CityFontEvent.LOADED)
def load(title: str, content: bytes, *, by: Actor, at: datetime) -> CityFont:
    """
    Keep the characters of an uploaded font as a draft. Nothing of the file but their shapes is kept.

    :raises NotAllowed: only administrators.
    :raises ProblemsFound: no title, no font of 外字, one waits already, or the same one is in force.
    """
    permissions.keep_fonts(by, None)
    problems, title = [], " ".join(title.split())
    if not title:
        problems.append(NO_TITLE)
    elif len(title) > LONGEST_TITLE:
        problems.append(LONG_TITLE)
    try:
        read = read_characters(content)
    except FontRefused as refused:
        raise ProblemsFound([*problems, str(refused)]) from None
    # One after the other: whether one waits is looked up and taken.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    digest = hashlib.sha256(read.content).hexdigest()
    if CityFont.objects.filter(state=FormPackState.DRAFT).exists():
        problems.append(WAITS)
    elif CityFont.objects.filter(state=FormPackState.RELEASED, content_hash=digest).exists():
        problems.append(SAME)
    if problems:
        raise ProblemsFound(problems)
    row: CityFont = CityFont.objects.create(
        municipality_id=by.municipality_id,
        title=title,
        content=read.content,
        content_hash=digest,
        size_bytes=len(read.content),
        characters="".join(read.characters),
        prepared_at=at,
        prepared_by=by.user_id,
    )
    record(
        CityFontEvent.LOADED,
        by=by,
        on=row,
        rows={"city_font": [row.pk]},
        detail={"content_hash": digest, "characters": len(read.characters)},
    )
    return row


@operation(CityFontEvent.RELEASED)
def release(font_id: UUID, *, by: Actor, at: datetime) -> CityFont:
    """
    From now on papers are printed with it. Its content cannot have changed since it was shown.

    :raises CityFont.DoesNotExist: not one of the open scope.
    :raises NotAllowed: not another administrator than the one who brought it in, or it does not wait.
    """
    row = _locked(font_id, by)
    if row.prepared_by == by.user_id:
        raise NotAllowed(SAME_PERSON)
    earlier = CityFont.objects.select_for_update(of=("self",)).filter(state=FormPackState.RELEASED)
    for one in earlier:
        _move(one, FormPackState.REPLACED)
        one.save(update_fields=["state"])
    _move(row, FormPackState.RELEASED)
    row.released_at, row.released_by = at, by.user_id
    row.save(update_fields=["state", "released_at", "released_by"])
    record(
        CityFontEvent.RELEASED,
        by=by,
        on=row,
        rows={"city_font": [row.pk, *(one.pk for one in earlier)]},
        detail={"content_hash": row.content_hash, "prepared_by": row.prepared_by},
    )
    return row


@operation(CityFontEvent.DISCARDED)
def discard(font_id: UUID, *, by: Actor, at: datetime) -> CityFont:
    """
    Give up one that waits.

    :raises CityFont.DoesNotExist: not one of the open scope.
    :raises NotAllowed: only administrators, or it does not wait.
    """
    row = _locked(font_id, by)
    _move(row, FormPackState.DISCARDED)
    row.discarded_at, row.discarded_by = at, by.user_id
    row.save(update_fields=["state", "discarded_at", "discarded_by"])
    record(CityFontEvent.DISCARDED, by=by, on=row, rows={"city_font": [row.pk]})
    return row


def _locked(font_id: UUID, by: Actor) -> CityFont:
    permissions.keep_fonts(by, None)
    # Releases of a city queue: each replaces the one before.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    row: CityFont = CityFont.objects.select_for_update(of=("self",)).get(pk=font_id)
    if row.state != FormPackState.DRAFT:
        raise NotAllowed(NOT_WAITING)
    return row


def _move(row: CityFont, state: FormPackState) -> None:
    check_transition(FORM_PACK_TRANSITIONS, row.state, state)
    row.state = state
