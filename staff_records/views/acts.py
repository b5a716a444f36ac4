"""
What can be registered about one person: a form each, at an address of its own.

An ``Act`` says which form, what it begins with and which operation it calls; one view shows and takes them all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import held_forms
from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.requests import TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound, sentences
from facilities.touching import TouchedMonth
from pages.wareki import month_words
from staff_records.events import StaffEvent
from staff_records.forms.cells import ColumnsForm
from staff_records.models import StaffChange, StaffMember
from staff_records.operations.acting import ChangedMeanwhile
from staff_records.outlook import Outlook, claimed_since, outlook_of
from staff_records.problems import FieldProblems
from staff_records.queries.person import Person
from staff_records.views.roster import person_crumbs, person_or_404

Form = TypeVar("Form", bound=ColumnsForm)
# The button beside the one that does it.
WEIGH: Final = "weigh"


@dataclass(frozen=True)
class Doing:
    """Which member and row, as shown, by whom and when: what every operation is told."""

    member_id: UUID
    row_id: UUID | None
    shown_version: int
    by: Actor
    at: datetime

    @property
    def on_member(self) -> dict[str, Any]:
        """Arguments of an act on a member."""
        return {"shown_version": self.shown_version, "by": self.by, "at": self.at}

    @property
    def row(self) -> UUID:
        """The row of an act on a row."""
        assert self.row_id is not None, "the address of an act on a row has its id"
        return self.row_id


@dataclass(frozen=True)
class Act(Generic[Form]):
    """
    One thing that can be registered.

    ``shows``: what the form begins with, from the person and the row of the address; ``names``: what is taken back, in
    lines. Both raise ``ObjectDoesNotExist`` for a row that is not this person's. ``lead``: what follows from it, in
    one or two sentences. ``weighs``: what it does to additions can be looked at before it is done.
    """

    title: str
    button: str
    done: str
    form: type[Form]
    perform: Callable[[Doing, Form], object]
    shows: Callable[[Person, UUID | None], Mapping[str, Any]] = lambda person, row_id: {}
    lead: str = ""
    names: Callable[[Person, UUID | None], list[str]] = lambda person, row_id: []
    danger: bool = False
    weighs: bool = False


@dataclass(frozen=True)
class Weighed:
    """What an act would lead to. ``outlook`` None: nothing in months to come; ``claimed``: months it reaches back."""

    outlook: Outlook | None
    claimed: Sequence[TouchedMonth]


@require_http_methods(["GET", "POST"])
def act_page(
    request: TenantRequest,
    facility_number: str,
    member_id: UUID,
    act: Act[Any],
    row_id: UUID | None = None,
) -> HttpResponse:
    """Show the form of an act, and do it."""
    facility = own_facility(request)
    person = person_or_404(member_id)
    if person.member.withdrawn_at is not None:
        # Nothing can be registered about somebody whose entry was withdrawn; the page says so.
        record(StaffEvent.SHOWN, on=person.member, rows={"staff_member": [member_id]})
        return redirect("staff:person", facility_number, member_id)
    shown, names = _shown(act, person, row_id)
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = act.form(typed, today=person.today, version=person.member.version, shown=shown)
    problems: list[str] = []
    weighed: Weighed | None = None
    if request.method == "POST" and form.is_valid():
        doing = Doing(member_id, row_id, form.shown_version, request.actor, timezone.now())
        only_looks = act.weighs and WEIGH in request.POST
        try:
            if only_looks:
                weighed = _weighed(act, doing, form, facility)
            else:
                act.perform(doing, form)
        except FieldProblems as refusal:
            form.add_problems(refusal.found)
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
            if isinstance(refusal, ChangedMeanwhile):
                person = person_or_404(member_id)
                form = act.form(
                    {**request.POST.dict(), "version": person.member.version},
                    today=person.today,
                    version=person.member.version,
                )
        except StaffMember.DoesNotExist:
            # Withdrawn or erased since the form was shown.
            record(StaffEvent.SHOWN, on=person.member, rows={"staff_member": [member_id]})
            return redirect("staff:person", facility_number, member_id)
        else:
            if not only_looks:
                messages.success(request, act.done)
                for doubt in form.doubts:
                    messages.warning(request, doubt)
                for month in claimed_since(_reported(doing)):
                    messages.info(request, _reaches_back(month))
                return redirect("staff:person", facility_number, member_id)
    detail = {"weighed": True} if weighed else {}
    record(StaffEvent.SHOWN, on=person.member, rows={"staff_member": [member_id]}, detail=detail)
    context = {
        "act": act,
        "names": names,
        "form": form,
        "problems": problems,
        "weighed": weighed,
        "person": person,
        "facility": facility,
        "breadcrumbs": [*person_crumbs(facility_number, person), (act.title, None)],
    }
    status = 200 if weighed is not None else page_status(request)
    return render(request, "staff_records/act.html", context, status=status)


def _weighed(act: Act[Form], doing: Doing, form: Form, facility: Facility) -> Weighed:
    """What would be expected if it were done: it is done, looked at, and undone with its report and its events."""
    with transaction.atomic():
        act.perform(doing, form)
        found = Weighed(outlook_of(facility, doing.member_id), claimed_since(_reported(doing)))
        transaction.set_rollback(True)
    return found


def _reported(doing: Doing) -> list[StaffChange]:
    """What this act has told the city."""
    rows = StaffChange.objects.filter(member=doing.member_id, reported_at=doing.at)
    return list(rows.filter(withdrawn_at__isnull=True))


def _reaches_back(month: TouchedMonth) -> str:
    words = "・".join(month.words)
    return f"この登録は、請求のある{month_words(month.month.first_day)}分にかかります（{words}）。"


def _shown(act: Act[Any], person: Person, row_id: UUID | None) -> tuple[Mapping[str, Any], list[str]]:
    try:
        return act.shows(person, row_id), act.names(person, row_id)
    except ObjectDoesNotExist:
        # The person was opened, if not shown: whoever asks for rows of others by their person stands in the record.
        record(StaffEvent.SHOWN, on=person.member, rows={"staff_member": [person.member.pk]})
        raise Http404 from None
