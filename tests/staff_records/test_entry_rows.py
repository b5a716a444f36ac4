"""Rows of texts and their values: what is written is read back, and what is wrong is told at its cell, all at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.staffing.career import WORKPLACES
from pricing.staffing.jobs import JOBS
from pricing.staffing.trainings import TRAINING_FIELDS
from staff_records.columns import KINDERGARTEN_LICENCES, TABLES
from staff_records.reading_rows import is_blank, read_row
from staff_records.rows import Entry, MemberEntry, SideEntry, Who
from staff_records.values import Detail, Earlier, Identity, Licenced, Paid, Terms, Trained, Worked
from staff_records.words import Concurrence, Leave, Licence, Post, Sex
from staff_records.writing_rows import table_of, write_entry
from tests.staff_records.entry_stage import member_row

TODAY = date(2026, 6, 10)

parts = st.sampled_from(["青葉", "髙﨑", "𠮷田", "渡邉󠄀", "みどり", "オブライエン", "Ångström", "々木"])
names = st.builds("{}　{}".format, parts, parts)
kana = st.builds(
    "{}　{}".format,
    st.sampled_from(["あおば", "たかさき", "ゔぃくとりー"]),
    st.sampled_from(["はなこ", "よしこ"]),
)
words = st.sampled_from(["", "主任", "青葉保育園（本園）", "１番地2−3"])
births = st.dates(date(1940, 1, 1), date(1995, 12, 31))
days = st.dates(date(2012, 1, 1), TODAY)
numbers = st.sampled_from(["", "千葉県-012345", "平二四小一種第0123号", "000123"])
months = st.dates(date(1989, 1, 1), TODAY).map(lambda day: day.replace(day=1))
yen = st.none() | st.integers(0, 999_999_999)


def hours(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, most, places=2, allow_nan=False)


def one_of(codes: object) -> st.SearchStrategy[str]:
    return st.sampled_from(list(codes))  # type: ignore[call-overload]


people = st.builds(Who, st.none() | st.integers(1, 99999), names)
terms = st.builds(
    Terms,
    job=one_of(JOBS),
    is_regular=st.booleans(),
    hours_a_day=hours(24),
    days_a_month=st.integers(0, 62).map(lambda halves: Decimal(halves) / 2),
    hours_a_month=st.none() | hours(744),
    title=words,
    post=one_of(["", *Post.values]),
    leave=one_of(["", *Leave.values]),
    concurrence=one_of(["", *Concurrence.values]),
)
some_day = st.none() | days
nursery = st.none() | st.builds(Licenced, st.just("nursery_teacher"), numbers, days)
kindergarten = st.none() | st.builds(Licenced, one_of(KINDERGARTEN_LICENCES), numbers, some_day)


@st.composite
def members(draw: st.DrawFn) -> MemberEntry:
    hired_on = draw(days)
    return MemberEntry(
        number=draw(st.none() | st.integers(1, 99999)),
        identity=Identity(draw(births), draw(one_of(["", *Sex.values]))),
        detail=Detail(
            draw(names),
            draw(kana),
            draw(st.sampled_from(["", "若葉"])),
            draw(one_of(["", "272-0001"])),
            draw(words),
        ),
        terms=draw(terms),
        hired_on=hired_on,
        left_on=draw(st.none() | st.dates(hired_on, TODAY + timedelta(days=366))),
        nursery=draw(nursery),
        kindergarten=draw(kindergarten),
    )


@st.composite
def worked_elsewhere(draw: st.DrawFn) -> Earlier:
    first_day = draw(days)
    return Earlier(
        draw(one_of(WORKPLACES)),
        first_day,
        draw(st.dates(first_day, TODAY)),
        draw(words),
        draw(st.none() | st.booleans()),
        draw(one_of(["none", "requested", "received"])),
    )


@st.composite
def trained(draw: st.DrawFn) -> Trained:
    length = draw(st.decimals("0.01", 999, places=2))
    return Trained(
        draw(one_of(TRAINING_FIELDS)),
        length,
        draw(days),
        draw(st.decimals(0, length, places=2)),
        draw(words),
        draw(words),
        draw(st.booleans()),
    )


@st.composite
def paid(draw: st.DrawFn) -> Paid:
    allowance = draw(st.integers(0, 999_999))
    return Paid(draw(months), draw(yen), allowance, draw(st.none() | st.integers(0, allowance)), draw(yen))


sides = st.builds(
    SideEntry,
    people,
    st.builds(Licenced, one_of(Licence.values), numbers, some_day)
    | worked_elsewhere()
    | trained()
    | st.builds(Worked, months, hours(744))
    | paid(),
)


@given(members() | sides)
def test_what_is_written_is_read_back(entry: Entry):
    texts = write_entry(entry)

    found = read_row(table_of(entry), texts, today=TODAY)

    assert found.problems == ()
    assert found.entry == entry
    assert write_entry(entry) == texts


@given(st.sampled_from(sorted(TABLES)), st.dictionaries(st.sampled_from(["name", "month", "job"]), st.text()))
def test_whatever_is_typed_is_read_or_refused_at_its_cell(table, texts):
    found = read_row(table, texts, today=TODAY)

    assert found.entry is not None or found.problems
    codes = {column.code for column in TABLES[table].columns}
    assert {problem.field for problem in found.problems} <= codes


def problems_of(table: str, texts: dict[str, str]) -> dict[str, str]:
    return {problem.field: problem.message for problem in read_row(table, texts, today=TODAY).problems}


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"birth_date": "2月30日"}, "birth_date", "年がありません"),
        ({"birth_date": "S63.2.30"}, "birth_date", "この年の2月は29日まで"),
        ({"birth_date": "R9.1.1"}, "birth_date", "未来"),
        ({"birth_date": "H26.4.1"}, "birth_date", "12歳"),
        ({"left_on": "R5.3.31"}, "left_on", "終了日が開始日より前"),
        ({"hired_on": "R80.4.1"}, "hired_on", "1年より先の日付"),
        ({"left_on": "R80.4.1"}, "left_on", "1年より先の日付"),
        ({"birth_date": "H20.4.2", "nursery_date": ""}, "hired_on", "15歳になっていません"),
        ({"name": "若葉太郎"}, "name", "姓と名の間に空白"),
        ({"name": "若葉　太郎🌱"}, "name", "絵文字"),
        ({"kana": "若葉　太郎"}, "kana", "ひらがな"),
        ({"number": "0"}, "number", "1から99999"),
        ({"nursery_date": "R8.12.1"}, "nursery_date", "未来"),
        ({"kindergarten_number": "第0123号"}, "kindergarten_licence", "免許の種類を選んで"),
        ({"hours_a_day": "8日"}, "hours_a_day", "7時間45分"),
        ({"job": ""}, "job", "職種を選んでください"),
        ({"days_a_month": ""}, "days_a_month", "「20」のように"),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(cells, column, words):
    found = problems_of("members", member_row(**cells))

    assert words in found[column]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("table", "cells", "column", "words"),
    [
        (
            "earlier",
            {"first_day": "R5.4.1", "last_day": "R4.4.1", "workplace": "保育所"},
            "last_day",
            "より前",
        ),
        (
            "trainings",
            {
                "field": "マネジメント",
                "training_hours": "3",
                "management_hours": "4",
                "finished_on": "R7.1.1",
            },
            "management_hours",
            "長くなって",
        ),
        ("wages", {"month": "R8.5"}, "base_yen", "金額を1つ以上"),
        (
            "wages",
            {"month": "R8.5", "allowance_yen": "1", "post_allowance_yen": "2"},
            "post_allowance_yen",
            "手当",
        ),
        ("hours", {"month": "R8.13", "worked_hours": "1"}, "month", "年月"),
    ],
)
def test_what_is_wrong_in_another_table_is_told_at_its_cell(table, cells, column, words):
    found = problems_of(table, {"number": "1", **cells})

    assert words in found[column]
    assert len(found) == 1


def test_everything_wrong_is_told_at_once():
    found = problems_of("members", {"name": "若葉", "birth_date": "R80.1.1", "hours_a_day": "25"})

    assert set(found) == {
        "name", "kana", "birth_date", "job", "hired_on", "regular", "hours_a_day", "days_a_month",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("name", "髙﨑　𠮷子", "髙﨑　𠮷子"),
        ("kana", "ﾀｶｻｷ ﾖｼｺ", "たかさき　よしこ"),
        ("number", "００７", 7),
        ("nursery_number", "000123", "000123"),
        ("regular", "正職員", "regular"),
        ("job", "園長", "director"),
        ("leave", "育休", "childcare"),
        ("sex", "女性", "female"),
        ("post", "副主任保育士", "vice_chief"),
        ("birth_date", "平成2年4月1日", date(1990, 4, 1)),
        ("hours_a_day", "7時間45分", Decimal("7.75")),
    ],
)
def test_cells_are_read_as_people_write_them(column, text, value):
    assert read_row("members", member_row(**{column: text}), today=TODAY).cells[column] == value


def test_somebody_of_91_is_doubted_and_not_refused():
    found = read_row("members", member_row(birth_date="S10.1.1"), today=TODAY)

    assert found.problems == ()
    assert found.doubts[0].field == "birth_date"


def test_a_name_that_paper_cannot_show_is_doubted_and_not_refused():
    found = read_row("members", member_row(name="\U00031350山　花子"), today=TODAY)

    assert found.problems == ()
    ((field, words),) = ((doubt.field, doubt.message) for doubt in found.doubts)
    assert field == "name"
    assert "「\U00031350」は印刷用の字体にないため" in words


@pytest.mark.parametrize("texts", [{}, {"name": "", "job": " \u3000"}])
def test_an_empty_row_says_nothing(texts):
    assert is_blank(texts)
