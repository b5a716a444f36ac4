"""
One claim version as plain values for the data dictionary; ``form_vocabulary`` says what each of them is.

Reads in four queries, whatever is asked for. What a claim was computed with is told from its snapshot, never from what
is registered now.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from claims.cells import is_on_first_day
from claims.charges import Children, reveals_a_family
from claims.composing import children_of
from claims.facts import FACTS
from claims.form_children import by_place, cells, child_rows, children, earlier, has_entered, movers
from claims.form_lines import base_rows, classes, differences, items, items_yen, lines, sections, steps
from claims.form_reading import ClaimRead, read_claim
from claims.form_vocabulary import BEFORE
from claims.models import Certification, ChildCount, Claim, Movement
from claims.net import TURNED_THREE, NetKind
from claims.queries.comparison import SECTION_ORDER
from claims.queries.terms import terms_of
from documents.dictionary import Row, Values
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from facilities.schedule import CitySchedule, Step
from pricing.vocabulary import region_words

PROVISIONAL = "加算率は仮"
FIRST_YEAR_OF_ONE_TREATMENT = 2025
MARK_WORDS = {"sample": "見本の単価で計算しています", "provisional": "告示の前の暫定の単価で計算しています"}
NET_WORDS = {
    NetKind.ENTRUSTED: "委託費は、全額をお支払いします。",
    NetKind.NOBODY_CHARGED: "利用者負担のない児童だけのため、差し引く額はありません。",
    NetKind.NETTED: "利用者負担額を差し引きます。",
    NetKind.MISSING: "利用者負担額がまだ届いていません。",
}
SCHOOLS = frozenset({FacilityKind.KINDERGARTEN, FacilityKind.CERTIFIED_KODOMOEN})


def benefit_of(kind: str) -> str:
    """Private nurseries are entrusted (委託費); everybody else claims a benefit (給付費)."""
    if kind == FacilityKind.NURSERY:
        return "委託費"
    return "施設型給付費" if kind in SCHOOLS else "地域型保育給付費"


def control_number_of(claim: Claim, facility_number: str) -> str:
    """``1299900000901-202606-01-1a2b3c4d``: facility, month, version and the beginning of the content's hash."""
    return f"{facility_number}-{claim.month:%Y%m}-{claim.version:02}-{claim.content_hash[:8]}"


def values(claim_id: UUID, wanted: frozenset[str]) -> Values:
    """
    The groups and tables of ``form_vocabulary.VOCABULARY`` that are ``wanted``; four queries at most.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    """
    read = read_claim(claim_id)
    makers: Mapping[str, Callable[[ClaimRead], Row | Sequence[Row]]] = {
        "claim": _claim,
        "claim_before": _before,
        "claim_count": lambda found: cells(by_place(found.own_counts)),
        "claim_count_before": lambda found: cells(earlier(found)),
        "claim_item_yen": lambda found: items_yen(found, None),
        "claim_item_yen_1": lambda found: items_yen(found, "1"),
        "claim_item_yen_23": lambda found: items_yen(found, "23"),
        "claim_lines": lines,
        "claim_base_rows": base_rows,
        "claim_items": items,
        "claim_sections": sections,
        "claim_steps": steps,
        "claim_children": children,
        "claim_child_rows": child_rows,
        "claim_movers": movers,
        "claim_classes": classes,
        "claim_differences": differences,
    }
    return {name: make(read) for name, make in makers.items() if name in wanted}


# ---------------------------------------------------------------- the claim


