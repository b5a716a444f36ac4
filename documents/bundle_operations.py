"""
Bundles: ordered, listed item by item, put together when everything is there or has failed, cancelled, tried again.

Every item is a job of its own, and so is every document: any worker does any of them, a killed one loses none. Whoever
ends the last asks for the file, which is made in one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.record import record
from documents import operations, permissions
from documents.bundle_files import put_together
from documents.bundle_items import items_of
from documents.bundle_models import Packing
from documents.bundle_parts import TooLarge, content_of_parts, forget
from documents.dictionary import NoSuchSubject
from documents.events import DocumentEvent
from documents.in_force import NoSuchForm
from documents.models import Bundle, BundleItem, Document, Format
from documents.stored import names_people, rows_of
from facilities.actors import Actor, Role, actor_for
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from jobs import outbox
from jobs.models import Job, Lane

LIST, ORDER_ITEM, ASSEMBLE = (
    "documents.list_bundle",
    "documents.order_bundle_item",
    "documents.assemble_bundle",
)
KEPT = timedelta(days=14)
MOST_ITEMS = 6_000
NOTHING = "当てはまる帳票がありません。月と様式を確認してください。"
TOO_MANY = f"帳票が多すぎます（{MOST_ITEMS:,}件まで）。月や様式を分けてください。"
TOO_LARGE = "大きすぎて、1つのファイルにできません。月や様式を分けるか、ZIPを選んでください。"
GIVEN_UP = "作成できませんでした。もう一度作ってください。"
NOT_THERE = "対象の内容がなくなっています。"
NOT_READY = "この束はまだできていません。完成してからダウンロードしてください。"
ENDED = "この束は、もう作り終わっています。"
NOTHING_FAILED = "作り直す帳票はありません。"
OTHERS = "この束は、依頼した市の担当か施設だけが扱えます。"


@dataclass(frozen=True)
class Wish:
    """What is asked for: see ``Bundle``. The months are of one fiscal year."""

    title: str
    packing: Packing
    forms: tuple[str, ...]
    formats: tuple[Format, ...]
    first: ServiceMonth
    last: ServiceMonth
    about_id: UUID | None = None


@operation(DocumentEvent.BUNDLE_ORDERED)
def order(wish: Wish, *, by: Actor, at: datetime) -> Bundle:
    """
    Ask for a bundle. The same that is still being made is not made twice.

    :raises NotAllowed: not this person's to order.
    """
    permissions.order(by, None)
    about_id = by.facility_id or wish.about_id
    # Two clicks at once find one bundle.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bundle {by.municipality_id}"]
        )
    asked = {
        "packing": wish.packing,
        "forms": sorted(wish.forms),
        "formats": [Format.PDF] if wish.packing == Packing.PDF else sorted(wish.formats),
        "first_month": wish.first.first_day,
        "last_month": wish.last.first_day,
        "about_id": about_id,
        "facility_id": by.facility_id,
    }
    open_ones = Bundle.objects.filter(**asked, ready_at__isnull=True, cancelled_at__isnull=True, refusal="")
    bundle: Bundle | None = open_ones.exclude(job_id__in=_given_up()).first()
    if bundle is None:
        bundle = Bundle(
            municipality_id=by.municipality_id,
            title=wish.title[:120],
            ordered_at=at,
            ordered_by=by.user_id,
            ordered_as=by.duty,
            expires_at=at + KEPT,
            **asked,
        )
        bundle.job_id = _ask(LIST, bundle).pk
        bundle.save(force_insert=True)
    record(
        DocumentEvent.BUNDLE_ORDERED,
        by=by,
        rows={"bundle": [bundle.pk]},
        detail={
            "forms": bundle.forms,
            "formats": bundle.formats,
            "first": str(wish.first),
            "last": str(wish.last),
        },
        facility_id=about_id,
    )
    return bundle


def list_items(bundle_id: UUID) -> None:
    """Write down what the bundle shall hold, each form with a job of its own. Harmless twice."""
    bundle = _locked(bundle_id)
    if bundle is None or bundle.listed_at is not None or _has_ended(bundle):
        return
    items = items_of(bundle)
    bundle.listed_at = timezone.now()
    bundle.names_people = any(names_people(code) for code in {item.subject for item in items})
    if not items or len(items) > MOST_ITEMS:
        bundle.refusal = TOO_MANY if items else NOTHING
        bundle.save()
        return
    bundle.save()
    BundleItem.objects.bulk_create(items, batch_size=500)
    _ask_for(bundle, items)


def order_items(item_id: UUID) -> None:
    """
    Order a form of a bundle in all of its formats, write down why there is none, or take it out. Harmless twice.

    ``item_id`` is any of the form's items.
    """
    bundle_id, subject_id, form = (
        BundleItem.objects.filter(pk=item_id).values_list("bundle_id", "subject_id", "form").first()
    ) or (None, None, None)
    same = BundleItem.objects.filter(bundle=bundle_id, subject_id=subject_id, form=form)
    items = list(
        same.filter(document_id__isnull=True, refusal="")
        .select_related("bundle")
        .select_for_update(of=("self",))
        .order_by("position")
    )
    if not items or _has_ended(items[0].bundle):
        return
    first = items[0]
    try:
        with transaction.atomic():
            documents = operations.place(
                first.form,
                first.subject,
                first.subject_id,
                by=_actor(first.bundle),
                at=timezone.now(),
                formats=[item.format for item in items],
                bundle_id=first.bundle_id,
            )
    except (NoSuchForm, operations.GivenOutByCity):
        # Its condition does not hold, or the city has given out none: no such paper is missing.
        _order(items, {})
    except NotAllowed as refusal:
        _refuse(items, str(refusal))
    except (NoSuchSubject, ObjectDoesNotExist):
        _refuse(items, NOT_THERE)
    else:
        _order(items, {document.format: document for document in documents})
    settle(first.bundle_id)


def _order(items: Sequence[BundleItem], documents: Mapping[str, Document]) -> None:
    """Each item its document; one of a format that the form does not have any more is taken out."""
    for item in items:
        document = documents.get(item.format)
        if document is None:
            item.delete()
        else:
            item.document_id = document.pk
            item.save(update_fields=["document_id"])


def _refuse(items: Sequence[BundleItem], sentence: str) -> None:
    for item in items:
        item.refusal = sentence[:200]
        item.save(update_fields=["refusal"])


def settle_all_with(document_id: UUID) -> None:
    """A document has ended: bundles that waited for nothing else are put together."""
    waiting = Bundle.objects.filter(
        items__document_id=document_id, ready_at__isnull=True, cancelled_at__isnull=True, refusal=""
    )
    for bundle_id in waiting.order_by("pk").values_list("pk", flat=True).distinct():
        settle(bundle_id)


def settle_all() -> None:
    """Those whose last document, or its order, was given up: nobody was left to say so."""
    waiting = Bundle.objects.filter(
        listed_at__isnull=False, ready_at__isnull=True, cancelled_at__isnull=True, refusal=""
    )
    for bundle_id in waiting.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            given_up = Job.objects.filter(
                kind=ORDER_ITEM, failed_at__isnull=False, args__bundle_id=str(bundle_id)
            )
            items = BundleItem.objects.filter(pk__in=[UUID(job.args["item_id"]) for job in given_up])
            for item in items:
                same = BundleItem.objects.filter(bundle=bundle_id, subject_id=item.subject_id, form=item.form)
                _refuse(list(same.filter(document_id__isnull=True, refusal="")), GIVEN_UP)
            settle(bundle_id)


def settle(bundle_id: UUID) -> None:
    """Ask for the bundle's file when every item is there or has failed. Of two at once the second sees both."""
    bundle = _locked(bundle_id)
    if bundle is None or bundle.listed_at is None or _has_ended(bundle) or open_items(bundle).exists():
        return
    bundle.job_id = _ask(ASSEMBLE, bundle, key=f"bundle {bundle.pk} {bundle.round}").pk
    bundle.save(update_fields=["job_id"])


