"""Days, whole months and ages as the law counts them, and how they are written. Nothing asks a clock."""

from __future__ import annotations

from datetime import date
from typing import Final

from pricing.staffing.refusals import NotCountable

# 元号 → its first day.
ERAS: Final = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
)


def whole_months(first: date, end: date) -> int:
    """
    Months that are over when ``end`` begins, ``first`` being the first day of the first; days left over are cut.

    民法143条: a month ends with the day before its 応当日, and with the last of the month where there is
    none. So a month from 31 January is over on 1 March, and one from 29 February on 29 March.
    """
    months = (end.year - first.year) * 12 + end.month - first.month
    return max(months - (end.day < first.day), 0)


def age_on(birth: date, day: date) -> int:
    """
    満年齢 while ``day`` lasts, as forms show it, e.g. on 1 April.

    年齢計算ニ関する法律: a year of age is reached at the end of the day before the birthday. So who was
    born on 1 April is a year older all of 1 April, though the law reached it on 31 March at midnight;
    who was born on 29 February is a year older from 1 March on in a common year.

    :raises NotCountable: nobody is born yet on ``day``.
    """
    if birth > day:
        raise NotCountable(["生年月日が基準日より後です。生年月日を確かめてください。"])
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def date_words(day: date) -> str:
    """``2019-05-01`` → 令和元年5月1日; before 大正 the western year."""
    for era, begins in ERAS:
        if day >= begins:
            year = day.year - begins.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def duration_words(months: int) -> str:
    """``39`` → 3年3か月."""
    years, rest = divmod(months, 12)
    return f"{years}年{rest}か月"
