"""
Drafting: claims make themselves from confirmed counts, the month's facts, the dated profile and the book in force.

A draft is computed again whenever its inputs change, in place. What was submitted, returned or approved is never
touched: it keeps the snapshot it was made from. Where the counts under an approved claim were corrected, or its terms
(profile and granted items) have changed to another amount, it is flagged and a new version is drafted beside it
(過誤調整).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.record import Who, record
from claims import permissions
from claims.closing import is_closed, require_open
from claims.composing import (
    CannotDraft,
    Composition,
    Ingredients,
    compose,
    composed_with_facts_of,
    gather,
    have_terms_changed,
)
from claims.events import ClaimEvent
from claims.facts import given
from claims.models import Claim, ClaimLine, CountSheet, Obstacle
from claims.operations.telling import tell_of_corrections
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Actor
from facilities.models import Facility, FacilityKind, Municipality, is_public_in, public_in
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from rate_books.in_force import books_for, in_force
from rate_books.models import Book

CONTENT_FIELDS = (
    "sheet",
    "snapshot",
    "facts",
    "missing",
    "rate_book",
    "rate_book_hash",
    "rate_book_status",
    "child_total",
    "total_yen",
    "content_hash",
    "counts_corrected_at",
    "drafted_at",
    "outside",
)
# The approved version a payer's correction stands beside, and why it is made.
Correcting = Mapping[str, tuple[Claim, str]]
NOTHING: Correcting = {}


@dataclass(frozen=True)
class DraftResult:
    """The current claims of one facility and month after drafting, or why there is none; corrections just begun."""

    claims: tuple[Claim, ...]
    obstacle: Obstacle | None
    begun: tuple[Claim, ...] = ()

    @property
    def missing(self) -> bool:
        """Some fact is not given yet."""
        return any(claim.missing for claim in self.claims)


@operation(ClaimEvent.DRAFTED)
def draft(
    facility: Facility,
    month: ServiceMonth,
    *,
    correcting: Correcting = NOTHING,
    by: Who,
    at: datetime,
) -> DraftResult:
    """
    Make or renew the drafts of one facility and month, one for each paying municipality.

    ``correcting``: by payer, an approved claim to draft a correction of even if no counts have changed, and the reason.

    :raises NotAllowed: a public facility, a closed month, or counts that are not confirmed.
    """
    if is_public_in(facility, month):
        raise NotAllowed("公立施設は請求の対象外です。")
    sheet = _current_sheet(facility.pk, month)
    require_open(month)
    if sheet is None or sheet.status != SheetStatus.CONFIRMED:
        raise NotAllowed("児童数の確認が終わっていません。先に児童数を確認してください。")
    return _draft([sheet], month, correcting=correcting, by=by, at=at)[facility.pk]


@operation(ClaimEvent.DRAFTED)
def recalculate(facility: Facility, month: ServiceMonth, *, by: Actor, at: datetime) -> DraftResult:
    """
    The facility asks to compute its drafts again, for example after the city has changed its profile.

    :raises NotAllowed: not the facility itself, a public facility, counts that are not confirmed, or a claim that
        has left for the city: it stays as it was sent.
    """
    permissions.recalculate(by, facility)
    result = draft(facility, month, by=by, at=at)
    own = [claim for claim in result.claims if not claim.outside]
    if own and not any(claim.is_draft for claim in own):
        raise NotAllowed("この月の請求はすでに提出されているため、計算し直していません。")
    return result


def redraft_if_confirmed(
    facility: Facility, month: ServiceMonth, *, by: Who, at: datetime
) -> DraftResult | None:
    """
    Renew the drafts when the counts are confirmed (otherwise confirming will do it) and the month is open.

    In a closed month nothing is drafted; that its claims would be computed otherwise now is noted on them all the same.
    """
    sheet = _current_sheet(facility.pk, month)
    if sheet is None or sheet.status != SheetStatus.CONFIRMED:
        return None
    is_public = is_public_in(facility, month)
    if is_closed(month):
        if not is_public:
            _note_terms(sheet, month, by=by, at=at)
        return None
    if is_public:
        _drop_drafts(facility, month, by, at)
        return None
    return _draft([sheet], month, by=by, at=at)[facility.pk]


def redraft_from(facility_id: UUID, first: ServiceMonth, *, by: Who, at: datetime) -> None:
    """
    Renew the drafts of every month from ``first`` on whose counts are confirmed, oldest first.

    The facility learns by mail of corrections this has begun: nobody there has done anything.
    """
    months = CountSheet.objects.filter(
        facility=facility_id, month__gte=first.first_day, status=SheetStatus.CONFIRMED
    )
    found = months.order_by("month").values_list("month", flat=True)
    _redraft(facility_id, [ServiceMonth.of(month) for month in found], by=by, at=at)


def redraft_month(facility_id: UUID, month: ServiceMonth, *, by: Who, at: datetime) -> None:
    """The same for one month: a flagged claim was approved, or the month was opened again."""
    _redraft(facility_id, [month], by=by, at=at)


def _redraft(facility_id: UUID, months: Iterable[ServiceMonth], *, by: Who, at: datetime) -> None:
    facility = Facility.objects.select_related("municipality").filter(pk=facility_id).first()
    if facility is None:
        # A successor that was taken back before its work was done.
        return
    results = [redraft_if_confirmed(facility, month, by=by, at=at) for month in months]
    # Claims to other municipalities are not sent yet: nobody has to do anything about them.
    begun = [claim for result in results if result for claim in result.begun if not claim.outside]
    if begun:
        tell_of_corrections(facility, begun)


@operation(ClaimEvent.DRAFTED)
def draft_month(
    municipality: Municipality,
    month: ServiceMonth,
    *,
    kinds: Collection[str] = tuple(FacilityKind),
    by: Who,
    at: datetime,
) -> dict[UUID, DraftResult]:
    """
    Make or renew the drafts of every facility in scope whose counts of ``month`` are confirmed, by facility id.

    ``kinds``: only facilities of these types.

    The number of queries does not grow with the number of facilities, except for one event each.

    :raises NotAllowed: a closed month.
    """
    sheets = (
        CountSheet.objects.select_for_update(of=("self",))
        .filter(
            municipality=municipality,
            month=month.first_day,
            status=SheetStatus.CONFIRMED,
            facility__kind__in=list(kinds),
        )
        .exclude(facility__in=public_in(month))
        .select_related("facility__municipality")
        .order_by("pk")
    )
    found = list(sheets)
    require_open(month)
    return _draft(found, month, by=by, at=at)


def redraft_priced_by(book_id: UUID, *, by: Who, at: datetime) -> None:
    """
    A rate book was released: renew the drafts of every open month that it is in force in, of the types it prices.

    What was submitted, returned or approved keeps the book it was computed with. Called in the city's scope.
    """
    book = Book.objects.select_related("municipality").get(pk=book_id)
    began = ServiceMonth.of(book.effective_from).first_day
    sheets = CountSheet.objects.filter(month__gte=began, status=SheetStatus.CONFIRMED)
    for first_day in sorted(set(sheets.values_list("month", flat=True))):
        month = ServiceMonth.of(first_day)
        books = books_for(month)
        kinds = [
            kind
            for kind in book.facility_types
            if (used := in_force(kind, month, books)) is not None and used.content_hash == book.content_hash
        ]
        if kinds and not is_closed(month):
            draft_month(book.municipality, month, kinds=kinds, by=by, at=at)


def counts_corrected(sheet: CountSheet, *, by: Who, at: datetime) -> list[UUID]:
    """
    A corrected file has made ``sheet`` the new version of a month that had one: flag the month's current claims.

    A flagged draft cannot be submitted; confirming the new counts renews it. What was submitted, returned or approved
    stays as it is. Returns the ids of the flagged claims. Called inside the import's transaction.
    """
    claims = Claim.objects.filter(facility=sheet.facility_id, month=sheet.month).exclude(
        status=ClaimStatus.SUPERSEDED
    )
    ids = list(claims.values_list("pk", flat=True))
    if ids:
        claims.update(counts_corrected_at=at)
        record(
            ClaimEvent.COUNTS_CORRECTED,
            by=by,
            on=sheet,
            rows={"claim": ids},
            detail={"month": str(sheet.service_month), "version": sheet.version},
        )
    return ids


def _current_sheet(facility_id: UUID, month: ServiceMonth) -> CountSheet | None:
    """The current sheet, locked: whoever drafts a month holds its sheet first and its claims second."""
    sheet: CountSheet | None = (
        CountSheet.objects.select_for_update(of=("self",))
        .filter(facility=facility_id, month=month.first_day)
        .exclude(status=SheetStatus.SUPERSEDED)
        .select_related("facility__municipality")
        .first()
    )
    return sheet


def _draft(
    sheets: Sequence[CountSheet],
    month: ServiceMonth,
    *,
    correcting: Correcting = NOTHING,
    by: Who,
    at: datetime,
) -> dict[UUID, DraftResult]:
    ingredients = gather(sheets, month)
    standing = _standing_claims(ingredients, month)
    work = _Writing(at, correcting)
    for facility_id, found in ingredients.items():
        try:
            compositions = compose(found)
        except CannotDraft as reason:
            work.obstruct(found, standing[facility_id], reason)
        else:
            work.renew(found, standing[facility_id], compositions)
    work.write(ingredients, month)
    for facility_id, found in ingredients.items():
        _record_terms(found, work.noted[facility_id], by)
        _record_drafts(found, work.touched[facility_id], work.obstacles.get(facility_id), by)
    return {
        facility_id: DraftResult(
            tuple(work.current[facility_id]),
            work.obstacles.get(facility_id),
            tuple(claim for claim in work.created if claim.facility_id == facility_id and claim.corrects_id),
        )
        for facility_id in ingredients
    }


def _drop_drafts(facility: Facility, month: ServiceMonth, by: Who, at: datetime) -> None:
    """Nothing is claimed of a month in which the facility was the city's own: what was drafted falls away."""
    work = _Writing(at, NOTHING)
    for claim in _standing_claims([facility.pk], month)[facility.pk]:
        if claim.is_draft:
            work.drop(claim)
    work.write([facility.pk], month)
    if work.dropped:
        record(
            ClaimEvent.DRAFTED,
            by=by,
            facility_id=facility.pk,
            rows={"claim": [claim.pk for claim in work.dropped]},
            detail={"month": str(month)},
        )


