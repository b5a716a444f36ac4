"""
The demo's months, played through the real operations: April approved, May at every stage.

Each facility's part in May follows from its place in the list, so that the demo looks the same every time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from approvals import operations as review
from audit.record import Context, context
from claims.cells import Cell, DisputedCell
from claims.facts import facts_asked
from claims.models import ChildCount, Claim, CountDispute, CountSheet
from claims.operations import answers, charges_import, confirming, counts_import, submitting
from claims.operations import facts as facts_operations
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Actor
from facilities.models import Facility, GrantedItem, Municipality, holding_in
from facilities.periods import ServiceMonth
from facilities.scope import scope
from portal.demo import cast

FOLDER = Path(__file__).resolve().parent
JAPAN = ZoneInfo("Asia/Tokyo")
APRIL, MAY = ServiceMonth(2026, 4), ServiceMonth(2026, 5)
APRIL_FILE = "child_counts_2026-04_cp932.csv"
MAY_FILE = "child_counts_2026-05_utf8bom.csv"
JUNE_FILE = "child_counts_2026-06_wide_cp932.csv"
APRIL_CHARGES, MAY_CHARGES, JUNE_CHARGES = (f"user_charges_2026-{month:02}_cp932.csv" for month in (4, 5, 6))
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
    facilities = list(Facility.objects.order_by("number"))
    _bring_in(city, actors["nyuen"], APRIL_FILE, datetime(2026, 4, 2, 10, 0, tzinfo=JAPAN))
    _bring_in_charges(city, actors["nyuen"], APRIL_CHARGES, datetime(2026, 4, 2, 10, 30, tzinfo=JAPAN))
    for place, facility in enumerate(facilities):
        at = _office_hours(datetime(2026, 4, 3, 9, 0, tzinfo=JAPAN), place)
        with acting(city, clerks[facility.pk]):
            _claim(facility, APRIL, clerks[facility.pk], at, submit=True)
    _approve(city, APRIL, actors, datetime(2026, 4, 9, 13, 0, tzinfo=JAPAN))
    _bring_in(city, actors["nyuen"], MAY_FILE, datetime(2026, 5, 1, 10, 0, tzinfo=JAPAN))
    _bring_in_charges(city, actors["nyuen"], MAY_CHARGES, datetime(2026, 5, 1, 10, 30, tzinfo=JAPAN))
    for place, facility in enumerate(facilities):
        at = _office_hours(datetime(2026, 5, 7, 9, 0, tzinfo=JAPAN), place)
        _play_may(city, facility, Stage.of(place, facility.number), actors, clerks[facility.pk], at)


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
        _decide(city, facility, MAY, actors, _later(at), steps=1 if stage == Stage.FIRST else 2)


def _bring_in(city: Municipality, by: Actor, file: str, at: datetime) -> None:
    with acting(city, by):
        previewed = counts_import.preview((FOLDER / file).read_bytes(), by=by, at=at)
        counts_import.accept(previewed.pk, by=by, at=at + timedelta(minutes=6))


def _bring_in_charges(city: Municipality, by: Actor, file: str, at: datetime) -> None:
    with acting(city, by):
        previewed = charges_import.preview((FOLDER / file).read_bytes(), by=by, at=at)
        charges_import.accept(previewed.pk, by=by, at=at + timedelta(minutes=4))


def _claim(facility: Facility, month: ServiceMonth, clerk: Actor, at: datetime, *, submit: bool) -> None:
    sheet = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED).get(
        facility=facility, month=month.first_day
    )
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
    for claim in Claim.objects.filter(
        facility=facility, month=month.first_day, status=ClaimStatus.DRAFT, outside=False
    ):
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
        sheet = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED).get(
            facility=facility, month=MAY.first_day
        )
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
        _decide(city, claim.facility, month, actors, at + timedelta(minutes=place % 90), steps=2)


def _decide(
    city: Municipality,
    facility: Facility,
    month: ServiceMonth,
    actors: dict[str, Actor],
    at: datetime,
    *,
    steps: int,
) -> None:
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
    return list(Claim.objects.filter(facility=facility, month=month.first_day, status=ClaimStatus.SUBMITTED))


def _waiting_in_city(city: Municipality, month: ServiceMonth, actor: Actor) -> list[Claim]:
    with acting(city, actor):
        return list(
            Claim.objects.filter(month=month.first_day, status=ClaimStatus.SUBMITTED)
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


@contextmanager
def acting(city: Municipality, actor: Actor) -> Iterator[None]:
    """Scope and record of one acting person, as the door would open them."""
    facilities = None if actor.facility_id is None else [actor.facility_id]
    entrance = "internet" if actor.is_facility else "lgwan"
    opened = Context(
        who=actor,
        address="192.0.2.10",
        entrance=entrance,
        municipality_id=city.pk,
        facility_id=actor.facility_id,
    )
    with context(opened), scope(city.pk, facilities):
        yield
