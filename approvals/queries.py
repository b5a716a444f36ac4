"""The inbox: every facility of a month with its state, amount, difference and what deserves a look."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from accounts.models import User
from approvals.models import Decision
from asking import together
from claims.closing import closing_of
from claims.composing import children_of, has_entered
from claims.facts import Fact
from claims.models import Claim, ClaimLine, CountSheet, Obstacle
from claims.obstacles import for_city
from claims.queries.comparison import ComparedLine, compare_claims, previous_claim_of
from claims.queries.conversation import Said, conversation
from claims.queries.deadlines import deadlines_of
from claims.queries.progress import STATES, claims_by_facility, state_of
from claims.queries.terms import Terms, facts_in, provisional_rates, terms_of
from claims.rate_basis import RateBasis, accepted_roster, basis_of
from claims.states import ClaimStatus, SheetStatus
from claims.wording import not_run_words
from facilities.actors import Role
from facilities.models import Facility, GrantedItem, Municipality, holding_in, name_on
from facilities.operations.changes import resting_ids
from facilities.periods import ServiceMonth
from facilities.schedule import Step
from rate_books.in_force import title_of

TONES = {
    "approved": "ok",
    "first": "ok",
    "submitted": "now",
    "returned": "bad",
    "draft": "warn",
    "disputed": "warn",
    "waiting": "warn",
    "none": "off",
    "obstacle": "off",
    "resting": "off",
    "public": "off",
}
SORTS = {
    "number": "事業所番号順",
    "attention": "注意の多い順",
    "amount": "請求額の大きい順",
    "difference": "差の大きい順",
    "submitted": "提出の早い順",
    "name": "施設名順",
}


@dataclass
class InboxRow:
    """One facility in the month; ``name`` is the one it had then."""

    facility: Facility
    name: str
    state: str
    claim: Claim | None = None
    before: Claim | None = None
    flags: list[str] = field(default_factory=list)
    is_unchanged: bool = False
    can_decide: bool = False
    not_run: str = ""
    # Why no claim could be made of its counts, whatever has become of it since.
    obstacle: Obstacle | None = None
    # The facility's own day of claiming, while it has still to claim.
    due: date | None = None

    @property
    def row_id(self) -> UUID:
        """The row shown: the claim where there is one, else the facility."""
        return self.claim.pk if self.claim else self.facility.pk

    @property
    def has_to_claim(self) -> bool:
        """Whether the facility has still to send its claim. A 過誤調整 has no day of its own."""
        is_asked = self.state in {"draft", "waiting", "disputed", "returned"} and not self.facility.is_public
        return is_asked and not self.not_run and not (self.claim is not None and self.claim.is_correction)

    @property
    def state_label(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """The tag's tone."""
        return TONES[self.state]

    @property
    def difference(self) -> int | None:
        """This month's amount less the last approved one's."""
        if self.claim is None or self.before is None:
            return None
        return self.claim.total_yen - self.before.total_yen

    @property
    def why_not_together(self) -> str:
        """What stands against approving it among the unchanged ones; empty when nothing does."""
        if self.claim is None or self.state not in {"submitted", "first"}:
            return f"「{self.state_label}」のため、審査の対象ではありません"
        if not self.is_unchanged:
            return "・".join(self.flags) or "前回の承認内容と変わっています"
        return "" if self.can_decide else "ご自分が決定する段階ではありません"


