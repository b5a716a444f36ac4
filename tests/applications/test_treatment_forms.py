"""The shipped forms of 処遇改善等加算: their numbers, their checks, many people, and how they look."""

import pytest

from tests.applications.treatment_samples import ITEMS, METHOD, filled_for, people, values_of, wages
from tests.documents.packs.golden import assert_looks_like
from tests.documents.packs.printed import Printed, pack_of, printed
from tests.documents.packs.recalculated import needs_libreoffice, wrong_results

CHILDREN = {"n0": "8.25", "n1": "14", "n2": "15.5", "n3mid": "0", "n3": "18", "n4": "33"}
PLAN = {
    "expected_yen": 3_456_789,
    "starting_yen": 45_000_000,
    "paid_yen": 48_200_000,
    "insurance_yen": 480_000,
    "method": METHOD,
}
REPORT = {
    "category_2_yen": 900_000,
    "carried_yen": 0,
    "insurance_yen": 9_800_000,
    "payroll_yen": 78_000_000,
    "paid_out_yen": 0,
    "paid_in_yen": 0,
}
PLAN_OF_BEFORE = {
    "is_new": True,
    "percent": 6,
    "expected_yen": 9_876_543,
    "specific_yen": 1_234_567,
    "paid_yen": 62_000_000,
    "carried_yen": 100_000,
    "ii_yen": 0,
    "iii_yen": 1_200_000,
    "base_level_yen": 58_900_000,
    "revision_yen": 700_000,
    "before_yen": 300_000,
    "insurance_yen": 210_000,
    "paid_out_yen": 50_000,
    "paid_in_yen": 20_000,
    "method": METHOD,
}
REPORT_OF_BEFORE = {
    "is_new": True,
    "specific_yen": 900_000,
    "insurance_yen": 150_000,
    "paid_out_yen": 0,
    "paid_in_yen": 0,
}
TYPED = {
    "rate_certification": {"support": "園外研修（年3回）の費用と時間を施設が負担する。"},
    "treatment_3": {**CHILDREN, "other": "4.5"},
    "treatment_2": {**CHILDREN, "n12": "29.5", "other": "4.5"},
    "treatment_iii": {**CHILDREN, "n12": "29.5", "other": "6.2", "less": "1"},
    "pledge": {},
    "wage_plan": PLAN,
    "wage_report": REPORT,
    "treatment_3_report": {},
}
BEFORE = {"wage_plan": PLAN_OF_BEFORE, "wage_report": REPORT_OF_BEFORE}
FORMS = (
    ("treatment_rates", 2025, "rate_certification"),
    ("treatment_rates", 2023, "rate_certification"),
    ("treatment_headcounts", 2025, "treatment_3"),
    ("treatment_headcounts", 2023, "treatment_2"),
    ("treatment_iii_headcount", 2023, "treatment_iii"),
    ("wage_pledge", 2025, "pledge"),
    ("wage_plan", 2025, "wage_plan"),
    ("wage_report", 2025, "wage_report"),
    ("wage_plan", 2023, "wage_plan"),
    ("wage_report", 2023, "wage_report"),
    ("treatment_3_report", 2025, "treatment_3_report"),
)
MANY = 500


def form_of(code: str, year: int, item: str, count: int = 14, **instead) -> Printed:
    fiscal_year = 2024 if year == 2023 else 2026
    typed = dict(BEFORE[item] if year == 2023 and item in BEFORE else TYPED[item])
    if item == "wage_report":
        typed["staff"] = wages(count, before=year == 2023)
    if item == "treatment_3_report":
        typed["staff"] = {one["member"]: {"monthly_yen": 10_000, "months": 12} for one in people(count)[:9]}
    made = filled_for(ITEMS[fiscal_year][item], count, fiscal_year, **{**typed, **instead})
    return printed(code, year, values_of(made, pack_of(code, year).manifest.title, fiscal_year))


@pytest.mark.parametrize(("code", "year", "item"), FORMS)
def test_it_looks_as_somebody_has_seen_it(code, year, item):
    form = form_of(code, year, item)
    stage = "report/" if item.endswith("report") else ""
    assert form.pack.manifest.of == f"treatment/{stage}{item}"
    assert_looks_like(f"{code}_{year}", form.pdf)


@pytest.mark.parametrize(
    ("code", "year", "item"),
    [
        ("treatment_rates", 2025, "rate_certification"),
        ("wage_report", 2025, "wage_report"),
        ("wage_report", 2023, "wage_report"),
    ],
)
def test_its_sheet_of_people_looks_as_somebody_has_seen_it(code, year, item):
    assert_looks_like(f"{code}_{year}_people", form_of(code, year, item).pdf, page=2)


@pytest.mark.parametrize(("code", "year", "item"), FORMS)
def test_nothing_is_wrong_while_nothing_is_known(code, year, item):
    fiscal_year = 2024 if year == 2023 else 2026
    values = values_of(filled_for(ITEMS[fiscal_year][item], 1, fiscal_year), "様式", fiscal_year)
    empty = {
        **values,
        "answers": dict.fromkeys(values["answers"]),
        **{name: [] for name in values if name.startswith("answers_")},
    }
    form = printed(code, year, empty)
    assert form.html
    assert form.workbook


