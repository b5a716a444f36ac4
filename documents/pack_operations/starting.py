"""A draft begun: from an official workbook, or from a form there is already."""

from dataclasses import dataclass, replace
from datetime import datetime

from audit.record import record
from documents.dictionary import NoSuchSubject, subject_of
from documents.events import FormPackEvent
from documents.models import FormPack, FormWorkbook
from documents.pack_content import pack_of, template_of
from documents.pack_operations import workbooks
from documents.pack_operations.drafts import Draft, content_fields, require_alone
from documents.pack_permissions import keep_form_packs
from documents.packs.carrying import carry
from documents.packs.manifest import Family, Issuer, Manifest
from documents.packs.pack import Pack
from documents.packs.shipped import shipped
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.operating import operation
from facilities.rules import ProblemsFound

NO_SUCH_FORM = "元にする様式が見つかりません。一覧から選び直してください。"
NO_SUCH_SUBJECT = "帳票の対象を一覧から選んでください。"


@dataclass(frozen=True)
class Head:
    """What a new form says of itself (様式の見出し)."""

    code: str
    title: str
    family: Family
    subject: str
    from_year: int
    source: str
    official: bool
    of: str = ""
    to_year: int = 0
    facility_types: tuple[str, ...] = ()
    issuer: Issuer = Issuer.FACILITY
    when: str = ""
    prints_drafts: bool = False
    embeds_workbook: bool = False


def original(content_hash: str) -> Pack:
    """
    The form of this content to copy from: one of the product's, or one of the city's that was released.

    :raises ProblemsFound: there is none.
    """
    for pack in shipped():
        if pack.content_hash == content_hash:
            return pack
    row = (
        FormPack.objects.filter(content_hash=content_hash, released_at__isnull=False)
        .select_related("workbook")
        .first()
    )
    if row is None:
        raise ProblemsFound([NO_SUCH_FORM])
    return pack_of(row)


@operation(FormPackEvent.STARTED)
def start_copy(
    content_hash: str,
    *,
    from_year: int,
    by: Actor,
    at: datetime,
    workbook: bytes | None = None,
    file_name: str = "",
) -> FormPack:
    """
    A draft for this year from a form there is; with a new ``workbook`` its mapping is carried onto that.

    :raises NotAllowed: only administrators.
    :raises ProblemsFound: no such form, the workbook cannot be used, or a draft of it waits already.
    """
    keep_form_packs(by, None)
    pack = original(content_hash)
    same_year = pack.manifest.from_year == from_year
    manifest = replace(pack.manifest, from_year=from_year, to_year=pack.manifest.to_year if same_year else 0)
    row = None
    if pack.workbook is not None:
        row = workbooks.keep(pack.workbook, f"{manifest.code}.xlsx", by=by, at=at)
    draft = Draft(manifest, row, pack.html or "")
    if workbook is not None:
        draft = onto(draft, workbook, file_name, by=by, at=at)
    return _begin(draft, by=by, at=at)


@operation(FormPackEvent.STARTED)
def start_new(head: Head, workbook: bytes, file_name: str, *, by: Actor, at: datetime) -> FormPack:
    """
    A draft of a form that there was not, from its official workbook; nothing is mapped yet.

    :raises NotAllowed: only administrators.
    :raises ProblemsFound: the workbook cannot be used, the head is incomplete, or a draft of it waits already.
    """
    keep_form_packs(by, None)
    workbooks.readable(workbook)
    kept = workbooks.keep(workbook, file_name, by=by, at=at)
    return _begin(Draft(with_head(None, head), kept, ""), by=by, at=at)


def with_head(manifest: Manifest | None, head: Head) -> Manifest:
    """
    The manifest with another head; without one a manifest with nothing else.

    :raises ProblemsFound: nobody registered its subject.
    """
    try:
        subject_of(head.subject)
    except NoSuchSubject:
        raise ProblemsFound([NO_SUCH_SUBJECT]) from None
    said = {name: getattr(head, name) for name in Head.__dataclass_fields__}
    if manifest is None:
        return Manifest(**said, fields=())
    return replace(manifest, **said)


def onto(draft: Draft, workbook: bytes, file_name: str, *, by: Actor, at: datetime) -> Draft:
    """
    The draft with another workbook: what fits stays, what does not is lost and listed. An HTML template of its own
    goes: it was made for the earlier sheet.

    :raises ProblemsFound: the workbook cannot be used.
    """
    now = workbooks.readable(workbook)
    kept = workbooks.keep(workbook, file_name, by=by, at=at)
    before = template_of(_content(draft.workbook))
    if before is None:
        return replace(draft, workbook=kept, html="")
    carried = carry(draft.manifest, before, now)
    return Draft(carried.manifest, kept, "", (*draft.lost, *carried.lost))


def _content(workbook: FormWorkbook | None) -> bytes | None:
    return None if workbook is None else bytes(workbook.content)


def _begin(draft: Draft, *, by: Actor, at: datetime) -> FormPack:
    # One after the other: whether a draft waits is looked up and taken.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    row = FormPack(
        municipality_id=by.municipality_id, prepared_at=at, prepared_by=by.user_id, **content_fields(draft)
    )
    require_alone(row)
    row.save(force_insert=True)
    record(
        FormPackEvent.STARTED,
        by=by,
        on=row,
        rows={"form_pack": [row.pk]},
        detail={"code": row.code, "from_year": row.from_year, "content_hash": row.content_hash},
    )
    return row
