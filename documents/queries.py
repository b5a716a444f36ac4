"""What pages show of documents: every form of a subject with its progress, and everything that was made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from documents.bundle_items import Listed
from documents.models import Document, Format
from documents.packs.manifest import Issuer
from documents.printables import Printable, printables
from documents.stored import problems_of
from facilities.periods import ServiceMonth
from facilities.scope import current_scope
from jobs.models import Job

WORDS = {
    "waiting": "順番を待っています",
    "started": "作成しています",
    "ready": "できました",
    "failed": "作成できませんでした",
}


@dataclass(frozen=True)
class Progress:
    """
    One document on its way: waiting, started, ready or failed. ``is_old``: the subject or the pack has changed since.
    ``problems`` say why it could not be made as its data are, each with what to do.
    """

    document: Document
    state: str
    is_old: bool = False
    problems: Sequence[str] = ()

    @property
    def words(self) -> str:
        """For the page."""
        return WORDS[self.state]

    @property
    def is_busy(self) -> bool:
        """Somebody still works on it."""
        return self.state in {"waiting", "started"}


@dataclass(frozen=True)
class PanelForm:
    """One form of the subject: what was made of its present content, and of earlier ones (前の内容)."""

    code: str
    title: str
    lead: str
    button: str
    formats: tuple[Format, ...]
    progress: Sequence[Progress]
    earlier: Sequence[Progress] = ()
    is_draft: bool = False

    @property
    def is_ordered(self) -> bool:
        """Its present content was ordered."""
        return bool(self.progress)

    @property
    def has_failed(self) -> bool:
        """Something has to be ordered anew."""
        return any(one.state == "failed" for one in self.progress)

    @property
    def is_wanted(self) -> bool:
        """Something of it can be ordered by whoever looks."""
        return bool(self.formats) and (self.has_failed or not self.is_ordered)

    @property
    def has_anything(self) -> bool:
        """It is there, or can be."""
        return bool(self.formats or self.progress or self.earlier)


@dataclass(frozen=True)
class Panel:
    """All forms of one subject with their documents."""

    subject: str
    subject_id: UUID
    forms: Sequence[PanelForm]

    @property
    def is_busy(self) -> bool:
        """Something is still on its way: the page asks again."""
        return any(one.is_busy for form in self.forms for one in form.progress)

    @property
    def wanted(self) -> list[PanelForm]:
        """The forms that can be ordered."""
        return [form for form in self.forms if form.is_wanted]

    @property
    def row_ids(self) -> list[UUID]:
        """The documents shown."""
        return [one.document.pk for form in self.forms for one in (*form.progress, *form.earlier)]


def panel_for(subject_code: str, subject_id: UUID) -> Panel:
    """
    Every form there is of a subject, and the state of each format; a constant number of queries.

    :raises NoSuchSubject: nobody registered this kind of subject.
    """
    found = Document.objects.filter(subject_id=subject_id).defer("content_sealed")
    progress = _progress_of(list(found.order_by("format", "-ordered_at")))
    shown = [_panel_form(one, progress) for one in printables(subject_code, subject_id)]
    shown += _gone(progress, {form.code for form in shown})
    return Panel(subject_code, subject_id, [form for form in shown if form.has_anything])


def _panel_form(found: Printable, progress: Sequence[Progress]) -> PanelForm:
    own = [one for one in progress if one.document.form == found.code]
    now = (found.edition, found.pack.content_hash)
    is_of_city = found.pack.manifest.issuer is Issuer.CITY
    present = [one for one in own if (one.document.edition, one.document.pack_hash) == now]
    return PanelForm(
        found.code,
        found.pack.manifest.title,
        found.pack.manifest.source if found.pack.manifest.official else "",
        f"{found.pack.manifest.title}を作る",
        # What the city gives out, a facility finds here when it is there.
        () if is_of_city and not current_scope().whole_city else found.formats,
        present,
        _earlier(one for one in own if one not in present),
        found.is_draft,
    )


def _earlier(progress: Iterable[Progress]) -> list[Progress]:
    """What is still to be had of contents that hold no more."""
    return [Progress(one.document, one.state, is_old=True) for one in progress if one.state == "ready"]


def _gone(progress: Sequence[Progress], codes: set[str]) -> list[PanelForm]:
    """What was printed in forms that are not in force any more stays to be had."""
    kept: dict[str, list[Progress]] = {}
    for one in _earlier(progress):
        if one.document.form not in codes:
            kept.setdefault(one.document.form, []).append(one)
    return [PanelForm(code, rows[0].document.title, "", "", (), (), rows) for code, rows in kept.items()]


def progress_by_subject(subject_ids: Iterable[UUID], form: str) -> dict[UUID, list[Progress]]:
    """How far the newest documents of many subjects are, each format once; two queries."""
    found = Document.objects.filter(subject_id__in=list(subject_ids), form=form).defer("content_sealed")
    newest: dict[tuple[UUID, str], Document] = {}
    for document in found.order_by("format", "ordered_at"):
        newest[document.subject_id, document.format] = document
    by_subject: dict[UUID, list[Progress]] = {}
    for one in _progress_of(list(newest.values())):
        by_subject.setdefault(one.document.subject_id, []).append(one)
    return by_subject


def documents_made(first: ServiceMonth, last: ServiceMonth, words: str = "") -> list[Progress]:
    """What the facility in scope has ordered of these months, the newest first, and how far each is; two queries."""
    found = Document.objects.defer("content_sealed").filter(
        month__gte=first.first_day, month__lte=last.first_day
    )
    if words:
        found = found.filter(title__icontains=words)
    progress = _progress_of(list(found.order_by("-month", "title", "format", "-ordered_at")))
    seen: set[tuple[UUID, str, str]] = set()
    shown = []
    for one in progress:
        key = (one.document.subject_id, one.document.form, one.document.format)
        shown.append(replace(one, is_old=key in seen))
        seen.add(key)
    return shown


def documents_of(control_number: str) -> list[Progress]:
    """What was printed under a control number; two queries."""
    found = Document.objects.filter(control_number=control_number).defer("content_sealed")
    return _progress_of(list(found.order_by("title", "format", "-ordered_at")))


@dataclass(frozen=True)
class ToMake:
    """A subject with forms nobody has ordered. Which of them apply is known when they are asked for."""

    subject: str
    subject_id: UUID
    label: str


def by_subject(found: Iterable[Listed]) -> list[ToMake]:
    """Forms to make, together where they are about the same."""
    named = {(one.subject.code, one.subject_id): f"{one.words}　{one.subject.label}" for one in found}
    return [ToMake(code, subject_id, label) for (code, subject_id), label in named.items()]


def _progress_of(documents: list[Document]) -> list[Progress]:
    """With what is wrong of those that could not be made; one query, and the keys of those that name people."""
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=[document.job_id for document in documents])}
    return [_progress(document, jobs) for document in documents]


def _progress(document: Document, jobs: dict[UUID, Job]) -> Progress:
    if document.ready_at is not None:
        return Progress(document, "ready")
    if document.failed_at is not None:
        return Progress(document, "failed", problems=problems_of(document))
    job = jobs.get(document.job_id)
    if job is None or job.failed_at is not None:
        return Progress(document, "failed")
    return Progress(document, "started" if job.started_at is not None else "waiting")
