"""Names: kept as their bearers write them, found by their sounds, refused with a sentence when they are none."""

import re
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff_records.typed import Unreadable
from staff_records.typed.names import (
    family_part,
    folded_name,
    given_part,
    missing_in_paper_fonts,
    read_kana,
    read_name,
    search_form,
    unencodable,
)
from staff_records.typed.variants import ROWS
from tests.staff_records.nasty import NASTY, assert_reads_or_refuses

IVS = "\U000e0100"
HIRAGANA = (
    "あいうえおかきくけこがぎぐげごさしすせそざじずぜぞたちつてとだぢづでどなにぬねの"
    "はひふへほばびぶべぼぱぴぷぺぽまみむめもやゆよらりるれろわをんっゃゅょー"
)
KATAKANA = "".join(chr(ord(each) + 0x60) if each != "ー" else each for each in HIRAGANA)
HALF_WIDTH = {
    unicodedata.normalize("NFKC", chr(code) + mark): chr(code) + mark
    for mark in ("ﾞ", "ﾟ", "")
    for code in range(0xFF66, 0xFF9E)
}
# A part of a name: begins with a kana of its own.
PARTS = st.builds(
    str.__add__, st.sampled_from("あかさたなはまやらわがだばぱ"), st.text(alphabet=HIRAGANA, max_size=8)
)
KANA_NAMES = st.builds("{}　{}".format, PARTS, PARTS)


def in_katakana(kana: str) -> str:
    return kana.translate(str.maketrans(HIRAGANA, KATAKANA))


def in_half_width(kana: str) -> str:
    return "".join(HALF_WIDTH.get(each, each) for each in in_katakana(kana)).replace("　", " ")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("葉山 このは", "葉山　このは"),
        ("  葉山   このは　", "葉山　このは"),
        ("葉山\tこのは", "葉山　このは"),
        ("葉山\u00a0このは", "葉山　このは"),
        ("髙﨑 このは", "髙﨑　このは"),
        ("𠮷野 このは", "𠮷野　このは"),
        (f"辻{IVS} このは", f"辻{IVS}　このは"),
        ("葉山 \ufa19一", "葉山　\ufa19一"),  # 神 of JIS X 0213, which NFC would turn into another
        ("佐々木 みすゞ", "佐々木　みすゞ"),
        ("ﾊﾔﾏ ﾍﾞﾆ", "ハヤマ　ベニ"),
        ("は゛んた か\u3099く", "ばんた　がく"),
        ("ソフィ－ 葉", "ソフィー　葉"),
        ("\u2f2d\u2f65 このは", "山田　このは"),  # radicals, as some PDFs give them
        ("\u2ed1\u2f3e \u2ed8", "長戸　青"),
        ("マリア・クララ", "マリア・クララ"),
        ("ﾏﾘｱ･ｸﾗﾗ", "マリア・クララ"),
        ("ジャン=リュック", "ジャン＝リュック"),
        ("スハルヨ", "スハルヨ"),
        ("Ｍａｒｉａ", "Maria"),
        ("MAPLE ELIZA ANNE", "MAPLE　ELIZA ANNE"),
        ("デ ラ クルス　マリア", "デ ラ クルス　マリア"),
        ("葉山　マリア　このは", "葉山　マリア このは"),
        ("O'Leaf Ann－Marie", "O'Leaf　Ann-Marie"),
        ("Jose\u0301 Folha", "José　Folha"),
    ],
)
def test_a_name_keeps_its_characters_and_gets_one_blank(text, name):
    assert read_name(text) == name
    assert read_name(name) == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("葉山このは", "姓と名の間に空白"),
        ("葉山😀 このは", "絵文字"),
        ("葉山 このは☆", "絵文字"),
        ("葉山\u200b このは", "見えない文字"),
        ("葉山 このは\u202e", "見えない文字"),
        ("\ufeff葉山 このは", "見えない文字"),
        ("葉山\0 このは", "見えない文字"),
        ("葉山 このは\ufe0f", "見えない文字"),
        (f"辻{IVS}{IVS} このは", "見えない文字"),
        ("葉山 このは2", "数字"),
        ("葉山 このは２", "数字"),
        ("葉山 Ⅲ", "数字"),
        ("葉山 \ue001", "外字"),
        ("葉山 〓", "文字化け"),
        ("葉山 \ufffd", "文字化け"),
        ("葉山 このは\n木下 もみじ", "改行"),
        ("葉山（木下） このは", "かっこ"),
        ("葉山、木下", "カンマ"),
        ("葉山 @このは", "「@」は氏名に使えません"),
        ("葉山 Ёлка", "漢字・ひらがな・カタカナ・アルファベット"),
        ("・ ー", "氏名に文字がありません"),
        ("葉" * 40 + " " + "山" * 20, "60文字以内"),
        ("葉" * 100_000, "60文字以内"),
    ],
)
def test_what_no_name_has_is_refused_with_what_to_do(text, words):
    with pytest.raises(Unreadable, match=re.escape(words)):
        read_name(text)


def test_a_former_family_name_is_one_part():
    assert read_name("髙﨑", one_name=True) == "髙﨑"


def test_sixty_characters_are_counted_without_selectors():
    assert read_name("辻" + IVS + "葉" * 29 + " " + "山" * 29) is not None


