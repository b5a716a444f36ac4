"""Words that mails, pages and refusals of this room share."""

from facilities.periods import ServiceMonth

FIRST_YEAR_OF_REIWA = 2019


def month_words(month: ServiceMonth) -> str:
    """令和8年6月分. Service months begin in April 2015 at the earliest; before 令和 the western year stands."""
    if (month.year, month.month) < (FIRST_YEAR_OF_REIWA, 5):
        return f"{month.year}年{month.month}月分"
    year = month.year - FIRST_YEAR_OF_REIWA + 1
    return f"令和{'元' if year == 1 else year}年{month.month}月分"
