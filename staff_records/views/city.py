"""The city's reading of rosters: who is there as of a day, one person, and the papers it has seen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from facilities.models import Facility
from facilities.requests import Crumbs, TenantRequest, facility_or_404, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.models import StaffMember
from staff_records.operations import seeing
from staff_records.queries.roster import RosterQuestion, roster_of
from staff_records.views.roster import listed_detail, person_or_404, roster_context


@require_GET
def roster(request: TenantRequest, number: str) -> HttpResponse:
    """A facility's roster as of a day."""
    require(request, permissions.read_in_city)
    facility = facility_or_404(number)
    today = timezone.localdate()
    found = roster_of(facility.pk, RosterQuestion.of(request.GET, today=today))
    record(
        StaffEvent.LISTED,
        on=facility,
        rows={"staff_member": found.member_ids},
        detail=listed_detail(found),
        facility_id=facility.pk,
    )
    context = {
        **roster_context(found, today),
        "facility": facility,
        "breadcrumbs": [*_facility_crumbs(facility), ("職員名簿", None)],
    }
    status = 422 if found.question.problem else 200
    return render(request, "staff_records/city_roster.html", context, status=status)


@require_GET
def person(request: TenantRequest, number: str, member_id: UUID) -> HttpResponse:
    """Everything about one person."""
    require(request, permissions.read_in_city)
    return _person(request, facility_or_404(number), member_id)


@require_POST
def check_copy(request: TenantRequest, number: str, member_id: UUID, row_id: UUID) -> HttpResponse:
    """The certificate was seen."""
    return _check(request, number, member_id, row_id, seeing.check_copy, "資格の写しを確認済みにしました。")


@require_POST
def check_proof(request: TenantRequest, number: str, member_id: UUID, row_id: UUID) -> HttpResponse:
    """The 在職証明 was seen."""
    return _check(request, number, member_id, row_id, seeing.check_proof, "在職証明を確認済みにしました。")


def _check(
    request: TenantRequest,
    number: str,
    member_id: UUID,
    row_id: UUID,
    act: Callable[..., Any],
    done: str,
) -> HttpResponse:
    require(request, permissions.read_in_city)
    facility = facility_or_404(number)
    member = get_object_or_404(
        StaffMember.objects.filter(facility=facility, erased_at__isnull=True), pk=member_id
    )
    try:
        act(member, row_id, by=request.actor, at=timezone.now())
    except ObjectDoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _person(request, facility, member_id, problems=sentences(refusal))
    messages.success(request, done)
    return redirect("staff_city:person", number, member_id)


def _person(
    request: TenantRequest, facility: Facility, member_id: UUID, *, problems: list[str] | None = None
) -> HttpResponse:
    found = person_or_404(member_id, facility_id=facility.pk)
    record(
        StaffEvent.SHOWN,
        on=found.member,
        rows={"staff_member": [found.member.pk]},
        facility_id=facility.pk,
    )
    roster_page = reverse("staff_city:roster", args=[facility.number])
    context = {
        "person": found,
        "facility": facility,
        "may_check": found.member.withdrawn_at is None and permissions.decide.allows(request.actor, None),
        "problems": problems or [],
        "breadcrumbs": [
            *_facility_crumbs(facility),
            ("職員名簿", roster_page),
            (found.detail.name, None),
        ],
    }
    return render(request, "staff_records/city_person.html", context, status=422 if problems else 200)


def _facility_crumbs(facility: Facility) -> Crumbs:
    return [
        ("施設", reverse("facilities:facilities")),
        (facility.name, reverse("facilities:facility_page", args=[facility.number])),
    ]
