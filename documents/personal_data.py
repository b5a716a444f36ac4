"""
Does a table seem to carry children's names, birth dates or addresses (R12)?

By heading and by content. The answer names columns only, never what stands in them: what is refused is neither kept
nor quoted. Better to refuse a harmless file than to take in a child's name.
"""

import re

from documents.reading import Problem, Table

HEADINGS = re.compile(
    r"氏名|児童名|園児名|子ども名|こども名|名前|フリガナ|ふりがな|カナ|かな|生年月日|誕生日|住所|電話|TEL|携帯|"
    r"保護者|世帯主|続柄|性別|個人番号|マイナンバー|宛名番号|被保険者|メール",
    re.IGNORECASE,
)
# A facility's name is no child's; a month may be written with its first day, which is no birth date.
ALLOWED_HEADINGS = frozenset({"施設名", "施設名称", "事業所名", "対象年月"})
BIRTH_DATE = re.compile(
    r"(?:(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|(?:19|20)\d{6}|(?:令和|平成|昭和|R|H|S)\.?\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
)
ADDRESS = re.compile(r"[都道府県市区町村].*(?:丁目|番地|番\d|\d+[-−ー‐]\d+)")
PHONE = re.compile(r"0\d{1,4}[-−(]\d{1,4}[-−)]\d{3,4}")
FULL_NAME = re.compile(
    r"[\u4e00-\u9fff々〆ヶ]{1,4}[ \u3000][\u4e00-\u9fff々〆ヶぁ-んァ-ヶー]{1,5}|[ァ-ヶー]{2,8}[ \u3000][ァ-ヶー]{2,8}|[ぁ-んー]{2,8}[ \u3000][ぁ-んー]{2,8}"
)
MY_NUMBER = re.compile(r"\d{12}")
# A single odd cell in a known column is a slip; a habit of them is a list of children.
SUSPICIOUS_SHARE = 0.2


def suspicions(table: Table, known: frozenset[str]) -> list[Problem]:
    """
    One problem for each column that seems to carry a child's personal data; empty when none does.

    ``known``: headings the file is expected to have. Their cells are looked at too, except the facility's name.
    """
    found = []
    for place, heading in enumerate(table.headings, start=1):
        if heading in ALLOWED_HEADINGS:
            continue
        if heading not in known and HEADINGS.search(heading):
            found.append(_problem(place, "見出し"))
            continue
        values = [row[heading] for row in table.rows if row[heading]]
        if values and _looks_personal(values, is_known=heading in known):
            found.append(_problem(place, "内容"))
    return found


def _looks_personal(values: list[str], *, is_known: bool) -> bool:
    share = SUSPICIOUS_SHARE if is_known else 0.0
    hits = sum(1 for value in values if _is_personal(value))
    return hits > share * len(values)


def _is_personal(value: str) -> bool:
    return bool(
        BIRTH_DATE.fullmatch(value)
        or ADDRESS.search(value)
        or PHONE.fullmatch(value)
        or FULL_NAME.fullmatch(value)
        or (MY_NUMBER.fullmatch(value) and is_my_number(value))
    )


def is_my_number(digits: str) -> bool:
    """Whether twelve digits have the check digit of a 個人番号 (番号法施行令・総務省令の検査用数字)."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    remainder = sum(int(digit) * weight for digit, weight in zip(digits[:11], weights, strict=True)) % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def _problem(place: int, where: str) -> Problem:
    return Problem(
        f"{place}列目の{where}に、子どもの氏名・生年月日・住所などの個人情報が含まれているようです。"
        "個人情報は取り込めません。人数だけのファイルを選んでください。ファイルは保存していません。"
    )
