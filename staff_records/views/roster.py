"""The facility's roster: who is there as of a day, and everything about one person."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.record import record
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import Crumbs, TenantRequest, own_facility
from staff_records.events import StaffEvent
from staff_records.models import StaffMember
from staff_records.operations.succession import offered
from staff_records.outlook import outlook_of
from staff_records.queries.person import Person, person_of
from staff_records.queries.roster import (
    EVERYBODY,
    REGULAR,
    SORTS,
    STATES,
    Roster,
    RosterQuestion,
    roster_of,
)


@require_GET
def roster(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Who is on the roster as of a day."""
    return roster_page(request, own_facility(request))


def roster_page(request: TenantRequest, facility: Facility, *, refused: Sequence[str] = ()) -> HttpResponse:
    """The roster of this facility; ``refused``: what its own act was answered with."""
    today = timezone.localdate()
    found = roster_of(facility.pk, RosterQuestion.of(request.GET, today=today))
    record(StaffEvent.LISTED, rows={"staff_member": found.member_ids}, detail=listed_detail(found))
    context = {**roster_context(found, today), "facility": facility}
    context["succession"] = offered(facility, today=today) if found.is_empty else None
    context["problems"] = [*context["problems"], *refused]
    status = 422 if context["problems"] else 200
    return render(request, "staff_records/roster.html", context, status=status)


@require_GET
def person(request: TenantRequest, facility_number: str, member_id: UUID) -> HttpResponse:
    """Everything about one person, and what can be registered."""
    facility = own_facility(request)
    found = person_or_404(member_id)
    record(StaffEvent.SHOWN, on=found.member, rows={"staff_member": [found.member.pk]})
    context = {
        "person": found,
        "outlook": outlook_of(facility, member_id),
        "facility": facility,
        "may_keep": True,
        "breadcrumbs": person_crumbs(facility.number, found, link=False),
    }
    is_withdrawn = found.member.withdrawn_at is not None
    page = "staff_records/facility/withdrawn_person.html" if is_withdrawn else "staff_records/person.html"
    return render(request, page, context)


def person_or_404(member_id: UUID, *, facility_id: UUID | None = None) -> Person:
    """:raises Http404: nobody in scope, or erased."""
    try:
        return person_of(member_id, today=timezone.localdate(), facility_id=facility_id)
    except StaffMember.DoesNotExist:
        raise Http404 from None


def roster_crumbs(facility_number: str) -> Crumbs:
    """The roster, where every page of a facility's staff goes back to."""
    return [("職員", reverse("staff:roster", args=[facility_number]))]


def person_crumbs(facility_number: str, found: Person, *, link: bool = True) -> Crumbs:
    """From the roster to the person."""
    here = reverse("staff:person", args=[facility_number, found.member.pk]) if link else None
    return [*roster_crumbs(facility_number), (found.detail.name, here)]


def entry_crumbs(facility_number: str) -> Crumbs:
    """From the roster to the entry sheet."""
    return [*roster_crumbs(facility_number), ("名簿の入力", reverse("staff:entry", args=[facility_number]))]


def listed_detail(found: Roster) -> dict[str, Any]:
    """What was asked, for the record: codes and a day."""
    return {"on": found.question.on, "asked": found.question.query()}


def roster_context(found: Roster, today: date) -> dict[str, Any]:
    """What the table needs, on either side."""
    question = found.question
    year = ServiceMonth.of(today).fiscal_year
    days = [
        ("今日", today),
        ("今年度の4月1日", date(year, 4, 1)),
        ("前年度の4月1日", date(year - 1, 4, 1)),
    ]
    return {
        "roster": found,
        "asked": question,
        "today": today,
        "days": [(words, day, question.query(on=day)) for words, day in days],
        "states": [
            (code, words, found.states[code], question.query(state=code, job=""))
            for code, words in STATES.items()
        ],
        "elsewhen": [
            (words, number, question.query(state=state, job="", regular=""))
            for state, words, number in found.elsewhen
        ],
        "everybody": question.query(state=EVERYBODY, job="", regular=""),
        "jobs": [(code, words, number, question.query(job=code)) for code, words, number in found.jobs],
        "every_job": question.query(job=""),
        "regular_choices": REGULAR.items(),
        "columns": [_column(question, code, words) for code, words in SORTS.items()],
        "sorts": {code: _column(question, code, words) for code, words in SORTS.items()},
        "problems": [question.problem] if question.problem else [],
        "targets": {question.problem: "on"},
    }


def _column(question: RosterQuestion, code: str, words: str) -> dict[str, str]:
    """A heading that sorts: what a click asks for, and how it is sorted now."""
    is_sorted = question.sort == code
    down = is_sorted and not question.down
    state = ("descending" if question.down else "ascending") if is_sorted else "none"
    return {"words": words, "query": question.query(sort=code, down=down), "state": state}
