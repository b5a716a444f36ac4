"""Approving together, and two at once: what is unchanged goes through, everything else is left with a reason."""

import re
from time import perf_counter
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import ApplicationVersion, ItemPack
from applications.operations import cases, evidence
from applications.states import VersionStatus
from approvals.models import ItemDecision
from approvals.operations import items as operations
from facilities.actors import Role
from facilities.models import FacilityProfile
from facilities.rules import NotAllowed
from tests.applications.stage import (
    AT,
    LAST_YEAR,
    approved_last_year,
    decide,
    release_pack,
    save,
    submit,
)
from tests.approvals.test_four_eyes import another, at_once
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.documents.pdfs import pdf
from tests.record import events_of

TYPED = {"extra_staff": "1", "monthly_yen": "100000"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def packs(city: City) -> tuple[ItemPack, ItemPack]:
    """Last year's and this year's."""
    return release_pack(city, LAST_YEAR), release_pack(city)


def as_last_year(
    city: City, packs: tuple[ItemPack, ItemPack], number: int = 1, **typed: str
) -> ApplicationVersion:
    """A facility whose application of last year is approved, and which has sent this year's."""
    place = make_facility(city, f"園{number:03d}", number=f"1299900001{number:03d}")
    approved_last_year(city, place, packs[0], **TYPED)
    return submit(place, save(place, packs[1], **{**TYPED, **typed}))


def together(
    city: City, versions: list[ApplicationVersion], role: Role = Role.OFFICER
) -> operations.BulkResult:
    choices = [(version.pk, version.content_hash) for version in versions]
    with city.open(role) as person:
        return operations.approve_unchanged(choices, by=person, at=AT)


def test_each_is_judged_for_itself(city, packs):
    same = as_last_year(city, packs)
    changed = as_last_year(city, packs, 2, monthly_yen="110000")
    place = make_facility(city, "はじめ", number="1299900001903")
    first_ever = submit(place, save(place, packs[1], **TYPED))

    result = together(city, [changed, first_ever, same])

    assert result.approved == [same.pk]
    assert result.refused == {changed.pk: operations.HAS_CHANGED, first_ever.pk: operations.HAS_CHANGED}
    event = events_of(city, "item_review.bulk_decided")[-1]
    assert event.rows == {"application_version": [str(same.pk)]}


def test_a_file_nobody_has_seen_yet_is_looked_at_one_by_one(city, packs):
    place = make_facility(city, "園001", number="1299900001001")
    approved_last_year(city, place, packs[0], **TYPED)
    draft = save(place, packs[1], **TYPED)
    with place.open() as by:
        evidence.attach(draft.pk, pdf(), file_name="契約書.pdf", by=by, at=AT)
    sent = submit(place, draft)

    assert together(city, [sent]).refused == {sent.pk: operations.HAS_FLAGS}
    page = sign_in(city.people[Role.OFFICER]).get(f"/c/applications/{sent.pk}/").content.decode()
    assert "新しい添付ファイル 1件" in page


def test_a_value_that_is_registered_otherwise_by_now_is_looked_at_one_by_one(city, packs):
    sent = as_last_year(city, packs)
    with city.open():
        FacilityProfile.objects.update(capacity_23=80)

    assert together(city, [sent]).refused == {sent.pk: operations.HAS_FLAGS}


def test_what_is_not_there_not_shown_or_named_twice(city, packs):
    sent = as_last_year(city, packs)
    elsewhere = make_city("129998", "緑野市")
    invented = ApplicationVersion(pk=uuid4(), content_hash="0" * 64)

    with elsewhere.open(Role.OFFICER) as stranger:
        theirs = operations.approve_unchanged([(sent.pk, sent.content_hash)], by=stranger, at=AT)
    assert theirs.refused == {sent.pk: operations.NOT_THERE}
    assert together(city, [invented]).refused == {invented.pk: operations.NOT_THERE}
    sent.content_hash, kept = "0" * 64, sent.content_hash
    assert together(city, [sent]).refused == {sent.pk: operations.NOT_AS_SHOWN}
    sent.content_hash = kept
    assert together(city, [sent, sent]).approved == [sent.pk]
    with city.open():
        assert ItemDecision.objects.filter(version=sent).count() == 1


@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR, Role.ENROLMENT])
def test_together_asks_for_the_same_role_as_one_by_one(city, packs, role):
    assert together(city, [as_last_year(city, packs)], role).approved == []


