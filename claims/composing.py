"""
From confirmed counts to the content of a claim: the pricing input, its quote, and what is still missing.

Reads and computes; writes nothing. One gathering serves one facility or a whole city with the same few queries.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from applications.models import ApplicationVersion
from applications.place_facts import Told, said_of, told
from asking import together
from claims import facts, obstacles
from claims.applied import said_in, sent_in
from claims.cells import HOURS_OF, rows_of_kind
from claims.facts import Fact
from claims.models import (
    ChildCount,
    Claim,
    ClaimLine,
    ConditionAnswers,
    CountSheet,
    MonthlyFacts,
    Movement,
)
from claims.states import ClaimStatus
from facilities.models import Facility, FacilityProfile, GrantedItem, holding_in
from facilities.periods import ServiceMonth
from pricing import (
    InputProblems,
    Line,
    MissingPrice,
    Month,
    NoBookInForce,
    NoRuleSet,
    Quote,
    RateBook,
    book_in_force,
    calculate,
    parse,
    shipped_books,
)
from rate_books.in_force import book_named, books_for
from staff_records.figures.facts import RosterFact, RosterFacts
from staff_records.figures.leaders import Leaders

# The official tables price class ages 4 and 5 together; 1 and 2 stay apart for 1歳児配置改善 (D14).
AGE_CLASS = {"4": "4plus", "5": "4plus"}
SIDE_DISHES = "side_dish_exemption"
BRANCH = "branch"

# What the city has registered, in a snapshot: no child, no price.
TERMS = ("facility_type", "region_percent", "capacity", "treatment", "items")

CellKey = tuple[str, str, str, str, bool, bool, str, int | None]


class CannotDraft(Exception):
    """No claim can be made of this month; ``kind`` is that of ``Obstacle``, the message a sentence to read."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass
class Ingredients:
    """Everything of one facility's month that goes into its claims."""

    sheet: CountSheet
    facility: Facility
    own_code: str
    counts: list[ChildCount] = field(default_factory=list)
    profile: FacilityProfile | None = None
    grants: list[GrantedItem] = field(default_factory=list)
    facts: MonthlyFacts | None = None
    # What the facility has answered of the conditions this year; only who checks conditions reads them.
    answers: ConditionAnswers | None = None
    # What the roster tells of the conditions; None: nobody is on it. Only who checks conditions reads it.
    roster: RosterFacts | None = None
    # What its sent applications have said of them; only who checks conditions reads it.
    applied: dict[str, RosterFact] = field(default_factory=dict)
    # What the city has said of its place; only who checks conditions reads it.
    place: dict[str, Told] = field(default_factory=dict)
    # Who of the roster could be A or B of 区分3, where it is granted.
    leaders: Leaders | None = None
    approved_payers: set[str] = field(default_factory=set)
    books: tuple[RateBook, ...] = field(default_factory=shipped_books)
    # 見込み: a month nobody has counted yet, for which the newest counts stand. No claim is made of it.
    expected_in: ServiceMonth | None = None

    @property
    def month(self) -> ServiceMonth:
        """The month of the counts, or the one they are taken for."""
        return self.expected_in or self.sheet.service_month

    @property
    def children(self) -> int:
        """All children of the month."""
        return sum(row.count for row in self.counts)

    @property
    def payers(self) -> list[str]:
        """
        Municipalities with children here, the own one first.

        Also one whose claim was approved and whose children have turned out to be none: it is corrected to nothing.
        """
        codes = {row.payer_code for row in self.counts if row.count} | self.approved_payers
        return sorted(codes, key=lambda code: (code != self.own_code, code))

    @property
    def asked(self) -> tuple[Fact, ...]:
        """The facts this facility is asked for this month."""
        granted = {(grant.code, grant.certification) for grant in self.grants}
        return facts.facts_asked(self.facility.kind, granted, self.month)


@dataclass(frozen=True)
class Composition:
    """The content of one claim: ``snapshot`` under the quote contract's names, its quote, and unanswered facts."""

    payer_code: str
    outside: bool
    snapshot: dict[str, Any]
    quote: Quote
    missing: list[str]
    lines: list[dict[str, Any]]
    content_hash: str


def gather(sheets: Sequence[CountSheet], month: ServiceMonth) -> dict[UUID, Ingredients]:
    """
    The ingredients of each sheet's facility (by facility id), in two queries however many sheets.

    A released rate book that this process has not used yet costs one more.

    ``sheets`` must have been read with ``select_related("facility__municipality")``.
    """
    found = gather_terms(sheets, month, books=books_for(month))
    approved = Claim.objects.filter(facility__in=found, month=month.first_day, status=ClaimStatus.APPROVED)
    for facility_id, payer_code in approved.values_list("facility_id", "payer_code"):
        found[facility_id].approved_payers.add(payer_code)
    return found


