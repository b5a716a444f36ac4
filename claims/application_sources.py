"""
What counts, claims and conditions know already of what applications ask (``applications.sources``).

Each function answers for many facilities at once, in a constant number of queries, with words that say of which month.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Sum

from applications.facts import ANSWER, FACT, FACTS, as_kept
from applications.filling import Given, shortest
from applications.rows_read import facilities_read, grants_read, profiles_read, rosters_read
from applications.sources import Asking, Known, tells
from claims import answers
from claims.composing import Ingredients, add_terms
from claims.conditions import known_facts, read_rosters
from claims.models import (
    Age,
    ChildCount,
    ClaimLine,
    CountSheet,
    MonthlyFacts,
    Movement,
    UserCharge,
)
from claims.rows_read import (
    answers_read,
    approved_claims,
    charges_read,
    claims_read,
    counts_read,
    monthly_facts_read,
)
from claims.states import SheetStatus
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.scope import current_scope
from pages.wareki import fiscal_year_words, month_words
from pricing.conditions.answers import Answer
from pricing.conditions.facts import Facts
from pricing.conditions.staffing import required_of
from pricing.vocabulary import ITEM_LABELS

MONTHS: Final = 12
# A source's class of children: the ages it adds up, in the order of the table.
CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "age0": frozenset({Age.A0}),
    "age1": frozenset({Age.A1}),
    "age2": frozenset({Age.A2}),
    "age3mid": frozenset({Age.A3_MID}),
    "age3": frozenset({Age.A3}),
    "age4plus": frozenset({Age.A4, Age.A5}),
}
CLASS_LABELS: Final = dict(
    zip(CLASSES, ("0歳児", "1歳児", "2歳児", "満3歳児", "3歳児", "4歳以上児"), strict=True)
)
SUMS: Final[Mapping[str, frozenset[str]]] = {
    **CLASSES,
    "age12": CLASSES["age1"] | CLASSES["age2"],
    "total": frozenset(Age),
}
OF_COUNTS: Final = frozenset({"disabled_children"})
SPENT: Final = "monthly.strengthening_spent_yen"


@tells(
    *(f"{FACT}{name}" for name in FACTS),
    *(f"{ANSWER}{name}" for name in FACTS),
    "required.teachers",
    "roster.teachers",
    "team.headroom",
    reads=[
        facilities_read,
        profiles_read,
        grants_read,
        rosters_read,
        counts_read,
        monthly_facts_read,
        answers_read,
    ],
)
def of_conditions(asking: Asking) -> Mapping[UUID, Known]:
    """
    The facts of conditions (``fact.…``), what was answered to the conditions (``answer.…``), and the teachers.

    As they stand in the month asked for; children of that month, or of the last one before it that has counts. What
    applications have said is no answer here, they ask each other; but who is 専任 is no teacher, whoever has said so.
    Thirteen queries or so where somebody has a roster.
    """
    gathered, sheets = terms_as_of(asking.facilities, asking.month)
    return {
        facility_id: _of_conditions(found, sheets.get(facility_id)) for facility_id, found in gathered.items()
    }


@tells(
    *(f"counts.{name}" for name in SUMS),
    "counts.classes",
    reads=[counts_read],
    classes=["class.label", "class.age", "class.children"],
)
def of_counts(asking: Asking) -> Mapping[UUID, Known]:
    """Children of the newest confirmed month, up to the one asked for: two queries."""
    sheets = {sheet.pk: sheet for sheet in _newest_sheets(asking.facilities, asking.month, confirmed=True)}
    told: dict[UUID, Known] = {}
    for sheet_id, ages in _children(sheets).items():
        sheet = sheets[sheet_id]
        words = f"確認済みの児童数（{month_words(sheet.month)}）"
        own = {f"counts.{name}": Given(_sum(ages, which), words) for name, which in SUMS.items()}
        rows = [
            {
                "class": name,
                "class.label": CLASS_LABELS[name],
                "class.age": int(name[len("age")]),
                "class.children": _sum(ages, which),
            }
            for name, which in CLASSES.items()
            if _sum(ages, which)
        ]
        own["counts.classes"] = Given(rows, words)
        told[sheet.facility_id] = own
    return told


@tells(*(f"counts.average.{name}" for name in SUMS), reads=[counts_read])
def of_averages(asking: Asking) -> Mapping[UUID, Known]:
    """
    Children a month on the average of the twelve months before the one asked for, where each of them has counts.

    Before April that is the average of the year before (前年度平均). Two queries.
    """
    months = [asking.month.plus(place - MONTHS) for place in range(MONTHS)]
    sheets = dict(
        CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
        .filter(facility__in=asking.facilities, month__in=[month.first_day for month in months])
        .values_list("pk", "facility_id")
    )
    sums: dict[UUID, Counter[str]] = {}
    for sheet_id, ages in _children(sheets).items():
        sums.setdefault(sheets[sheet_id], Counter()).update(ages)
    there = Counter(sheets.values())
    words = f"児童数の平均（{month_words(months[0].first_day)}から{month_words(months[-1].first_day)}まで）"
    return {
        facility_id: {
            f"counts.average.{name}": Given(shortest(Fraction(_sum(ages, which), MONTHS)), words)
            for name, which in SUMS.items()
        }
        for facility_id, ages in sums.items()
        if there[facility_id] == MONTHS
    }


@tells("charges.exempt_1", "charges.exempt_2", reads=[charges_read])
def of_charges(asking: Asking) -> Mapping[UUID, Known]:
    """
    Children of the own city without a side-dish fee (副食費免除), of the newest month up to the one asked for.

    One query.
    Told to a facility of its own children and to nobody else: rows of user charges are not the operations section's.
    """
    if current_scope().facility_ids is None:
        return {}
    rows = UserCharge.objects.filter(
        facility__in=asking.facilities,
        month__lte=asking.month.first_day,
        superseded_at__isnull=True,
        payer_code=F("municipality__code"),
    )
    return {
        row.facility_id: {
            f"charges.exempt_{grade}": Given(children, f"利用者負担額の通知（{month_words(row.month)}）")
            for grade, children in (("1", row.exempt_1), ("2", row.exempt_2))
        }
        for row in rows.order_by("facility", "-month").distinct("facility")
    }


@tells(*(f"received.{code}" for code in ITEM_LABELS), reads=[claims_read])
def of_claims(asking: Asking) -> Mapping[UUID, Known]:
    """Yen of each addition in the year's approved claims, to whichever municipality: one query."""
    found = (
        ClaimLine.objects.filter(
            facility__in=asking.facilities,
            claim__in=approved_claims(asking.fiscal_year),
            code__in=[
                name.removeprefix("received.") for name in asking.names if name.startswith("received.")
            ],
        )
        .values("facility_id", "code")
        .annotate(yen=Sum("amount_yen"), months=Count("claim__month", distinct=True))
        .order_by()
    )
    told: dict[UUID, Known] = {}
    for row in found:
        words = f"承認済みの請求（{fiscal_year_words(asking.fiscal_year)}の{row['months']}か月分）"
        told.setdefault(row["facility_id"], {})[f"received.{row['code']}"] = Given(row["yen"], words)
    return told


