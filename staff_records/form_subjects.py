"""
職員名簿 as the data dictionary tells it: a roster as it was sent to the city (``documents.dictionary``).

Lines are those that were frozen; whose they are stands in the event of the reading. Who was erased is counted only.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from asking import together
from audit.record import record
from documents.dictionary import Example, Facts, Group, Row, Subject, Table, Values, Vocabulary, register
from facilities.actors import Actor
from facilities.models import FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from pages import wareki
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.form_figures import DECIDED, FIGURES, ROSTER, Beside, Sent
from staff_records.form_leaders import LEADERSHIP, TRAINING
from staff_records.form_rows import PEOPLE, WHO, OnRoster
from staff_records.models import RosterSnapshot, SnapshotLine, WorkRules
from staff_records.required import required_in, terms_in
from staff_records.states import SnapshotStatus
from staff_records.year_roster import lines_of

SUBJECT: Final = "roster"
PRINTED: Final = frozenset({SnapshotStatus.SUBMITTED, *DECIDED})
NOT_SENT: Final = "職員名簿を印刷できるのは、市に提出したあとです。"
NOT_FOUND: Final = "この名簿は見つかりません。"
MOST_EXAMPLES: Final = 10
VOCABULARY: Final = Vocabulary(
    groups=(
        Group("roster", "職員名簿", tuple(entry for entry, _ in ROSTER)),
        Group("roster_figures", "職員名簿から算出した値", tuple(entry for entry, _ in FIGURES)),
    ),
    tables=(
        Table(
            "roster_people",
            "職員",
            tuple(entry for entry, _ in PEOPLE),
            "名簿の職員を、名簿の順に1人1行で。消去された職員は入りません。",
        ),
        Table(
            "roster_trainings",
            "職員の研修",
            (*(entry for entry, _ in WHO), *(entry for entry, _ in TRAINING)),
            "職員が修了した研修を、名簿の順に1件1行で。",
        ),
        Table(
            "roster_leadership",
            "区分3の対象職員",
            tuple(entry for entry, _ in LEADERSHIP),
            "区分3の職位を発令された職員を、名簿の順に1人1行で。",
        ),
    ),
)


def register_subject() -> None:
    """Make the roster known to documents."""
    register(
        Subject(
            code=SUBJECT,
            label="職員名簿（年度当初に提出したもの）",
            describe=describe,
            facts=facts,
            values=values,
            may_order=may_order,
            find=find,
            examples=examples,
            page=page,
            people=people,
            names_people=True,
        )
    )


def describe(of: str, fiscal_year: int) -> Vocabulary:
    """The same for every year."""
    return VOCABULARY


def facts(snapshot_id: UUID) -> Facts:
    """What was sent is final; it is another edition when the city has decided, or somebody was erased."""
    found, beside, erased = _read(snapshot_id)
    content = [found.content_hash, found.status, f"{found.decided_at}", erased, beside.mark(found.day)]
    is_decided = found.status in DECIDED
    return Facts(
        facility_id=found.facility_id,
        day=found.day,
        edition=hashlib.sha256(json.dumps(content).encode()).hexdigest(),
        is_final=found.status in PRINTED,
        control_number=(
            f"{found.facility.number}-{found.fiscal_year}-{found.version:02}-{found.content_hash[:8]}"
        ),
        made_at=found.decided_at if is_decided and found.decided_at else found.submitted_at,
        period_words=wareki.fiscal_year_words(found.fiscal_year),
        suffix=f"_第{found.version}版",
    )


def values(snapshot_id: UUID, wanted: frozenset[str]) -> Values:
    """Groups and tables that are wanted; whose lines were opened stands in the event."""
    found, beside, _ = _read(snapshot_id)
    sent = Sent(found, lines_of(found)[found.pk], beside)
    record(
        StaffEvent.SNAPSHOT_PRINTED,
        on=found,
        rows={"roster_snapshot": [found.pk], "staff_member": sent.frozen.people},
        detail={"fiscal_year": found.fiscal_year, "version": found.version},
    )
    return told(sent, wanted)


def told(sent: Sent, wanted: frozenset[str]) -> Values:
    """What is wanted of a roster that was opened. Pure."""
    found: dict[str, Row | Sequence[Row]] = {}
    if "roster" in wanted:
        found["roster"] = {entry.name: of(sent) for entry, of in ROSTER}
    if "roster_figures" in wanted:
        found["roster_figures"] = {entry.name: of(sent) for entry, of in FIGURES}
    if "roster_people" in wanted:
        found["roster_people"] = [{entry.name: of(shown) for entry, of in PEOPLE} for shown in sent.people]
    if "roster_trainings" in wanted:
        found["roster_trainings"] = [row for shown in sent.people for row in _trainings(shown)]
    if "roster_leadership" in wanted:
        found["roster_leadership"] = [
            {entry.name: of(shown) for entry, of in LEADERSHIP} for shown in sent.people if shown.post_rank
        ]
    return found


def _trainings(shown: OnRoster) -> list[Row]:
    who = {entry.name: of(shown) for entry, of in WHO}
    return [who | {entry.name: of(shown, row) for entry, of in TRAINING} for row in shown.trainings]


def people(snapshot_id: UUID) -> Mapping[str, Iterable[UUID]]:
    """Whose names stand in it: those who were not erased."""
    rows = SnapshotLine.objects.filter(snapshot=snapshot_id, member__erased_at__isnull=True)
    return {"staff_member": list(rows.values_list("member_id", flat=True))}


def of_members(member_ids: Iterable[UUID]) -> list[UUID]:
    """The snapshots that name one of these people: whose papers go when they are erased."""
    rows = SnapshotLine.objects.filter(member__in=list(member_ids))
    return list(rows.order_by().values_list("snapshot_id", flat=True).distinct())


def may_order(actor: Actor, snapshot_id: UUID) -> None:
    """
    Locks the snapshot, so that two orders at once queue.

    :raises NotAllowed: it was not sent, was taken back or returned, or is not for this person to read.
    """
    found = RosterSnapshot.objects.select_for_update(of=("self",)).filter(pk=snapshot_id).first()
    if found is None or (actor.is_facility and found.facility_id != actor.facility_id):
        raise NotAllowed(NOT_FOUND)
    if not actor.is_facility:
        permissions.read_in_city(actor, None)
    if found.status not in PRINTED:
        raise NotAllowed(NOT_SENT)


def find(
    of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
) -> list[tuple[UUID, UUID]]:
    """One a facility and year: the accepted one, else the one that waits. By 事業所番号."""
    rows = _standing().filter(day__gte=first.first_day, day__lt=last.plus(1).first_day)
    if facility_ids is not None:
        rows = rows.filter(facility__in=facility_ids)
    standing: dict[tuple[UUID, int], UUID] = {}
    for facility_id, year, pk in rows.values_list("facility_id", "fiscal_year", "pk"):
        standing.setdefault((facility_id, year), pk)
    return [(facility_id, pk) for (facility_id, _), pk in standing.items()]


def examples(of: str, fiscal_year: int) -> list[Example]:
    """The newest few of the year or, without any, of years before."""
    rows = RosterSnapshot.objects.filter(status__in=PRINTED, fiscal_year__lte=fiscal_year)
    newest = rows.select_related("facility").order_by("-fiscal_year", "-submitted_at", "-version", "pk")[
        :MOST_EXAMPLES
    ]
    return [
        Example(
            one.pk,
            f"{one.facility.name}　{wareki.fiscal_year_words(one.fiscal_year)}　第{one.version}版",
        )
        for one in newest
    ]


def page(actor: Actor, snapshot_id: UUID) -> str:
    """The year start of the facility, for itself and for the operations section."""
    found = RosterSnapshot.objects.select_related("facility").filter(pk=snapshot_id).first()
    if found is None:
        return ""
    number = found.facility.number
    if actor.is_facility:
        own = actor.facility_id == found.facility_id
        return reverse("staff:year", args=[number, found.fiscal_year]) if own else ""
    if not permissions.read_in_city.allows(actor, None):
        return ""
    return reverse("staff_city:year_page", args=[found.fiscal_year, number])


def _standing() -> QuerySet[RosterSnapshot]:
    """Accepted ones before those that wait (their codes sort so); what was superseded stands for nothing any more."""
    rows: QuerySet[RosterSnapshot] = RosterSnapshot.objects.filter(
        status__in=(SnapshotStatus.ACCEPTED, SnapshotStatus.SUBMITTED)
    )
    return rows.order_by("facility__number", "fiscal_year", "status")


def _read(snapshot_id: UUID) -> tuple[RosterSnapshot, Beside, int]:
    """
    The snapshot with its facility, what is known beside it, and how many of its people were erased: two messages.

    :raises RosterSnapshot.DoesNotExist: none in scope.
    """
    own = RosterSnapshot.objects.filter(pk=snapshot_id)
    of_facility = own.order_by().values("facility")
    snapshots, profiles, grants, rules, erased = together(
        own.select_related("facility"),
        FacilityProfile.objects.filter(facility__in=of_facility),
        GrantedItem.objects.filter(facility__in=of_facility),
        WorkRules.objects.filter(facility__in=of_facility),
        SnapshotLine.objects.filter(snapshot=snapshot_id, member__erased_at__isnull=False).only("pk"),
    )
    if not snapshots:
        raise RosterSnapshot.DoesNotExist
    found = snapshots[0]
    month = ServiceMonth.of(found.day)
    terms = terms_in([found.facility], [month], profiles, grants)
    here = terms[found.facility_id, month]
    required = required_in(terms).get((found.facility_id, month))
    return found, Beside(here.profile, here.grants, tuple(rules), required), len(erased)
