"""
What has changed and will change in the demo's facilities and in the city itself.

Branches, names, a rest, a closing; the city's own days, the year to come, and files that wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from audit.record import SYSTEM, Context, Who, context
from claims.drops import Drop, Identity
from claims.models import FileKind
from claims.operations.arriving import arrive
from claims.operations.drop_folder import take_in
from facilities.actors import Actor
from facilities.api_clients import ApiScope
from facilities.models import Facility, Municipality
from facilities.operations import api_tokens
from facilities.operations.branches import BranchValues, open_branch
from facilities.operations.changes import DetailValues, change_details, close, suspend
from facilities.operations.schedule import add_closing_day, set_exception
from facilities.operations.years import roll
from facilities.periods import ServiceMonth
from facilities.schedule import Step
from facilities.scope import scope
from portal.demo import by_hand, newcomers
from portal.demo.facilities import FOLDER
from portal.demo.months import COMMUNITY_CHARGES, COMMUNITY_COUNTS
from portal.demo.scene import APRIL, JUNE, acting, moment, work_off

WITH_BRANCH, RENAMED, RENAMED_IN_MAY = "1299900000003", "1299900000004", "1299900000008"
RESTING, CLOSED = "1299900000172", "1299900000032"
FOUNDING_DAY, LATER_CLAIMS = date(2026, 12, 15), date(2026, 6, 17)
INSPECTION = "6月15日と16日は、庁舎の電気設備の点検でシステムを使えないため"
NEXT_YEAR = 2027
TOKEN = "地域型保育システム"  # noqa: S105  what it is called


def before_april(city: Municipality, administrator: Actor) -> str:
    """The city's days, a branch that is there from April on, and a token; returns the token's text."""
    at = moment(3, 27, 10)
    with acting(city, administrator):
        add_closing_day(FOUNDING_DAY, "市制施行記念日", by=administrator, at=at)
        set_exception(JUNE, Step.CLAIM, LATER_CLAIMS, INSPECTION, by=administrator, at=at)
        _open_branch(Facility.objects.get(number=by_hand.BRANCHED), 12, APRIL, by=administrator, at=at)
        _, token = api_tokens.create(
            TOKEN,
            scopes=[ApiScope.CHILD_COUNTS_WRITE, ApiScope.USER_CHARGES_WRITE],
            expires_on=date(2027, 3, 26),
            by=administrator,
            at=at,
        )
    return token


def make(city: Municipality, administrator: Actor) -> None:
    """In May: a branch from July on, a name that holds already and one to come, a rest, and a closing."""
    at = moment(5, 20, 10)
    with acting(city, administrator):
        facilities = {facility.number: facility for facility in Facility.objects.all()}
        _open_branch(facilities[WITH_BRANCH], 12, ServiceMonth(2026, 7), by=administrator, at=at)
        for number, ending, from_day in (
            (RENAMED, "あおぞら園", date(2027, 4, 1)),
            (RENAMED_IN_MAY, "もりのいえ", date(2026, 5, 1)),
        ):
            renamed = facilities[number]
            change_details(
                renamed.pk,
                DetailValues(
                    f"{renamed.name} {ending}", renamed.postal_code, renamed.location, renamed.ownership
                ),
                from_day=from_day,
                by=administrator,
                at=at,
            )
        suspend(
            facilities[RESTING].pk,
            from_month=ServiceMonth(2026, 7),
            to_month=ServiceMonth(2027, 3),
            reason="園舎の改修工事のため",
            by=administrator,
            at=at,
        )
        close(facilities[CLOSED].pk, closed_on=date(2026, 6, 30), by=administrator, at=at)
    work_off(city, at)


def roll_the_year(city: Municipality, administrator: Actor) -> None:
    """令和9年度 is prepared in November; a facility that is opened afterwards is left to be carried."""
    with acting(city, administrator):
        roll(NEXT_YEAR, keep_rates=True, by=administrator, at=moment(11, 16, 10))
    newcomers.open_next_year(city, administrator)
    work_off(city, moment(11, 18, 12))


def send_files(city: Municipality, token: str, *, at: datetime) -> None:
    """June's files of the other system: the counts lie in the folder, the charges come by the API."""
    counts = (FOLDER / COMMUNITY_COUNTS[str(JUNE)]).read_bytes()
    charges = (FOLDER / COMMUNITY_CHARGES[str(JUNE)]).read_bytes()
    with _unattended(city, SYSTEM, "folder"):
        identity = Identity(device=0, inode=0, size=len(counts), modified_ns=0, changed_ns=0)
        take_in(Drop("counts.csv", identity, counts), at=at)
    with scope(city.pk, None):
        client = api_tokens.authenticate(token, at=at)
    with _unattended(city, client, "api"):
        arrive(charges, kind=FileKind.CHARGES, by=client, at=at, sender=f"API：{client.label}")


def _open_branch(facility: Facility, capacity: int, month: ServiceMonth, *, by: Actor, at: datetime) -> None:
    values = BranchValues(
        f"{facility.name} 分園", facility.postal_code, f"{facility.location}（分園）", capacity
    )
    open_branch(facility.pk, values, from_month=month, by=by, at=at)


@contextmanager
def _unattended(city: Municipality, who: Who, entrance: str) -> Iterator[None]:
    """Scope and record of what no person does."""
    with (
        context(Context(who=who, entrance=entrance, municipality_id=city.pk)),
        scope(city.pk, None),
    ):
        yield
