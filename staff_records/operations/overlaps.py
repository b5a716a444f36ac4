"""
Flags of double employment: found over the whole city, told to each facility without the other one, cleared by the city.

Both facilities of a pair have their own flag under one ``pair_id``; the flags of a pair are always written together.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from audit.record import record
from facilities.actors import Actor
from facilities.models import LONGEST_REASON
from facilities.scope import current_scope
from staff_records import permissions
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.events import StaffEvent
from staff_records.finding import SAME_PERSON
from staff_records.models import OverlapFlag, SearchToken, StaffMember
from staff_records.overlapping import Overlap, overlaps, pair_of
from staff_records.problems import FieldProblem, FieldProblems

CHANGEABLE = (
    "same_corporation",
    "both_regular",
    "found_at",
    "ended_at",
    "cleared_at",
    "cleared_by",
    "cleared_reason",
)
Pair = tuple[UUID, UUID]


class NothingToClear(Exception):
    """There is no such overlap (any more), or it is cleared already. The message is a sentence for the page."""


@dataclass(frozen=True)
class _Found:
    """Two members who are one person and work at the same time."""

    members: tuple[StaffMember, StaffMember]
    same_corporation: bool
    both_regular: bool


def look(facility_id: UUID | None = None, *, at: datetime) -> None:
    """
    Make the flags true: of one facility's people, or of the whole city's. In a constant number of queries.

    The whole city is in scope. Days are opened for computing; nobody's name is.
    """
    _one_after_the_other()
    found = {pair_of(*(member.pk for member in pair.members)): pair for pair in _overlapping(facility_id)}
    standing = _standing(facility_id, set(found))
    fresh = _fresh(found, standing, at)
    changed = [flag for flag in standing.values() if _bring_up_to_date(flag, found.get(flag.pair_id), at)]
    OverlapFlag.objects.bulk_create(fresh)
    OverlapFlag.objects.bulk_update(changed, CHANGEABLE)
    record(
        StaffEvent.OVERLAPS_LOOKED_FOR,
        rows={"overlap": [flag.pk for flag in [*fresh, *changed]]},
        detail={"overlaps": len(found)},
    )


@transaction.atomic
def clear(pair_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """
    The city has asked and found it in order; ``reason`` says why.

    :raises NotAllowed: not somebody who decides.
    :raises NothingToClear: it has ended, or somebody was faster.
    :raises FieldProblems: no reason, or too long a one.
    """
    permissions.decide(by, None)
    rows = OverlapFlag.objects.select_for_update(of=("self",)).filter(pair_id=pair_id)
    flags = list(rows.order_by("member"))
    if not flags or any(flag.ended_at or flag.cleared_at for flag in flags):
        raise NothingToClear("この重なりは、すでに確認済みか、解消しています。画面を読み直してください。")
    if not reason.strip():
        raise FieldProblems([FieldProblem("reason", "確認した内容を入力してください。")])
    if len(reason) > LONGEST_REASON:
        raise FieldProblems(
            [FieldProblem("reason", f"確認した内容は{LONGEST_REASON}文字までで入力してください。")]
        )
    for flag in flags:
        flag.cleared_at, flag.cleared_by, flag.cleared_reason = at, by.user_id, reason.strip()
        flag.save()
        # Each in the record of its own facility, which does not learn of the other.
        record(StaffEvent.OVERLAP_CLEARED, by=by, on=flag)


def _one_after_the_other() -> None:
    """
    Looks of a city wait for each other: of two rosters written at once the second look sees both, and the flags.

    Without it a look that began before the other roster's commit could raise a flag that nobody takes down again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"overlaps of {current_scope().municipality_id}"]
        )


