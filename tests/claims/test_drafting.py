"""Claims make themselves from confirmed counts, facts, profile, granted items and the book in force."""

import io
import json
from contextlib import redirect_stdout
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.models import Event
from claims import composing
from claims.checks import before_submission
from claims.composing import (
    CannotDraft,
    Ingredients,
    compose,
    content_hash,
    line_as_row,
    reproduce,
    stored_line_as_row,
)
from claims.facts import waits
from claims.models import ChildCount, Claim, ClaimLine, CountSheet, Obstacle
from claims.operations import drafting
from claims.operations.drafting import counts_corrected, draft, draft_month
from claims.states import ClaimStatus, SheetStatus
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem, Municipality, Ownership
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.scope import scope
from pricing import shipped_books
from rate_books import in_force
from tests.cast import APRIL, JUNE, NURSERY_CELLS, City, give_counts, make_city, make_facility
from tests.claims.stage import AT, confirmed, current_claim, give_facts, kindergarten, nursery, ready_claim

pytestmark = pytest.mark.django_db
MARCH = ServiceMonth(2027, 3)


@pytest.fixture
def city() -> City:
    return make_city()


def test_the_worked_nursery_becomes_a_claim_to_the_yen(city: City) -> None:
    sakura = nursery(city)

    claim = ready_claim(sakura)

    assert claim.total_yen == 12_028_530
    assert claim.rate_book == "2026-04-sample"
    assert claim.is_sample_priced
    assert claim.missing == []
    assert claim.child_total == 88


def test_the_worked_kindergarten_becomes_a_claim_to_the_yen(city: City) -> None:
    momo = kindergarten(city)

    claim = ready_claim(momo)

    assert claim.total_yen == 7_007_150
    assert claim.rate_book == "2026-04"
    assert not claim.is_sample_priced


def test_a_claim_is_reproduced_from_its_snapshot_line_by_line(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)

    quote = reproduce(claim)

    with sakura.open():
        stored = [stored_line_as_row(line) for line in claim.lines.order_by("position")]
    assert [line_as_row(line) for line in quote.lines] == stored
    assert quote.total_yen == claim.total_yen == sum(line["amount_yen"] for line in stored)
    assert content_hash(claim.snapshot, stored, claim.rate_book_status) == claim.content_hash


def test_the_snapshot_is_what_the_quote_command_answers(city: City, tmp_path: Any) -> None:
    claim = ready_claim(kindergarten(city))
    asked = tmp_path / "snapshot.json"
    asked.write_text(json.dumps(claim.snapshot), encoding="utf-8")

    answer = io.StringIO()
    with redirect_stdout(answer):
        call_command("quote", str(asked), stdout=answer)

    assert json.loads(answer.getvalue())["total_yen"] == claim.total_yen


def test_each_paying_municipality_has_its_own_claim_and_n_counts_all_children(city: City) -> None:
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20)
    sheet = give_counts(momo, cells=(("1", "4", "education", 59), ("1", "3", "education", 35)))
    with momo.open():
        ChildCount.objects.create(
            municipality=city.municipality,
            facility=momo.facility,
            sheet=sheet,
            payer_code="129998",
            certification="1",
            age="5",
            hours="education",
            count=1,
        )

    with momo.open() as clerk:
        drafting_result = _confirm(sheet, clerk)

    own, other = drafting_result.claims
    assert (own.payer_code, own.outside, own.child_total) == ("129999", False, 94)
    assert (other.payer_code, other.outside, other.child_total) == ("129998", True, 1)
    assert reproduce(own).enrolled == reproduce(other).enrolled == 95
    with momo.open():
        codes = set(other.lines.values_list("code", flat=True))
    assert "side_dish_exemption" not in codes, "the exemption was granted for the own city's children"


def _confirm(sheet: CountSheet, clerk: Any) -> Any:
    from claims.operations.confirming import confirm

    return confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=AT).drafted


