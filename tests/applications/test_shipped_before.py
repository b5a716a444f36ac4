"""処遇改善等加算 of 令和6年度: its items are filled without a gap, grant what pricing had then, and have forms."""

import pytest

from applications.definitions import Stage
from applications.form_subjects import items_of
from documents.in_force import packs_for
from facilities.models import FacilityKind
from pricing.rule_sets import TABLES
from tests.applications.test_treatment_forms import BEFORE, CHILDREN, TYPED
from tests.applications.treatment_samples import ITEMS, filled_for, wages
from tests.cast import City, make_city

YEAR = 2024
KINDS = list(FacilityKind.values)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def filled(key: str):
    typed = {name: value for name, value in BEFORE.get(key, TYPED[key]).items() if name not in CHILDREN}
    typed.pop("n12", None)
    if key == "wage_report":
        typed["staff"] = wages(8, before=True)
    return filled_for(ITEMS[YEAR][key], 8, YEAR, **typed)


@pytest.mark.parametrize("key", ITEMS[YEAR])
def test_an_item_is_filled_without_a_gap(key):
    made = filled(key)
    assert made.problems == ()
    assert not [one.field.key for one in made.shown if one.field.is_computed and one.is_empty]
    assert made.item.source
    assert made.item.help


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_granted_pricing_had_with_these_options(kind):
    of_year = {
        entry.item.code: entry.item
        for table in TABLES[kind].values()
        for entry in table
        if entry.first_year <= YEAR <= entry.last_year
    }
    for key, item in ITEMS[YEAR].items():
        if item.grants is not None:
            assert set(filled(key).options) == set(of_year[item.grants.code].options), key


def test_reports_stand_on_applications():
    for item in ITEMS[YEAR].values():
        if item.stage is Stage.REPORT:
            assert ITEMS[YEAR][item.reports_on].stage is Stage.APPLICATION


@pytest.mark.parametrize(
    ("year", "item", "code", "begins"),
    [
        (2024, "rate_certification", "treatment_rates", 2023),
        (2025, "rate_certification", "treatment_rates", 2025),
        (2026, "rate_certification", "treatment_rates", 2025),
        (2024, "treatment_2", "treatment_headcounts", 2023),
        (2026, "treatment_3", "treatment_headcounts", 2025),
        (2024, "treatment_iii", "treatment_iii_headcount", 2023),
        (2024, "wage_plan", "wage_plan", 2023),
        (2026, "wage_plan", "wage_plan", 2025),
        (2024, "wage_report", "wage_report", 2023),
        (2026, "wage_report", "wage_report", 2025),
        (2026, "treatment_3_report", "treatment_3_report", 2025),
        (2026, "pledge", "wage_pledge", 2025),
    ],
)
def test_each_item_has_the_form_of_its_year(city, year, item, code, begins):
    with city.open():
        stage = "report/" if item.endswith("report") else ""
        sort = f"treatment/{stage}{item}"
        found = packs_for("application", of=sort, fiscal_year=year, facility_kind="nursery")
    own = [pack.manifest for pack in found if pack.manifest.of]
    assert [(one.code, one.from_year) for one in own] == [(code, begins)]


def test_there_is_no_pledge_before_the_categories(city):
    with city.open():
        found = packs_for("application", of="treatment/pledge", fiscal_year=2024, facility_kind="nursery")
    assert "wage_pledge" not in {pack.manifest.code for pack in found}


def test_a_family_the_year_lacks_is_that_of_the_nearest():
    before, now = items_of(YEAR), items_of(2026)
    assert before["treatment/treatment_2"].key == "treatment_2"
    assert "treatment/treatment_2" not in now
    assert before["price/holiday_care"] == now["price/holiday_care"]
    assert "treatment/treatment_3" in items_of(2025), "of two as near the later one"
