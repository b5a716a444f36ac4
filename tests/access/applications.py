"""Rows of applications: an item approved once and being changed, and a pack that waits for its release."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from applications.models import Paper
from applications.operations import evidence, packs, talking
from facilities.actors import Role
from facilities.periods import ServiceMonth
from tests.applications.packs import PRICE
from tests.applications.stage import approve, release_pack, save, submit
from tests.cast import Nursery


def application_rows(place: Nursery) -> tuple[dict[str, UUID], dict[str, Any]]:
    """The ids, and the words of addresses, of さくら保育園's application of this year."""
    now, year = timezone.now(), ServiceMonth.of(timezone.localdate()).fiscal_year
    # The contract must come on paper whatever is applied for.
    content = PRICE.replace("fiscal_year = 2026", f"fiscal_year = {year}").replace(
        'needed_if = "extra_staff == 2"\n', ""
    )
    released = release_pack(place.city, content, at=now)
    april = ServiceMonth(year, 4)
    typed = {"extra_staff": "1", "monthly_yen": "412399"}
    first = save(place, released, from_month=april, at=now, **typed)
    with place.open() as clerk:
        file = evidence.attach(first.pk, b"%PDF-1.7 x", file_name="契約書.pdf", by=clerk, at=now)
    sent = submit(place, first, late_reason="担当者の交代", at=now)
    approve(place.city, sent, at=now)
    with place.city.open(Role.OFFICER) as officer:
        talking.say(
            first.application_id, text="契約書はいつ届きますか", wants_answer=True, by=officer, at=now
        )
        paper = Paper.objects.get(version=sent)
    save(place, released, from_month=april.plus(5), at=now, monthly_yen="500000")
    with place.city.open(Role.ADMINISTRATOR) as one:
        waiting = packs.load(content.replace('id = "price"', 'id = "waiting"'), by=one, at=now)
    words = {"family": "price", "item_key": "team_childcare", "round_number": 3}
    ids = {
        "version_id": sent.pk,
        "pack_id": waiting.pk,
        "application_id": first.application_id,
        "paper_id": paper.pk,
        "evidence_id": file.pk,
    }
    return ids, words
