"""What pages show of documents: one form's progress, and everything that was made."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from documents.forms import PanelWords, form_of
from documents.models import Document
from jobs.models import Job


@dataclass(frozen=True)
class Progress:
    """One document on its way: waiting, started, ready or failed."""

    document: Document
    state: str

    @property
    def words(self) -> str:
        """For the page."""
        return {
            "waiting": "順番を待っています",
            "started": "作成しています",
            "ready": "できました",
            "failed": "作成できませんでした",
        }[self.state]


@dataclass(frozen=True)
class Panel:
    """The documents of one subject; empty before they were ordered."""

    subject_id: UUID
    form: str
    progress: list[Progress]

    @property
    def words(self) -> PanelWords:
        """How the page speaks of the form."""
        return form_of(self.form).words

    @property
    def is_ordered(self) -> bool:
        """Something was ordered."""
        return bool(self.progress)

    @property
    def is_busy(self) -> bool:
        """Something is still on its way: the page asks again."""
        return any(one.state in {"waiting", "started"} for one in self.progress)

    @property
    def has_failed(self) -> bool:
        """Something has to be ordered anew."""
        return any(one.state == "failed" for one in self.progress)

    @property
    def row_ids(self) -> list[UUID]:
        """The documents shown."""
        return [one.document.pk for one in self.progress]


def panel_for(subject_id: UUID, form: str) -> Panel:
    """The state of each format, in two queries."""
    found = Document.objects.filter(subject_id=subject_id, form=form).defer("content_sealed")
    return Panel(subject_id, form, _progress_of(list(found.order_by("format"))))


def progress_by_subject(subject_ids: Iterable[UUID], form: str) -> dict[UUID, list[Progress]]:
    """How far the documents of many subjects are; two queries."""
    found = Document.objects.filter(subject_id__in=list(subject_ids), form=form).defer("content_sealed")
    by_subject: dict[UUID, list[Progress]] = {}
    for one in _progress_of(list(found.order_by("format"))):
        by_subject.setdefault(one.document.subject_id, []).append(one)
    return by_subject


def _progress_of(documents: list[Document]) -> list[Progress]:
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=[document.job_id for document in documents])}
    return [Progress(document, _state(document, jobs)) for document in documents]


def _state(document: Document, jobs: dict[UUID, Job]) -> str:
    if document.ready_at is not None:
        return "ready"
    job = jobs.get(document.job_id)
    if job is None or job.failed_at is not None:
        return "failed"
    return "started" if job.started_at is not None else "waiting"


def documents_made(words: str = "") -> list[Progress]:
    """Everything the facility in scope has ordered, newest month first, and how far each is; two queries."""
    found = Document.objects.defer("content_sealed").order_by("-month", "title", "format")
    if words:
        found = found.filter(title__icontains=words)
    return _progress_of(list(found))
