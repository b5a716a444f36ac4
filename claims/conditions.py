"""
What the rooms know of a facility's month, as the facts that conditions of items ask about (``pricing.conditions``).

``composing.gather_terms`` gathers a claim's ingredients, what facilities have answered themselves and what they have
said in applications, for one facility or a whole city; ``read_rosters`` adds what their rosters tell. What nobody has
told us stays ``None``, and its question is asked instead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from claims import answers, facts
from claims.composing import BRANCH, Ingredients, children_as_input, disabled_of
from claims.models import ChildCount, Movement
from facilities.models import FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from pricing import Capacity, ChildClass, ItemClaim, Month, Treatment
from pricing.conditions.facts import Facts
from staff_records.figures.experience import YearExperience
from staff_records.figures.facts import RosterFacts, facts_of
from staff_records.figures.leaders import CATEGORY_3, leaders_of
from staff_records.figures.people import Roster
from staff_records.figures.presence import dedicated_chiefs
from staff_records.queries.rosters import rosters

ITEM_OPTIONS: Final = frozenset(ItemClaim._fields) - {
    "code",
    "certification",
    "position",
}
# What the city has granted it has certified itself.
CERTIFIED_BY_GRANT: Final = {
    "treatment_3": "treatment_3_granted",
    "treatment_ii": "treatment_3_granted",
    "treatment_iii": "treatment_iii_granted",
}
AREA_OF_URBAN: Final = {"urban": True, "standard": False}


def known_facts(found: Ingredients) -> Facts:
    """
    One facility's month with everything the rooms hold, and nothing they do not.

    The exempt children of side dishes come with user charges, whose rows the operations section may not see: they are
    known by the facility's application, else they stay a question. Rates count as known though they are provisional:
    it is these that are claimed. What the city has said of the place stands before the variants of granted items; the
    roster before what the facility has said in applications, and that before what it has answered.
    """
    profile = found.profile
    claimed = claimed_items(found)
    known = Facts(
        facility_type=found.facility.kind,
        month=Month(found.month.year, found.month.month),
        claimed=claimed,
        capacity=None if profile is None else Capacity(profile.capacity_1, profile.capacity_23),
        children=tuple([ChildClass(**child) for child in children_as_input(found.counts)]),
        disabled_children=_disabled(found.counts),
        treatment=_treatment(profile),
        closed_saturdays=facts.answer(found.facts, facts.SATURDAYS),
        **(_told_by_grants(found.grants) | {fact: one.value for fact, one in found.place.items()}),
    )
    known = replace(known, **_told_by_roster(found, known))
    known = replace(known, **_said_in_applications(found, known))
    return replace(known, **_answered(found, known))


def read_rosters(gathered: Mapping[UUID, Ingredients], month: ServiceMonth) -> None:
    """
    Add what each facility's roster tells of the month; answers, applications and grants must be there already.

    One query where nobody has a roster, else two and one to the key store, however many facilities. Trainings are read
    where somebody claims 区分3, whose leaders are trained.
    """
    if not gathered:  # no facility named would be every facility
        return
    leading = {
        facility_id
        for facility_id, own in gathered.items()
        if any(grant.code in CATEGORY_3 for grant in own.grants)
    }
    found = rosters(month.fiscal_year, *gathered, trainings=bool(leading), months=[month])
    for facility_id, roster in found.items():
        own = gathered[facility_id]
        if facility_id in leading:
            own.leaders = leaders_of(
                roster, own.facility.kind, month.first_day, month.fiscal_year, own.grants
            )
        own.roster = told_by(roster, own, month)


def told_by(
    roster: Roster, own: Ingredients, month: ServiceMonth, *, experience: YearExperience | None = None
) -> RosterFacts | None:
    """
    What a roster tells of ``month`` to who has these grants and has answered this; None where nobody is on it.

    ``experience``: of the month's fiscal year, where it is known already.
    """
    kind, codes = own.facility.kind, {grant.code for grant in own.grants}
    said = own.applied.get("chief_dedicated")
    answered = own.answers.answers.get("chief_dedicated") if own.answers else None
    return facts_of(
        roster,
        kind,
        month,
        profile=own.profile,
        dedicated=dedicated_chiefs(kind, codes, said.value if said else answered),
        experience=experience,
    )


def _told_by_roster(found: Ingredients, known: Facts) -> dict[str, Any]:
    """What the roster tells, where nothing else is known."""
    told = found.roster.values if found.roster else {}
    return {name: value for name, value in told.items() if getattr(known, name) is None}


def _said_in_applications(found: Ingredients, known: Facts) -> dict[str, Any]:
    """What applications have said, where nothing else is known."""
    return {name: said.value for name, said in found.applied.items() if getattr(known, name) is None}


def _answered(found: Ingredients, known: Facts) -> dict[str, Any]:
    """The facility's answers, where nothing else is known."""
    given = found.answers.answers if found.answers else {}
    return {
        name: answers.as_fact(name, kept)
        for name, kept in given.items()
        if name in answers.BY_NAME and getattr(known, name) is None
    }


