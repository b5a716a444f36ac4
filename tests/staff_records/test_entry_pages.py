"""The pages of the entry sheet, without JavaScript and with a script that saves single cells."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.periods import ServiceMonth
from person_keys.router import KEY_STORE
from staff_records.columns import TABLES
from staff_records.entry_grid import EMPTY_ROWS, MORE_ROWS, ROWS_A_PAGE
from staff_records.models import EntryRow, EntrySheet
from tests.accounts.test_sessions import age, log_in_again
from tests.cast import Browser, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.entry_stage import begin, correct_address, member_row, roster, type_rows
from tests.staff_records.nasty import NASTY
from tests.staff_records.stage import add_member


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


@pytest.fixture
def clerk(sakura) -> Browser:
    return sign_in(sakura.clerk)


def at(nursery: Nursery, place: str = "") -> str:
    return f"/f/{nursery.facility.number}/staff/entry/{place}"


def typed(*rows: dict[str, str]) -> dict[str, str]:
    """New rows as the form sends them."""
    return {
        f"new-{line}.{code}": text for line, row in enumerate(rows, start=1) for code, text in row.items()
    }


def values_of(page: str) -> dict[str, str]:
    """What the inputs of the grid hold, by their names."""
    found = re.findall(r'<input id="c-[^"]*" name="([^"]+)" value="([^"]*)"', page)
    return dict(found)


def hidden_of(page: str) -> dict[str, str]:
    """Which sheet and which people the check page has shown."""
    return dict(re.findall(r'name="(sheet|version|people)" value="([^"]*)"', page))


def start(clerk, sakura, source="typed") -> None:
    answer = clerk.post(at(sakura), {"source": source, "day": "令和8年4月1日"})
    assert answer["Location"] == at(sakura, "members/")


def test_whose_leaving_is_only_announced_may_be_copied(clerk, sakura):
    with sakura.open():
        member = add_member(sakura)
        member.left_year = ServiceMonth.of(timezone.localdate()).fiscal_year
        member.save(update_fields=["left_year"])

    assert 'value="copied"' in clerk.get(at(sakura, "")).content.decode()


def test_a_roster_is_typed_and_applied_without_javascript(clerk, sakura):
    start(clerk, sakura)

    answer = clerk.post(
        at(sakura, "members/save/"), {**typed(member_row(), member_row(name="あか　べに")), "check": "1"}
    )
    assert answer["Location"] == at(sakura, "check/")
    page = clerk.get(answer["Location"]).content.decode()
    assert "若葉　太郎" in page
    assert "あか　べに" in page
    sheet = re.search(r'name="sheet" value="([^"]+)"', page)[1]
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    answer = clerk.post(at(sakura, "apply/"), {"sheet": sheet, "version": version})

    page = clerk.get(answer["Location"]).content.decode()
    assert "名簿に反映しました（採用 2人）" in page
    with sakura.open():
        assert [one.details[0].name for one in roster()] == ["若葉　太郎", "あか　べに"]


def test_every_problem_stands_at_its_cell_and_in_the_summary_and_nothing_is_lost(clerk, sakura):
    start(clerk, sakura)
    wrong = member_row(
        name="わかば太郎😀",
        birth_date="H20.2.30",
        hours_a_day="25",
        days_a_month="",
        job="船長",
        left_on="R1.5.1",
    )

    clerk.post(at(sakura, "members/save/"), typed(wrong))

    page = clerk.get(at(sakura, "members/")).content.decode()
    assert "直すところが6か所あります" in page
    for words in (
        "絵文字",
        "この年の2月は",
        "0から24まで",
        "月の勤務日数を",
        "職種の一覧にありません",
        "終了日が開始日より前",
    ):
        assert words in page
    with sakura.open():
        row = EntryRow.objects.get()
    assert values_of(page)[f"{row.pk}.name"] == "わかば太郎😀"
    assert f'href="#c-{row.pk}-birth_date"' in page
    check = clerk.get(at(sakura, "check/")).content.decode()
    assert f'href="{at(sakura, "members/")}#c-{row.pk}-birth_date"' in check
    assert "名簿に反映する</button>" not in check


def test_what_was_typed_when_the_login_expired_is_there_again(clerk, sakura, run_jobs, mail_folder):
    start(clerk, sakura)
    clerk.post(at(sakura, "members/save/"), typed(member_row()))
    with sakura.open():
        row = EntryRow.objects.get()
    age(clerk, last_seen=timedelta(minutes=31))
    sent = {f"{row.pk}.title": "主任", f"{row.pk}.version": "1", **typed({"name": "あか　べに"})}
    page = f"http://testserver{at(sakura, 'members/')}"
    answer = clerk.post(at(sakura, "members/save/"), sent, headers={"referer": page})
    assert answer["Location"].startswith("/login/")

    log_in_again(clerk, sakura, run_jobs, mail_folder)

    values = values_of(clerk.get(at(sakura, "members/")).content.decode())
    assert values[f"{row.pk}.title"] == "主任"
    assert values["new-1.name"] == "あか　べに"
    with sakura.open():
        assert EntryRow.objects.count() == 1


def test_a_full_page_of_the_grid_is_a_form_the_server_takes():
    columns = len(TABLES["members"].columns)
    fields = ROWS_A_PAGE * (columns + 1) + (EMPTY_ROWS + MORE_ROWS) * columns

    assert fields + 10 <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def test_a_long_sheet_has_pages_and_problems_lead_to_theirs(clerk, sakura):
    start(clerk, sakura)
    with sakura.open():
        sheet = EntrySheet.objects.get()
        rows = [member_row(birth_date=f"S{40 + line % 20}.{1 + line // 20}.1") for line in range(55)]
        ids = type_rows(sakura, sheet, *rows[:-1], member_row(birth_date="x"))

    first, second = (clerk.get(at(sakura, f"members/{query}")).content.decode() for query in ("", "?page=2"))

    assert first.count("<tr data-row-key") == 50
    assert "new-1.name" not in first
    assert second.count("<tr data-row-key") == 5 + 5
    assert "55行目 生年月日" in second
    check = clerk.get(at(sakura, "check/")).content.decode()
    assert f"{at(sakura, 'members/')}?page=2#c-{ids[-1]}-birth_date" in check
    answer = clerk.post(at(sakura, "members/save/"), {"page": "2"})
    assert answer["Location"].endswith("?page=2")


@pytest.mark.parametrize("text", [text for text in NASTY if not re.search("[\ud800-\udfff]", text)])
def test_whatever_is_pasted_is_kept_and_shown(text, clerk, sakura):
    start(clerk, sakura)
    row = {column.code: text[:900] for column in TABLES["members"].columns}

    answer = clerk.post(at(sakura, "members/save/"), typed(row))

    assert answer.status_code == 302
    assert clerk.get(at(sakura, "members/")).status_code == 200
    assert clerk.get(at(sakura, "check/")).status_code == 200


def test_a_cell_longer_than_any_may_be_is_refused_and_everything_typed_is_shown_again(clerk, sakura):
    start(clerk, sakura)

    answer = clerk.post(at(sakura, "members/save/"), typed(member_row(), {"name": "あ" * 1001}))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "1000文字まで" in page
    assert values_of(page)["new-1.name"] == "若葉　太郎"


def test_more_rows_to_type_into_are_asked_for(clerk, sakura):
    start(clerk, sakura)
    page = clerk.get(at(sakura, "members/")).content.decode()
    assert "new-5.name" in page
    assert "new-6.name" not in page

    answer = clerk.post(at(sakura, "members/save/"), {**typed({"name": "若葉　太郎"}), "more": "1"})

    page = clerk.get(answer["Location"]).content.decode()
    assert "new-25.name" in page


def test_two_screens_do_not_write_over_each_other(clerk, sakura):
    start(clerk, sakura)
    clerk.post(at(sakura, "members/save/"), typed(member_row()))
    with sakura.open():
        row = EntryRow.objects.get()
    other = sign_in(sakura.clerk)
    path = at(sakura, "members/save/")
    other.post(path, {f"{row.pk}.address": "青葉市1番", f"{row.pk}.version": "1"})

    answer = clerk.post(path, {f"{row.pk}.address": "緑市2番", f"{row.pk}.version": "1"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "別の画面で変更されています" in page
    assert values_of(page)[f"{row.pk}.address"] == "緑市2番"
    assert "保存されている内容：青葉市1番" in page
    # The page now knows the newer version: sent again, it is what the person wants.
    assert f'name="{row.pk}.version" value="2"' in page
    assert clerk.post(path, {f"{row.pk}.address": "緑市2番", f"{row.pk}.version": "2"}).status_code == 302


def test_a_script_saves_cells_and_may_send_them_again(clerk, sakura):
    start(clerk, sakura)
    path, token = at(sakura, "members/save/"), str(uuid4())
    sent = {"form_token": token, "new-1.name": "若葉　太郎", "new-1.birth_date": "2.30"}

    answers = [clerk.post(path, sent, headers={"X-Autosave": "1"}).json() for _ in range(2)]

    assert answers[0]["rows"] == answers[1]["rows"]
    (row,) = answers[0]["rows"]
    assert row["row"] == "new-1"
    assert row["version"] == 1
    assert "birth_date" in row["problems"]
    assert re.fullmatch(r"\d{1,2}:\d\d", answers[0]["saved_at"])
    with sakura.open():
        assert str(EntryRow.objects.get().pk) == row["id"]
    later = {"form_token": token, f"{row['id']}.birth_date": "H2.4.1", f"{row['id']}.version": "1"}
    answer = clerk.post(path, later, headers={"X-Autosave": "1"}).json()
    assert answer["rows"][0]["version"] == 2
    stale = {**later, f"{row['id']}.birth_date": "H3.4.1"}
    answer = clerk.post(path, stale, headers={"X-Autosave": "1"}).json()
    assert answer["rows"] == []
    assert answer["conflicts"][0]["row"] == row["id"]
    assert answer["conflicts"][0]["version"] == 2


def test_a_row_is_removed_by_its_button(clerk, sakura):
    start(clerk, sakura)
    clerk.post(at(sakura, "members/save/"), typed(member_row(), member_row(name="あか　べに")))
    with sakura.open():
        first, second = EntryRow.objects.all()

    clerk.post(
        at(sakura, "members/save/"),
        {"remove": str(first.pk), f"{second.pk}.title": "主任", f"{second.pk}.version": "1"},
    )

    page = clerk.get(at(sakura, "members/")).content.decode()
    assert "若葉　太郎" not in page
    assert values_of(page)[f"{second.pk}.title"] == "主任"


def test_a_change_is_asked_about_and_a_correction_is_chosen(clerk, sakura):
    with sakura.open():
        add_member(sakura)
    start(clerk, sakura, "copied")
    with sakura.open():
        row = EntryRow.objects.get()
    clerk.post(at(sakura, "members/save/"), {f"{row.pk}.days_a_month": "18", f"{row.pk}.version": "1"})

    page = clerk.get(at(sakura, "check/")).content.decode()

    assert "はじめからの誤りを訂正する" in page
    clerk.post(
        at(sakura, "apply/"),
        {**hidden_of(page), f"choice.{row.pk}": "correction"},
    )
    with sakura.open():
        (found,) = roster()
        assert len(found.spans) == 1
        assert found.spans[0].days_a_month == 18


def test_who_was_shown_is_named_and_no_text_is(clerk, sakura):
    with sakura.open():
        member = add_member(sakura)
        sheet = begin(sakura)
    clerk.post(at(sakura, "members/save/"), typed({"number": "1", "title": "主任"}, member_row()))

    clerk.get(at(sakura, "check/"))

    checked = events_of(sakura.city, "staff.entry_checked")[-1]
    assert checked.object_id == str(sheet.pk)
    assert checked.rows["staff_member"] == [str(member.pk)]
    assert len(checked.rows["entry_row"]) == 2
    record = json.dumps([[event.rows, event.detail] for event in events_of(sakura.city)], ensure_ascii=False)
    assert "若葉" not in record
    assert "青葉" not in record
    assert "主任" not in record


def test_another_facilitys_clerk_finds_nothing(clerk, sakura):
    start(clerk, sakura)
    stranger = sign_in(make_facility(sakura.city, "すみれ保育園", number="1299900000902").clerk)

    assert stranger.get(at(sakura, "members/")).status_code == 404
    assert stranger.post(at(sakura, "members/save/"), {}).status_code == 404


def test_a_form_no_page_of_ours_sends_is_refused(clerk, sakura):
    start(clerk, sakura)

    assert clerk.post(at(sakura, "members/save/"), {"x.name": "若葉　太郎"}).status_code == 400
    assert clerk.get(at(sakura, "nothing/")).status_code == 404


def queries_of(clerk: Browser, path: str) -> tuple[int, int]:
    """How often a page asks the database, and the store of keys."""
    with (
        CaptureQueriesContext(connections["default"]) as asked,
        CaptureQueriesContext(connections[KEY_STORE]) as keys,
    ):
        assert clerk.get(path).status_code == 200
    return len(asked), len(keys)


@pytest.mark.parametrize("place", ["members/", "check/"])
def test_a_longer_sheet_costs_the_same_queries(place, clerk, sakura):
    asked = []
    for people in (range(1, 3), range(3, 13)):
        with sakura.open():
            for number in people:
                add_member(sakura, number, name=f"青葉　{'一二三四五六七八九十百千'[number - 1]}子")
        start(clerk, sakura, "copied")
        clerk.get(at(sakura))  # the message of the sheet before is read
        asked.append(queries_of(clerk, at(sakura, place)))
        clerk.post(at(sakura, "discard/"))

    assert asked[0] == asked[1]
    assert asked[0] <= (20, 12)


def test_what_was_shown_before_a_colleague_wrote_is_not_applied(clerk, sakura):
    with sakura.open():
        member = add_member(sakura)
    start(clerk, sakura, "copied")
    with sakura.open():
        row = EntryRow.objects.get()
    clerk.post(at(sakura, "members/save/"), {f"{row.pk}.address": "青葉市中央9番", f"{row.pk}.version": "1"})
    shown = hidden_of(clerk.get(at(sakura, "check/")).content.decode())
    with sakura.open():
        correct_address(sakura, member, "青葉市中央5番")

    answer = clerk.post(at(sakura, "apply/"), shown)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "いまの名簿：「青葉市中央5番」" in page
    assert "名簿に反映する</button>" not in page
    assert "中央" not in str([(event.rows, event.detail) for event in events_of(sakura.city)])
    clerk.post(
        at(sakura, "members/save/"),
        {f"{row.pk}.address": "青葉市中央5番", f"{row.pk}.days_a_month": "18", f"{row.pk}.version": "2"},
    )
    shown = hidden_of(clerk.get(at(sakura, "check/")).content.decode())
    with sakura.open():
        correct_address(sakura, member, "青葉市中央6番")
    answer = clerk.post(at(sakura, "apply/"), shown)
    assert answer.status_code == 422
