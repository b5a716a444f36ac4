"""The facility's pages of a year's applications: the list, what is not applied for, a whole round sent in one act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications import form_years
from applications.blocks import read_blocks
from applications.definitions import FAMILY_LABELS, Family, Stage
from applications.events import ApplicationEvent
from applications.filling import FilledItem
from applications.models import ItemPack
from applications.operations.cases import Shown, hash_of
from applications.operations.together import decline_together, submit_together
from applications.queries.talk import open_questions
from applications.queries.year import STATE_LABELS, Line, RoundOfYear, Year, year_of, years_with_packs
from applications.views.shared import (
    UNDECLARED,
    asked_year,
    crumbs,
    is_declared,
    known_year,
)
from audit.record import record
from documents.queries import Panel, panel_for
from facilities.models import Facility
from facilities.requests import UNREADABLE, TenantRequest, own_facility, page_status, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words

SORTS: Final = {"": "様式の順", "deadline": "締切の早い順", "state": "状態の順", "amount": "金額の大きい順"}
STATE_ORDER: Final = ("returned", "draft", "empty", "submitted", "approved", "declined")


@dataclass(frozen=True)
class Filters:
    """What the address asks for; nonsense there asks for nothing."""

    words: str
    state: str
    family: str
    round_number: int | None
    sort: str

    @property
    def is_narrowed(self) -> bool:
        """Not everything is shown."""
        return bool(self.words or self.state or self.family or self.round_number)

    def lines(self, year: Year) -> list[Line]:
        """The lines asked for, in their order."""
        found = [line for line in year.lines if self._asks(line)]
        match self.sort:
            case "deadline":
                found.sort(key=lambda line: (line.standing.until, line.standing.round.number))
            case "state":
                found.sort(key=lambda line: STATE_ORDER.index(line.state))
            case "amount":
                found.sort(key=lambda line: -(line.amount_yen or -1))
        return found

    def _asks(self, line: Line) -> bool:
        return (
            self.words.casefold() in line.item.label.casefold()
            and self.state in {"", line.state}
            and self.family in {"", line.family}
            and self.round_number in {None, line.standing.round.number}
        )


@require_GET
def year_now(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The year of today, or the one a mail has asked for (``?year=``)."""
    return _year_page(request, asked_year(request))


@require_GET
def year(request: TenantRequest, facility_number: str, fiscal_year: int) -> HttpResponse:
    """Every item of the year."""
    return _year_page(request, known_year(fiscal_year))