def claimed_items(found: Ingredients) -> tuple[ItemClaim, ...]:
    """
    What is claimed this month: the grants in their season, also those whose monthly fact is not given yet, and the
    deductions the counts and the month's facts bring by themselves.
    """
    kind, month = found.facility.kind, found.month
    items = [
        ItemClaim(code=grant.code, certification=grant.certification, **_options(grant))
        for grant in found.grants
        if grant.code not in {facts.SATURDAY_CLOSURE, BRANCH}
        and facts.holds_in_season(kind, grant.code, month)
        and not _was_not_done(found, grant)
    ]
    if facts.has_saturday_deduction(kind):
        closures = facts.answer(found.facts, facts.SATURDAYS)
        if variant := facts.closure_variant(closures or 0, month):
            items.append(ItemClaim(code=facts.SATURDAY_CLOSURE, variant=variant))
    granted = any(grant.code == BRANCH for grant in found.grants)
    if granted or any(row.branch and row.count for row in found.counts):
        items.append(ItemClaim(code=BRANCH))
    return tuple(items)


def _options(grant: GrantedItem) -> dict[str, Any]:
    return {name: value for name, value in grant.options.items() if name in ITEM_OPTIONS}


def _was_not_done(found: Ingredients, grant: GrantedItem) -> bool:
    """No meals this month: nothing is claimed for them."""
    asked = facts.facts_of_item(found.facility.kind, grant.code, grant.certification)
    fact = asked.get("weekdays")
    return fact is not None and facts.answer(found.facts, fact) == 0


def _disabled(counts: Iterable[ChildCount]) -> int | None:
    """Of the first day; unknown while one class of children comes without its number."""
    return disabled_of([row for row in counts if row.movement != Movement.ENTERED])


def _treatment(profile: FacilityProfile | None) -> Treatment | None:
    if profile is None or profile.base_percent is None or profile.wage_percent is None:
        return None
    return Treatment(profile.base_percent, profile.wage_percent)


def _told_by_grants(grants: Iterable[GrantedItem]) -> dict[str, Any]:
    """級地, rent area, 都市部 and certifications, where a granted item says them; two that contradict say nothing."""
    told: dict[str, Any] = {}
    urban: set[bool] = set()
    for grant in grants:
        variant = grant.options.get("variant", "")
        if fact := CERTIFIED_BY_GRANT.get(grant.code):
            told[fact] = True
        if grant.code == "climate" and variant:
            told["climate_zone"] = variant if told.get("climate_zone", variant) == variant else None
        if grant.code == "depreciation" and variant in AREA_OF_URBAN:
            urban.add(AREA_OF_URBAN[variant])
        if grant.code == "rent" and variant:
            told["rent_area"], _, place = variant.partition("_")
            if place in AREA_OF_URBAN:
                urban.add(AREA_OF_URBAN[place])
    if len(urban) == 1:
        told["urban"] = urban.pop()
    return told
