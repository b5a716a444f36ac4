"""
The rosters of the demo: planned from what each facility needs (``seats``), lived (``careers``), made particular
(``staff_stories``), and written here in few statements.

Rows are made as rows, because the people have been there; each facility's clerk is on record for its own.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from audit.record import record
from facilities.actors import Actor, actor_for
from facilities.models import Facility, Municipality
from facilities.periods import ServiceMonth
from facilities.scope import scope
from facilities.unattended import whole_city
from portal.demo import cast, newcomers, staff_stories
from portal.demo.careers import Careers, Member, Told
from portal.demo.names import Names
from portal.demo.places import places
from portal.demo.scene import APRIL, JAPAN, MAY, acting
from portal.demo.seats import FULL_TIME_HOURS, Place
from staff_records import finding
from staff_records.dossiers import Dossier
from staff_records.events import StaffEvent
from staff_records.models import (
    EarlierEmployment,
    Employment,
    MonthlyHours,
    Qualification,
    StaffChange,
    StaffDetail,
    StaffMember,
    Training,
    Wage,
    WorkRules,
)
from staff_records.opening import with_new_key
from staff_records.operations import overlaps
from staff_records.person_rows import MemberRow
from staff_records.words import ChangeKind
from staff_records.writing import first_month_of

WITH_WAGES: Final = frozenset({cast.KINDERGARTEN, cast.FIRST_NURSERY, cast.SECOND_NURSERY, cast.STRANGER})
MONTHS: Final = (APRIL, MAY)
NEXT_YEAR_ENTERED: Final = date(2026, 11, 19)
# Longer statements take more than their share of time to take apart.
BATCH: Final = 200
EVENT_OF: Final[Mapping[ChangeKind, StaffEvent]] = {
    ChangeKind.HIRED: StaffEvent.HIRED,
    ChangeKind.LEFT: StaffEvent.LEFT,
    ChangeKind.MOVED_IN: StaffEvent.MOVED,
    ChangeKind.MOVED_OUT: StaffEvent.MOVED,
    ChangeKind.TERMS: StaffEvent.TERMS_CHANGED,
    ChangeKind.LEAVE: StaffEvent.LEAVE_BEGAN,
    ChangeKind.RETURNED: StaffEvent.RETURNED,
    ChangeKind.QUALIFIED: StaffEvent.QUALIFIED,
    ChangeKind.DETAILS: StaffEvent.DETAILS_CHANGED,
}


def write(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """
    Rosters for all facilities of ``city``. ``officer`` looks at changes and certificates; ``clerks``: by facility.

    A successor without a clerk of its own is written for by its predecessor's.
    """
    with scope(city.pk, None):
        facilities = list(Facility.objects.order_by("number"))
        found = needs(facilities)
        planned = plan(found, own_city=city.code == cast.CITY_CODE)
        rows = _Rows(officer)
        for turn, facility in enumerate(facilities):
            rows.add(
                facility, found[facility.number], planned[facility.number], _clerk(facility, clerks), turn
            )
        rows.save()
        rows.index()
    rows.tell(city)
    with whole_city(city.pk):
        overlaps.look(at=timezone.now())


def write_next_door(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """The rosters of the neighbouring city."""
    write(city, actors["midori-tanto"], clerks)


def needs(facilities: Collection[Facility]) -> dict[str, Place]:
    """What the roster of each facility has to fit, by number; the scope is open."""
    spare = {each.number: staff_stories.spare_teachers(each.number, each.kind) for each in facilities}
    found = {place.number: place for place in places(facilities, spare)}
    if newcomers.SUCCESSOR in found:
        # Nothing is set for it yet: the same children, in the same rooms.
        before = found[newcomers.PREDECESSOR]
        found[newcomers.SUCCESSOR] = replace(
            found[newcomers.SUCCESSOR],
            children=before.children,
            capacity=before.capacity,
            granted=before.granted,
            years=before.years,
        )
    return found


def plan(found: Mapping[str, Place], *, own_city: bool) -> dict[str, list[Member]]:
    """Who is on which roster, by number; the same every time but for ids. ``own_city``: what is particular happens."""
    dice = Random(cast.CITY_CODE if own_city else cast.NEIGHBOUR_CODE)  # noqa: S311  people, not secrets
    careers = Careers(Names(dice), dice)
    planned = {
        number: careers.roster(place, shift=staff_stories.shift(number) if own_city else 0)
        for number, place in found.items()
        if not (own_city and number == newcomers.SUCCESSOR)
    }
    if own_city:
        staff_stories.play(found, planned, careers)
    return planned


def _clerk(facility: Facility, clerks: Mapping[UUID, Actor]) -> Actor:
    own = clerks.get(facility.pk)
    if own is not None:
        return own
    before = Facility.objects.get(number=newcomers.PREDECESSOR)
    carried = clerks[before.pk]
    return actor_for(
        user_id=carried.user_id,
        login_id=carried.label,
        duty=carried.duty,
        municipality_id=facility.municipality_id,
        facility_id=facility.pk,
    )


@dataclass
class _Written:
    """What one facility's clerk has written: members of the start, and of each change told."""

    facility: Facility
    clerk: Actor
    members: list[UUID] = field(default_factory=list)
    told: dict[StaffEvent, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    seen: list[UUID] = field(default_factory=list)


class _Rows:
    """Collects rows of all facilities and saves each kind at once."""

    def __init__(self, officer: Actor) -> None:
        self.officer = officer
        self.written: list[_Written] = []
        self.people: list[tuple[StaffMember, Member, Place, Actor]] = []
        self.rules: list[WorkRules] = []
        self.rows: dict[type[MemberRow], list[MemberRow]] = defaultdict(list)

    def add(
        self, facility: Facility, place: Place, members: Sequence[Member], clerk: Actor, turn: int
    ) -> None:
        """The roster of a facility; ``turn``: its place in the list, for the time of day."""
        entered = _at(min(place.day, NEXT_YEAR_ENTERED), minutes=turn % 400)
        written = _Written(facility, clerk)
        for number, one in enumerate(members, start=1):
            at = _at(one.entered_on) if one.entered_on else entered
            last = one.spans[-1]
            left_year = ServiceMonth.of(last.last_day).fiscal_year if last.ending and last.last_day else None
            changed = max([at, *(_at(told.told_on) for told in one.told)])
            member = StaffMember(
                municipality_id=facility.municipality_id,
                facility=facility,
                number=number,
                person_id=one.person_id,
                left_year=left_year,
                version=1 + len(one.told),
                entered_at=at,
                entered_by=clerk.user_id,
                changed_at=changed,
                changed_by=clerk.user_id,
            )
            self.people.append((member, one, place, clerk))
            written.members.append(member.pk)
            for told in one.told:
                written.told[EVENT_OF[told.kind]].append(member.pk)
                if told.is_seen:
                    written.seen.append(member.pk)
        self.rules.append(
            WorkRules(
                municipality_id=facility.municipality_id,
                facility=facility,
                from_month=ServiceMonth.of(place.day).first_day,
                full_time_hours=FULL_TIME_HOURS,
                saved_at=entered,
                saved_by=clerk.user_id,
            )
        )
        self.written.append(written)

    def save(self) -> None:
        """All of it: one key for each person, then one statement for so many rows of a kind."""
        members = [member for member, *_ in self.people]
        with_new_key(members)
        for turn, (member, one, place, clerk) in enumerate(self.people):
            member.birth_date, member.sex = one.identity.birth_date, one.identity.sex
            self._about(member, one, place, clerk, turn)
        StaffMember.objects.bulk_create(members, batch_size=BATCH)
        WorkRules.objects.bulk_create(self.rules)
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows, batch_size=BATCH)

    def index(self) -> None:
        """Let everybody be found; the rows are open still."""
        found = {member.pk: Dossier(member) for member, *_ in self.people}
        for row in (*self.rows[StaffDetail], *self.rows[Qualification]):
            if isinstance(row, StaffDetail):
                found[row.member_id].details.append(row)
            elif isinstance(row, Qualification):
                found[row.member_id].qualifications.append(row)
        finding.refresh(list(found.values()))

    def tell(self, city: Municipality) -> None:
        """Put on record who wrote whom, facility by facility, and whom the city has looked at."""
        for one in self.written:
            with acting(city, one.clerk):
                record(StaffEvent.HIRED, on=one.facility, rows={"staff_member": one.members})
                record(StaffEvent.WORK_RULES_SET, on=one.facility)
                for event, members in one.told.items():
                    record(event, on=one.facility, rows={"staff_member": members})
        with acting(city, self.officer):
            for one in self.written:
                if one.seen:
                    record(StaffEvent.SHOWN, on=one.facility, rows={"staff_member": one.seen})

    def _about(self, member: StaffMember, one: Member, place: Place, clerk: Actor, turn: int) -> None:
        entered = {"entered_at": member.entered_at, "entered_by": clerk.user_id}
        self._add(StaffDetail, member, from_day=None, **asdict(one.detail), **entered)
        for day, detail in one.later_details:
            self._add(StaffDetail, member, from_day=day, **asdict(detail), **_entered(_at(day), clerk))
        for span in one.spans:
            self._add(
                Employment,
                member,
                first_day=span.first_day,
                last_day=span.last_day,
                beginning=span.beginning,
                ending=span.ending,
                **asdict(span.terms),
                **entered,
            )
        # The city has seen the copies of most certificates.
        checked = turn % 7 != 0 and one.entered_on is None and place.day <= APRIL.first_day
        for licence in one.licences:
            seen = checked and licence.obtained_on is not None and licence.obtained_on < APRIL.first_day
            self._add(
                Qualification,
                member,
                **asdict(licence),
                checked_at=_at(date(2026, 4, 10)) if seen else None,
                checked_by=self.officer.user_id if seen else None,
                **entered,
            )
        for earlier in one.earlier:
            self._add(
                EarlierEmployment,
                member,
                **asdict(earlier),
                proof_changed_at=member.entered_at,
                proof_changed_by=clerk.user_id,
                **entered,
            )
        for training in one.trainings:
            self._add(Training, member, **asdict(training), **entered)
        for told in one.told:
            self._add(StaffChange, member, **self._change(told, clerk))
        for month in MONTHS:
            self._month(member, one, place, month, clerk, turn)

    def _month(
        self, member: StaffMember, one: Member, place: Place, month: ServiceMonth, clerk: Actor, turn: int
    ) -> None:
        """Hours really worked of who is not 常勤, and wages where the demo has them."""
        span = next(
            (
                span
                for span in one.spans
                if span.first_day <= month.first_day
                and (span.last_day is None or span.last_day >= month.first_day)
            ),
            None,
        )
        if span is None or span.terms.leave:
            return
        entered = _entered(_at(month.plus(1).first_day + timedelta(days=4)), clerk)
        contract = span.terms.hours_a_day * span.terms.days_a_month
        hours = contract + Decimal((turn * 7 + month.month) % 9) / 2
        if not span.terms.is_regular:
            self._add(MonthlyHours, member, month=month.first_day, hours=hours, **entered)
        if place.number in WITH_WAGES:
            years = month.first_day.year - one.spans[0].first_day.year
            post = {"A": 40000, "B": 5000}.get(_rank(span.terms.post), 0)
            base = 198_000 + 3_200 * years if span.terms.is_regular else int(hours * (1180 + 15 * years))
            allowance = (18_000 + turn % 5 * 3_500 if span.terms.is_regular else 4_200) + post
            self._add(
                Wage,
                member,
                month=month.first_day,
                base_yen=base,
                allowance_yen=allowance,
                post_allowance_yen=post or None,
                bonus_yen=None,
                **entered,
            )

    def _change(self, told: Told, clerk: Actor) -> dict[str, Any]:
        at = _at(told.told_on)
        return {
            "kind": told.kind,
            "day": told.day,
            "from_month": first_month_of(told.kind, told.day).first_day,
            "fields": sorted(told.fields),
            "reported_at": at,
            "reported_by": clerk.user_id,
            "seen_at": at + timedelta(days=1) if told.is_seen else None,
            "seen_by": self.officer.user_id if told.is_seen else None,
        }

    def _add(self, model: type[MemberRow], member: StaffMember, **values: Any) -> None:
        self.rows[model].append(model.of(member, **values))


def _rank(post: str) -> str:
    if not post:
        return ""
    return "A" if post in {"vice_chief", "specialist", "core"} else "B"


def _entered(at: datetime, clerk: Actor) -> dict[str, Any]:
    return {"entered_at": at, "entered_by": clerk.user_id}


def _at(day: date, *, minutes: int = 0) -> datetime:
    return datetime.combine(day, time(9, 30), JAPAN) + timedelta(minutes=minutes)