@require_http_methods(["GET", "POST"])
def decline(request: TenantRequest, facility_number: str, fiscal_year: int) -> HttpResponse:
    """Say of the ticked items that they are not applied for."""
    if request.method == "GET":
        return _year_page(request, known_year(fiscal_year))
    facility = own_facility(request)
    try:
        chosen = _chosen(request.POST.getlist("item"), fiscal_year)
        done = decline_together(facility.pk, pack_id_of=chosen, by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _year_page(request, known_year(fiscal_year), problems=sentences(refusal))
    messages.success(
        request, f"{len(done)}項目を「申請しない」にしました。回ごとにまとめて提出すると、市に伝わります。"
    )
    return redirect("applications:year", facility_number, fiscal_year)


@require_GET
def together(
    request: TenantRequest, facility_number: str, fiscal_year: int, round_number: int
) -> HttpResponse:
    """The last look at everything of a round that can be sent."""
    return _together_page(request, fiscal_year, round_number)


@require_http_methods(["GET", "POST"])
def send_together(
    request: TenantRequest, facility_number: str, fiscal_year: int, round_number: int
) -> HttpResponse:
    """Send the round."""
    if request.method == "GET":
        return _together_page(request, fiscal_year, round_number)
    if not is_declared(request):
        return _together_page(request, fiscal_year, round_number, problems=[UNDECLARED])
    try:
        sent = submit_together(
            own_facility(request).pk,
            shown=_shown(request.POST.getlist("version")),
            late_reason=request.POST.get("late_reason", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _together_page(request, fiscal_year, round_number, problems=sentences(refusal))
    messages.success(request, f"{len(sent)}項目を市に提出しました。審査の結果は、この画面でお知らせします。")
    return redirect("applications:year", facility_number, fiscal_year)


def _year_page(request: TenantRequest, fiscal_year: int, *, problems: Sequence[str] = ()) -> HttpResponse:
    facility = own_facility(request)
    found = year_of(request.membership.municipality, facility, fiscal_year, timezone.now())
    filters = _filters(request)
    lines = filters.lines(found)
    shown = [line.shown.pk for line in lines if line.shown is not None]
    questions = open_questions(facility)
    panel = _total_sheets(facility, fiscal_year, filters.family, lines)
    record(
        ApplicationEvent.LISTED,
        rows={
            "application_version": shown,
            "remark": [one.pk for one in questions],
            "document": panel.row_ids if panel else [],
        },
        detail={"fiscal_year": fiscal_year},
    )
    years = sorted({*years_with_packs(), fiscal_year}, reverse=True)
    context = {
        "year": found,
        "year_words": fiscal_year_words(fiscal_year),
        "years": [(one, fiscal_year_words(one)) for one in years],
        "groups": _groups(lines, filters),
        "filters": filters,
        "states": STATE_LABELS.items(),
        "sorts": SORTS.items(),
        "questions": questions,
        "panel": panel,
        "back": request.get_full_path(),
        "may_decline": any(line.may_be_declined for line in lines),
        "problems": list(problems),
        "breadcrumbs": crumbs(facility, fiscal_year),
    }
    return render(request, "applications/year.html", context, status=page_status(request))


def _total_sheets(facility: Facility, fiscal_year: int, family: str, lines: Sequence[Line]) -> Panel | None:
    """The totalled sheets of the family the list is narrowed to: of reports where the list has nothing else."""
    if not family or not any(_was_sent(line) for line in lines):
        return None
    reports = all(line.item.stage is Stage.REPORT for line in lines)
    of = form_years.sort_of(Family(family), Stage.REPORT if reports else Stage.APPLICATION)
    panel = panel_for(form_years.SUBJECT, form_years.year_id(facility.pk, fiscal_year, of))
    return panel if panel.forms else None


def _was_sent(line: Line) -> bool:
    return line.shown is not None and line.shown.submitted_at is not None


def _together_page(
    request: TenantRequest, fiscal_year: int, round_number: int, *, problems: Sequence[str] = ()
) -> HttpResponse:
    facility = own_facility(request)
    found = year_of(request.membership.municipality, facility, known_year(fiscal_year), timezone.now())
    own = found.round(round_number)
    if own is None:
        raise Http404
    rows = [line.shown.pk for line in (*own.ready, *own.unready, *own.returned) if line.shown is not None]
    record(
        ApplicationEvent.CHECKED,
        rows={"application_version": rows},
        detail={"fiscal_year": fiscal_year, "round": round_number},
    )
    context = {
        "year_words": fiscal_year_words(fiscal_year),
        "fiscal_year": fiscal_year,
        "round": own,
        "ready": [ToSend(line) for line in own.ready],
        "needs_reason": own.standing.is_over and any(_is_first(line) for line in own.ready),
        "total_yen": _total(own),
        "late_reason": typed_texts(request, "late_reason")["late_reason"],
        "problems": list(problems),
        "breadcrumbs": crumbs(facility, fiscal_year, (f"{own.standing.name}の提出", None)),
    }
    return render(request, "applications/together.html", context, status=page_status(request))


@dataclass(frozen=True)
class ToSend:
    """A complete draft as the last look shows it. Names of people are not opened here: the item's own page has them."""

    line: Line

    @property
    def stamp(self) -> str:
        """What the form sends of it: an act on anything else is refused."""
        version, filled = self.line.current, self._filled
        assert version is not None
        return f"{version.pk}:{version.revision}:{hash_of(version, filled)}"

    @property
    def blocks(self) -> list[object]:
        """Its values in words, where it is applied for."""
        version = self.line.current
        return [] if version is None or version.is_wanted is False else list(read_blocks(self._filled, {}))

    @property
    def _filled(self) -> FilledItem:
        assert self.line.filled is not None
        return self.line.filled


def _is_first(line: Line) -> bool:
    version = line.current
    return version is not None and version.replaces_id is None and version.answers_id is None


def _total(own: RoundOfYear) -> int | None:
    amounts = [line.amount_yen for line in own.ready if line.amount_yen is not None]
    return sum(amounts) if amounts else None


def _groups(lines: Sequence[Line], filters: Filters) -> list[tuple[str, list[Line]]]:
    """By family in the order of the packs; one group when sorted by something else."""
    if filters.sort:
        return [("", list(lines))] if lines else []
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.family, []).append(line)
    return [(FAMILY_LABELS[Family(key)], own) for key, own in found.items()]


def _filters(request: TenantRequest) -> Filters:
    asked = request.GET
    number, sort = asked.get("round", ""), asked.get("sort", "")
    state, family = asked.get("state", ""), asked.get("family", "")
    return Filters(
        words=asked.get("words", "").strip(),
        state=state if state in STATE_LABELS else "",
        family=family if family in list(Family) else "",
        round_number=int(number) if number in {"1", "2", "3", "4", "5", "6"} else None,
        sort=sort if sort in SORTS else "",
    )


def _chosen(ticks: Iterable[str], fiscal_year: int) -> dict[tuple[str, str], UUID]:
    """The ticked lines: (family, item) → the pack they were shown with. Packs of another year say nothing."""
    wanted: list[tuple[UUID, str]] = []
    for tick in ticks:
        pack_id, _, key = tick.partition(".")
        try:
            wanted.append((UUID(pack_id), key))
        except ValueError:
            continue
    packs = ItemPack.objects.filter(pk__in=[pack_id for pack_id, _ in wanted], fiscal_year=fiscal_year)
    families = {row.pk: row.family for row in packs}
    return {(families[pack_id], key): pack_id for pack_id, key in wanted if pack_id in families}


def _shown(stamps: Iterable[str]) -> dict[UUID, Shown]:
    """
    What the page has shown of each draft.

    :raises ProblemsFound: not our form.
    """
    found = {}
    for stamp in stamps:
        try:
            version_id, revision, digest = stamp.split(":")
            found[UUID(version_id)] = Shown(int(revision), digest)
        except ValueError:
            raise ProblemsFound([UNREADABLE]) from None
    return found
