"""Applications of the demo: every line of its README, and that no claim has changed by them."""

from collections import Counter
from datetime import date

import pytest

from accounts.models import User
from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from applications.queries.year import State, year_of
from applications.rounds import standing_of
from applications.states import PackState, VersionStatus
from approvals.models import RateCertificate
from facilities.models import Facility, FacilityKind
from facilities.scope import scope
from portal.demo import applications as story
from portal.demo.scene import moment

AT = moment(6, 1, 10)


def versions(digits: str, *states: VersionStatus) -> list[ApplicationVersion]:
    """The newest versions of one facility, in these states."""
    rows = ApplicationVersion.objects.filter(facility__number=story.NUMBER + digits)
    newest = {
        row.application_id: row for row in rows.select_related("application", "pack").order_by("number")
    }
    return [row for row in newest.values() if not states or row.status in states]


def states(digits: str) -> set[str]:
    return {row.status for row in versions(digits)}


def test_no_claim_nothing_granted_and_no_work_has_changed_by_them(seeded):
    before, after = seeded.around_applications
    assert before.claims == after.claims
    assert before.lines == after.lines
    assert before.granted == after.granted
    assert before.work == after.work


def test_four_packs_were_loaded_by_one_and_released_by_another(city):
    packs = ItemPack.objects.filter(fiscal_year=2026)
    logins = dict(User.objects.values_list("pk", "login_id"))
    assert {pack.state for pack in packs} == {PackState.RELEASED}
    assert {(logins[pack.prepared_by], logins[pack.released_by]) for pack in packs} == {("kanri", "kanri2")}
    assert sorted(pack.pack_id for pack in packs) == ["city", "prefecture", "price", "treatment"]


@pytest.mark.parametrize("digits", story.APPROVED)
def test_approved_whole(city, digits):
    mine = versions(digits)
    changed = {row.application.item_key for row in mine if row.status != VersionStatus.APPROVED}
    assert changed == ({"holiday_care"} if digits == story.CHANGED else set())
    facility = Facility.objects.get(number=story.NUMBER + digits)
    first = year_of(city, facility, 2026, AT).round(1)
    assert first is not None
    assert first.is_done


def test_of_all_types_somebody_has_sent_something(city):
    sent = ApplicationVersion.objects.exclude(submitted_at=None).values_list("facility__kind", flat=True)
    assert set(sent) == set(FacilityKind.values)


@pytest.mark.parametrize("digits", [*story.WITH_THE_OFFICER, *story.WITH_THE_CHIEF])
def test_waiting(city, digits):
    sent = versions(digits, VersionStatus.SUBMITTED)
    decided = {row.first_decided_at is not None for row in sent}
    assert decided == {digits in story.WITH_THE_CHIEF}
    # What waits for the roster stays a draft.
    assert {row.application.item_key for row in versions(digits, VersionStatus.DRAFT)} <= {
        "monthly_allowance",
        "teacher_pay",
    }


def test_returned_with_a_reason_and_a_remark(city):
    (returned,) = versions(story.RETURNED, VersionStatus.RETURNED)
    assert returned.application.item_key == "nutrition"
    assert returned.return_reason.startswith(story.REASON)
    assert "回数も書いてください" in returned.return_reason


def test_begun_with_something_nobody_can_read(city):
    assert states(story.DRAFTED) == {VersionStatus.DRAFT}
    unread = {row.application.item_key: row.content.get("unread") for row in versions(story.DRAFTED)}
    assert {key: texts for key, texts in unread.items() if texts} == {
        "monthly_allowance": {"personnel_yen": "約1億3千万"}
    }


def test_sent_late_with_its_reason(city):
    reasons = Counter(row.late_reason for row in versions(story.LATE, VersionStatus.SUBMITTED))
    assert set(reasons) == {story.LATE_REASON}


def test_opened_again(city):
    facility = Facility.objects.get(number=story.NUMBER + story.REOPENED)
    standing = standing_of(facility, 2026, 1, AT)
    assert (standing.is_open, standing.until) == (True, date(2026, 6, 15))
    assert standing.reopening_reason == story.REOPENED_REASON


def test_a_change_from_june_waits_beside_what_was_approved(city):
    (change,) = versions(story.CHANGED, VersionStatus.SUBMITTED)
    assert (change.application.item_key, change.from_month) == ("holiday_care", date(2026, 6, 1))
    assert change.replaces is not None
    assert change.replaces.is_wanted is False


def test_rates_are_on_their_way_and_one_waits_for_a_second_person(city):
    with scope(city.pk, None):
        rows = list(RateCertificate.objects.order_by("facility__number"))
    assert [row.forwarded_on is not None for row in rows] == [True, True, True, False]
    assert [row.awaits_confirmation for row in rows] == [False, False, True, False]
    assert not any(row.holds for row in rows)


def test_everybody_else_is_late(city):
    facility = Facility.objects.get(number="1299900000008")
    first = year_of(city, facility, 2026, AT).round(1)
    assert first is not None
    assert {line.state for line in first.lines} == {State.EMPTY}
    assert first.standing.is_over


def test_nobody_has_typed_what_was_known(city):
    assert TypedField.objects.exists()
    assert not TypedField.objects.filter(knew=True).exists()


def test_what_is_approved_is_still_what_is_known(city):
    """A second look of the facility itself: every value that was known is known the same."""
    for row in versions("160", VersionStatus.APPROVED):
        with scope(row.municipality_id, [row.facility_id]):
            filled = fill_for(row.facility, 2026, item_of(row.pack, row.application.item_key), row)
        sent = {key: kept["value"] for key, kept in row.content["sent"].items()}
        assert not row.is_wanted or filled.values == sent, row.application.item_key