def test_classes_four_and_five_are_priced_together_and_one_and_two_stay_apart(city: City) -> None:
    claim = ready_claim(nursery(city))

    classes = {(child["age_class"], child["hours"]): child["count"] for child in claim.snapshot["children"]}

    assert classes == {
        ("0", "standard"): 8,
        ("1", "standard"): 13,
        ("1", "short"): 1,
        ("2", "standard"): 15,
        ("3", "standard"): 16,
        ("3", "short"): 2,
        ("4plus", "standard"): 31,
        ("4plus", "short"): 2,
    }


def test_an_item_whose_fact_is_missing_is_left_out_and_named(city: City) -> None:
    sakura = nursery(city)
    momo = kindergarten(city)

    confirmed(sakura)
    confirmed(momo)

    assert current_claim(sakura).missing == ["saturday_closures"]
    claim = current_claim(momo)
    assert claim.missing == ["side_dish_days"]
    with momo.open():
        assert not claim.lines.filter(code="side_dish_exemption").exists()


def test_a_month_without_meals_claims_none_and_misses_nothing(city: City) -> None:
    momo = kindergarten(city, items={"meals": {"variant": "in_house"}})
    give_facts(momo, meal_days_a_week=0)

    confirmed(momo)

    claim = current_claim(momo)
    assert claim.missing == []
    assert claim.snapshot["items"] == []


def test_meals_are_multiplied_by_the_days_of_the_month(city: City) -> None:
    momo = kindergarten(city, items={"meals": {"variant": "in_house"}})
    give_facts(momo, meal_days_a_week=4)

    confirmed(momo)

    assert current_claim(momo).snapshot["items"] == [{"code": "meals", "variant": "in_house", "weekdays": 4}]


@pytest.mark.parametrize(
    ("month", "closures", "variant"),
    [
        (JUNE, 0, None),
        (JUNE, 1, "1"),
        (JUNE, 2, "2"),
        (JUNE, 3, "3_or_more"),
        (JUNE, 4, "all"),
        (ServiceMonth(2026, 8), 4, "3_or_more"),
        (ServiceMonth(2026, 8), 5, "all"),
    ],
)
def test_closed_saturdays_choose_the_variant_of_the_deduction(
    city: City, month: ServiceMonth, closures: int, variant: str | None
) -> None:
    sakura = nursery(city, items={})
    give_facts(sakura, month, saturday_closures=closures)

    confirmed(sakura, month)

    items = current_claim(sakura, month).snapshot["items"]
    assert items == ([{"code": "saturday_closure", "variant": variant}] if variant else [])


def test_march_items_are_claimed_in_march_only(city: City) -> None:
    momo = kindergarten(city, items={"facility_strengthening": {}, "external_audit": {}})
    give_facts(momo, MARCH, strengthening_spent_yen=150_000)

    confirmed(momo, JUNE)
    confirmed(momo, MARCH)

    assert current_claim(momo, JUNE).snapshot["items"] == []
    assert current_claim(momo, JUNE).missing == []
    march = current_claim(momo, MARCH)
    assert march.snapshot["items"] == [
        {"code": "external_audit"},
        {"code": "facility_strengthening", "spent_yen": 150_000},
    ]


def test_only_items_and_profiles_that_hold_in_the_month_count(city: City) -> None:
    momo = kindergarten(city, items={"bus": {}, "chief_teacher": {}})
    with momo.open():
        GrantedItem.objects.filter(code="bus").update(to_month=APRIL.first_day)

    confirmed(momo)

    assert current_claim(momo).snapshot["items"] == [{"code": "chief_teacher"}]


