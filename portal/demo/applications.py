"""
Applications of 令和8年度: the packs are released in March, round 1 is sent in April, and most have not begun.

Whatever is granted is applied for as it stands, whatever is not is not wanted: an approval changes no claim.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from applications.definitions import Item
from applications.models import ApplicationVersion, ItemPack
from applications.operations import cases, packs, places, rounds
from applications.operations.cases import Wanted
from applications.packs_in_force import released
from applications.queries.places import fingerprint
from approvals.models import RateCertificate
from approvals.operations import items as review
from approvals.operations import rates
from approvals.operations.effects import Certificate
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.periods import ServiceMonth
from portal.demo.clerks_hand import Desk, decline, drafts_of, send_what_is_ready, write
from portal.demo.scene import APRIL, acting, moment

YEAR: Final = 2026
NUMBER: Final = "1299900000"
# By the last digits of their numbers. Whose roster is accepted can send everything.
APPROVED: Final = ("001", "105", "151", "160")
WITH_THE_OFFICER: Final = ("002", "168", "170", "171", "174")
WITH_THE_CHIEF: Final = ("173",)
# What they have come to: not everything, for others show that.
BEGUN: Final = ("facility_state", "monthly_allowance", "nutrition")
SENT_LATE: Final = ("facility_state", "climate", "nutrition")
SENT_FIRST: Final = (*SENT_LATE, "rent", "depreciation", "materials", "qualified_staff")
WHOLE: Final = (*APPROVED, "002")
RETURNED, DRAFTED, LATE, REOPENED, CHANGED = "014", "012", "084", "006", "001"
REASON: Final = (
    "栄養士の業務の内容に、アレルギーのある子どもへの対応の回数も書いてください。電話でお話しした件です。"
)
AT_THE_FIELD: Final = {"duties": "回数も書いてください。"}
LATE_REASON: Final = "担当の職員が4月末まで休んでいたため、提出が遅れました。"
REOPENED_REASON: Final = "園舎の工事で書類を確かめられなかったため。4月30日に電話で相談を受けました。"
REOPENED_UNTIL: Final = date(2026, 6, 15)
RATES: Final = "rate_certification"
FORWARDED: Final = APPROVED[:3]
OF_THE_PREFECTURE: Final = ("見本子第1245号", date(2026, 7, 17))
JUNE: Final = ServiceMonth(2026, 6)
Items = list[tuple[ItemPack, Item]]
# What all granted items of the demo go by.
PLACES: Final[Mapping[str, bool | str]] = {
    "climate_zone": "other",
    "rent_area": "c",
    "urban": False,
    "snow_region": False,
    "ash_region": False,
}


def release_packs(city: Municipality, actors: Mapping[str, Actor]) -> None:
    """The shipped packs: one administrator loads them, the other one looks and releases."""
    one, two = actors["kanri"], actors["kanri2"]
    with acting(city, one):
        loaded = packs.load_shipped(YEAR, by=one, at=moment(3, 10, 10))
    with acting(city, two):
        for row in loaded:
            packs.release(row.pk, shown_hash=row.content_hash, by=two, at=moment(3, 12, 14))


def say_places(city: Municipality, administrator: Actor) -> None:
    """What holds of the city's places, said the year before and carried over."""
    with acting(city, administrator):
        places.say(YEAR - 1, PLACES, shown=fingerprint([]), by=administrator, at=moment(3, 10, 11))
        places.carry_over(YEAR, by=administrator, at=moment(3, 10, 12))


