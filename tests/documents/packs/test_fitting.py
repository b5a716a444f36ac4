"""Texts in their cells: what fits at which size, where lines end, which characters nobody can draw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.packs.fitting import MM_PER_POINT, SMALLEST, Fit, Type, capacity, fitted, text_width
from documents.packs.typeface import Family, clusters, glyphless, width

WIDE, HIGH = 60.0, 20.0
KANJI_TEN = "委託費請求書内訳明細"


def lines(text: str, em: float, *, high: float = 400.0, wraps: bool = True) -> tuple[str, ...]:
    """Set in ten points in a column of so many em."""
    fit = fitted(text, em * 10 * MM_PER_POINT, high, 10, wraps=wraps, shrinks=False)
    assert fit is not None
    return fit.lines


def test_japanese_is_one_em_and_digits_as_the_font_says() -> None:
    assert text_width(KANJI_TEN, 72) == pytest.approx(254)
    assert width("ｱ", Family.SANS, False) == 0.5
    assert 0.5 < width("1", Family.SANS, False) < width("1", Family.SANS, True) < 0.65
    assert width("1", Family.SERIF, False) != width("1", Family.SANS, False)


def test_what_has_room_keeps_its_size() -> None:
    assert fitted("若葉保育園", WIDE, HIGH, 11, wraps=False, shrinks=True) == Fit(11, ("若葉保育園",), 1.05)


def test_what_has_none_shrinks_down_to_six_points_and_no_further() -> None:
    text = "若" * 20

    at_ten = text_width(text, 10)
    shrunk = fitted(text, at_ten * 0.8, HIGH, 10, wraps=False, shrinks=True)

    assert shrunk is not None
    assert shrunk.size == 8
    assert fitted(text, at_ten * 0.6, HIGH, 10, wraps=False, shrinks=True) is not None
    assert fitted(text, at_ten * 0.59, HIGH, 10, wraps=False, shrinks=True) is None
    assert fitted(text, at_ten * 0.8, HIGH, 10, wraps=False, shrinks=False) is None


def test_type_smaller_than_six_points_stays_as_the_template_has_it() -> None:
    fit = fitted("注", WIDE, HIGH, 4, wraps=False, shrinks=True)

    assert fit is not None
    assert fit.size == 4


def test_lines_end_between_japanese_characters_and_never_within_a_word_or_a_number() -> None:
    assert lines("子ども・子育て支援", 4) == ("子ども・", "子育て支", "援")
    assert lines("合計1,234,567円です", 5) == ("合計", "1,234,567", "円です")
    assert lines("see the next page", 4) == ("see the", "next", "page")
    assert lines("ｶﾌﾞｼｷｶﾞｲｼﾔ", 2) == ("ｶﾌﾞｼ", "ｷｶﾞｲ", "ｼﾔ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("あいうえ、か", ("あいう", "え、か")),
        ("あいうえ。か", ("あいう", "え。か")),
        ("あいう（か）", ("あいう", "（か）")),
        ("あいうえ」か", ("あいう", "え」か")),
        ("あいうスー", ("あいう", "スー")),
    ],
)
def test_nothing_that_closes_begins_a_line_and_nothing_that_opens_ends_one(
    text: str, expected: tuple[str, ...]
) -> None:
    assert lines(text, 4) == expected


def test_lines_that_the_text_ends_itself_are_kept() -> None:
    assert lines("一行目\n二行目\r\n\n四行目", 20) == ("一行目", "二行目", "", "四行目")


def test_a_word_wider_than_the_cell_is_split_only_at_the_smallest_size_and_a_number_never() -> None:
    narrow = 12 * SMALLEST * MM_PER_POINT
    word = fitted("https://example.jp/" + "a" * 20, narrow, 40, 10, wraps=True, shrinks=True)

    assert word is not None
    assert word.size == SMALLEST
    assert "".join(word.lines) == "https://example.jp/" + "a" * 20
    assert all(text_width(line, SMALLEST) <= narrow + 0.05 for line in word.lines)
    assert fitted("1" * 40, narrow, 40, 10, wraps=True, shrinks=True) is None


def test_five_hundred_characters_wrap_and_shrink_or_do_not_fit() -> None:
    text = "認定こども園若葉の森こどもえん分園。" * 28

    fit = fitted(text, 120, 60, 11, wraps=True, shrinks=True)

    assert fit is not None
    assert 6 <= fit.size < 11
    assert "".join(fit.lines) == text
    assert fit.height_mm <= 60.05
    assert fitted(text, 120, 10, 11, wraps=True, shrinks=True) is None


def test_the_capacity_is_what_really_fits() -> None:
    for wide, high in ((30.0, 8.0), (80.0, 21.0), (15.0, 4.0)):
        most = capacity(wide, high, 10, wraps=True, shrinks=True)
        assert fitted("字" * most, wide, high, 10, wraps=True, shrinks=True) is not None
        assert fitted("字" * (most + most // 3 + 20), wide, high, 10, wraps=True, shrinks=True) is None


def test_a_variant_is_one_character_as_wide_as_its_plain_form() -> None:
    assert clusters("葛\U000e0100飾区") == ["葛\U000e0100", "飾", "区"]
    assert text_width("葛\U000e0100", 10) == text_width("葛", 10)
    assert lines("辻\U000e0100辻\U000e0100辻\U000e0100", 2) == ("辻\U000e0100辻\U000e0100", "辻\U000e0100")


def test_rare_characters_of_names_have_glyphs_and_others_are_told_each_once() -> None:
    assert glyphless("髙﨑𠮷野家㈱①辻\U000e0100葛\U000e0100☑☐〒\nｱ\t") == []
    assert glyphless("山\ue000田\ue000🏫花") == ["\ue000", "🏫"]
    # The plain form exists, this variant of it does not: on paper it would be another character.
    assert glyphless("若\U000e01ef葉") == ["若\U000e01ef"]


@given(
    st.text(st.sampled_from("あ漢、。（）「」ー1,a ｶﾞ\n葛\U000e0100"), max_size=60),
    st.floats(4, 60),
    st.floats(3, 40),
    st.booleans(),
)
def test_whatever_fits_is_whole_and_within_its_space(
    text: str, wide: float, high: float, wraps: bool
) -> None:
    kind = Type(Family.SERIF)
    fit = fitted(text, wide, high, 12, kind=kind, wraps=wraps, shrinks=True)

    if fit is not None:
        assert "".join(fit.lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
        assert fit.height_mm <= high + 0.05
        assert all(text_width(line.rstrip(" "), fit.size, kind) <= wide + 0.06 for line in fit.lines)
