"""The pages of export and import, without JavaScript: our workbook, anybody's with a mapping, and what is recorded."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event
from staff_records.models import EntryRow, EntrySheet, RosterImport, RosterMapping
from staff_records.operations.exporting import Wanted, export_roster
from staff_records.operations.importing import forget_expired
from tests.cast import Browser, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.entry_stage import correct_address, roster
from tests.staff_records.files_stage import book, column_of, fill_believably, touched
from tests.staff_records.stage import add_member

THEIRS = [
    ["令和8年度　職員一覧"],
    ["No.", "姓", "名", "フリガナ", "生まれ", "勤め方", "仕事", "入った日", "時間", "日数", "備考"],
    [1, "見本", "次郎", "ﾐﾎﾝ ｼﾞﾛｳ", "S60.3.14", "正", "保育士", "H25.4.1", "7:45", 20, "延長担当"],
    [2, "若葉", "三子", "ﾜｶﾊﾞ ﾐﾂｺ", "1992/11/23", "パ", "調理員", "R2.4.1", 5, 15, ""],
    ["計", "", "2人"],
]


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


@pytest.fixture
def clerk(sakura) -> Browser:
    return sign_in(sakura.clerk)


def at(nursery, place=""):
    return f"/f/{nursery.facility.number}/staff/{place}"


def upload(clerk, nursery, content, name="職員.xlsx", day="R8.4.1"):
    return clerk.post(at(nursery, "import/"), {"file": SimpleUploadedFile(name, content), "day": day})


def page_of(answer):
    return answer.content.decode()


def chosen(page):
    """What stands first in each list of the form, by its name."""
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        option = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = option[1] if option else ""
    return found


def place_of(page):
    return dict(re.findall(r'<input type="hidden" name="(sheet|row|table)" value="([^"]*)"', page))


def test_the_roster_is_taken_away_and_brought_back(clerk, sakura):
    with sakura.open():
        fill_believably(sakura)
    answer = clerk.post(at(sakura, "workbook/"), {"day": "R8.5.1", "file_format": "xlsx", "with_left": "on"})
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "%E8%81%B7%E5%93%A1%E5%90%8D%E7%B0%BF" in answer["Content-Disposition"]  # 職員名簿
    assert "no-store" in answer["Cache-Control"]

    answer = upload(clerk, sakura, answer.content, day="")

    assert answer["Location"] == at(sakura, "entry/check/")
    assert "名簿と違うところはありません" in page_of(clerk.get(answer["Location"]))


def test_the_empty_workbook_bears_the_facilitys_number(clerk, sakura):
    answer = clerk.post(at(sakura, "workbook/template/"))

    refused = upload(clerk, sakura, answer.content)

    assert refused.status_code == 422
    assert "取り込む行がありません" in page_of(refused)
    assert events_of(sakura.city, "staff.template_made")


def test_characters_that_shift_jis_lacks_are_named_before(clerk, sakura):
    with sakura.open():
        fill_believably(sakura)
    wanted = {"day": "R8.5.1", "file_format": "cp932"}

    page = page_of(clerk.post(at(sakura, "workbook/"), wanted))
    assert "Shift_JISにない文字があります" in page
    assert "𠮷" in page
    content = clerk.post(at(sakura, "workbook/"), {**wanted, "as_it_is": "1"}).content
    assert "髙﨑　〓子" in content.decode("cp932")

    plain = clerk.post(at(sakura, "workbook/"), {**wanted, "file_format": "csv"}).content
    assert plain.decode("utf-8-sig").splitlines()[1].split(",")[1] == "髙﨑　𠮷子"
    assert [event.detail["format"] for event in events_of(sakura.city, "staff.exported")] == ["cp932", "csv"]


def test_an_export_of_nobody_and_an_unreadable_day_are_refused_in_words(clerk, sakura):
    nobody = clerk.post(at(sakura, "workbook/"), {"day": "R8.5.1", "file_format": "xlsx"})
    no_day = clerk.post(at(sakura, "workbook/"), {"day": "いつか", "file_format": "xlsx"})

    assert (nobody.status_code, no_day.status_code) == (422, 422)
    assert "名簿に職員がいません" in page_of(nobody)
    assert "基準日：" in page_of(no_day)


def test_problems_name_the_cell_of_the_page_and_of_the_file(clerk, sakura):
    heads = [
        "氏名",
        "ふりがな",
        "生年月日",
        "職種",
        "採用日",
        "常勤・非常勤",
        "1日の勤務時間",
        "月の勤務日数",
    ]
    row = ["若葉　太郎", "わかば　たろう", "H3.2.30", "保育士", "R5.4.1", "常勤", 8, 20]
    content = book({"職員名簿": [heads, row]})

    # Half of the columns of ours are enough on a sheet that bears the title: fewer need a mapping.
    answer = upload(clerk, sakura, content)
    page = page_of(clerk.get(answer["Location"]))
    answer = clerk.post(answer["Location"], {**place_of(page), **chosen(page)})

    page = page_of(clerk.get(answer["Location"]))
    assert "職員名簿 1行目 生年月日（シート「職員名簿」C2）：" in page


def test_a_file_of_any_layout_is_mapped_explained_and_remembered(clerk, sakura):
    content = book({"一覧": THEIRS, "メモ": [["あれこれ"]]})

    columns = upload(clerk, sakura, content)["Location"]
    page = page_of(clerk.get(columns))
    guess = chosen(page)
    assert place_of(page) == {"sheet": "0", "row": "2", "table": "members"}
    assert (guess["column-2"], guess["column-3"]) == ("name.family", "name.given")
    assert (guess["column-1"], guess["column-4"], guess["column-5"]) == ("", "kana", "birth_date")
    assert guess["column-7"] == "job"
    assert "ﾐﾎﾝ ｼﾞﾛｳ" in page
    wanted = {
        "column-6": "regular",
        "column-8": "hired_on",
        "column-9": "hours_a_day",
        "column-10": "days_a_month",
    }
    answer = clerk.post(columns, {**place_of(page), **guess, **wanted, "remember": "on"})

    assert answer["Location"].endswith("/words/")
    page = page_of(clerk.get(answer["Location"]))
    assert chosen(page) == {"word-regular-0": "regular", "word-regular-1": "part_time"}
    missing = clerk.post(answer["Location"], {"word-regular-0": "regular"})
    assert missing.status_code == 422
    assert "意味を選んでください" in page_of(missing)
    words = {"word-regular-0": "regular", "word-regular-1": "part_time"}
    answer = clerk.post(answer["Location"], words)

    assert answer["Location"] == at(sakura, "entry/check/")
    page = page_of(clerk.get(answer["Location"]))
    assert "見本　次郎" in page
    assert "シート「一覧」の5行目は、合計や注記" in page
    assert "反映する前に直してください" not in page
    sheet = re.search(r'name="sheet" value="([^"]+)"', page)[1]
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    clerk.post(at(sakura, "entry/apply/"), {"sheet": sheet, "version": version})
    with sakura.open():
        assert [(one.details[0].name, one.employments[0].is_regular) for one in roster()] == [
            ("見本　次郎", True),
            ("若葉　三子", False),
        ]
        mapping = RosterMapping.objects.get()
        assert mapping.columns["勤め方"] == "regular"
        assert mapping.meanings == {"regular": {"正": "regular", "パ": "part_time"}}
        kept = json.dumps([mapping.columns, mapping.meanings], ensure_ascii=False)
        assert not any(name in kept for name in ("見本", "若葉", "ﾐﾎﾝ"))

    # Next year's file of the same layout is recognised and needs one press.
    columns = upload(clerk, sakura, content)["Location"]
    page = page_of(clerk.get(columns))
    assert "前に保存した列の対応を使っています" in page
    answer = clerk.post(columns, {**place_of(page), **chosen(page), "remember": "on"})
    assert answer["Location"] == at(sakura, "entry/check/")
    with sakura.open():
        assert RosterMapping.objects.count() == 1


@pytest.mark.parametrize(("last", "kept"), [("備　考", 1), ("若葉　三子", 0)])
def test_headings_spread_out_are_remembered_and_a_name_among_them_is_not(clerk, sakura, last, kept):
    headings = ["No.", "氏　　名", "フ リ ガ ナ", "生 年 月 日", "職　　種", "勤 務 形 態", "採 用 日", last]
    row = [1, "見本　次郎", "ﾐﾎﾝ ｼﾞﾛｳ", "S60.3.14", "保育士", "常勤", "H25.4.1", ""]
    columns = upload(clerk, sakura, book({"一覧": [headings, row]}))["Location"]
    page = page_of(clerk.get(columns))

    clerk.post(columns, {**place_of(page), **chosen(page), "remember": "on"})

    with sakura.open():
        assert RosterMapping.objects.count() == kept


def waiting_file(clerk, nursery):
    return upload(clerk, nursery, book({"一覧": THEIRS}))["Location"]


def test_another_place_of_the_file_is_read_when_asked_for(clerk, sakura):
    columns = waiting_file(clerk, sakura)

    page = page_of(clerk.get(f"{columns}?sheet=0&row=3&table=members"))

    assert place_of(page)["row"] == "3"
    assert "「延長担当」の列" in page


def test_columns_that_cannot_be_are_refused_in_words(clerk, sakura):
    columns = waiting_file(clerk, sakura)
    place = {"sheet": "0", "row": "2", "table": "members"}

    twice = clerk.post(columns, {**place, "column-2": "name", "column-3": "name"})
    nobody = clerk.post(columns, {**place, "column-5": "birth_date"})
    no_place = clerk.post(columns, {**place, "sheet": "7", "column-2": "name"})

    assert "「氏名」を2つ以上の列に選んでいます" in page_of(twice)
    assert "「氏名」の列を選んでください" in page_of(nobody)
    assert no_place.status_code == 422


def test_headings_that_look_like_peoples_data_are_not_kept(clerk, sakura):
    columns = waiting_file(clerk, sakura)
    place = {"sheet": "0", "row": "3", "table": "members"}

    answer = clerk.post(
        columns, {**place, "column-2": "name.family", "column-3": "name.given", "remember": "on"}
    )

    assert answer["Location"] == at(sakura, "entry/check/")
    assert "列の対応は保存していません" in page_of(clerk.get(answer["Location"]))
    with sakura.open():
        assert not RosterMapping.objects.exists()


def test_a_waiting_file_is_sealed_goes_once_it_is_taken_in_and_after_a_day(clerk, sakura):
    columns = waiting_file(clerk, sakura)
    with connection.cursor() as cursor:
        cursor.execute("SELECT file_sealed, told_sealed FROM staff_records_rosterimport")
        for sealed in cursor.fetchone():
            assert "見本".encode() not in bytes(sealed)
            assert b"PK" not in bytes(sealed)[:40]
    with sakura.open():
        assert forget_expired(at=timezone.now()) == 0
        assert forget_expired(at=timezone.now() + timedelta(hours=24)) == 1
        assert not RosterImport.objects.exists()
    assert clerk.get(columns).status_code == 404

    columns = waiting_file(clerk, sakura)
    place = {"sheet": "0", "row": "2", "table": "members"}
    clerk.post(columns, {**place, "column-2": "name.family", "column-3": "name.given"})
    with sakura.open():
        assert RosterImport.objects.get().file_sealed is None


def test_back_and_twice_are_harmless(clerk, sakura):
    columns = waiting_file(clerk, sakura)
    sent = {"sheet": "0", "row": "2", "table": "members", "column-2": "name.family", "column-3": "name.given"}
    clerk.post(columns, sent)

    again = clerk.post(columns, sent)
    back = clerk.get(columns)

    assert (again["Location"], back["Location"]) == (at(sakura, "entry/check/"), at(sakura, "entry/check/"))
    with sakura.open():
        assert (EntrySheet.objects.count(), EntryRow.objects.count()) == (1, 2)
    refused = upload(clerk, sakura, book({"一覧": THEIRS}))
    assert refused.status_code == 422
    assert "入力中の表があります" in page_of(refused)


def test_a_late_file_is_told_and_an_earlier_one_falls_away(clerk, sakura):
    first = waiting_file(clerk, sakura)
    second = waiting_file(clerk, sakura)

    assert clerk.get(first).status_code == 404
    with sakura.open():
        RosterImport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert clerk.get(second)["Location"] == at(sakura, "import/")


def test_a_refused_file_is_told_place_by_place_and_nothing_of_it_stands_in_the_record(clerk, sakura):
    content = book({"青葉花子の名簿": THEIRS}, lambda workbook: workbook.worksheets[0].merge_cells("B3:C3"))
    columns = upload(clerk, sakura, content)["Location"]
    sent = {"sheet": "0", "row": "2", "table": "members", "column-2": "name.family", "column-3": "name.given"}
    page = page_of(clerk.post(columns, sent))

    assert "シート「青葉花子の名簿」B3" in page
    assert "結合を解いて" in page
    assert upload(clerk, sakura, b"%PDF-1.7", name="青葉花子.pdf").status_code == 422
    said = json.dumps(
        [[event.event, event.detail, event.rows] for event in Event.objects.all()], ensure_ascii=False
    )
    assert "青葉花子" not in said
    assert "見本" not in said


def test_a_saved_layout_can_be_forgotten(clerk, sakura):
    columns = waiting_file(clerk, sakura)
    sent = {"sheet": "0", "row": "2", "table": "members", "column-2": "name.family", "column-3": "name.given"}
    clerk.post(columns, {**sent, "remember": "on"})
    address = re.search(r'action="([^"]+/forget/)"', page_of(clerk.get(at(sakura, "import/"))))[1]

    assert clerk.post(address)["Location"] == at(sakura, "import/")
    assert clerk.post(address).status_code == 404
    with sakura.open():
        assert not RosterMapping.objects.exists()


def test_the_pages_ask_the_same_few_questions_however_much_there_is(clerk, sakura):
    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            assert clerk.get(path).status_code == 200
        return len(queries)

    with sakura.open():
        add_member(sakura, 1)
    before = asked(at(sakura, "workbook/")), asked(at(sakura, "import/"))
    with sakura.open():
        for number in range(2, 9):
            add_member(sakura, number)
        clerk_id = sakura.actor.user_id
        for number in range(5):
            RosterMapping(
                municipality_id=sakura.city.municipality.pk,
                facility=sakura.facility,
                table="members",
                columns={"なまえ": "name"},
                headings_hash=f"{number:064}",
                made_at=timezone.now(),
                made_by=clerk_id,
            ).save()

    assert (asked(at(sakura, "workbook/")), asked(at(sakura, "import/"))) == before


# ---------------------------------------------------------------- a file that is older than the roster


def older_file(sakura) -> bytes:
    """Exported, then changed in Excel: both addresses; meanwhile 職員番号1 is put right here."""
    with sakura.open():
        first, second = add_member(sakura), add_member(sakura, 2, name="見本　次郎", kana="みほん　じろう")
        content = export_roster(
            sakura.facility, Wanted(timezone.localdate()), by=sakura.actor, at=timezone.now()
        ).content
        correct_address(sakura, first, "青葉市ここで直した1-1", at=timezone.now())
    assert second.number == 2

    def move_both(workbook):
        sheet = workbook["職員名簿"]
        for line in (2, 3):
            sheet.cell(line, column_of(sheet, "住所")).value = f"青葉市ファイルの{line}番地"

    return touched(content, move_both)


def addresses_of(sakura) -> list[str]:
    with sakura.open():
        return [one.details[-1].address for one in sorted(roster(), key=lambda one: one.member.number)]


def confirmed(clerk, sakura, page: str, **typed):
    hidden = dict(re.findall(r'name="(sheet|version|people)" value="([^"]*)"', page))
    corrections = dict.fromkeys(re.findall(r'name="(choice\.[^"]+)"', page), "correction")
    return clerk.post(at(sakura, "entry/apply/"), {**hidden, **corrections, **typed})


def test_what_was_changed_here_after_the_export_is_named_and_stays(clerk, sakura):
    assert upload(clerk, sakura, older_file(sakura), day="").status_code == 302
    page = page_of(clerk.get(at(sakura, "entry/check/")))

    assert page.count("書き出した後に、ここで変更されています") == 1
    assert (
        page.index("青葉市ここで直した1-1")
        < page.index("書き出した後に")
        < page.index("青葉市ファイルの3番地")
    )

    answer = confirmed(clerk, sakura, page)

    assert "ここで変更した1人は、名簿のままにしました" in page_of(clerk.get(answer["Location"]))
    assert addresses_of(sakura) == ["青葉市ここで直した1-1", "青葉市ファイルの3番地"]
    assert events_of(sakura.city, "staff.entry_applied")[0].detail["kept"] == 1


def test_with_a_tick_the_older_file_goes_before(clerk, sakura):
    upload(clerk, sakura, older_file(sakura), day="")
    page = page_of(clerk.get(at(sakura, "entry/check/")))
    (row,) = re.findall(r'name="overwrite" value="([^"]+)"', page)

    confirmed(clerk, sakura, page, overwrite=row)

    assert addresses_of(sakura) == ["青葉市ファイルの2番地", "青葉市ファイルの3番地"]


@pytest.mark.parametrize("said", ["", "きのう", "2999-01-01 00:00:00.000000"])
def test_a_file_that_does_not_say_when_it_was_written_is_asked_about_by_its_day(clerk, sakura, said):
    def unsay(workbook):
        guide = workbook["使い方"]
        (cell,) = [row[1] for row in guide.iter_rows() if row[0].value == "書き出した日時"]
        cell.value = said

    upload(clerk, sakura, touched(older_file(sakura), unsay), day="")

    with sakura.open():
        assert EntrySheet.objects.get().exported_at is None
    assert 'name="overwrite"' not in page_of(clerk.get(at(sakura, "entry/check/")))
