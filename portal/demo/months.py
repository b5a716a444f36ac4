"""
The demo's months, played through the real operations: April approved, May at every stage.

Each facility's part in May follows from its place in the list, so that the demo looks the same every time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from approvals.operations import claims as review
from claims.cells import Cell, DisputedCell
from claims.facts import facts_asked
from claims.models import ChildCount, Claim, CountDispute, CountSheet
from claims.operations import answers, charges_import, confirming, counts_import, submitting
from claims.operations import facts as facts_operations
from claims.states import ClaimStatus
from facilities.actors import Actor
from facilities.models import Facility, GrantedItem, Municipality, holding_in
from facilities.periods import ServiceMonth
from portal.demo import by_hand, cast
from portal.demo.facilities import FOLDER
from portal.demo.newcomers import (
    HOME_VISITING,
    NOW_CERTIFIED,
    PREDECESSOR,
    PROVISIONAL,
    SMALL_C,
    WITHOUT_PROFILE,
    WITHOUT_RATES,
)
from portal.demo.scene import APRIL, MAY, acting, moment, sheet_of

APRIL_FILE = "child_counts_2026-04_cp932.csv"
MAY_FILE = "child_counts_2026-05_utf8bom.csv"
JUNE_FILE = "child_counts_2026-06_wide_cp932.csv"
APRIL_CHARGES, MAY_CHARGES, JUNE_CHARGES = (f"user_charges_2026-{month:02}_cp932.csv" for month in (4, 5, 6))
# Those of the facilities that were opened by hand, as another system writes them.
COMMUNITY_COUNTS = {
    month: f"community_counts_{month}_cp932.csv" for month in ("2026-04", "2026-05", "2026-06")
}
COMMUNITY_CHARGES = {
    month: f"community_charges_{month}_cp932.csv" for month in ("2026-04", "2026-05", "2026-06")
}
SMALL_B, HOME_BASED = "1299900000168", "1299900000170"
DISPUTE_REASON = "5月1日付で転入した子どもが1人、数えられていないようです。"
RETURN_REASONS = (
    "副食費免除の日数が、給食の実施日数と合いません。日数をご確認のうえ、修正版を提出してください。",
    "土曜日の閉所日数が届出と違います。カレンダーをご確認ください。",
)


class Stage:
    """What a facility has done in May; the cast's facilities have parts of their own."""

    WAITING, DISPUTED, DRAFTED, SUBMITTED, RETURNED, FIRST, APPROVED = range(7)
    PARTS: ClassVar[dict[str, int]] = {
        cast.KINDERGARTEN: DRAFTED,
        cast.FIRST_NURSERY: RETURNED,
        cast.SECOND_NURSERY: SUBMITTED,
        cast.STRANGER: WAITING,
        SMALL_B: APPROVED,
        HOME_BASED: APPROVED,
        SMALL_C: APPROVED,
        HOME_VISITING: APPROVED,
        PREDECESSOR: FIRST,
        PROVISIONAL: SUBMITTED,
        NOW_CERTIFIED: APPROVED,
        WITHOUT_RATES: DRAFTED,
        WITHOUT_PROFILE: DRAFTED,
    }
    ROUND = (
        SUBMITTED,
        APPROVED,
        SUBMITTED,
        FIRST,
        SUBMITTED,
        DRAFTED,
        APPROVED,
        SUBMITTED,
        WAITING,
        SUBMITTED,
    )

    @classmethod
    def of(cls, place: int, number: str) -> int:
        """The stage of the facility at ``place`` in the list."""
        if number in cls.PARTS:
            return cls.PARTS[number]
        if place % 29 == 5:
            return cls.RETURNED
        if place % 37 == 9:
            return cls.DISPUTED
        return cls.ROUND[place % len(cls.ROUND)]


def play(city: Municipality, actors: dict[str, Actor], clerks: dict[UUID, Actor]) -> None:
    """Play April and May. ``actors``: the city's people by login id; ``clerks``: one for each facility."""
    enrolment = actors["nyuen"]
    _bring_in(city, enrolment, APRIL, APRIL_FILE, APRIL_CHARGES, moment(4, 2, 10))
    by_hand.correct(city, enrolment, APRIL, moment(4, 2, 16))
    for place, facility in _with_counts(city, enrolment, APRIL):
        with acting(city, clerks[facility.pk]):
            _claim(facility, APRIL, clerks[facility.pk], _office_hours(moment(4, 3, 9), place), submit=True)
    _approve(city, APRIL, actors, moment(4, 9, 13))
    _bring_in(city, enrolment, MAY, MAY_FILE, MAY_CHARGES, moment(5, 1, 10))
    by_hand.correct(city, enrolment, MAY, moment(5, 1, 16))
    for place, facility in _with_counts(city, enrolment, MAY):
        at = _office_hours(moment(5, 7, 9), place)
        _play_may(city, facility, Stage.of(place, facility.number), actors, clerks[facility.pk], at)


def _with_counts(city: Municipality, by: Actor, month: ServiceMonth) -> list[tuple[int, Facility]]:
    """The facilities whose counts of the month have come, each with its place in the city's list."""
    with acting(city, by):
        came = set(CountSheet.objects.filter(month=month.first_day).values_list("facility_id", flat=True))
        everybody = list(Facility.objects.order_by("number"))
    return [(place, facility) for place, facility in enumerate(everybody) if facility.pk in came]