def _overlapping(facility_id: UUID | None) -> Iterator[_Found]:
    pairs = _same_people(facility_id)
    rows = StaffMember.objects.filter(pk__in={member_id for pair in pairs for member_id in pair})
    opened: dict[UUID, Dossier] = {
        one.member.pk: one for one in dossiers(rows.select_related("facility"), Purpose.COMPUTE)
    }
    for one_id, other_id in sorted(pairs):
        one, other = opened[one_id], opened[other_id]
        common = [
            each
            for each in overlaps(one.spans, other.spans)
            if not _was_carried(each, one.member, other.member)
        ]
        if common:
            corporations = {one.member.facility.corporation_id, other.member.facility.corporation_id}
            yield _Found(
                (one.member, other.member), len(corporations) == 1, any(each.both_regular for each in common)
            )


def _was_carried(common: Overlap, one: StaffMember, other: StaffMember) -> bool:
    """Days from before a facility got its new number, which its roster has from its predecessor's: no second post."""
    for after, before in ((one.facility, other.facility), (other.facility, one.facility)):
        if after.predecessor_id == before.pk:
            return common.last_day is not None and common.last_day < after.opened_on
    return False


def _same_people(facility_id: UUID | None) -> set[Pair]:
    """Pairs of members of two facilities who are one person: by the house's own word, or by an exact token."""
    members = StaffMember.objects.filter(erased_at__isnull=True)
    tokens = SearchToken.objects.filter(kind__in=SAME_PERSON, member__erased_at__isnull=True)
    if facility_id is not None:
        here = StaffMember.objects.filter(facility=facility_id)
        members = members.filter(person_id__in=here.values("person_id"))
        tokens = tokens.filter(token__in=tokens.filter(facility=facility_id).values("token"))
    groups: dict[tuple[object, ...], dict[UUID, UUID]] = defaultdict(dict)
    for person_id, member_id, place in members.values_list("person_id", "pk", "facility_id"):
        groups[(person_id,)][member_id] = place
    for kind, token, key_id, member_id, place in tokens.values_list(
        "kind", "token", "index_key", "member_id", "facility_id"
    ):
        groups[kind, bytes(token), key_id][member_id] = place
    return {
        (min(one, other), max(one, other))
        for group in groups.values()
        for one, other in combinations(group, 2)
        if group[one] != group[other] and facility_id in {None, group[one], group[other]}
    }


def _standing(facility_id: UUID | None, found: set[UUID]) -> dict[tuple[UUID, UUID], OverlapFlag]:
    """The flags there are, of both sides, by member and pair."""
    rows = OverlapFlag.objects.select_for_update(of=("self",)).order_by("pair_id", "member")
    if facility_id is not None:
        own = OverlapFlag.objects.filter(facility=facility_id)
        rows = rows.filter(Q(pair_id__in=found) | Q(pair_id__in=own.values("pair_id")))
    return {(flag.member_id, flag.pair_id): flag for flag in rows}


def _fresh(
    found: dict[UUID, _Found], standing: dict[tuple[UUID, UUID], OverlapFlag], at: datetime
) -> list[OverlapFlag]:
    return [
        OverlapFlag(
            municipality_id=member.municipality_id,
            facility_id=member.facility_id,
            member=member,
            pair_id=pair_id,
            same_corporation=pair.same_corporation,
            both_regular=pair.both_regular,
            found_at=at,
        )
        for pair_id, pair in found.items()
        for member in pair.members
        if (member.pk, pair_id) not in standing
    ]


def _bring_up_to_date(flag: OverlapFlag, pair: _Found | None, at: datetime) -> bool:
    """Whether anything about the flag has changed."""
    before = [getattr(flag, name) for name in CHANGEABLE]
    if pair is None:
        flag.ended_at = flag.ended_at or at
        return before != [getattr(flag, name) for name in CHANGEABLE]
    # What the city found in order was another case than two full-time posts, or than a new overlap.
    if flag.ended_at is not None or (pair.both_regular and not flag.both_regular):
        flag.found_at, flag.ended_at = at, None
        flag.cleared_at = flag.cleared_by = None
        flag.cleared_reason = ""
    flag.same_corporation, flag.both_regular = pair.same_corporation, pair.both_regular
    return before != [getattr(flag, name) for name in CHANGEABLE]
