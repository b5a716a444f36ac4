"""和暦: eras, reading months and days as people write them, writing dates as offices do."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Era:
    """One era: its name, kana and letter, its first day, and the western year of its year 1."""

    name: str
    kana: str
    letter: str
    begins: date
    first_year: int

    def year_of(self, day: date) -> int:
        """The year within the era; the first is 1 (元年)."""
        return day.year - self.first_year + 1

    @property
    def ends(self) -> date:
        """The first day of the era after this one."""
        return min((era.begins for era in ERAS if era.begins > self.begins), default=date.max)

    @property
    def callings(self) -> frozenset[str]:
        """令和 令 レイワ R."""
        return frozenset({self.name, self.name[0], self.kana, self.letter})


# Newest first. 明治 starts here with the first day of the solar calendar in Japan, its sixth year.
ERAS = (
    Era("令和", "レイワ", "R", date(2019, 5, 1), 2019),
    Era("平成", "ヘイセイ", "H", date(1989, 1, 8), 1989),
    Era("昭和", "ショウワ", "S", date(1926, 12, 25), 1926),
    Era("大正", "タイショウ", "T", date(1912, 7, 30), 1912),
    Era("明治", "メイジ", "M", date(1873, 1, 1), 1868),
)


class NotAMonth(ValueError):
    """The text is not a year and month. The message says what to write."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"「{text}」は年月として読めません。「令和8年6月」や「2026/06」の形で入力してください。"
        )


class NotADate(ValueError):
    """The text is not a day. The message says what to write and does not repeat it: it may be a birth date."""


def era_of(day: date) -> Era:
    """
    The era of a day.

    :raises ValueError: before 1873.
    """
    for era in ERAS:
        if day >= era.begins:
            return era
    raise ValueError(f"no era for {day}")


def year_words(day: date) -> str:
    """令和8年; the first year is 元年."""
    era = era_of(day)
    year = era.year_of(day)
    return f"{era.name}{'元' if year == 1 else year}年"


def month_words(day: date) -> str:
    """令和8年6月."""
    return f"{year_words(day)}{day.month}月"


def day_words(day: date) -> str:
    """令和8年6月10日."""
    return f"{month_words(day)}{day.day}日"


def date_words(day: date) -> str:
    """令和8年6月10日(水)."""
    return f"{day_words(day)}({WEEKDAYS[day.weekday()]})"


def short_date_words(day: date) -> str:
    """R8.6.10; the first year is R1."""
    era = era_of(day)
    return f"{era.letter}{era.year_of(day)}.{day.month}.{day.day}"


def moment_words(moment: datetime) -> str:
    """令和8年6月10日(水) 9:05, for a moment that is in Japan's time already."""
    return f"{date_words(moment.date())} {time_words(moment)}"


def time_words(moment: datetime) -> str:
    """9:05."""
    return f"{moment.hour}:{moment:%M}"


def fiscal_year_words(fiscal_year: int) -> str:
    """令和8年度, by the year's first day of April."""
    return f"{year_words(date(fiscal_year, 4, 1))}度"


_WESTERN = re.compile(r"(?P<year>(?:19|20)\d{2})(?:年|[-/.])(?P<month>\d{1,2})月?(?:[-/.日]?0?1日?)?")
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})")
_JAPANESE = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])(?P<year>\d{1,2}|元)(?:年|[-/.])(?P<month>\d{1,2})月?(?:[-/.]?0?1日?)?"
)