def assemble(bundle_id: UUID) -> None:
    """Put the file together and store it. Harmless when it is there."""
    bundle = _locked(bundle_id)
    if bundle is None or _has_ended(bundle) or open_items(bundle).exists():
        return
    if not bundle.items.exists():
        bundle.refusal = NOTHING
        bundle.save(update_fields=["refusal"])
        return
    try:
        with transaction.atomic():
            made = put_together(bundle)
    except TooLarge:
        bundle.refusal = TOO_LARGE
        bundle.save(update_fields=["refusal"])
        return
    now = timezone.now()
    bundle.missing, bundle.content_hash, bundle.size_bytes = made.missing, made.content_hash, made.size
    bundle.ready_at, bundle.expires_at = now, now + KEPT
    bundle.save()
    record(
        DocumentEvent.BUNDLE_MADE,
        rows={"bundle": [bundle.pk], "document": made.document_ids},
        detail={"bytes": made.size, "content_hash": made.content_hash, "missing": made.missing},
        facility_id=bundle.about_id,
    )


@operation(DocumentEvent.BUNDLE_CANCELLED)
def cancel(bundle_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Stop making a bundle. What it alone has asked for and nobody has begun is not made any more.

    :raises Bundle.DoesNotExist: none in scope.
    :raises NotAllowed: it is made already, or not this person's.
    """
    bundle = _own(bundle_id, by)
    if bundle.cancelled_at is not None:
        return
    if bundle.ready_at is not None or bundle.refusal:
        raise NotAllowed(ENDED)
    bundle.cancelled_at = at
    bundle.save(update_fields=["cancelled_at"])
    begun = Job.objects.filter(pk=OuterRef("job_id"), started_at__isnull=False)
    unbegun = Document.objects.filter(bundle_id=bundle.pk, ready_at__isnull=True, failed_at__isnull=True)
    unbegun.exclude(Exists(begun)).delete()
    record(DocumentEvent.BUNDLE_CANCELLED, by=by, rows={"bundle": [bundle.pk]}, facility_id=bundle.about_id)


@operation(DocumentEvent.BUNDLE_RETRIED)
def retry(bundle_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Try again what is missing in a bundle, or the whole that was given up; what is there stays as it is.

    :raises Bundle.DoesNotExist: none in scope.
    :raises NotAllowed: nothing has failed, or it is not this person's.
    """
    bundle = _own(bundle_id, by)
    was_given_up = _given_up().filter(pk=bundle.job_id or bundle.pk).exists()
    if bundle.cancelled_at is not None or not (bundle.missing or was_given_up):
        raise NotAllowed(NOTHING_FAILED)
    bundle.parts.all().delete()
    bundle.ready_at, bundle.size_bytes, bundle.content_hash, bundle.missing = None, None, "", 0
    bundle.round += 1
    bundle.expires_at = at + KEPT
    if bundle.listed_at is None:
        bundle.job_id = _ask(LIST, bundle).pk
        bundle.save()
    else:
        bundle.save()
        failed = list(missing_items(bundle))
        BundleItem.objects.filter(pk__in=[item.pk for item in failed]).update(document_id=None, refusal="")
        _ask_for(bundle, failed)
        settle(bundle.pk)
    record(DocumentEvent.BUNDLE_RETRIED, by=by, rows={"bundle": [bundle.pk]}, facility_id=bundle.about_id)


def content_of(bundle: Bundle, *, by: Actor) -> bytes:
    """
    The file, checked against its hash and recorded with whom it names.

    :raises NotAllowed: not ready, or somebody in it was erased.
    :raises DocumentDamaged: it is not what was put together.
    """
    permissions.order(by, None)
    if bundle.ready_at is None:
        raise NotAllowed(NOT_READY)
    content = content_of_parts(bundle)
    rows: dict[str, set[UUID]] = {"bundle": {bundle.pk}}
    ids = bundle.items.filter(document_id__isnull=False).values_list("document_id", flat=True)
    for document in Document.objects.filter(pk__in=list(ids)).defer("content_sealed"):
        named = rows_of(document) if names_people(document.subject) else {"document": [document.pk]}
        for kind, found in named.items():
            rows.setdefault(kind, set()).update(found)
    record(
        DocumentEvent.BUNDLE_DOWNLOADED,
        by=by,
        rows=rows,
        detail={"content_hash": bundle.content_hash},
        facility_id=bundle.about_id,
    )
    return content


def forget_expired(*, at: datetime) -> None:
    """Bundles nobody needs any more; their documents stay."""
    gone = Bundle.objects.filter(expires_at__lte=at)
    ids = list(gone.values_list("pk", flat=True))
    if ids:
        forget(gone, at=at)
        record(DocumentEvent.BUNDLE_FORGOTTEN, rows={"bundle": ids})


def with_states(items: "QuerySet[BundleItem]") -> "QuerySet[BundleItem]":
    """Items with ``is_ready`` and ``is_under_way``, by their documents; the others that were ordered have failed."""
    own = Document.objects.filter(pk=OuterRef("document_id"))
    given_up = Job.objects.filter(pk=OuterRef("job_id"), failed_at__isnull=False)
    under_way = own.filter(ready_at__isnull=True, failed_at__isnull=True).exclude(Exists(given_up))
    return items.annotate(is_ready=Exists(own.filter(ready_at__isnull=False)), is_under_way=Exists(under_way))


def open_items(bundle: Bundle) -> "QuerySet[BundleItem]":
    """Items that somebody still has to do something about."""
    return with_states(bundle.items.all()).filter(
        Q(document_id__isnull=True, refusal="") | Q(is_under_way=True)
    )


def missing_items(bundle: Bundle) -> "QuerySet[BundleItem]":
    """Items that were refused or have failed."""
    return with_states(bundle.items.all()).filter(
        ~Q(refusal="") | Q(document_id__isnull=False, is_ready=False, is_under_way=False)
    )


def _has_ended(bundle: Bundle) -> bool:
    return bool(bundle.ready_at or bundle.cancelled_at or bundle.refusal)


def _locked(bundle_id: UUID) -> Bundle | None:
    found: Bundle | None = Bundle.objects.select_for_update(of=("self",)).filter(pk=bundle_id).first()
    return found


def _own(bundle_id: UUID, by: Actor) -> Bundle:
    permissions.order(by, None)
    found: Bundle = Bundle.objects.select_for_update(of=("self",)).get(pk=bundle_id)
    if found.facility_id != by.facility_id:
        raise NotAllowed(OTHERS)
    return found


def _given_up() -> "QuerySet[Job, UUID]":
    return Job.objects.filter(failed_at__isnull=False, kind__in=[LIST, ASSEMBLE]).values_list("pk", flat=True)


def _ask_for(bundle: Bundle, items: Iterable[BundleItem]) -> None:
    """A job for each form of a subject, whatever its formats: its facts are read once."""
    for item in {(item.subject_id, item.form): item for item in items}.values():
        _ask(ORDER_ITEM, bundle, item_id=item.pk)


def _ask(kind: str, bundle: Bundle, *, key: str | None = None, **ids: Any) -> Job:
    whose: dict[str, Any] = {} if bundle.facility_id is None else {"facility_id": bundle.facility_id}
    return outbox.add(
        kind,
        key=key,
        lane=Lane.BULK,
        bundle_id=bundle.pk,
        municipality_id=bundle.municipality_id,
        **whose,
        **ids,
    )


def _actor(bundle: Bundle) -> Actor:
    """For whom the documents are ordered: the person, as they were when they asked."""
    return actor_for(
        user_id=bundle.ordered_by,
        login_id="",
        duty=Role(bundle.ordered_as),
        municipality_id=bundle.municipality_id,
        facility_id=bundle.facility_id,
    )
