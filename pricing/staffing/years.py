"""The fiscal years whose rules are known here: 平成27年度, when the scheme began, to 令和8年度."""

from __future__ import annotations

from typing import Final

from pricing.month import fiscal_year_words

FIRST_FISCAL_YEAR: Final = 2015
LAST_FISCAL_YEAR: Final = 2026


def year_problems(fiscal_year: int, what: str) -> list[str]:
    """One sentence when ``what`` is not known for the year, none when it is."""
    if FIRST_FISCAL_YEAR <= fiscal_year <= LAST_FISCAL_YEAR:
        return []
    known = f"{fiscal_year_words(FIRST_FISCAL_YEAR)}から{fiscal_year_words(LAST_FISCAL_YEAR)}まで"
    return [f"{fiscal_year_words(fiscal_year)}の{what}は確かめられていません。分かるのは{known}です。"]
