"""The administrators' pages of form packs: from an official workbook to a released form, by cells that are clicked."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.in_force import packs_for
from documents.models import FormPack
from documents.pack_states import FormPackState
from documents.packs.manifest_reading import read_manifest
from facilities.actors import Role
from tests.applications.stage import second_administrator
from tests.cast import Browser, City, make_city, make_facility, sign_in
from tests.documents.packs import made
from tests.documents.packs.made import MANIFEST, SHEET, workbook
from tests.documents.workbook_files import packed, parts, swelling

pytestmark = pytest.mark.django_db
HOME = "/c/form-packs/"
NEW = {
    "way": "new",
    "title": "委託費請求書",
    "code": "own_bill",
    "family": "monthly",
    "subject": "bill",
    "from_year": "2026",
    "to_year": "0",
    "source": "青葉台市の様式",
}


@pytest.fixture
def city() -> Iterator[City]:
    with made.told():
        yield make_city()


@pytest.fixture
def one(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


@pytest.fixture
def two(city: City) -> Browser:
    return sign_in(second_administrator(city))


def _text(answer: Any) -> str:
    html = re.sub(r"<style.*?</style>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def _file(content: bytes, name: str = "form.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _begin(one: Browser) -> str:
    answer = one.post(f"{HOME}start/", {**NEW, "file": _file(workbook())})
    assert answer.status_code == 302, _text(answer)
    return str(answer["Location"]).removesuffix("map/")


def _mapped(one: Browser) -> str:
    address = _begin(one)
    text = MANIFEST.replace("probe_bill", "own_bill").encode()
    answer = one.post(f"{address}manifest/", {"version": "1", "file": _file(text, "manifest.toml")})
    assert answer.status_code == 302, _text(answer)
    return address


def _row(city: City) -> FormPack:
    with city.open():
        row: FormPack = FormPack.objects.get()
        return row


def test_an_official_workbook_becomes_a_form_by_clicking_cells(city, one):
    address = _begin(one)

    page = one.get(f"{address}map/?sheet={SHEET}&cell=C4")

    html = page.content.decode()
    assert 'href="?sheet=%E8%AB%8B%E6%B1%82%E6%9B%B8&amp;cell=C5#cell-panel"' in html
    assert "C4 「施設名」" in _text(page)
    assert re.search(r'id="near-facility.name" name="source" value="facility.name" checked', html)
    answer = one.post(
        f"{address}map/cell/",
        {
            "version": "1",
            "sheet": SHEET,
            "cell": "C4",
            "place": f"{SHEET}!C4",
            "source": "facility.name",
            "label": "施設名",
        },
    )
    assert answer.status_code == 302
    assert answer["Location"].endswith("cell=C4#cell-panel")
    (field,) = read_manifest(_row(city).manifest).fields
    assert (field.source, field.at) == ("facility.name", (f"{SHEET}!C4",))
    assert "元に戻す" in _text(one.get(answer["Location"]))


def test_the_picture_says_what_stands_where_and_has_styles_of_its_own(one):
    address = _mapped(one)

    page = one.get(address)

    html = page.content.decode()
    assert "is-mapped" in html
    nonce = re.search(r'<style nonce="([^"]+)">', html)
    assert nonce
    assert f"'nonce-{nonce[1]}'" in page.headers["Content-Security-Policy"]
    assert " style=" not in html
    assert "nonce" not in one.get(HOME).headers["Content-Security-Policy"]


def test_a_wrong_name_is_told_at_its_cell(one):
    address = _begin(one)
    given = {
        "version": "1",
        "sheet": SHEET,
        "cell": "C4",
        "place": f"{SHEET}!C4",
        "source": "=",
        "formula": "facility.nam",
        "label": "施設名",
    }
    one.post(f"{address}map/cell/", given)

    page = one.get(f"{address}map/?sheet={SHEET}&cell=C4")

    assert "「facility.name」ではありませんか" in _text(page)
    assert "is-wrong" in page.content.decode()


def test_what_was_typed_stays_when_it_is_refused(one):
    address = _begin(one)
    given = {
        "version": "1",
        "sheet": SHEET,
        "cell": "C4",
        "place": f"{SHEET}!C4",
        "source": "=",
        "formula": "facility.name +",
        "label": "わたしの名前",
    }

    answer = one.post(f"{address}map/cell/", given)

    assert answer.status_code == 422
    assert "読み取れません" in _text(answer)
    assert 'value="facility.name +"' in answer.content.decode()
    assert 'value="わたしの名前"' in answer.content.decode()


def test_a_block_is_guessed_from_its_frames_and_becomes_rows(city, one):
    address = _begin(one)

    page = one.get(f"{address}map/?sheet={SHEET}&cell=B9")
    assert f'value="{SHEET}!B9:D13"' in page.content.decode()
    given = {"sheet": SHEET, "cell": "B9", "block": f"{SHEET}!B9:D13", "each": "bill_lines", "label": "内訳"}
    assert one.post(f"{address}map/block/", {"version": "1", "lines": "1", **given}).status_code == 302
    page = one.get(f"{address}map/?sheet={SHEET}&cell=D9")
    assert re.search(r'id="near-amount_yen"[^>]* checked', page.content.decode())
    column = {
        "version": "2",
        "sheet": SHEET,
        "cell": "D9",
        "place": f"{SHEET}!D9",
        "table": "bill_lines_rows",
        "source": "amount_yen",
        "label": "金額",
    }
    assert one.post(f"{address}map/column/", column).status_code == 302

    (table,) = read_manifest(_row(city).manifest).tables
    assert [(column.source, column.at) for column in table.columns] == [("amount_yen", "D")]
    assert "1行目のセルに移る" in _text(one.get(f"{address}map/?sheet={SHEET}&cell=D11"))


def test_names_are_found_by_word(one):
    address = _begin(one)

    page = _text(one.get(f"{address}map/?sheet={SHEET}&cell=C4&q=地域区分"))

    assert "地域区分（％）" in page
    assert "公私区分" not in page


def test_an_altered_workbook_is_carried_and_mended_in_one_click(city, one, two):
    address = _mapped(one)
    row = _row(city)
    two.post(f"{address}release/", {"shown_hash": row.content_hash})
    answer = one.post(
        f"{HOME}start/",
        {
            "way": "copy",
            "original": row.content_hash,
            "copy_year": "2027",
            "workbook": _file(workbook(down=1)),
        },
    )
    assert answer.status_code == 302
    moves = str(answer["Location"])

    page = _text(one.get(moves))

    assert "請求書!C6（請求額）は、新しい様式では請求書!C7に移ったようです" in page
    assert one.post(moves, {"version": "1"}).status_code == 302
    assert "すべての欄の場所が決まっています" in _text(one.get(moves))
    release = _text(two.get(moves.replace("moves/", "release/")))
    assert "場所：請求書!C6 → 請求書!C7" in release


def test_another_administrator_releases_and_facilities_print_with_it(city, one, two):
    address = _mapped(one)
    shown = {"shown_hash": _row(city).content_hash}
    assert "最後に変えた人" in _text(one.get(f"{address}release/"))
    assert one.post(f"{address}release/", shown).status_code == 422
    assert two.post(f"{address}release/", {"shown_hash": "0" * 64}).status_code == 422
    assert "この様式を公開しますか" in _text(two.get(f"{address}release/"))

    assert two.post(f"{address}release/", shown).status_code == 302

    assert _row(city).state == FormPackState.RELEASED
    with city.open():
        assert len(packs_for("bill", of="", fiscal_year=2026, facility_kind="nursery")) == 1
    assert "この様式を元に用意する" in _text(one.get(address))
    assert one.post(f"{address}map/undo/", {"version": "2"}).status_code == 422


def test_a_preview_shows_the_form_with_a_real_facility_beside_the_one_in_force(city, one, two):
    make_facility(city, "すみれ保育園")
    address = _mapped(one)
    row = _row(city)
    two.post(f"{address}release/", {"shown_hash": row.content_hash})
    given = {"way": "copy", "original": row.content_hash, "copy_year": "2027"}
    copy = str(one.post(f"{HOME}start/", given)["Location"]).replace("map/", "")

    page = one.get(f"{copy}preview/")

    text = _text(page)
    assert text.count("すみれ保育園") >= 3
    assert "令和8年度からの市の様式" in text
    assert text.count("すべての欄に収まりました") == 2
    pdf = one.get(f"{copy}preview/pdf/")
    assert pdf.content.startswith(b"%PDF")
    assert "%E4%B8%8B%E6%9B%B8%E3%81%8D" in pdf.headers["Content-Disposition"]


def test_a_preview_without_anything_to_try_says_so(one):
    address = _mapped(one)

    assert "試せる対象が、まだありません" in _text(one.get(f"{address}preview/"))
    assert one.get(f"{address}preview/pdf/").status_code == 200
    assert one.get(f"{address}preview/doc/").status_code == 404


def test_files_leave_as_they_are_kept(city, one):
    address = _mapped(one)

    book = one.get(f"{address}files/form.xlsx/")
    toml = one.get(f"{address}files/manifest.toml/")

    with city.open():
        assert book.content == bytes(FormPack.objects.get().workbook.content)
    assert read_manifest(toml.content.decode()) == read_manifest(_row(city).manifest)
    assert one.get(f"{address}files/other/").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "選んでください"),
        (b"no workbook", "Excelブックとして開けません"),
        (b"x" * (6 * 1024 * 1024), "大きすぎます"),
        (packed({**parts(""), "xl/vbaProject.bin": b"x"}), "マクロの入ったブックは使えません"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "パスワードを外し"),
        (swelling(), "中身が大きすぎます"),
    ],
)
def test_a_bad_upload_says_what_to_do_and_keeps_what_was_typed(city, one, content, words):
    answer = one.post(f"{HOME}start/", {**NEW, "file": _file(content)})

    assert answer.status_code == 422
    assert words in _text(answer)
    assert 'value="青葉台市の様式"' in answer.content.decode()
    with city.open():
        assert not FormPack.objects.exists()


def test_everything_missing_of_the_head_is_told_at_once(one):
    answer = one.post(f"{HOME}start/", {"way": "new", "file": _file(workbook())})

    page = _text(answer)
    for words in ("様式の名前を", "番号は", "区分を", "出典を", "はじめの年度を", "帳票の対象を"):
        assert words in page
    assert answer.content.decode().count('class="field-error"') == 6


def test_the_head_is_changed_and_a_stale_page_is_refused(city, one):
    address = _mapped(one)
    given = {**NEW, "title": "委託費 請求書", "facility_types": ["nursery"], "version": "2"}

    assert one.post(f"{address}head/", given).status_code == 302
    assert one.post(f"{address}head/", given).status_code == 422

    manifest = read_manifest(_row(city).manifest)
    assert (manifest.title, manifest.facility_types) == ("委託費 請求書", ("nursery",))
    assert len(manifest.fields) == 3


def test_the_dictionary_says_every_name_and_where_it_is_used(city, one):
    make_facility(city, "すみれ保育園")
    _mapped(one)

    page = one.get(f"{HOME}dictionary/?subject=bill&year=2026")
    text = _text(page)
    assert "facility.name" in text
    assert "委託費請求書（請求書!C4）" in text
    assert "個人の情報" in text
    found = re.search(r'<option value="([0-9a-f-]{36})">すみれ保育園の請求', page.content.decode())
    assert found
    shown = _text(one.get(f"{HOME}dictionary/?subject=bill&year=2026&example={found[1]}&q=請求額"))
    assert "6,000" in shown
    csv = one.get(f"{HOME}dictionary/csv/?subject=bill&year=2026&q=請求額").content.decode("utf-8-sig")
    assert "bill.total_yen,請求,請求額,金額,円" in csv


def test_the_list_is_filtered(one):
    _mapped(one)

    assert "own_bill" in _text(one.get(f"{HOME}?year=2026"))
    assert "条件に合う様式はありません" in _text(one.get(f"{HOME}?year=2026&q=どこにもない"))
    assert "条件に合う様式はありません" in _text(one.get(f"{HOME}?year=2026&kind=own"))
    assert "own_bill" in _text(one.get(f"{HOME}?year=2026&kind=waiting&q=請求書"))
    assert "own_bill" not in _text(one.get(f"{HOME}?year=2025"))


def test_pages_cost_the_same_however_many_forms_and_cells_there_are(one):
    address = _mapped(one)

    def cost(page: str) -> int:
        one.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert one.get(page).status_code == 200
        return len(queries)

    pages = (f"{HOME}?year=2026", f"{HOME}dictionary/?subject=bill&year=2026", f"{address}map/?cell=C4")
    before = [cost(page) for page in pages]
    for number in range(3):
        one.post(f"{HOME}start/", {**NEW, "code": f"bill_{number}", "file": _file(workbook())})
        given = {"version": f"{number + 2}", "sheet": SHEET, "cell": "D4", "place": f"{SHEET}!D4"}
        said = {"source": "=", "formula": f"{number}", "label": "数"}
        assert one.post(f"{address}map/cell/", {**given, **said}).status_code == 302

    assert [cost(page) for page in pages] == before


def test_another_city_finds_nothing(city, one):
    address = _mapped(one)
    other = make_city("129998", "緑野市")
    stranger = sign_in(other.people[Role.ADMINISTRATOR])

    for page in (
        "",
        "map/",
        "head/",
        "moves/",
        "workbook/",
        "preview/",
        "preview/pdf/",
        "release/",
        "files/form.xlsx/",
    ):
        assert stranger.get(f"{address}{page}").status_code == 404, page
    for act in ("map/cell/", "map/undo/", "release/", "discard/", "manifest/", "workbook/", "moves/"):
        assert stranger.post(f"{address}{act}").status_code == 404, act


def test_an_act_there_is_not_is_not_found(one):
    assert one.post(f"{_mapped(one)}map/nothing/").status_code == 404