def gather_terms(
    sheets: Sequence[CountSheet],
    month: ServiceMonth,
    *,
    books: tuple[RateBook, ...],
    with_answers: bool = False,
) -> dict[UUID, Ingredients]:
    """
    As ``gather``, without the claims that were approved already: one query.

    ``books``: those that may be in force; whoever asks no price gives none. ``with_answers``: as ``add_terms``.
    """
    found = {
        sheet.facility_id: Ingredients(sheet, sheet.facility, sheet.facility.municipality.code, books=books)
        for sheet in sheets
    }
    add_terms(found, month, with_answers=with_answers)
    return found


def add_terms(found: Mapping[UUID, Ingredients], month: ServiceMonth, *, with_answers: bool = False) -> None:
    """
    To each facility the counts of its sheet, and what holds for it in ``month``: one query.

    ``with_answers``: also what the facilities have answered of the conditions, and said in applications, and what the
    city has said of their places.
    """
    given = ConditionAnswers.objects.filter(facility__in=found, fiscal_year=month.fiscal_year)
    counts, profiles, grants, saved, *answered = together(
        ChildCount.objects.filter(sheet__in=[own.sheet.pk for own in found.values()]),
        holding_in(FacilityProfile.objects.filter(facility__in=found), month),
        holding_in(GrantedItem.objects.filter(facility__in=found), month).order_by("code"),
        MonthlyFacts.objects.filter(facility__in=found, month=month.first_day),
        *(
            [given, sent_in(found, month.fiscal_year), *said_of(found, month.fiscal_year)]
            if with_answers
            else []
        ),
    )
    for count in counts:
        found[count.facility_id].counts.append(count)
    for profile in profiles:
        found[profile.facility_id].profile = profile
    for grant in grants:
        found[grant.facility_id].grants.append(grant)
    for own_facts in saved:
        found[own_facts.facility_id].facts = own_facts
    if not answered:
        return
    answers, applied, places, exceptions = answered
    for row in answers:
        found[row.facility_id].answers = row
    for facility_id, own_place in told(found, places, exceptions).items():
        found[facility_id].place = own_place
    said: dict[UUID, list[ApplicationVersion]] = {}
    for version in applied:
        said.setdefault(version.facility_id, []).append(version)
    for facility_id, rows in said.items():
        own = found[facility_id]
        own.applied = said_in(rows, month, own.facility.kind)


def compose(ingredients: Ingredients) -> list[Composition]:
    """
    One composition for each paying municipality. N counts all children; each payer's claim prices its own.

    :raises CannotDraft: no price, no profile, or content that pricing cannot compute.
    """
    profile = require_terms(ingredients)
    if not ingredients.payers:
        raise CannotDraft("not_computable", "初日に在籍する子どもが0人のため、この月の請求はありません。")
    return [_compose(ingredients, profile, payer) for payer in ingredients.payers]


def require_terms(ingredients: Ingredients) -> FacilityProfile:
    """
    The profile that a claim of this month can be computed with.

    :raises CannotDraft: it is not run, its type has no price, or profile or rates are not registered.
    """
    # Where it is not run any more, an approved claim can still be corrected to nothing.
    if ingredients.children and not ingredients.facility.lives_in(ingredients.month):
        raise CannotDraft("not_computable", obstacles.NOT_RUN)
    if sentence := no_price(ingredients.facility.kind, ingredients.books):
        raise CannotDraft("no_price", sentence)
    if ingredients.profile is None:
        raise CannotDraft("no_profile", obstacles.NO_PROFILE)
    if ingredients.profile.base_percent is None:
        raise CannotDraft("no_profile", obstacles.NO_RATE)
    return ingredients.profile


def composed_with_facts_of(claim: Claim, ingredients: Ingredients) -> Composition:
    """
    The claim's payer, with the facts ``claim`` was computed with and everything else as it holds now.

    :raises CannotDraft: see ``compose``.
    """
    own = MonthlyFacts(**claim.facts) if claim.facts else None
    found = compose(replace(ingredients, facts=own))
    return next(each for each in found if each.payer_code == claim.payer_code)


def have_terms_changed(claim: Claim, now: Composition) -> bool:
    """
    Whether profile or granted items would lead to another amount than ``claim`` has.

    Terms that change and lead to the same yen ask nothing of anybody. A fact that is asked only now may.
    """
    if now.missing:
        return True
    then, today = ([snapshot.get(term) for term in TERMS] for snapshot in (claim.snapshot, now.snapshot))
    return then != today and claim.total_yen != now.quote.total_yen


