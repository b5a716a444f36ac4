"""What the two upload pages share: taking a chosen file, and saying why it cannot be brought in."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from audit.record import Outcome, record
from claims.forms import UploadForm
from claims.imports import HeadingsUnknown
from claims.models import FileImport, FileKind, MappingDraft
from claims.operations import mapping
from claims.operations.intakes import INTAKES
from claims.operations.previews import CodesUnknown, MonthsClosed
from claims.wording import KEPT_NOTHING, refusal_words
from documents.reading import FileRefused
from documents.uploads import is_too_large
from facilities.requests import TenantRequest
from facilities.rules import NotAllowed

KEPT_HEADINGS = {FileKind.COUNTS: "人数は保存していません。", FileKind.CHARGES: "金額は保存していません。"}


@dataclass(frozen=True)
class Upload:
    """
    What became of a chosen file: a preview, or why not, and what may be mapped of it. All empty: see the form.

    With a draft, ``refusal`` says only what would have to be put right to do without a mapping.
    """

    imported: FileImport | None = None
    refusal: FileRefused | None = None
    draft: MappingDraft | None = None


NOTHING = Upload()


def taken(request: TenantRequest, form: UploadForm, kind: FileKind) -> Upload:
    """Preview the file that was sent. What is wrong with the form itself stands in the form."""
    intake = INTAKES[kind]
    if is_too_large(request):
        form.errors["file"] = form.error_class([intake.too_large])
        record(intake.refused, detail={"too_large": True}, outcome=Outcome.REFUSED)
        return NOTHING
    if not form.is_valid():
        return NOTHING
    content = form.cleaned_data["file"].read()
    try:
        imported = intake.preview(content, by=request.actor, at=timezone.now(), how=form.how)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return NOTHING
    except (HeadingsUnknown, CodesUnknown) as refusal:
        return _to_be_mapped(request, content, refusal, kind)
    except FileRefused as refusal:
        return Upload(refusal=refusal)
    return Upload(imported)


def _to_be_mapped(
    request: TenantRequest, content: bytes, refusal: HeadingsUnknown | CodesUnknown, kind: FileKind
) -> Upload:
    """With what is needed to map the file; without, and with the reason, when nothing of it may be kept."""
    replaces = refusal.mapping_id if isinstance(refusal, CodesUnknown) else None
    try:
        draft = mapping.begin(content, kind=kind, replaces=replaces, by=request.actor, at=timezone.now())
    except FileRefused as unkept:
        is_foreign = isinstance(refusal, HeadingsUnknown) and refusal.are_foreign
        return Upload(refusal=unkept if is_foreign else refusal)
    return Upload(refusal=refusal, draft=draft)


def shown(upload: Upload, kind: FileKind) -> dict[str, Any]:
    """For the template: the sentences, the list of places, and the way to a mapping."""
    refusal, draft = upload.refusal, upload.draft
    is_new_layout = draft is not None and isinstance(refusal, HeadingsUnknown)
    kept = KEPT_HEADINGS[kind] if draft else KEPT_NOTHING
    return {
        "refusal": refusal,
        "draft": draft,
        "kept": kept,
        "closed_months": refusal.months if isinstance(refusal, MonthsClosed) else [],
        "is_known_mapping": isinstance(refusal, CodesUnknown),
        # Nothing is wrong with a file that is read for the first time: no problems, and the way on comes first.
        "problems": refusal_words(refusal, kept=kept) if refusal and not is_new_layout else [],
        "has_places": refusal is not None
        and not is_new_layout
        and any(problem.place for problem in refusal.problems),
        "nearly_ours": refusal.listed
        if isinstance(refusal, HeadingsUnknown) and draft and not refusal.are_foreign
        else [],
    }
