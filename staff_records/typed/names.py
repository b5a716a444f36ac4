"""
Names of people: read as they are written, searched by their kana, compared across old and new forms of characters.

One U+3000 stands between family and given name and nowhere else; within a part a blank is U+0020.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from fontTools.ttLib import TTFont

from documents.fonts import FOLDER
from staff_records.typed import Unreadable
from staff_records.typed.characters import (
    HAN,
    HIRAGANA,
    KATAKANA,
    LATIN,
    VARIANT_SELECTORS,
    clean,
    long_vowels,
)
from staff_records.typed.variants import ROWS

SEPARATOR = "\u3000"
LONGEST_NAME = 60
# In this order a character of a form is looked for (documents.fonts).
PAPER_FONTS = ("NotoSansJP-Regular.otf", "NotoSerifJP-Regular.otf")

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(f"[{LATIN}]")
_STRANGE_IN_NAME = re.compile(rf"[^{HAN}{HIRAGANA}{KATAKANA}{LATIN}{VARIANT_SELECTORS}ー・＝'’.\- \u3000]")
_STRANGE_IN_KANA = re.compile(rf"[^{HIRAGANA}ー・＝ \u3000]")
_MARKS_ONLY = re.compile(r"[ー・＝'’.\- \u3000]*")
# Kanji and hiragana names have two parts; one that is katakana or Latin throughout may be the only name.
_MAY_STAND_ALONE = re.compile(rf"[{KATAKANA}ー・＝]+|[{LATIN}'’.\-]+")
_CLUSTER = re.compile(rf"[\s\S][{VARIANT_SELECTORS}]?")
_LARGE = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_SAME_SOUND = str.maketrans("ぢづをゐゑ", "じずおいえ")
_V = str.maketrans("ぁぃぇぉ", "ばびべぼ")
_ROWS_OF_VOWELS = {
    "あ": "あかさたなはまやらわがざだばぱ",
    "い": "いきしちにひみりぎじびぴ",
    "う": "うくすつぬふむゆるぐずぶぷ",
    "え": "えけせてねへめれげぜでべぺ",
    "お": "おこそとのほもよろごぞどぼぽ",
}
_VOWEL_OF = {kana: vowel for vowel, row in _ROWS_OF_VOWELS.items() for kana in row}
# What a vowel is followed by when it is long, as it is usually spelt.
_LONG = {"あ": "あ", "い": "い", "う": "う", "え": "い", "お": "う"}
_FOLDED = {ord(each): row[0] for row in ROWS.split() for each in row[1:]}


def read_name(text: str, *, one_name: bool = False) -> str | None:
    """
    家族名 名, each character as typed: 髙 﨑 𠮷 and variants by selector (IVS) stay what they are.

    ``one_name``: the text is one part on purpose: a former family name (旧姓), or somebody who has one name only.

    :raises Unreadable: no blank in a Japanese name, or what no name has: digits, pictographs, invisible characters.
    """
    name = _in_parts(_plain(text))
    if not name:
        return None
    if "(" in name or "（" in name:
        raise Unreadable("かっこは使えません。旧姓などはそれぞれの欄に入力してください。")
    if strange := _STRANGE_IN_NAME.search(name):
        raise Unreadable(_why_not_in_a_name(strange[0]))
    if _MARKS_ONLY.fullmatch(name):
        raise Unreadable("氏名に文字がありません。「山田　花子」のように入力してください。")
    if SEPARATOR not in name and not one_name and not _MAY_STAND_ALONE.fullmatch(name):
        raise Unreadable("姓と名の間に空白を入れて、「山田　花子」のように入力してください。")
    return name


def read_kana(text: str) -> str | None:
    """
    ふりがな in hiragana (ヴ as ゔ), typed in hiragana or katakana of either width.

    :raises Unreadable: kanji, letters, digits and whatever else is not kana.
    """
    kana = _in_parts(hiragana(_plain(text)))
    if not kana:
        return None
    if strange := _STRANGE_IN_KANA.search(kana):
        raise Unreadable(_why_not_in_kana(strange[0]))
    if _MARKS_ONLY.fullmatch(kana) or kana[0] in "ーゝゞ":
        raise Unreadable("ふりがなを「やまだ　はなこ」のように、ひらがなで入力してください。")
    return kana


def family_part(name: str) -> str:
    """The family name of a name or kana that was read; the whole of one without a blank."""
    return name.partition(SEPARATOR)[0]


def given_part(name: str) -> str:
    """The given name of a name or kana that was read; nothing when there is one name only."""
    return name.partition(SEPARATOR)[2]


def hiragana(text: str) -> str:
    """Katakana as hiragana, small ヵ ヶ as か け; the rest stays."""
    plain = text.replace("ヵ", "か").replace("ヶ", "け").translate({ord("ヽ"): "ゝ", ord("ヾ"): "ゞ"})
    return "".join(chr(ord(each) - 0x60) if "ァ" <= each <= "ヴ" else each for each in plain)


def search_form(kana: str) -> str:
    """
    Kana as the blind index has them: whoever searches finds the person however either of them wrote the sounds.

    - Small kana are large: banks' and older systems' forms know no small ones (シヨウコ); しょうこ and しようこ meet.
    - A long vowel is one sound in three spellings (オーノ おおの おうの, ネー ねえ ねい), and stays long: not おの.
    - ぢ づ are じ ず, を ゐ ゑ are お い え, ヴァ is ば. Dakuten stay: かとう and がとう are two names.
    - Repeated kana are written out (みすゞ みすず). Blanks and marks go; of one part, give the part.

    A change here changes every index made by it: they must be built anew.
    """
    plain = hiragana(unicodedata.normalize("NFKC", kana))
    plain = re.sub(r"[^ぁ-ゖゝゞー]", "", plain)
    plain = re.sub(r"([ぁ-ゖ])([ゝゞ])", _repeated, plain)
    plain = re.sub(r"ゔ([ぁぃぇぉ])", lambda found: found[1].translate(_V), plain).replace("ゔ", "ぶ")
    written = ""
    for each in plain.translate(_LARGE).translate(_SAME_SOUND):
        vowel = _VOWEL_OF.get(written[-1:], "")
        is_long = each == "ー" or (vowel + each) in {"おお", "ええ"}
        written += _LONG.get(vowel, "") if is_long else each
    return re.sub("[ゝゞー]", "", written)


def folded_name(name: str) -> str:
    """A name for comparing: old forms and variants as one, without selectors, blanks, marks and case. Never shown."""
    bare = re.sub(f"[{VARIANT_SELECTORS}]", "", name)
    plain = unicodedata.normalize("NFKC", bare).translate(_FOLDED).casefold()
    return re.sub(r"[\s・=＝'’.\-]", "", plain)


def unencodable(text: str) -> list[str]:
    """The characters that a file in CP932 cannot carry, each once; a variant with its selector."""
    return _each_once(cluster for cluster in _CLUSTER.findall(text) if not _encodes(cluster))


def missing_in_paper_fonts(text: str) -> list[str]:
    """
    The characters that our forms cannot print as they are, each once.

    A variant whose glyph is missing is among them: it would be printed in its usual form, as another name.
    """
    known = _paper_characters()
    return _each_once(
        cluster for cluster in _CLUSTER.findall(text) if not cluster.isspace() and cluster not in known
    )


def _repeated(found: re.Match[str]) -> str:
    bare = unicodedata.normalize("NFD", found[1])[0]
    return found[1] + unicodedata.normalize("NFC", bare + "\u3099" if found[2] == "ゞ" else bare)


def _plain(text: str) -> str:
    plain = clean(text, most=LONGEST_NAME)
    plain = re.sub("[Ａ-Ｚａ-ｚ]", lambda found: unicodedata.normalize("NFKC", found[0]), plain)
    # Between letters a wide or typographic hyphen is a hyphen; between kana it is a long vowel.
    plain = re.sub(rf"(?<=[{LATIN}])[‐‑–−－](?=[{LATIN}])", "-", long_vowels(plain))
    return re.sub("[=゠]", "＝", plain)


def _in_parts(plain: str) -> str:
    """An ideographic blank that stands alone of its kind is the border of the parts; otherwise the first blank is."""
    if not plain:
        return ""
    border = SEPARATOR if plain.count(SEPARATOR) == 1 else None
    family, *given = plain.split(border, 1)
    return SEPARATOR.join(filter(None, (" ".join(family.split()), " ".join(" ".join(given).split()))))


def _why_not_in_a_name(strange: str) -> str:
    if unicodedata.category(strange) in {"Nd", "Nl", "No"}:
        return "氏名に数字は使えません。数字を除いて入力してください。"
    if strange in "，,、":
        return "読点やカンマは使えません。1つの欄に1人ずつ、「山田　花子」のように入力してください。"
    if unicodedata.category(strange).startswith("L"):
        return "氏名は、漢字・ひらがな・カタカナ・アルファベットで入力してください。"
    return f"「{strange}」は氏名に使えません。除いて入力してください。"


def _why_not_in_kana(strange: str) -> str:
    wants = "ひらがなかカタカナで入力してください。"
    if _HAN.fullmatch(strange):
        return f"ふりがなに漢字が含まれています。{wants}"
    if _LATIN.fullmatch(strange):
        return f"ふりがなにアルファベットが含まれています。{wants}"
    if unicodedata.category(strange) in {"Nd", "Nl", "No"}:
        return f"ふりがなに数字が含まれています。{wants}"
    return f"ふりがなに使えない文字が含まれています。{wants}"


def _each_once(clusters: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(clusters))


def _encodes(cluster: str) -> bool:
    try:
        cluster.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _paper_characters() -> frozenset[str]:
    """What the fonts of our forms have a glyph for: characters, and variants as character and selector."""
    known: set[str] = set()
    for file in PAPER_FONTS:
        with TTFont(FOLDER / file, lazy=True) as font:
            for table in font["cmap"].tables:
                if table.format == 14:
                    pairs = (
                        (code, selector) for selector, those in table.uvsDict.items() for code, _ in those
                    )
                    known.update(chr(code) + chr(selector) for code, selector in pairs)
                elif table.isUnicode():
                    known.update(map(chr, table.cmap))
    return frozenset(known)