@tells(SPENT, reads=[monthly_facts_read])
def of_march(asking: Asking) -> Mapping[UUID, Known]:
    """What the facility has said with its March claim: one query."""
    march = ServiceMonth(asking.fiscal_year + 1, 3)
    rows = MonthlyFacts.objects.filter(facility__in=asking.facilities, month=march.first_day)
    return {
        row.facility_id: {SPENT: Given(row.strengthening_spent_yen, f"月の実績（{month_words(row.month)}）")}
        for row in rows
        if row.strengthening_spent_yen is not None
    }


def terms_as_of(
    facilities: Sequence[Facility], month: ServiceMonth
) -> tuple[dict[UUID, Ingredients], dict[UUID, CountSheet]]:
    """
    What the conditions of a month ask, by facility, with children of that month or of the last one before it that has
    counts; and whose counts these are. A facility without any has no sheet and no children.
    """
    sheets = {sheet.facility_id: sheet for sheet in _newest_sheets(facilities, month)}
    gathered = {
        facility.pk: Ingredients(_as_of(sheets.get(facility.pk), facility, month), facility, "", books=())
        for facility in facilities
    }
    add_terms(gathered, month, with_answers=True)
    read_rosters(gathered, month)
    return gathered, sheets


def _newest_sheets(
    facilities: Sequence[Facility], month: ServiceMonth, *, confirmed: bool = False
) -> Iterable[CountSheet]:
    """Of each facility the newest sheet up to the month asked for: one query."""
    found = CountSheet.objects.filter(facility__in=facilities, month__lte=month.first_day)
    found = (
        found.filter(status=SheetStatus.CONFIRMED)
        if confirmed
        else found.exclude(status=SheetStatus.SUPERSEDED)
    )
    return found.order_by("facility", "-month").distinct("facility")


