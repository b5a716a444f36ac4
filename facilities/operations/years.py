"""
A new fiscal year (年度更新): what held in March goes on in April as a profile of its own, to be changed from there.

Harmless to repeat: a facility whose April is set already is left as it is.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Facility, FacilityProfile, YearRoll
from facilities.operating import operation
from facilities.operations.profiles import PROFILE_CHANGED, ProfileValues
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs import outbox
from pages.wareki import fiscal_year_words

MOST_YEARS_AHEAD = 1


@dataclass(frozen=True)
class Carried:
    """One facility of the new year: what held in March, what is set from April on, and what an April copy would do."""

    facility: Facility
    march: FacilityProfile | None
    april: FacilityProfile | None
    until: ServiceMonth | None = None

    @property
    def state(self) -> str:
        """set: April is set already; carry: March goes on; none: there is nothing to carry."""
        if self.april is not None:
            return "set"
        return "carry" if self.march is not None else "none"


def first_month(year: int) -> ServiceMonth:
    """April of the fiscal year."""
    return ServiceMonth(year, 4)


def plan_of(year: int) -> list[Carried]:
    """Every facility that is run in April, by number: two queries, however many there are."""
    april, march = first_month(year), first_month(year).plus(-1)
    held: dict[UUID, FacilityProfile] = {}
    begun: dict[UUID, FacilityProfile] = {}
    later: dict[UUID, FacilityProfile] = {}
    for profile in FacilityProfile.objects.order_by("from_month"):
        starts = ServiceMonth.of(profile.from_month)
        if starts == april:
            begun[profile.facility_id] = profile
        elif starts > april:
            later.setdefault(profile.facility_id, profile)
        elif profile.to_month is None or profile.to_month >= march.first_day:
            held[profile.facility_id] = profile
    return [
        Carried(
            facility,
            held.get(facility.pk),
            begun.get(facility.pk),
            ServiceMonth.of(later[facility.pk].from_month).plus(-1) if facility.pk in later else None,
        )
        for facility in Facility.objects.order_by("number")
        if facility.lives_in(april)
    ]


@operation(FacilityEvent.YEAR_ROLLED)
def roll(year: int, *, keep_rates: bool, by: Actor, at: datetime) -> YearRoll:
    """
    Carry every profile that held in March into April of ``year``, where April is not set yet.

    ``keep_rates``: last year's 加算率 go on as provisional ones until the new ones are certified; otherwise they are
    empty and no claim can be made before they are set.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: a year that is too far ahead or long past, or nothing is left to carry.
    """
    permissions.set_up_facilities(by, None)
    if problem := why_not(year, timezone.localtime(at).date()):
        raise ProblemsFound([problem])
    april, march = first_month(year), first_month(year).plus(-1)
    # One after the other: who comes second finds April set.
    list(Facility.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    carried = [one for one in plan_of(year) if one.state == "carry"]
    if not carried:
        words = fiscal_year_words(year)
        raise ProblemsFound([f"{words}に引き継ぐ施設はもうありません。すべて設定済みです。"])
    FacilityProfile.objects.filter(pk__in=[one.march.pk for one in carried if one.march]).update(
        to_month=march.first_day
    )
    profiles = FacilityProfile.objects.bulk_create(
        [_copy(one, april, keep_rates=keep_rates) for one in carried], batch_size=500
    )
    done: YearRoll = YearRoll.objects.create(
        municipality_id=by.municipality_id,
        fiscal_year=year,
        carried=len(profiles),
        keeps_rates=keep_rates,
        rolled_at=at,
        rolled_by=by.user_id,
    )
    record(
        FacilityEvent.YEAR_ROLLED,
        by=by,
        on=done,
        rows={"profile": [profile.pk for profile in profiles]},
        detail={"year": year, "rates_are_provisional": keep_rates},
    )
    for profile in profiles:
        outbox.add(
            PROFILE_CHANGED,
            municipality_id=profile.municipality_id,
            facility_id=profile.facility_id,
            from_month=str(april),
        )
    return done


def last_year(today: date) -> int:
    """The latest fiscal year that can be carried into."""
    return ServiceMonth.of(today).fiscal_year + MOST_YEARS_AHEAD


def why_not(year: int, today: date) -> str:
    """Why nothing can be carried into this fiscal year now; empty for the present one and the next."""
    words, last = fiscal_year_words(year), last_year(today)
    if year > last:
        return f"{words}はまだ先です。{fiscal_year_words(last)}まで引き継げます。"
    this = ServiceMonth.of(today).fiscal_year
    return f"{words}は終わっています。施設の画面で設定してください。" if year < this else ""


def _copy(one: Carried, april: ServiceMonth, *, keep_rates: bool) -> FacilityProfile:
    assert one.march is not None, "only what held in March is carried"
    values = {name: getattr(one.march, name) for name in ProfileValues.__dataclass_fields__}
    has_rates = keep_rates and values["base_percent"] is not None
    if not has_rates:
        values |= {"base_percent": None, "wage_percent": None}
    return FacilityProfile(
        municipality_id=one.facility.municipality_id,
        facility=one.facility,
        from_month=april.first_day,
        to_month=one.until.first_day if one.until else None,
        **{**values, "rates_are_provisional": has_rates},
    )
