"""The enrolment section brings in a file in the browser: upload, preview, accept; months, facilities, disputes."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.cells import Cell, DisputedCell
from claims.models import ChildCount, CountDispute, CountImport, CountSheet, MonthClosing
from claims.operations import counts_import
from claims.operations.confirming import dispute
from claims.states import ImportStatus, SheetStatus
from facilities.actors import Role
from facilities.models import Facility
from facilities.scope import scope
from portal.demo.facilities import FOLDER, make_facilities
from tests.cast import (
    JUNE,
    MAY,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    sign_in,
)
from tests.claims.stage import AT
from tests.record import events_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
APRIL_FILE = "child_counts_2026-04_cp932.csv"
HEADINGS = "対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def big_city(city: City) -> City:
    with scope(city.municipality.pk, None):
        make_facilities(city.municipality)
    return city


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def enrolment(city: City) -> Browser:
    return sign_in(city.people[Role.ENROLMENT])


def a_file(content: str | bytes, name: str = "児童数.csv") -> dict[str, Any]:
    raw = content.encode("cp932") if isinstance(content, str) else content
    return {"file": SimpleUploadedFile(name, raw, content_type="text/csv")}


def one_line(place: Nursery, count: int, month: str = "令和8年6月") -> str:
    number, name = place.facility.number, place.facility.name
    return f"{HEADINGS}\n{month},{number},{name},129999,2号,3,標準,{count}\n"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def shown_rows(answer: Any) -> set[str]:
    return set(re.findall(r'data-row="([0-9a-f-]{36})"', answer.content.decode()))


def recorded_rows(city: City) -> set[str]:
    """The rows of the last event."""
    return {row for rows in events_of(city)[-1].rows.values() for row in rows}


def disputed(place: Nursery, claimed: int = 9) -> CountDispute:
    sheet = give_counts(place, JUNE)
    marked = DisputedCell(
        Cell("129999", "3", "0", "standard"), claimed, "転入した子どもが数えられていません。"
    )
    with place.open() as clerk:
        return dispute(sheet.pk, [marked], shown_version=1, by=clerk, at=AT)[0]


def counts(city: City) -> list[tuple[int, str, int]]:
    with city.open():
        sheets = CountSheet.objects.order_by("month", "version")
        return [
            (sheet.version, sheet.status, sum(row.count for row in ChildCount.objects.filter(sheet=sheet)))
            for sheet in sheets
        ]


# ---------------------------------------------------------------- upload, preview, accept


def test_a_file_is_uploaded_looked_at_and_accepted(city, sakura, enrolment):
    after = enrolment.post("/c/counts/", a_file(one_line(sakura, 17)))
    page = enrolment.get(after["Location"])
    assert counts(city) == []
    accepted = enrolment.post(f"{after['Location']}accept/")

    assert after.status_code == accepted.status_code == 302
    assert "令和8年6月分の児童数の取込" in text_of(page)
    assert "さくら保育園" in text_of(page)
    assert counts(city) == [(1, SheetStatus.WAITING, 17)]
    assert "1施設にメールでお知らせします" in text_of(enrolment.get(accepted["Location"]))


def test_a_new_month_is_compared_with_the_month_before(city, sakura, enrolment):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sakura, MAY)
    give_counts(sumire, MAY)
    with city.open():
        before = sum(row.count for row in ChildCount.objects.filter(facility=sakura.facility))
    after = enrolment.post("/c/counts/", a_file(one_line(sakura, before + 20)))

    page = text_of(enrolment.get(after["Location"]))
    big = text_of(enrolment.get(f"{after['Location']}?show=big"))
    assert f"変動大 {before} なし {before + 20} +20" in page
    assert "前月との変動が大きい施設 1" in page
    assert "うち1施設は、前の月には児童がいました" in page
    assert f"すみれ保育園 1299900000902 前月 {before}人" in page
    assert "さくら保育園" in big
    enrolment.post(f"{after['Location']}accept/")
    assert f"変動大 {before} なし {before + 20} +20" in text_of(enrolment.get(after["Location"]))


def test_a_small_change_from_the_month_before_is_not_called_big(city, sakura, enrolment):
    give_counts(sakura, MAY)
    with city.open():
        before = sum(row.count for row in ChildCount.objects.filter(facility=sakura.facility))

    after = enrolment.post("/c/counts/", a_file(one_line(sakura, before + 4)))

    page = text_of(enrolment.get(after["Location"]))
    assert f"{before} なし {before + 4} +4" in page
    assert "変動大" not in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "ファイルが空です"), (b"%PDF-1.7", "PDFのようです"), (b"PK\x03\x04", "Excelブック")],
)
def test_a_file_of_another_kind_gets_one_sentence(enrolment, content, sentence):
    answer = enrolment.post("/c/counts/", a_file(content))

    assert answer.status_code == 422
    assert text_of(answer).count(sentence) == 1
    assert text_of(answer).count("保存していません") == 1
    assert "直すところ" not in text_of(answer)


def test_a_corrected_file_shows_old_new_and_difference(city, sakura, enrolment):
    for count in (17, 15):
        after = enrolment.post("/c/counts/", a_file(one_line(sakura, count)))
        page = text_of(enrolment.get(after["Location"]))
        enrolment.post(f"{after['Location']}accept/")

    assert "変わる区分 1件" in page
    assert "2号 3歳 標準時間 17 15 −2" in page
    assert counts(city) == [(1, SheetStatus.SUPERSEDED, 17), (2, SheetStatus.WAITING, 15)]
    month = enrolment.get("/c/counts/2026-06/1299900000901/")
    assert "第1版 → 第2版" in text_of(month)


def test_what_is_discarded_changes_nothing_and_cannot_be_accepted(city, sakura, enrolment):
    after = enrolment.post("/c/counts/", a_file(one_line(sakura, 17)))

    enrolment.post(f"{after['Location']}discard/")
    late = enrolment.post(f"{after['Location']}accept/")

    assert late.status_code == 422
    assert "すでに終わっています" in text_of(late)
    assert counts(city) == []
    with city.open():
        imported = CountImport.objects.get()
        assert (imported.status, imported.preview_sealed) == (ImportStatus.DISCARDED, None)


def test_a_refused_file_names_every_place_and_leaves_nothing(city, sakura, enrolment):
    content = one_line(sakura, 17) + "令和8年6月,9999900000001,,129999,2号,3,標準,-3\n"

    answer = enrolment.post("/c/counts/", a_file(content))

    assert answer.status_code == 422
    page = text_of(answer)
    assert "直すところが2件あります" in page
    assert "3 事業所番号 この事業所番号の施設は登録されていません" in page
    assert "3 初日在籍数 「-3」は使えません。0から999の整数で入力してください。" in page
    with city.open():
        assert not CountImport.objects.exists()


def test_a_file_of_a_closed_month_is_refused_with_the_way_to_its_closing(city, sakura, enrolment):
    close_june(city)

    answer = enrolment.post("/c/counts/", a_file(one_line(sakura, 1)))

    page = text_of(answer)
    assert answer.status_code == 422
    assert (
        "令和8年6月分は締められているため、取り込めません。"
        "こども施設運営課に締めの解除を依頼してください。何も保存していません。"
    ) in page
    assert 'href="/c/counts/2026-06/closing/"' in answer.content.decode()
    with city.open():
        assert not CountImport.objects.exists()


def test_a_preview_whose_month_was_closed_meanwhile_cannot_be_accepted(city, sakura, enrolment):
    preview = enrolment.post("/c/counts/", a_file(one_line(sakura, 1)))["Location"]
    close_june(city)

    page = enrolment.get(preview).content.decode()
    refused = enrolment.post(f"{preview}accept/")

    assert "締められた月のため、取り込めません" in page
    assert 'href="/c/counts/2026-06/closing/"' in page
    assert "取り込むことはできますが" not in page
    assert f'action="{preview}accept/"' not in page
    assert f'action="{preview}discard/"' in page
    assert refused.status_code == 422


def close_june(city: City) -> None:
    with city.open(Role.CHIEF) as chief:
        MonthClosing.objects.create(
            municipality=city.municipality,
            month=JUNE.first_day,
            closed_at=timezone.now(),
            closed_by=chief.user_id,
        )


def test_no_file_is_said_at_the_field(city, enrolment):
    answer = enrolment.post("/c/counts/", {})

    assert answer.status_code == 422
    assert "ファイルを選んでください。" in text_of(answer)


def test_a_file_of_20_megabytes_is_refused_kindly(city, enrolment):
    answer = enrolment.post("/c/counts/", a_file(b"0,1,2,3,4,5,6,7\n" * (20 * 1024 * 64)))

    assert answer.status_code == 422
    assert "ファイルが大きすぎます（5MBまで）" in text_of(answer)
    assert events_of(city, "counts.refused")


def test_several_files_together_are_no_way_around_the_limit(city, enrolment):
    three = [SimpleUploadedFile(f"{n}.csv", b"x" * 2 * 1024 * 1024) for n in range(3)]

    answer = enrolment.post("/c/counts/", {"file": three[0], "more": three[1], "evenmore": three[2]})

    assert answer.status_code == 422
    assert "大きすぎます" in text_of(answer)


def test_the_operations_section_looks_but_does_not_bring_in(city, sakura):
    officer = sign_in(city.people[Role.OFFICER])

    page = officer.get("/c/counts/")
    answer = officer.post("/c/counts/", a_file(one_line(sakura, 17)))

    assert 'type="file"' not in page.content.decode()
    assert answer.status_code == 422
    assert "入園課だけ" in text_of(answer)
    with city.open():
        assert not CountImport.objects.exists()


def test_another_citys_import_looks_like_one_that_does_not_exist(city, sakura, enrolment):
    after = enrolment.post("/c/counts/", a_file(one_line(sakura, 17)))
    neighbour = sign_in(make_city("129998", "緑野市").people[Role.ENROLMENT])
    nowhere = "/c/counts/imports/00000000-0000-4000-8000-000000000000/"

    for act in ("", "accept/", "discard/"):
        ask = neighbour.post if act else neighbour.get
        real, unreal = ask(after["Location"] + act), ask(nowhere + act)
        assert (real.status_code, unreal.status_code) == (404, 404)
        assert real.content == unreal.content


# ---------------------------------------------------------------- months and facilities


def test_a_month_shows_every_facility_and_finds_by_state_and_name(city, sakura, enrolment):
    make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sakura, MAY)
    give_counts(sakura, JUNE, (("2", "3", "standard", 20),))

    page = text_of(enrolment.get("/c/counts/2026-06/"))
    none = text_of(enrolment.get("/c/counts/2026-06/?status=none"))
    found = text_of(enrolment.get("/c/counts/2026-06/?words=さくら&sort=difference"))

    assert "令和8年6月分の児童数" in page
    assert "さくら保育園" in page
    assert "すみれ保育園" in page
    assert "20 −68 88" in page
    assert "すみれ保育園" in none
    assert "さくら保育園" not in none
    assert "さくら保育園" in found
    assert "すみれ保育園" not in found


@pytest.mark.parametrize("where", ["/c/counts/", "/c/counts/2026-04/", "preview", "/c/counts/disputes/"])
def test_ten_facilities_cost_as_many_queries_as_all_172(city, enrolment, where):
    content = (FOLDER / APRIL_FILE).read_bytes()
    with scope(city.municipality.pk, None):
        make_facilities(city.municipality)

    def cost(lines: int) -> int:
        some = b"\r\n".join(content.split(b"\r\n")[: lines + 1])
        with city.open(Role.ENROLMENT) as actor:
            imported = counts_import.preview(some, by=actor, at=timezone.now())
            counts_import.accept(imported.pk, by=actor, at=timezone.now())
            waiting = counts_import.preview(some, by=actor, at=timezone.now())
        address = f"/c/counts/imports/{waiting.pk}/" if where == "preview" else where
        enrolment.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert enrolment.get(address).status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    few, many = cost(80), cost(1439)

    assert few == many
    assert many <= MOST_QUERIES


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.ADMINISTRATOR])
def test_the_record_names_exactly_the_rows_of_each_page(city, sakura, role):
    disputed(sakura)
    make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sakura, MAY)
    with city.open(Role.ENROLMENT) as actor:
        waiting = counts_import.preview(one_line(sakura, 3).encode(), by=actor, at=timezone.now())
        taken = counts_import.preview(one_line(sakura, 4, "2026/07").encode(), by=actor, at=timezone.now())
        counts_import.accept(taken.pk, by=actor, at=timezone.now())
    person = sign_in(city.people[role])

    for address in (
        "/c/counts/",
        f"/c/counts/imports/{waiting.pk}/",
        f"/c/counts/imports/{waiting.pk}/?show=new",
        f"/c/counts/imports/{taken.pk}/",
        "/c/counts/2026-06/",
        "/c/counts/2026-06/?status=none",
        "/c/counts/2026-06/1299900000901/",
        "/c/counts/2026-06/1299900000902/",
        "/c/counts/disputes/",
    ):
        answer = person.get(address)
        assert answer.status_code == 200, address
        assert shown_rows(answer) == recorded_rows(city), address


# ---------------------------------------------------------------- disputes


def test_the_count_stands_and_the_facility_gets_its_sheet_back(
    city, sakura, enrolment, run_jobs, mail_folder
):
    marked = disputed(sakura)
    listed = text_of(enrolment.get("/c/counts/disputes/"))
    assert "届いた人数 8人" in listed
    assert "施設の人数 9人" in listed

    answer = enrolment.post(
        f"/c/counts/disputes/{marked.pk}/answer/", {"outcome": "stands", "text": "転入は6月2日でした。"}
    )

    assert answer["Location"] == "/c/counts/disputes/"
    assert "回答しました" in text_of(enrolment.get("/c/counts/disputes/"))
    assert counts(city) == [(1, SheetStatus.WAITING, 88)]
    run_jobs()
    (mail,) = mail_folder.iterdir()
    assert sakura.clerk.address in mail.read_text()


def test_a_corrected_count_makes_a_new_version_with_that_cell(city, sakura, enrolment):
    marked = disputed(sakura)

    enrolment.post(
        f"/c/counts/disputes/{marked.pk}/answer/", {"outcome": "corrected", "text": "訂正しました。"}
    )

    assert counts(city) == [(1, SheetStatus.SUPERSEDED, 88), (2, SheetStatus.WAITING, 89)]
    page = text_of(enrolment.get("/c/counts/2026-06/1299900000901/"))
    assert "3号 0歳 標準時間 8 9 +1" in page


@pytest.mark.parametrize(
    ("outcome", "versions"),
    [
        ("stands", [(1, SheetStatus.WAITING, 88)]),
        ("corrected", [(1, SheetStatus.SUPERSEDED, 88), (2, SheetStatus.WAITING, 90)]),
    ],
)
def test_a_class_that_did_not_come_is_answered_like_any_other_cell(
    city, sakura, enrolment, outcome, versions
):
    missing = DisputedCell(Cell("129998", "3", "1", "short"), 2, "緑野市から2人通っています。")
    sheet = give_counts(sakura, JUNE)
    with sakura.open() as clerk:
        (marked,) = dispute(sheet.pk, [missing], shown_version=1, by=clerk, at=AT)
    listed = text_of(enrolment.get("/c/counts/disputes/"))
    assert "届いた人数 0人（この区分は届いていません）" in listed
    assert "届いた人数が正しい（0人のまま）" in listed

    enrolment.post(f"/c/counts/disputes/{marked.pk}/answer/", {"outcome": outcome, "text": "確かめました。"})

    assert counts(city) == versions
    with city.open():
        cells = ChildCount.objects.filter(sheet__version=len(versions), payer_code="129998")
        assert [(one.age, one.hours, one.count) for one in cells] == (
            [("1", "short", 2)] if outcome == "corrected" else []
        )


def test_an_empty_answer_is_said_at_the_field_and_keeps_what_was_typed(city, sakura, enrolment):
    marked = disputed(sakura)

    answer = enrolment.post(f"/c/counts/disputes/{marked.pk}/answer/", {"text": "確かめました。"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'href="#id_{marked.pk}_outcome_0"' in page
    assert "どちらかを選んでください。" in page
    assert "確かめました。" in page


def test_a_dispute_is_answered_once(city, sakura, enrolment):
    marked = disputed(sakura)
    address = f"/c/counts/disputes/{marked.pk}/answer/"
    enrolment.post(address, {"outcome": "stands", "text": "そのままです。"})

    second = enrolment.post(address, {"outcome": "corrected", "text": "やはり直します。"})

    assert second.status_code == 422
    assert "すでに回答しています" in text_of(second)


def test_the_operations_section_does_not_answer(city, sakura):
    marked = disputed(sakura)
    officer = sign_in(city.people[Role.OFFICER])

    page = officer.get("/c/counts/disputes/")
    answer = officer.post(
        f"/c/counts/disputes/{marked.pk}/answer/", {"outcome": "stands", "text": "そのままです。"}
    )

    assert "<textarea" not in page.content.decode()
    assert answer.status_code == 422
    assert "入園課だけ" in text_of(answer)


def test_a_corrected_file_answers_the_open_disputes_of_what_it_replaces(city, sakura, enrolment):
    marked = disputed(sakura)

    after = enrolment.post("/c/counts/", a_file(one_line(sakura, 17)))
    enrolment.post(f"{after['Location']}accept/")

    with city.open():
        marked = CountDispute.objects.get(pk=marked.pk)
        assert marked.outcome == "corrected"
        assert "新しい人数をご確認ください" in marked.answer
        assert Facility.objects.count() == 1
    assert "回答を待っている申し出はありません" in text_of(enrolment.get("/c/counts/disputes/"))