def _as_of(sheet: CountSheet | None, facility: Facility, month: ServiceMonth) -> CountSheet:
    """The sheet as if it were of ``month``: an addition that begins then has the children who are there now."""
    as_of = CountSheet(municipality_id=facility.municipality_id, facility=facility, month=month.first_day)
    if sheet is not None:
        as_of.pk = sheet.pk
    return as_of


def _of_conditions(found: Ingredients, sheet: CountSheet | None) -> Known:
    given = found.answers.answers if found.answers else {}
    facts = known_facts(replace(found, answers=None, applied={}))
    if sheet is None:
        facts = replace(facts, children=None, disabled_children=None)
    of_roster = found.roster.by_name if found.roster else {}
    of_counts = f"児童数（{month_words(sheet.month)}）" if sheet else ""
    told: Known = {}
    for name in FACTS:
        if (value := getattr(facts, name)) is None:
            continue
        words = of_counts if name in OF_COUNTS else "適用中の加算・調整"
        if name in found.place:
            words = "市の設定"
        if name in of_roster:
            words = of_roster[name].source
        told[f"{FACT}{name}"] = Given(as_kept(name, value), words)
    for name, kept in given.items():
        if name in FACTS and name in answers.BY_NAME:
            value = as_kept(name, answers.as_fact(name, kept))
            told[f"{ANSWER}{name}"] = Given(value, "「加算の確認」での回答")
    return told | _teachers(found, facts, of_counts)


def _teachers(found: Ingredients, facts: Facts, of_counts: str) -> Known:
    """Required by the children and what is claimed, there by the roster, and those above the required."""
    told: Known = {}
    needed = required_of(facts, {one.code for one in facts.claimed})
    if not isinstance(needed, Answer):
        told["required.teachers"] = Given(needed.total, f"{of_counts}から：{'　'.join(needed.steps)}")
    presence = found.roster.presence if found.roster else None
    if presence is not None and presence.value is not None:
        told["roster.teachers"] = Given(shortest(presence.value), "　".join(presence.steps))
        if not isinstance(needed, Answer):
            headroom = presence.value - needed.total
            words = f"{presence.words}から、必要な{needed.total}人を引いた数（{of_counts}）"
            told["team.headroom"] = Given(shortest(headroom), words)
    return told


def _children(sheet_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    """First-day children of each sheet by age; who came within the month was not there. One query."""
    found: dict[UUID, Counter[str]] = {sheet_id: Counter() for sheet_id in sheet_ids}
    rows = (
        ChildCount.objects.filter(sheet__in=list(sheet_ids))
        .exclude(movement=Movement.ENTERED)
        .values_list("sheet_id", "age")
        .annotate(children=Sum("count"))
        .order_by()
    )
    for sheet_id, age, children in rows:
        found[sheet_id][age] += children
    return found


def _sum(ages: Counter[str], which: Iterable[str]) -> int:
    return sum(ages[age] for age in which)
