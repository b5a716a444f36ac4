"""What a facility's roster comes to in a fiscal year, and whose names stand on the sheet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from asking import together
from facilities.models import Facility, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from pricing.staffing import age_on
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.figures.experience import (
    Experienced,
    RateComparison,
    YearExperience,
    compared,
    experience_of,
)
from staff_records.figures.leaders import Candidate, Leaders, leaders_of
from staff_records.figures.months import MonthOfStaff
from staff_records.figures.people import Roster
from staff_records.figures.presence import dedicated_chiefs, presence_of
from staff_records.models import (
    EarlierEmployment,
    Employment,
    Qualification,
    StaffMember,
    Training,
    WorkRules,
)
from staff_records.opening import show_opened
from staff_records.queries.rosters import OpenedRoster, opened_rosters
from staff_records.required import Place, Required, TermsOf, required_in, terms_in

MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class FacilityFigures:
    """One facility in the fiscal year of ``month``; leaders and teachers as of its first day."""

    facility: Facility
    month: ServiceMonth
    terms: TermsOf
    experience: YearExperience
    comparison: RateComparison
    months: tuple[MonthOfStaff, ...]
    leaders: Leaders
    rules: tuple[WorkRules, ...]
    dossiers: tuple[Dossier, ...] = field(default=(), repr=False)

    @property
    def fiscal_year(self) -> int:
        """April to March."""
        return self.month.fiscal_year

    @property
    def chosen(self) -> MonthOfStaff:
        """The month asked for."""
        return next(one for one in self.months if one.month == self.month)

    @property
    def has_people(self) -> bool:
        """Whether anybody is on the roster in the year."""
        return bool(self.experience.people) or any(one.presence.staff for one in self.months)

    @property
    def member_ids(self) -> list[UUID]:
        """Whose names stand on the page."""
        people: list[Experienced | Candidate] = [*self.experience.people, *self.leaders.people]
        return list(dict.fromkeys(one.member_id for one in people))

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        found = {"staff_member": self.member_ids, "work_rules": [rule.pk for rule in self.rules]}
        if self.terms.profile:
            found["profile"] = [self.terms.profile.pk]
        return found


@dataclass(frozen=True)
class Named:
    """A name on the sheet, and the age on 1 April."""

    name: str
    age: int


def figures_of(facility: Facility, month: ServiceMonth) -> FacilityFigures:
    """
    One facility in the fiscal year of ``month``: five queries, however many people.

    Only months in which the facility is run are told; another month asked for is the nearest of them.
    """
    year = month.fiscal_year
    opened = opened_rosters(year, facility.pk).get(facility.pk, OpenedRoster(Roster(), ()))
    roster = opened.roster
    months = [one for one in months_of(year) if facility.lives_in(one)] or months_of(year)
    month = min(max(month, months[0]), months[-1])
    last = months[-1].first_day
    profiles, grants, rules = together(
        FacilityProfile.objects.filter(facility=facility, from_month__lte=last),
        GrantedItem.objects.filter(facility=facility, from_month__lte=last),
        WorkRules.objects.filter(facility=facility).order_by("-from_month"),
    )
    terms = terms_in([facility], months, profiles, grants)
    required = required_in(terms)
    own = terms[facility.pk, month]
    experience = experience_of(roster, year)
    return FacilityFigures(
        facility=facility,
        month=month,
        terms=own,
        experience=experience,
        comparison=compared(year, experience.rates, own.profile),
        months=tuple(month_of_staff(roster, terms, required, (facility.pk, one)) for one in months),
        leaders=leaders_of(roster, facility.kind, month.first_day, year, own.grants),
        rules=tuple(rules),
        dossiers=opened.dossiers,
    )


def names_on(found: FacilityFigures) -> dict[UUID, Named]:
    """
    Names as of 1 April and ages on it, of whose names stand on the page, opened to be shown: whoever asks names these
    members in an event. No query: they were read with what the figures are computed from.
    """
    day, wanted = found.experience.day, set(found.member_ids)
    shown = [one for one in found.dossiers if one.member.pk in wanted]
    show_opened([one.member for one in shown], [row for one in shown for row in one.details])
    return {
        one.member.pk: Named(one.detail_on(day).name, age_on(one.member.birth_date, day)) for one in shown
    }


CAREER_ROWS = (Employment, Qualification, EarlierEmployment, Training)


def names_of(member_ids: Iterable[UUID], day: date) -> dict[UUID, str]:
    """
    Names as of ``day``, opened to be shown: whoever asks names these members in an event.

    :raises KeyDestroyed: somebody among them was erased.
    """
    rows = StaffMember.objects.filter(pk__in=list(member_ids)).order_by("facility", "number")
    return {
        one.member.pk: one.detail_on(day).name for one in dossiers(rows, Purpose.SHOW, without=CAREER_ROWS)
    }


def month_of_staff(
    roster: Roster, terms: dict[Place, TermsOf], required: dict[Place, Required], place: Place
) -> MonthOfStaff:
    """One facility in one month."""
    own, month = terms[place], place[1]
    kind = own.facility.kind
    presence = presence_of(
        roster,
        kind,
        month,
        capacity_23=own.profile.capacity_23 if own.profile else None,
        dedicated=dedicated_chiefs(kind, {grant.code for grant in own.grants}),
    )
    return MonthOfStaff(month, presence.counted, required.get(place), presence)


def months_of(fiscal_year: int) -> list[ServiceMonth]:
    """April to March."""
    return [ServiceMonth(fiscal_year, 4).plus(place) for place in range(MONTHS_OF_YEAR)]
