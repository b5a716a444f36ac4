"""The inbox: every facility of a month with its state, amount, difference and what deserves a look."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q

from accounts.models import User
from approvals.models import Decision
from claims.closing import closing_of
from claims.facts import Fact
from claims.models import Claim, ClaimLine, CountSheet, Obstacle
from claims.queries.comparison import ComparedLine, compare_claims, previous_claim_of
from claims.queries.conversation import Said, conversation
from claims.queries.terms import Terms, facts_in, provisional_rates, terms_of
from claims.states import ClaimStatus, SheetStatus
from claims.wording import not_run_words
from facilities.actors import Role
from facilities.models import Facility, GrantedItem, holding_in
from facilities.operations.changes import resting_in
from facilities.periods import ServiceMonth
from rate_books.in_force import title_of

# In the order of the legend: what is done first, what hangs last. The keys are the heat map's.
STATES = {
    "approved": "承認",
    "first": "一次承認",
    "submitted": "審査待ち",
    "returned": "差し戻し",
    "draft": "未提出",
    "disputed": "相違の回答待ち",
    "waiting": "児童数の確認待ち",
    "none": "児童数なし",
    "obstacle": "単価なし",
    "resting": "休園中",
    "public": "請求対象外",
}
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
    """One facility in the month."""

    facility: Facility
    state: str
    claim: Claim | None = None
    before: Claim | None = None
    flags: list[str] = field(default_factory=list)
    is_unchanged: bool = False
    can_decide: bool = False
    not_run: str = ""

    @property
    def row_id(self) -> UUID:
        """The row shown: the claim where there is one, else the facility."""
        return self.claim.pk if self.claim else self.facility.pk

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
    found = CountSheet.objects.values_list("month", flat=True).distinct().order_by("-month")
    return [ServiceMonth.of(month) for month in found]


def unfinished_months() -> list[tuple[ServiceMonth, dict[str, int]]]:
    """
    The months in which facilities or the city still have something to do, the oldest first, with how many facilities by
    state: two queries. A closed month is finished; a 過誤調整 has no day of its own and keeps no month open.
    """
    claims = Claim.objects.filter(outside=False).exclude(status=ClaimStatus.SUPERSEDED)
    open_sheets = CountSheet.objects.filter(status__in=[SheetStatus.WAITING, SheetStatus.DISPUTED])
    same = {"facility": OuterRef("facility"), "month": OuterRef("month")}
    # As on the heat map: what was submitted says more than its counts, a draft less.
    waiting = open_sheets.exclude(Exists(claims.filter(**same).exclude(status=ClaimStatus.DRAFT)))
    begun = claims.filter(
        Q(status__in=[ClaimStatus.RETURNED, ClaimStatus.SUBMITTED])
        | Q(~Exists(open_sheets.filter(**same)), status=ClaimStatus.DRAFT),
        corrects__isnull=True,
    )
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for rows in (waiting, begun):
        counted = rows.exclude(closing_of("month")).order_by().values_list("month", "status")
        for month, status, facilities in counted.annotate(facilities=Count("facility", distinct=True)):
            found[month][status] = facilities
    return [(ServiceMonth.of(month), found[month]) for month in sorted(found)]


def waiting_months(*, duty: Role, user_id: UUID) -> list[tuple[ServiceMonth, int]]:
    """(month, how many claims wait for this person's decision), oldest first: no month hides behind a newer one."""
    waiting = Claim.objects.filter(status=ClaimStatus.SUBMITTED, outside=False)
    decided = Decision.objects.filter(claim=OuterRef("pk"))
    if duty is Role.OFFICER:
        waiting = waiting.filter(~Exists(decided))
    elif duty in {Role.CHIEF, Role.MANAGER}:
        waiting = waiting.filter(Exists(decided), ~Exists(decided.filter(decided_by=user_id)))
    else:
        return []
    months = waiting.values_list("month").annotate(claims=Count("pk")).order_by("month")
    return [(ServiceMonth.of(month), claims) for month, claims in months]


def changed_months() -> list[tuple[ServiceMonth, int]]:
    """(month, how many approved claims something has changed under since), oldest first: each is to be corrected."""
    approved = Claim.objects.filter(status=ClaimStatus.APPROVED, outside=False)
    changed = approved.filter(Q(counts_corrected_at__isnull=False) | Q(terms_changed_at__isnull=False))
    months = changed.values_list("month").annotate(claims=Count("pk")).order_by("month")
    return [(ServiceMonth.of(month), claims) for month, claims in months]


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
    """All facilities of the month; eight queries, however many there are."""
    everything = _rows(month, duty, user_id)
    rows = [
        row
        for row in everything
        if (not state or row.state == state)
        and (not kind or row.facility.kind == kind)
        and (not words or words in row.facility.name or words in row.facility.number)
        and (not mine or row.can_decide)
    ]
    return Inbox(month, _sorted(rows, sort), everything)


def _rows(month: ServiceMonth, duty: Role, user_id: UUID) -> list[InboxRow]:
    sheets = {
        sheet.facility_id: sheet
        for sheet in CountSheet.objects.filter(month=month.first_day).exclude(status=SheetStatus.SUPERSEDED)
    }
    claims, corrected, drafted = _claims_of(month)
    before = {**_last_approved(month), **corrected}
    changed = _changed_claims(claims, before)
    obstacles = {row.facility_id: row for row in Obstacle.objects.filter(month=month.first_day)}
    decided: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(claim__month=month.first_day):
        decided[decision.claim_id].append(decision)
    resting = resting_in(month)
    rows = []
    for facility in Facility.objects.order_by("number"):
        claim, sheet = claims.get(facility.pk), sheets.get(facility.pk)
        if claim is None and sheet is None and not facility.lives_in(month):
            continue
        decisions = decided[claim.pk] if claim else []
        state = _state(facility, sheet, claim, obstacles.get(facility.pk), decisions)
        if state == "none" and facility.pk in resting:
            state = "resting"
        row = InboxRow(
            facility, state, claim, before.get(facility.pk), not_run=not_run_words(facility, month)
        )
        if claim is not None:
            row.is_unchanged = (
                row.before is not None
                and claim.pk not in changed
                and not claim.is_correction
                and not row.not_run
            )
            row.flags = _flags(row, claim)
            if facility.pk in drafted:
                row.flags.insert(0, "過誤調整の作成中")
            row.can_decide = _can_decide(state, duty, user_id, decisions)
        if row.not_run:
            row.flags.insert(0, row.not_run)
        rows.append(row)
    return rows


def _claims_of(month: ServiceMonth) -> tuple[dict[UUID, Claim], dict[UUID, Claim], set[UUID]]:
    """
    The month's claims to the city itself, by facility: each one's current claim; the approved one that it corrects, if
    it is a 過誤調整; and the facilities that are drafting one, whose current claim is still the approved one.
    """
    current: dict[UUID, Claim] = {}
    corrected: dict[UUID, Claim] = {}
    drafting: set[UUID] = set()
    found = Claim.objects.filter(month=month.first_day, outside=False).exclude(status=ClaimStatus.SUPERSEDED)
    for claim in found.defer("snapshot").order_by("version"):
        if claim.is_correction and claim.is_draft:
            drafting.add(claim.facility_id)
            continue
        if claim.is_correction and claim.facility_id in current:
            corrected[claim.facility_id] = current[claim.facility_id]
        current[claim.facility_id] = claim
    return current, corrected, drafting


def _state(
    facility: Facility,
    sheet: CountSheet | None,
    claim: Claim | None,
    obstacle: Obstacle | None,
    decisions: list[Decision],
) -> str:
    if claim is not None and claim.status == ClaimStatus.SUBMITTED:
        return "first" if decisions else "submitted"
    if claim is not None and claim.status != ClaimStatus.DRAFT:
        return claim.status
    if sheet is None:
        return "none"
    if sheet.status in {SheetStatus.WAITING, SheetStatus.DISPUTED}:
        return sheet.status
    if facility.is_public:
        return "public"
    return "obstacle" if obstacle is not None and claim is None else "draft"


def _can_decide(state: str, duty: Role, user_id: UUID, decisions: list[Decision]) -> bool:
    if any(decision.decided_by == user_id for decision in decisions):
        return False
    return (state == "submitted" and duty is Role.OFFICER) or (
        state == "first" and duty in {Role.CHIEF, Role.MANAGER}
    )


def _last_approved(month: ServiceMonth) -> dict[UUID, Claim]:
    """Each facility's newest approved claim of an earlier month, to the city itself."""
    approved = (
        Claim.objects.filter(month__lt=month.first_day, status=ClaimStatus.APPROVED, outside=False)
        .order_by("facility", "-month")
        .distinct("facility")
        .defer("snapshot")
    )
    return {claim.facility_id: claim for claim in approved}


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
        "name": lambda row: row.facility.name,
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

    @property
    def difference(self) -> int | None:
        """In yen, against what it is compared with."""
        return None if self.before is None else self.claim.total_yen - self.before.total_yen

    @property
    def child_difference(self) -> int:
        """In children of this payer, against the last approved month; all of them when there is none."""
        return self.claim.child_total - (self.before.child_total if self.before else 0)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        return {
            "claim": [claim.pk for claim in self.versions],
            "decision": [made.decision.pk for made in self.decisions],
            "remark": [one.row_id for one in self.said if one.row_id not in {v.pk for v in self.versions}],
        }


def review_view(claim_id: UUID) -> ReviewView:
    """
    One claim beside the last approved month; a 過誤調整 beside the version that it corrects.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    """
    found = Claim.objects.select_related("facility__corporation", "sheet", "corrects")
    claim = found.annotate(
        month_is_closed=closing_of("month"), has_provisional_rates=provisional_rates()
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
        before=before,
        changed=[row for row in compared if row.has_changed or row.before is None],
        unchanged=[row for row in compared if row.before is not None and not row.has_changed],
        children=_children(claim, before),
        facts=facts_in(claim),
        not_run=not_run_words(claim.facility, month),
        terms=terms_of(claim, provisional=claim.has_provisional_rates),
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
    """Children by class, before and now, from the snapshots the amounts were computed with."""
    words = {"4plus": "4歳以上児", "3": "3歳児", "3mid": "満3歳児", "2": "2歳児", "1": "1歳児", "0": "乳児"}
    hours = {"education": "教育標準時間", "standard": "標準時間", "short": "短時間"}

    def counted(snapshot: dict[str, object]) -> dict[tuple[str, str, str], int]:
        found: dict[tuple[str, str, str], int] = defaultdict(int)
        children = snapshot.get("children", [])
        assert isinstance(children, list)
        for child in children:
            if child.get("payer") in {None, claim.payer_code}:
                found[child["certification"], child["age_class"], child["hours"]] += child["count"]
        return found

    now = counted(claim.snapshot)
    earlier = counted(before.snapshot) if before else {}
    order = list(words)
    keys = sorted(
        {*now, *earlier}, key=lambda key: (key[0], order.index(key[1]) if key[1] in order else 9, key[2])
    )
    return [
        (
            f"{key[0]}号 {words.get(key[1], key[1])} {hours[key[2]]}",
            earlier.get(key, 0),
            now.get(key, 0),
            now.get(key, 0) - earlier.get(key, 0),
        )
        for key in keys
    ]