def _note_terms(sheet: CountSheet, month: ServiceMonth, *, by: Who, at: datetime) -> None:
    ingredients = gather([sheet], month)
    standing = _standing_claims(ingredients, month)
    work = _Writing(at, NOTHING)
    for facility_id, found in ingredients.items():
        try:
            compositions = compose(found)
        except CannotDraft:
            continue
        work.compare(found, standing[facility_id], compositions)
        work.write_flags()
        _record_terms(found, work.noted[facility_id], by)


def _standing_claims(facilities: Iterable[UUID], month: ServiceMonth) -> dict[UUID, list[Claim]]:
    """All versions of the month's claims, locked, by facility."""
    standing: dict[UUID, list[Claim]] = defaultdict(list)
    claims = Claim.objects.select_for_update(of=("self",)).filter(
        facility__in=facilities, month=month.first_day
    )
    for claim in claims.order_by("pk"):
        standing[claim.facility_id].append(claim)
    return standing


class _Writing:
    """What a drafting will write, collected so that a whole city is written in a handful of statements."""

    def __init__(self, at: datetime, correcting: Correcting) -> None:
        self.at = at
        self.correcting = correcting
        self.flagged: dict[UUID, Claim] = {}
        self.noted: dict[UUID, list[Claim]] = defaultdict(list)
        self.created: list[Claim] = []
        self.renewed: list[Claim] = []
        self.dropped: list[Claim] = []
        self.contents: list[tuple[Claim, Composition]] = []
        self.current: dict[UUID, list[Claim]] = defaultdict(list)
        self.touched: dict[UUID, list[Claim]] = defaultdict(list)
        self.obstacles: dict[UUID, Obstacle] = {}

    def obstruct(self, found: Ingredients, standing: list[Claim], reason: CannotDraft) -> None:
        """No claim can be made: drafts fall away, the reason stays."""
        for claim in standing:
            if claim.is_draft:
                self.drop(claim)
            elif claim.status != ClaimStatus.SUPERSEDED:
                self.current[claim.facility_id].append(claim)
        self.obstacles[found.facility.pk] = Obstacle(
            municipality_id=found.sheet.municipality_id,
            facility=found.facility,
            month=found.sheet.month,
            kind=reason.kind,
            message=reason.message,
            found_at=self.at,
        )

    def renew(self, found: Ingredients, standing: list[Claim], compositions: list[Composition]) -> None:
        """Each payer's draft is made or renewed; what the city has in hand is left alone, but for its flags."""
        self.compare(found, standing, compositions)
        opened = {claim.payer_code: claim for claim in standing if claim.is_open}
        approved = {claim.payer_code: claim for claim in standing if claim.status == ClaimStatus.APPROVED}
        for composition in compositions:
            claim = opened.pop(composition.payer_code, None)
            if claim is None:
                claim = self._begin(found, standing, composition, approved.get(composition.payer_code))
            elif claim.is_draft and self._is_settled(claim, composition, approved):
                self.drop(claim)
                claim = approved[composition.payer_code]
            elif claim.is_draft:
                self._renew(claim, found, composition)
            self.current[found.facility.pk].append(claim)
        for claim in opened.values():
            if claim.is_draft:
                self.drop(claim)
            else:
                self.current[found.facility.pk].append(claim)

    def compare(self, found: Ingredients, standing: list[Claim], compositions: list[Composition]) -> None:
        """Note on what the city has whether profile or granted items have changed under it, or no longer have."""
        if not found.children:
            return  # without children nothing holds
        now_of = {composition.payer_code: composition for composition in compositions}
        for claim in standing:
            now = now_of.get(claim.payer_code)
            if now is None or claim.status not in {ClaimStatus.SUBMITTED, ClaimStatus.APPROVED}:
                continue
            if claim.facts != given(found.facts):  # they are being corrected: no change of terms
                now = composed_with_facts_of(claim, found)
            has_changed = have_terms_changed(claim, now)
            if has_changed == (claim.terms_changed_at is not None):
                continue
            claim.terms_changed_at = self.at if has_changed else None
            self.flagged[claim.pk] = claim
            if has_changed:
                self.noted[claim.facility_id].append(claim)

    def write_flags(self) -> None:
        """What has changed under claims that the city has."""
        fields = ["counts_corrected_at", "terms_changed_at"]
        Claim.objects.bulk_update(self.flagged.values(), fields, batch_size=500)

    def write(self, facilities: Iterable[UUID], month: ServiceMonth) -> None:
        """Everything at once."""
        Claim.objects.bulk_update(self.dropped, ["status"], batch_size=500)
        self.write_flags()
        Claim.objects.bulk_create(self.created, batch_size=500)
        Claim.objects.bulk_update(self.renewed, CONTENT_FIELDS, batch_size=100)
        rewritten = {claim.pk for claim, _ in self.contents} - {claim.pk for claim in self.created}
        if rewritten:
            ClaimLine.objects.filter(claim__in=rewritten).delete()
        ClaimLine.objects.bulk_create(
            (
                ClaimLine(
                    municipality_id=claim.municipality_id,
                    facility_id=claim.facility_id,
                    claim=claim,
                    position=position,
                    **line,
                )
                for claim, composition in self.contents
                for position, line in enumerate(composition.lines, start=1)
            ),
            batch_size=1000,
        )
        Obstacle.objects.filter(facility__in=list(facilities), month=month.first_day).delete()
        Obstacle.objects.bulk_create(self.obstacles.values())

    def _begin(
        self, found: Ingredients, standing: list[Claim], composition: Composition, approved: Claim | None
    ) -> Claim:
        """
        Nothing is open for this payer. An approved claim stands as it is, unless its counts or terms have changed to
        another amount, or somebody asks for a correction.
        """
        corrects, reason = self.correcting.get(composition.payer_code, (approved, ""))
        if corrects is None:
            return self._create(found, standing, composition)
        if not reason and self._stands(corrects, composition):
            return corrects
        return self._create(found, standing, composition, corrects=corrects, reason=reason)

    def _is_settled(self, claim: Claim, composition: Composition, approved: Mapping[str, Claim]) -> bool:
        """A correction that corrected counts or changed terms brought about, and other ones have made needless."""
        corrects = approved.get(composition.payer_code)
        return corrects is not None and not claim.correction_reason and self._stands(corrects, composition)

    def _stands(self, approved: Claim, composition: Composition) -> bool:
        """The approved claim is right as it is: counts and terms are the same, or lead to the same content."""
        if approved.counts_corrected_at is None and approved.terms_changed_at is None:
            return True
        if approved.content_hash != composition.content_hash or composition.missing:
            return False
        approved.counts_corrected_at = None
        self.flagged[approved.pk] = approved
        return True

    def _create(
        self,
        found: Ingredients,
        standing: list[Claim],
        composition: Composition,
        *,
        corrects: Claim | None = None,
        reason: str = "",
    ) -> Claim:
        earlier = [claim.version for claim in standing if claim.payer_code == composition.payer_code]
        claim = Claim(
            municipality_id=found.sheet.municipality_id,
            facility=found.facility,
            month=found.sheet.month,
            payer_code=composition.payer_code,
            version=max(earlier, default=0) + 1,
            corrects=corrects,
            correction_reason=reason,
        )
        self._fill(claim, found, composition)
        self.created.append(claim)
        self.touched[claim.facility_id].append(claim)
        return claim

    def _renew(self, claim: Claim, found: Ingredients, composition: Composition) -> None:
        book_hash = composition.quote.book.content_hash
        facts = given(found.facts)
        is_same = (claim.content_hash, claim.missing, claim.rate_book_hash, claim.facts) == (
            composition.content_hash,
            composition.missing,
            book_hash,
            facts,
        )
        if is_same and claim.sheet_id == found.sheet.pk and claim.counts_corrected_at is None:
            return
        if claim.content_hash == composition.content_hash:
            claim.sheet, claim.missing, claim.counts_corrected_at = found.sheet, composition.missing, None
            claim.facts, claim.rate_book_hash = facts, book_hash
        else:
            self._fill(claim, found, composition)
        self.renewed.append(claim)
        self.touched[claim.facility_id].append(claim)

    def _fill(self, claim: Claim, found: Ingredients, composition: Composition) -> None:
        quote = composition.quote
        claim.sheet = found.sheet
        claim.outside = composition.outside
        claim.snapshot = composition.snapshot
        claim.facts = given(found.facts)
        claim.missing = composition.missing
        claim.rate_book = quote.book.id
        claim.rate_book_hash = quote.book.content_hash
        claim.rate_book_status = quote.book.status
        claim.child_total = quote.children
        claim.total_yen = quote.total_yen
        claim.content_hash = composition.content_hash
        claim.counts_corrected_at = None
        claim.drafted_at = self.at
        self.contents.append((claim, composition))

    def drop(self, claim: Claim) -> None:
        """A draft that is needed no more."""
        claim.move_to(ClaimStatus.SUPERSEDED)
        self.dropped.append(claim)
        self.touched[claim.facility_id].append(claim)


def _record_terms(found: Ingredients, noted: list[Claim], by: Who) -> None:
    if noted:
        record(
            ClaimEvent.TERMS_CHANGED,
            by=by,
            on=found.sheet,
            rows={"claim": [claim.pk for claim in noted]},
            detail={"month": str(found.month)},
            facility_id=found.facility.pk,
        )


def _record_drafts(found: Ingredients, touched: list[Claim], obstacle: Obstacle | None, by: Who) -> None:
    record(
        ClaimEvent.DRAFTED,
        by=by,
        on=found.sheet,
        rows={"claim": [claim.pk for claim in touched]},
        detail={
            "month": str(found.month),
            "totals_yen": {claim.payer_code: claim.total_yen for claim in touched if claim.is_draft},
            "obstacle": obstacle.kind if obstacle else "",
        },
        facility_id=found.facility.pk,
    )