def test_a_type_without_prices_says_so_and_is_listed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    official = [book for book in shipped_books() if book.status == "official"]
    monkeypatch.setattr(in_force, "shipped_books", lambda: tuple(official))
    small = make_facility(city, "つぼみ", number="1299900000921", kind=FacilityKind.SMALL_A, capacity=19)

    confirmed(small, cells=(("3", "0", "standard", 3),))

    with city.open():
        obstacle = Obstacle.objects.get()
        assert not Claim.objects.exists()
    assert obstacle.kind == "no_price"
    assert "小規模保育事業A型の単価がまだ登録されていない" in obstacle.message


def test_a_facility_without_a_profile_cannot_claim_and_can_once_it_has_one(city: City) -> None:
    momo = kindergarten(city)
    with momo.open():
        profile = FacilityProfile.objects.get()
        profile.delete()
    confirmed(momo)
    with momo.open() as clerk:
        assert Obstacle.objects.get().kind == "no_profile"
        profile.save(force_insert=True)

        result = draft(momo.facility, JUNE, by=clerk, at=AT)

        assert result.obstacle is None
        assert len(result.claims) == 1
        assert not Obstacle.objects.exists()


def test_an_item_that_does_not_fit_is_an_obstacle_with_the_reason(city: City) -> None:
    momo = kindergarten(city, items={"holiday_care": {"variant": "up_to_210"}})

    confirmed(momo)

    with momo.open():
        obstacle = Obstacle.objects.get()
    assert obstacle.kind == "not_computable"
    assert "休日保育" in obstacle.message


@pytest.mark.parametrize(
    ("movement", "days", "priced"),
    [
        ("in", 10, {"count": 2, "mid_month_days": 10}),
        ("out", 12, {"count": 2, "mid_month_days": 12, "leaver": True}),
        ("in", 0, None),
    ],
)
def test_children_who_come_or_leave_are_priced_by_days(
    city: City, movement: str, days: int, priced: dict[str, object] | None
) -> None:
    momo = kindergarten(city, items={})
    sheet = give_counts(momo, cells=(("1", "4", "education", 10), ("1", "3", "education", 2)))
    with momo.open() as clerk:
        ChildCount.objects.filter(sheet=sheet, age="3").update(movement=movement, days=days)
        _confirm(sheet, clerk)

    claim = current_claim(momo)
    movers = [child for child in claim.snapshot["children"] if child["age_class"] == "3"]
    lines = {line["code"] for line in lines_of(claim)}
    if priced is None:
        assert movers == []
        assert "mid_month" not in lines
    else:
        (mover,) = movers
        assert {name: mover[name] for name in priced} == priced
        assert ("leaver" in mover) == (movement == "out")
        assert "mid_month" in lines


def test_children_of_a_branch_bring_its_deduction_with_them(city: City) -> None:
    sakura = nursery(city, items={})
    sheet = give_counts(sakura, cells=(("2", "4", "standard", 20), ("2", "5", "standard", 6)))
    with sakura.open() as clerk:
        ChildCount.objects.filter(sheet=sheet, age="5").update(branch=True)
        _confirm(sheet, clerk)

    claim = current_claim(sakura)
    assert {"code": "branch"} in claim.snapshot["items"]
    (line,) = [line for line in lines_of(claim) if line["code"] == "branch"]
    assert line["amount_yen"] < 0
    assert line["parts"][0]["quantity"] == 6
    assert line["parts"][0]["note"] == "分園"


def test_a_kodomoen_is_drafted_with_both_tables(city: City) -> None:
    place = make_facility(
        city, "みどりこども園", number="1299900000921", kind=FacilityKind.CERTIFIED_KODOMOEN, capacity=90
    )
    with city.open():
        FacilityProfile.objects.update(capacity_1=30, approved_capacity=120)
        for code, certification, options in (
            ("nutrition", "", {"variant": "a"}),
            ("side_dish_exemption", "23", {"children": 3}),
            ("climate", "1", {"variant": "other"}),
        ):
            GrantedItem.objects.create(
                municipality=city.municipality,
                facility=place.facility,
                code=code,
                certification=certification,
                options=options,
                from_month=APRIL.first_day,
            )

    confirmed(place, cells=(("1", "4", "education", 12), ("2", "4", "standard", 30), ("3", "0", "short", 6)))

    claim = current_claim(place)
    assert {(line["code"], line["certification"]) for line in lines_of(claim)} == {
        *((code, system) for code in ("base", "treatment_1_2", "nutrition") for system in ("1", "23")),
        ("side_dish_exemption", "23"),
        ("climate", "1"),
    }
    assert claim.missing == ["saturday_closures"]
    assert {line["label"] for line in lines_of(claim) if line["code"] == "base"} == {
        "基本分単価（1号）",
        "基本分単価（2・3号）",
    }


