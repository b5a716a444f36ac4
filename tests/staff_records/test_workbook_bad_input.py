"""What people bring instead of a clean workbook: each problem told at its sheet and cell, or read as it was meant."""

from datetime import date, datetime

import pytest

from documents.reading import FileRefused
from facilities.rules import ProblemsFound
from staff_records.entry_checking import texts_of
from staff_records.models import EntryRow, EntrySheet, RosterImport
from staff_records.opening import open_to_show
from staff_records.operations.importing import RosterRefused, addresses_in
from tests.cast import make_city, make_facility
from tests.documents.workbook_files import packed, parts, sheet_xml
from tests.record import events_of
from tests.staff_records.entry_stage import DAY, begin, member_row, name_everybody
from tests.staff_records.files_stage import book, check, taken_in

HEADINGS = {
    "number": "職員番号",
    "name": "氏名",
    "former_name": "旧姓",
    "kana": "ふりがな",
    "birth_date": "生年月日",
    "sex": "性別",
    "postal_code": "郵便番号",
    "address": "住所",
    "title": "職名",
    "job": "職種",
    "hired_on": "採用日",
    "regular": "常勤・非常勤",
    "hours_a_day": "1日の勤務時間",
    "days_a_month": "月の勤務日数",
    "nursery_number": "保育士登録番号",
    "nursery_date": "保育士登録日",
    "left_on": "退職日",
}
CODES = list(HEADINGS)
# How files of Excel 97 to 2003 begin, and encrypted ones of any age.
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


def line(**wanted):
    row = member_row(**wanted)
    return [row.get(code, "") for code in CODES]


def roster_of(*rows, change=None, before=(), title="職員名簿"):
    return book({title: [*before, list(HEADINGS.values()), *rows]}, change)


def place(code, row, title="職員名簿"):
    return f"シート「{title}」{'ABCDEFGHIJKLMNOPQ'[CODES.index(code)]}{row}"


def problems_of(nursery, content):
    """(address in the file, sentence) of everything that is wrong in the entry sheet."""
    sheet = taken_in(nursery, content, DAY).sheet
    addresses = addresses_in(sheet)
    return [
        (addresses.of(row.row.table, row.row.line, problem.field), problem.message)
        for row in check(nursery, sheet).rows
        for problem in row.problems
    ]


def texts_in(nursery):
    rows = list(EntryRow.objects.order_by("place"))
    open_to_show(rows)
    name_everybody()
    return [texts_of(row) for row in rows]


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("birth_date", "H3.2.30", "2月は28日まで"),
        ("birth_date", "R20.1.1", "未来"),
        ("birth_date", "H26.4.2", "年齢が12歳"),
        ("left_on", "H31.4.1", "開始日より前"),
        ("name", "若葉　😀", "絵文字"),
        ("name", "若葉太郎", "空白"),
        ("name", "若葉　\ue000", "外字"),
        ("kana", "若葉　太郎", "ひらがな"),
        ("job", "船長", "一覧にありません"),
        ("hours_a_day", "25", "0から24"),
        ("nursery_number", "1.23E+11", "桁が失われ"),
        ("address", "架空市\nみどり", "改行"),
    ],
)
def test_a_bad_cell_is_told_at_its_address(sakura, code, text, words):
    with sakura.open():
        found = problems_of(sakura, roster_of(line(), line(**{"name": "別人　花子", code: text})))

    assert any(where == place(code, 3) and words in sentence for where, sentence in found), found


def test_what_is_meant_is_read(sakura):
    rows = [
        line(name="髙﨑 𠮷子", kana="ﾀｶｻｷ ﾖｼｺ", birth_date=datetime(1990, 4, 1), number="0007"),
        line(name="見本　次郎", birth_date="1991/2/3", hired_on="令和５年４月１日", hours_a_day="７：４５"),
        line(name="見本　三郎", birth_date="平成4年2月29日", nursery_number="千葉県-000012", number=8),
    ]

    def leading_zeros(workbook):
        cell = workbook["職員名簿"].cell(2, 1)
        cell.value, cell.number_format = 7, "0000"

    with sakura.open():
        assert problems_of(sakura, roster_of(*rows, change=leading_zeros)) == []
        first, second, third = texts_in(sakura)

    assert (first["name"], first["birth_date"], first["number"]) == ("髙﨑 𠮷子", "H2.4.1", "0007")
    assert (second["hired_on"], third["nursery_number"]) == ("令和５年４月１日", "千葉県-000012")


def refused_with(nursery, content):
    with nursery.open(), pytest.raises(RosterRefused) as refused:
        taken_in(nursery, content, DAY)
    with nursery.open():
        assert not EntrySheet.objects.exists()
        assert not RosterImport.objects.exists()
    return [str(problem) for problem in refused.value.problems]


