"""
Who a facility needs: the seats of its roster, from its children, its capacity and what was granted to it.

Teachers are as many as ``pricing.staffing`` asks for, those of granted items beside them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from facilities.models import FacilityKind
from pricing.staffing import ChildrenByAge, RequiredTeachers, UseCapacity, required_teachers
from pricing.staffing.other_staff import COOKS, COOKS_ABOVE

FULL: Final = (Decimal(8), Decimal(20))
FULL_TIME_HOURS: Final = Decimal(160)
HOMES: Final = frozenset({FacilityKind.SMALL_C, FacilityKind.HOME_BASED})
SMALL: Final = frozenset({FacilityKind.SMALL_A, FacilityKind.SMALL_B, FacilityKind.WORKPLACE})
CHIEFS: Final = frozenset({"chief_nursery_teacher", "chief_teacher"})
TEACHER_OF: Final[Mapping[str, str]] = {
    FacilityKind.KINDERGARTEN: "teacher",
    FacilityKind.CERTIFIED_KODOMOEN: "kodomoen_teacher",
    FacilityKind.SMALL_C: "home_carer",
    FacilityKind.HOME_BASED: "home_carer",
    FacilityKind.HOME_VISITING: "home_carer",
}
NURSE_FROM: Final = 9
BUS_DRIVER: Final = "バス運転手"


@dataclass(frozen=True)
class Place:
    """
    What a roster has to fit: a facility as it is on ``day``.

    ``granted``: options by item code. ``years``: the average experience its rates stand for, None without rates.
    ``spare``: teachers more than needed; or so many fewer than the children alone need.
    """

    number: str
    kind: str
    is_public: bool
    opened_on: date
    day: date
    children: ChildrenByAge
    capacity: UseCapacity
    standard_time: bool
    granted: Mapping[str, Mapping[str, Any]]
    years: int | None
    town: str
    spare: int = 0

    @property
    def seed(self) -> int:
        """The last digits of the number: what differs, differs by them."""
        return int(self.number[-4:])

    @property
    def required(self) -> RequiredTeachers:
        """The teachers its children need on ``day``."""
        return required_teachers(
            self.kind,
            2026,
            self.children,
            self.capacity,
            claimed=self.granted.keys(),
            standard_time=self.standard_time and self.kind != FacilityKind.KINDERGARTEN,
            assistants=self.kind in HOMES,
        )

    @property
    def extra_teachers(self) -> int:
        """Those of チーム保育 and the one in the place of a 主任 who cares for no class."""
        teams = sum(
            int(self.granted.get(code, {}).get("extra_staff", 0))
            for code in ("team_childcare", "team_teaching")
        )
        return teams + (1 if self.granted.keys() & CHIEFS else 0)


@dataclass(frozen=True)
class Seat:
    """A place on the roster: job, title and working time; ``tags`` say what it is there for."""

    job: str
    title: str = ""
    is_regular: bool = True
    time: tuple[Decimal, Decimal] = FULL
    concurrence: str = ""
    tags: frozenset[str] = field(default_factory=frozenset)


def part_time(job: str, hours: int, days: int, title: str = "", *, tag: str = "") -> Seat:
    """A seat of so many hours a day and days a month."""
    return Seat(job, title, False, (Decimal(hours), Decimal(days)), tags=frozenset({tag} - {""}))


def seats(place: Place) -> Iterator[Seat]:
    """All seats of the roster, those who lead first."""
    yield from _leading(place)
    yield from _teaching(place)
    yield from _cooking(place)
    yield from _beside(place)


def _leading(place: Place) -> Iterator[Seat]:
    alone = place.kind == FacilityKind.HOME_BASED
    if not alone and "no_director" not in place.granted:
        title = "園長" if place.kind in {FacilityKind.KINDERGARTEN, FacilityKind.CERTIFIED_KODOMOEN} else ""
        title = "管理者" if place.kind in SMALL | HOMES | {FacilityKind.HOME_VISITING} else title
        yield Seat("director", title)
    if "vice_principal" in place.granted:
        yield Seat("vice_director" if place.seed % 2 else "deputy_principal")
    if "chief_teacher" in place.granted:
        yield Seat("chief_teacher", "主幹教諭（専任）", tags=frozenset({"chief"}))
    elif place.kind == FacilityKind.CERTIFIED_KODOMOEN:
        yield Seat("chief_teacher", "主幹保育教諭", tags=frozenset({"chief"}))
    elif "chief_nursery_teacher" in place.granted or place.kind == FacilityKind.NURSERY:
        title = "主任保育士（専任）" if "chief_nursery_teacher" in place.granted else "主任保育士"
        yield Seat("chief_nursery_teacher", title, tags=frozenset({"chief"}))


def _teaching(place: Place) -> Iterator[Seat]:
    job = TEACHER_OF.get(place.kind, "nursery_teacher")
    short = place.spare < 0
    regular = place.required.total + place.spare
    if not short:
        regular += place.extra_teachers + (0, 1, 0, 1, 1)[place.seed % 5]
    shares = place.kind in {FacilityKind.NURSERY, FacilityKind.CERTIFIED_KODOMOEN}
    if shares and not short and place.seed % 3 == 0:
        # Two of short hours stand for one.
        regular -= 1
        for _ in range(2):
            yield part_time("part_time_nursery_teacher", 6, 17, tag="shares")
    for turn in range(regular):
        if place.kind == FacilityKind.SMALL_B and turn == 0:
            yield Seat("childcare_assistant", "保育従事者")
        else:
            yield Seat(job, tags=frozenset({"teacher"}))
    if short:
        return
    if shares:
        for turn in range(2 + int(place.children.total) // 25):
            yield part_time("part_time_nursery_teacher", 4 + (place.seed + turn) % 3, 12 + turn % 3 * 2)
    elif place.kind in SMALL:
        for turn in range(2):
            yield part_time("part_time_nursery_teacher", 4 + turn, 15)
    for code, title in (("special_support", "療育支援担当"), ("holiday_care", "休日保育担当")):
        if code in place.granted:
            yield part_time("part_time_nursery_teacher", 5, 12, title)
    if shares and place.children.age0 >= NURSE_FROM:
        yield Seat("nurse")


def _cooking(place: Place) -> Iterator[Seat]:
    capacity = place.capacity.care + place.capacity.education
    nutrition = place.granted.get("nutrition", {}).get("variant")
    if nutrition == "a":
        yield Seat("dietitian")
    elif nutrition == "c":
        yield part_time("dietitian", 4, 2, "栄養士（嘱託）")
    if place.kind == FacilityKind.KINDERGARTEN:
        if place.granted.get("meals", {}).get("variant") == "in_house":
            yield Seat("cook")
            yield part_time("part_time_cook", 5, 15)
        return
    if place.kind in HOMES | {FacilityKind.HOME_VISITING} or "delivered_meals_penalty" in place.granted:
        return
    cooks, of_them = next(((some, part) for most, some, part in COOKS if capacity <= most), COOKS_ABOVE)
    for turn in range(cooks - of_them):
        if turn == 0 and nutrition == "b":
            yield Seat("cook_dietitian", concurrence="other_job")
        else:
            yield Seat("cook")
    for _ in range(of_them + (1 if place.kind not in SMALL else place.seed % 2)):
        yield part_time("part_time_cook", 5, 15)


def _beside(place: Place) -> Iterator[Seat]:
    for _ in range(place.required.assistants):
        yield Seat("home_care_assistant")
    large = place.capacity.care + place.capacity.education >= 90
    if "office_staff" in place.granted or place.kind in {
        FacilityKind.NURSERY,
        FacilityKind.CERTIFIED_KODOMOEN,
    }:
        yield Seat("clerk") if large else part_time("clerk", 5, 16)
    if "bus" in place.granted:
        yield part_time("other", 4, 20, BUS_DRIVER)
    if place.kind == FacilityKind.KINDERGARTEN:
        yield part_time("lecturer", 3, 4, "体育講師")
        yield part_time("childcare_assistant", 4, 18, "預かり保育担当")
        yield part_time("childcare_assistant", 4, 15, "預かり保育担当")
    if place.is_public or place.kind == FacilityKind.KINDERGARTEN:
        yield part_time("janitor", 5, 16)
    if place.kind == FacilityKind.NURSERY and place.seed % 2:
        yield part_time("childcare_assistant", 5, 16, "保育補助者")
