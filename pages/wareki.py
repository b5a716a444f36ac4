"""和暦: eras, reading months as people write them, writing dates as offices do."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Era:
    """One era: its name, its letter, its first day, and the western year of its year 1."""

    name: str
    letter: str
    begins: date
    first_year: int

    def year_of(self, day: date) -> int:
        """The year within the era; the first is 1 (元年)."""
        return day.year - self.first_year + 1


# Newest first. 明治 starts here with the first day of the solar calendar in Japan, its sixth year.
ERAS = (
    Era("令和", "R", date(2019, 5, 1), 2019),
    Era("平成", "H", date(1989, 1, 8), 1989),
    Era("昭和", "S", date(1926, 12, 25), 1926),
    Era("大正", "T", date(1912, 7, 30), 1912),
    Era("明治", "M", date(1873, 1, 1), 1868),
)


class NotAMonth(ValueError):
    """The text is not a year and month. The message says what to write."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"「{text}」は年月として読めません。「令和8年6月」や「2026/06」の形で入力してください。"
        )


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


def date_words(day: date) -> str:
    """令和8年6月10日(水)."""
    return f"{month_words(day)}{day.day}日({WEEKDAYS[day.weekday()]})"


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
    ends = next((later.begins for later in reversed(ERAS) if later.begins > era.begins), date.max)
    if year < 1 or first < era.begins.replace(day=1) or first >= ends:
        raise NotAMonth(text)
    return first


def _first_day(text: str, year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        raise NotAMonth(text) from None