def parse_month(text: str) -> date:
    """
    The first day of the month written in ``text``: 令和8年6月, R8.6, 2026/06, 2026-06-01, ２０２６年６月, 202606.

    :raises NotAMonth: anything else, or a month the era does not have.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    found = _WESTERN.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found:
        return _first_day(text, int(found["year"]), int(found["month"]))
    found = _JAPANESE.fullmatch(plain)
    if not found:
        raise NotAMonth(text)
    era = next(era for era in ERAS if found["era"] in {era.name, era.letter})
    year = 1 if found["year"] == "元" else int(found["year"])
    first = _first_day(text, era.first_year + year - 1, int(found["month"]))
    if year < 1 or first < era.begins.replace(day=1) or first >= era.ends:
        raise NotAMonth(text)
    return first


def _first_day(text: str, year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        raise NotAMonth(text) from None


FIRST_YEAR = ERAS[-1].begins.year
LAST_YEAR = 2199
LONGEST_DATE = 60
HOW_TO_WRITE_A_DATE = (
    "日付として読めません。「令和7年4月1日」「R7.4.1」「2025/4/1」のように入力してください。"
)
# What an input method gives for the sign between year, month and day.
_SIGNS = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ─", "-") | dict.fromkeys("・、。,", "."))
_CALLINGS = sorted({calling for era in ERAS for calling in era.callings}, key=len, reverse=True)
_BETWEEN = r"[-/. ]"
_DAY = re.compile(
    rf"(?:西暦)?(?P<era>{'|'.join(_CALLINGS)})?\.?(?P<year>[0-9]{{1,4}}|元)(?:年|{_BETWEEN})"
    rf"(?P<month>[0-9]{{1,2}})(?:月|{_BETWEEN})(?P<day>[0-9]{{1,2}})日?",
    re.IGNORECASE,
)
_COMPACT_DAY = re.compile(
    r"(?P<era>[RHSTM])?(?P<year>(?<=[A-Z])[0-9]{2}|(?<![A-Z])[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"[(\[]?([{WEEKDAYS}])(?:曜日?)?(?:\.?祝日?)?[)\]]?$")
_TIME = re.compile(
    r"(?<=[0-9日)])[T ] *([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?:Z|\+09:?00)?$", re.I
)


def parse_date(text: str) -> date:
    """
    The day written in ``text``: 令和7年4月1日, R7.4.1, H元.5.1, 2025/4/1, 2025-04-01T00:00:00, 20250401, 2025/4/1(火).

    An era holds within its own days only. A weekday must be the day's, a time midnight.

    :raises NotADate: anything else.
    """
    if len(text) > LONGEST_DATE:
        raise NotADate(HOW_TO_WRITE_A_DATE)
    plain = _without_time(unicodedata.normalize("NFKC", text.strip()).translate(_SIGNS).strip())
    # Blanks around a sign say nothing; between digits they are one.
    plain = re.sub(r"\s+", " ", re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", plain))
    plain, weekday = _without_weekday(plain)
    found = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    if found is None:
        raise NotADate(_what_is_missing(plain))
    day = _day_of(found["era"], found["year"], int(found["month"]), int(found["day"]))
    if weekday and weekday != WEEKDAYS[day.weekday()]:
        raise NotADate(
            f"曜日が合いません。この日は{WEEKDAYS[day.weekday()]}曜日です。日付を確かめ、曜日を除いて入力してください。"
        )
    return day


def _without_time(plain: str) -> str:
    found = _TIME.search(plain)
    if found is None:
        return plain
    if re.search("[1-9]", found[1]):
        raise NotADate("時刻が付いています。日付だけを「2025/4/1」のように入力してください。")
    return plain[: found.start()]


def _without_weekday(plain: str) -> tuple[str, str]:
    """令和7年4月1日 ends in a 日 that is no Sunday: a weekday stands in brackets, or says 曜, or follows 日."""
    found = _WEEKDAY.search(plain)
    if found is None or not (re.search(r"[(\[曜]", found[0]) or plain[: found.start()].endswith("日")):
        return plain, ""
    return plain[: found.start()], found[1]


def _what_is_missing(plain: str) -> str:
    if re.fullmatch(rf"[0-9]{{1,2}}(?:月|{_BETWEEN})[0-9]{{1,2}}日?", plain):
        return "年がありません。「R7.4.1」「2025/4/1」のように、年から入力してください。"
    if re.fullmatch(r"[0-9]{5}", plain):
        return (
            "日付ではなく番号（Excelの通し番号）のようです。Excelでセルの表示形式を日付にするか、"
            "「2025/4/1」のように入力してください。"
        )
    return HOW_TO_WRITE_A_DATE


def _day_of(calling: str | None, year_text: str, month: int, day: int) -> date:
    year = 1 if year_text == "元" else int(year_text)
    if calling is None:
        if year_text == "元" or len(year_text) < 4:
            raise NotADate(
                "元号か西暦がありません。「R7.4.1」「2025/4/1」のように、元号か4桁の西暦を付けて入力してください。"
            )
        return _existing(year, month, day)
    era = next(era for era in ERAS if calling.upper() in era.callings)
    if not 1 <= year <= 99:
        raise NotADate(f"{era.name}の年は1（元年）からの2桁までの数字で入力してください。")
    found = _existing(era.first_year + year - 1, month, day)
    if not era.begins <= found < era.ends:
        edge = (
            f"{day_words(era.begins)}より前"
            if found < era.begins
            else f"{day_words(era.ends - timedelta(days=1))}より後"
        )
        raise NotADate(f"{edge}の日です。この日は{year_words(found)}です。元号を直してください。")
    return found


def _existing(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotADate(f"年を確かめてください。{FIRST_YEAR}年から{LAST_YEAR}年までの日付を入力してください。")
    if not 1 <= month <= 12:
        raise NotADate("その月はありません。月は1から12までの数字で入力してください。")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise NotADate(f"その日はありません。この年の{month}月は{last}日までです。")
    return date(year, month, day)
