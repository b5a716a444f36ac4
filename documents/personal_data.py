"""
Does a table seem to carry children's names, birth dates or addresses (R12)?

By heading and by content. The answer names columns only, never what stands in them: what is refused is neither kept
nor quoted. Better to refuse a harmless file than to take in a child's name.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from documents.reading import Problem, Row, Table, normalised
from pages.wareki import NotAMonth, parse_month

HEADINGS = re.compile(
    r"氏名|姓名|児童名|園児|子ども名|こども名|幼児名|名前|漢字|フリガナ|ふりがな|カナ|かな|(?<!発)生年月|誕生日|生まれ|"
    r"住所|居所|番地|郵便番号|電話|TEL|携帯|連絡先|保護者|父|母|世帯主|続柄|性別|個人番号|マイナンバー|宛名番号|"
    r"児童番号|受給者|被保険者|支給認定証|メール|MAIL|NAME|BIRTH|ADDRESS",
    re.IGNORECASE,
)
# The code of the municipality a child lives in is no address.
MUNICIPALITY_HEADING = re.compile(
    r"(?:住所|居所|居住)地?(?:市区?町村|自治体|団体)?(?:コード|CD)", re.IGNORECASE
)
# What guardians pay together is an amount, under the word most cities use for it.
AMOUNT_HEADING = re.compile(r"(?:国基準)?保護者負担(?:額|金)(?:合計|総額|計)?")
MUNICIPALITY_CODE = re.compile(r"\d{5,6}")
FACILITY_NAME = "施設名"
# A month may stand under many headings, none of births. What is written there as a day must be a first of the month.
MONTH_HEADING = re.compile(
    r"(?!.*(?:(?<!発)生|誕)).*(?:年月|対象月)度?分?|YM|(?:[A-Z]+_)?MONTH", re.IGNORECASE
)
# What a facility's name has and a child's has not.
FACILITY_WORDS = re.compile(r"園|所|保育|ホーム|ルーム|育|センター|の家|ハウス|スクール|事業")
# How facilities' names end, and children's never. One alone proves nothing: see ``Facilities``.
FACILITY_ENDING = re.compile(
    r"(?:保育園|保育所|保育室|幼稚園|こども園|子ども園|子供園|学園|乳児院|保育ママ|ホーム|ルーム|ハウス|スクール|センター|の家)"
    r"(?:\(?.{0,4}(?:分園|本園)\)?)?$"
)
TIME_OF_DAY = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
DATE = re.compile(
    r"(?:(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|"
    r"(?:令和|平成|昭和|[RHS])\.?(?:\d{1,2}|元)[-/.年]\d{1,2}[-/.月]\d{1,2}日?|[RHS]\d{6})" + TIME_OF_DAY,
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[都道府県市区町村].*(?:丁目|番地|番\d|\d+[-−ー‐]\d+)")
PHONE = re.compile(r"0\d{1,4}[-−(]\d{1,4}[-−)]\d{3,4}|0[5789]0\d{8}")
FULL_NAME = re.compile(
    r"[\u4e00-\u9fff々〆ヶ]{1,4} [\u4e00-\u9fff々〆ヶぁ-んァ-ヶー]{1,5}"
    r"|[ァ-ヶー]{2,8} [ァ-ヶー]{2,8}|[ぁ-んー]{2,8} [ぁ-んー]{2,8}"
)
MY_NUMBER = re.compile(r"\d{4} ?\d{4} ?\d{4}")
# What somebody writes of a child in a sentence. Words that any nursery writes (赤ちゃん, お兄ちゃん) name nobody.
CHILD_NAMED = re.compile(
    r"(?:園児|児童|幼児|乳児|子ども|子供|こども|お子(?:さん|さま|様)?)の?(?:氏名|名前|名)\s*[:：]\s*"
    r"(?!別紙|なし|無し|紙|省略|記載)[一-龯々ぁ-んァ-ヶ]{2,}"
)
CHILD_CALLED = re.compile(
    r"[一-龯々][一-龯々ぁ-んァ-ヶー 　]{1,8}(?<!赤)(?<!兄)(?<!姉)(?<!あか)(?<!ばあ)(?<!じい)(?<!にい)(?<!ねえ)"
    r"(?:ちゃん(?!と)|(?<![をはがにもで])ちゃんと|くん(?![一-龯]))"
)
BORN = re.compile(
    rf"(?:生年月日|誕生日)\s*[:：は]?\s*(?:{DATE.pattern})|(?:{DATE.pattern})\s*(?:生ま?れ?(?![一-龯])|誕生)",
    re.IGNORECASE,
)
NUMBER_IN_TEXT = re.compile(r"(?<![\d,.-])\d{4}[ -]?\d{4}[ -]?\d{4}(?![\d,.-])")
NAMES_A_CHILD = (
    "子どもの氏名・生年月日か個人番号のような内容があります。"
    "氏名などは書かず、「3歳児1人」のように書いてください。"
)
# A single odd cell in a column we know is a slip; a habit of them is a list of children.
SUSPICIOUS_SHARE = 0.2


@dataclass(frozen=True)
class Facilities:
    """The city's facilities, by which a column of their names is told from one of children's: plain names, numbers."""

    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], numbers: Iterable[str]) -> "Facilities":
        """Names as they are registered; blanks and ways of writing do not count."""
        return cls(frozenset(map(plain_name, names)), frozenset(numbers))

    def are_named_in(self, heading: str, rows: list[Row]) -> bool:
        """
        Whether every cell of a column names a facility.

        It is a registered name; or, on a line with a registered number, it ends like one and says nothing else that
        is personal. An empty column names nothing.
        """
        filled = {(row[heading], not self.numbers.isdisjoint(row.values)) for row in rows if row[heading]}
        return bool(filled) and all(
            plain_name(name) in self.names or (has_number and _ends_like_a_facility(name))
            for name, has_number in filled
        )


NO_FACILITIES = Facilities()


def _ends_like_a_facility(name: str) -> bool:
    return FACILITY_ENDING.search(plain_name(name)) is not None and not _is_personal(name, FACILITY_NAME)


def plain_name(name: str) -> str:
    """A name as it is compared: blanks and ways of writing do not count."""
    return re.sub(r"\s", "", normalised(name))


def suspicions(table: Table, known: frozenset[str], facilities: Facilities = NO_FACILITIES) -> list[Problem]:
    """
    One problem for each column that seems to carry a child's personal data; empty when none does.

    ``known``: headings the file is expected to have. Their cells are looked at too. ``facilities``: those of the city;
    a column of nothing but their names is nobody's, whatever its heading.
    """
    found = []
    for place, heading in enumerate(table.headings, start=1):
        # A number of children (在園児数) is what we came for.
        is_known = (
            heading in known
            or AMOUNT_HEADING.fullmatch(heading) is not None
            or _holds_municipalities(heading, table.rows)
        )
        where = ""
        if not is_known and HEADINGS.search(heading) and not heading.endswith("数"):
            where = "見出し"
        elif _looks_personal(heading, table.rows, is_known=heading in known):
            where = "内容"
        if where and not facilities.are_named_in(heading, table.rows):
            found.append(_problem(place, where))
    return found


def _holds_municipalities(heading: str, rows: list[Row]) -> bool:
    return MUNICIPALITY_HEADING.fullmatch(heading) is not None and all(
        MUNICIPALITY_CODE.fullmatch(value) for value in {row[heading] for row in rows} if value
    )


def _looks_personal(heading: str, rows: list[Row], *, is_known: bool) -> bool:
    # The same value is judged once, however often it stands there.
    values = [row[heading] for row in rows]
    judged = {value: _is_personal(value, heading) for value in set(values) if value}
    hits = sum(judged.get(value, False) for value in values)
    share = SUSPICIOUS_SHARE if is_known else 0.0
    return hits > share * sum(1 for value in values if value)


def _is_personal(value: str, heading: str) -> bool:
    if MONTH_HEADING.fullmatch(heading) and _is_month(value):
        return False
    if FULL_NAME.fullmatch(value):
        return heading != FACILITY_NAME or not FACILITY_WORDS.search(value)
    return bool(
        DATE.fullmatch(value) or ADDRESS.search(value) or PHONE.fullmatch(value) or is_my_number(value)
    )


def _is_month(value: str) -> bool:
    """A month may be written with its first day, which is no birth date."""
    try:
        parse_month(value)
    except NotAMonth:
        return False
    return True


def is_my_number(value: str) -> bool:
    """Whether these are twelve digits with the check digit of a 個人番号 (番号利用法施行令第8条の検査用数字)."""
    if not MY_NUMBER.fullmatch(value):
        return False
    digits = value.replace(" ", "")
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    remainder = sum(int(digit) * weight for digit, weight in zip(digits[:11], weights, strict=True)) % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def names_a_child(text: str) -> bool:
    """
    Whether a free text seems to name a child, to say when somebody was born, or to hold a 個人番号 (R12).

    It finds what is written as such; a bare name it cannot tell from any other word.
    """
    plain = normalised(text)
    return bool(
        CHILD_NAMED.search(plain)
        or CHILD_CALLED.search(plain)
        or BORN.search(plain)
        or any(is_my_number(re.sub(r"[ -]", "", found)) for found in NUMBER_IN_TEXT.findall(plain))
    )


def _problem(place: int, where: str) -> Problem:
    return Problem(
        f"{place}列目の{where}に、子どもの氏名・生年月日・住所などの個人情報が含まれているようです。"
        "個人情報は取り込めません。人数だけのファイルを選んでください。ファイルは保存していません。"
    )


def seems_filled_in(rows: Sequence[Sequence[str]]) -> bool:
    """
    Whether the texts of a form, row by row, are somebody's and no empty form's (様式の記入済みのもの).

    The words of a form speak of names and birthdays themselves; what tells is what stands behind them: a 個人番号, a
    sentence about a child, or two rows of a full name with a day or a telephone number.
    """
    plain = [[normalised(text) for text in row] for row in rows]
    if any(is_my_number(text) or names_a_child(text) for row in plain for text in row):
        return True
    people = [
        row
        for row in plain
        if any(FULL_NAME.fullmatch(text) and len(plain_name(text)) > 2 for text in row)
        and any(DATE.fullmatch(text) or PHONE.fullmatch(text) for text in row)
    ]
    return len(people) > 1