@pytest.mark.parametrize(
    ("disabled", "missing", "priced"),
    [
        ({"1": None, "2": None}, ["disabled_counts"], None),
        # One class without its number leaves the whole unknown.
        ({"1": 2, "2": None}, ["disabled_counts"], None),
        ({"1": 0, "2": 0}, [], None),
        ({"1": 2, "2": 0}, [], 2),
    ],
)
def test_disability_care_waits_for_the_counts_and_is_never_priced_with_nothing(
    city: City, disabled: dict[str, int | None], missing: list[str], priced: int | None
) -> None:
    hana = make_facility(
        city, "はな保育室", kind=FacilityKind.SMALL_A, capacity=19, items={"disability_care": {}}
    )
    give_facts(hana, saturday_closures=0)
    sheet = give_counts(hana, cells=(("3", "1", "standard", 6), ("3", "2", "standard", 5)))
    with hana.open() as clerk:
        for age, number in disabled.items():
            ChildCount.objects.filter(sheet=sheet, age=age).update(disabled_count=number)
        _confirm(sheet, clerk)

    claim = current_claim(hana)

    assert claim.missing == missing
    with hana.open():
        sentences = [one.sentence for one in before_submission(Claim.objects.get(pk=claim.pk))]
    assert sentences == (
        ["不明：うち障害児数（届いた児童数にありません。市の担当課へ連絡してください）"] if missing else []
    )
    assert waits(claim, "disability_care") == bool(missing)
    lines = [line for line in lines_of(claim) if line["code"] == "disability_care"]
    assert [line["parts"][0]["quantity"] for line in lines] == ([] if priced is None else [priced])


def lines_of(claim: Claim) -> list[dict[str, Any]]:
    with scope(claim.municipality_id, None):
        return [composing.stored_line_as_row(line) for line in claim.lines.all()]


def test_a_month_without_children_has_no_claim_and_says_why(city: City) -> None:
    momo = kindergarten(city)

    confirmed(momo, cells=(("1", "4", "education", 0),))

    with momo.open():
        assert "0人" in Obstacle.objects.get().message


def test_drafting_again_changes_nothing_when_nothing_changed(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)

    with sakura.open() as clerk:
        draft(sakura.facility, JUNE, by=clerk, at=AT + timedelta(hours=1))

    again = current_claim(sakura)
    assert (again.pk, again.version, again.drafted_at) == (claim.pk, 1, claim.drafted_at)


