"""Bytes become cells with addresses, whatever the encoding, line ends and way of writing; any bytes have an answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.personal_data import Facilities, is_my_number, suspicions
from documents.reading import LONGEST_CELL, MOST_ROWS, FileRefused, Problem, Row, Table, read_csv

TEXT = "対象年月,初日在籍数\r\n令和8年6月,１７\r\n\r\n令和8年7月,3\r\n\r\n\r\n"


def cells(table: Table) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.line, row.values) for row in table.rows]


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as refusal:
        read_csv(content)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("cp932"), "cp932"),
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.replace("\r\n", "\n").encode("utf-8"), "utf-8"),
        (TEXT.replace("\r\n", "\r").encode("cp932"), "cp932"),
    ],
)
def test_encoding_bom_and_line_ends_do_not_matter(content: bytes, encoding: str) -> None:
    table = read_csv(content)

    assert table.encoding == encoding
    assert table.headings == ["対象年月", "初日在籍数"]
    assert cells(table) == [(2, ("令和8年6月", "17")), (4, ("令和8年7月", "3"))]
    assert table.problems == []


def test_headings_are_compared_as_they_are_meant() -> None:
    table = read_csv("対象 年月,ﾆﾝﾃｲ,Ａ１,,\n1,2,3,,\n".encode())

    assert table.headings == ["対象年月", "ニンテイ", "A1"]


def test_a_cell_of_several_lines_is_named_by_its_first() -> None:
    table = read_csv('甲,乙\n"1\n2",x\n3,=1\n'.encode())

    assert [row.line for row in table.rows] == [2, 4]
    assert table.problems == [Problem("計算式のように見えます。式ではなく値で書き出してください。", 4, "乙")]


@pytest.mark.parametrize(
    "cell", ["=1", "＝1", "+1", "＋1", "@SUM", "＠a", "-cmd", "－cmd", "=cmd|'/c calc'!A1"]
)
def test_what_a_spreadsheet_would_run_is_refused_with_its_address(cell: str) -> None:
    (problem,) = read_csv(f'甲,乙\n1,"{cell}"\n'.encode()).problems

    assert (problem.line, problem.column) == (2, "乙")
    assert "計算式" in problem.message


@pytest.mark.parametrize("cell", ["-3", "－３", "−3", "-2.5"])
def test_a_negative_number_is_no_formula(cell: str) -> None:
    table = read_csv(f"甲,乙\n1,{cell}\n".encode())

    assert table.problems == []
    assert table.rows[0]["乙"].startswith("-")


def test_the_same_bad_value_is_named_every_time() -> None:
    problems = read_csv("甲\n=1\n=1\n".encode()).problems

    assert [problem.line for problem in problems] == [2, 3]


def test_too_many_rows_too_many_columns_and_too_long_cells_are_refused() -> None:
    assert "行が多すぎます" in refused("甲\n".encode() + b"1\n" * (MOST_ROWS + 1))
    assert "列が多すぎます" in refused(",".join(f"c{n}" for n in range(300)).encode() + b"\n1\n")
    assert "セルが長すぎます" in refused(b"a\n" + b"x" * 200_000 + b"\n")
    (problem,) = read_csv(b"a\n" + b"x" * (LONGEST_CELL + 1) + b"\n").problems
    assert "長すぎます" in problem.message


def test_a_heading_that_stands_twice_is_not_quoted() -> None:
    said = refused("見本 太郎,1,見本 太郎\n1,2,3\n".encode())

    assert said == "1行目：1列目と3列目の見出しが同じです。どちらか1つにしてください。"


def test_a_missing_column_is_an_empty_cell_only_when_asked_so() -> None:
    row = Row(2, ("1",), {"甲": 0})

    assert row.get("乙") == ""
    with pytest.raises(KeyError):
        row["乙"]


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_table_or_a_refusal(content: bytes) -> None:
    try:
        table = read_csv(content)
    except FileRefused:
        return
    assert all(len(row.values) == len(table.headings) for row in table.rows)
    suspicions(table, frozenset())


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_table_or_a_refusal(lines: list[list[str]]) -> None:
    content = "\n".join(",".join(line) for line in lines).encode("utf-8", errors="replace")

    try:
        table = read_csv(content)
    except FileRefused:
        return
    assert all(len(row.values) == len(table.headings) for row in table.rows)
    suspicions(table, frozenset(table.headings))


# ---------------------------------------------------------------- personal data (R12)


def of_column(heading: str, *values: str, known: bool = False) -> list[Problem]:
    content = "\n".join([heading, *values]).encode()
    return suspicions(read_csv(content), frozenset({heading} if known else ()))


@pytest.mark.parametrize(
    "heading",
    [
        "氏名",
        "児童名",
        "園児カナ",
        "生年月日",
        "ふりがな",
        "住所",
        "保護者",
        "電話番号",
        "マイナンバー",
        "児童宛名番号",
        "ｼﾒｲ 漢字",
    ],
)
def test_a_heading_of_personal_data_is_refused_even_over_empty_cells(heading: str) -> None:
    assert of_column(heading, "0")


@pytest.mark.parametrize(
    "value",
    [
        "見本 太郎",
        "見本　花子",
        "ミホン タロウ",
        "みほん はなこ",
        "2021/05/13",
        "20210513",
        "2021-05-13 00:00:00",
        "令和3年5月13日",
        "令和元年5月1日",
        "R3.5.13",
        "平成31.4.1",
        "青葉台市みほん二丁目3番4号",
        "みほん町1-2-3",
        "090-0000-0000",
        "04-0000-0000",
        "09000000000",
        "123456789018",
        "1234 5678 9018",
    ],
)
def test_personal_data_is_found_by_what_stands_there(value: str) -> None:
    (problem,) = of_column("備考", value)

    assert "個人情報" in str(problem)
    assert value not in str(problem)


@pytest.mark.parametrize(
    "value",
    ["17", "129999", "1299900000001", "令和8年6月", "2026/06", "202606", "標準", "満3", "123456789012"],
)
def test_counts_codes_and_months_are_nobodys(value: str) -> None:
    assert of_column("備考", value) == []


def test_one_slip_in_a_known_column_is_a_slip_and_a_habit_is_a_list() -> None:
    assert of_column("年齢", "2021/5/13", *["3"] * 9, known=True) == []
    assert of_column("年齢", *["2021/5/13"] * 3, *["3"] * 7, known=True)


def test_a_facilitys_name_is_no_childs() -> None:
    assert of_column("施設名", "みほん こどもの家", "原 あさひ保育園", known=True) == []
    assert of_column("施設名", "見本 太郎", known=True)


SAKURA = Facilities.of(["さくら保育園", "みほん こどもの家"], ["1299900000901"])


def of_table(*lines: str, facilities: Facilities = SAKURA) -> list[Problem]:
    return suspicions(read_csv("\n".join(lines).encode()), frozenset(), facilities)


@pytest.mark.parametrize("heading", ["NAME", "園児の名前", "氏名", "保護者"])
def test_a_column_of_this_citys_facilities_is_nobodys_whatever_its_heading(heading: str) -> None:
    assert (
        of_table(f"FAC,{heading}", "1,さくら保育園", "1,みほんこどもの家", "2,みほん　こどもの家", "2,") == []
    )
    assert bool(of_table(f"FAC,{heading}", "1,みほん こどもの家", facilities=Facilities()))


def test_beside_a_registered_number_a_facility_may_be_written_in_another_way() -> None:
    assert of_table("FAC,NAME", "1299900000901,サクラ ほいくルーム", "1299900000901,さくら保育園(分園)") == []
    assert of_table("FAC,NAME", "1299900000999,サクラ ほいくルーム")


@pytest.mark.parametrize(
    "name",
    [
        "見本 太郎",
        "見本太郎",
        "ミホン タロウ",
        "田所",
        "園田 はな",
        "みほん町1-2-3 さくら保育園",
        "2021/05/13",
    ],
)
def test_one_cell_that_may_be_a_childs_spoils_a_column_of_facilities(name: str) -> None:
    (problem,) = of_table("FAC,NAME", "1299900000901,さくら保育園", f"1299900000901,{name}")

    assert "個人情報" in str(problem)
    assert name not in str(problem)


def test_an_empty_column_names_no_facility() -> None:
    assert of_table("FAC,NAME", "1299900000901,")


def test_a_month_may_be_written_with_its_first_day_under_any_heading_of_a_month() -> None:
    for heading in ("処理年月", "YM", "請求対象月分", "発生年月"):
        assert of_column(heading, "2026/06/01", "令和8年7月1日") == []
        assert of_column(heading, "2026/06/02")
    for heading in ("生年月", "備考", "誕生年月"):
        assert of_column(heading, "2021/06/01")


def test_the_check_digit_of_a_my_number() -> None:
    assert is_my_number("123456789018")
    assert not is_my_number("123456789012")
    assert not is_my_number("12345678901")
