"""One draft under the hands of an administrator: locked, changed, kept with the step back, recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audit.record import record
from documents.events import FormPackEvent
from documents.models import FormPack, FormPackStep, FormWorkbook
from documents.pack_content import manifest_of, workbook_bytes
from documents.pack_permissions import keep_form_packs
from documents.pack_states import FormPackState
from documents.packs.carrying import Lost, still_lost
from documents.packs.editing import NoSuchKey
from documents.packs.manifest import Manifest
from documents.packs.manifest_reading import ManifestWrong, manifest_text
from documents.packs.pack import content_hash
from facilities.actors import Actor
from facilities.rules import NotAllowed, ProblemsFound

MOST_STEPS: Final = 50
CHANGED_MEANWHILE: Final = (
    "画面を開いたあとに、この様式が変わりました。いまの内容を表示しています。もう一度操作してください。"
)
GONE: Final = "選んだ欄は、もうこの様式にありません。いまの内容を確かめてください。"


@dataclass(frozen=True)
class Draft:
    """What a change starts from and leads to."""

    manifest: Manifest
    workbook: FormWorkbook | None
    html: str
    lost: tuple[Lost, ...] = field(default=())

    def with_manifest(self, manifest: Manifest) -> "Draft":
        """The same with another manifest."""
        return replace(self, manifest=manifest)


def locked(pack_id: UUID, by: Actor) -> FormPack:
    """
    The row, held until the transaction ends.

    :raises FormPack.DoesNotExist: not a pack of the open scope.
    :raises NotAllowed: only administrators.
    """
    keep_form_packs(by, None)
    row: FormPack = (
        FormPack.objects.select_for_update(of=("self",)).select_related("workbook").get(pk=pack_id)
    )
    return row


def require_draft(row: FormPack) -> None:
    """:raises NotAllowed: it was released or given up."""
    if not row.is_draft:
        raise NotAllowed(
            f"この様式は「{FormPackState(row.state).label}」のため、変えられません。"
            "変えるときは、この様式を元にして新しく用意してください。"
        )


def change(
    pack_id: UUID,
    edit: Callable[[Draft], Draft],
    *,
    words: str,
    shown_version: int,
    by: Actor,
    at: datetime,
    event: FormPackEvent = FormPackEvent.CHANGED,
) -> FormPack:
    """
    One change of a draft, kept so that it can be taken back; what changes nothing leaves no step.

    :raises FormPack.DoesNotExist: not a pack of the open scope.
    :raises NotAllowed: only administrators, it is no draft any more, or it is not as shown.
    :raises ProblemsFound: the manifest would not be one, or what is to be changed is gone.
    """
    row = locked(pack_id, by)
    require_draft(row)
    if row.version != shown_version:
        raise NotAllowed(CHANGED_MEANWHILE)
    before = draft_of(row)
    try:
        after = edit(before)
    except NoSuchKey:
        raise ProblemsFound([GONE]) from None
    if after.lost == before.lost:
        after = replace(after, lost=tuple(still_lost(after.lost, before.manifest, after.manifest)))
    if after == before:
        return row
    keep_step(row, words, by=by, at=at)
    put(row, after, by=by, at=at)
    record(
        event,
        by=by,
        on=row,
        rows={"form_pack": [row.pk]},
        detail={"words": words, "version": row.version, "content_hash": row.content_hash},
    )
    return row


def draft_of(row: FormPack) -> Draft:
    """What the row says now."""
    lost = tuple(map(Lost.of, row.lost_places))
    return Draft(manifest_of(row.manifest), row.workbook, row.html, lost)


def put(row: FormPack, after: Draft, *, by: Actor, at: datetime) -> None:
    """
    Write what the pack is from now on.

    :raises ProblemsFound: no manifest, or another draft of its code and year waits already.
    """
    fields = content_fields(after)
    for name, value in fields.items():
        setattr(row, name, value)
    require_alone(row)
    row.version += 1
    row.prepared_at, row.prepared_by = at, by.user_id
    row.save()


def content_fields(draft: Draft) -> dict[str, Any]:
    """
    The columns of a row that hold this.

    :raises ProblemsFound: it would not be a manifest.
    """
    text = manifest_text(draft.manifest)
    manifest = read_or_problems(text)
    return {
        "code": manifest.code,
        "title": manifest.title,
        "family": manifest.family.value,
        "subject": manifest.subject,
        "of": manifest.of,
        "from_year": manifest.from_year,
        "to_year": manifest.to_year,
        "manifest": text,
        "workbook": draft.workbook,
        "html": draft.html,
        "content_hash": content_hash(text, workbook_bytes(draft.workbook), draft.html or None),
        "lost_places": [one.as_plain() for one in draft.lost],
    }


def read_or_problems(text: str) -> Manifest:
    """:raises ProblemsFound: not a manifest, with every sentence."""
    try:
        manifest = manifest_of(text)
    except ManifestWrong as wrong:
        raise ProblemsFound([str(problem) for problem in wrong.problems]) from None
    if manifest.to_year and manifest.to_year < manifest.from_year:
        raise ProblemsFound(["終わりの年度は、はじめの年度より前にできません。"])
    return manifest


def require_alone(row: FormPack) -> None:
    """:raises ProblemsFound: another draft of this code and year waits already."""
    others = FormPack.objects.filter(code=row.code, from_year=row.from_year, state=FormPackState.DRAFT)
    if (other := others.exclude(pk=row.pk).only("title").first()) is not None:
        raise ProblemsFound(
            [
                f"同じ番号（{row.code}）で同じ年度からの「{other.title}」が、公開待ちにあります。"
                "それを直すか、取りやめてから、もう一度行ってください。"
            ]
        )


def keep_step(row: FormPack, words: str, *, by: Actor, at: datetime) -> None:
    """What the pack is now, to come back to; the oldest beyond ``MOST_STEPS`` go."""
    FormPackStep.objects.create(
        municipality_id=row.municipality_id,
        pack=row,
        number=row.version,
        words=words[:200],
        manifest=row.manifest,
        workbook=row.workbook,
        html=row.html,
        lost_places=row.lost_places,
        at=at,
        by=by.user_id,
    )
    FormPackStep.objects.filter(pack=row, number__lte=row.version - MOST_STEPS).delete()


def steps_of(row: FormPack) -> Sequence[FormPackStep]:
    """The last changes, newest first, without what they hold."""
    found = FormPackStep.objects.filter(pack=row).defer("manifest", "html", "lost_places")
    return list(found[:MOST_STEPS])
