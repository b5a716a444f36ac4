"""A mapping carried onto an altered workbook: what fits stays, what moved is proposed, and no cell is wrong."""

from dataclasses import replace

import pytest

from documents.packs.carrying import Lost, carry, proposals, settle, still_lost
from documents.packs.editing import NoSuchKey
from tests.documents.packs.made import SHEET, manifest, template


def test_onto_the_same_sheet_everything_fits():
    carried = carry(manifest(), template(), template(extra="（令和9年度）"))

    assert carried.manifest == manifest()
    assert carried.lost == ()


def test_a_cell_that_moved_is_taken_off_and_proposed_where_its_label_stands():
    before, now = template(), template(down=1)

    carried = carry(manifest(), before, now)
    found = proposals(carried.lost, carried.manifest, now)

    assert carried.manifest.by_key["total"].at == ()
    assert carried.manifest.by_key["sent"].at == (f"{SHEET}!C5",)
    assert carried.manifest.tables[0].at == ""
    assert {(one.lost.key, one.now) for one in found} == {
        ("total", f"{SHEET}!C7"),
        ("lines", f"{SHEET}!B10:D14"),
    }
    assert "請求書!C6（請求額）は、新しい様式では請求書!C7に移ったようです" in found[0].words


def test_columns_that_moved_to_the_right_move_with_their_headings():
    before, now = template(), template(right=1)

    carried = carry(manifest(), before, now)
    mended = carried.manifest
    for one in proposals(carried.lost, mended, now):
        mended = settle(mended, one)

    assert mended.by_key["facility_name"].at == (f"{SHEET}!D4",)
    assert mended.tables[0].at == f"{SHEET}!C9:E13"
    assert [one.at for one in mended.tables[0].columns] == ["C", "D", "E"]
    assert still_lost(carried.lost, carried.manifest, mended) == []


def test_what_is_not_found_is_listed_and_not_guessed():
    now = template(down=1)
    carried = carry(manifest(), template(), now)
    total = next(one for one in carried.lost if one.key == "total")

    (gone,) = proposals([replace(total, left="合計額", above="")], carried.manifest, now)

    assert gone.now == ""
    assert "見つかりません" in gone.words
    with pytest.raises(NoSuchKey):
        settle(carried.manifest, gone)


def test_a_lost_place_comes_back_as_it_was_kept():
    carried = carry(manifest(), template(), template(down=1))

    assert tuple(type(one).of(one.as_plain()) for one in carried.lost) == carried.lost


def test_a_cell_whose_heading_changed_is_asked_about_in_its_own_words():
    now = template(extra="別の表題")
    lost = carry(manifest(), template(), now).lost
    assert lost == ()
    total = Lost("total", "請求額", f"{SHEET}!C6", "請求額", "別の見出し")

    (asked,) = proposals([total], carry(manifest(fields=()), template(), now).manifest, now)

    assert asked.now == f"{SHEET}!C6"
    assert "同じセルのままでよいか確かめてください" in asked.words
