"""
Loading, releasing and discarding a pack of items: one administrator brings it in, another one releases it.

A released pack never changes. A later release of the same name and year takes its place; what was filled in with the
earlier one stays readable by it.
"""

from datetime import datetime
from uuid import UUID

from applications import permissions
from applications.events import PackEvent
from applications.models import ItemPack
from applications.packs_in_force import pack_of, vocabulary
from applications.reading import content_hash, read_pack
from applications.shipped import shipped
from applications.states import PACK_TRANSITIONS, PackState
from audit.record import record
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition

NOT_AS_SHOWN = "画面を開いたあとに内容が変わりました。もう一度確認してください。"
NOTHING_SHIPPED = "新しく読み込む様式はありません。すでに読み込んであるか、この年度の様式がありません。"
SAME_PERSON = "読み込んだ人とは別の管理者が公開してください。"


@operation(PackEvent.LOADED)
def load(content: str, *, by: Actor, at: datetime) -> ItemPack:
    """
    Keep a pack as a draft.

    :raises NotAllowed: only administrators.
    :raises PackWrong: with every problem, each at its path.
    :raises ProblemsFound: one of this name and year waits already, or is released with the same content.
    """
    permissions.keep_packs(by, None)
    pack = read_pack(content, vocabulary())
    # One after the other: whether one waits is looked up and taken.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    digest = content_hash(content)
    same_name = ItemPack.objects.filter(fiscal_year=pack.fiscal_year, pack_id=pack.id)
    if same_name.filter(state=PackState.DRAFT).exists():
        raise ProblemsFound(
            [f"「{pack.full_title}」の公開待ちがあります。それを公開するか取りやめてから読み込んでください。"]
        )
    if same_name.filter(state=PackState.RELEASED, content_hash=digest).exists():
        raise ProblemsFound([f"「{pack.full_title}」は、同じ内容ですでに公開されています。"])
    row: ItemPack = ItemPack.objects.create(
        municipality_id=by.municipality_id,
        pack_id=pack.id,
        fiscal_year=pack.fiscal_year,
        family=pack.family.value,
        title=pack.title,
        source=pack.source,
        content=content,
        content_hash=digest,
        prepared_at=at,
        prepared_by=by.user_id,
    )
    record(
        PackEvent.LOADED,
        by=by,
        on=row,
        rows={"item_pack": [row.pk]},
        detail={"pack_id": pack.id, "fiscal_year": pack.fiscal_year, "content_hash": digest},
    )
    return row


@operation(PackEvent.LOADED)
def load_shipped(fiscal_year: int, *, by: Actor, at: datetime) -> list[ItemPack]:
    """
    Keep the packs of the year that come with the product as drafts, as far as the city has not had them yet.

    :raises NotAllowed: only administrators.
    :raises PackWrong: one of them refers to what this version of the product does not have.
    :raises ProblemsFound: there is nothing to load, or one of a name with another content waits.
    """
    permissions.keep_packs(by, None)
    # Also what the city has replaced by a text of its own: it is not brought back behind its back.
    have = set(
        ItemPack.objects.filter(fiscal_year=fiscal_year)
        .exclude(state=PackState.DISCARDED)
        .values_list("content_hash", flat=True)
    )
    texts = [text for text in shipped(fiscal_year).values() if content_hash(text) not in have]
    if not texts:
        raise ProblemsFound([NOTHING_SHIPPED])
    return [load(text, by=by, at=at) for text in texts]


@operation(PackEvent.RELEASED)
def release(pack_id: UUID, *, shown_hash: str, by: Actor, at: datetime) -> ItemPack:
    """
    From now on facilities apply with the pack; the released one of the same name and year becomes an old version.

    :raises ItemPack.DoesNotExist: not a pack of the open scope.
    :raises NotAllowed: not another administrator than the one who loaded it, not as shown, it waits no more, or
        another pack of the family has one of its items.
    """
    permissions.keep_packs(by, None)
    row: ItemPack = ItemPack.objects.select_for_update(of=("self",)).get(pk=pack_id)
    if row.state != PackState.DRAFT:
        raise NotAllowed(f"この様式は「{PackState(row.state).label}」です。")
    if row.prepared_by == by.user_id:
        raise NotAllowed(SAME_PERSON)
    if row.content_hash != shown_hash:
        raise NotAllowed(NOT_AS_SHOWN)
    _require_own_keys(row)
    released = ItemPack.objects.select_for_update(of=("self",)).filter(
        fiscal_year=row.fiscal_year, pack_id=row.pack_id, state=PackState.RELEASED
    )
    for earlier in released:
        _move(earlier, PackState.REPLACED)
        earlier.save(update_fields=["state"])
    _move(row, PackState.RELEASED)
    row.released_at, row.released_by = at, by.user_id
    row.save(update_fields=["state", "released_at", "released_by"])
    record(
        PackEvent.RELEASED,
        by=by,
        on=row,
        rows={"item_pack": [row.pk]},
        detail={"pack_id": row.pack_id, "content_hash": row.content_hash, "prepared_by": row.prepared_by},
    )
    return row


@operation(PackEvent.DISCARDED)
def discard(pack_id: UUID, *, by: Actor, at: datetime) -> ItemPack:
    """
    Give a waiting pack up.

    :raises ItemPack.DoesNotExist: not a pack of the open scope.
    :raises NotAllowed: only administrators, or it waits no more.
    """
    permissions.keep_packs(by, None)
    row: ItemPack = ItemPack.objects.select_for_update(of=("self",)).get(pk=pack_id)
    if row.state != PackState.DRAFT:
        raise NotAllowed(f"この様式は「{PackState(row.state).label}」です。")
    _move(row, PackState.DISCARDED)
    row.discarded_at, row.discarded_by = at, by.user_id
    row.save(update_fields=["state", "discarded_at", "discarded_by"])
    record(PackEvent.DISCARDED, by=by, on=row, rows={"item_pack": [row.pk]})
    return row


def _require_own_keys(row: ItemPack) -> None:
    """:raises NotAllowed: another released pack of its family and year has one of its items already."""
    own = pack_of(row).by_key
    others = ItemPack.objects.filter(
        fiscal_year=row.fiscal_year, family=row.family, state=PackState.RELEASED
    ).exclude(pack_id=row.pack_id)
    for other in others:
        if twice := [item.label for key, item in pack_of(other).by_key.items() if key in own]:
            raise NotAllowed(
                f"公開中の「{other.title}」（{other.pack_id}）に、同じ番号（key）の項目があります：{'、'.join(twice)}"
            )


def _move(row: ItemPack, state: PackState) -> None:
    check_transition(PACK_TRANSITIONS, row.state, state)
    row.state = state
