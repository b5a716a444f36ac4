"""The administrators' page of the data dictionary."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from audit.record import record
from documents.common_values import COMMON
from documents.dictionary import NoSuchSubject, Subject, subject_of, subjects
from documents.events import FormPackEvent
from documents.pack_permissions import keep_form_packs
from documents.pack_queries import dictionary as names
from documents.views.pack_pages import HOME, asked_year
from facilities.requests import TenantRequest, require
from pages.wareki import fiscal_year_words


@require_GET
def dictionary(request: TenantRequest) -> HttpResponse:
    """Every name that forms may show."""
    require(request, keep_form_packs)
    asked = asked_dictionary(request)
    record(
        FormPackEvent.DICTIONARY_SHOWN,
        rows={"subject": [asked["example"].subject_id]} if asked["example"] else {},
        detail={"subject": asked["subject"].code if asked["subject"] else ""},
    )
    context = {
        **asked,
        "subjects": [(one.code, one.label) for one in subjects()],
        "year_words": fiscal_year_words(asked["year"]),
        "count": sum(len(section.lines) for section in asked["sections"]),
        "query": request.GET.urlencode(),
        "breadcrumbs": [(HOME, reverse("form_packs:packs")), ("データ項目", None)],
    }
    return render(request, "documents/forms/dictionary.html", context)


def asked_dictionary(request: TenantRequest) -> dict[str, Any]:
    """What of the dictionary the address asks for; reads one subject's values where an example is wanted."""
    year, words = asked_year(request), request.GET.get("q", "")[:60]
    subject: Subject | None = next(iter(subjects()), None)
    try:
        if code := request.GET.get("subject", ""):
            subject = subject_of(code)
    except NoSuchSubject:
        raise Http404 from None
    of = request.GET.get("of", "")
    sorts = dict(subject.sorts(year)) if subject else {}
    if of not in sorts:
        of = next(iter(sorts), "")
    examples = list(subject.examples(of, year)) if subject else []
    asked = request.GET.get("example", "")
    example = next((one for one in examples if str(one.subject_id) == asked), None)
    values = None
    if example is not None and subject is not None:
        vocabulary = COMMON + subject.describe(of, year)
        values = names.example_values(subject, example.subject_id, vocabulary)
    packs = names.packs_of_city(subject.code) if subject else []
    return {
        "subject": subject,
        "of": of,
        "sorts": sorts,
        "year": year,
        "words": words,
        "examples": examples,
        "example": example,
        "sections": names.sections_of(subject, of, year, words=words, packs=packs, example=values),
    }