def press(browser: Browser, versions: list[ApplicationVersion]) -> tuple[int, float]:
    """Ticked in the inbox and approved on the next page: two posts. Answers queries and seconds of the approval."""
    chosen = [str(version.pk) for version in versions]
    page = browser.post(reverse("item_review:confirm_together"), {"version": chosen})
    choices = re.findall(r'name="choice" value="([^"]+)"', page.content.decode())
    assert {one.partition(":")[0] for one in choices} == set(chosen)
    began = perf_counter()
    with CaptureQueriesContext(connection) as asked:
        browser.post(reverse("item_review:approve_unchanged"), {"choice": choices})
    return len(asked), perf_counter() - began


def test_the_officer_then_the_chief_approve_150_with_two_posts_each(city, packs):
    versions = [as_last_year(city, packs, number) for number in range(1, 162)]
    for role in (Role.OFFICER, Role.CHIEF):
        browser = sign_in(city.people[role])
        (one, _), (ten, _) = press(browser, versions[:1]), press(browser, versions[1:11])
        many, seconds = press(browser, versions[11:])
        each = (ten - one) / 9
        print(f"{role}: 150 approved in {seconds:.1f} s, {many} queries, {each} each")  # noqa: T201  the promise
        assert many - one == each * 149
        assert each <= 25
    with city.open():
        approved = ApplicationVersion.objects.filter(
            application__fiscal_year=2026, status=VersionStatus.APPROVED
        )
        assert approved.count() == len(versions)
        assert ItemDecision.objects.filter(version__in=approved, in_bulk=True).count() == 2 * len(versions)


# ---------------------------------------------------------------- at once


def sent_in(city: City) -> tuple[Nursery, ApplicationVersion]:
    place = make_facility(city)
    return place, submit(place, save(place, release_pack(city), **TYPED))


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_one_decision():
    city = make_city()
    _, sent = sent_in(city)
    people = [city.actor(Role.OFFICER), *(another(city, Role.OFFICER, f"officer-{n}") for n in (2, 3, 4))]

    def act(person):
        with city.open():
            return operations.approve(sent.pk, shown_hash=sent.content_hash, by=person, at=AT)

    answers = at_once([lambda person=person: act(person) for person in people])

    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 3
    with city.open():
        assert ItemDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_chiefs_at_once_approve_once_and_grant_once():
    city = make_city()
    _, sent = sent_in(city)
    decide(city, sent, Role.OFFICER)
    people = [city.actor(Role.CHIEF), another(city, Role.CHIEF, "chief-2")]

    def act(person):
        with city.open():
            return operations.approve(sent.pk, shown_hash=sent.content_hash, by=person, at=AT)

    answers = at_once([lambda person=person: act(person) for person in people])

    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 1
    assert len(events_of(city, "facilities.item_granted")) == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawing_saving_and_deciding_at_once_wait_for_each_other_and_never_for_ever():
    city = make_city()
    place, sent = sent_in(city)

    def approve():
        with city.open(Role.OFFICER) as officer:
            return operations.approve(sent.pk, shown_hash=sent.content_hash, by=officer, at=AT)

    def withdraw():
        with place.open() as clerk:
            return cases.withdraw(sent.pk, by=clerk, at=AT)

    def write():
        return save(place, sent.pack, monthly_yen="5")

    answers = at_once([approve, withdraw, write])

    with city.open():
        now, decided = ApplicationVersion.objects.get(pk=sent.pk), ItemDecision.objects.exists()
    assert len(answers) == 3
    assert decided == (now.status == VersionStatus.SUBMITTED)
