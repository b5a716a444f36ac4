"""
What forms are made of in this room: one version of a claim (請求), registered with the data dictionary of documents.

A claim's paper, the facility's other monthly papers and the city's notices are all forms of this one subject.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextChoices
from django.urls import reverse

from claims import permissions
from claims.form_reading import charge_columns
from claims.form_values import control_number_of, values
from claims.form_vocabulary import VOCABULARY
from claims.models import Claim, CountSheet
from claims.net import Net, NetKind, net_of
from claims.queries.terms import provisional_rates
from claims.states import ClaimStatus, SheetStatus
from claims.wording import month_words
from documents import dictionary
from documents.dictionary import Example, Facts, Vocabulary
from facilities.actors import Actor
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.schedule import CitySchedule, Step

CODE: Final = "claim"
NO_CHARGE: Final = (
    "利用者負担額がまだ届いていないため、差し引いた額を計算できません。届いてから、もう一度お試しください。"
)
NOT_HERE: Final = "この請求は見つかりません。"
EXAMPLES_LISTED: Final = 24


def register() -> None:
    """Make claims known to documents."""
    dictionary.register(
        dictionary.Subject(
            code=CODE,
            label="月の請求",
            describe=describe,
            facts=facts,
            values=values,
            may_order=may_order,
            find=find,
            examples=examples,
            page=page,
            sorts=lambda fiscal_year: {sort.value: sort.label for sort in Sort},
        )
    )


class Sort(TextChoices):
    """What a claim is, for packs that are of some of them only (``of``)."""

    FIRST = "first", "はじめの請求"
    CORRECTION = "correction", "過誤調整の請求"
    OUTSIDE = "outside", "管外の請求"
    RETURNED = "returned", "差し戻した請求"


# The same as ``sort_of`` and ``is_final`` say of a row.
OF_SORT: Mapping[Sort, Q] = {
    Sort.RETURNED: Q(returned_at__isnull=False),
    Sort.OUTSIDE: Q(returned_at__isnull=True, outside=True),
    Sort.CORRECTION: Q(returned_at__isnull=True, outside=False, corrects__isnull=False),
    Sort.FIRST: Q(returned_at__isnull=True, outside=False, corrects__isnull=True),
}
FINAL = (
    Q(outside=True, submitted_at__isnull=False)
    | Q(outside=False, approved_at__isnull=False)
    | Q(returned_at__isnull=False)
)


def sort_of(claim: Claim) -> Sort:
    """A returned version is that, whatever it was meant to be: no money is asked for with it."""
    if claim.returned_at is not None:
        return Sort.RETURNED
    if claim.outside:
        return Sort.OUTSIDE
    return Sort.CORRECTION if claim.is_correction else Sort.FIRST


def _of_sort(of: str) -> QuerySet[Claim]:
    rows: QuerySet[Claim] = Claim.objects.all()
    return rows.filter(OF_SORT[Sort(of)]) if of else rows


def describe(of: str, fiscal_year: int) -> Vocabulary:
    """The same of every claim and year."""
    return VOCABULARY


def may_be_printed(claim: Claim) -> bool:
    """Its content is final: approved, or to another municipality and fixed, also when a later version replaced it."""
    return claim.submitted_at is not None if claim.outside else claim.approved_at is not None


def is_final(claim: Claim) -> bool:
    """
    Nothing of this version changes any more: it may be printed, or it was returned.

    A returned version stays as it was decided, so its notice (返戻通知書) is no draft; there is no request
    for money of it (those forms are not ``of`` returned ones).
    """
    return may_be_printed(claim) or claim.returned_at is not None


def facts(claim_id: UUID) -> Facts:
    """
    What documents must know of it, in one query.

    The edition covers content, decisions, the charge that is taken off, the counts of the month before and the day of
    payment: whatever of these changes makes another paper.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    """
    before = CountSheet.objects.filter(facility=OuterRef("facility")).exclude(status=SheetStatus.SUPERSEDED)
    claim = (
        Claim.objects.select_related("facility", "municipality")
        .annotate(
            has_provisional_rates=provisional_rates(),
            sheet_before=Subquery(
                before.filter(month__lt=OuterRef("month")).order_by("-month").values("pk")[:1]
            ),
            **charge_columns(),
        )
        .get(pk=claim_id)
    )
    number = claim.facility.number
    version = f"_第{claim.version}版" if claim.version > 1 else ""
    made: datetime = claim.approved_at or claim.returned_at or claim.submitted_at or claim.drafted_at
    return Facts(
        facility_id=claim.facility_id,
        day=claim.month,
        edition=_edition(
            claim,
            net_of(claim, charge_yen=claim.charge_yen, charge_id=claim.charge_id),
            claim.has_provisional_rates,
            claim.sheet_before,
        ),
        is_final=is_final(claim),
        control_number=control_number_of(claim, number),
        of=sort_of(claim),
        made_at=made,
        price_mark=claim.price_mark,
        suffix=f"_{claim.payer_code}{version}" if claim.outside else version,
    )


def _edition(claim: Claim, net: Net, is_provisional: bool, sheet_before: UUID | None) -> str:
    pay = CitySchedule.of(claim.municipality).deadline(claim.service_month, Step.PAY).day
    told = (
        claim.content_hash,
        claim.status,
        claim.submitted_at,
        claim.approved_at,
        claim.returned_at,
        claim.return_reason,
        claim.correction_reason,
        is_provisional,
        net.kind,
        net.charge_yen,
        sheet_before,
        pay,
    )
    return hashlib.sha256("\n".join(map(str, told)).encode()).hexdigest()


def may_order(actor: Actor, claim_id: UUID) -> None:
    """
    Locks the claim, so that two orders at once queue and the second finds what the first one made.

    A facility orders its own; the city's people who see claims order every one. What is not final yet is printed as a
    draft, by forms that are printed as drafts.

    :raises Claim.DoesNotExist: not a claim of the open scope: as if there were none.
    :raises NotAllowed: not one of this person's, or what is paid of it is not known yet.
    """
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    if actor.is_facility and claim.facility_id != actor.facility_id:
        raise NotAllowed(NOT_HERE)
    if not actor.is_facility:
        permissions.see_claims(actor, claim)
    # A query of its own, after the lock: the locking one would not see a charge that came while it waited.
    charged = Claim.objects.annotate(**charge_columns()).get(pk=claim_id)
    net = net_of(charged, charge_yen=charged.charge_yen, charge_id=charged.charge_id)
    if net.kind is NetKind.MISSING:
        raise NotAllowed(NO_CHARGE)


def find(
    of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
) -> Sequence[tuple[UUID, UUID]]:
    """The final claims of these months, by month, facility and municipality; none that was replaced."""
    found = _of_sort(of).filter(month__gte=first.first_day, month__lte=last.first_day)
    if facility_ids is not None:
        found = found.filter(facility__in=facility_ids)
    ordered = found.exclude(status=ClaimStatus.SUPERSEDED).order_by(
        "month", "facility__number", "outside", "payer_code", "version"
    )
    return list(ordered.filter(FINAL).values_list("facility_id", "pk"))


def examples(of: str, fiscal_year: int) -> Sequence[Example]:
    """The newest of a year, one a facility type and status; the approved ones first."""
    first, last = ServiceMonth(fiscal_year, 4), ServiceMonth(fiscal_year + 1, 3)
    found = (
        _of_sort(of)
        .filter(month__gte=first.first_day, month__lte=last.first_day)
        .exclude(status=ClaimStatus.SUPERSEDED)
        .select_related("facility")
        .only("month", "status", "outside", "version", "facility__name", "facility__kind")
        .order_by("facility__kind", "status", "-month", "outside", "facility__number")
        .distinct("facility__kind", "status")
    )
    ordered = sorted(found, key=lambda claim: (claim.status, claim.facility.kind))
    return [Example(claim.pk, _words(claim)) for claim in ordered[:EXAMPLES_LISTED]]


def _words(claim: Claim) -> str:
    kind = claim.facility.get_kind_display()
    return f"{claim.facility.name}（{kind}）　{month_words(claim.service_month)}　{claim.status_words}"


def page(actor: Actor, claim_id: UUID) -> str:
    """The claim's page of this person; empty where they read none."""
    claim = Claim.objects.select_related("facility").filter(pk=claim_id).first()
    if claim is None:
        return ""
    if actor.is_facility:
        is_own = actor.facility_id == claim.facility_id
        return reverse("claims:claim_page", args=[claim.facility.number, claim.pk]) if is_own else ""
    is_seen = permissions.see_claims.allows(actor, claim) and not claim.outside
    return reverse("approvals:review_page", args=[claim.pk]) if is_seen else ""
