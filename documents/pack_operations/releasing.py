"""A draft released by another administrator, or given up."""

from datetime import datetime
from typing import Final
from uuid import UUID

from audit.record import record
from documents.events import FormPackEvent
from documents.models import FormPack
from documents.pack_checks import findings_of
from documents.pack_content import pack_of
from documents.pack_operations.drafts import locked, require_draft
from documents.pack_states import FORM_PACK_TRANSITIONS, FormPackState
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition

NOT_AS_SHOWN: Final = "画面を開いたあとに内容が変わりました。もう一度確認してください。"
SAME_PERSON: Final = "最後に変えた人とは別の管理者が公開してください。"
LOST: Final = (
    "前の様式から引き継いだ欄のうち、場所の決まっていないものがあります。"
    "新しい場所に入れるか、「使わない」にしてください。"
)
MOST_SENTENCES: Final = 30


@operation(FormPackEvent.RELEASED)
def release(pack_id: UUID, *, shown_hash: str, by: Actor, at: datetime) -> FormPack:
    """
    From now on forms of its code, years and facility types are printed with it.

    :raises FormPack.DoesNotExist: not a pack of the open scope.
    :raises NotAllowed: not another administrator than the one who changed it last, no draft, or not as shown.
    :raises ProblemsFound: it is not sound, or places of the earlier workbook are left.
    """
    row = locked(pack_id, by)
    require_draft(row)
    if row.prepared_by == by.user_id:
        raise NotAllowed(SAME_PERSON)
    if row.content_hash != shown_hash:
        raise NotAllowed(NOT_AS_SHOWN)
    problems = [str(one) for one in findings_of(pack_of(row)).problems]
    if row.lost_places:
        problems.insert(0, LOST)
    if problems:
        raise ProblemsFound(problems[:MOST_SENTENCES])
    earlier = FormPack.objects.select_for_update(of=("self",)).filter(
        code=row.code, from_year=row.from_year, state=FormPackState.RELEASED
    )
    for one in earlier:
        _move(one, FormPackState.REPLACED)
        one.save(update_fields=["state"])
    _move(row, FormPackState.RELEASED)
    row.released_at, row.released_by = at, by.user_id
    row.save(update_fields=["state", "released_at", "released_by"])
    record(
        FormPackEvent.RELEASED,
        by=by,
        on=row,
        rows={"form_pack": [row.pk]},
        detail={"code": row.code, "content_hash": row.content_hash, "prepared_by": row.prepared_by},
    )
    return row


@operation(FormPackEvent.DISCARDED)
def discard(pack_id: UUID, *, by: Actor, at: datetime) -> FormPack:
    """
    Give a draft up. It stays in the list of what was given up.

    :raises FormPack.DoesNotExist: not a pack of the open scope.
    :raises NotAllowed: only administrators, or it is no draft.
    """
    row = locked(pack_id, by)
    require_draft(row)
    _move(row, FormPackState.DISCARDED)
    row.discarded_at, row.discarded_by = at, by.user_id
    row.save(update_fields=["state", "discarded_at", "discarded_by"])
    record(FormPackEvent.DISCARDED, by=by, on=row, rows={"form_pack": [row.pk]})
    return row


def _move(row: FormPack, state: FormPackState) -> None:
    check_transition(FORM_PACK_TRANSITIONS, row.state, state)
    row.state = state