def test_a_name_has_two_parts():
    assert family_part("葉山　マリア このは") == "葉山"
    assert given_part("葉山　マリア このは") == "マリア このは"
    assert (family_part("マリア"), given_part("マリア")) == ("マリア", "")


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("はやま このは", "はやま　このは"),
        ("ハヤマ　コノハ", "はやま　このは"),
        ("ﾊﾔﾏ ｺﾉﾊ", "はやま　このは"),
        ("ﾊﾞﾝﾀ ﾊﾟｵ", "ばんた　ぱお"),
        ("ヴィオラ", "ゔぃおら"),
        ("ｳﾞｨｵﾗ", "ゔぃおら"),
        ("コ－ノ ハナ", "こーの　はな"),
        ("ﾏﾘｱ･ｸﾗﾗ", "まりあ・くらら"),
        ("きょうこ ヰヱ", "きょうこ　ゐゑ"),
        ("みすゞ", "みすゞ"),
    ],
)
def test_kana_of_every_kind_become_hiragana(text, kana):
    assert read_kana(text) == kana


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("葉山 このは", "漢字が含まれています"),
        ("はやま 々", "漢字が含まれています"),
        ("Hayama", "アルファベットが含まれています"),
        ("はやま1", "数字が含まれています"),
        ("はやま!", "使えない文字"),
        ("ー", "ひらがなで入力"),
        ("はやま\u200b", "見えない文字"),
        ("は" * 61, "60文字以内"),
    ],
)
def test_what_is_no_kana_is_refused_with_what_to_do(text, words):
    with pytest.raises(Unreadable, match=re.escape(words)):
        read_kana(text)


@given(KANA_NAMES)
def test_kana_that_were_read_are_read_as_themselves(kana):
    assert read_kana(kana) == kana
    assert read_kana(in_katakana(kana)) == kana
    assert read_kana(in_half_width(kana)) == kana


@given(KANA_NAMES)
def test_every_width_is_found_by_the_same_search(kana):
    form = search_form(kana)

    assert search_form(in_half_width(kana)) == search_form(in_katakana(kana)) == form
    assert search_form(read_kana(in_half_width(kana))) == form
    assert search_form(form) == form
    assert not set(form) & set(" 　ーぁぃぅぇぉっゃゅょぢづをゔゝゞ・")


@pytest.mark.parametrize(
    "spellings",
    [
        ("しょうこ", "シヨウコ", "ショウコ", "ｼｮｳｺ", "しょーこ"),
        ("おおの", "オーノ", "おうの"),
        ("けい", "ケー", "けえ"),
        ("はっとり", "ハツトリ"),
        ("ちづる", "チズル"),
        ("かをる", "かおる"),
        ("みすゞ", "ミスズ"),
        ("ヴァイオラ", "バイオラ"),
        ("マリア・クララ", "まりあ　くらら"),
    ],
)
def test_spellings_of_one_sound_are_searched_alike(spellings):
    assert len({search_form(each) for each in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("おの", "おおの"), ("かとう", "がとう"), ("ゆき", "ゆうき"), ("はな", "ぱな")]
)
def test_different_names_are_searched_apart(one, other):
    assert search_form(one) != search_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙﨑　齋", "高崎 斉"),
        ("渡邉　眞", "渡邊　真"),
        ("渡辺　真", "渡邊　真"),
        ("齊藤　惠", "斎藤　恵"),
        ("濵澤　廣", "浜沢　広"),
        ("𠮷野　このは", "吉野このは"),
        (f"辻{IVS}　葉", "辻　葉"),
        ("\ufa19野　葉", "神野　葉"),
        ("Ｍａｒｉａ Folha", "MARIA　FOLHA"),
    ],
)
def test_old_forms_and_variants_compare_as_one(one, other):
    assert folded_name(one) == folded_name(other)


def test_names_of_other_people_do_not_compare_as_one():
    assert folded_name("葉山　このは") != folded_name("葉山　もみじ")


def test_no_character_is_folded_in_two_ways():
    characters = ROWS.replace(" ", "").replace("\n", "")

    assert len(set(characters)) == len(characters)
    assert all(unicodedata.normalize("NFKC", each) == each for each in characters)
    assert all(len(row) > 1 for row in ROWS.split())


@given(st.text(alphabet=ROWS + KATAKANA + IVS + "\ufa19 　ＡaÉ・", max_size=30))
def test_folding_a_folded_name_changes_nothing(text):
    assert folded_name(folded_name(text)) == folded_name(text)


def test_characters_a_file_cannot_carry_are_named_once():
    assert unencodable(f"髙﨑𠮷辻{IVS}𠮷野") == ["𠮷", f"辻{IVS}"]


def test_forms_print_variants_and_say_what_they_cannot_print():
    assert missing_in_paper_fonts(f"髙﨑　𠮷野 辻{IVS} ㈱①") == []
    assert missing_in_paper_fonts("辻\U000e01ef \U00031350 \U00031350") == ["辻\U000e01ef", "\U00031350"]


@pytest.mark.parametrize("reader", [read_name, read_kana])
def test_nothing_pasted_makes_the_readers_of_names_stumble(reader):
    for text in NASTY:
        assert_reads_or_refuses(reader, text)


def test_nothing_pasted_makes_the_forms_of_names_stumble():
    for text in NASTY:
        for form in (search_form, folded_name, family_part, given_part):
            assert isinstance(form(text), str)


@given(st.text(max_size=70))
def test_a_name_that_was_read_is_read_as_itself(text):
    for reader in (read_name, read_kana):
        with suppress(Unreadable):
            value = reader(text)
            assert value is None or reader(value) == value
