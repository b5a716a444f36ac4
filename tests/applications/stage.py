"""What stories of applications stand on: a city with released packs, and the hand of a clerk."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from applications.models import ApplicationVersion, ItemPack, PlaceFact
from applications.operations import cases, packs, places
from applications.operations.cases import Wanted
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from applications.queries.places import fingerprint
from applications.states import VersionStatus
from approvals.operations import items as review
from facilities.actors import Role, actor_for
from facilities.models import FacilityProfile, Membership
from facilities.periods import ServiceMonth
from facilities.scope import scope
from tests.applications.packs import PRICE
from tests.cast import City, Nursery, make_user

AT = timezone.make_aware(datetime(2026, 4, 14, 10, 0))
APRIL = ServiceMonth(2026, 4)
PLACES: Mapping[str, bool | str] = {
    "climate_zone": "other",
    "rent_area": "c",
    "urban": False,
    "snow_region": False,
    "ash_region": False,
}


def second_administrator(city: City) -> User:
    """Another administrator of the city."""
    user = make_user("kanri2", realm=city.municipality)
    with scope(city.municipality.pk, None):
        Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
    return user


def release_pack(city: City, content: str = PRICE, at: datetime = AT) -> ItemPack:
    """Loaded by one administrator, released by another."""
    with city.open(Role.ADMINISTRATOR) as one:
        row = packs.load(content, by=one, at=at)
        other = User.objects.filter(login_id="kanri2").first() or second_administrator(city)
        two = actor_for(
            user_id=other.pk,
            login_id=other.login_id,
            duty=Role.ADMINISTRATOR,
            municipality_id=city.municipality.pk,
        )
        return packs.release(row.pk, shown_hash=row.content_hash, by=two, at=at)


def say_places(city: City, fiscal_year: int = 2026, at: datetime = AT, **other: bool | str) -> None:
    """The administrator says what holds of the city's places."""
    values = {**PLACES, **other}
    with city.open(Role.ADMINISTRATOR) as by:
        held = PlaceFact.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True)
        places.say(fiscal_year, values, shown=fingerprint(held), by=by, at=at)


def save(
    place: Nursery,
    pack: ItemPack,
    item_key: str = "team_childcare",
    *,
    wanted: bool | None = True,
    from_month: ServiceMonth | None = APRIL,
    to_month: ServiceMonth | None = None,
    revision: int = 0,
    reasons: Mapping[str, str] | None = None,
    at: datetime = AT,
    **typed: str | list[str],
) -> ApplicationVersion:
    """The clerk saves the form."""
    entries: dict[str, Any] = {key: [text] if isinstance(text, str) else text for key, text in typed.items()}
    with place.open() as by:
        version, _ = cases.save(
            place.facility.pk,
            pack_id=pack.pk,
            item_key=item_key,
            wanted=Wanted(wanted, from_month, to_month),
            entries=entries,
            reasons=reasons or {},
            shown_revision=revision,
            by=by,
            at=at,
        )
    return version


def submit(
    place: Nursery, version: ApplicationVersion, *, late_reason: str = "", at: datetime = AT
) -> ApplicationVersion:
    """The clerk sends what the page shows now."""
    with place.open() as by:
        version = ApplicationVersion.objects.get(pk=version.pk)
        application = version.application
        item = item_of(version.pack, application.item_key)
        filled = fill_for(place.facility, application.fiscal_year, item, version)
        return cases.submit(
            version.pk,
            shown_revision=version.revision,
            shown_hash=cases.hash_of(version, filled),
            late_reason=late_reason,
            by=by,
            at=at,
        )


def decide(
    city: City, version: ApplicationVersion, *roles: Role, at: datetime = AT, **more: Any
) -> ApplicationVersion:
    """People of these roles approve one after the other what they are shown."""
    for role in roles:
        with city.open(role) as by:
            version = review.approve(version.pk, shown_hash=version.content_hash, by=by, at=at, **more)
    return version


def approve(city: City, version: ApplicationVersion, at: datetime = AT) -> ApplicationVersion:
    """担当, then 係長, and 課長 where the route asks for one."""
    version = decide(city, version, Role.OFFICER, Role.CHIEF, at=at)
    if version.status == VersionStatus.SUBMITTED:
        version = decide(city, version, Role.MANAGER, at=at)
    return version


def send_back(
    city: City,
    version: ApplicationVersion,
    reason: str = "人数を確かめてください",
    at: datetime = AT,
    **more: Any,
) -> ApplicationVersion:
    """The officer returns it."""
    with city.open(Role.OFFICER) as by:
        return review.return_to_facility(
            version.pk, shown_hash=version.content_hash, reason=reason, by=by, at=at, **more
        )


LAST_YEAR = PRICE.replace("fiscal_year = 2026", "fiscal_year = 2025").replace(
    'id = "price"', 'id = "price-2025"'
)
IN_LAST_APRIL = timezone.make_aware(datetime(2025, 4, 14, 10, 0))


def approved_last_year(city: City, place: Nursery, pack: ItemPack, **typed: str) -> ApplicationVersion:
    """The same item of 2025, approved; its profile reached back to then. ``pack`` is ``LAST_YEAR`` released."""
    with city.open():
        FacilityProfile.objects.filter(facility=place.facility).update(from_month=date(2025, 4, 1))
    version = save(place, pack, from_month=ServiceMonth(2025, 4), at=IN_LAST_APRIL, **typed)
    return approve(city, submit(place, version, at=IN_LAST_APRIL), at=IN_LAST_APRIL)
