"""
What is particular about the demo's rosters, on purpose.

Who is short of teachers, whose rates do not fit, who works at two places, and what happened from April to June.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from facilities.models import FacilityKind
from portal.demo import changes, newcomers
from portal.demo.careers import A_DAY, Careers, Member, Span, Told
from portal.demo.names import FAMILIES, OTHERS
from portal.demo.seats import CHIEFS, FULL_TIME_HOURS, Place, Seat, part_time
from pricing.staffing.career import EarlierService, Service, career_on, roster_average
from pricing.staffing.presence import Worker, present_teachers
from pricing.staffing.working_time import WorkingTime
from staff_records.values import Earlier, Licenced, Terms
from staff_records.words import (
    PROVED,
    Beginning,
    ChangeKind,
    Concurrence,
    Ending,
    Leave,
    Licence,
    Proof,
)

# Fewer teachers than the children need, from April on.
SHORT: Final = ("1299900000041", "1299900000119")
# The teacher of チーム保育 leaves in May; the 専任 主任 goes on leave in May, and nobody takes the place.
TEAM_LOST, CHIEF_ON_LEAVE = "1299900000077", "1299900000037"
# The average experience is two years below what the rates stand for, or above, or proofs are missing.
BELOW, ABOVE, UNPROVED = (
    ("1299900000014", "1299900000118"),
    "1299900000061",
    ("1299900000089", "1299900000123"),
)
# Two people at two facilities of one corporation; one at two of different corporations, each time 常勤.
SHARED: Final = (("1299900000001", "1299900000002"), ("1299900000006", "1299900000033"))
DOUBLE: Final = ("1299900000004", "1299900000007")
# From one facility of a corporation to another, on 1 June.
MOVED: Final = (("1299900000003", "1299900000048"), ("1299900000012", "1299900000082"))
FOREIGN, LATIN, ONE_PART = "1299900000043", "1299900000072", "1299900000110"
RATES_DIFFER: Final = frozenset({*BELOW, ABOVE, *UNPROVED})
ONE_MORE: Final = frozenset({MOVED[0][0], MOVED[1][0]})
PARTICULAR: Final = frozenset(
    {
        *(*SHORT, TEAM_LOST, CHIEF_ON_LEAVE, *RATES_DIFFER, *SHARED[0], *SHARED[1], *DOUBLE, *MOVED[0]),
        *(*MOVED[1], changes.CLOSED, newcomers.PREDECESSOR, newcomers.SUCCESSOR, newcomers.NEXT_YEAR),
    }
)
SEEN_UNTIL: Final = date(2026, 5, 22)
MAY_1, JUNE_1 = date(2026, 5, 1), date(2026, 6, 1)

Rosters = dict[str, list[Member]]


def spare_teachers(number: str, kind: str) -> int:
    """Teachers more than a facility needs, so that whoever goes leaves enough behind."""
    if number in SHORT:
        return -1
    leaves = number not in PARTICULAR and _turn(number, kind) in {_LEFT, _LEAVE, _RETURNED}
    return 1 if leaves or number in ONE_MORE else 0


def shift(number: str) -> int:
    """Years by which the average is beside what the rates stand for."""
    return {ABOVE: 2, **dict.fromkeys(BELOW, -2)}.get(number, 0)


def play(places: Mapping[str, Place], rosters: Rosters, careers: Careers) -> None:
    """Everything particular; ``rosters`` by number, as of the start of the year, change in place."""
    _two_places(places, rosters, careers)
    _not_proved(rosters)
    _other_names(rosters)
    for number, place in places.items():
        if number not in PARTICULAR and not place.is_public and place.day < MAY_1:
            act = _ACTS.get(_turn(number, place.kind))
            if act is not None:
                act(place, rosters[number], careers)
    _conditions_lost(places, rosters)
    for before, after in MOVED:
        _move(rosters, _leaver(rosters[before]), before, after)
    for member in _still_there(rosters[changes.CLOSED]):
        _end(member, date(2026, 6, 30), Ending.LEFT, ChangeKind.LEFT, told_on=date(2026, 6, 10))
    _succeed(places, rosters, careers)


# ---------------------------------------------------------------- figures, as pricing counts them


def teachers_on(members: list[Member], day: date) -> Decimal:
    """The teachers who are there on ``day``, by contract."""
    workers = []
    for member in members:
        span = _span_on(member, day)
        if span is not None:
            terms = span.terms
            workers.append(
                Worker(
                    job=terms.job,
                    working_time=WorkingTime(terms.hours_a_day, terms.days_a_month),
                    monthly_hours=None,
                    on_leave=bool(terms.leave),
                    licensed=bool(member.licences),
                    concurrent=bool(terms.concurrence),
                    dedicated=terms.job in CHIEFS,
                )
            )
    value = present_teachers(workers, FULL_TIME_HOURS).value
    return Decimal(value.numerator) / value.denominator


def average_years(members: list[Member], day: date) -> int:
    """The average experience when ``day`` begins, rounded as the rates want it."""
    people = []
    for member in members:
        span = _span_on(member, day)
        if span is None:
            continue
        services = [
            Service(
                one.first_day,
                one.last_day,
                WorkingTime(one.terms.hours_a_day, one.terms.days_a_month),
                one.terms.job,
                on_leave=bool(one.terms.leave),
            )
            for one in member.spans
        ]
        earlier = [
            EarlierService(
                one.first_day, one.last_day, one.workplace, one.is_long_enough, one.proof in PROVED
            )
            for one in member.earlier
        ]
        time = WorkingTime(span.terms.hours_a_day, span.terms.days_a_month)
        people.append((career_on(day, services, earlier), time, span.terms.job))
    return roster_average(people).years


def _span_on(member: Member, day: date) -> Span | None:
    return next(
        (
            span
            for span in member.spans
            if span.first_day <= day and (span.last_day is None or span.last_day >= day)
        ),
        None,
    )


# ---------------------------------------------------------------- people at two places, names, proofs


def _two_places(places: Mapping[str, Place], rosters: Rosters, careers: Careers) -> None:
    for (first, second), seat in zip(
        SHARED,
        (part_time("nurse", 4, 8, "看護師（巡回）"), part_time("dietitian", 4, 8, "栄養士（巡回）")),
        strict=True,
    ):
        shared = replace(seat, concurrence=Concurrence.OTHER_FACILITY)
        member = careers.member(places[first], shared, 6)
        rosters[first].append(member)
        rosters[second].append(_copy(member, first_day=date(2025, 4, 1), person_id_too=True))
    here, there = DOUBLE
    teacher = Seat("nursery_teacher", tags=frozenset({"teacher"}))
    member = careers.member(places[here], teacher, places[here].years or 0)
    rosters[here].append(member)
    rosters[there].append(_copy(member, first_day=date(2026, 4, 1), person_id_too=False))


def _copy(member: Member, *, first_day: date, person_id_too: bool) -> Member:
    """The same person on another roster."""
    found = replace(
        member,
        spans=[replace(member.spans[0], first_day=max(first_day, member.spans[0].first_day))],
        licences=list(member.licences),
        earlier=list(member.earlier),
        trainings=list(member.trainings),
        later_details=[],
        told=[],
    )
    if not person_id_too:
        found.person_id = Member(member.seat, member.identity, member.detail, []).person_id
    return found


def _not_proved(rosters: Rosters) -> None:
    """The proofs of earlier work are still asked for, so that the average misses the rates."""
    for number in UNPROVED:
        members = rosters[number]
        day = date(2026, 4, 1)
        wanted = average_years(members, day) - 2
        for member in members:
            member.earlier = [
                replace(one, proof=Proof.REQUESTED, is_long_enough=None) for one in member.earlier
            ]
            if average_years(members, day) <= wanted:
                break


def _other_names(rosters: Rosters) -> None:
    """Names of other forms, and former names."""
    for number, name in zip((FOREIGN, LATIN, ONE_PART), OTHERS, strict=True):
        member = _still_there(rosters[number])[-1]
        member.detail = replace(member.detail, name=name.written, kana=name.kana)
    for place, number in enumerate(sorted(rosters)):
        if place % 4 == 0:
            member = rosters[number][len(rosters[number]) // 2]
            if "　" in member.detail.name and member.identity.sex == "female":
                former = FAMILIES[place % len(FAMILIES)]
                if not member.detail.name.startswith(former.written):
                    member.detail = replace(member.detail, former_name=former.written)


# ---------------------------------------------------------------- what happens from April to June


def _told(member: Member, kind: ChangeKind, day: date, told_on: date, *fields: str) -> None:
    # Of those told in time one in five still waits to be looked at.
    is_seen = told_on <= SEEN_UNTIL and (day.day + member.identity.birth_date.day) % 5 != 0
    member.told.append(Told(kind, day, told_on, is_seen, fields))


def _end(member: Member, day: date, ending: Ending, kind: ChangeKind, *, told_on: date) -> None:
    member.spans[-1].last_day, member.spans[-1].ending = day, ending
    _told(member, kind, day, told_on, "left_on")


def _go_on(member: Member, day: date, terms: Terms, beginning: Beginning) -> None:
    member.spans[-1].last_day = day - A_DAY
    member.spans.append(Span(terms, day, None, beginning))


def _leaver(members: list[Member]) -> Member:
    """A teacher without a post who has been there for some time."""
    found = [
        one
        for one in _still_there(members)
        if "teacher" in one.seat.tags and not one.is_leader and len(one.spans) == 1
    ]
    return max(found, key=lambda one: (one.spans[0].first_day <= date(2025, 4, 1), one.identity.birth_date))


def _still_there(members: list[Member]) -> list[Member]:
    return [one for one in members if not one.spans[-1].ending]


def _hired_in_may(place: Place, members: list[Member], careers: Careers) -> None:
    job = next(one.seat.job for one in members if "teacher" in one.seat.tags)
    seat = Seat(job, tags=frozenset({"teacher"}))
    member = careers.member(place, seat, careers.dice.randint(0, 8), hired=MAY_1)
    member.entered_on = date(2026, 5, 1)
    _told(member, ChangeKind.HIRED, MAY_1, date(2026, 5, 1 + place.seed % 20), "hired_on")
    members.append(member)


def _left(place: Place, members: list[Member], careers: Careers) -> None:
    day = date(2026, 4, 30) if place.seed % 16 == 4 else date(2026, 5, 31)
    _end(_leaver(members), day, Ending.LEFT, ChangeKind.LEFT, told_on=day - timedelta(days=place.seed % 14))


def _leave(place: Place, members: list[Member], careers: Careers) -> None:
    member, day = _leaver(members), date(2026, 5, 11)
    _go_on(member, day, replace(member.spans[-1].terms, leave=Leave.MATERNITY), Beginning.LEAVE)
    _told(member, ChangeKind.LEAVE, day, day + timedelta(days=place.seed % 18), "leave")


def _returned(place: Place, members: list[Member], careers: Careers) -> None:
    member = _leaver(members)
    terms = member.spans[0].terms
    began = max(date(2025, 8, 1), member.spans[0].first_day + A_DAY)
    _go_on(member, began, replace(terms, leave=Leave.CHILDCARE), Beginning.LEAVE)
    _go_on(member, MAY_1, terms, Beginning.RETURNED)
    _told(member, ChangeKind.RETURNED, MAY_1, date(2026, 5, 7 + place.seed % 20), "leave")


def _other_name(place: Place, members: list[Member], careers: Careers) -> None:
    member = next(one for one in _still_there(members) if _can_marry(one))
    family, given = member.detail.name.split("　")
    other = next(name for name in FAMILIES[place.seed % 50 :] if name.written != family)
    kana = member.detail.kana.split("　")[1]
    detail = replace(
        member.detail, name=f"{other.written}　{given}", kana=f"{other.kana}　{kana}", former_name=family
    )
    if detail.name in careers.names.taken:
        return
    careers.names.taken.add(detail.name)
    day = date(2026, 5, 20)
    member.later_details.append((day, detail))
    told_on = day + timedelta(days=place.seed % 5)
    _told(member, ChangeKind.DETAILS, day, told_on, "name", "kana", "former_name")


def _can_marry(member: Member) -> bool:
    young = member.identity.birth_date.year > 1988
    return young and "　" in member.detail.name and not member.detail.former_name and len(member.spans) == 1


def _qualified(place: Place, members: list[Member], careers: Careers) -> None:
    member = next((one for one in _still_there(members) if one.seat.job == "childcare_assistant"), None)
    if member is None:
        return
    day = date(2026, 4, 13)
    number = f"千葉県-0{90000 + place.seed}"
    member.licences.append(Licenced(Licence.NURSERY_TEACHER, number, day))
    _told(member, ChangeKind.QUALIFIED, day, date(2026, 4, 20), "licence", "licence_number", "obtained_on")


def _longer_hours(place: Place, members: list[Member], careers: Careers) -> None:
    found = (one for one in _still_there(members) if one.seat.job == "part_time_nursery_teacher")
    member = next(found, None)
    if member is None:
        return
    terms = replace(member.spans[0].terms, hours_a_day=Decimal(7), days_a_month=Decimal(18))
    _go_on(member, MAY_1, terms, Beginning.CHANGED)
    _told(member, ChangeKind.TERMS, MAY_1, date(2026, 5, 12), "hours_a_day", "days_a_month")


_HIRED, _LEFT, _LEAVE, _RETURNED, _NAME, _QUALIFIED, _TERMS = range(1, 8)
_ACTS: Final[Mapping[int, Callable[[Place, list[Member], Careers], None]]] = {
    _HIRED: _hired_in_may,
    _LEFT: _left,
    _LEAVE: _leave,
    _RETURNED: _returned,
    _NAME: _other_name,
    _QUALIFIED: _qualified,
    _TERMS: _longer_hours,
}
# By the last digits of the number modulo 16; what is not named stays as it is.
_TURNS: Final = {
    2: _HIRED,
    10: _HIRED,
    4: _LEFT,
    12: _LEFT,
    6: _LEAVE,
    14: _RETURNED,
    7: _NAME,
    9: _NAME,
    13: _QUALIFIED,
    11: _TERMS,
}
_WITH_TEACHERS_TO_SPARE: Final = frozenset(
    {FacilityKind.NURSERY, FacilityKind.CERTIFIED_KODOMOEN, FacilityKind.KINDERGARTEN, FacilityKind.SMALL_A}
)


def _turn(number: str, kind: str) -> int:
    return _TURNS.get(int(number[-4:]) % 16, 0) if kind in _WITH_TEACHERS_TO_SPARE else 0


def _conditions_lost(places: Mapping[str, Place], rosters: Rosters) -> None:
    """So many leave that チーム保育 does not hold any more; and a 主任 goes on leave."""
    place, members = places[TEAM_LOST], rosters[TEAM_LOST]
    needed, day = place.required.total + place.extra_teachers, date(2026, 5, 31)
    # A month in which the others work some hours more makes no difference.
    while teachers_on(members, JUNE_1) > needed - Decimal("0.5"):
        leaver = _leaver(members)
        _end(leaver, day, Ending.LEFT, ChangeKind.LEFT, told_on=date(2026, 5, 20))
    chief = next(one for one in rosters[CHIEF_ON_LEAVE] if one.seat.job in CHIEFS)
    began = date(2026, 5, 11)
    _go_on(chief, began, replace(chief.spans[-1].terms, leave=Leave.SICK), Beginning.LEAVE)
    _told(chief, ChangeKind.LEAVE, began, date(2026, 5, 25), "leave")


def _move(rosters: Rosters, member: Member, before: str, after: str) -> None:
    """Somebody goes from one facility of a corporation to another, on 1 June."""
    arriving = _arriving(member, JUNE_1)
    _end(member, JUNE_1 - A_DAY, Ending.TRANSFERRED, ChangeKind.MOVED_OUT, told_on=date(2026, 5, 20))
    rosters[after].append(arriving)


def _arriving(member: Member, day: date) -> Member:
    """The same person at another facility of the corporation; the time before is proved by the roster itself."""
    span = member.spans[-1]
    found = _copy(member, first_day=day, person_id_too=True)
    found.spans = [Span(span.terms, day, None, Beginning.TRANSFERRED)]
    first_day = member.spans[0].first_day
    if span.terms.is_regular and first_day < day - A_DAY:
        kind = "nursery" if "nursery" in span.terms.job else "community_childcare"
        found.earlier.append(Earlier(kind, first_day, day - A_DAY, "同じ法人の施設", True, Proof.ROSTER))
    found.entered_on = day
    _told(found, ChangeKind.MOVED_IN, day, day, "hired_on")
    return found


def _succeed(places: Mapping[str, Place], rosters: Rosters, careers: Careers) -> None:
    """Everybody of the predecessor goes on at the successor, where one teacher more is needed."""
    after = places[newcomers.SUCCESSOR]
    rosters[after.number] = [
        _arriving(one, after.day) for one in _still_there(rosters[newcomers.PREDECESSOR])
    ]
    for member in _still_there(rosters[newcomers.PREDECESSOR]):
        told_on = date(2026, 5, 21)
        _end(member, after.day - A_DAY, Ending.TRANSFERRED, ChangeKind.MOVED_OUT, told_on=told_on)
    needed = after.required.total + after.extra_teachers
    seat = Seat("nursery_teacher", tags=frozenset({"teacher"}))
    while teachers_on(rosters[after.number], after.day) < needed:
        member = careers.member(after, seat, after.years or 0, hired=after.day)
        member.entered_on = after.day
        _told(member, ChangeKind.HIRED, after.day, after.day, "hired_on")
        rosters[after.number].append(member)