def test_a_draft_is_renewed_in_place_when_its_inputs_change(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        GrantedItem.objects.filter(code="rent").delete()

        draft(sakura.facility, JUNE, by=clerk, at=AT)

        renewed = current_claim(sakura)
        assert (renewed.pk, renewed.version) == (claim.pk, 1)
        assert renewed.total_yen == claim.total_yen - 407_440
        assert renewed.content_hash != claim.content_hash
        assert sum(renewed.lines.values_list("amount_yen", flat=True)) == renewed.total_yen


def test_drafts_fall_away_when_no_claim_can_be_made_any_more(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        FacilityProfile.objects.all().delete()

        result = draft(sakura.facility, JUNE, by=clerk, at=AT)

        assert result.claims == ()
        claim.refresh_from_db()
        assert claim.status == ClaimStatus.SUPERSEDED


def test_a_public_facility_is_never_drafted(city: City) -> None:
    public = make_facility(city, ownership=Ownership.PUBLIC)
    confirmed(public)

    with public.open() as clerk, pytest.raises(NotAllowed, match="公立"):
        draft(public.facility, JUNE, by=clerk, at=AT)

    with public.open():
        assert not Claim.objects.exists()
        assert not Obstacle.objects.exists()


def test_counts_that_are_not_confirmed_are_never_drafted(city: City) -> None:
    sakura = nursery(city)
    give_counts(sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="確認"):
        draft(sakura.facility, JUNE, by=clerk, at=AT)


def _correct_counts(city: City, place: Any, cells: Any) -> CountSheet:
    with city.open():
        CountSheet.objects.filter(facility=place.facility).update(status=SheetStatus.SUPERSEDED)
    sheet = give_counts(place, cells=cells, version=2)
    with city.open() as officer:
        counts_corrected(sheet, by=officer, at=AT)
    return sheet


def test_corrected_counts_flag_a_draft_and_confirming_them_renews_it(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)

    sheet = _correct_counts(city, sakura, NURSERY_CELLS[1:])
    flagged = current_claim(sakura)
    with sakura.open() as clerk:
        _confirm(sheet, clerk)

    renewed = current_claim(sakura)
    assert flagged.counts_corrected_at == AT
    assert flagged.content_hash == claim.content_hash
    assert (renewed.pk, renewed.counts_corrected_at, renewed.sheet_id) == (claim.pk, None, sheet.pk)
    assert renewed.child_total == claim.child_total - 8


def test_a_payer_whose_children_were_a_mistake_loses_its_draft(city: City) -> None:
    momo = kindergarten(city)
    confirmed(momo, cells=(("1", "4", "education", 10),), payer_code="129998")
    sheet = _correct_counts(city, momo, (("1", "4", "education", 10),))

    with momo.open() as clerk:
        result = _confirm(sheet, clerk)

        assert [claim.payer_code for claim in result.claims] == ["129999"]
        assert Claim.objects.get(payer_code="129998").status == ClaimStatus.SUPERSEDED


def test_drafting_a_whole_city_takes_no_more_queries_for_more_facilities(city: City) -> None:
    counted: dict[int, int] = {}
    made = 0
    for size in (2, 6):
        while made < size:
            confirmed(nursery(city, number=f"12999000008{made:02}"))
            made += 1
        with city.open() as administrator:
            GrantedItem.objects.filter(code="climate").update(options={"variant": "1" if size == 2 else "2"})
            with CaptureQueriesContext(
                connection,
            ) as queries:
                draft_month(city.municipality, JUNE, by=administrator, at=AT)
        counted[size] = len([q for q in queries if "audit_event" not in q["sql"]])

    assert counted[2] == counted[6]


def test_a_whole_city_is_drafted_facility_by_facility(city: City) -> None:
    sakura, momo = nursery(city), kindergarten(city)
    confirmed(sakura)
    confirmed(momo)
    give_facts(sakura, saturday_closures=1)
    give_facts(momo, side_dish_days=20)

    with city.open() as administrator:
        results = draft_month(city.municipality, JUNE, by=administrator, at=AT)

    totals = {
        facility_id: [claim.total_yen for claim in result.claims] for facility_id, result in results.items()
    }
    assert totals == {sakura.facility.pk: [12_028_530], momo.facility.pk: [7_007_150]}


def test_drafting_is_on_the_record_with_the_rows_it_wrote(city: City) -> None:
    sakura = nursery(city)

    claim = ready_claim(sakura)

    with city.open():
        event = Event.objects.filter(event="claims.drafted").last()
    assert event.rows == {"claim": [str(claim.pk)]}
    assert event.facility_id == sakura.facility.pk


# ---------------------------------------------------------------- laws over any counts

CELLS = st.tuples(
    st.sampled_from(["3mid", "3", "4", "5"]),
    st.sampled_from(["129999", "129998", "129997"]),
    st.integers(min_value=0, max_value=40),
)


def _any_kindergarten(cells: list[tuple[str, str, int]]) -> Ingredients:
    own = Municipality(code="129999", name="青葉台市")
    facility = Facility(
        municipality=own,
        kind=FacilityKind.KINDERGARTEN,
        ownership=Ownership.PRIVATE,
        opened_on=APRIL.first_day,
    )
    sheet = CountSheet(facility=facility, month=JUNE.first_day)
    profile = FacilityProfile(region_percent=10, capacity_1=300, base_percent=10, wage_percent=6)
    grants = [GrantedItem(code="bus"), GrantedItem(code="chief_teacher"), GrantedItem(code="age3_staffing")]
    counts = [
        ChildCount(payer_code=payer, certification="1", age=age, hours="education", count=count)
        for age, payer, count in cells
    ]
    return Ingredients(sheet, facility, "129999", counts, profile, grants)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=8))
