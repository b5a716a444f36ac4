"""The pages of the facilities' list: upload, look, accept, write out."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from documents.reading import read_table
from facilities.actors import Role
from facilities.imports import COLUMNS, HEADINGS
from facilities.models import Facility, FacilityImport
from facilities.postal_codes import edition
from pages.wareki import month_words
from tests.cast import City, make_city, sign_in
from tests.facilities.test_facility_import import GOOD, SAMPLE, listed
from tests.record import events_of

LISTS = "/c/facility-lists/"


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def administrator(city):
    return sign_in(city.people[Role.ADMINISTRATOR])


def send(browser, content, name="施設一覧.csv", month="2026-04"):
    return browser.post(LISTS, {"file": SimpleUploadedFile(name, content), "from_month": month})


def words_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_empty_city_is_led_to_the_list(administrator):
    page = administrator.get("/c/facilities/").content.decode()

    assert "施設はまだ登録されていません" in page
    assert f'href="{LISTS}">施設一覧を取り込む' in page


def test_a_city_of_172_facilities_is_set_up_in_the_browser(city: City, administrator):
    upload = send(administrator, SAMPLE)
    preview = administrator.get(upload["Location"])
    done = administrator.post(f"{upload['Location']}accept/", follow=True)

    assert "新しい施設 172" in words_of(preview)
    assert "駅前やまびこ保育園" in words_of(preview)
    assert "新しい施設 172、変わった施設 0" in words_of(done)
    assert "172施設" in words_of(administrator.get("/c/facilities/"))


def test_an_unknown_postal_code_is_named_with_why_it_is_taken(city: City, administrator):
    upload = send(administrator, listed({"郵便番号": "999-9999"}))

    preview = words_of(administrator.get(upload["Location"]))
    administrator.post(f"{upload['Location']}accept/")

    assert "日本郵便の一覧にない郵便番号が1件あります" in preview
    assert f"まだ一覧（{month_words(edition().first_day)}版）に載っていないことがあります" in preview
    assert "施設の異動の画面と開設の画面では、一覧にない番号は登録できません" in preview
    with city.open():
        assert Facility.objects.get().postal_code == "999-9999"


def test_a_workbook_does_as_well(city, administrator):
    workbook = Workbook()
    workbook.active.append(list(HEADINGS))
    workbook.active.append([GOOD[heading] for heading in HEADINGS])
    written = io.BytesIO()
    workbook.save(written)

    upload = send(administrator, written.getvalue(), "施設一覧.xlsx")
    administrator.post(f"{upload['Location']}accept/")

    with city.open():
        assert Facility.objects.get().name == "もみじ保育園"


def test_what_changes_stands_before_and_after(city, administrator):
    first = send(administrator, listed({}))
    administrator.post(f"{first['Location']}accept/")

    upload = send(administrator, listed({"認可定員": "70", "2・3号利用定員": "70"}), month="2026-06")
    page = words_of(administrator.get(upload["Location"]))
    none = words_of(administrator.get(f"{upload['Location']}?show=new"))

    assert "2・3号利用定員：60 → 70" in page
    assert "令和8年6月分から適用します" in page
    assert "当てはまる施設がありません" in none


def test_the_preview_says_until_when_the_list_holds(city, administrator):
    for month, children in (("2026-04", "60"), ("2026-09", "80")):
        upload = send(administrator, listed({"認可定員": children, "2・3号利用定員": children}), month=month)
        administrator.post(f"{upload['Location']}accept/")

    between = send(administrator, listed({"認可定員": "70", "2・3号利用定員": "70"}), month="2026-06")

    page = words_of(administrator.get(between["Location"]))
    assert "令和8年8月分まで適用されます。その後のプロフィールは変わりません。" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "ファイルが空です"),
        (b"%PDF-1.7", "PDFのようです"),
        (b"PK\x03\x04 x", "Excelブックとして開けません"),
        ("番号,名前\n1,x\n".encode(), "「事業所番号」の列がありません"),
        (listed({"認可定員": "0"}), "1から999の整数で入れてください"),
        (listed({"施設名": "=1+1"}), "計算式のように見えます"),
    ],
)
def test_a_wrong_file_is_told_and_nothing_is_kept(city, administrator, content, sentence):
    answer = send(administrator, content)

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert words_of(answer).count("何も保存していません") == 1
    with city.open():
        assert not FacilityImport.objects.exists()


def test_without_a_file_or_month_the_fields_say_so(administrator):
    answer = administrator.post(LISTS, {"from_month": "いつか"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_file"' in page
    assert 'href="#id_from_month"' in page


def test_a_list_is_discarded(city, administrator):
    upload = send(administrator, listed({}))

    answer = administrator.post(f"{upload['Location']}discard/", follow=True)

    assert "取込をやめました" in words_of(answer)
    again = administrator.post(f"{upload['Location']}accept/")
    assert again.status_code == 422
    assert "すでに終わっています" in words_of(again)


def test_the_list_goes_out_as_it_comes_in(city, administrator):
    upload = send(administrator, SAMPLE)
    administrator.post(f"{upload['Location']}accept/")

    for encoding in ("", "?encoding=cp932"):
        written = administrator.get(f"{LISTS}export/{encoding}")
        table = read_table(b"".join([written.content]))
        assert table.headings == list(COLUMNS)
        assert len(table.rows) == 172
        again = send(administrator, written.content)
        assert "変わらない施設 172" in words_of(administrator.get(again["Location"]))
    assert len(events_of(city, "facilities.exported")[-1].rows["facility"]) == 172


def test_the_preview_costs_the_same_for_ten_and_for_all(city, administrator):
    def queries(content: bytes) -> int:
        page = send(administrator, content)["Location"]
        administrator.get(page)
        with CaptureQueriesContext(connection) as caught:
            administrator.get(page)
        return len([one for one in caught if "SAVEPOINT" not in one["sql"]])

    ten = b"\n".join(SAMPLE.splitlines()[:11])
    assert queries(ten) == queries(SAMPLE) <= 12


def test_the_operations_section_looks_and_does_not_bring_in(city):
    officer = sign_in(city.people[Role.OFFICER])

    assert "市の管理者が行います" in words_of(officer.get(LISTS))
    refused = send(officer, SAMPLE)
    assert refused.status_code == 422
    assert "市の管理者だけ" in words_of(refused)


def test_an_accepted_list_still_shows_what_it_changed_and_who_did_it(city, administrator):
    first = send(administrator, listed({}))
    administrator.post(f"{first['Location']}accept/")
    second = send(administrator, listed({"認可定員": "70", "2・3号利用定員": "70"}), month="2026-06")
    administrator.post(f"{second['Location']}accept/")
    # What holds now is another thing than what this list did.
    third = send(administrator, listed({"認可定員": "80", "2・3号利用定員": "80"}), month="2026-08")
    administrator.post(f"{third['Location']}accept/")

    new, changed = (administrator.get(sent["Location"]) for sent in (first, second))

    assert f"{GOOD['施設名']} {GOOD['事業所番号']} 新規" in words_of(new)
    assert "新しくできた施設・変わった施設（1件）" in words_of(changed)
    assert "2・3号利用定員：60 → 70" in words_of(changed)
    login_id = city.people[Role.ADMINISTRATOR].login_id
    assert f"見本 花子（{login_id}） が選びました" in words_of(changed)
    with city.open():
        facility = Facility.objects.get()
    event = events_of(city, "facilities.import_shown")[-1]
    assert event.rows["facility"] == [str(facility.pk)]
    assert str(city.people[Role.ADMINISTRATOR].pk) in event.rows["user"]
    officer = words_of(sign_in(city.people[Role.OFFICER]).get(second["Location"]))
    assert f"{login_id} が選びました" in officer
    assert "見本 花子（" not in officer


def test_a_list_accepted_before_says_that_nothing_more_is_known(city, administrator):
    sent = send(administrator, listed({}))
    administrator.post(f"{sent['Location']}accept/")
    with city.open():
        imported = FacilityImport.objects.get()
        del imported.summary["changes"]
        imported.save()

    assert "内訳を残すようになる前のものです" in words_of(administrator.get(sent["Location"]))
