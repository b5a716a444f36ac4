"""The month's few facts: asked only when needed, saved once, and never under a claim that has gone to the city."""

import pytest

from claims.composing import stored_line_as_row
from claims.facts import MEAL_DAYS, SATURDAYS, SPENT
from claims.forms import FactsForm
from claims.models import MonthlyFacts
from claims.operations import facts
from claims.operations.submitting import submit, withdraw
from facilities.rules import NotAllowed, ProblemsFound
from tests.cast import JUNE, City, Nursery, give_counts, make_city
from tests.claims.stage import AT, confirmed, current_claim, kindergarten, nursery, ready_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def _save(place: Nursery, shown_version: int = 0, **values: int):
    with place.open() as clerk:
        return facts.save(place.facility, JUNE, values, shown_version=shown_version, by=clerk, at=AT)


def test_saving_the_facts_completes_the_draft(sakura: Nursery) -> None:
    confirmed(sakura)
    before = current_claim(sakura)

    result = _save(sakura, saturday_closures=1)

    after = current_claim(sakura)
    assert before.missing == ["saturday_closures"]
    assert result is not None
    assert (after.pk, after.missing, after.total_yen) == (before.pk, [], 12_028_530)


def test_facts_may_be_saved_before_the_counts_are_confirmed(sakura: Nursery) -> None:
    give_counts(sakura)

    assert _save(sakura, saturday_closures=1) is None

    with sakura.open():
        assert MonthlyFacts.objects.get().saturday_closures == 1


def test_facts_of_a_month_without_counts_are_refused(sakura: Nursery) -> None:
    with pytest.raises(ProblemsFound, match="まだ届いていません"):
        _save(sakura, saturday_closures=1)


def test_a_stale_screen_is_shown_what_another_screen_has_saved(sakura: Nursery) -> None:
    confirmed(sakura)
    _save(sakura, saturday_closures=1)

    with pytest.raises(facts.SavedElsewhere) as refusal:
        _save(sakura, shown_version=0, saturday_closures=2)

    assert refusal.value.saved.saturday_closures == 1
    assert refusal.value.saved.version == 1
    _save(sakura, shown_version=1, saturday_closures=2)
    with sakura.open():
        assert MonthlyFacts.objects.get().version == 2


def test_facts_cannot_change_under_a_submitted_claim_and_can_after_withdrawing(sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)

    with pytest.raises(NotAllowed, match="先に請求を取り下げて"):
        _save(sakura, shown_version=1, saturday_closures=2)

    with sakura.open() as clerk:
        withdraw(claim.pk, by=clerk, at=AT)
    _save(sakura, shown_version=1, saturday_closures=2)
    assert current_claim(sakura).content_hash != claim.content_hash


def test_the_city_does_not_save_facts_for_a_facility(city: City, sakura: Nursery) -> None:
    confirmed(sakura)

    with city.open() as administrator, pytest.raises(NotAllowed, match="施設の方だけ"):
        facts.save(sakura.facility, JUNE, {"saturday_closures": 1}, shown_version=0, by=administrator, at=AT)


@pytest.mark.parametrize(
    "values",
    [{"saturday_closures": 5}, {"side_dish_days": 21}, {"meal_days_a_week": 6}, {"saturday_closures": -1}],
)
def test_a_value_out_of_range_is_refused_by_the_operation_too(
    sakura: Nursery, values: dict[str, int]
) -> None:
    confirmed(sakura)

    with pytest.raises(ProblemsFound, match="整数で入力"):
        _save(sakura, **values)


def test_another_price_row_follows_another_fact(city: City) -> None:
    momo = kindergarten(city, items={"meals": {"variant": "in_house"}})
    confirmed(momo)
    _save(momo, meal_days_a_week=5)
    with momo.open():
        five = stored_line_as_row(current_claim(momo).lines.get(code="meals"))

    _save(momo, shown_version=1, meal_days_a_week=4)

    with momo.open():
        four = stored_line_as_row(current_claim(momo).lines.get(code="meals"))
    assert four["amount_yen"] * 5 == five["amount_yen"] * 4


@pytest.mark.parametrize(("typed", "value"), [("3", 3), ("３", 3), (" 3 ", 3), ("0", 0), ("０", 0)])
def test_numbers_are_read_as_people_type_them(typed: str, value: int) -> None:
    form = FactsForm({"version": "0", "saturday_closures": typed}, asked=[SATURDAYS], month=JUNE)

    assert form.is_valid(), form.errors
    assert form.values == {"saturday_closures": value}


@pytest.mark.parametrize("typed", ["", "三", "1.5", "-1", "5", "1e1", "９９９９９９９９９９９９"])
def test_what_is_not_a_possible_number_is_refused_beside_the_field(typed: str) -> None:
    form = FactsForm({"version": "0", "saturday_closures": typed}, asked=[SATURDAYS], month=JUNE)

    assert not form.is_valid()
    assert "0から4の整数で入力してください。" in form.errors["saturday_closures"][0]


def test_yen_may_carry_separators() -> None:
    form = FactsForm(
        {"version": "0", "strengthening_spent_yen": "１５０，０００円"}, asked=[SPENT], month=JUNE
    )

    assert form.is_valid(), form.errors
    assert form.values == {"strengthening_spent_yen": 150_000}


def test_every_problem_of_the_form_comes_at_once() -> None:
    form = FactsForm({"version": "0"}, asked=[MEAL_DAYS, SATURDAYS], month=JUNE)

    assert set(form.errors) == {"meal_days_a_week", "saturday_closures"}
