"""Printed applications that name somebody go when that person is erased, and no others."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from applications.erased_people import versions_naming
from applications.form_subjects import SUBJECT
from applications.models import ApplicationVersion, ItemPack
from applications.shipped import shipped
from documents import operations as documents
from documents.models import Document
from staff_records.models import StaffMember
from staff_records.operations.year_papers import destroy_papers
from tests.applications.stage import approve, release_pack, save, submit
from tests.cast import APRIL, Nursery, make_city, make_facility
from tests.claims.stage import confirmed
from tests.record import events_of
from tests.staff_records.staffed import Somebody, give_roster
from tests.staff_records.year_stage import accepted

IN_JUNE = timezone.make_aware(datetime(2026, 6, 15, 10))
ANSWERS = {
    **dict.fromkeys(("career_path", "terms", "wages", "told", "goals"), "yes"),
    "support": "研修の費用を負担する",
}


@pytest.fixture
def sakura(db: None) -> Nursery:
    place = make_facility(make_city(), capacity=130)
    give_roster(place, *[Somebody(hired_on=date(2015, 4, 1), numbered=True) for _ in range(3)])
    accepted(place)
    confirmed(place, APRIL)
    return place


@pytest.fixture
def pack(sakura: Nursery):
    return release_pack(sakura.city, shipped(2026)["treatment"])


def sent(place: Nursery, pack: ItemPack, item: str, **typed: str) -> ApplicationVersion:
    return submit(place, save(place, pack, item, from_month=None, at=IN_JUNE, **typed), at=IN_JUNE)


def printed(place: Nursery, version: ApplicationVersion, code: str) -> list[Document]:
    with place.open() as clerk:
        return documents.order(code, SUBJECT, version.pk, by=clerk, at=IN_JUNE)


def test_what_names_them_goes_and_what_does_not_stays(sakura, pack, run_jobs):
    rates = sent(sakura, pack, "rate_certification", **ANSWERS)
    pledges = ("pays_all", "keeps_level", "half_in_base", "most_a_month", "tells_staff")
    pledge = sent(sakura, pack, "pledge", **dict.fromkeys(pledges, "yes"))
    named, unnamed = printed(sakura, rates, "treatment_rates"), printed(sakura, pledge, "wage_pledge")
    run_jobs()
    with sakura.city.open():
        assert all(one.ready_at for one in Document.objects.all())
        (gone, *_) = StaffMember.objects.order_by("number")

        destroyed = destroy_papers([gone.pk], at=timezone.now())

        assert set(destroyed) == {one.pk for one in named}
        assert set(Document.objects.values_list("pk", flat=True)) == {one.pk for one in unnamed}
    (event,) = events_of(sakura.city, "staff.papers_destroyed")
    assert set(event.rows["document"]) == {str(one.pk) for one in named}


def test_a_draft_goes_since_it_shows_whoever_was_there(sakura, pack):
    draft = save(sakura, pack, "rate_certification", from_month=None, **ANSWERS)
    with sakura.city.open():
        (gone, *_) = StaffMember.objects.order_by("number")
        assert versions_naming([gone.pk]) == {SUBJECT: {draft.pk}}


def test_what_changed_a_version_that_names_them_goes_too(sakura, pack):
    first = approve(sakura.city, sent(sakura, pack, "rate_certification", **ANSWERS), at=IN_JUNE)
    stopping = save(sakura, pack, "rate_certification", wanted=False, from_month=None, at=IN_JUNE)
    stopped = submit(sakura, stopping, at=IN_JUNE)
    assert stopped.replaces_id == first.pk
    with sakura.city.open():
        gone = StaffMember.objects.order_by("number").first()
        assert str(gone.pk) not in f"{stopped.content}"
        assert versions_naming([gone.pk]) == {SUBJECT: {first.pk, stopped.pk}}
