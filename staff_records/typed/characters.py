"""
Characters: which may stand in a cell, and how one is written that input methods and old systems write in several ways.

Kanji are never normalised: NFC and NFKC turn U+FA19 into U+795E (both 神), and a person's own character would be lost.
"""

import re
import unicodedata

from staff_records.typed import Unreadable

# Longer than any cell may be: not worth looking at.
LONGEST = 1000
# With 々 〆 〇 〻, compatibility ideographs and all extensions: newer ones than this Python knows are names too.
HAN = r"々〆〇〻\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f"
HIRAGANA = r"ぁ-ゖゝゞ"
KATAKANA = r"ァ-ヺヽヾ"
LATIN = r"A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
# IVS and standardised variants: which form of a character is meant.
VARIANT_SELECTORS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
DASHES = "-‐‑‒–—―−－ｰー─"

_LONG_VOWEL = re.compile(rf"(?<=[ぁ-ゖァ-ヺー])[{re.escape(DASHES)}](?![0-9０-９])")
_HALF_KANA = re.compile(r"[\uff61-\uff9f]+")
# A kanji from a PDF is often its radical, which only looks the same (U+2F2D for 山). NFKC does not know all of them.
_RADICALS = re.compile(r"[\u2e9f\u2ef3\u2f00-\u2fd5]")
_MORE_RADICALS = str.maketrans(
    "\u2ea0\u2ec1\u2ec4\u2ec6\u2ed1\u2ed8\u2edd\u2ee4\u2ee8\u2ee9\u2eeb\u2eed\u2eef\u2ef2\u2f3e",
    "民虎西角長青食鬼麦黄斉歯竜亀戸",
)
_KANA_AND_SOUND = re.compile(r"[ぁ-ヿ][\u3099\u309a]")
_LETTER_AND_ACCENT = re.compile(rf"[{LATIN}][\u0300-\u036f]+")
_STRAY_SELECTOR = re.compile(rf"(?<![{HAN}])[{VARIANT_SELECTORS}]")
_PICTOGRAPHS = re.compile(r"[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u20e3\u200d]")


def clean(text: str, *, most: int) -> str:
    """
    The text of a cell, one way of writing each: full-width kana, composed sounds, real kanji, single blanks.

    ``most``: how many characters it may have, selectors of variants not counted.

    :raises Unreadable: line breaks inside; invisible characters, 外字, pictographs, broken characters; too long.
    """
    text = text.strip()
    if len(text) > LONGEST or length(text) > most:
        raise Unreadable(f"{most}文字以内で入力してください。")
    if re.search(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text):
        raise Unreadable("改行が含まれています。1つの欄に1つだけ、改行なしで入力してください。")
    _refuse_strange(text)
    # Sounds typed after their kana (は゛, ﾊﾞ) join it.
    text = _HALF_KANA.sub(_compatible, text.replace("゛", "\u3099").replace("゜", "\u309a"))
    for some in (_KANA_AND_SOUND, _LETTER_AND_ACCENT):
        text = some.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    text = _RADICALS.sub(_compatible, text.translate(_MORE_RADICALS))
    return re.sub(r"\s+", _one_blank, text)


def long_vowels(text: str) -> str:
    """A dash after kana is a long vowel, whatever the keyboard gave; before a digit it is a dash."""
    return _LONG_VOWEL.sub("ー", text)


def length(text: str) -> int:
    """In characters as people count them: a selector of a variant belongs to its character."""
    return len(re.sub(f"[{VARIANT_SELECTORS}]", "", text))


def narrow(text: str, *, most: int = 100) -> str:
    """
    Text for codes, numbers and choices: NFKC, one kind of dash, no blanks at the ends.

    :raises Unreadable: as ``clean``.
    """
    plain = long_vowels(unicodedata.normalize("NFKC", clean(text, most=most)))
    return re.sub(rf"(?<![ぁ-ゖァ-ヺー])[{re.escape(DASHES)}]|[{re.escape(DASHES[:8])}]", "-", plain).strip()


def _compatible(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found[0])


def _one_blank(found: re.Match[str]) -> str:
    return "\u3000" if "\u3000" in found[0] else " "


def _refuse_strange(text: str) -> None:
    if _PICTOGRAPHS.search(text):
        raise Unreadable("絵文字や記号の絵は使えません。文字だけで入力してください。")
    if _STRAY_SELECTOR.search(text):
        raise Unreadable("見えない文字が含まれています。いちど消して、キーボードから入力し直してください。")
    for each in text:
        kind = unicodedata.category(each)
        if kind == "Co":
            raise Unreadable(
                "外字（この端末だけに登録した文字）は、ほかの端末で表示できません。近い字で入力してください。"
            )
        if kind == "Cs" or each in "\ufffd〓":
            raise Unreadable("文字化けしているようです。正しい文字で入力し直してください。")
        if (kind in {"Cc", "Cf", "Zl", "Zp"} and each != "\t") or each in "\u115f\u1160\u3164\uffa0\u2800":
            raise Unreadable(
                "見えない文字が含まれています。いちど消して、キーボードから入力し直してください。"
            )
        if kind == "Cn" and not re.fullmatch(f"[{HAN}]", each):
            raise Unreadable("表示できない文字が含まれています。正しい文字で入力し直してください。")