def _claim(read: ClaimRead) -> Row:
    claim, net = read.claim, read.net
    terms = terms_of(claim, provisional=read.rates_are_provisional)
    first_day = [row for row in read.counts if is_on_first_day(row)]
    own = [row for row in first_day if row.payer_code == claim.payer_code]
    by_section = Counter(dict.fromkeys(SECTION_ORDER, 0))
    for line in read.lines:
        by_section[line.section] += line.amount_yen
    pay = CitySchedule.of(claim.municipality).deadline(claim.service_month, Step.PAY).day
    name = read.payer_name if claim.outside else claim.municipality.name
    return {
        "benefit": benefit_of(read.kind),
        "addressee": f"{name}長" if name else f"市区町村コード {claim.payer_code} の長",
        "payer_name": name or f"市区町村コード {claim.payer_code}",
        "payer_code": claim.payer_code,
        "version": claim.version,
        "status": claim.status_words,
        "is_submitted": claim.submitted_at is not None,
        "is_approved": claim.approved_at is not None,
        "is_returned": claim.returned_at is not None,
        "is_correction": claim.is_correction,
        "is_outside": claim.outside,
        "drafted_on": day_of(claim.drafted_at),
        "submitted_on": day_of(claim.submitted_at),
        "approved_on": day_of(claim.approved_at),
        "returned_on": day_of(claim.returned_at),
        "return_reason": claim.return_reason or None,
        "correction_reason": _correction_reason(claim),
        "payment_day": None if claim.outside else pay,
        "total_yen": claim.total_yen,
        "base_yen": by_section["base"],
        "addition_yen": by_section["addition"],
        "deduction_yen": by_section["deduction"],
        "charge_yen": None if net.kind is NetKind.MISSING else net.charge_yen,
        "payable_yen": net.payable_yen,
        "is_netted": net.kind is NetKind.NETTED,
        "charge_reveals_family": net.kind is NetKind.NETTED and _reveals_a_family(read),
        "charge_words": NET_WORDS[net.kind],
        "child_total": claim.child_total,
        "first_day_children": sum(row.count for row in own),
        "entered_children": sum(row.count for row in read.own_counts if has_entered(row)),
        "left_children": sum(row.count for row in own if row.movement == Movement.LEFT),
        "enrolled_children": sum(row.count for row in first_day),
        "has_other_payers": len(own) != len(first_day),
        "counts_arrived_on": day_of(claim.sheet.arrived_at),
        "counts_confirmed_on": day_of(claim.sheet.confirmed_at),
        "counts_confirmed_by_city": bool(claim.sheet.on_behalf_reason),
        "capacity_1": terms.capacity_1,
        "capacity_23": terms.capacity_23,
        "capacity_words": _capacity_words(terms.capacity_1, terms.capacity_23),
        "region": region_words(terms.region_percent),
        "region_percent": terms.region_percent,
        "base_percent": terms.base_percent,
        "wage_percent": terms.wage_percent,
        "rates_are_provisional": terms.rates_are_provisional,
        "rate_words": rate_words(
            claim.service_month, terms.base_percent, terms.wage_percent, terms.rates_are_provisional
        ),
        "rate_book": read.book_title,
        "rate_book_id": claim.rate_book,
        "rate_book_source": read.book_source or None,
        "price_words": MARK_WORDS.get(claim.rate_book_status),
        **{fact.name: claim.facts.get(fact.name) for fact in FACTS},
    }


def rate_words(month: ServiceMonth, base: int, wage: int, is_provisional: bool) -> str:
    """区分1 9%・区分2 6%（加算率は仮）; until 2024 the two parts of Ⅰ."""
    is_one = month.fiscal_year >= FIRST_YEAR_OF_ONE_TREATMENT
    named = f"区分1 {base}%・区分2 {wage}%" if is_one else f"Ⅰ 基礎分 {base}%・賃金改善要件分 {wage}%"
    return f"{named}（{PROVISIONAL}）" if is_provisional else named


def _capacity_words(capacity_1: int | None, capacity_23: int | None) -> str:
    parts = (("1号", capacity_1), ("2・3号", capacity_23))
    return "　".join(f"{words} {count}人" for words, count in parts if count)


def _correction_reason(claim: Claim) -> str | None:
    """As the facility wrote it; a correction that changed counts or terms have begun has no text of its own."""
    if not claim.is_correction:
        return None
    if claim.correction_reason:
        return claim.correction_reason
    assert claim.corrects is not None, "a correction corrects a claim"
    if claim.corrects.sheet_id != claim.sheet_id:
        return "児童数の訂正による過誤調整"
    return "登録内容の変更による過誤調整"


def _reveals_a_family(read: ClaimRead) -> bool:
    """As for the pages of user charges: few children, and the sum tells what a family pays."""
    children = sum((_charged(row) for row in read.own_counts), Children())
    return reveals_a_family(read.charged, children)


def _charged(row: ChildCount) -> Children:
    can_be = row.certification == Certification.C3 or (
        row.certification == Certification.C2 and row.age in TURNED_THREE
    )
    return Children(
        total=row.count,
        first=row.count if row.certification == Certification.C1 else 0,
        second=row.count if row.certification == Certification.C2 else 0,
        charged=row.count if can_be else 0,
    )


def day_of(moment: datetime | None) -> date | None:
    """The day on which it was, here."""
    return timezone.localtime(moment).date() if moment else None


def _before(read: ClaimRead) -> Row:
    """The approved version that a correction corrects; nothing for any other claim."""
    claim, corrected = read.claim, read.claim.corrects
    if corrected is None:
        return dict.fromkeys(entry.name for entry in BEFORE.entries)
    return {
        "version": corrected.version,
        "control_number": control_number_of(corrected, claim.facility.number),
        "submitted_on": day_of(corrected.submitted_at),
        "approved_on": day_of(corrected.approved_at),
        "first_day_children": children_of(corrected)[0],
        "total_yen": corrected.total_yen,
        "difference_yen": claim.total_yen - corrected.total_yen,
    }
