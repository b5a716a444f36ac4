"""What stands where: each act of an administrator on a draft is one change, kept at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from openpyxl.utils import get_column_letter

from audit.record import record
from documents.events import FormPackEvent
from documents.models import FormPack, FormPackStep
from documents.pack_content import template_of, workbook_bytes
from documents.pack_operations.drafts import (
    CHANGED_MEANWHILE,
    Draft,
    change,
    locked,
    put,
    read_or_problems,
    require_draft,
)
from documents.pack_operations.starting import Head, onto, with_head
from documents.packs import editing
from documents.packs.carrying import Lost, Proposal, proposals, settle
from documents.packs.editing import NoSuchKey, Said
from documents.packs.labels import Labels
from documents.packs.manifest import FormTable, Manifest, Overflow
from documents.packs.places import NoSuchPlace, address_of, area_of
from documents.packs.template import Area, Place, Template
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

NOTHING_TO_UNDO: Final = "元に戻せる操作はありません。"
NOT_ONE_CELL: Final = "は、結合したセルの途中です。結合したセルの左上のセルを選んでください。"


@operation(FormPackEvent.CHANGED)
def put_cells(
    pack_id: UUID, places: Sequence[str], said: Said, *, shown_version: int, by: Actor, at: datetime
) -> FormPack:
    """
    These cells show that.

    :raises NotAllowed: no draft, not as shown, or not an administrator.
    :raises ProblemsFound: no such cells, or what they shall show cannot be read.
    """
    where = f"{places[0]}に" if len(places) == 1 else f"{len(places)}か所に"

    def edit(draft: Draft) -> Draft:
        manifest = draft.manifest
        for place in places:
            manifest = editing.put_field(manifest, _cell(place, draft), said)
        return draft.with_manifest(manifest)

    return change(
        pack_id, edit, words=f"{where}「{said.label}」を入れた", shown_version=shown_version, by=by, at=at
    )


@operation(FormPackEvent.CHANGED)
def clear_cell(pack_id: UUID, place: str, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """This cell stays empty. :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: nothing stood there."""
    return change(
        pack_id,
        lambda draft: draft.with_manifest(editing.remove_place(draft.manifest, place)),
        words=f"{place}を空にした",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.CHANGED)
def put_helper(
    pack_id: UUID, key: str, said: Said, *, shown_version: int, by: Actor, at: datetime
) -> FormPack:
    """A calculation that stands nowhere itself. :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: same."""
    return change(
        pack_id,
        lambda draft: draft.with_manifest(editing.put_helper(draft.manifest, key, said)),
        words=f"計算「{said.label}」を変えた",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.CHANGED)
def remove_field(pack_id: UUID, key: str, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """A field goes with all its places. :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: it is gone."""
    return change(
        pack_id,
        lambda draft: draft.with_manifest(editing.remove_field(draft.manifest, key)),
        words=f"欄「{key}」を外した",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.CHANGED)
def put_block(
    pack_id: UUID,
    *,
    key: str,
    each: str,
    label: str,
    place: str,
    lines: int,
    where: str,
    overflow: Overflow,
    shown_version: int,
    by: Actor,
    at: datetime,
) -> FormPack:
    """
    The rows of a table of the dictionary stand in this block; ``key`` names the one to change.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: no such block.
    """

    def edit(draft: Draft) -> Draft:
        return draft.with_manifest(
            editing.put_table(
                draft.manifest,
                key,
                each=each,
                label=label,
                at=_block(place, draft),
                lines=lines,
                where=where,
                overflow=overflow,
            )
        )

    words = f"{place}を「{label}」の行にした"
    return change(pack_id, edit, words=words, shown_version=shown_version, by=by, at=at)


@operation(FormPackEvent.CHANGED)
def remove_block(pack_id: UUID, key: str, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """The block shows no rows any more. :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: it is gone."""
    return change(
        pack_id,
        lambda draft: draft.with_manifest(editing.remove_table(draft.manifest, key)),
        words="表の行を外した",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.CHANGED)
def put_column(
    pack_id: UUID, table: str, place: str, said: Said, *, shown_version: int, by: Actor, at: datetime
) -> FormPack:
    """
    The column of this cell of the block's first row shows that of each row.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: the cell is none of the block's first row.
    """

    def edit(draft: Draft) -> Draft:
        own = editing.table_of(draft.manifest, table)
        letters, line = column_of(own, _cell(place, draft), _template(draft))
        return draft.with_manifest(editing.put_column(draft.manifest, table, letters, line, said))

    words = f"{place}の列に「{said.label}」を入れた"
    return change(pack_id, edit, words=words, shown_version=shown_version, by=by, at=at)


@operation(FormPackEvent.CHANGED)
def clear_column(
    pack_id: UUID, table: str, key: str, *, shown_version: int, by: Actor, at: datetime
) -> FormPack:
    """A column stays empty. :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: it is gone."""
    return change(
        pack_id,
        lambda draft: draft.with_manifest(editing.remove_column(draft.manifest, table, key)),
        words="表の列を空にした",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.CHANGED)
def change_head(pack_id: UUID, head: Head, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """
    Title, years, facility types, source.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: incomplete, or a draft of its code and year waits.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    return change(
        pack_id,
        lambda draft: draft.with_manifest(with_head(draft.manifest, head)),
        words="見出しを変えた",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.CHANGED)
