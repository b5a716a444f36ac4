"""How much was really typed (R3): for the facility itself, and for the city over all facilities."""

from collections.abc import Sequence
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from applications import permissions
from applications.events import ApplicationEvent
from applications.queries.entries import HEADER, Entries, EntriesOf, csv_rows, entries_of
from applications.queries.year import years_with_packs
from applications.views.shared import asked_year, crumbs
from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.models import Facility
from facilities.requests import TenantRequest, own_facility, require
from pages.wareki import fiscal_year_words

SORTS: Final = {"": "事業所番号の順", "typed": "入力した欄の多い順", "knew": "分かっていた欄の多い順"}
NAME: Final = "入力した欄の数"


@require_GET
def entries(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The facility's own number."""
    facility, fiscal_year = own_facility(request), asked_year(request)
    found = entries_of(request.membership.municipality, [facility], fiscal_year)
    record(ApplicationEvent.ENTRIES_SHOWN, on=facility, detail={"fiscal_year": fiscal_year})
    context = {
        **_shared(found),
        "own": found.facilities[0],
        "cells": zip(found.rounds, found.facilities[0].cells, strict=True),
        "breadcrumbs": crumbs(facility, fiscal_year, (NAME, None)),
    }
    return render(request, "applications/entries.html", context)


@require_GET
def export(request: TenantRequest, facility_number: str) -> HttpResponse:
    """As CSV."""
    facility, fiscal_year = own_facility(request), asked_year(request)
    found = entries_of(request.membership.municipality, [facility], fiscal_year)
    record(ApplicationEvent.ENTRIES_EXPORTED, on=facility, detail={"fiscal_year": fiscal_year})
    return _csv(request, found)


@require_GET
def city(request: TenantRequest) -> HttpResponse:
    """Every facility of the city."""
    require(request, permissions.read_in_city)
    fiscal_year, words = asked_year(request), request.GET.get("words", "").strip()
    sort = request.GET.get("sort", "")
    found = entries_of(request.membership.municipality, _facilities(), fiscal_year)
    shown = _sorted(
        [one for one in found.facilities if words in one.facility.name + one.facility.number], sort
    )
    record(
        ApplicationEvent.ENTRIES_SHOWN,
        rows={"facility": [one.facility.pk for one in shown]},
        detail={"fiscal_year": fiscal_year},
    )
    context = {
        **_shared(found),
        "shown": shown,
        "words": words,
        "sort": sort if sort in SORTS else "",
        "sorts": SORTS.items(),
        "breadcrumbs": [("申請", reverse("item_review:inbox")), (NAME, None)],
    }
    return render(request, "applications/entries_city.html", context)


@require_GET
def city_export(request: TenantRequest) -> HttpResponse:
    """As CSV."""
    require(request, permissions.read_in_city)
    fiscal_year = asked_year(request)
    found = entries_of(request.membership.municipality, _facilities(), fiscal_year)
    record(
        ApplicationEvent.ENTRIES_EXPORTED,
        rows={"facility": [one.facility.pk for one in found.facilities]},
        detail={"fiscal_year": fiscal_year},
    )
    return _csv(request, found)


def _facilities() -> list[Facility]:
    return list(Facility.objects.order_by("number"))


def _sorted(shown: Sequence[EntriesOf], sort: str) -> list[EntriesOf]:
    if sort in {"typed", "knew"}:
        return sorted(shown, key=lambda one: -getattr(one.total, sort))
    return list(shown)


def _shared(found: Entries) -> dict[str, object]:
    years = sorted({*years_with_packs(), found.fiscal_year}, reverse=True)
    return {
        "found": found,
        "fiscal_year": found.fiscal_year,
        "year_words": fiscal_year_words(found.fiscal_year),
        "years": [(one, fiscal_year_words(one)) for one in years],
    }


def _csv(request: TenantRequest, found: Entries) -> HttpResponse:
    name = f"{NAME}_{found.fiscal_year}年度.csv"
    return csv_file(name, HEADER, csv_rows(found), charset=asked_charset(request))