def _compose(ingredients: Ingredients, profile: FacilityProfile, payer: str) -> Composition:
    document, quote, missing = quote_for(ingredients, profile, payer)
    lines = [line_as_row(line) for line in quote.lines]
    return Composition(
        payer_code=payer,
        outside=payer != ingredients.own_code,
        snapshot=document,
        quote=quote,
        missing=missing,
        lines=lines,
        content_hash=content_hash(document, lines, quote.book.status),
    )


def quote_for(
    ingredients: Ingredients, profile: FacilityProfile, payer: str
) -> tuple[dict[str, Any], Quote, list[str]]:
    """
    What one payer's claim is computed from, its quote, and the facts that are not given yet.

    :raises CannotDraft: no price, or content that pricing cannot compute.
    """
    assert ingredients.expected_in is None, "an expectation is never priced"
    items, missing = items_as_input(ingredients, payer)
    document = _document(ingredients, profile, payer, items)
    month = ingredients.month
    with refused_as_no_draft():
        book = book_in_force(ingredients.facility.kind, Month(month.year, month.month), ingredients.books)
        document["ratebook"] = book.id
        return document, calculate(parse(document, book.fiscal_year), book), missing


@contextmanager
def refused_as_no_draft() -> Generator[None, None, None]:
    """:raises CannotDraft: what pricing refuses inside, in its own words."""
    try:
        yield
    except InputProblems as problem:
        message = f"{obstacles.NOT_COMPUTABLE}\n{_sentences(problem)}"
        raise CannotDraft("not_computable", message) from problem
    except MissingPrice as problem:
        raise CannotDraft("no_price", obstacles.no_row(one.message for one in problem.problems)) from problem
    except (NoBookInForce, NoRuleSet) as problem:
        raise CannotDraft("no_price", _sentences(problem)) from problem


def _document(
    ingredients: Ingredients, profile: FacilityProfile, payer: str, items: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        **terms_as_input(ingredients, profile),
        "children": children_as_input(ingredients.counts) + _nobody_of(ingredients, payer),
        "items": items,
        "payer": payer,
    }


def terms_as_input(ingredients: Ingredients, profile: FacilityProfile) -> dict[str, Any]:
    """Month, type and profile under the contract's names."""
    capacities = {"1": profile.capacity_1, "23": profile.capacity_23}
    return {
        "facility_type": ingredients.facility.kind,
        "region_percent": profile.region_percent,
        "capacity": {system: size for system, size in capacities.items() if size is not None},
        "month": str(ingredients.month),
        "treatment": {"base_percent": profile.base_percent, "wage_percent": profile.wage_percent},
    }


def children_as_input(counts: Iterable[ChildCount]) -> list[dict[str, Any]]:
    """
    The cells under the contract's names, cells of one price class added up, in a steady order.

    Who came or left without a day of care is priced with nothing, and who came is not in N either.
    """
    cells: Counter[CellKey] = Counter()
    disabled: Counter[CellKey] = Counter()
    for row in counts:
        if row.count and not (row.movement and not row.days):
            age_class = AGE_CLASS.get(row.age, row.age)
            place = (row.payer_code, row.certification, age_class, row.hours, row.branch, row.employee_slot)
            key = (*place, row.movement, row.days)
            cells[key] += row.count
            disabled[key] += row.disabled_count or 0
    children = []
    for key, count in sorted(cells.items(), key=lambda cell: repr(cell[0])):
        payer, certification, age_class, hours, branch, employee_slot, movement, days = key
        child: dict[str, Any] = {
            "certification": certification,
            "age_class": age_class,
            "hours": hours,
            "count": count,
            "payer": payer,
        }
        if branch:
            child["branch"] = True
        if employee_slot:
            child["employee_slot"] = True
        if disabled[key]:
            child["disabled"] = disabled[key]
        if movement:
            child["mid_month_days"] = days
        if movement == Movement.LEFT:
            child["leaver"] = True
        children.append(child)
    return children


def has_entered(child: Mapping[str, Any]) -> bool:
    """Whether this class of a snapshot came within the month: it is priced by days and is not in N."""
    return "mid_month_days" in child and not child.get("leaver")


def children_of(claim: Claim) -> tuple[int, int]:
    """The payer's children in N, those who left within the month among them; and who entered within the month."""
    first_day = entered = 0
    for child in claim.snapshot.get("children", []):
        if child.get("payer") in {None, claim.payer_code}:
            if has_entered(child):
                entered += child["count"]
            else:
                first_day += child["count"]
    return first_day, entered