def play(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """Round 1, at every stage."""
    release_packs(city, actors)
    say_places(city, actors["kanri"])
    officer, chief = actors["tanto"], actors["kakaricho"]
    for place, digits in enumerate((*APPROVED, *WITH_THE_OFFICER, *WITH_THE_CHIEF)):
        only = () if digits in WHOLE else SENT_FIRST
        _send(city, actors, clerks, digits, moment(4, 16 + place, 10), only=only)
    _send(city, actors, clerks, RETURNED, moment(4, 20, 10))
    _decide(city, officer, (*APPROVED, *WITH_THE_CHIEF), moment(5, 7, 10))
    _decide(city, chief, APPROVED, moment(5, 11, 10))
    _decide(city, actors["kacho"], APPROVED, moment(5, 12, 10))
    _send_back(city, officer, moment(5, 8, 11))
    _draft(city, actors, clerks)
    _reopen(city, chief)
    _send(city, actors, clerks, LATE, moment(5, 8, 15), late_reason=LATE_REASON, only=SENT_LATE)
    _rates(city, actors, clerks)
    _change(city, actors, clerks)


def _facility(city: Municipality, officer: Actor, digits: str) -> Facility:
    with acting(city, officer):
        return Facility.objects.get(number=NUMBER + digits)


def _round_1(facility: Facility) -> Items:
    """What the facility is asked in April; the scope is open."""
    return [
        (row, item)
        for row, pack in released(YEAR)
        for item in pack.items
        if 1 in item.rounds and item.asks(facility.kind)
    ]


def _send(
    city: Municipality,
    actors: Mapping[str, Actor],
    clerks: Mapping[UUID, Actor],
    digits: str,
    at: datetime,
    *,
    late_reason: str = "",
    only: Sequence[str] = (),
) -> None:
    facility = _facility(city, actors["tanto"], digits)
    clerk = clerks[facility.pk]
    with acting(city, clerk):
        desk = Desk.of(facility, clerk, APRIL)
        _fill_in(desk, at, only)
        send_what_is_ready(desk, YEAR, 1, at.replace(hour=16), late_reason=late_reason)


def _fill_in(desk: Desk, at: datetime, only: Sequence[str] = ()) -> None:
    items = [(row, item) for row, item in _round_1(desk.facility) if not only or item.key in only]
    wanted = [(row, item) for row, item in items if desk.wants(item)]
    write(desk, wanted, from_month=APRIL, at=at)
    decline(desk, [one for one in items if one not in wanted], at.replace(minute=40))


def _decide(city: Municipality, person: Actor, digits: Sequence[str], at: datetime) -> None:
    """Whatever these facilities have sent is approved by this person, one after the other."""
    numbers = [NUMBER + one for one in digits]
    with acting(city, person):
        sent = ApplicationVersion.objects.filter(facility__number__in=numbers, status="submitted")
        for version in sent.order_by("facility__number", "application__item_key"):
            review.approve(version.pk, shown_hash=version.content_hash, by=person, at=at)


def _rates(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """加算率 on their way to the prefecture; one came back with other rates, and nobody has confirmed them yet."""
    for place, digits in enumerate(APPROVED):
        facility, at = _facility(city, actors["tanto"], digits), moment(6, 8 + place, 10)
        clerk = clerks[facility.pk]
        with acting(city, clerk):
            desk = Desk.of(facility, clerk, APRIL)
            items = [
                (row, pack.by_key[RATES])
                for row, pack in released(YEAR)
                if RATES in pack.by_key and pack.by_key[RATES].asks(facility.kind)
            ]
            write(desk, items, from_month=APRIL, at=at)
            send_what_is_ready(desk, YEAR, items[0][1].rounds[0], at.replace(hour=16))
    for place, person in enumerate(("tanto", "kakaricho", "kacho")):
        _decide(city, actors[person], APPROVED, moment(6, 15 + place, 10))
    officer = actors["tanto"]
    with acting(city, officer):
        awaited = RateCertificate.objects.filter(facility__number__in=[NUMBER + one for one in FORWARDED])
        rows = list(awaited.order_by("facility__number"))
        rates.forward_together(
            [row.version_id for row in rows], forwarded_on=date(2026, 6, 19), by=officer, at=moment(6, 19, 16)
        )
        other = rows[-1]
        assert other.applied_base_percent is not None
        certificate = Certificate(
            other.applied_base_percent, 6 if other.applied_wage_percent != 6 else 7, *OF_THE_PREFECTURE
        )
        rates.certify(other.version_id, certificate, by=officer, at=moment(7, 22, 11))


def _send_back(city: Municipality, officer: Actor, at: datetime) -> None:
    with acting(city, officer):
        sent = ApplicationVersion.objects.get(
            facility__number=NUMBER + RETURNED, application__item_key="nutrition"
        )
        review.return_to_facility(
            sent.pk, shown_hash=sent.content_hash, reason=REASON, remarks=AT_THE_FIELD, by=officer, at=at
        )


def _draft(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """One has begun and not sent; of one of its applications nobody can read an amount."""
    facility = _facility(city, actors["tanto"], DRAFTED)
    clerk = clerks[facility.pk]
    with acting(city, clerk):
        _fill_in(Desk.of(facility, clerk, APRIL), moment(4, 24, 10), BEGUN)
        draft = drafts_of(facility, YEAR).get(application__item_key="monthly_allowance")
        cases.save(
            facility.pk,
            pack_id=draft.pack_id,
            item_key="monthly_allowance",
            wanted=Wanted(True),
            entries={"personnel_yen": ["約1億3千万"]},
            reasons={},
            shown_revision=draft.revision,
            by=clerk,
            at=moment(4, 24, 11),
        )


def _reopen(city: Municipality, chief: Actor) -> None:
    facility = _facility(city, chief, REOPENED)
    with acting(city, chief):
        rounds.reopen(
            facility.pk,
            fiscal_year=YEAR,
            number=1,
            until=REOPENED_UNTIL,
            reason=REOPENED_REASON,
            by=chief,
            at=moment(5, 11, 9),
            today=moment(5, 11, 9).date(),
        )


def _change(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """休日保育 from June on: the next version of what was not wanted in April."""
    facility = _facility(city, actors["tanto"], CHANGED)
    clerk, at = clerks[facility.pk], moment(5, 21, 10)
    with acting(city, clerk):
        desk = Desk.of(facility, clerk, APRIL)
        items = [(row, item) for row, item in _round_1(facility) if item.key == "holiday_care"]
        write(desk, items, from_month=JUNE, at=at)
        send_what_is_ready(desk, YEAR, items[0][1].rounds[-1], at.replace(hour=15))