def test_the_claims_of_all_payers_add_up_to_the_whole(cells: list[tuple[str, str, int]]) -> None:
    try:
        apart = compose(_any_kindergarten(cells))
    except CannotDraft:
        assert sum(count for _, _, count in cells) == 0
        return

    together = compose(_any_kindergarten([(age, "129999", count) for age, _, count in cells]))

    assert sum(one.quote.total_yen for one in apart) == together[0].quote.total_yen
    assert sum(one.quote.children for one in apart) == together[0].quote.children
    assert {one.quote.enrolled for one in apart} == {together[0].quote.enrolled}


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_counts_never_changes_a_claim(
    cells: list[tuple[str, str, int]], chance: Any
) -> None:
    shuffled = list(cells)
    chance.shuffle(shuffled)
    try:
        first = compose(_any_kindergarten(cells))
    except CannotDraft:
        return

    second = compose(_any_kindergarten(shuffled))

    assert [one.content_hash for one in first] == [one.content_hash for one in second]


def test_every_shipped_book_that_a_claim_names_can_be_found_again() -> None:
    assert {"2026-04", "2026-04-sample"} <= {book.id for book in shipped_books()}


def granted(*codes: str) -> set[tuple[str, str]]:
    """Items granted to every child."""
    return {(code, "") for code in codes}


def test_the_facts_module_asks_only_what_the_granted_items_need() -> None:
    from claims.facts import facts_asked

    asked = facts_asked(
        "kindergarten", granted("meals", "side_dish_exemption", "facility_strengthening"), JUNE
    )
    march = facts_asked("kindergarten", granted("facility_strengthening"), MARCH)
    sakura = facts_asked("nursery", granted("side_dish_exemption"), JUNE)

    assert [fact.name for fact in asked] == ["meal_days_a_week", "side_dish_days"]
    assert [fact.name for fact in march] == ["strengthening_spent_yen"]
    assert [fact.name for fact in sakura] == ["saturday_closures"]
    assert facts_asked("kindergarten", set(), JUNE) == ()
    small = facts_asked("small_a", granted("side_dish_exemption"), JUNE)
    assert [fact.name for fact in small] == ["saturday_closures"]
    assert facts_asked("home_visiting", granted("climate"), JUNE) == ()
    both = {("side_dish_exemption", "23")}, {("side_dish_exemption", "1")}
    asked_of = [[fact.name for fact in facts_asked("certified_kodomoen", one, JUNE)] for one in both]
    assert asked_of == [["saturday_closures"], ["side_dish_days", "saturday_closures"]]
    assert drafting.DraftResult((), None).missing is False


def test_lines_keep_their_order(city: City) -> None:
    claim = ready_claim(nursery(city))

    with city.open():
        lines = ClaimLine.objects.filter(claim=claim).order_by("position")
        assert [line.position for line in lines] == list(range(1, len(lines) + 1))
        assert lines[0].code == "base"
