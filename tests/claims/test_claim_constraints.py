"""Each way of breaking a claim, its lines and its facts is refused by the database itself."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, transaction

from claims.models import Claim, ClaimLine, CountSheet, MonthlyFacts, Obstacle
from claims.operations.submitting import submit
from tests.cast import JUNE, City, Nursery, make_city
from tests.claims.stage import AT, current_claim, give_facts, nursery, ready_claim

pytestmark = pytest.mark.django_db
SOMEBODY = uuid4()


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def submitted(sakura: Nursery) -> Claim:
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    return current_claim(sakura)


def _refused(place: Nursery, name: str, act: Callable[[], Any]) -> None:
    with place.open(), pytest.raises(Error) as refusal, transaction.atomic():
        act()
    assert name in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("claim_month_is_a_first_day", {"month": JUNE.first_day.replace(day=2)}),
        ("claim_payer_is_a_code", {"payer_code": "青葉台"}),
        ("claim_submission_has_time_and_person", {"submitted_by": SOMEBODY}),
        ("claim_is_decided_after_submission", {"first_decided_at": AT}),
        ("claim_approval_has_time_and_person", {"approved_at": AT}),
        ("claim_return_has_time_person_and_reason", {"return_reason": "理由だけ"}),
        ("claim_return_has_time_person_and_reason", {"returned_at": AT, "returned_by": SOMEBODY}),
        ("claim_status_and_times_agree", {"status": "submitted"}),
        ("claim_status_and_times_agree", {"submitted_at": AT, "submitted_by": SOMEBODY}),
    ],
)
def test_a_draft_that_contradicts_itself_is_refused(
    sakura: Nursery, name: str, broken: dict[str, Any]
) -> None:
    claim = ready_claim(sakura)

    _refused(sakura, name, lambda: Claim.objects.filter(pk=claim.pk).update(**broken))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("claim_submission_has_time_and_person", {"submitted_by": None}),
        ("claim_verdict_is_a_decision", {"status": "approved", "approved_at": AT, "approved_by": SOMEBODY}),
        (
            "claim_verdict_is_a_decision",
            {"status": "returned", "returned_at": AT, "returned_by": SOMEBODY, "return_reason": "理由"},
        ),
        ("claim_status_and_times_agree", {"status": "approved", "first_decided_at": AT}),
        ("claim_status_and_times_agree", {"status": "returned", "first_decided_at": AT}),
        ("claim_status_and_times_agree", {"approved_at": AT, "approved_by": SOMEBODY}),
        (
            "claim_status_and_times_agree",
            {"status": "superseded", "approved_at": AT, "approved_by": SOMEBODY},
        ),
    ],
)
def test_a_submitted_claim_that_contradicts_itself_is_refused(
    sakura: Nursery, submitted: Claim, name: str, broken: dict[str, Any]
) -> None:
    _refused(sakura, name, lambda: Claim.objects.filter(pk=submitted.pk).update(**broken))


def test_there_is_one_open_claim_a_month_and_payer(sakura: Nursery, submitted: Claim) -> None:
    def second() -> None:
        submitted.pk, submitted.version = uuid4(), 2
        submitted.save(force_insert=True)

    _refused(sakura, "one_open_claim", second)


def test_a_version_is_there_once(sakura: Nursery, submitted: Claim) -> None:
    def again() -> None:
        submitted.pk, submitted.status = uuid4(), "superseded"
        submitted.save(force_insert=True)

    _refused(sakura, "claim_version_once", again)


@pytest.mark.parametrize(
    "change",
    [
        {"snapshot": {}},
        {"total_yen": 1},
        {"content_hash": "0" * 64},
        {"rate_book": "another"},
        {"rate_book_hash": "0" * 64},
        {"child_total": 1},
        {"version": 9},
        {"payer_code": "129998"},
        {"month": JUNE.plus(1).first_day},
    ],
)
def test_the_content_of_a_submitted_claim_cannot_change(
    sakura: Nursery, submitted: Claim, change: dict[str, Any]
) -> None:
    _refused(sakura, "immutable", lambda: Claim.objects.filter(pk=submitted.pk).update(**change))


def test_lines_of_a_submitted_claim_can_neither_change_nor_go_nor_come(
    sakura: Nursery, submitted: Claim
) -> None:
    lines = lambda: ClaimLine.objects.filter(claim=submitted)  # noqa: E731
    _refused(sakura, "immutable", lambda: lines().update(amount_yen=1))
    _refused(sakura, "immutable", lambda: lines().delete())

    def another() -> None:
        ClaimLine.objects.create(
            municipality=sakura.city.municipality,
            facility=sakura.facility,
            claim=submitted,
            position=99,
            code="bus",
            label="通園送迎",
            section="addition",
            amount_yen=1,
        )

    _refused(sakura, "immutable", another)


def test_a_line_is_there_once(sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    with sakura.open():
        line = claim.lines.first()

    def again(**other: Any) -> None:
        line.pk = uuid4()
        for name, value in other.items():
            setattr(line, name, value)
        line.save(force_insert=True)

    _refused(sakura, "claim_line_position_once", lambda: again(code="another"))
    _refused(sakura, "claim_line_item_once", lambda: again(code="base", position=98))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("facts_month_is_a_first_day", {"month": JUNE.first_day.replace(day=30)}),
        ("facts_meal_days_fit_a_week", {"meal_days_a_week": 6}),
        ("facts_side_dish_days_have_a_ceiling", {"side_dish_days": 21}),
        ("facts_saturdays_fit_a_month", {"saturday_closures": 6}),
    ],
)
def test_impossible_facts_are_refused(sakura: Nursery, name: str, broken: dict[str, Any]) -> None:
    facts = give_facts(sakura, saturday_closures=1)

    _refused(sakura, name, lambda: MonthlyFacts.objects.filter(pk=facts.pk).update(**broken))


def test_facts_and_obstacles_are_there_once_a_month(sakura: Nursery) -> None:
    own = {"municipality": sakura.city.municipality, "facility": sakura.facility, "month": JUNE.first_day}
    give_facts(sakura, saturday_closures=1)
    with sakura.open():
        Obstacle.objects.create(**own, kind="no_price", message="単価なし", found_at=AT)

    _refused(
        sakura,
        "facts_once_a_month",
        lambda: MonthlyFacts.objects.create(**own, saved_at=AT, saved_by=SOMEBODY),
    )
    _refused(
        sakura,
        "one_obstacle_a_month",
        lambda: Obstacle.objects.create(**own, kind="no_price", message="単価なし", found_at=AT),
    )


def test_a_claim_cannot_stand_on_another_citys_counts(sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    far = nursery(make_city("129998", "となり市"), number="1299800000001")
    other = ready_claim(far)

    with sakura.open(), pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(sheet_id=other.sheet_id)


def test_a_strangers_claims_are_not_even_counted(city: City, submitted: Claim) -> None:
    sumire = nursery(city, number="1299900000902")

    with sumire.open():
        assert Claim.objects.count() == 0
        assert ClaimLine.objects.count() == 0
        assert CountSheet.objects.count() == 0
        assert MonthlyFacts.objects.count() == 0