def _play_may(
    city: Municipality, facility: Facility, stage: int, actors: dict[str, Actor], clerk: Actor, at: datetime
) -> None:
    if stage == Stage.WAITING:
        return
    if stage == Stage.DISPUTED:
        _dispute(city, facility, clerk, actors["nyuen"], at)
        return
    with acting(city, clerk):
        _claim(facility, MAY, clerk, at, submit=stage > Stage.DRAFTED)
    if stage == Stage.RETURNED:
        reason = RETURN_REASONS[int(facility.number[-2:]) % len(RETURN_REASONS)]
        with acting(city, actors["tanto"]):
            for claim in _waiting(facility, MAY):
                review.return_to_facility(
                    claim.pk, shown_hash=claim.content_hash, reason=reason, by=actors["tanto"], at=_later(at)
                )
    if stage in {Stage.FIRST, Stage.APPROVED}:
        decide(city, facility, MAY, actors, _later(at), steps=1 if stage == Stage.FIRST else 2)


def _bring_in(
    city: Municipality, by: Actor, month: ServiceMonth, counts: str, charges: str, at: datetime
) -> None:
    """The month's files of the core system, and an hour later those of the other system."""
    files = (
        (counts_import, counts, at),
        (charges_import, charges, at + timedelta(minutes=30)),
        (counts_import, COMMUNITY_COUNTS[str(month)], at + timedelta(minutes=60)),
        (charges_import, COMMUNITY_CHARGES[str(month)], at + timedelta(minutes=90)),
    )
    with acting(city, by):
        for kind, file, begins in files:
            previewed = kind.preview((FOLDER / file).read_bytes(), by=by, at=begins)
            kind.accept(previewed.pk, by=by, at=begins + timedelta(minutes=6))


def _claim(facility: Facility, month: ServiceMonth, clerk: Actor, at: datetime, *, submit: bool) -> None:
    sheet = sheet_of(facility, month)
    confirming.confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=at)
    if facility.is_public:
        return
    values = _facts(facility, month)
    if values:
        facts_operations.save(
            facility, month, values, shown_version=0, by=clerk, at=at + timedelta(minutes=2)
        )
    if not submit:
        return
    for claim in Claim.objects.filter(facility=facility, month=month.first_day, status=ClaimStatus.DRAFT):
        submitting.submit(
            claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=at + timedelta(minutes=4)
        )


def _facts(facility: Facility, month: ServiceMonth) -> dict[str, int]:
    granted = holding_in(GrantedItem.objects.filter(facility=facility), month)
    asked = {
        fact.name
        for fact in facts_asked(facility.kind, {(row.code, row.certification) for row in granted}, month)
    }
    seed = int(facility.number[-4:])
    plausible = {
        "meal_days_a_week": 5 if seed % 2 else 4,
        "side_dish_days": 18,
        "saturday_closures": 1 if seed % 13 == 0 else 0,
        "strengthening_spent_yen": 0,
    }
    return {name: plausible[name] for name in asked}


def _dispute(city: Municipality, facility: Facility, clerk: Actor, enrolment: Actor, at: datetime) -> None:
    with acting(city, clerk):
        sheet = sheet_of(facility, MAY)
        row = (
            ChildCount.objects.filter(sheet=sheet, count__gt=0)
            .order_by("certification", "age", "hours")
            .first()
        )
        assert row is not None, "every facility of the demo has children"
        marked = DisputedCell(
            cell=Cell(row.payer_code, row.certification, row.age, row.hours),
            claimed=row.count + 1,
            reason=DISPUTE_REASON,
        )
        confirming.dispute(sheet.pk, [marked], shown_version=sheet.version, by=clerk, at=at)
    if int(facility.number) % 2:
        with acting(city, enrolment):
            for dispute in CountDispute.objects.filter(sheet=sheet, outcome=""):
                answers.answer(
                    dispute.pk,
                    outcome="stands",
                    text="住民記録では5月2日の転入でした。初日在籍数は届いた人数のとおりです。",
                    by=enrolment,
                    at=at + timedelta(hours=3),
                )


def _approve(city: Municipality, month: ServiceMonth, actors: dict[str, Actor], at: datetime) -> None:
    for place, claim in enumerate(_waiting_in_city(city, month, actors["tanto"])):
        decide(city, claim.facility, month, actors, at + timedelta(minutes=place % 90), steps=2)


def decide(
    city: Municipality,
    facility: Facility,
    month: ServiceMonth,
    actors: Mapping[str, Actor],
    at: datetime,
    *,
    steps: int,
) -> None:
    """The first step approves what waits of the month, the second one two hours later."""
    for step, name in enumerate(("tanto", "kakaricho")[:steps]):
        with acting(city, actors[name]):
            for claim in _waiting(facility, month):
                review.approve(
                    claim.pk,
                    shown_hash=claim.content_hash,
                    by=actors[name],
                    at=at + timedelta(hours=2 * step),
                )


def _waiting(facility: Facility, month: ServiceMonth) -> list[Claim]:
    waiting = Claim.objects.filter(
        facility=facility, month=month.first_day, status=ClaimStatus.SUBMITTED, outside=False
    )
    return list(waiting)


def _waiting_in_city(city: Municipality, month: ServiceMonth, actor: Actor) -> list[Claim]:
    with acting(city, actor):
        return list(
            Claim.objects.filter(month=month.first_day, status=ClaimStatus.SUBMITTED, outside=False)
            .select_related("facility")
            .order_by("facility__number")
        )


def _office_hours(first: datetime, place: int) -> datetime:
    """The moment of the facility at ``place``: weekdays from nine, some ninety a day, five minutes apart."""
    days, turn = divmod(place, 90)
    day = first
    for _ in range(days):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    return day + timedelta(minutes=5 * turn)


def _later(at: datetime) -> datetime:
    return at + timedelta(days=1)