@dataclass
class Inbox:
    """The month's table: the rows asked for, and the whole month for the heat map and the sums."""

    month: ServiceMonth
    rows: list[InboxRow]
    everything: list[InboxRow]

    @property
    def counts(self) -> dict[str, int]:
        """How many facilities are in each state, in the legend's order."""
        found = dict.fromkeys(STATES, 0)
        for row in self.everything:
            found[row.state] += 1
        return found

    @property
    def submitted_rows(self) -> list[InboxRow]:
        """Facilities whose claim has reached the city."""
        return [row for row in self.everything if row.state in {"submitted", "first", "approved"}]

    @property
    def run(self) -> list[InboxRow]:
        """The facilities of which something is expected: those that rest or are not run in the month stand apart."""
        return [row for row in self.everything if row.state != "resting" and not row.not_run]

    @property
    def not_run(self) -> int:
        """Facilities that are closed or not open yet, with counts or a claim of this month."""
        return sum(bool(row.not_run) for row in self.everything)

    @property
    def submitted_yen(self) -> int:
        """The sum of what has reached the city."""
        return sum(row.claim.total_yen for row in self.submitted_rows if row.claim)

    @property
    def submitted_difference(self) -> int:
        """Compared with the last approved month of the same facilities."""
        return sum(row.difference or 0 for row in self.submitted_rows)

    @property
    def priced_claims(self) -> list[Claim | None]:
        """Every claim whose amount stands in the list, also of the month before."""
        return [claim for row in self.everything for claim in (row.claim, row.before)]

    @property
    def preselected(self) -> list[InboxRow]:
        """Unchanged claims that this person may approve together."""
        return [row for row in self.rows if row.is_unchanged and row.can_decide]


def latest_month() -> ServiceMonth | None:
    """The newest month with counts."""
    newest = CountSheet.objects.aggregate(newest=Max("month"))["newest"]
    return ServiceMonth.of(newest) if newest else None


def months_with_counts() -> list[ServiceMonth]:
    """Every month with counts, newest first."""
    return [ServiceMonth.of(month) for month in counted_months()]


def counted_months() -> QuerySet[Any]:
    """The first days of these months."""
    return CountSheet.objects.values_list("month", flat=True).distinct().order_by("-month")


def waiting_months(*, duty: Role, user_id: UUID) -> list[tuple[ServiceMonth, int]]:
    """(month, how many claims wait for this person's decision), oldest first: no month hides behind a newer one."""
    return months_of(waiting_claims(duty=duty, user_id=user_id))


def waiting_claims(*, duty: Role, user_id: UUID) -> QuerySet[Any]:
    """The same as rows for ``months_of``, for one message with others."""
    waiting = Claim.objects.filter(status=ClaimStatus.SUBMITTED, outside=False)
    decided = Decision.objects.filter(claim=OuterRef("pk"))
    if duty is Role.OFFICER:
        waiting = waiting.filter(~Exists(decided))
    elif duty in {Role.CHIEF, Role.MANAGER}:
        waiting = waiting.filter(Exists(decided), ~Exists(decided.filter(decided_by=user_id)))
    else:
        waiting = waiting.none()
    return _by_month(waiting)


def months_of(rows: Iterable[Any]) -> list[tuple[ServiceMonth, int]]:
    """(month, how many claims), as ``waiting_claims`` and ``changed_claims`` were answered."""
    return [(ServiceMonth.of(month), claims) for month, claims in rows]


def _by_month(claims: QuerySet[Any]) -> QuerySet[Any]:
    rows: QuerySet[Any] = claims.values_list("month").annotate(claims=Count("pk"))
    return rows.order_by("month")


def month_to_open(*, duty: Role, user_id: UUID) -> ServiceMonth | None:
    """Where this person goes on: the oldest month with claims that wait for them, else the newest with counts."""
    waiting = waiting_months(duty=duty, user_id=user_id)
    return waiting[0][0] if waiting else latest_month()


def changed_claims() -> QuerySet[Any]:
    """
    Rows for ``months_of``: of each month, how many approved claims something has changed under since, oldest first.
    Each is to be corrected.
    """
    approved = Claim.objects.filter(status=ClaimStatus.APPROVED, outside=False)
    return _by_month(
        approved.filter(Q(counts_corrected_at__isnull=False) | Q(terms_changed_at__isnull=False))
    )


