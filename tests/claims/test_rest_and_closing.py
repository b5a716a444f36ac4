"""Facilities that rest or are closed: nothing is missed of them, and what came for later months is seen and mended."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from approvals import queries as inbox_queries
from approvals.operations import claims as approvals
from claims.models import Claim, CountSheet
from claims.operations import counts_import
from claims.operations.confirming import confirm
from claims.operations.counts_by_hand import correct_counts
from claims.operations.submitting import submit
from claims.queries.imports import month_view
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.operations.changes import close, suspend
from facilities.rules import ProblemsFound
from jobs import running
from tests.cast import JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, nursery, ready_claim
from tests.claims.test_import_pages import one_line

LATER = AT + timedelta(hours=2)
BABY = ("129999", "3", "0", "standard", False, False, "", None)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def rest(place: Nursery) -> None:
    with place.city.open() as administrator:
        suspend(place.facility.pk, from_month=JUNE, to_month=None, reason="改修", by=administrator, at=AT)


def close_in_may(place: Nursery) -> None:
    """Registered when June was under way already."""
    with place.city.open() as administrator:
        close(place.facility.pk, closed_on=date(2026, 5, 31), by=administrator, at=LATER)
    running.run_due()


def sent(place: Nursery) -> Claim:
    claim = ready_claim(place)
    with place.open() as clerk:
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)


# ---------------------------------------------------------------- rest


def test_a_resting_facility_is_not_counted_as_one_whose_counts_have_not_come(city, sakura):
    make_facility(city, "すみれ保育園", number="1299900000902")
    rest(sakura)

    with city.open():
        view = month_view(JUNE)
        before = month_view(MAY)
        chosen = month_view(JUNE, status="resting")

    assert (view.states["none"], view.states["resting"]) == (1, 1)
    assert before.states["none"] == 2
    assert [row.facility.name for row in chosen.rows] == ["さくら保育園"]
    page = sign_in(city.people[Role.ENROLMENT]).get(f"/c/counts/{JUNE}/?status=resting").content.decode()
    assert page.count("休園中") >= 2
    assert "届いていない</span>" not in page


def test_a_resting_facility_is_not_missed_in_a_file(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    momo = make_facility(city, "もも保育園", number="1299900000903")
    rest(sakura)
    content = one_line(momo, 3).encode()

    with city.open(Role.ENROLMENT) as section:
        imported = counts_import.preview(content, by=section, at=timezone.now())
        plan = counts_import.plan_of(counts_import.kept_preview(imported).rows)

    assert [facility.pk for facility in plan.missing] == [sumire.facility.pk]
    assert imported.summary["missing"] == 1


# ---------------------------------------------------------------- closing in the past


def test_what_came_for_months_after_the_closing_is_seen_by_both_sections(city, sakura):
    claim = sent(sakura)
    waiting = nursery(city, number="1299900000902")
    give_counts(waiting, JUNE)
    for place in (sakura, waiting):
        close_in_may(place)

    counts = sign_in(city.people[Role.ENROLMENT]).get(f"/c/counts/{JUNE}/").content.decode()
    assert "児童数が残っている施設　2施設" in counts
    assert counts.count(">廃止後</span>") == 2
    officer = sign_in(city.people[Role.OFFICER])
    inbox = officer.get(f"/c/review/?month={JUNE}").content.decode()
    assert "児童数か請求が残っている施設　2施設" in inbox
    review = officer.get(f"/c/review/{claim.pk}/").content.decode()
    assert "廃止後の月の請求です" in review
    assert "令和8年5月31日" in review
    with city.open(Role.OFFICER) as person:
        rows = inbox_queries.inbox(JUNE, duty=Role.OFFICER, user_id=person.user_id).everything
    assert [row.flags[0] for row in rows] == ["廃止後", "廃止後"]


def test_a_facility_that_is_run_has_no_such_sentence(city, sakura):
    claim = sent(sakura)
    officer = sign_in(city.people[Role.OFFICER])

    for address in (f"/c/counts/{JUNE}/", f"/c/review/?month={JUNE}", f"/c/review/{claim.pk}/"):
        assert "廃止後" not in officer.get(address).content.decode()


def test_a_claim_after_the_closing_is_not_approved_among_the_unchanged(city, sakura):
    may = ready_claim(sakura, MAY)
    with sakura.open() as clerk:
        submit(may.pk, shown_hash=may.content_hash, declared=True, by=clerk, at=AT)
    approve(city, may)
    june = sent(sakura)

    close_in_may(sakura)

    with city.open(Role.OFFICER) as officer:
        found = inbox_queries.inbox(JUNE, duty=Role.OFFICER, user_id=officer.user_id)
        result = approvals.approve_unchanged([(june.pk, june.content_hash)], by=officer, at=LATER)
    assert found.preselected == []
    assert result.approved == []


def test_counts_after_the_closing_are_corrected_to_nobody_and_an_approved_claim_to_nothing(city, sakura):
    claim = sent(sakura)
    approve(city, claim)
    close_in_may(sakura)

    with city.open(Role.ENROLMENT) as section:
        with pytest.raises(ProblemsFound, match="廃止後"):
            correct(sakura, {BABY: 1}, section)
        sheet = correct(sakura, {}, section)
    with sakura.open() as clerk:
        confirm(sheet.pk, shown_version=2, by=clerk, at=LATER)

    with city.open():
        correction = Claim.objects.get(corrects=claim)
        assert (correction.status, correction.total_yen) == (ClaimStatus.DRAFT, 0)
        assert month_view(JUNE).not_run == 0, "nothing is left to be mended"
    with sakura.open() as clerk:
        submit(correction.pk, shown_hash=correction.content_hash, declared=True, by=clerk, at=LATER)


def correct(place: Nursery, cells: dict, section) -> CountSheet:
    return correct_counts(
        place.facility.pk, JUNE, cells, shown_version=1, reason="5月末で廃止", by=section, at=LATER
    )


def approve(city: City, claim: Claim) -> None:
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=LATER)