def test_merged_cells_errors_and_uncomputed_formulas_are_told_all_at_once_with_the_other_problems(sakura):
    def change(workbook):
        sheet = workbook["職員名簿"]
        sheet.merge_cells("D2:D3")
        sheet["H2"] = "=VLOOKUP(A2,Sheet2!A:B,2)"
        sheet["I3"] = "#REF!"
        sheet["I3"].data_type = "e"

    found = refused_with(
        sakura, roster_of(line(), line(name="別人　花子", birth_date="H3.2.30"), change=change)
    )

    assert any(words.startswith("シート「職員名簿」D2：セルが結合されています（D2:D3）") for words in found)
    assert any(words.startswith("シート「職員名簿」H2：数式の結果が保存されていません") for words in found)
    assert any(words.startswith("シート「職員名簿」I3：数式の結果がエラー") for words in found)
    assert any(words.startswith("シート「職員名簿」E3：") and "2月は28日まで" in words for words in found)
    assert not any("若葉" in words or "H3.2.30" in words for words in found)


def test_titles_sums_empty_lines_and_footnotes_are_left_out_and_told(sakura):
    total = ["合計", "2人", *[""] * 15]
    numbered = [3, *[""] * 16]
    rows = [line(), [], line(name="別人　花子"), numbered, total, ["※ 令和8年4月1日現在"]]
    content = roster_of(*rows, before=[["職員名簿　さくら保育園"], []])

    with sakura.open():
        assert problems_of(sakura, content) == []
        assert [texts["name"] for texts in texts_in(sakura)] == ["若葉　太郎", "別人　花子"]
        notes = addresses_in(EntrySheet.objects.get()).notes

    assert notes == (
        "シート「職員名簿」の見出し（3行目）より上の行は読み飛ばしました。",
        "シート「職員名簿」の7、8、9行目は、合計や注記、番号だけの行として読み飛ばしました。",
    )


def test_hidden_rows_columns_and_sheets_are_read_and_told(sakura):
    def hide(workbook):
        sheet = workbook["職員名簿"]
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["G"].hidden = True

    with sakura.open():
        assert problems_of(sakura, roster_of(line(), line(name="別人　花子"), change=hide)) == []
        notes = addresses_in(EntrySheet.objects.get()).notes

    assert notes == (
        "シート「職員名簿」の3行目は、非表示の行ですが読み取りました。",
        "シート「職員名簿」の非表示の列（郵便番号）も読み取りました。",
    )


def test_columns_and_sheets_of_their_own_are_told_and_left_out(sakura):
    rows = [[*HEADINGS.values(), "血液型"], [*line(), "A"]]

    with sakura.open():
        assert problems_of(sakura, book({"メモ": [["あれこれ"]], "職員名簿": rows})) == []
        notes = addresses_in(EntrySheet.objects.get()).notes

    assert "シート「メモ」は名簿の表ではないため、読み取りませんでした。" in notes
    assert "シート「職員名簿」の「血液型」の列は、名簿の項目ではないため取り込みませんでした。" in notes


def test_a_required_column_that_is_gone_or_there_twice_is_told(sakura):
    headings = [heading for heading in HEADINGS.values() if heading != "採用日"]
    found = refused_with(sakura, book({"職員名簿": [[*headings, "住所"], [*line(), ""]]}))

    assert "シート「職員名簿」A1：「採用日」の列がありません。見出しを元に戻してください。" in found
    assert any("同じ見出しの列が2つ" in words for words in found)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: packed({**parts(sheet_xml("")), "xl/vbaProject.bin": b"x"}), "マクロ"),
        (lambda: OLD + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (lambda: OLD + "Workbook".encode("utf-16-le"), "xlsx"),
        (lambda: b"", "空です"),
        (lambda: b"%PDF-1.7 ...", "PDF"),
        (lambda: roster_of(*[line()] * 10_000), "行が多すぎます"),
    ],
)
def test_files_that_are_no_workbook_of_ours_are_refused_in_a_sentence(sakura, content, words):
    with sakura.open(), pytest.raises(FileRefused) as refused:
        taken_in(sakura, content())

    assert words in str(refused.value)


def test_more_rows_than_a_sheet_takes_are_refused_before_anything_is_made(sakura):
    (words,) = refused_with(
        sakura, roster_of(*[line(name=f"若葉　太郎{'あ' * (n % 9)}") for n in range(2100)])
    )

    assert "行が多すぎます（2,100行）" in words


def test_another_facilitys_workbook_and_one_without_rows_are_refused(sakura):
    guide = [["職員名簿の様式"], ["事業所番号", "1299900000999"]]
    other = book({"使い方": guide, "職員名簿": [list(HEADINGS.values()), line()]})

    assert refused_with(sakura, other) == [
        "ほかの施設の様式です。この施設の名簿を書き出したファイルを選んでください。"
    ]
    assert "取り込む行がありません" in refused_with(sakura, roster_of())[0]


def test_nothing_is_taken_while_a_sheet_is_open(sakura):
    with sakura.open():
        begin(sakura)
        with pytest.raises(ProblemsFound):
            taken_in(sakura, roster_of(line()))


def test_the_day_is_what_was_typed_or_what_the_file_says(sakura):
    guide = [["基準日", "令和8年1月15日"]]
    content = book({"使い方": guide, "職員名簿": [list(HEADINGS.values()), line()]})

    with sakura.open():
        assert taken_in(sakura, content).sheet.day == date(2026, 1, 15)
        name_everybody()

    (event,) = events_of(sakura.city, "staff.imported")
    assert event.detail == {"rows": 1, "day": "2026-01-15"}