def inbox(
    month: ServiceMonth,
    *,
    duty: Role,
    user_id: UUID,
    state: str = "",
    kind: str = "",
    words: str = "",
    sort: str = "number",
    mine: bool = False,
) -> Inbox:
    """All facilities of the month; two queries, however many there are."""
    everything = _rows(month, duty, user_id)
    rows = [
        row
        for row in everything
        if (not state or row.state == state)
        and (not kind or row.facility.kind == kind)
        and (not words or words in row.name or words in row.facility.name or words in row.facility.number)
        and (not mine or row.can_decide)
    ]
    return Inbox(month, _sorted(rows, sort), everything)


def give_deadlines(found: Inbox, city: Municipality) -> None:
    """Tell the rows shown the facilities' own days of claiming: one query."""
    rows = [row for row in found.rows if row.has_to_claim]
    days = deadlines_of([row.facility.pk for row in rows], found.month, Step.CLAIM, city)
    for row in rows:
        row.due = days[row.facility.pk]


def _rows(month: ServiceMonth, duty: Role, user_id: UUID) -> list[InboxRow]:
    in_month = {"month": month.first_day}
    current, sent, earlier, hindered, made, resting, facilities = together(
        CountSheet.objects.filter(**in_month).exclude(status=SheetStatus.SUPERSEDED),
        Claim.objects.filter(**in_month, outside=False)
        .exclude(status=ClaimStatus.SUPERSEDED)
        .defer("snapshot"),
        _last_approved(month),
        Obstacle.objects.filter(**in_month),
        Decision.objects.filter(claim__month=month.first_day),
        resting_ids(month),
        Facility.objects.annotate(name_then=name_on(month.first_day)).order_by("number"),
    )
    sheets = {sheet.facility_id: sheet for sheet in current}
    own = {place: of for (_, place), of in claims_by_facility(sent).items()}
    claims = {place: of.current for place, of in own.items() if of.current}
    corrected = {place: of.corrected for place, of in own.items() if of.corrected}
    before = {**{claim.facility_id: claim for claim in earlier}, **corrected}
    changed = _changed_claims(claims, before)
    obstacles = {row.facility_id: row for row in hindered}
    decided: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in made:
        decided[decision.claim_id].append(decision)
    at_rest = set(resting)
    rows = []
    for facility in facilities:
        claim, sheet = claims.get(facility.pk), sheets.get(facility.pk)
        if claim is None and sheet is None and not facility.lives_in(month):
            continue
        decisions = decided[claim.pk] if claim else []
        state = state_of(
            sheet.status if sheet else None,
            claim,
            is_public=facility.is_public,
            has_obstacle=facility.pk in obstacles,
        )
        if state == "none" and facility.pk in at_rest:
            state = "resting"
        row = InboxRow(
            facility,
            facility.name_then,
            state,
            claim,
            before.get(facility.pk),
            not_run=not_run_words(facility, month),
            obstacle=obstacles.get(facility.pk),
        )
        if claim is not None:
            row.is_unchanged = (
                row.before is not None
                and claim.pk not in changed
                and not claim.is_correction
                and not row.not_run
            )
            row.flags = _flags(row, claim)
            if own[facility.pk].correction_begun:
                row.flags.insert(0, "過誤調整の作成中")
            row.can_decide = _can_decide(state, duty, user_id, decisions)
        if state == "obstacle" and row.obstacle is not None:
            row.flags.append(for_city(row.obstacle.message, row.obstacle.kind).tag)
        if row.not_run:
            row.flags.insert(0, row.not_run)
        rows.append(row)
    return rows


def _can_decide(state: str, duty: Role, user_id: UUID, decisions: list[Decision]) -> bool:
    if any(decision.decided_by == user_id for decision in decisions):
        return False
    return (state == "submitted" and duty is Role.OFFICER) or (
        state == "first" and duty in {Role.CHIEF, Role.MANAGER}
    )


def _last_approved(month: ServiceMonth) -> QuerySet[Claim]:
    """Each facility's newest approved claim of an earlier month, to the city itself."""
    rows: QuerySet[Claim] = Claim.objects.filter(
        month__lt=month.first_day, status=ClaimStatus.APPROVED, outside=False
    )
    return rows.order_by("facility", "-month").distinct("facility").defer("snapshot")


