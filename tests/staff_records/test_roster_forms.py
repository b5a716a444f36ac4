"""The shipped forms of a roster: nothing lost over the sheets, sums that add up, and how they look."""

import pytest

from tests.documents.packs.golden import assert_looks_like
from tests.documents.packs.printed import pack_of, printed
from tests.documents.packs.recalculated import needs_libreoffice, wrong_results
from tests.staff_records.sample_roster import values_of

FORMS = (
    ("roster", 2015),
    ("experience_table", 2015),
    ("treatment_leaders", 2025),
    ("treatment_leaders", 2017),
    ("training_history", 2015),
)
MANY = 500


@pytest.mark.parametrize(("code", "year"), FORMS)
def test_it_looks_as_somebody_has_seen_it(code, year):
    form = printed(code, year, values_of(pack_of(code, year).manifest.title, 14))
    assert_looks_like(f"{code}_{year}", form.pdf)


@pytest.mark.parametrize(
    ("code", "sheet", "rows"), [("roster", "職員名簿", 24), ("experience_table", "経験年数算定表", 17)]
)
def test_five_hundred_people_go_on_over_as_many_sheets_as_they_need(code, sheet, rows):
    values = values_of("職員名簿", MANY)
    form = printed(code, 2015, values)

    sheets = form.filled.sheets

    assert [one.template for one in sheets] == [sheet] * -(-MANY // rows)
    assert len({one.title for one in sheets}) == len(sheets)
    numbers = [int(row["staff_number"]) for row in form.filled.tables["people"]]
    assert numbers == list(range(1, MANY + 1))
    shown = [cell.text for one in sheets for cell in one.cells.values()]
    for row in values["roster_people"]:
        assert row["name_words"] in shown
    assert f"{len(sheets)}枚目／全{len(sheets)}枚" in shown
    assert form.html, "every name has room in its cell"


def test_sums_of_the_sheets_come_to_those_of_the_roster():
    values = values_of("職員名簿・経験年数算定表", MANY)
    form = printed("experience_table", 2015, values)
    assert form.total("page_counted") == values["roster"]["counted"]
    assert form.total("page_months") == values["roster"]["total_months"]


def test_hours_of_the_sheets_come_to_those_of_the_people():
    values = values_of("研修受講歴", MANY)
    form = printed("training_history", 2015, values)
    people = [row["training_hours"] for row in values["roster_people"]]
    assert form.total("page_hours") == sum(hours for hours in people if hours)


def test_leaders_stand_under_the_headcount_they_count_for():
    form = printed("treatment_leaders", 2025, values_of("対象職員名簿", 25))
    posts = {key: {row["post"] for row in rows} for key, rows in form.filled.tables.items()}
    assert posts == {"leaders_of_a": {"副主任保育士", "専門リーダー"}, "leaders_of_b": {"職務分野別リーダー"}}


def test_who_was_erased_stands_below_as_a_number():
    for code in ("roster", "experience_table"):
        form = printed(code, 2015, values_of("職員名簿", 5, erased=2))
        assert form.filled.texts["erased_words"] == "ほかの2人は、保存期間が過ぎたため消去されました。"


@needs_libreoffice
@pytest.mark.parametrize("code", ["experience_table", "training_history"])
@pytest.mark.parametrize("people", [0, 40])
def test_a_spreadsheet_program_comes_to_the_same(code, people):
    values = values_of("職員名簿", 40)
    if not people:
        values = {name: [] if isinstance(value, list) else value for name, value in values.items()}
    assert wrong_results(printed(code, 2015, values).workbook) == []