@pytest.mark.parametrize(
    ("code", "item", "sheet", "rows"),
    [
        ("treatment_rates", "rate_certification", "職員表", 30),
        ("wage_report", "wage_report", "明細", 28),
    ],
)
def test_five_hundred_people_go_on_over_as_many_sheets_as_they_need(code, item, sheet, rows):
    form = form_of(code, 2025, item, MANY)
    sheets = [one for one in form.filled.sheets if one.template == sheet]
    assert len(sheets) == -(-MANY // rows)
    assert len(form.filled.tables["staff"]) == MANY
    assert form.html, "every name has room in its cell"


def test_sums_of_the_sheets_come_to_those_of_the_application():
    rates = form_of("treatment_rates", 2025, "rate_certification", MANY)
    answers = rates.values["answers"]
    assert rates.total("page_counted") == answers["counted"]
    assert rates.total("page_months") == answers["total_months"]
    report = form_of("wage_report", 2025, "wage_report", MANY)
    assert report.total("page_gain") == report.values["answers"]["gain_yen"]
    assert report.total("page_monthly_gain") == report.values["answers"]["monthly_gain_yen"]


def test_months_are_parted_into_here_and_elsewhere():
    form = form_of("treatment_rates", 2025, "rate_certification")
    (third,) = [row for row in form.filled.tables["staff"] if row["place"] == "3"]
    assert [
        third[f"{name}_{part}"] for name in ("here", "elsewhere", "all") for part in ("years", "rest")
    ] == [
        "1",
        "9",
        "1",
        "3",
        "3",
        "0",
    ]


@pytest.mark.parametrize(("paid", "words"), [(48_200_000, "適"), (47_000_000, "否")])
def test_a_plan_that_is_not_enough_says_so(paid, words):
    form = form_of("wage_plan", 2025, "wage_plan", paid_yen=paid)
    assert form.filled.texts["planned_yen"] == "3,456,000"
    assert form.filled.texts["is_enough"] == words


def test_a_report_says_whether_it_is_enough_and_half_of_it_monthly():
    enough = form_of("wage_report", 2025, "wage_report").filled.texts
    assert [enough[key] for key in ("is_enough", "half_in_base", "rest_yen")] == ["適", "適", "0"]
    staff = {
        member: {**row, "base": row["last_base"], "allowance": 120_000} for member, row in wages(14).items()
    }
    short = form_of("wage_report", 2025, "wage_report", staff=staff).filled.texts
    assert [short[key] for key in ("is_enough", "half_in_base")] == ["否", "否"]
    assert short["rest_yen"] != "0"


@pytest.mark.parametrize(("age1", "result", "total"), [(False, "4.9", "9.6"), (True, "5.3", "10")])
def test_children_of_one_and_two_are_counted_apart_with_the_addition(age1, result, total):
    made = filled_for(ITEMS[2026]["treatment_3"], 14, **TYPED["treatment_3"])
    values = values_of(made, "様式")
    answers = {**values["answers"], "age1": age1}
    form = printed("treatment_headcounts", 2025, {**values, "answers": answers})
    assert form.filled.texts["r12_result"] == result
    if not age1:
        assert form.filled.texts["by_age"] == total


@pytest.mark.parametrize(
    ("is_new", "paid", "words"),
    [
        (True, 62_000_000, ("適", "")),
        (True, 60_900_000, ("否", "")),
        (False, 60_600_000, ("", "適")),
        (False, 60_500_000, ("", "否")),
    ],
)
def test_until_2024_a_plan_is_measured_by_its_reason(is_new, paid, words):
    form = form_of("wage_plan", 2023, "wage_plan", is_new=is_new, paid_yen=paid)
    assert form.filled.texts["starting_yen"] == "59,300,000"
    assert (form.filled.texts["is_enough"], form.filled.texts["keeps_level"]) == words


def test_until_2024_each_person_comes_to_sixteen():
    form = form_of("wage_report", 2023, "wage_report")
    first, second = form.filled.tables["staff"][:2]
    asked = ("last_total", "revision_guide", "starting", "total", "gain")
    assert [first[key] for key in asked] == ["3,120,000", "24,960", "3,134,000", "3,250,000", "98,000"]
    assert [second[key] for key in asked] == ["3,132,000", "0", "3,132,000", "3,262,000", "130,000"]
    assert form.total("page_gain") == form.values["answers"]["gain_yen"]
    assert form.total("page_starting") == form.values["answers"]["starting_yen"]


def test_only_who_applies_has_a_form():
    for code, year, _ in FORMS:
        assert pack_of(code, year).manifest.when == "application.wanted"


@needs_libreoffice
@pytest.mark.parametrize(
    ("code", "year", "item"),
    [
        ("treatment_rates", 2025, "rate_certification"),
        ("treatment_headcounts", 2025, "treatment_3"),
        ("treatment_iii_headcount", 2023, "treatment_iii"),
        ("wage_plan", 2023, "wage_plan"),
        ("wage_report", 2025, "wage_report"),
        ("wage_report", 2023, "wage_report"),
    ],
)
def test_a_spreadsheet_program_comes_to_the_same(code, year, item):
    assert wrong_results(form_of(code, year, item, 33).workbook) == []


@needs_libreoffice
@pytest.mark.parametrize("year", [2023, 2025])
def test_a_draft_without_somebodys_wages_has_no_sums_anywhere(year):
    staff = wages(5, before=year == 2023)
    del staff[people(5)[1]["member"]]
    form = form_of("wage_report", year, "wage_report", 5, staff=staff)
    assert form.filled.texts["gain_yen"] == ""
    assert wrong_results(form.workbook) == []
