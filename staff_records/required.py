"""
The teachers a facility must have, by month. Rooms above say so: the roster knows no children.

Whoever registers gets facilities with their profiles and granted items and answers for all of them at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from facilities.models import Facility, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from facilities.rooms_above import Asked
from pricing.staffing import Addition, RequiredTeachers

Place = tuple[UUID, ServiceMonth]


@dataclass(frozen=True, slots=True)
class Required:
    """
    One facility in one month. ``teachers`` None: not known, and ``questions`` say why.

    ``team``: persons of チーム保育 that are claimed and stand above the required ones.
    """

    teachers: RequiredTeachers | None
    team: int = 0
    questions: tuple[str, ...] = ()

    @property
    def with_team(self) -> RequiredTeachers | None:
        """The required teachers and those of チーム保育 above them."""
        if self.teachers is None or not self.team:
            return self.teachers
        return replace(
            self.teachers,
            additions=(*self.teachers.additions, Addition(self.team, "チーム保育の加配として請求")),
            total=self.teachers.total + self.team,
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese, or the questions."""
        return self.with_team.steps if self.with_team else self.questions


@dataclass(frozen=True, slots=True)
class TermsOf:
    """A facility with its profile and granted items of a month."""

    facility: Facility
    profile: FacilityProfile | None
    grants: tuple[GrantedItem, ...]


Answering = Callable[[Mapping[Place, TermsOf]], Mapping[Place, Required]]

required_by = Asked[Answering]()

# The newest month of which the room knows the children, of the facilities in scope; None before the first.
NewestMonth = Callable[[], ServiceMonth | None]
newest_month_by = Asked[NewestMonth]()


def newest_month() -> ServiceMonth | None:
    """The newest month for which anybody can say how many teachers are needed."""
    return max((month for asked in newest_month_by if (month := asked()) is not None), default=None)


def required_in(terms: Mapping[Place, TermsOf]) -> dict[Place, Required]:
    """The required teachers of each facility and month that has children counted; the others are left out."""
    found: dict[Place, Required] = {}
    for answer in required_by:
        found.update(answer(terms))
    return found


def terms_in(
    facilities: Sequence[Facility],
    months: Sequence[ServiceMonth],
    profiles: Sequence[FacilityProfile],
    grants: Sequence[GrantedItem],
) -> dict[Place, TermsOf]:
    """The dated rows sorted into facilities and months."""
    profiles_of: dict[UUID, list[FacilityProfile]] = {}
    for profile in profiles:
        profiles_of.setdefault(profile.facility_id, []).append(profile)
    grants_of: dict[UUID, list[GrantedItem]] = {}
    for grant in grants:
        grants_of.setdefault(grant.facility_id, []).append(grant)
    return {
        (facility.pk, month): TermsOf(
            facility,
            next((row for row in profiles_of.get(facility.pk, ()) if _holds(row, month)), None),
            tuple(row for row in grants_of.get(facility.pk, ()) if _holds(row, month)),
        )
        for facility in facilities
        for month in months
    }


def _holds(row: FacilityProfile | GrantedItem, month: ServiceMonth) -> bool:
    return row.from_month <= month.first_day and (row.to_month is None or row.to_month >= month.first_day)