def _changed_claims(claims: dict[UUID, Claim], before: dict[UUID, Claim]) -> set[UUID]:
    """The claims that differ from the last approved month in any line, in children, book, or by a correction."""
    pairs = {claim.pk: before[facility] for facility, claim in claims.items() if facility in before}
    amounts: dict[UUID, dict[tuple[str, str], int]] = defaultdict(dict)
    wanted = [*pairs, *(earlier.pk for earlier in pairs.values())]
    for claim_id, code, certification, amount in ClaimLine.objects.filter(claim__in=wanted).values_list(
        "claim_id", "code", "certification", "amount_yen"
    ):
        amounts[claim_id][code, certification] = amount
    return {
        claim.pk
        for claim in claims.values()
        if claim.pk not in pairs
        or amounts[claim.pk] != amounts[pairs[claim.pk].pk]
        or claim.child_total != pairs[claim.pk].child_total
        or claim.rate_book != pairs[claim.pk].rate_book
        or claim.counts_corrected_at is not None
        or claim.terms_changed_at is not None
    }


def _flags(row: InboxRow, claim: Claim) -> list[str]:
    flags = []
    if claim.counts_corrected_at is not None:
        flags.append("児童数が訂正された")
    if claim.terms_changed_at is not None:
        flags.append("登録内容が変わった")
    if claim.missing:
        flags.append("未入力あり")
    if claim.is_correction:
        flags.append(f"過誤調整 第{claim.version}版")
    elif claim.version > 1:
        flags.append(f"修正版 第{claim.version}版")
    if row.before is None:
        return [*flags, "初めての請求"]
    children = claim.child_total - row.before.child_total
    if children:
        flags.append(f"児童数 {children:+d}".replace("-", "−"))
    if claim.rate_book != row.before.rate_book:
        flags.append("単価表が変わった")
    if not row.is_unchanged and not flags:
        flags.append("内訳が変わった")
    return flags


def _sorted(rows: list[InboxRow], sort: str) -> list[InboxRow]:
    keys = {
        "attention": lambda row: (-len(row.flags), -abs(row.difference or 0), row.facility.number),
        "amount": lambda row: (-(row.claim.total_yen if row.claim else -1), row.facility.number),
        "difference": lambda row: (-abs(row.difference or 0), row.facility.number),
        "submitted": lambda row: (
            row.claim is None or row.claim.submitted_at is None,
            row.claim.submitted_at.timestamp() if row.claim and row.claim.submitted_at else 0,
            row.facility.number,
        ),
        "name": lambda row: row.name,
    }
    return sorted(rows, key=keys[sort]) if sort in keys else rows


# ---------------------------------------------------------------- one claim


@dataclass(frozen=True)
class DecisionMade:
    """A decision with the login id of who made it."""

    decision: Decision
    login_id: str


@dataclass(frozen=True)
class ReviewView:
    """Everything a reviewer needs on one page: the difference first, the facts beside."""

    claim: Claim
    facility_name: str
    before: Claim | None
    changed: list[ComparedLine]
    unchanged: list[ComparedLine]
    children: list[tuple[str, int, int, int]]
    facts: list[tuple[Fact, int]]
    terms: Terms
    book_title: str
    is_closed: bool
    correction: Claim | None
    not_run: str
    granted: list[GrantedItem]
    decisions: list[DecisionMade]
    versions: list[Claim]
    said: tuple[Said, ...]
    rate_basis: RateBasis | None

    @property
    def difference(self) -> int | None:
        """In yen, against what it is compared with."""
        return None if self.before is None else self.claim.total_yen - self.before.total_yen

    @property
    def child_sums(self) -> tuple[int, int, int]:
        """This payer's children of the first day before, now, and the difference."""
        earlier, now = (children_of(claim)[0] if claim else 0 for claim in (self.before, self.claim))
        return earlier, now, now - earlier

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        return {
            "claim": [claim.pk for claim in self.versions],
            "decision": [made.decision.pk for made in self.decisions],
            "remark": [one.row_id for one in self.said if one.row_id not in {v.pk for v in self.versions}],
            "roster_snapshot": [self.rate_basis.snapshot_id] if self.rate_basis else [],
        }


