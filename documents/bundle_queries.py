"""How far bundles are, and which forms of a month or year are there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Q

from documents.bundle_items import Listed, listed
from documents.bundle_operations import missing_items, with_states
from documents.models import Bundle, BundleItem, Document, Format
from documents.packs.manifest import FAMILY_LABELS, Family, Issuer
from documents.stored import problems_of
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from jobs.models import Job

MOST_REASONS = 300
STATES: Mapping[str, tuple[str, str]] = {
    "listing": ("now", "中身を調べています"),
    "making": ("now", "作成しています"),
    "packing": ("now", "1つにまとめています"),
    "ready": ("ok", "できました"),
    "incomplete": ("warn", "一部を除いてできました"),
    "cancelled": ("off", "取りやめました"),
    "failed": ("bad", "作成できませんでした"),
}


@dataclass(frozen=True)
class BundleView:
    """A bundle and how many of its documents are there."""

    bundle: Bundle
    total: int
    ready: int
    ended: int
    was_given_up: bool

    @property
    def state(self) -> str:
        """One of ``STATES``."""
        bundle = self.bundle
        if bundle.cancelled_at is not None:
            return "cancelled"
        if bundle.ready_at is not None:
            return "incomplete" if bundle.missing else "ready"
        if bundle.refusal or self.was_given_up:
            return "failed"
        if bundle.listed_at is None:
            return "listing"
        return "making" if self.ended < self.total else "packing"

    @property
    def tone(self) -> str:
        """Of its tag."""
        return STATES[self.state][0]

    @property
    def words(self) -> str:
        """For the page."""
        return STATES[self.state][1]

    @property
    def is_busy(self) -> bool:
        """Somebody works on it: the page asks again."""
        return self.state in {"listing", "making", "packing"}

    @property
    def is_there(self) -> bool:
        """It can be downloaded."""
        return self.bundle.ready_at is not None

    @property
    def may_retry(self) -> bool:
        """Something of it can be tried again."""
        return self.state == "incomplete" or (self.state == "failed" and self.was_given_up)


@dataclass(frozen=True)
class Reason:
    """Why an item is not in the bundle."""

    item: BundleItem
    sentences: Sequence[str]


@dataclass
class FormState:
    """
    One form of the chosen months: how many subjects there are, and of how many of its documents are ready. Where it
    ``has_condition``, it is of some of them only: which is known when they are asked for.
    """

    code: str
    title: str
    family: Family
    formats: tuple[Format, ...]
    has_condition: bool = False
    subjects: set[UUID] = field(default_factory=set)
    facilities: set[UUID] = field(default_factory=set)
    ready: int = 0
    under_way: int = 0
    failed: int = 0

    @property
    def family_words(self) -> str:
        """毎月の請求."""
        return FAMILY_LABELS[self.family]

    @property
    def format_words(self) -> str:
        """``PDF・Excel``."""
        return "・".join(one.label for one in self.formats)

    @property
    def wanted(self) -> int:
        """How many documents there could be."""
        return len(self.subjects) * len(self.formats)

    @property
    def missing(self) -> int:
        """Documents nobody has ordered yet."""
        return self.wanted - self.ready - self.under_way - self.failed


def bundle_views(bundles: Iterable[Bundle]) -> list[BundleView]:
    """How far these bundles are; two queries."""
    found = list(bundles)
    counts = {
        row["bundle_id"]: row
        for row in with_states(BundleItem.objects.filter(bundle__in=found))
        .values("bundle_id")
        .order_by("bundle_id")
        .annotate(
            total=Count("pk"),
            ready=Count("pk", filter=Q(is_ready=True)),
            is_open=Count("pk", filter=Q(document_id__isnull=True, refusal="") | Q(is_under_way=True)),
        )
    }
    jobs = Job.objects.filter(pk__in=[one.job_id for one in found if one.job_id], failed_at__isnull=False)
    given_up = set(jobs.values_list("pk", flat=True))
    nothing = {"total": 0, "ready": 0, "is_open": 0}
    views = []
    for bundle in found:
        row = counts.get(bundle.pk, nothing)
        views.append(
            BundleView(
                bundle, row["total"], row["ready"], row["total"] - row["is_open"], bundle.job_id in given_up
            )
        )
    return views


def bundles_shown() -> list[BundleView]:
    """Those of whoever asks: a facility its own, the city its own."""
    return bundle_views(Bundle.objects.all()[:20])


def reasons_of(bundle: Bundle) -> list[Reason]:
    """What is not in the bundle, and why; the first ``MOST_REASONS``."""
    items = list(missing_items(bundle).order_by("position")[:MOST_REASONS])
    ids = [item.document_id for item in items if item.document_id]
    documents = {row.pk: row for row in Document.objects.filter(pk__in=ids).defer("content_sealed")}
    return [Reason(item, _sentences(item, documents)) for item in items]


def _sentences(item: BundleItem, documents: Mapping[UUID, Document]) -> Sequence[str]:
    if item.refusal:
        return [item.refusal]
    document = documents.get(item.document_id) if item.document_id else None
    try:
        found = problems_of(document) if document is not None else []
    except NotAllowed as erased:
        return [str(erased)]
    return found or ["作成できませんでした。もう一度作ってください。"]


def form_states(first: ServiceMonth, last: ServiceMonth, facility: Facility | None) -> list[FormState]:
    """Every form of these months, of all facilities or one: by family and code. A constant number of queries."""
    rows = Facility.objects.all() if facility is None else [facility]
    found = listed(first, last, {one.pk: one for one in rows}, whole_city=facility is None)
    return _states(found, _newest(first, last))


def still_to_make(first: ServiceMonth, last: ServiceMonth, facility: Facility) -> list[Listed]:
    """Forms of the facility's subjects that were never ordered."""
    made = {(subject_id, form) for subject_id, form, _ in _newest(first, last)}
    return [
        one
        for one in listed(first, last, {facility.pk: facility}, whole_city=False, in_words=True)
        if one.pack.manifest.issuer is Issuer.FACILITY
        and (one.subject_id, one.pack.manifest.code) not in made
    ]


