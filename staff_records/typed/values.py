"""Days, numbers, codes, places and choices of a roster, read as people write them."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pages.wareki import NotADate, NotAMonth, parse_date, parse_month
from staff_records.typed import Doubtful, Unreadable
from staff_records.typed.characters import clean, long_vowels, narrow

YOUNGEST = 15  # 労働基準法 art. 56: nobody works before the 31 March after turning 15.
OLDEST_UNASKED = 90
LONGEST_ADDRESS = 200
LONGEST_REGISTRATION_NUMBER = 40
HOURS_OF_A_DAY = 24
HOURS_OF_A_MONTH = 744  # 31 days
DAYS_OF_A_MONTH = 31
MOST_YEN = 999_999_999
HUNDREDTH = Decimal("0.01")

_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-9]{2})(?::00)?")
_HOURS = re.compile(r"(?:([0-9]{1,3}(?:\.[0-9]{1,2})?)(?:時間?|H))?(?:([0-9]{1,2})分|(半))?", re.IGNORECASE)
_YEN = re.compile(r"([-△▲]?)[¥\\]?([-△▲]?)((?:[0-9]{1,3}(?:,[0-9]{3})+)|[0-9]+)円?(?:也|-)?")
_POSTAL_CODE = re.compile(r"〒?([0-9]{3})-?([0-9]{4})")
_REGISTRATION_NUMBER = re.compile(r"[\w()・\-ー./ ]+")
_A_NUMBER = re.compile("[0-9]|第[〇一二三四五六七八九十百千]+号")


def read_day(text: str) -> date | None:
    """
    A day in 和暦 or 西暦.

    :raises Unreadable: no day.
    """
    if not text.strip():
        return None
    try:
        return parse_date(text)
    except NotADate as refused:
        raise Unreadable(str(refused)) from None


def read_birth_date(text: str, today: date, *, sure: bool = False) -> date | None:
    """
    生年月日 of somebody who works.

    ``sure``: an age above 90 was asked about and is right.

    :raises Doubtful: older than 90 and not ``sure``.
    :raises Unreadable: no day, in the future, too young to work.
    """
    born = read_day(re.sub(r"(?:生|生れ|生まれ)\s*$", "", text))
    if born is None:
        return None
    if born > today:
        raise Unreadable("生年月日が未来の日付です。年を確かめて入力し直してください。")
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < YOUNGEST:
        raise Unreadable(f"年齢が{age}歳になります。生年月日の年を確かめて入力し直してください。")
    if age > OLDEST_UNASKED and not sure:
        raise Doubtful(f"年齢が{age}歳になります。生年月日の年を確かめてください。")
    return born


def read_month(text: str) -> date | None:
    """
    The first day of a month in 和暦 or 西暦.

    :raises Unreadable: no month.
    """
    plain = narrow(text)
    if not plain:
        return None
    try:
        return parse_month(plain)
    except NotAMonth:
        raise Unreadable(
            "年月として読めません。「令和7年4月」「R7.4」「2025/4」のように入力してください。"
        ) from None


def read_postal_code(text: str) -> str | None:
    """
    123-4567. Whether the code exists, ``lookups`` knows.

    :raises Unreadable: not seven digits.
    """
    plain = re.sub(r"\s", "", narrow(text))
    if not plain:
        return None
    found = _POSTAL_CODE.fullmatch(plain)
    if found is None:
        raise Unreadable("郵便番号を「123-4567」のように、数字7桁で入力してください。")
    return f"{found[1]}-{found[2]}"


def read_address(text: str) -> str | None:
    """
    住所 as typed, blanks single, half-width kana made wide.

    :raises Unreadable: longer than 200 characters, line breaks, pictographs, invisible characters.
    """
    plain = clean(text, most=LONGEST_ADDRESS)
    if plain and not re.search(r"[^\W\d_]", plain):
        raise Unreadable("住所に文字がありません。都道府県から入力してください。")
    return plain or None


def read_hours_a_day(text: str) -> Decimal | None:
    """
    Hours a day, 0 to 24: 7.75, 7:45, 7時間45分.

    :raises Unreadable: no hours, or more than a day has.
    """
    return read_hours(text, most=HOURS_OF_A_DAY)


def read_monthly_hours(text: str) -> Decimal | None:
    """
    Hours a month, 0 to 744: 160.5, 160:30, 160時間30分.

    :raises Unreadable: no hours, or more than a month has.
    """
    return read_hours(text, most=HOURS_OF_A_MONTH)


def read_hours(text: str, *, most: int) -> Decimal | None:
    """
    Hours up to ``most``, two places; minutes that do not fit them are rounded half up (7時間20分 is 7.33).

    :raises Unreadable: no hours, or more than ``most``.
    """
    plain = _packed(text)
    if not plain:
        return None
    if plain.startswith("-"):
        raise Unreadable(_range_words("時間", most))
    hours, minutes = _hours_and_minutes(plain)
    if minutes >= 60:
        raise Unreadable("分は0から59までの数字で入力してください。")
    total = (hours + Decimal(minutes) / 60).quantize(HUNDREDTH, ROUND_HALF_UP)
    if total > most:
        raise Unreadable(_range_words("時間", most))
    return total


def read_days_a_month(text: str) -> Decimal | None:
    """
    Days of work a month, 0 to 31 in halves: 20, 20日, 20.5.

    :raises Unreadable: no number of days, more than a month has, other fractions.
    """
    plain = _packed(text)
    if not plain:
        return None
    found = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9]{1,2})?)日?(半)?", plain)
    if found is None:
        raise Unreadable("日数を「20」や「20.5」のように、数字で入力してください。")
    days = Decimal(found[1]) + (Decimal("0.5") if found[2] else 0)
    if days * 2 % 1 or (found[2] and "." in found[1]):
        raise Unreadable("日数は1日か半日の単位で、「20」や「20.5」のように入力してください。")
    if days > DAYS_OF_A_MONTH:
        raise Unreadable(_range_words("日", DAYS_OF_A_MONTH))
    return days.quantize(Decimal("0.1"))


def read_yen(text: str, *, negative: bool = False) -> int | None:
    """
    Whole yen: 210,000 ￥210,000 210000円. ``negative``: -1,000 and △1,000 are taken.

    :raises Unreadable: no amount, fractions, misplaced commas, negative when that means nothing.
    """
    plain = _packed(text)
    if not plain:
        return None
    found = _YEN.fullmatch(plain)
    if found is None:
        if re.fullmatch(r"[-△▲]?[¥\\]?[0-9,]+\.[0-9]+円?", plain):
            raise Unreadable("金額に小数は使えません。円の単位で入力してください。")
        if re.search("[万千]", plain):
            raise Unreadable("金額を「210,000」のように、数字だけで入力してください。")
        if re.fullmatch(r"[-△▲]?[¥\\]?[0-9,]+円?", plain):
            raise Unreadable("カンマの位置を確かめて、「210,000」のように入力してください。")
        raise Unreadable("金額を「210,000」のように、数字で入力してください。")
    if found[1] and found[2]:
        raise Unreadable("金額を「210,000」のように、数字で入力してください。")
    digits = found[3].replace(",", "").lstrip("0")
    if len(digits) > len(str(MOST_YEN)):
        raise Unreadable(f"金額が大きすぎます。{MOST_YEN:,}円までで入力してください。")
    amount = int(digits or "0")
    if not (found[1] or found[2]) or amount == 0:
        return amount
    if not negative:
        raise Unreadable("金額は0以上で入力してください。")
    return -amount


def read_text(text: str, *, most: int) -> str | None:
    """
    One line of free text as typed (職名, 勤務先の名称): blanks single, half-width kana made wide.

    :raises Unreadable: longer than ``most`` characters, line breaks, pictographs, invisible characters.
    """
    return clean(text, most=most) or None


def read_staff_number(text: str) -> int | None:
    """
    職員番号, 1 to 99999; zeros in front (No.007) say nothing.

    :raises Unreadable: no such number.
    """
    plain = _packed(text)
    if not plain:
        return None
    found = re.fullmatch(r"(?:No\.?)?0*([1-9][0-9]{0,4})", plain, re.IGNORECASE)
    if found is None:
        raise Unreadable("職員番号を1から99999までの数字で入力してください。")
    return int(found[1])


def read_registration_number(text: str) -> str | None:
    """
    A number of a qualification as it stands on the certificate, zeros and all: 千葉県-012345, 平二四小一種第0123号.

    :raises Unreadable: without a digit, as Excel abbreviates a number, longer than 40 characters.
    """
    plain = narrow(text, most=LONGEST_REGISTRATION_NUMBER)
    if not plain:
        return None
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+|[0-9]+\.0*", plain, re.IGNORECASE):
        raise Unreadable(
            "Excelで番号が数値になり、桁が失われています。セルを文字列にして、番号を入力し直してください。"
        )
    if not _REGISTRATION_NUMBER.fullmatch(plain):
        raise Unreadable("番号は、文字・数字・ハイフンで「千葉県-012345」のように入力してください。")
    if not _A_NUMBER.search(plain):
        raise Unreadable("番号に数字がありません。登録証や免許状のとおりに入力してください。")
    return re.sub(r" ?- ?", "-", plain)


def read_choice(
    text: str, choices: Mapping[str, str], aliases: Mapping[str, str] | None = None
) -> str | None:
    """
    The code of a choice by its label: ``choices`` is code → label, ``aliases`` another spelling → code.

    Width, case, blanks and kinds of dash do not count. A code itself is taken too: a list sends it.

    :raises Unreadable: none of them; the sentence lists the labels.
    """
    typed = narrow(text)
    if not typed:
        return None
    plain = _comparable(typed)
    known = {_comparable(code): code for code in choices}
    known.update((_comparable(spelling), code) for spelling, code in (aliases or {}).items())
    known.update((_comparable(label), code) for code, label in choices.items())
    if plain not in known:
        labels = "".join(f"「{label}」" for label in choices.values())
        raise Unreadable(f"{labels}のどれかを入力してください。")
    return known[plain]


def _packed(text: str) -> str:
    """Numbers: half-width, without blanks."""
    return re.sub(r"\s", "", narrow(text))


def _comparable(text: str) -> str:
    plain = long_vowels(unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"[\s・()\-‐–−]", "", plain)


def _hours_and_minutes(plain: str) -> tuple[Decimal, int]:
    if _DECIMAL.fullmatch(plain):
        return Decimal(plain), 0
    if found := _CLOCK.fullmatch(plain):
        return Decimal(found[1]), int(found[2])
    found = _HOURS.fullmatch(plain)
    if found is None or ("." in (found[1] or "") and (found[2] or found[3])) or plain == "半":
        raise Unreadable("時間を「7.75」「7:45」「7時間45分」のように入力してください。")
    return Decimal(found[1] or 0), 30 if found[3] else int(found[2] or 0)


def _range_words(unit: str, most: int) -> str:
    return f"0から{most}までの数字（{unit}）で入力してください。"
