"""The administrators' pages of packs: one brings a pack in, another one looks and releases it."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.models import ItemPack
from applications.states import PackState
from facilities.actors import Role
from tests.applications.packs import PRICE
from tests.applications.stage import release_pack, second_administrator
from tests.applications.wide_pack import WIDE
from tests.cast import Browser, City, make_city, sign_in

pytestmark = pytest.mark.django_db
HOME = "/c/item-packs/"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def one(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


@pytest.fixture
def two(city: City) -> Browser:
    return sign_in(second_administrator(city))


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _upload(browser: Browser, content: str | bytes) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    return browser.post(f"{HOME}upload/?year=2026", {"file": SimpleUploadedFile("price.toml", raw)})


def _only(city: City) -> ItemPack:
    with city.open():
        row: ItemPack = ItemPack.objects.get()
        return row


def test_one_brings_it_in_and_another_one_releases_it(city, one, two):
    answer = _upload(one, PRICE)
    assert answer.status_code == 302
    address = answer["Location"]
    page = _text(one.get(address))
    assert "読み込んだ人は公開できません" in page
    shown = {"shown_hash": _only(city).content_hash}
    assert one.post(f"{address}release/", shown).status_code == 422

    assert "公開する" in _text(two.get(address))
    assert two.post(f"{address}release/", {"shown_hash": "0" * 64}).status_code == 422
    assert two.post(f"{address}release/", shown).status_code == 302

    assert _only(city).state == PackState.RELEASED
    assert "公開中" in _text(one.get(f"{HOME}?year=2026"))


def test_every_problem_of_a_file_stands_at_its_path_and_nothing_is_kept(city, one):
    wrong = PRICE.replace('kind = "yen"', 'kind = "money"').replace("profile.capacity", "profile.nothing")

    answer = _upload(one, wrong)

    assert answer.status_code == 422
    page = _text(answer)
    assert "何も保存していません" in page
    assert "item[0].field[0].known_from" in page or "item[1].field[1].known_from" in page
    assert page.count("kind") >= 2
    with city.open():
        assert not ItemPack.objects.exists()


@pytest.mark.parametrize("content", ["", b"\xff\xfe\x00", "x" * 500_000])
def test_what_is_no_pack_is_refused_with_a_sentence(city, one, content):
    answer = _upload(one, content)

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_no_file_is_said_so(one):
    answer = one.post(f"{HOME}upload/")

    assert answer.status_code == 422
    assert "ファイルを選んでください" in _text(answer)


def test_the_preview_shows_every_field_of_the_type_and_where_known_ones_come_from(city, one):
    row = release_pack(city, WIDE)

    page = one.get(f"{HOME}{row.pk}/?type=nursery")

    text = _text(page)
    for words in ("休日保育の補助", "年度プロフィールから", "共同で実施する施設", "費用の内訳", "出る条件"):
        assert words in text, words
    assert '<fieldset class="pack-fields" disabled>' in page.content.decode()


def test_a_new_version_is_read_as_its_difference(city, one, two):
    release_pack(city, PRICE)
    changed = (
        PRICE.replace('label = "1か月の見込額"', 'label = "月の見込額"')
        .replace("least = 1\nmost = 2", "least = 1\nmost = 3")
        .replace('key = "team_childcare_report"', 'key = "team_report"')
    )
    address = _upload(one, changed)["Location"]

    page = _text(two.get(address))

    assert "欄「月の見込額」の名前：1か月の見込額 → 月の見込額" in page
    assert "欄「加配する職員の数」の最大：2 → 3" in page
    assert "チーム保育推進加算の実績 追加" in page
    assert "チーム保育推進加算の実績 削除" in page


def test_what_is_not_used_is_given_up(city, one):
    address = _upload(one, PRICE)["Location"]

    assert one.post(f"{address}discard/").status_code == 302

    assert _only(city).state == PackState.DISCARDED
    assert one.post(f"{address}discard/").status_code == 422


def test_the_shipped_packs_of_a_year_come_with_one_click(city, one, tmp_path, monkeypatch):
    folder = tmp_path / "2026"
    folder.mkdir()
    (folder / "price.toml").write_text(PRICE)
    (folder / "wide.toml").write_text(WIDE)
    monkeypatch.setattr("applications.shipped.FOLDER", tmp_path)
    assert "まとめて読み込む" in _text(one.get(f"{HOME}?year=2026"))

    assert one.post(f"{HOME}load/2026/").status_code == 302

    with city.open():
        assert ItemPack.objects.filter(state=PackState.DRAFT).count() == 2
    again = one.post(f"{HOME}load/2026/")
    assert again.status_code == 422
    assert "新しく読み込む様式はありません" in _text(again)
    assert "まとめて読み込む" not in _text(one.get(f"{HOME}?year=2026"))