def import_manifest(pack_id: UUID, text: str, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """
    The whole definition from a file.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: every problem of the file, each at its path.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    manifest = read_or_problems(text)
    return change(
        pack_id,
        lambda draft: draft.with_manifest(manifest),
        words="定義のファイルを読み込んだ",
        shown_version=shown_version,
        by=by,
        at=at,
    )


@operation(FormPackEvent.WORKBOOK_REPLACED)
def replace_workbook(
    pack_id: UUID, workbook: bytes, file_name: str, *, shown_version: int, by: Actor, at: datetime
) -> FormPack:
    """
    Another workbook; what of the mapping fits stays, what does not is listed in ``lost_places``.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: the workbook cannot be used.
    """
    return change(
        pack_id,
        lambda draft: onto(draft, workbook, file_name, by=by, at=at),
        words="ブックを入れ替えた",
        shown_version=shown_version,
        by=by,
        at=at,
        event=FormPackEvent.WORKBOOK_REPLACED,
    )


@operation(FormPackEvent.CHANGED)
def accept_moves(
    pack_id: UUID, names: Sequence[str] | None, *, shown_version: int, by: Actor, at: datetime
) -> FormPack:
    """
    Put lost places where they seem to have moved: those of these names, or all for which something is proposed.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: one of them is gone, or has no proposal.
    """

    def edit(draft: Draft) -> Draft:
        manifest, kept = draft.manifest, list(draft.lost)
        for one in proposed(draft):
            if not one.now or (names is not None and one.lost.name not in names):
                continue
            manifest = settle(manifest, one)
            kept.remove(one.lost)
        if names is not None and len(kept) > len(draft.lost) - len(set(names)):
            raise NoSuchKey(", ".join(names))
        return Draft(manifest, draft.workbook, draft.html, tuple(kept))

    return change(
        pack_id, edit, words="移った欄を新しい場所に入れた", shown_version=shown_version, by=by, at=at
    )


@operation(FormPackEvent.CHANGED)
def give_up_place(pack_id: UUID, name: str, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """
    A lost place is not looked for any more; a field that stands nowhere else and helps nobody goes.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: it is not among the lost ones.
    """

    def edit(draft: Draft) -> Draft:
        found = [one for one in draft.lost if one.name == name]
        if not found:
            raise NoSuchKey(name)
        return Draft(
            _without(draft.manifest, found[0], draft.lost),
            draft.workbook,
            draft.html,
            tuple(one for one in draft.lost if one.name != name),
        )

    return change(
        pack_id, edit, words="新しい様式にない欄を外した", shown_version=shown_version, by=by, at=at
    )


@operation(FormPackEvent.UNDONE)
def undo(pack_id: UUID, *, shown_version: int, by: Actor, at: datetime) -> FormPack:
    """
    Take the last change back.

    :raises NotAllowed: as ``put_cells``. :raises ProblemsFound: there is nothing to take back.
    """
    row = locked(pack_id, by)
    require_draft(row)
    if row.version != shown_version:
        raise NotAllowed(CHANGED_MEANWHILE)
    step = FormPackStep.objects.filter(pack=row).select_related("workbook").first()
    if step is None:
        raise ProblemsFound([NOTHING_TO_UNDO])
    before = Draft(
        read_or_problems(step.manifest), step.workbook, step.html, tuple(map(Lost.of, step.lost_places))
    )
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    put(row, before, by=by, at=at)
    words = step.words
    step.delete()
    record(
        FormPackEvent.UNDONE,
        by=by,
        on=row,
        rows={"form_pack": [row.pk]},
        detail={"words": words, "version": row.version, "content_hash": row.content_hash},
    )
    return row


def proposed(draft: Draft) -> list[Proposal]:
    """Where each lost place seems to stand now; without a workbook nowhere."""
    template = template_of(workbook_bytes(draft.workbook))
    if template is None:
        return [Proposal(one) for one in draft.lost]
    return proposals(draft.lost, draft.manifest, template)


def column_of(table: FormTable, place: str, template: Template) -> tuple[str, int]:
    """
    The letter of a cell's column and its line within a row of the block.

    :raises ProblemsFound: the cell is none of the block's first row.
    """
    _, cell = area_of(place, template)
    try:
        sheet, block = area_of(table.at, template)
    except NoSuchPlace as wrong:
        raise ProblemsFound([f"先に、表の行の範囲を決めてください。{wrong}"]) from None
    line = cell.top - block.top
    is_there = area_of(place, template)[0].title == sheet.title and block.holds(cell.top, cell.left)
    if not is_there or not 0 <= line < table.lines:
        raise ProblemsFound([f"{place}は、表の1行目（{table.at}）のセルではありません。"])
    return get_column_letter(cell.left), line


def _template(draft: Draft) -> Template:
    template = template_of(workbook_bytes(draft.workbook))
    if template is None:
        raise ProblemsFound(["この様式にはブックがありません。先に様式のブックを読み込んでください。"])
    return template


def _cell(place: str, draft: Draft) -> str:
    """The address as it is written. :raises ProblemsFound: no such cell, or one within a merged block."""
    template = _template(draft)
    try:
        sheet, area = area_of(place, template)
    except NoSuchPlace as wrong:
        raise ProblemsFound([str(wrong)]) from None
    own = Labels(sheet).covering(area.top, area.left)
    if own is not None and (own.row, own.column) != (area.top, area.left):
        raise ProblemsFound([f"{place}{NOT_ONE_CELL}"])
    if place in template.names:
        return place
    is_whole = own is not None and area == own.area
    return _written(sheet.title, Area(area.top, area.left, area.top, area.left) if is_whole else area)


def _block(place: str, draft: Draft) -> str:
    try:
        sheet, area = area_of(place, _template(draft))
    except NoSuchPlace as wrong:
        raise ProblemsFound([str(wrong)]) from None
    return _written(sheet.title, area)


def _written(title: str, area: Area) -> str:
    first = address_of(Place(title, area.top, area.left))
    return f"{first.rpartition('!')[0]}!{area.address}"


def _without(manifest: Manifest, lost: Lost, all_lost: Sequence[Lost]) -> Manifest:
    if lost.is_table:
        return editing.remove_table(manifest, lost.table)
    own = manifest.by_key.get(lost.key)
    others = any(one.key == lost.key and one != lost and not one.is_table for one in all_lost)
    if own is None or own.at or others or lost.key in editing.spoken_of(manifest):
        return manifest
    return editing.remove_field(manifest, lost.key)
