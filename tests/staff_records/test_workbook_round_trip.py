"""Exported and taken in again, a roster has not changed: whatever is in it, and whatever program saved it."""

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from documents.exports import csv_file
from staff_records.columns import MEMBERS, TABLES
from staff_records.operations.exporting import FileFormat
from staff_records.workbook.ours import CHOICES
from tests.cast import make_city, make_facility
from tests.record import events_of
from tests.staff_records.entry_stage import DAY, member_row
from tests.staff_records.files_stage import PEOPLE, differences, exported, fill, fill_believably, touched
from tests.staff_records.stage import add_member

MAY = date(2026, 5, 1)


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


def test_an_export_taken_in_again_changes_nothing(sakura):
    with sakura.open():
        fill_believably(sakura)
        file = exported(sakura, MAY)

        assert differences(sakura, file.content) == []

    sheets = load_workbook(io.BytesIO(file.content))
    assert sheets.sheetnames == ["使い方", *[table.title for table in TABLES.values()], "選択肢"]
    assert file.name == f"{sakura.facility.number}_令和8年度_職員名簿_R8.5.1現在.xlsx"
    roster = sheets["職員名簿"]
    assert roster["B2"].value == "髙﨑　𠮷子"
    assert roster.freeze_panes == "C2"
    assert sheets["その他の資格"]["D2"].value == "0012345"
    assert sheets["選択肢"].sheet_state == "hidden"


def test_who_has_left_and_wages_are_only_in_it_when_asked_for(sakura):
    with sakura.open():
        fill_believably(sakura)
        file = exported(sakura, MAY, with_left=False, with_wages=False)

        assert differences(sakura, file.content) == []

    sheets = load_workbook(io.BytesIO(file.content))
    assert "賃金" not in sheets.sheetnames
    names = [cell.value for cell in sheets["職員名簿"]["B"][1:] if cell.value]
    assert names == ["髙﨑　𠮷子", "見本　次郎"]


def test_the_event_names_everybody_in_the_file(sakura):
    with sakura.open():
        member = add_member(sakura)
        exported(sakura)

    (event,) = events_of(sakura.city, "staff.exported")
    assert event.rows == {"staff_member": [str(member.pk)]}
    assert event.detail["with_wages"] is True


def test_sheets_and_columns_may_stand_in_any_order(sakura):
    def shuffle(workbook):
        workbook.move_sheet("職員名簿", offset=4)
        sheet = workbook["職員名簿"]
        sheet.move_range(f"B1:B{sheet.max_row}", cols=30)
        sheet.insert_rows(1, 2)
        sheet["A1"] = "令和8年度　職員の名簿"

    with sakura.open():
        fill_believably(sakura)
        assert differences(sakura, touched(exported(sakura, MAY).content, shuffle)) == []


@pytest.mark.parametrize("charset", ["utf-8", "cp932"])
def test_a_csv_of_the_roster_changes_nothing_either(sakura, charset):
    with sakura.open():
        fill(sakura, [("members", 2, PEOPLE[1])])
        file = exported(sakura, file_format=FileFormat.CSV)
        header = [column.heading for column in MEMBERS.columns]
        content = csv_file(file.name, header, file.rows, charset=charset).content

        assert differences(sakura, content, DAY) == []


KANJI = st.text("髙﨑𠮷邉齋葛西々辻山田川", min_size=1, max_size=4)
KANA = st.text("あいうえおかきくけこゃゅょんがぱゔ", min_size=1, max_size=6).filter(
    lambda text: text[0] not in "ゃゅょ"
)
DAYS = st.dates(date(1950, 1, 1), date(2000, 12, 31))


@st.composite
def rosters(draw):
    """Some people with names, days and hours of many kinds."""
    people = []
    numbers = sorted(draw(st.sets(st.integers(1, 99_999), min_size=1, max_size=4)))
    # Nobody is there twice: two of one name have other birthdays.
    births = draw(st.lists(DAYS, unique=True, min_size=len(numbers), max_size=len(numbers)))
    for number, born in zip(numbers, births, strict=True):
        hired = draw(st.dates(date(2018, 4, 1), date(2026, 3, 31)))
        left = draw(st.none() | st.dates(hired, date(2026, 3, 31)))
        people.append(
            member_row(
                number=str(number),
                name=f"{draw(KANJI)}　{draw(KANJI)}",
                kana=f"{draw(KANA)}　{draw(KANA)}",
                birth_date=born.isoformat(),
                hired_on=hired.isoformat(),
                left_on=left.isoformat() if left else "",
                hours_a_day=str(draw(st.decimals("0.25", 24, places=2))),
                days_a_month=str(draw(st.integers(1, 62)) / 2),
                hours_a_month=draw(st.just("") | st.decimals(0, 744, places=2).map(str)),
                postal_code="2720001",
                nursery_number=draw(st.from_regex(r"千葉県-0[0-9]{5}", fullmatch=True)),
                nursery_date="",
                address=draw(
                    st.sampled_from(["", "架空市みどり1-2-3", "架空市みどり一丁目２番３号　ひばり荘　Ａ棟"])
                ),
                title=draw(st.sampled_from(["", "主任", "0012", "副園長（兼務）"])),
            )
        )
    return people


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(people=rosters())
def test_no_roster_changes_on_its_way_through_a_workbook(sakura_again, people):
    nursery = sakura_again()
    with nursery.open():
        fill(nursery, [("members", line, row) for line, row in enumerate(people, start=2)])
        assert differences(nursery, exported(nursery).content) == []


@pytest.fixture
def sakura_again(db):
    """A facility without a roster each time it is asked for."""
    city = make_city()
    made = []

    def make():
        made.append(
            make_facility(city, f"第{len(made) + 1}さくら保育園", number=f"{1299900001000 + len(made)}")
        )
        return made[-1]

    return make


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_changes_nothing(sakura, tmp_path):
    with sakura.open():
        fill_believably(sakura)
        file = exported(sakura, MAY)
        before, after = tmp_path / "before.xlsx", tmp_path / "after" / "before.xlsx"
        before.write_bytes(file.content)
        _convert(before, after.parent, "xlsx", tmp_path)

        assert differences(sakura, after.read_bytes()) == []


def test_an_export_asks_the_same_few_questions_however_many_people_there_are(sakura):
    with sakura.open():
        add_member(sakura, 1)
        with CaptureQueriesContext(connection) as few:
            exported(sakura)
        for number in range(2, 12):
            add_member(sakura, number, name=f"若葉　{'一二三四五六七八九十'[number - 2]}子")
        with CaptureQueriesContext(connection) as many:
            exported(sakura)

    assert len(many) == len(few)


def _convert(file: Path, folder: Path, ending: str, home: Path) -> None:
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{home}/office",
            "--headless",
            "--convert-to",
            ending,
            "--outdir",
            folder,
            file,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_a_table_too_wide_for_a4_is_printed_on_a3(sakura):
    """24 columns on A4 would stand in letters of less than six points."""
    with sakura.open():
        fill(sakura, [("members", 2, PEOPLE[1])])
        sheets = load_workbook(io.BytesIO(exported(sakura).content))

    papers = {sheet.title: str(sheet.page_setup.paperSize) for sheet in sheets if sheet.title != CHOICES}
    assert papers.pop("職員名簿") == sheets.active.PAPERSIZE_A3
    assert set(papers.values()) == {sheets.active.PAPERSIZE_A4}
    for sheet in sheets:
        if sheet.title in papers or sheet.title == "職員名簿":
            assert sheet.page_setup.orientation == "landscape"
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