def review_view(claim_id: UUID) -> ReviewView:
    """
    One claim beside the last approved month; a 過誤調整 beside the version that it corrects.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    """
    found = Claim.objects.select_related("facility__corporation", "sheet", "corrects")
    claim = found.annotate(
        month_is_closed=closing_of("month"),
        has_provisional_rates=provisional_rates(),
        facility_name=name_on(OuterRef("month"), facility="facility"),
        accepted_roster=accepted_roster(),
    ).get(pk=claim_id)
    before = claim.corrects or previous_claim_of(claim)
    lines = list(ClaimLine.objects.filter(claim__in=[claim, before] if before else [claim]))
    compared = compare_claims(
        [line for line in lines if line.claim_id == claim.pk],
        [line for line in lines if line.claim_id == before.pk] if before else None,
    )
    month = claim.service_month
    versions = list(
        Claim.objects.filter(facility=claim.facility_id, month=claim.month, payer_code=claim.payer_code)
        .defer("snapshot")
        .order_by("-version")
    )
    decisions = list(Decision.objects.filter(claim__in=versions).order_by("claim__version", "step"))
    people = dict(
        User.objects.filter(pk__in=[decision.decided_by for decision in decisions]).values_list(
            "pk", "login_id"
        )
    )
    return ReviewView(
        claim=claim,
        facility_name=claim.facility_name,
        before=before,
        changed=[row for row in compared if row.has_changed or row.before is None],
        unchanged=[row for row in compared if row.before is not None and not row.has_changed],
        children=_children(claim, before),
        facts=facts_in(claim),
        not_run=not_run_words(claim.facility, month),
        terms=terms_of(claim, provisional=claim.has_provisional_rates),
        rate_basis=basis_of(claim, claim.accepted_roster),
        book_title=title_of(claim.rate_book, claim.rate_book_hash),
        is_closed=claim.month_is_closed,
        correction=next(
            (other for other in versions if other.corrects_id == claim.pk and other.is_open), None
        ),
        granted=list(
            holding_in(GrantedItem.objects.filter(facility=claim.facility_id), month).order_by("code")
        ),
        decisions=[DecisionMade(decision, people.get(decision.decided_by, "")) for decision in decisions],
        versions=versions,
        said=conversation(versions),
    )


def _children(claim: Claim, before: Claim | None) -> list[tuple[str, int, int, int]]:
    """
    Children by class, before and now, from the snapshots the amounts were computed with; last, who entered within the
    month and is no part of the total.
    """
    words = {"4plus": "4歳以上児", "3": "3歳児", "3mid": "満3歳児", "2": "2歳児", "1": "1歳児", "0": "乳児"}
    hours = {"education": "教育標準時間", "standard": "標準時間", "short": "短時間"}

    def counted(snapshot: dict[str, object]) -> dict[tuple[str, str, str, bool], int]:
        found: dict[tuple[str, str, str, bool], int] = defaultdict(int)
        children = snapshot.get("children", [])
        assert isinstance(children, list)
        for child in children:
            if child.get("payer") in {None, claim.payer_code}:
                place = (child["certification"], child["age_class"], child["hours"])
                found[*place, has_entered(child)] += child["count"]
        return found

    now = counted(claim.snapshot)
    earlier = counted(before.snapshot) if before else {}
    order = list(words)
    keys = sorted(
        {*now, *earlier},
        key=lambda key: (key[3], key[0], order.index(key[1]) if key[1] in order else 9, key[2]),
    )
    return [
        (
            f"{key[0]}号 {words.get(key[1], key[1])} {hours[key[2]]}{'（途中入所・合計に含まない）' if key[3] else ''}",
            earlier.get(key, 0),
            now.get(key, 0),
            now.get(key, 0) - earlier.get(key, 0),
        )
        for key in keys
    ]