def _nobody_of(ingredients: Ingredients, payer: str) -> list[dict[str, Any]]:
    """A payer that has no children here any more stands in the input with a class of nobody."""
    if any(row.count and row.payer_code == payer for row in ingredients.counts):
        return []
    certification, age = rows_of_kind(ingredients.facility.kind)[0]
    return [
        {
            "certification": certification,
            "age_class": AGE_CLASS.get(age, age),
            "hours": HOURS_OF[certification][0],
            "count": 0,
            "payer": payer,
        }
    ]


def items_as_input(ingredients: Ingredients, payer: str) -> tuple[list[dict[str, Any]], list[str]]:
    """
    The items that hold, with the month's facts put in, and the names of facts that are not given yet.

    An item whose fact is missing is left out of the draft; the claim cannot be submitted until it is given.
    """
    kind, month = ingredients.facility.kind, ingredients.month
    items: list[dict[str, Any]] = []
    missing: list[str] = []
    if not ingredients.children:  # nobody is there: an approved claim is corrected to 0 yen
        return items, missing
    for grant in ingredients.grants:
        if grant.code == facts.SATURDAY_CLOSURE or not facts.holds_in_season(kind, grant.code, month):
            continue
        # The exemption is granted for the own city's children.
        if grant.code == SIDE_DISHES and payer != ingredients.own_code:
            continue
        if grant.code == facts.DISABILITY_CARE and not grant.options.get("children"):
            disabled = disabled_of(ingredients.counts)
            if disabled is None:
                missing.append(facts.DISABLED_COUNTS)
            if not disabled:  # unknown, or no child with a disability is here this month
                continue
        item = {"code": grant.code, **grant.options}
        if grant.certification:
            item["certification"] = grant.certification
        asked = facts.facts_of_item(kind, grant.code, grant.certification)
        answered = {option: facts.answer(ingredients.facts, fact) for option, fact in asked.items()}
        unanswered = [fact.name for option, fact in asked.items() if answered[option] is None]
        if unanswered:
            missing += unanswered
        elif answered.get("weekdays") != 0:  # no meals this month: nothing to claim for them
            items.append({**item, **answered})
    if facts.has_saturday_deduction(kind):
        closures = facts.answer(ingredients.facts, facts.SATURDAYS)
        if closures is None:
            missing.append(facts.SATURDAYS.name)
        elif variant := facts.closure_variant(closures, month):
            items.append({"code": facts.SATURDAY_CLOSURE, "variant": variant})
    # Whoever counts children of a branch has one: its deduction needs no grant (D15).
    if any(row.branch and row.count for row in ingredients.counts):
        items = [item for item in items if item["code"] != BRANCH] + [{"code": BRANCH}]
    return items, sorted(set(missing))


def disabled_of(counts: Iterable[ChildCount]) -> int | None:
    """Children with a disability; unknown while one class of children comes without its number."""
    present = [row for row in counts if row.count and not (row.movement and not row.days)]
    if any(row.disabled_count is None for row in present):
        return None
    return sum(row.disabled_count or 0 for row in present)


def line_as_row(line: Line) -> dict[str, Any]:
    """A quote's line under the columns of ``ClaimLine``."""
    return {
        "code": line.code,
        "certification": line.certification,
        "number": line.number,
        "label": line.label,
        "summary": line.summary,
        "section": line.section,
        "amount_yen": line.amount_yen,
        "parts": [part.as_dict() for part in line.parts],
        "steps": [step.as_dict() for step in line.steps],
        "reason": line.reason,
        "source": line.source,
    }


LINE_COLUMNS = (
    "code",
    "certification",
    "number",
    "label",
    "summary",
    "section",
    "amount_yen",
    "parts",
    "steps",
    "reason",
    "source",
)


def stored_line_as_row(line: ClaimLine) -> dict[str, Any]:
    """A stored line under the same columns, for comparing with a computed one."""
    return {column: getattr(line, column) for column in LINE_COLUMNS}


def content_hash(snapshot: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], book_status: str) -> str:
    """SHA-256 over the canonical JSON of the input, the lines, and the rate book the input names."""
    content = {"snapshot": snapshot, "lines": lines, "ratebook_status": book_status}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def reproduce(claim: Claim) -> Quote:
    """
    Compute a claim again from its snapshot and the book it names.

    :raises BookGone: that book is not here any more, or not as it was.
    """
    return calculate(parse(claim.snapshot), book_named(claim.rate_book, claim.rate_book_hash))


def no_price(kind: str, books: Sequence[RateBook]) -> str:
    """Why facilities of this kind cannot claim yet, as a sentence; empty when ``books`` have prices."""
    if any(kind in book.facility_types for book in books):
        return ""
    return obstacles.no_book(kind)


def _sentences(problem: InputProblems | NoBookInForce | NoRuleSet) -> str:
    return "\n".join(dict.fromkeys(found.message for found in problem.problems))
