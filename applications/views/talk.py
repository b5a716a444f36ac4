"""What facility and city say and attach beside an application: the facility's acts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications.forms import EvidenceForm
from applications.models import ApplicationVersion, EvidenceFile
from applications.operations import evidence, talking
from applications.views.item import either_page, find_item
from documents.attachments import TOO_LARGE, as_download
from documents.uploads import is_too_large
from facilities.requests import TenantRequest, own_facility
from facilities.rules import NotAllowed, ProblemsFound, sentences

SAVE_FIRST = "先に「保存する」を押してください。保存した申請にファイルを付けられます。"


def read_uuid(text: str) -> UUID | None:
    """An id of a form; nonsense is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
def say(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """A question, an answer, or a word to the city."""
    place = find_item(request, fiscal_year, family, item_key)
    if request.method == "GET":
        return either_page(request, place)
    said: dict[str, Any] = {
        "text": request.POST.get("text", ""),
        "field_key": request.POST.get("field_key", ""),
        "wants_answer": request.POST.get("wants_answer") == "1",
        "by": request.actor,
        "at": timezone.now(),
    }
    try:
        if place.application is None:
            talking.ask_first(place.facility.pk, pack_id=place.pack.pk, item_key=item_key, **said)
        else:
            answers = read_uuid(request.POST.get("answers", ""))
            talking.say(place.application.pk, answers=answers, **said)
    except (NotAllowed, ProblemsFound) as refusal:
        return either_page(request, place, problems=sentences(refusal))
    messages.success(request, "市に伝えました。")
    return redirect("applications:item", facility_number, fiscal_year, family, item_key)


@require_http_methods(["GET", "POST"])
def attach(
    request: TenantRequest, facility_number: str, fiscal_year: int, family: str, item_key: str
) -> HttpResponse:
    """One file more for the draft."""
    place = find_item(request, fiscal_year, family, item_key)
    if request.method == "GET":
        return either_page(request, place)
    form = EvidenceForm(request.POST, request.FILES)
    if is_too_large(request):
        return either_page(request, place, problems=[TOO_LARGE])
    if not form.is_valid():
        return either_page(request, place, problems=[str(one) for one in form.errors["file"]])
    if place.draft is None:
        problem = evidence.NOT_A_DRAFT if place.current is not None else SAVE_FIRST
        return either_page(request, place, problems=[problem])
    upload = form.cleaned_data["file"]
    try:
        evidence.attach(
            place.draft.pk, upload.read(), file_name=upload.name, by=request.actor, at=timezone.now()
        )
    except ApplicationVersion.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return either_page(request, place, problems=sentences(refusal))
    messages.success(request, "ファイルを添付しました。")
    return redirect("applications:item", facility_number, fiscal_year, family, item_key)


@require_http_methods(["GET", "POST"])
def detach(
    request: TenantRequest,
    facility_number: str,
    fiscal_year: int,
    family: str,
    item_key: str,
    evidence_id: UUID,
) -> HttpResponse:
    """One file less."""
    place = find_item(request, fiscal_year, family, item_key)
    if not EvidenceFile.objects.filter(pk=evidence_id, version__in=place.versions).exists():
        raise Http404
    if request.method == "GET":
        return either_page(request, place)
    try:
        evidence.detach(evidence_id, by=request.actor)
    except EvidenceFile.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return either_page(request, place, problems=[str(refusal)])
    messages.success(request, "ファイルを外しました。")
    return redirect("applications:item", facility_number, fiscal_year, family, item_key)


@require_GET
def download(request: TenantRequest, facility_number: str, evidence_id: UUID) -> HttpResponse:
    """A file, to save."""
    file = get_object_or_404(EvidenceFile, pk=evidence_id, facility=own_facility(request))
    content = evidence.content_of(file, by=request.actor)
    return as_download(file.file_name, file.kind, content)
