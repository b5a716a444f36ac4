"""
Rows of applications: an item approved once and being changed, a pack that waits for its release, and, for the city's
pages, another item that waits for its decision.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from applications.models import Paper
from applications.operations import evidence, packs, talking
from approvals.operations import routing
from approvals.operations.routing import RouteValues
from facilities.actors import Role
from facilities.periods import ServiceMonth
from tests.applications.packs import PRICE
from tests.applications.stage import approve, release_pack, save, submit
from tests.cast import Nursery
from tests.documents.pdfs import pdf

TYPED = {"extra_staff": "1", "monthly_yen": "412399"}


@dataclass(frozen=True)
class ApplicationRows:
    """The ids and words of addresses; ``under_review`` is the version the city's pages are about."""

    ids: dict[str, UUID]
    words: dict[str, Any]
    under_review: UUID


def application_rows(place: Nursery) -> ApplicationRows:
    """Of さくら保育園, in this year."""
    city, now = place.city, timezone.now()
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    # The contract must come on paper whatever is applied for.
    content = PRICE.replace("fiscal_year = 2026", f"fiscal_year = {year}").replace(
        'needed_if = "extra_staff == 2"\n', ""
    )
    released = release_pack(city, content, at=now)
    april = ServiceMonth(year, 4)
    first = save(place, released, from_month=april, at=now, **TYPED)
    with place.open() as clerk:
        file = evidence.attach(first.pk, pdf(), file_name="契約書.pdf", by=clerk, at=now)
    sent = submit(place, first, late_reason="担当者の交代", at=now)
    approve(city, sent, at=now)
    with city.open(Role.OFFICER) as officer:
        talking.say(
            first.application_id, text="契約書はいつ届きますか", wants_answer=True, by=officer, at=now
        )
        paper = Paper.objects.get(version=sent)
    save(place, released, from_month=april.plus(5), at=now, monthly_yen="500000")
    of_city = release_pack(city, content.replace('"price"', '"city"'), at=now)
    waits = save(place, of_city, from_month=april, at=now, **TYPED)
    under_review = submit(place, waits, late_reason="担当者の交代", at=now)
    with city.open(Role.ADMINISTRATOR) as administrator:
        waiting = packs.load(content.replace('id = "price"', 'id = "waiting"'), by=administrator, at=now)
        route = routing.set_route(RouteValues(("officer", "chief"), family="city"), by=administrator, at=now)
        delegation = routing.delegate(
            city.people[Role.CHIEF].pk,
            to_user=city.people[Role.OFFICER].pk,
            role=Role.CHIEF,
            from_day=timezone.localdate(now),
            to_day=timezone.localdate(now) + timedelta(days=3),
            reason="休暇",
            by=administrator,
            at=now,
        )
    ids = {
        "version_id": sent.pk,
        "pack_id": waiting.pk,
        "application_id": first.application_id,
        "paper_id": paper.pk,
        "evidence_id": file.pk,
        "route_id": route.pk,
        "delegation_id": delegation.pk,
    }
    words = {"family": "price", "item_key": "team_childcare", "round_number": 3, "shipped_year": 2026}
    return ApplicationRows(ids, words, under_review.pk)