def _newest(first: ServiceMonth, last: ServiceMonth) -> dict[tuple[UUID, str, str], tuple[bool, bool]]:
    """Of each subject, form and format the newest document: whether it is ready, whether it has failed."""
    given_up = Job.objects.filter(failed_at__isnull=False, kind="documents.render").values("pk")
    rows = Document.objects.filter(
        month__gte=first.first_day, month__lte=last.first_day, is_draft=False
    ).order_by("ordered_at")
    lost = set(rows.filter(ready_at__isnull=True, job_id__in=given_up).values_list("pk", flat=True))
    found = rows.values_list("pk", "subject_id", "form", "format", "ready_at", "failed_at")
    return {
        (subject_id, form, file_format): (ready_at is not None, failed_at is not None or pk in lost)
        for pk, subject_id, form, file_format, ready_at, failed_at in found
    }


def _states(
    found: Iterable[Listed], newest: Mapping[tuple[UUID, str, str], tuple[bool, bool]]
) -> list[FormState]:
    states: dict[str, FormState] = {}
    for one in found:
        manifest = one.pack.manifest
        state = states.setdefault(
            manifest.code,
            FormState(manifest.code, manifest.title, manifest.family, one.formats, bool(manifest.when)),
        )
        state.subjects.add(one.subject_id)
        state.facilities.add(one.facility.pk)
        for file_format in one.formats:
            known = newest.get((one.subject_id, manifest.code, file_format))
            if known is None:
                continue
            is_ready, has_failed = known
            state.ready += is_ready
            state.failed += has_failed and not is_ready
            state.under_way += not is_ready and not has_failed
    order = list(Family)
    return sorted(states.values(), key=lambda one: (order.index(one.family), one.code))
