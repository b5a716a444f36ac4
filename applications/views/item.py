"""
The facility's pages of one item: type, look once more, send, take back, change, look at earlier versions.

The form is a plain one. A script may send the same form to the same address and is answered in JSON: what was
computed, which fields hold, what is wrong and missing, all by the same filling as the page itself.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from accounts import held_forms
from applications.blocks import REASON, computed_of, control_id, read_blocks
from applications.definitions import FAMILY_LABELS, Family
from applications.entering import Entered, read_entries, sentences_of
from applications.events import ApplicationEvent
from applications.form_subjects import SUBJECT
from applications.models import ApplicationVersion, ItemPack
from applications.models.cases import LONGEST_REASON
from applications.operations import cases, talking
from applications.operations.cases import Wanted
from applications.queries.beside import beside
from applications.queries.item_page import (
    FROM,
    TO,
    WANTED,
    NoSuchItem,
    Place,
    find_place,
    form_view,
    read_view,
)
from applications.states import VersionStatus
from applications.views.shared import (
    UNDECLARED,
    crumbs,
    is_declared,
    known_year,
)
from applications.whereabouts import where_is
from applications.wording import Names, in_words
from audit.record import record
from documents.queries import panel_for
from facilities.periods import ServiceMonth
from facilities.requests import UNREADABLE, Crumbs, TenantRequest, own_facility, page_status, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words, time_words

REVISION, PACK = "form-revision", "form-pack"


@require_http_methods(["GET", "POST"])
def item(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """The form, or what was sent; sending the form saves it."""
    place = find_item(request, fiscal_year, family, item_key)
    if request.method == "POST":
        return _save(request, place)
    held = held_forms.take(request)
    if held is not None and not place.is_with_the_city:
        entered, wanted = read_entries(place.item, _entries(held)), _wanted(held)
        return _form_page(request, place, entered=entered, wanted=wanted, reasons=_reasons(held))
    if place.is_with_the_city or (place.current is None and place.approved and "change" not in request.GET):
        return _read_page(request, place)
    return _form_page(request, place)


@require_GET
def check(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """The last look before it is sent."""
    return _check_page(request, find_item(request, fiscal_year, family, item_key))


@require_http_methods(["GET", "POST"])
def submit(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """Send it to the city."""
    place = find_item(request, fiscal_year, family, item_key)
    if request.method == "GET":
        return _check_page(request, place)
    if place.draft is None or not is_declared(request):
        return _check_page(request, place, problems=[UNDECLARED])
    try:
        cases.submit(
            place.draft.pk,
            shown_revision=_whole(request.POST.get("revision", "")),
            shown_hash=request.POST.get("shown_hash", ""),
            late_reason=request.POST.get("late_reason", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _check_page(request, _again(place), problems=sentences(refusal))
    messages.success(request, "市に提出しました。審査の結果は、この画面でお知らせします。")
    return redirect("applications:item", facility_number, fiscal_year, family, item_key)


@require_http_methods(["GET", "POST"])
def withdraw(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """Take it back."""
    place = find_item(request, fiscal_year, family, item_key)
    if request.method == "GET" or place.current is None:
        return either_page(request, place)
    try:
        cases.withdraw(place.current.pk, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        return either_page(request, _again(place), problems=[str(refusal)])
    messages.success(request, "取り下げました。内容を直して、もう一度提出してください。")
    return redirect("applications:item", facility_number, fiscal_year, family, item_key)


@require_http_methods(["GET", "POST"])
def discard(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """Give the draft up."""
    place = find_item(request, fiscal_year, family, item_key)
    if request.method == "GET" or place.draft is None:
        return either_page(request, place)
    revision = _whole(request.POST.get("revision", ""))
    try:
        cases.discard(place.draft.pk, shown_revision=revision, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        return either_page(request, _again(place), problems=[str(refusal)])
    messages.info(request, f"「{place.item.label}」の入力を取りやめました。")
    return redirect("applications:year", facility_number, fiscal_year)


@require_GET
def version(
    request: TenantRequest,
    facility_number: str,
    fiscal_year: int,
    family: str,
    item_key: str,
    version_id: UUID,
) -> HttpResponse:
    """One version as it was sent."""
    place = find_item(request, fiscal_year, family, item_key)
    found = next((one for one in place.versions if one.pk == version_id), None)
    if found is None or found.status == VersionStatus.DRAFT:
        raise Http404
    return _read_page(request, place, version=found)


# ---------------------------------------------------------------- pages


def _form_page(
    request: TenantRequest,
    place: Place,
    *,
    problems: Sequence[str] = (),
    code: int = 200,
    **typed: Any,
) -> HttpResponse:
    answered = place.answered
    where = where_is(answered) if answered else None
    options: dict[str, Any] = {
        "more_of": request.GET.get("more", ""),
        "remarks": where.remarks if where else {},
    }
    view = form_view(place, timezone.now(), **options, **typed)
    shown = _beside(request, place)
    rows = {**view.row_ids, **shown["beside"].row_ids}
    record(ApplicationEvent.SHOWN, on=view.place.current, rows=rows, detail=_detail(place))
    wrong = list(view.typed.problems.values())
    context = {
        **_shared(place),
        **shown,
        "view": view,
        "answered": answered,
        "is_unsaved": "entered" in typed,
        "saved_meanwhile": _saved_meanwhile(place, typed["entered"], view.people.names)
        if code == 409
        else [],
        "problems": [*problems, *wrong],
        "targets": {sentence: control_id(name) for name, sentence in view.typed.problems.items()},
        "breadcrumbs": _crumbs(place),
    }
    return render(request, "applications/item.html", context, status=code)


def _saved_meanwhile(place: Place, entered: Entered, names: Names) -> list[tuple[str, str]]:
    """(field, in words) of what another page has saved and this one would overwrite."""
    kept = place.draft.content.get("typed", {}) if place.draft else {}
    return [
        (own.label, in_words(own, kept.get(own.key), names))
        for own in place.item.fields
        if own.key in entered.values and kept.get(own.key) != entered.values[own.key]
    ]


def _check_page(request: TenantRequest, place: Place, *, problems: Sequence[str] = ()) -> HttpResponse:
    if place.draft is None:
        return either_page(request, place, problems=problems if place.current is None else ())
    view = form_view(place, timezone.now(), may_choose=False)
    panel = panel_for(SUBJECT, place.draft.pk)
    rows = {
        "application_version": [place.draft.pk],
        "staff_member": view.people.ids,
        "document": panel.row_ids,
    }
    record(ApplicationEvent.CHECKED, on=place.draft, rows=rows, detail=_detail(place))
    told = {sentence for sentence, _ in view.missing}
    version = view.version
    context = {
        **_shared(place),
        "view": view,
        "panel": panel,
        "back": request.path,
        "blocks": read_blocks(view.filled, view.people.names) if version.is_wanted else [],
        "needs_reason": view.standing.is_over and version.replaces_id is None and version.answers_id is None,
        "is_early": view.standing.is_ahead and version.replaces_id is None and version.answers_id is None,
        "late_reason": typed_texts(request, "late_reason")["late_reason"],
        "problems": [sentence for sentence in problems if sentence not in told],
        "breadcrumbs": _crumbs(place, ("確認と提出", None)),
    }
    return render(request, "applications/check.html", context, status=page_status(request))


def _read_page(
    request: TenantRequest,
    place: Place,
    *,
    version: ApplicationVersion | None = None,
    problems: Sequence[str] = (),
) -> HttpResponse:
    shown = version or place.start
    assert shown is not None
    view = read_view(place, shown, timezone.now())
    more, panel = _beside(request, place), panel_for(SUBJECT, shown.pk)
    rows = {**view.row_ids, **more["beside"].row_ids, "document": panel.row_ids}
    record(ApplicationEvent.SHOWN, on=shown, rows=rows, detail=_detail(place))
    context = {
        **_shared(place),
        **more,
        "view": view,
        "panel": panel,
        "back": request.path,
        "whereabouts": where_is(shown),
        "is_newest": version is None or version.pk == (place.start.pk if place.start else None),
        "may_withdraw": shown.status == VersionStatus.SUBMITTED and shown.first_decided_at is None,
        "may_change": shown.status == VersionStatus.APPROVED and place.current is None,
        "problems": list(problems),
        "breadcrumbs": _crumbs(place, *([(f"第{shown.number}版", None)] if version else [])),
    }
    return render(request, "applications/item_read.html", context, status=page_status(request))


def either_page(request: TenantRequest, place: Place, *, problems: Sequence[str] = ()) -> HttpResponse:
    """The form, or what was sent: as the item stands."""
    if place.draft is None and place.start is not None and place.start.status != VersionStatus.RETURNED:
        return _read_page(request, place, problems=problems)
    return _form_page(request, place, problems=problems, code=page_status(request))


# ---------------------------------------------------------------- saving


def _save(request: TenantRequest, place: Place) -> HttpResponse:
    is_script = request.headers.get("X-Autosave") == "1"
    entries, wanted, reasons = _entries(request.POST), _wanted(request.POST), _reasons(request.POST)
    try:
        pack_id, revision = UUID(request.POST.get(PACK, "")), int(request.POST.get(REVISION, ""))
    except ValueError:
        return _refused(request, place, [UNREADABLE], is_script=is_script)
    try:
        cases.save(
            place.facility.pk,
            pack_id=pack_id,
            item_key=place.item.key,
            wanted=wanted,
            entries=entries,
            reasons=reasons,
            shown_revision=revision,
            by=request.actor,
            at=timezone.now(),
        )
    except ItemPack.DoesNotExist:
        return _refused(request, place, [UNREADABLE], is_script=is_script)
    except NotAllowed as refusal:
        return _refused(request, _again(place), [str(refusal)], is_script=is_script, code=409)
    if is_script:
        return JsonResponse(_answer(request, _again(place)))
    return _after_saving(request, place)


def _refused(
    request: TenantRequest, place: Place, problems: list[str], *, is_script: bool, code: int = 422
) -> HttpResponse:
    """Nothing was saved; what was typed stays on the page."""
    if is_script:
        record(ApplicationEvent.SHOWN, on=place.current, detail=_detail(place))
        return JsonResponse({"problems": problems}, status=code)
    if place.is_with_the_city:
        return _read_page(request, place, problems=problems)
    entered: Entered = read_entries(place.item, _entries(request.POST))
    wanted, reasons = _wanted(request.POST), _reasons(request.POST)
    return _form_page(
        request, place, problems=problems, code=code, entered=entered, wanted=wanted, reasons=reasons
    )


def _after_saving(request: TenantRequest, place: Place) -> HttpResponse:
    where = [place.facility.number, place.fiscal_year, place.pack.family, place.item.key]
    if "check" in request.POST:
        return redirect("applications:check", *where)
    address = reverse("applications:item", args=where)
    if more := request.POST.get("more", ""):
        return redirect(f"{address}?{urlencode({'more': more})}#b-{more}")
    if gone := request.POST.get("remove", ""):
        messages.success(request, "行を消しました。")
        return redirect(f"{address}#b-{gone.partition('.')[0]}")
    messages.success(request, "保存しました。")
    return redirect(address)


def _answer(request: TenantRequest, place: Place) -> dict[str, Any]:
    """What a script is told after saving: everything the page would show differently now."""
    view = form_view(place, timezone.now())
    record(ApplicationEvent.SHOWN, on=place.current, rows=view.row_ids, detail=_detail(place))
    saved_at = view.version.saved_at
    return {
        "saved_at": time_words(timezone.localtime(saved_at)),
        "revision": view.revision,
        "shown": {block.field.key: block.is_shown for block in view.blocks},
        "computed": computed_of(view.filled, view.people.names),
        "problems": {
            control_id(name): sentence
            for name, sentence in sentences_of(place.item, view.typed.unread).items()
        },
        "checks": {block.field.key: block.problem for block in view.blocks if block.problem},
        "remarks": {block.field.key: block.remark for block in view.blocks if block.remark},
        "missing": len(view.missing),
        "tag": render_to_string("applications/_form_tag.html", {"place": place}, request),
        "state": render_to_string("applications/_item_state.html", {**_shared(place), "view": view}, request),
    }


# ---------------------------------------------------------------- reading the request


def find_item(request: TenantRequest, fiscal_year: int, family: str, item_key: str) -> Place:
    """:raises Http404: the facility has no such item in the year."""
    if family not in list(Family):
        raise Http404
    try:
        return find_place(
            request.membership.municipality, own_facility(request), known_year(fiscal_year), family, item_key
        )
    except NoSuchItem:
        raise Http404 from None


def _again(place: Place) -> Place:
    """As it stands after the act."""
    return find_place(
        place.municipality, place.facility, place.fiscal_year, place.pack.family, place.item.key
    )


def _entries(sent: QueryDict) -> dict[str, list[str]]:
    """The typed fields; without the row whose button «消す» was pressed."""
    gone = sent.get("remove", "")
    return {name: sent.getlist(name) for name in sent if not gone or not name.startswith(f"{gone}.")}


def _wanted(sent: QueryDict) -> Wanted:
    answers = {"yes": True, "no": False}
    return Wanted(answers.get(sent.get(WANTED, "")), _month(sent.get(FROM, "")), _month(sent.get(TO, "")))


def _reasons(sent: QueryDict) -> dict[str, str]:
    return {
        name.removeprefix(REASON): sent.get(name, "")[:LONGEST_REASON]
        for name in sent
        if name.startswith(REASON)
    }


def _month(text: str) -> ServiceMonth | None:
    try:
        return ServiceMonth.parse(text)
    except ValueError:
        return None


def _whole(text: str) -> int:
    """A number of the form; what is none fits no revision."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _beside(request: TenantRequest, place: Place) -> dict[str, Any]:
    """Papers, files and conversation, which the facility has read with the page."""
    found = beside(place.application, place.versions, place.item, for_city=False, today=timezone.localdate())
    if any(one.is_new for one in found.talk.said) and found.application is not None:
        talking.read(found.application.pk, by=request.actor, at=timezone.now())
    return {
        "beside": found,
        "talk_typed": typed_texts(request, "text", "field_key", "wants_answer", "answers"),
    }


def _shared(place: Place) -> dict[str, Any]:
    return {
        "place": place,
        "item": place.item,
        "number": place.facility.number,
        "fiscal_year": place.fiscal_year,
        "family": place.pack.family,
        "family_words": FAMILY_LABELS[Family(place.pack.family)],
        "year_words": fiscal_year_words(place.fiscal_year),
    }


def _detail(place: Place) -> dict[str, Any]:
    return {"item": place.item.key, "fiscal_year": place.fiscal_year}


def _crumbs(place: Place, *more: tuple[str, str | None]) -> Crumbs:
    where = [place.facility.number, place.fiscal_year, place.pack.family, place.item.key]
    own = reverse("applications:item", args=where) if more else None
    return crumbs(place.facility, place.fiscal_year, (place.item.label, own), *more)
