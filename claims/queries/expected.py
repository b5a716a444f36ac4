"""
見込み for pages: what the changes after the newest counts will do to the additions of a facility, or of a whole city.

Nothing is stored, no claim is made of it. As many queries for a city as for one facility; two where nothing is to come.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final
from uuid import UUID

from django.utils import timezone

from applications.models import ApplicationVersion
from asking import together
from claims.applied import sent_in
from claims.composing import Ingredients
from claims.expecting import NO_COUNTS, Basis, Expectation, Unknown, expect, other_year
from claims.models import ChildCount, ConditionAnswers, CountSheet, MonthlyFacts
from claims.states import SheetStatus
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from facilities.queries import FacilityMonths
from staff_records.figures.leaders import CATEGORY_3, leaders_of
from staff_records.figures.people import Roster
from staff_records.models import StaffChange
from staff_records.outlook import Outlook, outlook_by
from staff_records.queries.coming import changes_after, open_days, told
from staff_records.queries.rosters import rosters
from staff_records.required import terms_in
from staff_records.words import ChangeKind

Months = Sequence[ServiceMonth]
# Whoever comes, comes back, proves or learns something takes no condition away.
TAKES_NOTHING: Final = frozenset(
    {
        *(ChangeKind.HIRED, ChangeKind.MOVED_IN, ChangeKind.RETURNED),
        *(ChangeKind.QUALIFIED, ChangeKind.EARLIER, ChangeKind.TRAINED),
    }
)
MOST_IN_CITY: Final = 40


def expectation_of(facility: Facility) -> Expectation | None:
    """
    One facility's, with the changes told by job and day; None where nothing is to come, or nothing is claimed.

    Two queries, and where something is to come, fourteen or so and two to the key store.
    """
    if facility.is_public:
        return None
    sheets = _newest([facility.pk])
    if not sheets:
        return _without_counts(facility)
    coming = changes_after({facility.pk: sheets[0].service_month})
    return _expected(sheets, coming, tell=True).get(facility.pk)


@outlook_by
def outlook(facility: Facility) -> Outlook | None:
    """What the pages of the roster are told."""
    return expectation_of(facility)


@dataclass(frozen=True)
class CityExpectations:
    """By facility, what is to come; ``left_out``: so many more facilities were not looked at."""

    found: Mapping[UUID, Expectation]
    left_out: int = 0

    @property
    def at_stake(self) -> list[Expectation]:
        """The facilities that lose something, by number."""
        losing = (one for one in self.found.values() if one.at_stake)
        return sorted(losing, key=lambda one: one.facility.number)


def expectations_in_city(*, most: int = MOST_IN_CITY) -> CityExpectations:
    """
    Of the facilities in scope that may lose something; the changes themselves stay closed.

    Of ``most`` facilities, those whose changes count first: each roster costs some ten milliseconds.
    """
    sheets = {sheet.facility_id: sheet for sheet in _newest() if not sheet.facility.is_public}
    coming = changes_after({facility_id: sheet.service_month for facility_id, sheet in sheets.items()})
    losing = {
        facility_id: rows
        for facility_id, rows in coming.items()
        if _counts_shares(sheets[facility_id]) or any(row.kind not in TAKES_NOTHING for row in rows)
    }
    first = sorted(losing, key=lambda facility_id: (losing[facility_id][0].from_month, facility_id))[:most]
    found = _expected([sheets[facility_id] for facility_id in first], losing, tell=False)
    return CityExpectations(found, len(losing) - len(first))


def ingredients_expected(sheet: CountSheet, month: ServiceMonth) -> Ingredients:
    """
    A month after ``sheet``'s in its fiscal year, with the sheet's counts.

    ``sheet`` must have been read with ``select_related("facility__municipality")``.
    """
    basis = _bases([sheet], {sheet.facility_id: [month]}, trainings=True)[sheet.facility_id]
    own = basis.ingredients(month)
    if any(grant.code in CATEGORY_3 for grant in own.grants):
        kind = sheet.facility.kind
        own.leaders = leaders_of(basis.roster, kind, month.first_day, month.fiscal_year, own.grants)
    return own


def months_to_come(facility: Facility, counted: ServiceMonth) -> tuple[ServiceMonth, ...]:
    """The months of the fiscal year of ``counted`` after it from which changes count: one query."""
    months = _months(changes_after({facility.pk: counted}).get(facility.pk, ()))
    return tuple(
        month for month in months if month.fiscal_year == counted.fiscal_year and facility.lives_in(month)
    )


def _newest(facility_ids: Collection[UUID] | None = None) -> list[CountSheet]:
    """The current counts of the newest month of each facility: one query."""
    rows = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
    if facility_ids is not None:
        rows = rows.filter(facility__in=facility_ids)
    return list(
        rows.select_related("facility__municipality").order_by("facility", "-month").distinct("facility")
    )


def _without_counts(facility: Facility) -> Expectation | None:
    past = ServiceMonth.of(timezone.localdate()).plus(-1)
    changes = changes_after({facility.pk: past}).get(facility.pk, [])
    if not changes:
        return None
    open_days(changes)
    return Expectation(facility, None, unknown=(Unknown(NO_COUNTS),), changes=told(changes, Roster()))


def _counts_shares(sheet: CountSheet) -> bool:
    """Whether somebody who comes can take a condition away: where a share of those who care must be 保育士."""
    return sheet.facility.kind in {FacilityKind.SMALL_B, FacilityKind.WORKPLACE}


def _expected(
    sheets: Sequence[CountSheet], coming: Mapping[UUID, Sequence[StaffChange]], *, tell: bool
) -> dict[UUID, Expectation]:
    counted = {sheet.facility_id: sheet.service_month for sheet in sheets if sheet.facility_id in coming}
    if not counted:
        return {}
    run = FacilityMonths(Facility.objects.filter(pk__in=counted))
    months = {
        facility_id: [month for month in _months(coming[facility_id]) if facility_id in run.expected(month)]
        for facility_id in counted
    }
    within = {
        facility_id: [month for month in own if month.fiscal_year == counted[facility_id].fiscal_year]
        for facility_id, own in months.items()
    }
    bases = _bases([sheet for sheet in sheets if within.get(sheet.facility_id)], within)
    if tell:
        open_days(row for facility_id in counted for row in coming[facility_id])
    found = {}
    for sheet in sheets:
        facility_id = sheet.facility_id
        if not months.get(facility_id):
            continue
        basis = bases.get(facility_id)
        roster = basis.roster if basis else Roster()
        changes = told(coming[facility_id], roster) if tell else ()
        expected = Expectation(sheet.facility, sheet.service_month, changes=changes)
        if basis is not None:
            expected = expect(basis, within[facility_id], changes)
        if later := [month for month in months[facility_id] if month not in within[facility_id]]:
            refused = Unknown(other_year(sheet.service_month, later[0]), later[0])
            expected = replace(expected, unknown=(*expected.unknown, refused))
        found[facility_id] = expected
    return found


def _months(rows: Sequence[StaffChange]) -> list[ServiceMonth]:
    return sorted({ServiceMonth.of(row.from_month) for row in rows})


def _bases(
    sheets: Sequence[CountSheet], months: Mapping[UUID, Months], *, trainings: bool = False
) -> dict[UUID, Basis]:
    """Each sheet's facility with everything that its ``months`` are expected with; no query where there is none."""
    if not sheets:
        return {}
    wanted = {sheet.facility_id: sheet for sheet in sheets}
    every_month = sorted({month for facility_id in wanted for month in months[facility_id]})
    last = every_month[-1].first_day
    years = {facility_id: sheet.service_month.fiscal_year for facility_id, sheet in wanted.items()}
    profiles, grants, children, saved, given, *sent = together(
        FacilityProfile.objects.filter(facility__in=wanted, from_month__lte=last),
        GrantedItem.objects.filter(facility__in=wanted, from_month__lte=last).order_by("code"),
        ChildCount.objects.filter(sheet__in=[sheet.pk for sheet in sheets]),
        MonthlyFacts.objects.filter(facility__in=wanted, month__in=[one.first_day for one in every_month]),
        ConditionAnswers.objects.filter(facility__in=wanted, fiscal_year__in=set(years.values())),
        *(
            sent_in([own for own in wanted if years[own] == year], year)
            for year in sorted(set(years.values()))
        ),
    )
    terms = terms_in([sheet.facility for sheet in sheets], every_month, profiles, grants)
    counts: dict[UUID, list[ChildCount]] = defaultdict(list)
    for count in children:
        counts[count.facility_id].append(count)
    facts: dict[UUID, dict[ServiceMonth, MonthlyFacts]] = defaultdict(dict)
    for row in saved:
        facts[row.facility_id][ServiceMonth.of(row.month)] = row
    answers = {row.facility_id: row for row in given if row.fiscal_year == years[row.facility_id]}
    applied: dict[UUID, list[ApplicationVersion]] = defaultdict(list)
    for version in chain.from_iterable(sent):
        applied[version.facility_id].append(version)
    known = rosters(
        min(years.values()),
        *wanted,
        trainings=trainings,
        months=[*every_month, *{sheet.service_month for sheet in sheets}],
    )
    return {
        facility_id: Basis(
            sheet,
            sheet.facility,
            sheet.facility.municipality.code,
            {month: terms[facility_id, month] for month in months[facility_id]},
            counts=counts[facility_id],
            facts=facts[facility_id],
            answers=answers.get(facility_id),
            applied=applied[facility_id],
            roster=known.get(facility_id, Roster()),
        )
        for facility_id, sheet in wanted.items()
    }
